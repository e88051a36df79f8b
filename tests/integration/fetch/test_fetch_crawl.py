"""From list pages to page addresses on a small site: levels, next pages, bounds, and what is left out."""

from __future__ import annotations

import pytest
from conftest import Behaviour, Bench, make_source, reply

from ingest import stages
from ingest.fetch import page_count_complaint, poll_source, replay_source
from ingest.fetch.archive import read_entries
from ingest.lake import Lake
from ingest.settings import Settings

SITE = "http://a.localhost"


def page(*links: tuple[str, str], extra: str = "") -> bytes:
    return ("<ul>" + "".join(f'<li><a href="{href}">{text}</a>' for href, text in links) + "</ul>" + extra).encode()


def listing(*links: tuple[str, str]) -> Behaviour:
    return reply(body=page(*links))


def crawling(**changes: object):
    crawl = {
        "entries": [f"{SITE}/nianjian/"],
        "levels": [{"name": "volume", "text": r"\d{4}卷"}, {"name": "category", "words": ["群众团体"]}],
        "pagination": {"words": ["下一页"]},
        "articles": {"url": r"/\d+\.html$", "breadcrumb_words": ["群众团体"]},
    }
    given = {"crawl": crawl | changes, "pages": [], "volume_year": {"text": r"(\d{4})卷"}}
    return make_source(**given)


@pytest.fixture
def site(bench: Bench) -> Bench:
    """Two volumes; the category of 2018卷 has two pages."""
    bench.server.routes = {
        "/nianjian/": listing(("2018juan/", "2018卷"), ("2017juan/", "2017卷"), ("/about/", "关于我们")),
        "/nianjian/2018juan/": listing(("qunzhong/", "群众团体"), ("jingji/", "经济")),
        "/nianjian/2017juan/": listing(("qunzhong/", "群众团体")),
        "/nianjian/2018juan/qunzhong/": reply(
            body=page(("1.html", "总工会"), ("2.html", "妇联"), ("index_2.html", "下一页"))
        ),
        "/nianjian/2018juan/qunzhong/index_2.html": reply(
            body=page(("3.html", "共青团"), ("1.html", "总工会"), ("./", "上一页"))
        ),
        "/nianjian/2017juan/qunzhong/": listing(("9.html", "总工会")),
    }
    return bench


def found(bench: Bench) -> list[tuple[object, ...]]:
    return sorted(bench.refs.select("url", "volume_year", "title").rows())


ALL_FOUND = [
    (f"{SITE}/nianjian/2017juan/qunzhong/9.html", 2017, "总工会"),
    (f"{SITE}/nianjian/2018juan/qunzhong/1.html", 2018, "总工会"),
    (f"{SITE}/nianjian/2018juan/qunzhong/2.html", 2018, "妇联"),
    (f"{SITE}/nianjian/2018juan/qunzhong/3.html", 2018, "共青团"),
]


def test_volumes_categories_and_next_pages_lead_to_the_articles(site: Bench):
    site.run(crawling())
    assert found(site) == ALL_FOUND
    assert "/nianjian/2018juan/jingji/" not in site.server.paths()
    assert "/about/" not in site.server.paths()
    origins = dict(site.refs.select("title", "discovered_from").rows())
    assert origins["共青团"] == f"{SITE}/nianjian/2018juan/qunzhong/index_2.html"


def test_a_volume_that_appears_later_is_found_by_the_next_run(site: Bench):
    source = crawling()
    site.run(source)
    site.server.routes["/nianjian/"] = reply(
        body=page(("2019juan/", "2019卷"), ("2018juan/", "2018卷"), ("2017juan/", "2017卷"))
    )
    site.server.routes["/nianjian/2019juan/"] = listing(("q/", "群众团体"))
    site.server.routes["/nianjian/2019juan/q/"] = listing(("5.html", "总工会"))
    site.run(source)
    assert found(site) == sorted([*ALL_FOUND, (f"{SITE}/nianjian/2019juan/q/5.html", 2019, "总工会")])


def test_articles_may_be_chosen_by_their_title_alone(site: Bench):
    site.run(crawling(articles={"url": r"/\d+\.html$", "title_words": ["工会"]}))
    assert [title for _, _, title in found(site)] == ["总工会", "总工会"]


def test_spellings_of_one_address_are_one_page(site: Bench):
    variants = [
        "1.html",
        "./1.html",
        "1.html#top",
        "1.html;jsessionid=77",
        "http://A.localhost:80/nianjian/2018juan/qunzhong/1.html",
    ]
    body = page(*((href, "总工会") for href in variants))
    site.server.routes["/nianjian/2018juan/qunzhong/"] = reply(body=body)
    result = site.run(crawling())
    assert [url for url, _, _ in found(site) if "2018juan" in url] == [f"{SITE}/nianjian/2018juan/qunzhong/1.html"]
    assert result.fetch_log.height == 2


def test_gbk_lists_and_gbk_words(site: Bench):
    body = page(("1.html", "总工会"), ("index_2.html", "下一页")).decode().encode("gbk")
    site.server.routes["/nianjian/2018juan/qunzhong/"] = reply(body=body, Content_Type="text/html")
    site.run(crawling())
    assert ("http://a.localhost/nianjian/2018juan/qunzhong/3.html", 2018, "共青团") in found(site)


def test_a_page_count_in_a_script_is_followed(site: Bench):
    body = page(("1.html", "总工会"), extra="<script>createPageHTML(3, 0, 'index', 'html')</script>")
    site.server.routes["/nianjian/2018juan/qunzhong/"] = reply(body=body)
    site.server.routes["/nianjian/2018juan/qunzhong/index_1.html"] = listing(("2.html", "妇联"))
    site.run(crawling(pagination={"count": r"createPageHTML\((\d+)", "address": "index_{n}.html"}))
    assert found(site) == ALL_FOUND


def test_a_dead_list_page_is_told_and_the_rest_is_found(site: Bench):
    del site.server.routes["/nianjian/2017juan/"]
    site.run(crawling())
    assert found(site) == ALL_FOUND[1:]
    rows = site.quarantine.filter(site.quarantine["stage"] == "crawl").select("url", "check", "value", "reason").rows()
    assert rows == [(f"{SITE}/nianjian/2017juan/", "list_page_status", "404", "list page not read: status 404")]


def test_a_forbidden_list_page_is_told_and_not_asked(site: Bench):
    site.server.routes["/robots.txt"] = reply(body=b"User-agent: *\nDisallow: /nianjian/2017juan/\n")
    site.run(crawling())
    assert found(site) == ALL_FOUND[1:]
    assert "/nianjian/2017juan/" not in site.server.paths()
    assert site.quarantine["check"].to_list() == ["refused_by_robots"] + ["gone"] * 3


def test_foreign_copies_are_recorded_and_never_asked(site: Bench):
    foreign = "http://mirror.example/nianjian/2018juan/1.html"
    body = page(("1.html", "总工会"), (foreign, "总工会"), ("http://friends.example/", "友情链接"))
    site.server.routes["/nianjian/2018juan/qunzhong/"] = reply(body=body)
    result = site.run(crawling())
    log = {row["url"]: (row["outcome"], row["attempts"]) for row in result.fetch_log.rows(named=True)}
    assert log[foreign] == ("host_not_allowed", 0)
    assert "http://friends.example/" not in log
    reason = site.quarantine.filter(site.quarantine["url"] == foreign)["reason"].to_list()
    assert reason == ["the host mirror.example is not in the source's `hosts`"]


def test_endless_next_pages_without_news_are_left_after_three(site: Bench):
    for number in range(1, 50):
        path = "/nianjian/2018juan/qunzhong/" + (f"index_{number}.html" if number > 1 else "")
        site.server.routes[path] = listing(("1.html", "总工会"), (f"index_{number + 1}.html", "下一页"))
    site.run(crawling())
    asked = [path for path in site.server.paths() if "index_" in path]
    assert asked == [f"/nianjian/2018juan/qunzhong/index_{n}.html" for n in (2, 3, 4)]
    assert "pagination_bound" in site.quarantine["check"].to_list()


def test_endless_next_pages_with_news_end_at_max_pages(site: Bench):
    for number in range(1, 50):
        path = "/nianjian/2018juan/qunzhong/" + (f"index_{number}.html" if number > 1 else "")
        links = ((f"{number}.html", "总工会"), (f"index_{number + 1}.html", "下一页"))
        site.server.routes[path] = listing(*links)
    site.run(crawling(pagination={"words": ["下一页"], "max_pages": 6}))
    assert len([url for url, _, _ in found(site) if "2018juan" in url]) == 6


def test_lists_that_lead_in_a_circle_end(site: Bench):
    site.server.routes["/nianjian/"] = listing(("/nianjian/", "2018卷"), ("2018juan/", "2018卷"))
    site.server.routes["/nianjian/2018juan/"] = reply(
        body=page(("/nianjian/", "群众团体"), ("/nianjian/2018juan/", "群众团体"))
    )
    site.run(crawling())
    assert site.server.paths() == ["/nianjian/", "/nianjian/2018juan/"]


def test_a_calendar_of_lists_ends_at_max_list_pages(site: Bench):
    days = [(f"{1000 + n}juan/", f"{1000 + n}卷") for n in range(500)]
    site.server.routes["/nianjian/"] = listing(*days)
    site.run(crawling(max_list_pages=20))
    assert len(site.server.paths()) == 20
    assert "list_bound" in site.quarantine["check"].to_list()


def test_a_list_that_shrinks_loses_no_snapshot_and_raises_the_guard(site: Bench):
    source = crawling()
    for number in (1, 2, 3):
        site.server.routes[f"/nianjian/2018juan/qunzhong/{number}.html"] = reply(body=b"page %d" % number)
    site.run(source)
    before, stored = site.refs.height, site.snapshots
    site.server.routes["/nianjian/2018juan/qunzhong/"] = listing(("1.html", "总工会"))
    site.run(source)
    assert (before, site.refs.height) == (4, 2)
    assert site.snapshots["url"].to_list() == stored["url"].to_list()
    assert page_count_complaint(source, 4, 2) == (
        "faulty lists 2 pages, 2 fewer than the 4 of the run before; `page_count_guard` allows a fall of 20%"
    )
    assert page_count_complaint(source, 100, 80) is None
    assert page_count_complaint(source, 0, 0) is None


def test_a_redirected_list_is_read_where_it_leads(site: Bench):
    site.server.routes["/nianjian/2017juan/"] = reply("302 Found", b"", Location="/nj2017/")
    site.server.routes["/nj2017/"] = listing(("q/", "群众团体"))
    site.server.routes["/nj2017/q/"] = listing(("9.html", "总工会"))
    site.run(crawling())
    assert (f"{SITE}/nj2017/q/9.html", 2017, "总工会") in found(site)


def test_list_pages_are_archived_once_and_asked_conditionally(site: Bench):
    entry = site.server.routes["/nianjian/"]
    site.server.routes["/nianjian/"] = reply(body=page(("2018juan/", "2018卷"), ("2017juan/", "2017卷")), ETag='"v1"')
    site.run(crawling())
    site.server.routes["/nianjian/"] = reply("304 Not Modified", b"")
    site.server.log.clear()
    site.run(crawling())
    assert found(site) == ALL_FOUND
    assert site.server.log[1].headers["If-None-Match"] == '"v1"'
    lists = [entry for entry in read_entries(site.root, "faulty") if entry.role == "list"]
    kinds = sorted((entry.kind, entry.status) for entry in lists if entry.url == f"{SITE}/nianjian/")
    assert kinds == [("response", 200), ("revisit", 304)]
    assert [entry.kind for entry in lists].count("response") == 6
    assert replay_source(site.root, "faulty")[0].sort("url").equals(site.refs.sort("url"))
    site.server.routes["/nianjian/"] = entry
    site.run(crawling())
    assert found(site) == ALL_FOUND


def test_polling_reads_only_the_entry_pages(site: Bench):
    with site.client() as http:
        links, quarantine = poll_source(crawling(), http)
    assert [(link.url, link.text) for link in links] == [
        (f"{SITE}/nianjian/2018juan/", "2018卷"),
        (f"{SITE}/nianjian/2017juan/", "2017卷"),
    ]
    assert quarantine.height == 0
    assert site.server.paths() == ["/nianjian/"]


def test_polling_a_flat_list_gives_its_pages_and_a_dead_one_its_reason(site: Bench):
    flat = crawling(entries=[f"{SITE}/nianjian/2018juan/qunzhong/"], levels=[], articles={"url": r"/\d+\.html$"})
    with site.client() as http:
        assert [link.text for link in poll_source(flat, http)[0]] == ["总工会", "妇联", "共青团"]
        dead = crawling(entries=[f"{SITE}/none/"])
        assert poll_source(dead, http)[1]["check"].to_list() == ["list_page_status"]


def test_a_site_that_goes_away_after_its_entry_page_is_an_error_and_no_empty_source(
    site: Bench, home: Settings
) -> None:
    site.server.routes = {"/nianjian/": listing(("2018juan/", "2018卷"))}
    gone = f"no page of faulty is listed; the first that failed, {SITE}/nianjian/2018juan/: .*404"
    with site.client() as http, pytest.raises(stages.SourceUnreachableError, match=gone):
        stages.crawl(crawling(), home, http)
    kept = Lake(home.lake_root).read("quarantine", "faulty", "crawl")
    assert kept["url"].to_list() == [f"{SITE}/nianjian/2018juan/"]

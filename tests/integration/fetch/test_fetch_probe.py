"""A probe says what fits and what to mend; a proxy is used when the environment names one."""

from __future__ import annotations

import pytest
from conftest import Bench, make_source, reply

from ingest.fetch import HttpClient, probe_source


@pytest.fixture
def site(bench: Bench) -> Bench:
    bench.server.routes = {
        "/": reply(body='<a href="/2018/">2018卷</a><a href="/about">关于</a>'.encode()),
        "/2018/": reply(body='<a href="1.html">总工会</a><a href="2.html">财政</a><a href="p2">下一页</a>'.encode()),
        "/2018/1.html": reply(),
        "/robots.txt": reply(body=b"User-agent: *\nCrawl-delay: 0.01\n"),
    }
    return bench


def source(**crawl: object):
    given = {
        "entries": ["http://a.localhost/"],
        "levels": [{"name": "volume", "text": r"\d{4}卷"}],
        "articles": {"title_words": ["工会"]},
        "pagination": {"words": ["下一页"]},
    }
    return make_source(pages=[], crawl=given | crawl)


def test_a_source_that_works(site: Bench):
    with site.client() as http:
        report = probe_source(source(), http)
    assert report.is_ok
    assert [(step.name, step.is_ok) for step in report.steps] == [
        ("robots.txt", True),
        ("list of volume", True),
        ("list of articles", True),
        ("article", True),
    ]
    assert report.steps[0].seen == "allowed, Crawl-delay 0.01 s"
    assert report.steps[2].seen == "3 links, 1 fit `crawl.articles`, 1 lead to further pages; the first: '总工会'"
    assert report.article is not None
    assert site.server.paths() == ["/", "/2018/", "/2018/1.html"]


def test_a_rule_that_fits_nothing_names_its_key_and_shows_the_links(site: Bench):
    with site.client() as http:
        report = probe_source(source(levels=[{"name": "volume", "text": "第.卷"}]), http)
    assert not report.is_ok
    assert report.steps[-1].advice == (
        "mend `crawl.levels.0`; links of the page: '2018卷' -> http://a.localhost/2018/; '关于' -> http://a.localhost/about"
    )


@pytest.mark.parametrize(
    ("path", "behaviour", "step", "seen"),
    [
        ("/robots.txt", reply(body=b"User-agent: *\nDisallow: /\n"), "robots.txt", "robots.txt forbids this address"),
        ("/2018/", reply("404 Not Found"), "list of articles", "status 404"),
        ("/2018/", reply(body=b"<script>build()</script>"), "list of articles", "0 links, 0 fit"),
        ("/2018/1.html", reply("403 Forbidden", b""), "article", "status 403"),
        ("/2018/1.html", reply(Content_Type="application/pdf"), "article", "content type application/pdf"),
    ],
)
def test_what_does_not_fit_is_told(site: Bench, path: str, behaviour, step: str, seen: str):
    site.server.routes[path] = behaviour
    with site.client() as http:
        report = probe_source(source(), http)
    failed = next(found for found in report.steps if not found.is_ok)
    assert failed.name == step
    assert failed.seen.startswith(seen)
    assert failed.advice
    assert not report.is_ok


def test_a_plain_list_is_probed_by_its_first_page(site: Bench):
    with site.client() as http:
        report = probe_source(make_source(pages=["http://a.localhost/2018/1.html"]), http)
    assert report.is_ok
    assert [step.name for step in report.steps] == ["robots.txt", "article"]


def test_a_proxy_of_the_environment_is_used_but_not_for_local_names(site: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", f"http://{site.server.address}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    site.server.routes = {"http://nj.example/page": reply(body=b"through the proxy")}
    away = make_source(hosts=["nj.example"], pages=["http://nj.example/page"], is_local=False)
    with HttpClient() as http:
        assert http.get("http://nj.example/page", away).body == b"through the proxy"
    inside = make_source(hosts=["intra.local"], pages=["http://intra.local/page"], is_local=False)
    result = site.run(inside, HttpClient())
    assert "is a local name, and the source is not local" in result.fetch_log["reason"][0]

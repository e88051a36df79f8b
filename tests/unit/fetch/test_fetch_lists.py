"""List pages: which links they have, and which of them are followed, taken or left."""

from __future__ import annotations

import pytest

from ingest.catalogue import Articles, LinkRule, Pagination, Source, VolumeYear
from ingest.fetch.crawl import follows, is_article, is_next_page, volume_year
from ingest.fetch.lists import Link, find_charset, read_list_page


def source(**changes) -> Source:
    given = {
        "source_id": "s", "title": "t", "publisher": "p", "homepage": "http://a.example/", "licence": "l", "terms": "t",
        "region": "r", "level": "county", "authority_kind": "gazetteer", "hosts": ["a.example"], "verified_on": None,
        "crawl": {"entries": ["http://a.example/"], "articles": {}},
    }  # fmt: skip
    return Source.model_validate(given | changes)


def links(html: str, **changes) -> list[tuple[str, str]]:
    page = read_list_page(html.encode(), "http://a.example/x/index.html", "text/html; charset=utf-8", source(**changes))
    return [(link.url, link.text) for link in page.links]


def test_links_are_canonical_and_carry_their_text():
    html = """<ul><li><a href="2018juan/">2018卷</a><li><a href="/b.html;jsessionid=1#x"> 总工会
      概况 </a><li><a href="javascript:void(0)">打印</a><li><a href="#top">顶部</a><li><a>无</a></ul>"""
    assert links(html) == [("http://a.example/x/2018juan/", "2018卷"), ("http://a.example/b.html", "总工会 概况")]


def test_a_cut_text_gives_way_to_the_title_and_frames_are_links():
    html = '<a href="1.html" title="内蒙古自治区总工会">内蒙古自治…</a><iframe src="left.html" name="left"></iframe>'
    assert links(html) == [
        ("http://a.example/x/1.html", "内蒙古自治区总工会"),
        ("http://a.example/x/left.html", "left"),
    ]


def test_a_base_element_counts():
    assert links('<base href="/y/"><a href="1.html">一</a>') == [("http://a.example/y/1.html", "一")]


def test_a_page_count_in_a_script_gives_the_further_pages():
    pagination = {"count": r"createPageHTML\((\d+)", "address": "index_{n}.html"}
    crawl = {"entries": ["http://a.example/"], "articles": {}, "pagination": pagination}
    body = b"<script>createPageHTML(4, 0, 'index', 'html');</script>"
    page = read_list_page(body, "http://a.example/x/", None, source(crawl=crawl))
    assert page.computed_pages == tuple(f"http://a.example/x/index_{n}.html" for n in (1, 2, 3))
    crawl["pagination"] = pagination | {"max_pages": 2, "first": 2}
    page = read_list_page(body, "http://a.example/x/", None, source(crawl=crawl))
    assert page.computed_pages == ("http://a.example/x/index_2.html",)


@pytest.mark.parametrize(
    ("body", "header", "hint", "expected"),
    [
        ("工会".encode(), None, None, "utf-8"),
        ("工会".encode("gbk"), None, None, "gb18030"),
        (b'<meta charset="gb2312">' + "工会".encode("gbk"), "text/html; charset=utf-8", None, "gb18030"),
        (b'<meta charset="gb2312">' + "工会志" .encode() * 9, None, None, "utf-8"),
        ("工會".encode("big5") * 9, "text/html; charset=big5", None, "big5"),
        ("工会".encode("gbk"), "text/html; charset=nonsense", "gbk", "gb18030"),
        (b"\xef\xbb\xbf" + "工会".encode(), "text/html; charset=gbk", None, "utf-8-sig"),
    ],
)  # fmt: skip
def test_the_charset_of_a_list_page(body: bytes, header: str | None, hint: str | None, expected: str):
    assert find_charset(body, header, hint) == expected


def test_levels_are_followed_by_address_text_and_words():
    rule = LinkRule(name="volume", url=r"/\w+juan/$", text=r"\d{4}卷", words=("卷",), not_words=("目录",))
    assert follows(Link("http://a.example/2018juan/", "2018卷"), rule)
    assert not follows(Link("http://a.example/2018juan/", "2018卷目录"), rule)
    assert not follows(Link("http://a.example/about/", "2018卷"), rule)
    assert not follows(Link("http://a.example/2018juan/", "最新"), rule)


ARTICLES = Articles(url=r"/\d+\.html$", title_words=("工会",), breadcrumb_words=("群众团体",), not_words=("妇联",))


@pytest.mark.parametrize(
    ("url", "text", "trail", "is_foreign", "expected"),
    [
        ("http://a.example/1.html", "总工会", (), False, True),
        ("http://a.example/1.html", "概况", ("2018卷", "群众团体"), False, True),
        ("http://a.example/1.html", "概况", ("2018卷", "经济"), False, False),
        ("http://a.example/about", "总工会", ("群众团体",), False, False),
        ("http://a.example/1.html", "妇联", ("群众团体",), False, False),
        ("http://b.example/other", "总工会", (), True, True),
        ("http://b.example/", "友情链接", ("群众团体",), True, False),
        ("http://b.example/1.html", "概况", ("群众团体",), True, True),
    ],
)
def test_articles_are_chosen_by_address_title_and_breadcrumb(url, text, trail, is_foreign, expected):
    assert is_article(Link(url, text), trail, ARTICLES, is_foreign=is_foreign) is expected


def test_next_pages_are_known_by_word_number_or_address():
    pagination = Pagination(words=("下一页",), numbers=True, url=r"/index_\d+\.html$")
    assert is_next_page(Link("http://a.example/p", "下一页 >"), pagination)
    assert is_next_page(Link("http://a.example/p", "12"), pagination)
    assert is_next_page(Link("http://a.example/index_2.html", ""), pagination)
    assert not is_next_page(Link("http://a.example/2.html", "2018卷"), pagination)
    assert not is_next_page(Link("http://a.example/2.html", "2"), Pagination(words=("下一页",)))


def test_the_volume_year_comes_from_the_outermost_text_then_the_address_then_a_name():
    rule = VolumeYear(text=r"(\d{4})卷", url=r"/(\d{4})juan/", names={"nianjianerlinger": 2002})
    assert volume_year(rule, "http://a/2017juan/1.html", ("2018卷", "2016卷总目")) == 2018
    assert volume_year(rule, "http://a/2017juan/1.html", ("最新",)) == 2017
    assert volume_year(rule, "http://a/nianjianerlinger/1.html", ("最新",)) == 2002
    assert volume_year(rule, "http://a/1/1.html", ("9999卷",)) is None

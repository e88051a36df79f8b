"""The shape of a page: sections, repeated stretches, breadcrumb, day of publication."""

from __future__ import annotations

import pytest

from ingest.parse import parse_html, parse_text

ARTICLE = (
    "【概况】  全市共有基层工会组织820个，会员二十余万人，比上年有所增加。\n"
    "【帮扶】  全年筹集帮扶资金八十余万元，救助困难职工三百余户。\n"
)


def test_an_article_printed_twice_is_one_article_and_its_copy_is_known() -> None:
    page = parse_text(f"当前位置：首页 / 年鉴\n{ARTICLE}声明\n{ARTICLE}", page_id="p")
    ((start, end),) = page.duplicate_spans
    assert page.text[start:end] == ARTICLE.rstrip("\n")
    assert [(s.heading, s.duplicate_of) for s in page.sections] == [
        ("概况", None),
        ("帮扶", None),
        ("概况", 0),
        ("帮扶", 1),
    ]


def test_lines_that_stand_alone_head_a_page_without_brackets() -> None:
    page = parse_text(
        "组织建设\n全市共有基层工会组织820个，会员二十万人。\n帮扶工作\n救助困难职工三百户。\n", page_id="p"
    )
    assert [section.heading for section in page.sections] == ["组织建设", "帮扶工作"]


def test_the_breadcrumb_is_cut_into_its_parts() -> None:
    page = parse_text("您所在的位置： 首页 > 年鉴 > 岳阳年鉴 > 2018卷\n正文", page_id="p")
    assert page.breadcrumb == ("首页", "年鉴", "岳阳年鉴", "2018卷")


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [
        ("发布时间：2018-03-05 来源：本网\n正文", "", ("2018-03-05", "page")),
        ("标题\n2018年02月28日 09:06\n正文", "", ("2018-02-28", "page")),
        ("发布时间:02-14\n正文", "http://x/2020-02-14/17945.html", ("2020-02-14", "url")),
        ("正文", "http://x/a.html", (None, None)),
    ],
)
def test_the_day_of_publication_and_where_it_was_read(
    text: str, url: str, expected: tuple[str | None, str | None]
) -> None:
    page = parse_text(text, page_id="p", url=url)
    assert (page.published_on, page.published_on_basis) == expected


def test_scripts_styles_and_entities_yield_no_text_and_offsets_index_the_text() -> None:
    body = "<html><head><title>工会</title></head><body><script>var n=50123人;</script><p>会员&nbsp;61万人</p></body></html>"
    page = parse_html(body.encode(), page_id="p")
    assert page.text.strip() == "会员\xa061万人"
    assert page.title == "工会"


def test_markup_in_the_text_stays_text() -> None:
    page = parse_html("<p>&lt;script&gt;alert(1)&lt;/script&gt; 会员5人</p>".encode(), page_id="p")
    assert "<script>alert(1)</script> 会员5人" in page.text

"""What is no part of a cell, of a row, or of a head: mark-up, note numbers, page breaks, lost spans."""

from __future__ import annotations

import pytest

from ingest.parse import parse_html
from ingest.parse.brokenheads import spans_of
from ingest.parse.marks import unmarked
from ingest.parse.pagebreaks import is_running_head, page_breaks


@pytest.mark.parametrize(
    ("cell", "text", "stands"),
    [
        ("**1907**", "1907", "1907"),
        ("**合　计**", "合　计", "合　计"),
        ("__合计__", "合计", "合计"),
        ("<b>总计</b>", "总计", "总计"),
        ("基层工会<br>组织数<br/>（个）", "基层工会 组织数 （个）", "基层工会<br>组织数<br/>（个）"),
        ("**会员**（人）", "会员（人）", "**会员**（人）"),
        (r"\#女性", "#女性", r"\#女性"),
        ("&nbsp;", "", "&nbsp;"),
        ("***", "***", "***"),
        ("*12", "*12", "*12"),
        ("1907", "1907", "1907"),
    ],
)
def test_the_text_of_a_cell_without_markup_and_where_it_stands(cell: str, text: str, stands: str) -> None:
    found, start, end = unmarked(cell)
    assert (found, cell[start:end]) == (text, stands)


def test_raised_note_numbers_are_no_part_of_a_cell() -> None:
    page = parse_html(
        "<table><tr><td>地区</td><td>会员<sup>[1]</sup>(人)</td></tr>"
        "<tr><td>高新区<sup>1)</sup></td><td>1234<sup>2</sup></td></tr></table>".encode(),
        page_id="t",
    )
    assert [(cell.text, page.text[cell.char_start : cell.char_end]) for cell in page.tables[0].cells] == [
        ("地区", "地区"),
        ("会员 (人)", "会员 [1] (人)"),
        ("高新区", "高新区"),
        ("1234", "1234"),
    ]


def test_running_heads_between_two_pages() -> None:
    assert all(map(is_running_head, ["续表", "续表 continued", "广西统计年鉴2018", "— 412 —", "（续）"]))
    assert not any(map(is_running_head, ["会员人数", "412", "1998年"]))


def test_a_page_break_takes_in_the_head_that_is_printed_again_and_no_value() -> None:
    lines = [
        "会员人数",
        "98",
        "95",
        "438",
        "广西统计年鉴2018",
        "YEARBOOK",
        "续表",
        "指标",
        "2016",
        "2017",
        "女性",
        "40",
    ]
    assert page_breaks(lines, ["指标", "2016", "2017"]) == [(4, 10)]
    assert page_breaks(["女性", "40", "39"], ["指标", "2016", "2017"]) == []


def test_heads_over_lines_that_have_a_cell_in_every_column() -> None:
    heads = ["项目", "基层工会", "建立有下列组织的基层工会", "建立职代", "实行厂务"]
    below = ["", "组织数", "经费审查委员会", "女职工委员会", "会制度的单位数", "公开的单位数"]
    assert spans_of(heads, below) == [1, 1, 2, 1, 1]
    assert spans_of(
        ["地区", "基层工会", "会员人数", "专职工会"], ["", "组织数(个)", "合计(人)", "#女性", "工作人员"]
    ) == [1, 1, 2, 1]


def test_heads_that_fit_in_several_ways_or_in_none_are_not_believed() -> None:
    assert spans_of(["地区", "会员人数", "职工人数"], ["", "合计", "#女性", "#农民工"]) is None
    assert spans_of(["地区", "会员人数", "职工人数"], ["", "#女性", "#女性", "#农民工"]) is None
    assert spans_of(["地区", "甲类", "乙类"], ["", "天", "地", "玄"]) is None

"""Rows of cells set apart by commas."""

from __future__ import annotations

import pytest

from ingest.parse import parse_text
from ingest.parse.commas import with_tabs


def test_rows_of_as_many_cells_become_rows_set_by_tabs() -> None:
    lines = [
        "12-6,工会基本情况,",
        "年份,基层工会(个),会员(人)",
        "2009,512,40213",
        "2010,498,39870",
        "注:2011年未统计,待补。",
    ]
    assert with_tabs(lines) == [
        "12-6\t工会基本情况\t",
        "年份\t基层工会(个)\t会员(人)",
        "2009\t512\t40213",
        "2010\t498\t39870",
        "注:2011年未统计,待补。",
    ]


def test_commas_inside_quotes_stay_and_the_line_keeps_its_length() -> None:
    lines = ["年份,基层工会,会员", '2009,512,"40,213"', '2010,498,"39,870"']
    assert with_tabs(lines)[1:] == ["2009\t512\t 40,213 ", "2010\t498\t 39,870 "]


@pytest.mark.parametrize(
    "lines",
    [
        [
            "全市有基层工会512个,会员4.2万人,职工5万人。",
            "新建工会12个,会员320人,职工400人。",
            "有干部31人,专职12人,兼职19人。",
        ],
        ["年份,基层工会,会员", "2009,512,40213"],  # too few rows
        ["会员 1,234,567", "职工 2,345,678", "女会员 1,111,222"],  # thousands
        ["甲,1200,1300", "乙,1,2,3", "丙,4,5"],  # rows of different length
    ],
)
def test_prose_and_rows_that_do_not_match_stay_as_they_are(lines: list[str]) -> None:
    assert with_tabs(lines) == lines


def test_the_table_of_a_portal_is_read_with_offsets_into_its_text() -> None:
    text = "工会基本情况,,\n年份,基层工会(个),会员(人)\n2009,512,40213\n2010,498,39870\n"
    (table,) = parse_text(text, page_id="t", title="工会").tables
    assert [text[cell.char_start : cell.char_end] for cell in table.cells if cell.row == table.cells[-1].row] == [
        "2010",
        "498",
        "39870",
    ]

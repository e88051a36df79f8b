"""Headers of two lines whose spans were lost: heads and values in, columns out."""

from __future__ import annotations

import pytest

from ingest.parse import parse_text
from ingest.parse.headers import is_part_head, place_heads

UPPER = ["地区", "基层工会组织数(个)", "职工人数(人)", "会员人数(人)", "专职工会工作人员(人)"]
ROWS = [[2780.0, 299304.0, 114563.0, 288114.0, 110425.0, 1155.0], [32.0, 5023.0, 2123.0, 4923.0, 2045.0, 12.0]]


def columns(lower: list[str], rows: list[list[float | None]], upper: list[str] = UPPER) -> dict[int, str] | None:
    """The heads over each column, upper / lower."""
    placed = place_heads(upper, lower, len(rows[0]), rows)
    if placed is None:
        return None
    found: dict[int, list[str]] = {}
    for item in placed:
        for column in range(item.column, item.column + item.span):
            found.setdefault(column, []).append((upper, lower)[item.level][item.index])
    return {column: " / ".join(heads) for column, heads in sorted(found.items())}


def with_names(rows: list[list[float]]) -> list[list[float | None]]:
    return [[None, *row] for row in rows]


def test_parts_stand_behind_their_wholes() -> None:
    assert columns(["#女性", "#女性"], with_names(ROWS)) == {
        0: "地区",
        1: "基层工会组织数(个)",
        2: "职工人数(人)",
        3: "职工人数(人) / #女性",
        4: "会员人数(人)",
        5: "会员人数(人) / #女性",
        6: "专职工会工作人员(人)",
    }


def test_a_total_and_its_part_share_the_head_above_them() -> None:
    found = columns(["合计", "#女性", "合计", "#女性"], with_names(ROWS))
    assert found is not None
    assert [found[column] for column in (2, 3, 4, 5)] == [
        "职工人数(人) / 合计",
        "职工人数(人) / #女性",
        "会员人数(人) / 合计",
        "会员人数(人) / #女性",
    ]


def test_values_that_allow_two_ways_leave_the_header_unread() -> None:
    upper = ["地区", "职工人数(人)", "会员人数(人)"]
    assert columns(["#女性"], [[None, 100.0, 90.0, 80.0]], upper) is None


def test_a_part_above_its_whole_rules_a_way_out() -> None:
    upper = ["地区", "职工人数(人)", "会员人数(人)"]
    assert columns(["#女性"], [[None, 50.0, 90.0, 40.0]], upper) == {
        0: "地区",
        1: "职工人数(人)",
        2: "会员人数(人)",
        3: "会员人数(人) / #女性",
    }


@pytest.mark.parametrize(("head", "is_part"), [("#女性", True), ("合计", True), ("2015年", True), ("会员人数", False)])
def test_heads_that_cannot_stand_alone(head: str, is_part: bool) -> None:
    assert is_part_head(head) is is_part


def table_of(text: str) -> dict[tuple[int, int], str]:
    (table,) = parse_text(text, page_id="t", url="").tables
    return {(cell.row, cell.col): cell.text for cell in table.cells}


def test_a_name_printed_with_wide_gaps_is_one_cell() -> None:
    cells = table_of("项    目    2004    2005\n基层工会(个)    28612    30215\n会员(人)    2561200    2821500\n")
    assert [cells[0, column] for column in (0, 1, 2)] == ["项目", "2004", "2005"]
    assert [cells[1, column] for column in (0, 1, 2)] == ["基层工会(个)", "28612", "30215"]


def test_empty_cells_at_the_edge_of_a_table_without_frame_keep_their_columns() -> None:
    text = (
        "市 | 会员人数(人) | | 专职人员(人)\n | 合计 | 女会员 | \n济南市 | 1856 | 723 | 26\n青岛市 | 2856 | 1023 | 36\n"
    )
    cells = table_of(text)
    assert (cells[1, 1], cells[1, 2], cells[2, 3]) == ("合计", "女会员", "26")


def test_rows_of_numbers_set_apart_by_single_blanks_are_a_table() -> None:
    cells = table_of("年 份 基层工会(个) 会员人数(人)\n1980 12563 3256321\n1985 18563 4256321\n")
    assert [cells[0, column] for column in range(3)] == ["年份", "基层工会(个)", "会员人数(人)"]
    assert [cells[2, column] for column in range(3)] == ["1985", "18563", "4256321"]

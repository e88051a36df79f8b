"""What counts as a quantity, what it is worth, and what only looks like one."""

from __future__ import annotations

import pytest

from ingest.extract.quantities import find_quantities

TEN_THOUSAND = 10_000.0


@pytest.mark.parametrize(
    ("printed", "value", "low", "high", "qualifier", "dimension"),
    [
        ("570.8万人", 5_708_000, 5_707_500, 5_708_500, "EQ", "person"),
        ("427个", 427, 427, 427, "EQ", "count"),
        ("1,234.5万元", 12_345_000, 12_344_500, 12_345_500, "EQ", "money"),
        ("80%以上", 80, 80, 100, "GE", "percent"),
        ("超过61万人", 610_000, 610_000, None, "GT", "person"),
        ("不足200人", 200, 0, 200, "LT", "person"),
        ("620多家", 620, 620, 630, "MORE", "count"),
        ("3800余场", 3800, 3800, 3900, "MORE", "count"),
        ("860万余元", 8_600_000, 8_600_000, 8_610_000, "MORE", "money"),
        ("86余万元", 860_000, 860_000, 870_000, "MORE", "money"),
        ("10多万人", 100_000, 100_000, 200_000, "MORE", "person"),
        ("10万多人次", 100_000, 100_000, 110_000, "MORE", "person_time"),
        ("二十余万元", 200_000, 200_000, 300_000, "MORE", "money"),
        ("八千多名", 8000, 8000, 9000, "MORE", "person"),
        ("三百二十五个", 325, 325, 325, "EQ", "count"),
        ("70%左右", 70, 66.5, 73.5, "APPROX", "percent"),
        ("超过九成", 90, 90, 100, "GT", "percent"),
        ("超过484%", 484, 484, None, "GT", "percent"),
        ("四分之三", 75, 75, 75, "EQ", "percent"),
        ("百分之八十六点四", 86.4, 86.35, 86.45, "EQ", "percent"),
        ("三点二万人", 32000, 31500, 32500, "EQ", "person"),
        ("四成六", 46, 45.5, 46.5, "EQ", "percent"),
        ("三分之一", 33.333333, 33.333333, 33.333333, "EQ", "percent"),
        ("百分之八十以上", 80, 80, 100, "GE", "percent"),
        ("近千万元", 10 * 1000 * TEN_THOUSAND / 10, 0, 10_000_000, "NEAR", "money"),
        ("3—150人", 76.5, 3, 150, "RANGE", "person"),
        ("800元至2000元", 1400, 800, 2000, "RANGE", "money"),
        ("5000元至2万元", 12500, 5000, 20000, "RANGE", "money"),
        ("20%-30%", 25, 20, 30, "RANGE", "percent"),
        ("数百家", None, 100, 1000, "ORDER", "count"),
        ("近百名", None, 100, 1000, "ORDER", "person"),
        ("十余名", None, 10, 20, "ORDER", "person"),
        ("两个", 2, 2, 2, "EQ", "count"),
        ("3个百分点", 3, 3, 3, "EQ", "points"),
    ],
)
def test_a_printed_quantity_is_read_with_its_interval(
    printed: str, value: float | None, low: float, high: float | None, qualifier: str, dimension: str
) -> None:
    (quantity,), damaged = find_quantities(f"共{printed},")
    assert (quantity.value, quantity.low, quantity.high) == (value, low, high)
    assert (quantity.qualifier, quantity.dimension) == (qualifier, dimension)
    assert not damaged


@pytest.mark.parametrize(
    "text",
    [
        "十届五次全委会议",
        "完成了区八次工代会的任务",
        "下午三点五十分开会",
        "第二十九次会议",
        "12月27日召开",
        "截至2017年底",
        "一九八五年三月",
        "2013—2017年规划",
        "1—9月",
        "20世纪90年代",
        "庆祝成立70周年",
        "总工发〔2017〕12号",
        "电话0471-6924501",
        "《改革方案》",
        "“六比一创”竞赛",
        "三位一体",
        "一户一策",
        "深化百万职工技术大比武活动",
        "近8个月的努力",
        "每一个职工",
        "学习十九大精神",
        "2018卷",
        "2.0版",
    ],
)
def test_dates_ordinals_names_and_numbers_of_documents_are_no_quantities(text: str) -> None:
    assert [q for q in find_quantities(text)[0] if q.unit is not None] == []


def test_a_size_class_is_no_quantity_but_the_rate_after_it_is() -> None:
    quantities, _ = find_quantities("百人以上企业建会率达98.6%")
    assert [(q.value, q.dimension) for q in quantities] == [(98.6, "percent")]


@pytest.mark.parametrize(
    ("text", "remains"),
    [
        ("会员1�5人", ["1", "5人"]),
        ("会员5□6人", ["5", "6人"]),
        ("会员2█6人", ["2", "6人"]),
        ("会员**6人", ["6人"]),
    ],
)
def test_a_destroyed_digit_yields_nothing_and_says_so(text: str, remains: list[str]) -> None:
    quantities, damaged = find_quantities(text)
    assert quantities == []
    assert [text[start:end] for start, end in damaged] == remains


def test_a_range_that_ends_in_nothing_is_no_range() -> None:
    quantities, _ = find_quantities("安排40~0万人。")
    assert [quantity.qualifier for quantity in quantities if quantity.qualifier == "RANGE"] == []


def test_offsets_point_at_the_printed_number() -> None:
    text = "全区基层工会达到6.4万个,会员近600万人。"
    quantities, _ = find_quantities(text)
    assert [text[q.start : q.end] for q in quantities] == ["6.4万个", "近600万人"]


def test_a_page_number_between_dashes_is_none_and_a_list_item_is_one() -> None:
    assert find_quantities("数据由中心提供。\n　　— 413 —\n") == ([], [])
    assert [item.value for item in find_quantities("— 413 — 会员")[0]] == [413]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("近九成三资企业建会", ["近九成"]),
        ("近八成三轮车从业人员入会", ["近八成"]),
        ("女性占四成六,", ["四成六"]),
        ("慰问金800元至1200户困难家庭", ["800元", "1200户"]),
        ("发放500元到1200名困难职工手中", ["500元", "1200名"]),
    ],
)
def test_what_stands_behind_is_no_part_of_the_number(text: str, spans: list[str]) -> None:
    assert [text[item.start : item.end] for item in find_quantities(text)[0]] == spans

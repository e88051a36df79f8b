"""Layouts in which tables reach us: mark-up, page breaks, numbered columns, broken heads, tables inside prose."""

from __future__ import annotations

import pytest

from ingest.extract import extract_claims
from ingest.parse import parse_html, parse_text

VOLUME = "工会 泰州统计年鉴2013"
Row = tuple[str, str | None, str, str | None, int | None]


def read(text: str, title: str = VOLUME) -> list[Row]:
    """Printed number, metric, breakdown, place and year of each cell."""
    is_markup = text.lstrip().startswith("<")
    page = (
        parse_html(text.encode(), page_id="t", title=title) if is_markup else parse_text(text, page_id="t", title=title)
    )
    return [
        (
            claim.raw_span,
            claim.metric_code,
            ";".join(f"{key}={value}" for key, value in claim.breakdown.items()),
            claim.ref_area_name,
            claim.ref_year,
        )
        for claim in extract_claims(page)
    ]


def test_bold_cells_and_breaks_inside_cells_of_bars() -> None:
    text = (
        "2012年分县区工会情况\n\n| 县<br>（区） | 基层工会<br>组织数<br>（个） | **会员人数**<br/>（人） | 其中：<br>女会员 |\n"
        "|:---|---:|---:|---:|\n| **合　计** | **512** | **9021** | __4011__ |\n| 海陵区① | 120 | 4021 | \\#1921 |\n"
    )
    assert read(text)[:4] == [
        ("512", "grassroots_unions", "", "泰州市", 2012),
        ("9021", "union_members", "", "泰州市", 2012),
        ("4011", "union_members", "sex=F", "泰州市", 2012),
        ("120", "grassroots_unions", "", "海陵区", 2012),
    ]


@pytest.mark.parametrize("between", ["续表\n", "— 412 —\n泰州统计年鉴2013\n续表\n", "412\n泰州统计年鉴2013\n-----\n"])
@pytest.mark.parametrize("again", ["", "地区\t基层工会(个)\t会员人数(人)\n"])
def test_rows_go_on_behind_a_page_break(between: str, again: str) -> None:
    text = (
        "2012年工会情况\n地区\t基层工会(个)\t会员人数(人)\n海陵区\t120\t4021\n高港区\t87\t3021\n"
        f"{between}{again}兴化市\t231\t8021\n靖江市\t254\t7021\n"
    )
    assert read(text)[4:] == [
        ("231", "grassroots_unions", "", "兴化市", 2012),
        ("8021", "union_members", "", "兴化市", 2012),
        ("254", "grassroots_unions", "", "靖江市", 2012),
        ("7021", "union_members", "", "靖江市", 2012),
    ]


def test_rows_below_a_head_of_many_lines_that_is_printed_again_are_no_repetition() -> None:
    head = "\n".join(["地区|基层工会|会员人数", "    |组织数(个)|合计(人)"] * 1)
    text = f"2012年工会情况\n{'-' * 60}\n{head}\n{'-' * 60}\n海陵区|120|4021\n{'-' * 60}\n续表\n{head}\n{'-' * 60}\n兴化市|231|8021\n"
    assert [row[:4] for row in read(text)] == [
        ("120", "grassroots_unions", "", "海陵区"),
        ("4021", "union_members", "", "海陵区"),
        ("231", "grassroots_unions", "", "兴化市"),
        ("8021", "union_members", "", "兴化市"),
    ]


def test_one_cell_a_line_over_two_pages() -> None:
    head = "指标\nItem\n2011年\n2012年\n"
    text = (
        f"工会情况\n{head}基层工会(个)\n213\n224\n会员人数(人)\n9241\n9802\n412\n泰州统计年鉴2013\nYEARBOOK\n续表\n"
        f"{head}职工人数(人)\n10241\n10802\n集体合同(份)\n124\n131\n"
    )
    assert [(row[0], row[1], row[4]) for row in read(text)] == [
        ("213", "grassroots_unions", 2011),
        ("224", "grassroots_unions", 2012),
        ("9241", "union_members", 2011),
        ("9802", "union_members", 2012),
        ("10241", "employees_in_unionised_units", 2011),
        ("10802", "employees_in_unionised_units", 2012),
        ("124", "collective_contracts", 2011),
        ("131", "collective_contracts", 2012),
    ]


def test_another_head_below_one_cell_a_line_begins_another_table() -> None:
    text = (
        "工会情况\n指标\n2011年\n2012年\n基层工会(个)\n213\n224\n会员人数(人)\n9241\n9802\n续表\n"
        "指标\n2009年\n2010年\n基层工会(个)\n198\n203\n会员人数(人)\n9001\n9102\n"
    )
    assert [(row[0], row[4]) for row in read(text)][4:] == [
        ("198", 2009),
        ("203", 2010),
        ("9001", 2009),
        ("9102", 2010),
    ]


@pytest.mark.parametrize("numbers", ["甲\t乙\t1\t2", "甲\t\t(1)\t(2)", "栏次\t\t1\t2", "A\tB\t1\t2=1+3"])
def test_rows_that_number_the_columns_hold_no_values(numbers: str) -> None:
    text = f"指标\t单位\t2012年\t2011年\n{numbers}\n基层工会\t个\t512\t498\n会员人数\t人\t4021\t3987\n"
    assert [(row[0], row[1]) for row in read(text)] == [
        ("512", "grassroots_unions"),
        ("498", "grassroots_unions"),
        ("4021", "union_members"),
        ("3987", "union_members"),
    ]


def test_a_numbered_head_one_cell_a_line() -> None:
    text = (
        "工会情况\n指标\n单位\n2011年\n2012年\n甲\n乙\n1\n2\n基层工会\n个\n213\n224\n会员人数\n人\n9241\n9802\n"
        "女职工委员会\n个\n142\n150\n"
    )
    assert [(row[0], row[1], row[4]) for row in read(text)][:2] == [
        ("213", "grassroots_unions", 2011),
        ("224", "grassroots_unions", 2012),
    ]


def test_sections_with_translations_or_dashes_head_the_rows_below_them() -> None:
    text = (
        "指标 Item\t单位\t2012\t2011\n一、工会组织 Trade Unions and their Organizations\n（一）基层组织：\n"
        "基层工会 Grassroots Trade Unions\t个\t512\t498\n二、会员 Members, Total\n会员人数\t人\t4021\t3987\n#女性\t人\t2021\t1987\n"
    )
    assert [row[:3] for row in read(text)] == [
        ("512", "grassroots_unions", ""),
        ("498", "grassroots_unions", ""),
        ("4021", "union_members", ""),
        ("3987", "union_members", ""),
        ("2021", "union_members", "sex=F"),
        ("1987", "union_members", "sex=F"),
    ]
    dashes = "指标|单位|2012年\n一、组织建设|—|\n基层工会|个|512\n二、妇联|—|—\n基层组织|个|98\n"
    assert [row[:2] for row in read(dashes)] == [("512", "grassroots_unions"), ("98", None)]


def test_heads_broken_over_lines_below_a_head_whose_span_was_lost() -> None:
    text = (
        "基层工会组织建设情况（2012年末）\n单位：个\n"
        "项　目\t基层工会\t建 立 有 下 列 组 织 的 基 层 工 会\t建立职代\n"
        "\t\t经费审查\t女职工\t会制度的\n\t组 织 数\t委 员 会\t委 员 会\t单 位 数\n"
        "总　计\t5837\t4102\t3961\t3317\n　企　业\t3926\t2604\t2517\t1846\n"
    )
    assert [row[:3] for row in read(text)] == [
        ("5837", "grassroots_unions", ""),
        ("4102", "audit_committees", ""),
        ("3961", "women_committees", ""),
        ("3317", "workers_congress_units", ""),
        ("3926", "grassroots_unions", "sector=enterprise"),
        ("2604", "audit_committees", "sector=enterprise"),
        ("2517", "women_committees", "sector=enterprise"),
        ("1846", "workers_congress_units", "sector=enterprise"),
    ]


def test_an_empty_place_over_two_lines_of_heads_belongs_to_the_heads_at_its_left() -> None:
    text = "2012年工会情况\n地区|工会||妇联\n|基层组织（个）||组织（个）\n||#新建|\n海陵区|120|14|33\n高港区|87|9|21\n"
    assert [row[:2] for row in read(text)] == [
        ("120", "grassroots_unions"),
        ("14", "new_grassroots_unions"),
        ("33", None),
        ("87", "grassroots_unions"),
        ("9", "new_grassroots_unions"),
        ("21", None),
    ]


def test_contracts_of_one_kind_head_their_number_and_whom_they_cover() -> None:
    html = (
        "<table><tr><td rowspan=2>地区</td><td colspan=2>集体合同</td><td colspan=2>工资专项集体合同</td>"
        "<td rowspan=2>已建工会企业集体协商建制率(%)</td></tr><tr><td>份数(份)</td><td>覆盖职工(人)</td><td>份数(份)</td>"
        "<td>覆盖职工(人)</td></tr><tr><td>海陵区</td><td>98</td><td>702</td><td>90</td><td>500</td><td>91.4</td></tr></table>"
    )
    assert [row[:3] for row in read(html)] == [
        ("98", "collective_contracts", ""),
        ("702", "collective_contract_workers", ""),
        ("90", "collective_contracts", "contract_type=wage"),
        ("500", "collective_contract_workers", "contract_type=wage"),
        ("91.4", "collective_consultation_rate", ""),
    ]


def test_amounts_of_change_are_in_the_unit_of_the_levels() -> None:
    html = (
        "<table><tr><td rowspan=2>指标</td><td rowspan=2>单位</td><td rowspan=2>2012年</td><td colspan=2>比上年增减</td></tr>"
        "<tr><td>绝对数</td><td>%</td></tr><tr><td>会员人数</td><td>万人</td><td>40.2</td><td>-0.4</td><td>-1.0</td></tr></table>"
    )
    claims = extract_claims(parse_html(html.encode(), page_id="t", title=VOLUME))
    assert [(claim.obs_value, claim.change_kind) for claim in claims] == [
        (402000.0, "level"),
        (-4000.0, "yoy_abs"),
        (-1.0, "yoy_pct"),
    ]


def test_what_is_counted_in_two_units_is_the_metric_in_its_own() -> None:
    text = "指标\t2012\n在档困难职工（户）\t512\n在档困难职工（人）\t1213\n职工疗休养（人）\t18\n基层工会（个）\t9\n"
    assert [row[:2] for row in read(text)] == [
        ("512", "hardship_households_registered"),
        ("1213", None),
        ("18", "recuperation_persons"),
        ("9", "grassroots_unions"),
    ]


def test_measure_words_with_a_scale_or_in_two_wordings() -> None:
    text = "指标\t单位\t2012\n会员人数\t十万人\t4\n受理职工来信来访\t件（次）\t873\n基层工会\t个/家\t512\n"
    claims = extract_claims(parse_text(text, page_id="t", title=VOLUME))
    assert [(claim.metric_code, claim.obs_value) for claim in claims] == [
        ("union_members", 400000.0),
        ("petitions_handled", 873.0),
        ("grassroots_unions", 512.0),
    ]


def test_a_breakdown_in_brackets_behind_a_head() -> None:
    text = (
        "指标\t2012\n会员人数（人）\t4021\n会员人数（女）（人）\t2021\n五一劳动奖章（省级）（人）\t12\n"
        "会员人数（含农民工）（人）\t4021\n"
    )
    assert [row[1:3] for row in read(text)] == [
        ("union_members", ""),
        ("union_members", "sex=F"),
        ("may1_medals", "award_level=province"),
        ("union_members", ""),
    ]


def test_a_note_inside_a_table_does_not_hide_it() -> None:
    note = "注：本表资料由市总工会提供，" + "会员人数按实名制登记口径统计，" * 12
    html = (
        "<table><tr><td>指标</td><td>2011年</td><td>2012年</td></tr><tr><td>基层工会(个)</td><td>213</td><td>224</td></tr>"
        f"<tr><td>会员人数(人)</td><td>9241</td><td>9802</td></tr><tr><td colspan=3>{note}</td></tr></table>"
    )
    assert [(row[0], row[4]) for row in read(html)] == [("213", 2011), ("224", 2012), ("9241", 2011), ("9802", 2012)]


@pytest.mark.parametrize(
    "html",
    [
        "<pre>指标            2011年    2012年\n基层工会(个)     213      224\n会员人数(人)    9241     9802\n</pre>",
        "<p>指标　　2011年　　2012年</p><p>基层工会(个)　　213　　224</p><p>会员人数(人)　　9241　　9802</p>",
        "<p>指标　　2011年　　2012年<br>基层工会(个)　　213　　224<br>会员人数(人)　　9241　　9802</p>",
    ],
)
def test_tables_set_by_blanks_in_a_web_page(html: str) -> None:
    assert [
        (row[0].strip("　"), row[1], row[4]) for row in read(f"<html><body><h1>工会情况</h1>{html}</body></html>")
    ] == [
        ("213", "grassroots_unions", 2011),
        ("224", "grassroots_unions", 2012),
        ("9241", "union_members", 2011),
        ("9802", "union_members", 2012),
    ]


def test_a_year_in_chinese_digits_heads_a_row_of_its_year() -> None:
    text = "年份\t基层工会(个)\t会员人数(人)\n一九八五年\t512\t4021\n1990年\t612\t5021\n"
    assert [(row[0], row[4]) for row in read(text)] == [("512", 1985), ("4021", 1985), ("612", 1990), ("5021", 1990)]


def test_a_volume_above_a_table_is_not_its_year() -> None:
    text = "泰州统计年鉴2013\n工会基本情况\n地区\t会员人数(人)\t基层工会(个)\n兴化市\t8021\t231\n靖江市\t7021\t254\n"
    assert [row[4] for row in read(text)] == [2012] * 4


def test_the_number_and_title_of_a_table_are_no_head() -> None:
    text = "表4\t2012年县区工会情况\n单位\t基层工会(个)\t会员(人)\n海陵区\t120\t4021\n高港区\t87\t3021\n"
    assert read(text) == [
        ("120", "grassroots_unions", "", "海陵区", 2012),
        ("4021", "union_members", "", "海陵区", 2012),
        ("87", "grassroots_unions", "", "高港区", 2012),
        ("3021", "union_members", "", "高港区", 2012),
    ]


def test_a_column_of_places_headed_unit_is_no_column_of_measure_words() -> None:
    text = "2012年工会情况\n单位\t会员(人)\n海陵区\t4021\n高港区\t3021\n"
    assert [(place, printed) for printed, _, _, place, _ in read(text)] == [("海陵区", "4021"), ("高港区", "3021")]


def test_a_head_stands_over_no_column_that_has_another_head_above() -> None:
    text = (
        "2012年工会情况\n\t工会基层\t已建工会的基层\t会员人数\n地区\t组织数\t单位职工人数\t\n\t(个)\t(人)\t(人)\n"
        "海陵区\t120\t9021\t4021\n高港区\t87\t8021\t3021\n"
    )
    assert read(text)[:3] == [
        ("120", "grassroots_unions", "", "海陵区", 2012),
        ("9021", "employees_in_unionised_units", "", "海陵区", 2012),
        ("4021", "union_members", "", "海陵区", 2012),
    ]


def test_two_lines_of_heads_out_of_line_with_each_other() -> None:
    text = (
        "2012年工会女职工工作情况\n\n            女职工委员      女会员    女职工专项     女职工休息\n"
        "地  区      会(个)    (人)   集体合同(份)    哺乳室(个)\n"
        "海陵区          120      4021       51         7\n高港区           87      3021       42         6\n"
    )
    assert read(text)[:4] == [
        ("120", "women_committees", "", "海陵区", 2012),
        ("4021", "union_members", "sex=F", "海陵区", 2012),
        ("51", "collective_contracts", "contract_type=women", "海陵区", 2012),
        ("7", "mother_baby_rooms", "", "海陵区", 2012),
    ]


def test_one_wide_blank_before_a_number_sets_it_apart() -> None:
    text = (
        "指　标　　　　　　　　　　2010    2011    2012\n基层工会组织数(个)　　　　　120    130    140\n"
        "为职工挽回经济损失(万元)　416    873    1,052\n"
    )
    assert [(printed, code, year) for printed, code, _, _, year in read(text)[3:]] == [
        ("416", "legal_aid_recovered_amount", 2010),
        ("873", "legal_aid_recovered_amount", 2011),
        ("1,052", "legal_aid_recovered_amount", 2012),
    ]


def test_a_row_that_lacks_values_is_read_by_its_place_in_the_print() -> None:
    text = (
        "2012年工会情况\n地区        基层工会(个)    会员(人)    女职工委员会(个)\n海陵区               120        4021                  51\n"
        "高港区                87        3021                  42\n兴化市               231                              17\n"
    )
    assert read(text)[6:] == [
        ("231", "grassroots_unions", "", "兴化市", 2012),
        ("17", "women_committees", "", "兴化市", 2012),
    ]


def test_a_row_that_lacks_values_in_print_that_keeps_no_columns_is_not_guessed() -> None:
    text = (
        "2012年工会情况\n地区  基层工会(个)  会员(人)  女职工委员会(个)\n海陵区  120  14021  51\n高港区  87  3021  42\n"
        "兴化市  231  17\n"
    )
    assert read(text)[6:] == [("231", None, "", "兴化市", 2012), ("17", None, "", "兴化市", 2012)]


def test_a_count_of_contracts_below_their_kind() -> None:
    html = (
        "<p>2012年工会情况</p><table><tr><td rowspan=2>地区</td><td colspan=2>工资专项集体合同</td></tr>"
        "<tr><td>签订数(份)</td><td>覆盖职工(人)</td></tr><tr><td>海陵区</td><td>11</td><td>220</td></tr>"
        "<tr><td>高港区</td><td>12</td><td>230</td></tr></table>"
    )
    assert read(html)[:2] == [
        ("11", "collective_contracts", "contract_type=wage", "海陵区", 2012),
        ("220", "collective_contract_workers", "contract_type=wage", "海陵区", 2012),
    ]


def test_members_of_an_association_are_no_union_members() -> None:
    text = "2012年群众团体情况\n指标\t单位\t2012\n一、工会\n会员\t人\t4021\n二、科学技术协会\n会员\t人\t621\n"
    assert [(printed, code) for printed, code, *_ in read(text)] == [("4021", "union_members"), ("621", None)]


def test_migrants_among_the_employees_have_a_metric_of_their_own() -> None:
    text = "2012年工会情况\n地区\t职工人数(人)\t#农民工\t会员(人)\t#农民工\n海陵区\t9021\t2021\t8021\t1921\n高港区\t8021\t1021\t7021\t921\n"
    assert read(text)[1:4:2] == [
        ("2021", "migrant_employees", "", "海陵区", 2012),
        ("1921", "union_members", "worker_type=migrant", "海陵区", 2012),
    ]

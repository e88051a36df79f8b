"""Heads of tables: years told from the table's own, parts over several columns, panels and repeated heads."""

from __future__ import annotations

import pytest

from ingest.extract import extract_claims
from ingest.parse import parse_html, parse_text

VOLUME = "工会 泰州统计年鉴2013"


def read(text: str, title: str = VOLUME) -> list[tuple[str, str | None, str, float | None, str | None, int | None]]:
    """Printed number, metric, breakdown, value, place and year of each cell."""
    is_markup = text.lstrip().startswith("<")
    page = (
        parse_html(text.encode(), page_id="t", title=title) if is_markup else parse_text(text, page_id="t", title=title)
    )
    return [
        (
            claim.raw_span,
            claim.metric_code,
            ";".join(f"{key}={value}" for key, value in claim.breakdown.items()),
            claim.obs_value,
            claim.ref_area_name,
            claim.ref_year,
        )
        for claim in extract_claims(page)
    ]


@pytest.mark.parametrize(
    ("this", "last"),
    [
        ("本年", "上年"),
        ("本年末", "上年末"),
        ("本年实际", "上年同期"),
        ("本年数", "上年数"),
        ("2012年末", "2011年末"),
        ("2012年6月", "2011年9月底"),
    ],
)
def test_years_told_from_the_tables_own(this: str, last: str) -> None:
    text = f"工会基本情况(2012年)\n指标\t单位\t{this}\t{last}\n基层工会\t个\t512\t498\n会员人数\t人\t40213\t39870\n"
    assert [(row[0], row[1], row[5]) for row in read(text)] == [
        ("512", "grassroots_unions", 2012),
        ("498", "grassroots_unions", 2011),
        ("40213", "union_members", 2012),
        ("39870", "union_members", 2011),
    ]


def test_the_year_before_last_and_the_pages_own_year() -> None:
    text = "工会基本情况\n指标\t本年\t去年\t前年\n基层工会(个)\t512\t498\t477\n会员人数(人)\t40213\t39870\t39011\n"
    assert [(row[0], row[5]) for row in read(text)][:3] == [("512", 2012), ("498", 2011), ("477", 2010)]


def test_years_told_so_below_a_head_and_before_a_noun() -> None:
    below = (
        "<table><tr><td rowspan=2>地区</td><td colspan=2>工会会员人数(人)</td></tr><tr><td>本年</td><td>上年</td></tr>"
        "<tr><td>兴化市</td><td>5012</td><td>4816</td></tr><tr><td>靖江市</td><td>612</td><td>600</td></tr></table>"
    )
    assert [(row[0], row[1], row[4], row[5]) for row in read(below)][:2] == [
        ("5012", "union_members", "兴化市", 2012),
        ("4816", "union_members", "兴化市", 2011),
    ]
    before = "2012年工会情况\n指标\t数量\n上年末会员人数(人)\t4816\n本年末会员人数(人)\t5012\n基层工会(个)\t51\n"
    assert [(row[0], row[1], row[5]) for row in read(before)] == [
        ("4816", "union_members", 2011),
        ("5012", "union_members", 2012),
        ("51", "grassroots_unions", 2012),
    ]


def test_changes_against_another_year_are_no_levels() -> None:
    text = "指标\t本年\t上年\t同比(%)\t以上年为100\n会员人数(人)\t40213\t39870\t0.9\t100.9\n基层工会(个)\t512\t498\t2.8\t102.8\n"
    assert [(row[0], row[1]) for row in read(text)][:4] == [
        ("40213", "union_members"),
        ("39870", "union_members"),
        ("0.9", None),
        ("100.9", None),
    ]


def test_a_part_over_several_years_belongs_to_the_whole_before_it() -> None:
    text = (
        "地区\t基层工会(个)\t\t会员人数(人)\t\t＃女会员\t\t专职工会干部(人)\t\n"
        "\t2012\t2011\t2012\t2011\t2012\t2011\t2012\t2011\n"
        "兴化市\t98\t95\t13204\t12881\t5214\t5059\t66\t64\n泰兴市\t67\t66\t8031\t7902\t2986\t2917\t12\t10\n"
    )
    assert [row[1:3] + row[5:] for row in read(text)[4:6]] == [
        ("union_members", "sex=F", 2012),
        ("union_members", "sex=F", 2011),
    ]


def test_a_part_under_a_head_of_its_own_is_none_of_the_head_before_it() -> None:
    html = (
        "<table><tr><td rowspan=2>地区</td><td rowspan=2>基层工会(个)</td><td colspan=2>会员人数(人)</td></tr>"
        "<tr><td>企业</td><td>机关</td></tr><tr><td>兴化市</td><td>98</td><td>7012</td><td>816</td></tr></table>"
    )
    assert [row[1:3] for row in read(html)] == [
        ("grassroots_unions", ""),
        ("union_members", "sector=enterprise"),
        ("union_members", "sector=government"),
    ]


def test_panels_side_by_side_are_read_each_on_its_own() -> None:
    text = "市工会会员\n年份\t会员人数(人)\t年份\t会员人数(人)\n1985\t1204\t1995\t2310\n1990\t1871\t2000\t2544\n"
    assert [(row[0], row[1], row[5]) for row in read(text)] == [
        ("1204", "union_members", 1985),
        ("2310", "union_members", 1995),
        ("1871", "union_members", 1990),
        ("2544", "union_members", 2000),
    ]
    text = "工会组织\n地区\t基层工会(个)\t地区\t基层工会(个)\n海陵区\t120\t兴化市\t231\n高港区\t87\t靖江市\t254\n"
    assert [(row[0], row[4]) for row in read(text)] == [
        ("120", "海陵区"),
        ("231", "兴化市"),
        ("87", "高港区"),
        ("254", "靖江市"),
    ]


def test_a_head_repeated_below_keeps_the_rows_together_and_a_new_one_begins_a_table() -> None:
    text = "指标\t2011\t2012\n一、工会\t\t\n会员人数(人)\t512\t498\n指标\t2011\t2012\n#女性\t213\t204\n"
    assert [row[1:3] for row in read(text)] == [("union_members", "")] * 2 + [("union_members", "sex=F")] * 2
    text = "工会情况\n地区\t基层工会(个)\n兴化市\t51\n靖江市\t42\n地区\t会员人数(人)\n兴化市\t5120\n靖江市\t4211\n"
    assert [row[1] for row in read(text)] == ["grassroots_unions"] * 2 + ["union_members"] * 2


def test_sections_inside_another_bodys_section_and_empty_rows_between() -> None:
    html = (
        "<table><tr><td>指标</td><td>2012</td></tr><tr><td>二、共青团</td><td></td></tr>"
        "<tr><td>(一)组织</td><td></td></tr><tr><td>专职干部(人)</td><td>9</td></tr><tr><td> </td><td></td></tr>"
        "<tr><td>兼职干部(人)</td><td>7</td></tr><tr><td>三、工会</td><td></td></tr><tr><td>会员人数(人)</td><td>77</td></tr>"
        "<tr><td></td><td></td></tr><tr><td>#女性</td><td>31</td></tr></table>"
    )
    assert [row[1:3] for row in read(html)] == [
        (None, ""),
        (None, ""),
        ("union_members", ""),
        ("union_members", "sex=F"),
    ]


def test_types_of_registration_and_industries_are_breakdowns() -> None:
    text = (
        "按登记注册类型和行业分的工会\n项目\t工会数(个)\t会员数(人)\t#女会员\n总计\t538\t71192\t26487\n"
        "一、按登记注册类型分\t\t\t\n　股份合作企业\t17\t1503\t521\n　有限责任公司\t58\t7281\t2403\n机关、事业单位\t76\t4448\t\n"
        "二、按行业分\t\t\t\n采掘业\t8\t3615\t701\n批发零售业\t67\t6401\t2997\n交通运输、仓储及邮电通信业\t9\t812\t101\n"
        "教育\t61\t8714\t4520\n杂项\t3\t40\t12\n"
    )
    assert [row[1:4] for row in read(text) if row[3] in (17, 521, 7281, 76, 3615, 67, 812, 8714, 40)] == [
        ("grassroots_unions", "ownership=stock_cooperative", 17),
        ("union_members", "ownership=stock_cooperative;sex=F", 521),
        ("union_members", "ownership=limited_liability", 7281),
        ("grassroots_unions", "sector=public_bodies", 76),
        ("union_members", "sector=mining", 3615),
        ("grassroots_unions", "sector=trade", 67),
        ("union_members", "sector=transport", 812),
        ("union_members", "sector=education", 8714),
        (None, "", 40),
    ]


def test_a_category_below_a_whole_is_a_part_only_where_the_table_says_so() -> None:
    text = "指标\t2012\n基层工会(个)\t512\n#企业\t402\n机关、事业单位\t98\n职工书屋(个)\t7\n社会团体(个)\t66\n"
    assert [row[1:3] for row in read(text)] == [
        ("grassroots_unions", ""),
        ("grassroots_unions", "sector=enterprise"),
        ("grassroots_unions", "sector=public_bodies"),
        ("workers_bookhouses", ""),
        (None, ""),
    ]


def test_an_empty_line_is_the_place_of_a_value_where_the_row_has_as_many_lines_as_columns() -> None:
    text = (
        "工会情况\n指标\n单位\n2009年\n2010年\n2011年\n工会会员\n人\n31205\n32840\n35117\n其中：女会员\n人\n11860\n\n14630\n"
        "农民工会员\n人\n\n9812\n12055\n基层工会\n个\n41\n42\n44\n职工书屋\n个\n3\n7\n"
    )
    assert [(row[0], row[5]) for row in read(text)] == [
        ("31205", 2009),
        ("32840", 2010),
        ("35117", 2011),
        ("11860", 2009),
        ("14630", 2011),
        ("9812", 2010),
        ("12055", 2011),
        ("41", 2009),
        ("42", 2010),
        ("44", 2011),
        ("3", 2010),
        ("7", 2011),
    ]


def test_who_is_covered_in_the_row_after_the_contracts_and_unions_of_an_area() -> None:
    text = (
        "指标\t2012\n职工入会率(%)\t92.1\n签订集体合同(份)\t196\n覆盖职工(人)\t19270\n"
        "基层工会(个)\t560\n其中：联合工会(个)\t31\n区域（行业）工会联合会(个)\t4\n专职工会主席(人)\t24\n"
    )
    assert [row[1:3] for row in read(text)] == [
        ("employee_unionisation_rate", ""),
        ("collective_contracts", ""),
        ("collective_contract_workers", ""),
        ("grassroots_unions", ""),
        ("grassroots_unions", "org_form=joint"),
        ("union_federations_regional_industry", ""),
        (None, ""),
    ]


def test_a_head_over_several_columns_is_the_part_that_all_of_them_count() -> None:
    html = (
        "<table><tr><td rowspan=2>地区</td><td colspan=2>企业</td><td colspan=2>机关事业单位</td></tr>"
        "<tr><td>工会会员(人)</td><td>#女会员</td><td>工会会员(人)</td><td>#女会员</td></tr>"
        "<tr><td>兴化市</td><td>500</td><td>200</td><td>90</td><td>40</td></tr></table>"
    )
    assert [row[1:3] for row in read(html)] == [
        ("union_members", "sector=enterprise"),
        ("union_members", "sector=enterprise;sex=F"),
        ("union_members", "sector=public_bodies"),
        ("union_members", "sector=public_bodies;sex=F"),
    ]


def test_the_same_part_twice_under_a_whole_is_one_of_the_part_before_it() -> None:
    text = "指标\t2012\n工会会员(人)\t900\n#女性\t400\n#农民工\t300\n#女性\t120\n基层工会(个)\t12\n"
    assert [row[2] for row in read(text)] == ["", "sex=F", "worker_type=migrant", "sex=F;worker_type=migrant", ""]


def test_amounts_shares_and_changes_beside_each_other() -> None:
    text = "工会会员构成\n指标\t绝对数(人)\t比重(%)\t比上年增减(人)\n工会会员\t40213\t100.0\t343\n#女性\t16213\t40.3\t-12\n"
    claims = extract_claims(parse_text(text, page_id="t", title=VOLUME))
    assert [(claim.metric_code, claim.unit_code, claim.change_kind, claim.obs_value) for claim in claims] == [
        ("union_members", "person", "level", 40213),
        (None, "percent", "level", 100),
        (None, "person", "yoy_abs", 343),
        ("union_members", "person", "level", 16213),
        (None, "percent", "level", 40.3),
        (None, "person", "yoy_abs", -12),
    ]


def test_urban_districts_units_of_the_city_and_the_corps_are_not_the_whole_region() -> None:
    text = "地区\t基层工会(个)\n全市\t900\n市区\t500\n市直\t40\n兴化市\t200\n新疆兵团\t30\n"
    claims = extract_claims(parse_text(text, page_id="t", title=VOLUME))
    assert [(claim.ref_area_name, claim.reporting_scope) for claim in claims] == [
        ("泰州市", "all_levels"),
        ("市区", "all_levels"),
        ("泰州市", "own_level"),
        ("兴化市", "all_levels"),
        ("新疆生产建设兵团", "all_levels"),
    ]


def test_a_table_below_another_bodys_caption_is_that_bodys() -> None:
    html = (
        "<p>2012年全市工会工作稳步发展。</p><p>表4 共青团组织情况</p><table><tr><th>指标</th><th>2012</th><th>2011</th></tr>"
        "<tr><td>专职干部(人)</td><td>512</td><td>498</td></tr></table>"
    )
    assert [row[1] for row in read(html)] == [None, None]


def test_a_footnote_mark_behind_a_number_is_no_digit() -> None:
    text = "指标\t2012\n基层工会①(个)\t１ ２３４②\n职工入会率(%)\t98.2①\n"
    assert [row[1:4] for row in read(text)] == [
        ("grassroots_unions", "", 1234),
        ("employee_unionisation_rate", "", 98.2),
    ]


def test_heads_below_each_other_in_print_set_by_blanks_are_one_head() -> None:
    text = (
        "26-1 工会组织情况\n\n"
        "年  份      工会基层        全国已建工会组织的       会员人数      #女  性    专职工会\n"
        "            组织数          基层单位职工人数                                   工作人员\n"
        "            (万个)          (万人)              (万人)        (万人)      (万人)\n"
        "1952        20.7          1393.2            1002.3        123.1       5.3\n"
        "2011       232.0         27306.6           25885.1     9813.0     99.8\n"
    )
    assert [row[1:3] + row[3:] for row in read(text, title="工会组织情况 中国统计年鉴2012")][5:] == [
        ("grassroots_unions", "", 2320000, "全国", 2011),
        ("employees_in_unionised_units", "", 273066000, "全国", 2011),
        ("union_members", "", 258851000, "全国", 2011),
        ("union_members", "sex=F", 98130000, "全国", 2011),
        ("full_time_union_staff", "", 998000, "全国", 2011),
    ]


def test_cells_set_apart_by_single_blanks_with_a_unit_after_the_label() -> None:
    text = "工会情况\n项目 计量单位 2010年 2011年\n基层工会 个 500 510\n送温暖慰问款 万元 12.3 13.4\n"
    assert [row[1:4] + row[5:] for row in read(text)] == [
        ("grassroots_unions", "", 500, 2010),
        ("grassroots_unions", "", 510, 2011),
        ("warmth_funds", "", 123000, 2010),
        ("warmth_funds", "", 134000, 2011),
    ]


def test_columns_that_nothing_heads_are_not_mapped() -> None:
    text = "工会2010年、2011年情况\n基层工会(个)\t500\t510\n会员人数(人)\t400\t410\n"
    assert [row[1] for row in read(text)] == [None] * 4


def test_enterprises_and_institutions_together_are_no_part() -> None:
    text = "指标\t2012\n建立职代会的企事业单位(个)\t310\n会员人数(人)\t900\n"
    assert [row[1:3] for row in read(text)] == [("workers_congress_units", ""), ("union_members", "")]


def test_a_row_that_lacks_a_value_is_placed_under_years_and_not_under_other_heads() -> None:
    years = "工会情况\n指标\n上年\n本年\n基层工会(个)\n500\n510\n会员(人)\n12\n13\n职工书屋(个)\n7\n女职工委员会(个)\n3\n4\n"
    assert ("7", "workers_bookhouses", "", 7, "泰州市", 2012) in read(years)
    heads = (
        "分地区工会组织情况\n地区\n基层工会(个)\n会员人数(人)\n#女性(人)\n海陵区\n300\n30000\n14000\n兴化市\n200\n20000\n"
        "靖江市\n40\n4000\n1800\n泰兴市\n50\n5000\n2000\n"
    )
    assert [row[1] for row in read(heads)][2:6] == ["union_members", None, None, "grassroots_unions"]


def test_years_beside_the_region_that_spans_them() -> None:
    html = (
        "<table><tr><td>地区</td><td>年份</td><td>基层工会(个)</td></tr><tr><td rowspan=2>海陵区</td><td>2011</td><td>30</td></tr>"
        "<tr><td>2012</td><td>31</td></tr><tr><td rowspan=2>兴化市</td><td>2011</td><td>20</td></tr><tr><td>2012</td><td>21</td></tr></table>"
    )
    assert [(row[0], row[4], row[5]) for row in read(html)] == [
        ("30", "海陵区", 2011),
        ("31", "海陵区", 2012),
        ("20", "兴化市", 2011),
        ("21", "兴化市", 2012),
    ]


def test_towns_as_rows_and_years_below_a_five_year_plan() -> None:
    text = "乡镇\t基层工会(个)\n合计\t120\n戴南镇\t30\n昌荣镇\t20\n"
    assert [(row[0], row[1], row[4]) for row in read(text, title="工会 兴化市统计年鉴2013")][1:] == [
        ("30", "grassroots_unions", "戴南镇"),
        ("20", "grassroots_unions", "昌荣镇"),
    ]
    text = "年份\t基层工会(个)\n1978\t1203\n“十一五”时期\t\n2006\t1503\n"
    assert [(row[1], row[5]) for row in read(text)] == [("grassroots_unions", 1978), ("grassroots_unions", 2006)]


def test_who_is_covered_is_of_the_kind_of_contract_in_the_rows_above() -> None:
    text = (
        "指标\t2012年\n签订综合集体合同(份)\t1203\n覆盖企业(个)\t2203\n覆盖职工(万人)\t12.3\n"
        "签订工资专项集体合同(份)\t903\n覆盖企业(个)\t1204\n覆盖职工(万人)\t8.3\n"
    )
    assert [row[1:3] for row in read(f"工会集体合同\n{text}")] == [
        ("collective_contracts", ""),
        ("collective_contract_enterprises", ""),
        ("collective_contract_workers", ""),
        ("collective_contracts", "contract_type=wage"),
        ("collective_contract_enterprises", "contract_type=wage"),
        ("collective_contract_workers", "contract_type=wage"),
    ]


def test_a_row_of_one_kind_of_unions_divides_the_columns_of_unions_too() -> None:
    text = "项目\t工会数(个)\t会员数(人)\n总计\t900\t90000\n按工会类型分\t\t\n单独基层工会\t500\t50000\n"
    assert [row[1:3] for row in read(text)][2:] == [
        ("grassroots_unions", "org_form=single"),
        ("union_members", "org_form=single"),
    ]


def test_a_part_or_a_whole_without_values_is_no_section() -> None:
    text = (
        "指标\t2011\t2012\n职工人数(人)\t\t1017\n#女职工\t\t\n工会会员(人)\t924\t1002\n女会员\t\t\n基层工会(个)\t21\t22\n"
        "专职工会干部(人)\t\t\n#女性\t3\t4\n女职工委员会(个)\t5\t6\n"
    )
    assert [row[1:3] for row in read(text)] == [
        ("employees_in_unionised_units", ""),
        ("union_members", ""),
        ("union_members", ""),
        ("grassroots_unions", ""),
        ("grassroots_unions", ""),
        ("full_time_union_staff", "sex=F"),
        ("full_time_union_staff", "sex=F"),
        ("women_committees", ""),
        ("women_committees", ""),
    ]


def test_years_out_of_order_head_columns_below_a_head_of_labels() -> None:
    text = "泰州市工会情况\n指标\t1978\t1990\t2014\t2013\n基层工会(个)\t1200\t2200\t3300\t3200\n会员(人)\t5\t6\t8\t7\n"
    assert [(row[0], row[1], row[5]) for row in read(text)][:4] == [
        ("1200", "grassroots_unions", 1978),
        ("2200", "grassroots_unions", 1990),
        ("3300", "grassroots_unions", 2014),
        ("3200", "grassroots_unions", 2013),
    ]

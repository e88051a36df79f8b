"""Printed tables: what rows, columns and captions say about a cell."""

from __future__ import annotations

from ingest.extract import extract_claims
from ingest.parse import parse_html, parse_text


def cells(claims):
    return [
        (
            c.raw_span,
            c.metric_code,
            ";".join(f"{k}={v}" for k, v in c.breakdown.items()),
            c.obs_value,
            c.ref_area_name,
            c.ref_year,
        )
        for c in claims
    ]


def read(text: str, title: str = "江苏统计年鉴2006"):
    return cells(extract_claims(parse_text(text, page_id="t", title=title)))


def test_two_year_columns_sub_rows_and_units_per_row() -> None:
    text = (
        "16-11 工会基本情况\n"
        "指  标 | 2005 | 2004\n"
        "工会基层组织数(个) | 224605 | 213686\n"
        "会员人数(万人) | 1002.25 | 924.18\n"
        "  #女性 | 391.5 | \n"
    )
    assert read(text) == [
        ("224605", "grassroots_unions", "", 224605.0, "江苏省", 2005),
        ("213686", "grassroots_unions", "", 213686.0, "江苏省", 2004),
        ("1002.25", "union_members", "", 10022500.0, "江苏省", 2005),
        ("924.18", "union_members", "", 9241800.0, "江苏省", 2004),
        ("391.5", "union_members", "sex=F", 3915000.0, "江苏省", 2005),
    ]


def test_the_same_sub_row_under_two_parents_means_two_things() -> None:
    text = "指标\t2005\n职工人数(人)\t500\n其中:女性\t210\n会员人数(人)\t480\n其中:女性\t200\n基层工会(个)\t12\n"
    assert [(row[0], row[1], row[2]) for row in read(text)] == [
        ("500", "employees_in_unionised_units", ""),
        ("210", "employees_in_unionised_units", "sex=F"),
        ("480", "union_members", ""),
        ("200", "union_members", "sex=F"),
        ("12", "grassroots_unions", ""),
    ]


def test_regions_as_rows_with_spaced_names_and_a_unit_in_the_caption() -> None:
    text = "单位:个\n地 区\t基层工会\t涵盖单位\n全  国\t2476000\t***\n内 蒙 古\t64000\t92000\n江  苏\t\t700000\n"
    assert [(row[0], row[1], row[4]) for row in read(text, title="中国统计年鉴2021")] == [
        ("2476000", "grassroots_unions", "全国"),
        ("64000", "grassroots_unions", "内蒙古自治区"),
        ("92000", "grassroots_units_covered", "内蒙古自治区"),
        ("700000", "grassroots_units_covered", "江苏省"),
    ]


def test_one_cell_a_line_fills_the_last_columns() -> None:
    text = (
        "工会情况\n指标\n2004年\n2005年\n基层工会(个)\n213686\n224605\n"
        "女职工委员会(个)\n42342\n会员人数(人)\n9241800\n10022500\n"
    )
    assert [(row[0], row[1], row[5]) for row in read(text)] == [
        ("213686", "grassroots_unions", 2004),
        ("224605", "grassroots_unions", 2005),
        ("42342", "women_committees", 2005),
        ("9241800", "union_members", 2004),
        ("10022500", "union_members", 2005),
    ]


def test_rows_of_other_bodies_and_unknown_rows_stay_unmapped() -> None:
    text = (
        "指标\t2005\t2004\n一、工会\t\t\n基层工会(个)\t12\t11\n"
        "二、妇联\t\t\n基层妇联组织(个)\t40\t41\n专职干部(人)\t9\t8\n"
    )
    assert [(row[0], row[1]) for row in read(text)] == [
        ("12", "grassroots_unions"),
        ("11", "grassroots_unions"),
        ("40", None),
        ("41", None),
        ("9", None),
        ("8", None),
    ]


def test_a_row_of_unknown_meaning_under_a_known_column_is_not_guessed() -> None:
    text = "行业\t会员人数(人)\t基层工会(个)\n总计\t500\t50\n来料加工\t100\t10\n"
    assert [(row[0], row[1]) for row in read(text)] == [
        ("500", "union_members"),
        ("50", "grassroots_unions"),
        ("100", None),
        ("10", None),
    ]


def test_spanning_headers_of_an_html_table() -> None:
    body = (
        "<html><body><h2>工会情况 江苏统计年鉴2006</h2><table>"
        "<tr><th rowspan=2>地区</th><th colspan=2>会员人数(人)</th><th rowspan=2>基层工会(个)</th></tr>"
        "<tr><th>2005</th><th>#女性</th></tr>"
        "<tr><td>南 京 市</td><td>1000</td><td>400</td><td>30</td></tr>"
        "<tr><td>无锡市</td><td>900</td><td>&nbsp;</td><td>20</td></tr>"
        "</table></body></html>"
    ).encode()
    claims = cells(extract_claims(parse_html(body, page_id="h", title="江苏统计年鉴2006")))
    assert [(row[0], row[1], row[2], row[4]) for row in claims] == [
        ("1000", "union_members", "", "南京市"),
        ("400", "union_members", "sex=F", "南京市"),
        ("30", "grassroots_unions", "", "南京市"),
        ("900", "union_members", "", "无锡市"),
        ("20", "grassroots_unions", "", "无锡市"),
    ]


def test_a_claim_of_a_cell_carries_its_paths_and_its_offsets() -> None:
    text = "工会情况\n指标 | 2005 | 2004\n基层工会(个) | 224605 | 213686\n会员人数(人) | 12 | 11\n"
    page = parse_text(text, page_id="t", title="江苏统计年鉴2006")
    claim = extract_claims(page)[1]
    assert claim.table_cell == "t0: 基层工会(个) × 2004"
    assert text[claim.char_start : claim.char_end] == "213686"


def test_a_unit_that_is_not_understood_leaves_the_cell_unmapped() -> None:
    text = "指标\t单位\t2013\t2017\n会员\t亿人\t2.8\t3\n会员\t打\t2.8\t3\n基层工会\t个\t12\t13\n"
    assert [(row[0], row[1], row[3]) for row in read(text)] == [
        ("2.8", "union_members", 280_000_000.0),
        ("3", "union_members", 300_000_000.0),
        ("2.8", None, 2.8),
        ("3", None, 3.0),
        ("12", "grassroots_unions", 12.0),
        ("13", "grassroots_unions", 13.0),
    ]


def test_bilingual_headers_on_several_lines_one_cell_a_line() -> None:
    header = "地  区\nRegion\n工会基层\n组织数\n(万个)\nGrassroots Unions\n(10 000 units)\n会员人数\n(万人)\nMembers\n#女会员\nFemale\n"
    text = header + "全  国\nNational Total\n247.6\n27189.8\n10656.8\n北  京\nBeijing\n4.1\n521.3\n218.8\n"
    assert [(row[0], row[1], row[2], row[3], row[4]) for row in read(text, title="中国统计年鉴2021")] == [
        ("247.6", "grassroots_unions", "", 2_476_000.0, "全国"),
        ("27189.8", "union_members", "", 271_898_000.0, "全国"),
        ("10656.8", "union_members", "sex=F", 106_568_000.0, "全国"),
        ("4.1", "grassroots_unions", "", 41_000.0, "北京市"),
        ("521.3", "union_members", "", 5_213_000.0, "北京市"),
        ("218.8", "union_members", "sex=F", 2_188_000.0, "北京市"),
    ]


def test_a_head_that_spans_rows_is_their_section() -> None:
    html = (
        "<table><tr><th>部门</th><th>指标</th><th>单位</th><th>2015</th></tr>"
        "<tr><td rowspan=2>工会</td><td>会员人数</td><td>人</td><td>94,366</td></tr>"
        "<tr><td>其中:女性</td><td>人</td><td>38,441</td></tr>"
        "<tr><td rowspan=2>共青团</td><td>团员</td><td>人</td><td>20,016</td></tr>"
        "<tr><td>#女性</td><td>人</td><td>9,311</td></tr></table>"
    )
    page = parse_html(html.encode(), page_id="t", url="", title="澧苍县统计年鉴2016")
    assert [(row[0], row[1], row[2]) for row in cells(extract_claims(page))] == [
        ("94,366", "union_members", ""),
        ("38,441", "union_members", "sex=F"),
        ("20,016", None, ""),
        ("9,311", None, ""),
    ]


def test_two_heads_of_a_column_name_the_metric_together() -> None:
    html = (
        "<table><tr><td rowspan=2>地区</td><td colspan=2>工会干部(人)</td></tr><tr><td>专职</td><td>兼职</td></tr>"
        "<tr><td>南京市</td><td>5012</td><td>43816</td></tr></table>"
    )
    page = parse_html(html.encode(), page_id="t", url="", title="江苏统计年鉴2006")
    assert [(row[0], row[1]) for row in cells(extract_claims(page))] == [
        ("5012", "full_time_union_staff"),
        ("43816", "part_time_union_staff"),
    ]


def test_a_unit_of_several_is_the_one_that_counts_the_metric() -> None:
    text = "工会基本情况\n单位:个、人、%\n指标 | 2005\n职工书屋 | 371\n会员人数 | 5200\n职工入会率 | 94.8\n"
    assert [(row[0], row[1], row[3]) for row in read(text)] == [
        ("371", "workers_bookhouses", 371.0),
        ("5200", "union_members", 5200.0),
        ("94.8", "employee_unionisation_rate", 94.8),
    ]


def test_a_column_that_tells_something_else_in_the_same_unit_unmaps_the_cell() -> None:
    text = (
        "<table><tr><td rowspan=2>险种</td><td colspan=2>参保</td><td colspan=2>给付</td></tr>"
        "<tr><td>人次</td><td>金额(万元)</td><td>人次</td><td>金额(万元)</td></tr>"
        "<tr><td>合计</td><td>18642</td><td>121.3</td><td>812</td><td>96.8</td></tr>"
        "<tr><td>住院医疗互助保障</td><td>12187</td><td>85.3</td><td>703</td><td>70.1</td></tr></table>"
    )
    page = parse_html(text.encode(), page_id="t", title="泰州年鉴2017 工会")
    assert [(claim.raw_span, claim.metric_code) for claim in extract_claims(page)] == [
        ("18642", "mutual_aid_participants"),
        ("121.3", "mutual_aid_premiums"),
        ("812", None),
        ("96.8", "mutual_aid_payouts"),
        ("12187", None),
        ("85.3", None),
        ("703", None),
        ("70.1", None),
    ]


def test_a_head_that_ends_in_its_unit_has_that_one_of_several() -> None:
    text = (
        "集体合同签订情况\n单位:份、个、人\n地区\t女职工权益保护专项集体合同份数\t覆盖女职工\n"
        "城中区\t642\t30817\n城北区\t611\t28540\n"
    )
    assert [row[:3] for row in read(text)][:2] == [
        ("642", "collective_contracts", "contract_type=women"),
        ("30817", "collective_contract_workers", "contract_type=women;sex=F"),
    ]


def test_a_word_refused_behind_a_label_may_stand_inside_it() -> None:
    text = "各市工会女职工工作情况\n地区\t“两癌”免费筛查(人)\n城中区\t642\n城北区\t611\n"
    assert [row[1] for row in read(text)] == ["women_screenings"] * 2


def test_a_table_on_a_page_that_never_names_the_union_is_kept_without_metrics() -> None:
    text = "女职工工作情况\n地区\t“两癌”免费筛查(人)\n城中区\t642\n城北区\t611\n"
    assert [(row[0], row[1]) for row in read(text)] == [("642", None), ("611", None)]


def test_counts_that_look_like_years_are_values_and_a_head_with_a_counter_names_a_whole() -> None:
    text = (
        "工会女职工工作情况\n指标  单位  2016  2017  2018\n女职工人数  人  186425  191306  194872\n"
        "女会员人数  人  178936  184127  187604\n二、权益维护\n女职工权益保护专项集体合同  份  1846  1957  1938\n"
    )
    assert [(row[0], row[1], row[2], row[5]) for row in read(text)][3:] == [
        ("178936", "union_members", "sex=F", 2016),
        ("184127", "union_members", "sex=F", 2017),
        ("187604", "union_members", "sex=F", 2018),
        ("1846", "collective_contracts", "contract_type=women", 2016),
        ("1957", "collective_contracts", "contract_type=women", 2017),
        ("1938", "collective_contracts", "contract_type=women", 2018),
    ]

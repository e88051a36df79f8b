"""Where and when: region and year of a figure, with the basis that decided."""

from __future__ import annotations

import pytest


def where_and_when(claims):
    return [(c.ref_area_name, c.ref_area, c.ref_year, c.region_basis, c.year_basis) for c in claims]


def test_a_yearbook_speaks_of_the_year_before_its_volume(read) -> None:
    assert where_and_when(read("会员61万人。")) == [("内蒙古自治区", "150000", 2017, "title", "volume_minus_one")]


def test_the_clause_beats_the_volume(read) -> None:
    assert where_and_when(read("2015年会员61万人。"))[0][2:] == (2015, "title", "clause")


def test_the_region_of_a_code_valid_in_that_year(read) -> None:
    old = read("哲里木盟有基层工会组织820个。", title="哲里木盟工会 1995年")
    new = read("通辽市有基层工会组织1820个。", title="通辽市工会 2005年")
    assert where_and_when(old)[0][:3] == ("哲里木盟", "152300", 1995)
    assert where_and_when(new)[0][:3] == ("通辽市", "150500", 2005)


def test_a_clause_may_speak_of_the_nation(read) -> None:
    claims = read("全区会员570.8万人。全国工会会员3.03亿人。", title="总工会 - 内蒙古年鉴2018卷")
    assert [c.ref_area_name for c in claims] == ["内蒙古自治区", "全国"]


def test_from_one_year_to_another(read) -> None:
    claims = read("会员由2012年的60多万人增加到2017年的100多万人。")
    assert [c.ref_year for c in claims] == [2012, 2017]


def test_a_gazetteer_runs_through_the_years(read) -> None:
    text = "1952年,有基层工会23个,会员1241人。1963年,基层工会38个。1978年底,有会员6873人。1990年,基层工会132个。"
    claims = read(text, title="通辽市志 工会")
    assert [(c.raw_span, c.ref_year) for c in claims] == [
        ("23个", 1952),
        ("1241人", 1952),
        ("38个", 1963),
        ("6873人", 1978),
        ("132个", 1990),
    ]


def test_news_speaks_from_its_day(read) -> None:
    text = "2018年02月28日 09:06\n去年,全省新发展会员41万人。"
    assert where_and_when(read(text, title="江苏省工会新闻"))[0][:3] == ("江苏省", "320000", 2017)


def test_a_year_to_compare_with_is_not_the_figures_year(read) -> None:
    claims = read("2017年,会员61万人,比2016年增加2万人。")
    assert [(c.ref_year, c.change_kind) for c in claims] == [(2017, "level"), (2017, "yoy_abs")]


def test_without_any_evidence_the_option_decides_and_else_nothing(read) -> None:
    given = read("工会会员61万人。", title="", region="岳阳市")
    unknown = read("工会会员61万人。", title="")
    assert where_and_when(given) == [("岳阳市", "430600", None, "option", "unknown")]
    assert where_and_when(unknown) == [(None, None, None, "unknown", "unknown")]


def test_the_address_names_region_and_volume_where_the_page_does_not(read) -> None:
    claims = read("工会会员61万人。", title="工会情况", url="http://tj.jiangsu.gov.cn/2006/nj16/nj1611.htm")
    assert where_and_when(claims) == [("江苏省", "320000", 2005, "url", "volume_minus_one")]


def test_a_volume_over_several_years_speaks_of_the_last_one(read) -> None:
    claims = read("会员11742名。2001年时会员12306名。\n签订集体合同41份。", title="凉城县年鉴(2001—2003) 工会")
    assert [(c.raw_span, c.ref_year) for c in claims] == [("11742名", 2003), ("12306名", 2001), ("41份", 2003)]


def test_a_report_of_january_speaks_of_the_year_before(read) -> None:
    text = "(二〇〇八年一月二十三日)\n五年来,全市新发展会员5万人。去年收缴工会经费638万元。\n2008年,计划发展会员1万人。"
    claims = read(text, title="在包头市总工会六次全委会议上的工作报告")
    assert [(c.raw_span, c.ref_year) for c in claims] == [("5万人", 2007), ("638万元", 2007), ("1万人", 2008)]


def test_a_meeting_in_the_title_hears_of_the_year_before(read) -> None:
    text = "过去一年,全市新建基层工会512家。会员总数达81万人。今年将新建职工书屋50家。"
    claims = read(text, title="包头市召开2024年全市工会工作会议")
    assert [(c.raw_span, c.ref_year) for c in claims] == [("512家", 2023), ("81万人", 2023), ("50家", 2024)]


def test_news_carries_no_last_year_into_the_next_paragraph(read) -> None:
    text = "2024年7月18日 10:00\n驿站去年底有241个。\n截至6月底,全市工会会员2.9万人。全年签订集体合同41份。"
    claims = read(text, title="包头市总工会新闻", url="http://a.example/2024-07/18/c.htm")
    assert [(c.raw_span, c.ref_year) for c in claims][1:] == [("2.9万人", 2024), ("41份", 2024)]


def test_a_month_still_to_come_when_it_is_told_was_last_years(read) -> None:
    claims = read("截至12月底,全市工会会员2.9万人。", title="包头市总工会新闻", url="http://a.example/2024-01/18/c.htm")
    assert [(c.raw_span, c.ref_year) for c in claims] == [("2.9万人", 2023)]


def test_the_line_before_a_list_tells_its_year(read) -> None:
    text = "确保到2022年底:\n1.全区会员力争突破600万人;\n2.集体合同签订率达到90%以上。\n"
    assert [(c.raw_span, c.ref_year, c.is_target) for c in read(text)] == [
        ("突破600万人", 2022, True),
        ("90%以上", 2022, True),
    ]


def test_the_same_year_is_the_one_told_last(read) -> None:
    claims = read("1948年10月着手发展会员,当年末会员3100人。翌年会员4000人。", title="某区志 工会")
    assert [(c.raw_span, c.ref_year) for c in claims] == [("3100人", 1948), ("4000人", 1949)]


def test_names_without_a_gap_speak_of_the_innermost_region(read) -> None:
    claims = read("北京市海淀区有会员61万人。", title="工会 - 某年鉴2018卷")
    assert where_and_when(claims)[0][:2] == ("海淀区", "110108")


def test_an_autonomous_prefecture_is_known_by_its_everyday_name(read) -> None:
    claims = read("全州会员2.1万人。", title="海南州年鉴2016 州总工会")
    assert where_and_when(claims)[0][:2] == ("海南藏族自治州", "632500")


def test_an_aim_told_in_passing_is_not_the_year_of_the_next_sentence(read) -> None:
    claims = read("年度脱困623户,目标到2020年全部脱困。两节慰问困难职工3.84万人次。")
    assert [claim.ref_year for claim in claims] == [2017, 2017]


def test_an_aim_that_announces_a_list_is_the_year_of_its_items(read) -> None:
    claims = read("要坚持以职工为中心,确保到2022年底:\n1. 工会会员突破700万人;\n2. 集体协商建制率保持在90%以上。")
    assert [(claim.ref_year, claim.is_target) for claim in claims] == [(2022, True), (2022, True)]


def test_the_name_of_a_volume_is_no_year_of_its_figures(read) -> None:
    text = "当前位置:首页 > 年鉴 > 2018年卷 > 群众团体\n\n新建工会58家。"
    assert [claim.ref_year for claim in read(text, title="陇川年鉴(2018)|总工会")] == [2017]


def test_a_year_alone_on_a_line_heads_a_part_of_a_chronicle(read) -> None:
    text = "1997年\n\n3月 汇总完毕,基层工会2204个。\n\n1999年\n\n9月 调查:建会企业296户。"
    claims = read(text, title="榆林工运大事记", url="https://www.example/gh/199701/t19970122.html")
    assert [(claim.raw_span, claim.ref_year) for claim in claims] == [("2204个", 1997), ("296户", 1999)]


@pytest.mark.parametrize(
    ("sentence", "year", "period"),
    [
        ("“八五”期间,提合理化建议7216条。", 1995, "multi_year"),
        ("“十一五”末,工会会员达到20万人。", 2010, "year_end"),
    ],
)
def test_a_five_year_plan_is_a_time(read, sentence: str, year: int, period: str) -> None:
    assert [(claim.ref_year, claim.period_type) for claim in read(sentence)] == [(year, period)]


def test_the_same_time_of_another_year_reaches_only_its_own_number(read) -> None:
    claims = read("会员6.83万人,去年同期是6.29万人;企业建会率97.4%。")
    assert [claim.ref_year for claim in claims] == [2017, 2016, 2017]


def test_a_word_that_ends_like_comparing_compares_nothing(read) -> None:
    claims = read("集体合同1996年试点时仅12份,2001年316份。")
    assert [(claim.raw_span, claim.ref_year) for claim in claims] == [("12份", 1996), ("316份", 2001)]


def test_last_year_is_counted_from_the_date_of_a_report(read) -> None:
    text = "(2004年2月18日)\n\n一、2003年工作回顾\n\n2003年,新建工会58家。\n\n去年春节期间,筹集送温暖资金427万元。"
    claims = read(text, title="在临江市总工会全委会上的工作报告")
    assert [(claim.raw_span, claim.ref_year) for claim in claims] == [("58家", 2003), ("427万元", 2003)]


@pytest.mark.parametrize("title", ["2020年启安市工会统计公报", "2020年度启安市工会统计公报", "启安市工会统计公报"])
def test_the_year_before_the_name_of_an_unlisted_place_is_no_part_of_it(read, title: str) -> None:
    [claim] = read("全市共有基层工会9326个。", title=title)
    assert claim.ref_area_name == "启安市"


@pytest.mark.parametrize(
    ("title", "first", "around"),
    [
        ("各市工会组织情况(2012年)", ("南京市", "无锡市", "徐州市"), "江苏省"),
        ("各地区工会组织情况(2012年)", ("北京", "天津", "河北"), "全国"),
    ],
)
def test_the_total_of_a_table_of_regions_is_of_the_one_around_them(
    read, title: str, first: tuple[str, str, str], around: str
) -> None:
    rows = "".join(f"{name}\t{number}\n" for name, number in zip(first, (7000, 5000, 4800), strict=True))
    claims = read(f"{title}\n地区\t基层工会组织数(个)\n合计\t45000\n{rows}", title=title)
    assert (claims[0].raw_span, claims[0].ref_area_name) == ("45000", around)


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("岭东年鉴2015 岭东省总工会", "岭东省"),  # there is a 岭东区
        ("澜州年鉴2015 澜州市总工会", "澜州市"),
        ("云泉市2013年困难职工帮扶工作情况表", "云泉市"),
        ("鹭洲市白鹭区年鉴2015 区总工会", "白鹭区"),
        ("江苏县区工会工作情况", "江苏省"),
        ("南京地区工会志", "南京市"),
    ],
)
def test_the_place_is_a_full_name_and_no_kind_of_area(read, title: str, place: str) -> None:
    assert [c.ref_area_name for c in read("工会会员61万人。", title=title)] == [place]


@pytest.mark.parametrize(
    "sentence", ["新建区域性、行业性工会联合会43个。", "新建区级劳模创新工作室43个。", "5月18日 市总工会新建工会43个。"]
)
def test_words_that_hold_the_name_of_a_place_name_none(read, sentence: str) -> None:
    assert [c.ref_area_name for c in read(sentence, title="泰州年鉴2015 泰州市总工会")] == ["泰州市"]


def test_a_year_after_the_first_one_of_a_text_is_no_aim(read) -> None:
    (claim,) = read("1998年企业改制,部分基层工会撤并。2004年,全县有基层工会214个。", title="龙塘县 工会")
    assert (claim.ref_year, claim.is_target) == (2004, False)


def test_the_year_before_is_that_before_the_year_of_which_news_tells(read) -> None:
    text = "2023年02月28日 09:06\n截至2022年底,全市会员9.7万人,入会率由上年的41.5%提高到70.3%。去年新建工会73家。"
    claims = read(text, title="南京市工会新闻")
    assert [(c.raw_span, c.ref_year) for c in claims] == [
        ("9.7万人", 2022),
        ("41.5%", 2021),
        ("70.3%", 2022),
        ("73家", 2022),
    ]


def test_a_year_to_come_is_an_aim_where_only_the_text_tells_the_page_year(read) -> None:
    text = "2014年,全市会员20万人。到2020年,全市会员达到30万人。"
    claims = read(text, title="泰州市总工会工作情况")
    assert [(c.ref_year, c.is_target) for c in claims] == [(2014, False), (2020, True)]


def test_an_award_of_a_district_is_of_its_level_in_an_autonomous_region_too(read) -> None:
    claims = read("获海拉尔区五一劳动奖章12人,获自治区五一劳动奖章3人。", title="内蒙古年鉴2015 自治区总工会")
    assert [c.breakdown for c in claims] == [{"award_level": "county"}, {"award_level": "province"}]

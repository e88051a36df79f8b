"""Where and when: region and year of a figure, with the basis that decided."""

from __future__ import annotations


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

"""Figures that take their metric from a neighbour or from the heading: text in, (printed, metric, rule) out."""

from __future__ import annotations

import pytest

from ingest.records import Claim


def rows(claims: list[Claim]) -> list[tuple[str, str | None, str]]:
    return [(claim.raw_span, claim.metric_code, claim.rule) for claim in claims]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (  # one label before people and money
            "职工医疗互助理赔2907人次、1268万元。",
            [("2907人次", None, "unmapped"), ("1268万元", "mutual_aid_payouts", "shared_label")],
        ),
        (  # the heading says what is counted
            "【户外劳动者驿站】 建成39个,开放时间延长至晚8时。",
            [("39个", "outdoor_worker_stations", "section_heading")],
        ),
        (  # a share that part and whole confirm
            "全县在册职工13420人,其中会员12118人,占90.3%。",
            [
                ("13420人", None, "unmapped"),
                ("12118人", "union_members", "label_left"),
                ("90.3%", "employee_unionisation_rate", "share_of_whole"),
            ],
        ),
        (  # a share that they do not confirm stays unmapped
            "全县在册职工13420人,其中会员12118人,占75.1%。",
            [
                ("13420人", None, "unmapped"),
                ("12118人", "union_members", "label_left"),
                ("75.1%", None, "unmapped"),
            ],
        ),
        (  # what new unions cover is not what all unions cover
            "全年新组建工会312家,涵盖单位508家。",
            [("312家", "new_grassroots_unions", "label_left"), ("508家", None, "unmapped")],
        ),
        (  # a label of two metrics, a number for each
            "国有企业职代会、厂务公开建制率分别为98.6%、97.2%。",
            [
                ("98.6%", "workers_congress_rate", "listed_respectively"),
                ("97.2%", "open_affairs_rate", "listed_respectively"),
            ],
        ),
    ],
)
def test_a_figure_leans_on_what_stands_around_it(read, text: str, expected: list[tuple[str, str | None, str]]) -> None:
    assert rows(read(text)) == expected


def test_the_level_that_a_change_starts_from_is_of_the_year_compared_with(read) -> None:
    claims = read(
        "与2008年相比,全区基层工会由1.2万个增加到1.8万个。年末在档困难职工1106户,比2009年底的1237户减少131户。"
    )
    assert [(c.raw_span, c.metric_code, c.ref_year) for c in claims if c.metric_code] == [
        ("1.2万个", "grassroots_unions", 2008),
        ("1.8万个", "grassroots_unions", 2017),
        ("1106户", "hardship_households_registered", 2017),
        ("1237户", "hardship_households_registered", 2009),
    ]


def test_a_former_level_without_a_year_has_no_year(read) -> None:
    claims = read("全区基层工会由1.2万个增加到1.8万个。")
    assert [(c.raw_span, c.ref_year, c.year_basis) for c in claims] == [
        ("1.2万个", None, "former_level"),
        ("1.8万个", 2017, "volume_minus_one"),
    ]


def test_plans_under_a_heading_of_their_own_are_targets(read) -> None:
    text = "2018年工作打算\n新建工会200家以上,发展会员2万名。\n"
    assert [(c.raw_span, c.is_target) for c in read(text)] == [("200家以上", True), ("2万名", True)]


def test_a_series_of_years_goes_on_over_sentences_and_kinds(read) -> None:
    text = "1990年,基层工会减为58个,会员6720人。1994年恢复到83个和9305人,1998年为96个、8876人。"
    claims = read(text, title="工会 - 某区志")
    assert [(c.raw_span, c.metric_code, c.ref_year) for c in claims] == [
        ("58个", "grassroots_unions", 1990),
        ("6720人", "union_members", 1990),
        ("83个", "grassroots_unions", 1994),
        ("9305人", "union_members", 1994),
        ("96个", "grassroots_unions", 1998),
        ("8876人", "union_members", 1998),
    ]


def test_a_span_of_years_is_spread_over_as_many_numbers(read) -> None:
    claims = read("1995年至1997年,送温暖资金依次为4.1万元、5.6万元、7.0万元。", title="工会 - 某区志")
    assert [(c.raw_span, c.metric_code, c.ref_year) for c in claims] == [
        ("4.1万元", "warmth_funds", 1995),
        ("5.6万元", "warmth_funds", 1996),
        ("7.0万元", "warmth_funds", 1997),
    ]


def test_members_of_unions_without_a_metric_are_not_all_members(read) -> None:
    assert rows(read("乡镇企业工会1304个,会员13.8万人。")) == [
        ("1304个", None, "unmapped"),
        ("13.8万人", None, "unmapped"),
    ]


def test_an_award_that_bears_the_name_of_its_place_is_of_that_level(read) -> None:
    first, _ = read("全年命名“内蒙古工匠”12名、“草原技师”3名。")
    assert (first.raw_span, first.metric_code, first.breakdown) == (
        "12名",
        "craftsmen_named",
        {"award_level": "province"},
    )


def test_a_number_broken_by_a_wrap_is_one_number(read) -> None:
    text = "【组织建设】2017年末,全区基层工会组织9 52\n8家,会员55.\n3万人,职工入会率八\n十四％。\n"
    assert [(c.raw_span, c.obs_value) for c in read(text)] == [
        ("9 52\n8家", 9528.0),
        ("55.\n3万人", 553000.0),
        ("八\n十四％", 84.0),
    ]

"""What a number counts: sentence in, (printed, metric, breakdown) out."""

from __future__ import annotations

import pytest

from tests.unit.extract.conftest import rows


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (  # the noun left of its number
            "全区工会会员达到61.3万人,其中女会员20.1万人。",
            [("61.3万人", "union_members", ""), ("20.1万人", "union_members", "sex=F")],
        ),
        (  # the noun right of its number
            "招聘会提供就业岗位1.2万个,吸引2.3万名求职者。",
            [("1.2万个", "jobs_offered", ""), ("2.3万名", "job_seekers", "")],
        ),
        (  # one number, two metrics
            "企业建会率和职工入会率均达到90%以上。",
            [("90%以上", "employee_unionisation_rate", ""), ("90%以上", "enterprise_union_rate", "")],
        ),
        (  # two labels, two numbers
            "职工入会率和企业建会率分别达到91.2%和88.5%。",
            [("91.2%", "employee_unionisation_rate", ""), ("88.5%", "enterprise_union_rate", "")],
        ),
        (  # the verb said once
            "签订工资专项集体合同275份,覆盖企业466家,职工2.8万人。",
            [
                ("275份", "collective_contracts", "contract_type=wage"),
                ("466家", "collective_contract_enterprises", "contract_type=wage"),
                ("2.8万人", "collective_contract_workers", "contract_type=wage"),
            ],
        ),
        (  # 新发展 makes a stock a flow, and its part is of the flow
            "新发展会员7940人,其中农民工会员5126人。",
            [("7940人", "new_members", ""), ("5126人", "new_members", "worker_type=migrant")],
        ),
        (  # two years in one sentence
            "农民工会员由2012年的60多万人增加到2017年的100多万人。",
            [
                ("60多万人", "union_members", "worker_type=migrant"),
                ("100多万人", "union_members", "worker_type=migrant"),
            ],
        ),
        (  # lost punctuation
            "全区有8213个基层工会会员超过61万人",
            [("8213个", "grassroots_unions", ""), ("超过61万人", "union_members", "")],
        ),
        (  # a counted noun that no metric knows stays unmapped
            "集中宣讲深入12个盟市,6个盟市工会汇报工作。",
            [("12个", None, ""), ("6个", None, "")],
        ),
        (  # per head is no total
            "每人最高补助5万元。",
            [("5万元", None, "")],
        ),
        (  # a purpose names the money
            "继续开展环卫工人关爱行动,安排770万元专项资金。",
            [("770万元", "sanitation_funds", "")],
        ),
    ],
)
def test_what_a_number_counts(read, sentence: str, expected: list[tuple[str, str | None, str]]) -> None:
    assert rows(read(sentence)) == expected


def test_the_heading_names_a_metric_that_the_sentence_leaves_open(read) -> None:
    claims = read("【集体协商工作】 截至年底,全区各类建会企业建制率保持在80%以上。")
    assert rows(claims) == [("80%以上", "collective_consultation_rate", "")]
    assert claims[0].is_floor_language


def test_the_unit_beats_the_label_and_says_so(read) -> None:
    (claim,) = read("全区在档困难职工动态人数为5.5万人。")
    assert (claim.metric_code, claim.unit_code) == ("hardship_households_registered", "person")
    assert claim.note == "printed unit person differs from the metric's household"


def test_a_change_is_never_a_level(read) -> None:
    claims = read("全区工会会员比上年增长10.8%。")
    assert [(claim.raw_span, claim.change_kind) for claim in claims] == [("10.8%", "yoy_pct")]


def test_a_plan_is_marked(read) -> None:
    plan, reached = read("全年计划新建工会30家,实际完成36家。")
    assert (plan.is_target, reached.is_target) == (True, False)
    assert plan.metric_code == reached.metric_code == "new_grassroots_unions"


def test_another_bodys_figures_stay_unmapped(read) -> None:
    claims = read("妇女联合会\n【帮扶】 资助贫困学生48名,发放助学金9.4万元。\n总工会\n【帮扶】 资助贫困学生50名。")
    assert rows(claims) == [("48名", None, ""), ("9.4万元", None, ""), ("50名", "golden_autumn_students", "")]


def test_every_claim_names_its_rule_and_its_evidence(read) -> None:
    text = "【概况】 全区基层工会达到6.4万个。"
    (claim,) = read(text)
    assert (claim.rule, claim.section, claim.sentence) == ("label_left", "概况", "全区基层工会达到6.4万个。")
    assert text[claim.char_start : claim.char_end] == claim.raw_span == "6.4万个"

"""What stands around a number in its sentence: text in, (printed, metric, breakdown, rule) out."""

from __future__ import annotations

import pytest

CASES = [
    (  # the number stands between the verb and the noun of a label
        "全市签订集体合同1.2万份,覆盖2.3万家企业、86万名职工。",
        [
            ("1.2万份", "collective_contracts", {}, "label_left"),
            ("2.3万家", "collective_contract_enterprises", {}, "elided_verb"),
            ("86万名", "collective_contract_workers", {}, "elided_verb"),
        ],
    ),
    (  # a measure word left out before people; the kind of contract holds for what it covers
        "工资专项集体合同惠及1080家小微企业、2.1万职工。",
        [
            ("1080家", "collective_contract_enterprises", {"contract_type": "wage"}, "elided_verb+contract_type"),
            ("2.1万", "collective_contract_workers", {"contract_type": "wage"}, "elided_verb+contract_type"),
        ],
    ),
    (  # the whole of a part is the last figure with its measure word
        "有工资专项集体合同1043份,覆盖企业5217家,其中区域性合同64份。",
        [
            ("1043份", "collective_contracts", {"contract_type": "wage"}, "label_left"),
            ("5217家", "collective_contract_enterprises", {"contract_type": "wage"}, "label_left+contract_type"),
            (
                "64份",
                "collective_contracts",
                {"contract_type": "wage", "scope_of_contract": "regional"},
                "named_part",
            ),
        ],
    ),
    (  # a share of a whole that is printed between
        "会员11742名,占职工12690名的92.5%。",
        [
            ("11742名", "union_members", {}, "label_left"),
            ("12690名", None, {}, "unmapped"),
            ("92.5%", "employee_unionisation_rate", {}, "share_of_whole"),
        ],
    ),
    (  # the whole area's unions, whatever they do
        "全市13.1万个基层工会覆盖法人单位38.7万家。",
        [
            ("13.1万个", "grassroots_unions", {}, "label_right"),
            ("38.7万家", "grassroots_units_covered", {}, "label_left"),
        ],
    ),
    (  # some unions that do something are not the stock
        "8个基层工会作交流发言。",
        [("8个", None, {}, "unmapped")],
    ),
    (  # members after all unions, although workshops' unions stand between
        "有基层工会3862个、车间工会11420个,会员76.2万人。",
        [
            ("3862个", "grassroots_unions", {}, "label_left"),
            ("11420个", None, {}, "unmapped"),
            ("76.2万人", "union_members", {}, "label_left"),
        ],
    ),
    (  # a list that ends in 等 gives examples and no breakdown
        "新发展会员7865人,其中货车司机、快递员等新就业形态劳动者1312人。",
        [
            ("7865人", "new_members", {}, "label_left"),
            ("1312人", "new_members", {"worker_type": "new_employment"}, "part_of_previous"),
        ],
    ),
    (  # a verb of taking in members holds for every number of its list
        "新发展货车司机会员3.7万人、快递员会员1.4万人。",
        [
            ("3.7万人", "new_members", {"occupation": "truck_driver", "worker_type": "new_employment"}, "label_left"),
            ("1.4万人", "new_members", {"occupation": "courier", "worker_type": "new_employment"}, "label_left"),
        ],
    ),
    (  # the new ones behind the noun, then all
        "会员新增2万人,达62万人。",
        [
            ("2万人", "new_members", {}, "label_left"),
            ("62万人", "union_members", {}, "total_of_previous"),
        ],
    ),
    (  # 为 behind a comma is no level reached
        "职工互助保障参保3.2万人,为126名职工理赔36万元。",
        [
            ("3.2万人", "mutual_aid_participants", {}, "label_left"),
            ("126名", None, {}, "unmapped"),
            ("36万元", "mutual_aid_payouts", {}, "label_left"),
        ],
    ),
    (  # places as parts
        "全区会员570.8万人,其中通辽市62万人、赤峰市81万人。",
        [
            ("570.8万人", "union_members", {}, "label_left"),
            ("62万人", "union_members", {}, "part_of_place"),
            ("81万人", "union_members", {}, "part_of_place"),
        ],
    ),
    (  # an award of another place than the page's
        "选树内蒙古工匠20名、通辽工匠3名。",
        [
            ("20名", "craftsmen_named", {"award_level": "province"}, "label_left"),
            ("3名", "craftsmen_named", {"award_level": "prefecture"}, "label_left"),
        ],
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text[:16] for text, _ in CASES])
def test_what_a_number_counts(read, text: str, expected: list[tuple[str, str | None, dict[str, str], str]]) -> None:
    assert [(c.raw_span, c.metric_code, c.breakdown, c.rule) for c in read(text)] == expected


@pytest.mark.parametrize("verb", ["减到", "锐减至", "跌至", "提升到", "扩大到", "发展壮大到"])
def test_the_level_reached_by_any_verb(read, verb: str) -> None:
    claims = read(f"专职工会干部由1998年的46人{verb}18人。")
    assert [(c.raw_span, c.metric_code, c.ref_year) for c in claims] == [
        ("46人", "full_time_union_staff", 1998),
        ("18人", "full_time_union_staff", 2017),
    ]


def test_a_series_whose_noun_stands_behind_its_first_number_goes_on(read) -> None:
    claims = read(
        "1982年,58个企业建立职代会,1988年94个。1953年有基层工会18个、会员900人;1956年21个,1766人。", title="某区志 工会"
    )
    assert [(c.raw_span, c.metric_code, c.ref_year) for c in claims] == [
        ("58个", "workers_congress_units", 1982),
        ("94个", "workers_congress_units", 1988),
        ("18个", "grassroots_unions", 1953),
        ("900人", "union_members", 1953),
        ("21个", "grassroots_unions", 1956),
        ("1766人", "union_members", 1956),
    ]

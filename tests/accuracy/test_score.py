"""The scorer on tiny pages: one rule of counting per test."""

from __future__ import annotations

import json

import pytest

from tests.accuracy import score as scoring

# 会员570.8万人,其中女200万人。2月9日开会。力争600万人,增长3%。约5年
#   2      9      14   19


def gold(start, end, value, metric="", **said):
    row = {
        "char_start": start, "char_end": end, "surface": f"@{start}", "obs_value": value, "qualifier": "EQ",
        "unit_code": "person", "metric_code": metric, "breakdown": "", "region": "某县", "ref_year": "2017",
        "change_kind": "level", "is_target": "0", "confidence": "1", "region_basis": "text", "year_basis": "text",
    }  # fmt: skip
    return scoring.gold_of(row | said)


def claim(start, end, value, metric=None, **said):
    row = {
        "page_id": "p", "char_start": start, "char_end": end, "raw_span": f"@{start}", "obs_value": value,
        "qualifier": "EQ", "unit_code": "person", "metric_code": metric, "breakdown": "", "ref_area_name": "某市某县",
        "ref_year": 2017, "change_kind": "level", "is_target": False,
    }  # fmt: skip
    return row | said


def scored(rows, claims, traps=()):
    page = scoring.GoldPage("p", tuple(rows), tuple(scoring.Trap(span, "date") for span in traps))
    return scoring.score({"p": page}, claims).pages["p"]


def test_everything_right():
    counts = scored([gold(2, 9, "5708000", "union_members")], [claim(2, 9, 5708000, "union_members")])
    assert counts.ratios() == dict.fromkeys(counts.ratios(), 1.0)
    assert not counts.errors


def test_a_shared_number_is_one_quantity_and_two_cells():
    rows = [gold(0, 5, "80", "enterprise_union_rate"), gold(0, 5, "80", "employee_unionisation_rate")]
    counts = scored(rows, [claim(0, 5, 80.0, "enterprise_union_rate")])
    assert (counts.quantity_gold, counts.quantity_right) == (1, 1)
    assert (counts.metric_gold, counts.metric_claimed, counts.metric_right) == (2, 1, 1)


def test_spans_need_only_overlap_but_values_must_be_equal():
    counts = scored([gold(2, 9, "5708000")], [claim(4, 6, 5708000), claim(2, 9, 570.8)])
    assert (counts.quantity_right, counts.quantity_claimed) == (1, 2)
    assert counts.errors == {"quantity false alarm": 1}


def test_no_value_matches_an_order_of_magnitude():
    counts = scored([gold(0, 3, "", qualifier="ORDER")], [claim(0, 3, None, qualifier="ORDER")])
    assert (counts.quantity_right, counts.qualifier_right) == (1, 1)


def test_a_trap_is_hit_when_no_gold_is_near():
    counts = scored([gold(0, 3, "5")], [claim(10, 14, 2.0)], traps=[(10, 14), (20, 24)])
    assert (counts.traps, counts.traps_hit, counts.quantity_claimed) == (2, 1, 1)
    assert counts.errors == {"quantity false alarm: date": 1, "quantity missed": 1}


@pytest.mark.parametrize("claims", [[], [claim(0, 2, 5.0)], [claim(0, 2, 7.0, "union_members")]])
def test_an_arguable_row_neither_misses_nor_alarms(claims):
    counts = scored([gold(0, 2, "5", confidence="0")], claims)
    assert (counts.quantity_gold, counts.quantity_claimed, counts.metric_claimed) == (0, 0, 0)
    assert not counts.errors


@pytest.mark.parametrize(
    ("row", "said", "kind"),
    [
        (gold(0, 5, "9", "union_members", is_target="1"), claim(0, 5, 9, "union_members"), "plan as observation"),
        (gold(0, 5, "9", "union_members", change_kind="yoy_pct"), claim(0, 5, 9, "union_members"), "change as level"),
        (gold(0, 5, "9", "union_members"), claim(0, 5, 9, "new_members"), "wrong metric"),
        (gold(0, 5, "9"), claim(0, 5, 9, "new_members"), "unmapped in gold"),
        (gold(0, 5, "9", "union_members"), claim(0, 5, 90, "union_members"), "wrong value"),
        (gold(9, 12, "9", "union_members"), claim(0, 5, 9, "union_members"), "no quantity there"),
    ],
)
def test_kinds_of_false_metrics(row, said, kind):
    assert scored([row], [said]).errors[f"metric false alarm: {kind}"] == 1


def test_a_plan_told_as_plan_and_a_change_told_as_change_are_no_metric_claims():
    rows = [gold(0, 5, "9", "union_members", is_target="1"), gold(6, 8, "3", "union_members", change_kind="yoy_pct")]
    said = [claim(0, 5, 9, "union_members", is_target=True), claim(6, 8, 3, "union_members", change_kind="yoy_pct")]
    counts = scored(rows, said)
    assert (counts.metric_gold, counts.metric_claimed, counts.dropped) == (0, 0, 1)
    assert counts.quantity_right == 2


def test_the_same_cell_said_twice_counts_once():
    said = [claim(0, 5, 9, "union_members"), claim(0, 5, 9, "union_members", breakdown={"sex": "F"})]
    counts = scored([gold(0, 5, "9", "union_members")], said)
    assert (counts.metric_right, counts.fully_right, counts.metric_claimed) == (1, 1, 2)
    assert counts.errors == {"metric false alarm: said twice": 1}


def test_attributes_are_scored_apart_and_together():
    rows = [gold(0, 5, "9", "union_members", breakdown="sex=F"), gold(9, 12, "4", "new_members")]
    said = [
        claim(0, 5, 9, "union_members", breakdown="sex=F", ref_area_name="别县"),
        claim(9, 12, 4, "new_members", ref_year=2016, qualifier="GE"),
    ]
    counts = scored(rows, said)
    assert (counts.region_right, counts.region_scored) == (1, 2)
    assert (counts.year_right, counts.year_scored) == (1, 2)
    assert (counts.qualifier_right, counts.breakdown_right, counts.fully_right) == (1, 2, 0)
    assert counts.errors == {"wrong region": 1, "wrong year": 1, "wrong qualifier": 1}


def test_what_only_the_context_tells_is_not_scored():
    row = gold(0, 5, "9", "union_members", region_basis="context", year_basis="context", breakdown="?", unit_code="")
    counts = scored([row], [claim(0, 5, 9, "union_members", ref_area_name="", ref_year=None, breakdown="sex=F")])
    assert (counts.region_scored, counts.year_scored, counts.unit_scored, counts.fully_right) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("南京市", "江苏省南京市", True),
        ("全国", "中国", True),
        ("内 蒙 古", "内蒙古", True),
        ("南京市", "北京市", False),
        ("某县", "", False),
    ],
)
def test_regions(one, other, same):
    assert scoring.same_region(one, other) is same


def test_groups_rows_and_held_out_mistakes():
    pages = {
        "a": scoring.GoldPage("a", (gold(0, 5, "9", "union_members"),), (), "news", "prose"),
        "b": scoring.GoldPage("b", (gold(0, 5, "9", "union_members"),), (), "grid", "mixed", is_holdout=True),
    }
    report = scoring.score(pages, [claim(0, 5, 9, "union_members", page_id="a")])
    assert set(report.groups) == {"all", "development", "holdout", "prose", "table", "style:news", "style:grid"}
    assert report.groups["all"].ratios()["metric_recall"] == 0.5
    assert report.mistakes == []
    rows = {row["name"]: row for row in scoring.score_rows(report)}
    assert rows["all/metric_recall"] == {
        "name": "all/metric_recall", "value": 0.5, "unit": "ratio", "ratio_to": "bar 0.88", "ratio": 0.5 / 0.88,
    }  # fmt: skip
    assert rows["page:b/metric_precision"]["value"] is None


def test_realign_follows_characters_across_renderings():
    said, text = [{"char_start": 7, "char_end": 12}], "会员 \n\n数 5.8万人。"
    assert scoring.realign(said, text, "会员数\t5.8万人。") == [{"char_start": 4, "char_end": 9}]
    assert scoring.realign(said, text, "首页会员数5.8万人。") == [{"char_start": 5, "char_end": 10}]
    assert scoring.realign([{"char_start": 0, "char_end": 2}], "版权会员", "会员") == [{"char_start": 2, "char_end": 3}]


def test_regions_of_invented_places_can_be_left_out(tmp_path):
    columns = "char_start,char_end,surface,obs_value,qualifier,unit_code,metric_code,breakdown,region,ref_year"
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "p.csv").write_text(
        f"{columns},change_kind,is_target,confidence\n0,5,9人,9,EQ,person,union_members,,某县,2017,level,0,1\n",
        encoding="utf-8",
    )
    (tmp_path / "styles.csv").write_text(
        "page_id,style,kind,holdout,place\np,news,prose,true,invented\n", encoding="utf-8"
    )
    (page,) = scoring.load_gold(tmp_path).values()
    assert (page.style, page.is_holdout, page.gold[0].region) == ("news", True, "某县")
    (page,) = scoring.load_gold(tmp_path, score_invented_regions=False).values()
    assert page.gold[0].region == ""


def test_command_line(tmp_path, capsys):
    (tmp_path / "gold").mkdir()
    columns = "char_start,char_end,surface,obs_value,qualifier,unit_code,metric_code,breakdown,region,ref_year"
    (tmp_path / "gold" / "p.csv").write_text(
        f"{columns},change_kind,is_target,confidence,region_basis,year_basis\n"
        "0,5,9人,9,EQ,person,union_members,,某县,2017,level,0,1,text,text\n",
        encoding="utf-8",
    )
    (tmp_path / "claims.jsonl").write_text(json.dumps(claim(0, 5, 9, "new_members")) + "\n", encoding="utf-8")
    paths = [str(tmp_path), str(tmp_path / "claims.jsonl")]
    mistakes, figures = tmp_path / "mistakes.jsonl", tmp_path / "score.json"
    assert scoring.main([*paths, "--json", str(figures), "--mistakes", str(mistakes)]) == 0
    assert "metr P" in capsys.readouterr().out
    told = {row["name"]: row["value"] for row in json.loads(figures.read_text(encoding="utf-8"))}
    assert (told["all/quantity_recall"], told["all/metric_precision"]) == (1.0, 0.0)
    assert "wrong metric" in mistakes.read_text(encoding="utf-8")

"""The vocabulary as data: complete, reachable, and without two readings that nothing decides between."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from ingest import vocabulary
from ingest.extract.labels import Term, label_index, table_label_index
from ingest.extract.quantities import find_quantities
from ingest.vocabulary import VocabularyError, breakdown_words, flows, labels, metrics, unit_named, units, words
from ingest.vocabulary.heads import numbers_columns

ROOT = Path(__file__).parents[3]
PRINTED_UNIT = {
    "person": "人", "person_time": "人次", "household": "户", "yuan": "万元", "percent": "%", "contract": "份",
    "item": "项", "event": "场", "case": "件", "position": "个", "document": "份",
}  # fmt: skip


def test_all_150_metrics_are_there_and_each_has_a_label() -> None:
    named = {metrics()[code].canonical_code for label in labels() for code in label.metrics}
    assert len(metrics()) >= 150
    assert {metric.canonical_code for metric in metrics().values()} <= named


def test_every_label_is_found_where_it_stands() -> None:
    for label in labels():
        text = label.text.replace("…", "全市")
        index = table_label_index() if label.position == "table" else label_index()
        assert label in [item.label for item in index.find(f"，{text}，")], label


def test_every_label_can_count_a_unit_that_its_metric_is_printed_in() -> None:
    for label in labels():
        for code in label.metrics:
            wanted = next(iter(label.units), metrics()[metrics()[code].canonical_code].unit_code)
            (quantity,) = find_quantities(f"有12{PRINTED_UNIT.get(wanted, '个')},")[0]
            assert Term(label).unit_code(quantity.unit) is not None, (label.text, code)


def test_no_two_metrics_claim_one_label_without_a_word_that_decides() -> None:
    readings = defaultdict(list)
    for label in labels():
        kinds = label.units or {metrics()[metrics()[code].canonical_code].unit_code for code in label.metrics}
        for kind in kinds:
            readings[(label.text, label.position, kind)].append(label)
    for (text, _, _), rivals in readings.items():
        contexts = [rival.needs for rival in rivals]
        assert len(set(contexts)) == len(contexts), f"{text} is claimed twice in one context: {rivals}"


def test_breakdown_words_name_dimensions_that_some_metric_has() -> None:
    used = {dimension for metric in metrics().values() for dimension in metric.breakdowns}
    fixed = {dimension for metric in metrics().values() for dimension in metric.fixed_breakdown}
    assert {word.dimension for word in breakdown_words()} <= used | fixed | {"hardship_grade"}


def test_flows_name_metrics_of_the_right_statistic() -> None:
    for stock, flow in flows().items():
        assert (metrics()[stock].statistic, metrics()[flow].statistic) == ("stock", "flow")


def test_parts_with_a_metric_of_their_own_are_parts_that_the_whole_has() -> None:
    rules = [rule.split(":") for rule in words()["part_metric"]]
    assert rules
    for whole, told, part in rules:
        dimension, _, value = told.partition("=")
        assert part in metrics()
        assert dimension in metrics()[whole].breakdowns
        assert value in {item.value for item in breakdown_words() if item.dimension == dimension}


def test_measure_words_have_positive_factors_and_known_dimensions() -> None:
    assert all(unit.factor > 0 for unit in units().values())
    assert {unit.dimension for unit in units().values()} >= {"person", "household", "money", "percent", "count"}
    assert words()["linker"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("会员,no_such_metric,,,,,", "labels.csv line 2: ['no_such_metric'] is not a metric code or a position"),
        ("会员,union_members,above,,,,", "labels.csv line 2: 'above' is not a metric code or a position"),
        ("会员,union_members", "labels.csv line 2: expected 7 columns"),
        ("会员,union_members,,,,,sex", "labels.csv line 2: breakdown 'sex' is not dimension=value"),
    ],
)
def test_a_wrong_label_is_one_clear_sentence(tmp_path: Path, monkeypatch, line: str, message: str) -> None:
    (tmp_path / "labels.csv").write_text(
        f"label,metrics,position,needs,refuses,units,breakdown\n{line}\n", encoding="utf-8"
    )
    metrics()
    monkeypatch.setattr(vocabulary, "FOLDER", tmp_path)
    labels.cache_clear()
    with pytest.raises(VocabularyError) as caught:
        labels()
    labels.cache_clear()
    assert message in str(caught.value)


def test_the_warehouse_describes_breakdowns_in_the_words_of_the_vocabulary() -> None:
    told: dict[tuple[str, str], set[str]] = {}
    for row in vocabulary.read_rows("breakdowns.csv"):
        told.setdefault((row["dimension"], row["value"]), set()).update(row["zh_words"].split("|"))
    seed = pl.read_csv(ROOT / "dbt_project" / "seeds" / "breakdowns.csv")
    rows = seed.select("dimension", "breakdown_value", "words_zh").rows()
    assert {(dimension, value): set(words.split("|")) for dimension, value, words in rows} == told


@pytest.mark.parametrize(
    ("printed", "dimension", "factor"),
    [
        ("人", "person", 1),
        ("百万人", "person", 10**6),
        ("万件（次）", "count", 10**4),
        ("个/家", "count", 1),
        ("人/次", "person_time", 1),
        ("千万元", "money", 10**7),
    ],
)
def test_measure_words_as_tables_print_them(printed: str, dimension: str, factor: float) -> None:
    unit = unit_named(printed)
    assert unit is not None
    assert (unit.dimension, unit.factor) == (dimension, factor)


def test_two_measure_words_of_different_things_are_none() -> None:
    assert [unit_named(text) for text in ("个、万人", "户/人", "万", "地区")] == [None] * 4


@pytest.mark.parametrize("row", ["甲 乙 1 2", "栏次 1 2 3", "(1) (2) (3)=(1)+(2)", "0 1 2 3", "A B 1 2"])
def test_rows_that_number_columns(row: str) -> None:
    assert numbers_columns(row.split(" "))


@pytest.mark.parametrize("row", ["海陵区 1 2 3", "甲 3 4", "1 2", "甲 乙", "2011 2012 2013", "甲 1 3"])
def test_rows_of_values_number_no_columns(row: str) -> None:
    assert not numbers_columns(row.split(" "))

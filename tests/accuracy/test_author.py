"""The mark-up language, the numeral reader of the annotation, and the corpus itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.accuracy import author

PLACES = {"real", "invented"}
KINDS = {"prose", "table", "mixed"}


@pytest.mark.parametrize(
    ("surface", "value", "low", "high", "qualifier"),
    [
        ("570.8万人", 5708000, 5707500, 5708500, "EQ"),
        ("12个", 12, 12, 12, "EQ"),
        ("94.1%", 94.1, 94.05, 94.15, "EQ"),
        ("2万名", 20000, 15000, 25000, "EQ"),
        ("620多家", 620, 620, 630, "MORE"),
        ("10万多人次", 100000, 100000, 110000, "MORE"),
        ("10多万人", 100000, 100000, 200000, "MORE"),
        ("86余万元", 860000, 860000, 870000, "MORE"),
        ("860万余元", 8600000, 8600000, 8610000, "MORE"),
        ("二十余万元", 200000, 200000, 300000, "MORE"),
        ("八千多名", 8000, 8000, 9000, "MORE"),
        ("一千二百多人", 1200, 1200, 1300, "MORE"),
        ("近2亿人", 200000000, 100000000, 200000000, "NEAR"),
        ("70%左右", 70, 66.5, 73.5, "APPROX"),
        ("320万元", 3200000, 3195000, 3205000, "EQ"),
        ("3800余场", 3800, 3800, 3900, "MORE"),
        ("百分之九十二", 92, 92, 92, "EQ"),
        ("３.２万\n人", 32000, 31500, 32500, "EQ"),
        ("21.7萬(wàn)人", 217000, 216500, 217500, "EQ"),
        ("3—150人", 76.5, 3, 150, "RANGE"),
        ("1.2万～1.5万元", 13500, 12000, 15000, "RANGE"),
        ("二〇〇五个", 2005, 2005, 2005, "EQ"),
    ],
)
def test_reading(surface, value, low, high, qualifier):
    assert author.read_quantity(surface) == author.Reading(value, low, high, qualifier)


def test_reading_of_open_ends_and_orders():
    assert author.read_quantity("80%以上", percent=True) == author.Reading(80, 80, 100, "GE")
    assert author.read_quantity("超过61万人") == author.Reading(610000, 610000, None, "GT")
    assert author.read_quantity("不足50人") == author.Reading(50, 0, 50, "LT")
    assert author.read_quantity("数百家") == author.Reading(None, 100, 1000, "ORDER")
    assert author.read_quantity("38.2", scale=1e4) == author.Reading(382000, 381500, 382500, "EQ")


def test_marks_become_rows_with_offsets():
    source = (
        "title: 页\nyear: 2017\nregion: 某县\n---\n"
        "【组建】{{十届五次|session_ordinal}}会议。企业建会率和入会率达[[80%以上|enterprise_union_rate+employee_unionisation_rate]],"
        "{%year=2016%}女会员[[3万人|union_members_female|p=point]],代表[[8位]]。2月9日闭会。"
    )
    page = author.build_page("x", source)
    told = [
        (page.text[int(row["char_start"]) : int(row["char_end"])], row["metric_code"], row["breakdown"],
         row["ref_year"], row["period_type"], row["unit_code"], row["section"])
        for row in page.gold
    ]  # fmt: skip
    assert told == [
        ("80%以上", "enterprise_union_rate", "", "2017", "year_end", "percent", "【组建】"),
        ("80%以上", "employee_unionisation_rate", "", "2017", "year_end", "percent", "【组建】"),
        ("3万人", "union_members", "sex=F", "2016", "point", "person", "【组建】"),
        ("8位", "", "", "2016", "", "", ""),
    ]
    traps = [(row["surface"], row["kind"]) for row in page.traps]
    assert traps == [("十届五次", "session_ordinal"), ("2月9日", "date")]


def test_pasted_copy_carries_no_gold():
    page = author.build_page("x", "\n---\n{%copy%}会员[[5人|]]。{%endcopy%}\n{%paste%}")
    assert page.text == "会员5人。\n会员5人。"
    assert [row["char_start"] for row in page.gold] == ["2"]
    assert page.copies == ((6, 11),)


def test_html_page_has_gold_on_its_rendered_text():
    source = "year: 2010\n---\n<table><tr><th>会员(万人)</th>\n<td>[[3.5|union_members|x=万]]</td></tr></table>"
    page = author.build_page("x", source, is_html=True)
    assert page.text == "会员(万人)\t3.5\n"
    assert page.html == "<table><tr><th>会员(万人)</th>\n<td>3.5</td></tr></table>"
    assert [(row["char_start"], row["char_end"], row["obs_value"]) for row in page.gold] == [("7", "10", "35000")]


@pytest.mark.parametrize("mark", ["[[5人|no_such_metric]]", "[[5人|union_members]]", "[[人|]]", "[[5人||z=1]]"])
def test_a_bad_mark_is_named(mark):
    with pytest.raises(author.MarkupError, match="page7"):
        author.build_page("page7", f"\n---\n{mark}")


def test_corpus_has_no_oversights_and_a_style_for_every_page():
    pages = list(author.marked_pages())
    said: list[str] = []
    author.report_oversights(pages, said.append)
    assert said == []
    styles = {row["page_id"]: row for row in author.read_csv(author.HOME / "styles.csv")}
    assert sorted(styles) == [page.page_id for page in pages]
    assert {row["kind"] for row in styles.values()} <= KINDS
    assert {row["place"] for row in styles.values()} <= PLACES


def test_corpus_surfaces_stand_where_gold_says(corpus: Path):
    for path in sorted((corpus / "gold").glob("*.csv")):
        text = (corpus / "pages" / f"{path.stem}.txt").read_text(encoding="utf-8")
        for row in author.read_csv(path) + author.read_csv(corpus / "traps" / path.name):
            assert text[int(row["char_start"]) : int(row["char_end"])] == row["surface"], (path.stem, row)
        meta = corpus / "pages" / f"{path.stem}.meta.json"
        if meta.exists():
            assert set(json.loads(meta.read_text(encoding="utf-8"))) <= {"url", "title"}


def test_corpus_covers_metrics_qualifiers_and_styles(corpus: Path):
    rows = [row for path in (corpus / "gold").glob("*.csv") for row in author.read_csv(path)]
    said = {(row["metric_code"], row["breakdown"]) for row in rows}
    codes = {
        code for code, entry in author.metric_entries().items()
        if any(metric == entry["metric"] and set(entry["breakdown"].split(";")) <= {"", *words.split(";")}
               for metric, words in said)
    }  # fmt: skip
    assert len(codes) >= 145
    assert {row["qualifier"] for row in rows} == {
        "EQ", "GE", "GT", "LE", "LT", "MORE", "NEAR", "APPROX", "RANGE", "ORDER",
    }  # fmt: skip
    assert {row["change_kind"] for row in rows} == {
        "level",
        "yoy_pct",
        "yoy_pp",
        "yoy_abs",
        "multi_year_abs",
        "multiple",
    }
    styles = author.read_csv(corpus / "styles.csv")
    assert len({row["style"] for row in styles}) >= 15


def test_both_parts_of_the_corpus_hold_prose_and_tables():
    styles = author.read_csv(author.HOME / "styles.csv")
    assert {row["holdout"] for row in styles} == {"true", "false"}
    parts = {(row["holdout"], row["kind"]) for row in styles}
    assert {(part, kind) for part in ("true", "false") for kind in ("prose", "table")} <= parts

"""Loading the lake into DuckDB: all or nothing, the same twice, and no claim ever forgotten."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from ingest.lake import CONTENTS, Lake, page_contents
from ingest.release_history import TABLES as RELEASE_TABLES
from ingest.schemas import FRAMES, Claims, Quarantine, typed_frame
from ingest.warehouse import WarehouseError, connect, load_raw

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 3, 8, tzinfo=UTC)

CLAIM: dict[str, object] = {
    "claim_id": "00000000000000aa", "source_id": "yearbook", "page_id": "p1", "url": "http://a/1",
    "body_sha256": "0" * 64, "section": "概况", "char_start": 0, "char_end": 5, "table_cell": None,
    "raw_span": "570.8万", "sentence": "会员570.8万人。",
    "metric_code": "union_members", "obs_value": 5708000.0, "value_low": 5707500.0, "value_high": 5708500.0,
    "qualifier": "EQ", "unit_code": "person", "unit_raw": "万人", "breakdown": "", "ref_area": "150000",
    "ref_area_name": "内蒙古自治区", "ref_year": 2017, "period_type": "year_end", "year_basis": "volume_minus_one",
    "region_basis": "title", "reporting_scope": "all_levels", "statistic": "stock", "change_kind": "level",
    "base_text": None, "is_floor_language": False, "is_target": False, "extractor_version": "1", "rule": "left",
    "phrase": "会员", "note": None,
}  # fmt: skip


def claims(*changes: dict[str, object]) -> pl.DataFrame:
    return typed_frame(Claims, [CLAIM | change for change in changes])


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


def rows(warehouse: Path, query: str) -> list[tuple[object, ...]]:
    with connect(warehouse, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_every_frame_becomes_a_typed_table_even_without_parts(lake: Lake, warehouse: Path) -> None:
    counts = load_raw(lake, warehouse)

    assert counts == dict.fromkeys([*FRAMES, "claim_history", "corrections", *RELEASE_TABLES], 0)
    types = dict(rows(warehouse, "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'claims'"))
    assert (types["obs_value"], types["ref_year"], types["is_target"]) == ("DOUBLE", "BIGINT", "BOOLEAN")


def test_parts_of_all_sources_are_loaded_together(lake: Lake, warehouse: Path) -> None:
    lake.write("claims", claims({}), "yearbook", "2018")
    lake.write("claims", claims({"claim_id": "00000000000000bb"}), "gazetteer", "none")

    assert load_raw(lake, warehouse)["claims"] == 2


def test_loading_twice_changes_nothing(lake: Lake, warehouse: Path) -> None:
    lake.write("claims", claims({}), "yearbook", "2018")
    everything = "SELECT * FROM raw.claim_history"

    load_raw(lake, warehouse, MONDAY)
    first = rows(warehouse, everything)
    load_raw(lake, warehouse, TUESDAY)

    assert rows(warehouse, everything) == first


def test_history_keeps_retracted_and_changed_claims(lake: Lake, warehouse: Path) -> None:
    lake.write("claims", claims({}, {"claim_id": "00000000000000bb"}), "yearbook", "2018")
    load_raw(lake, warehouse, MONDAY)
    lake.write("claims", claims({"obs_value": 5707600.0}), "yearbook", "2018")
    load_raw(lake, warehouse, TUESDAY)

    days = "asserted_at::DATE::VARCHAR, retracted_at::DATE::VARCHAR"
    assert rows(warehouse, f"SELECT claim_id, obs_value, {days} FROM raw.claim_history ORDER BY ALL") == [
        ("00000000000000aa", 5707600.0, "2026-11-03", None),
        ("00000000000000aa", 5708000.0, "2026-11-02", "2026-11-03"),
        ("00000000000000bb", 5708000.0, "2026-11-02", "2026-11-03"),
    ]


def test_a_claim_that_returns_is_asserted_anew(lake: Lake, warehouse: Path) -> None:
    for when, data in ((MONDAY, claims({})), (TUESDAY, claims()), (datetime(2026, 11, 4, tzinfo=UTC), claims({}))):
        lake.write("claims", data, "yearbook", "2018")
        load_raw(lake, warehouse, when)

    assert rows(warehouse, "SELECT count(*), count(retracted_at) FROM raw.claim_history") == [(2, 1)]


@pytest.mark.parametrize("content", [b"", b"PAR1 and then nonsense", b"\x00" * 4096])
def test_an_unreadable_file_is_named_and_nothing_is_lost(lake: Lake, warehouse: Path, content: bytes) -> None:
    lake.write("claims", claims({}), "yearbook", "2018")
    load_raw(lake, warehouse)
    broken = Path(lake.path("quarantine", "yearbook", "parse"))
    broken.parent.mkdir(parents=True)
    broken.write_bytes(content)

    with pytest.raises(
        WarehouseError, match=r"quarantine/yearbook/parse\.parquet cannot be read as Parquet .*: remove it"
    ):
        load_raw(lake, warehouse)

    assert rows(warehouse, "SELECT count(*) FROM raw.claims") == [(1,)]


def test_a_file_with_other_columns_is_named_with_the_column(lake: Lake, warehouse: Path) -> None:
    row = {
        "source_id": "a",
        "stage": "parse",
        "key": "k",
        "url": None,
        "column": None,
        "check": "c",
        "value": None,
        "reason": "r",
    }
    path = Path(lake.write("quarantine", typed_frame(Quarantine, [row]), "a", "parse"))
    pl.read_parquet(path).rename({"reason": "why"}).write_parquet(path)

    with pytest.raises(WarehouseError, match=r"does not have the columns of quarantine \(see: reason, why\)"):
        load_raw(lake, warehouse)


def test_a_file_that_is_no_database_is_named(tmp_path: Path, lake: Lake) -> None:
    path = tmp_path / "notes.duckdb"
    path.write_text("these are not the tables you are looking for" * 200)

    with pytest.raises(WarehouseError, match=r"notes\.duckdb cannot be opened as a DuckDB file"):
        load_raw(lake, path)


def test_limits_come_from_the_environment(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNION_WAREHOUSE_DUCKDB_THREADS", "1")
    monkeypatch.setenv("UNION_WAREHOUSE_DUCKDB_MEMORY", "256MiB")

    with connect(warehouse) as connection:
        limits = connection.execute("SELECT current_setting('threads'), current_setting('memory_limit')").fetchone()

    assert limits == (1, "256.0 MiB")


def test_only_parts_that_changed_are_loaded_again(lake: Lake, warehouse: Path) -> None:
    lake.write("claims", claims({}), "yearbook", "2017")
    lake.write("claims", claims({"claim_id": "00000000000000bb", "page_id": "p2"}), "yearbook", "2018")
    load_raw(lake, warehouse, MONDAY)
    with connect(warehouse) as connection:  # a trace in the tables that another load of the part would remove
        connection.execute("UPDATE raw.claims SET note = 'trace'")
    lake.write("claims", claims({"claim_id": "00000000000000cc", "page_id": "p2"}), "yearbook", "2018")
    load_raw(lake, warehouse, TUESDAY)

    assert rows(warehouse, "SELECT claim_id, note FROM raw.claims ORDER BY ALL") == [
        ("00000000000000aa", "trace"),
        ("00000000000000cc", None),
    ]
    assert rows(warehouse, "SELECT claim_id, retracted_at::DATE::VARCHAR FROM raw.claim_history ORDER BY claim_id") == [
        ("00000000000000aa", None),
        ("00000000000000bb", "2026-11-03"),
        ("00000000000000cc", None),
    ]


P1, P2, P3 = (
    {"claim_id": "00000000000000aa", "page_id": "p1", "url": "http://a/1"},
    {"claim_id": "00000000000000bb", "page_id": "p2", "url": "http://a/2"},
    {"claim_id": "00000000000000cc", "page_id": "p3", "url": "http://a/3"},
)


def write_part(lake: Lake, part: str, *changes: dict[str, object]) -> None:
    """A part of claims as the engines write it: with a hash of the rows of each page."""
    data = claims(*changes)
    lake.write("claims", data, "yearbook", part, {CONTENTS: json.dumps(page_contents(data))})


@pytest.mark.parametrize(
    ("now", "kept", "touched"),
    [
        ([P1, P2 | {"obs_value": 5707600.0}], ["p1"], ["p2"]),  # another claim
        ([P1, P2, P2 | {"claim_id": "00000000000000dd"}], ["p1"], ["p2"]),  # one claim more
        ([P1], ["p1"], ["p2"]),  # a page that is gone, or says nothing any more
        ([P1, P2, P3], ["p1", "p2"], ["p3"]),  # a new page
        ([P2, P1], ["p1", "p2"], []),  # the same rows in another file
        ([P1 | {"extractor_version": "2"}, P2], ["p2"], []),  # read the same by a newer reader
    ],
)
@pytest.mark.parametrize("few", [0, 100])  # whether the claims of touched pages are kept aside
def test_of_a_part_only_pages_with_other_rows_are_loaded_again(
    lake: Lake, warehouse: Path, tmp_path: Path, now: list[dict[str, object]], kept: list[str], touched: list[str],
    few: int, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("ingest.warehouse.FEW_PAGES", few)
    write_part(lake, "2017", P3 | {"claim_id": "00000000000000ee", "page_id": "p4", "url": "http://a/4"})
    write_part(lake, "2018", P1, P2)
    load_raw(lake, warehouse, MONDAY)
    with connect(warehouse) as connection:  # a trace in the rows that loading them again would remove
        connection.execute("UPDATE raw.claims SET note = 'trace'")
    write_part(lake, "2018", *now)
    load_raw(lake, warehouse, TUESDAY)

    traced = "SELECT DISTINCT page_id FROM raw.claims WHERE note = 'trace' ORDER BY ALL"
    assert rows(warehouse, traced) == [(page,) for page in [*kept, "p4"]]
    changed = "SELECT DISTINCT page_id FROM raw.claim_history WHERE $day IN (asserted_at, retracted_at) ORDER BY ALL"
    assert rows(warehouse, changed.replace("$day", f"'{TUESDAY}'::TIMESTAMPTZ")) == [(page,) for page in touched]
    load_raw(lake, tmp_path / "fresh.duckdb")
    everything = "SELECT * EXCLUDE (note) FROM raw.claims ORDER BY ALL"
    assert rows(warehouse, everything) == rows(tmp_path / "fresh.duckdb", everything)
    books = "SELECT * FROM raw.lake_parts UNION ALL BY NAME SELECT * FROM raw.lake_pages ORDER BY ALL"
    assert rows(warehouse, books) == rows(tmp_path / "fresh.duckdb", books)


@pytest.mark.parametrize("tells", [(False, True), (True, False)])
def test_a_part_that_does_not_tell_of_its_pages_is_loaded_whole(
    lake: Lake, warehouse: Path, tells: tuple[bool, bool]
) -> None:
    for is_telling, changes in zip(tells, ([P1, P2], [P1, P3]), strict=True):
        if is_telling:
            write_part(lake, "2018", *changes)
        else:
            lake.write("claims", claims(*changes), "yearbook", "2018")
        load_raw(lake, warehouse)

    assert rows(warehouse, "SELECT page_id FROM raw.claims ORDER BY ALL") == [("p1",), ("p3",)]
    write_part(lake, "2018", P3)
    assert load_raw(lake, warehouse)["claims"] == 1


def test_a_part_that_a_loader_without_pages_replaced_is_loaded_whole(
    lake: Lake, warehouse: Path, tmp_path: Path
) -> None:
    write_part(lake, "2018", P1, P2)
    load_raw(lake, warehouse, MONDAY)
    with connect(warehouse) as connection:  # a release that knew no pages loaded other rows of the part meanwhile
        connection.execute("UPDATE raw.claims SET obs_value = 1")
        connection.execute("UPDATE raw.lake_parts SET mark = 'another' WHERE frame = 'claims'")
    load_raw(lake, warehouse, TUESDAY)

    load_raw(lake, tmp_path / "fresh.duckdb")
    everything = "SELECT * FROM raw.claims ORDER BY ALL"
    assert rows(warehouse, everything) == rows(tmp_path / "fresh.duckdb", everything)


def test_the_content_of_a_page_changes_with_any_value_and_any_row() -> None:
    variants: list[list[dict[str, object]]] = [
        [{}], [{"note": ""}], [{"note": "x"}], [{"obs_value": None}], [{"ref_year": 2018}], [{"is_target": True}],
        [{"unit_raw": "", "phrase": "万人会员"}], [{}, {}], [{"raw_span": "1"}, {}], [{}, {"raw_span": "1"}],
    ]  # fmt: skip
    contents = [page_contents(claims(*variant))["http://a/1"] for variant in variants]
    assert len(set(contents)) == len(variants)
    assert page_contents(claims(P1, P2)) | page_contents(claims(P3)) == page_contents(claims(P3, P2, P1))
    assert page_contents(claims()) == {}


def test_the_rows_of_a_part_that_is_gone_go_and_are_retracted(lake: Lake, warehouse: Path) -> None:
    lake.write("claims", claims({}), "yearbook", "2017")
    lake.write("claims", claims({"claim_id": "00000000000000bb", "page_id": "p2"}), "gazetteer", "none")
    load_raw(lake, warehouse, MONDAY)
    lake.remove("claims", "gazetteer", "none")
    load_raw(lake, warehouse, TUESDAY)

    assert rows(warehouse, "SELECT claim_id FROM raw.claims") == [("00000000000000aa",)]
    assert rows(warehouse, "SELECT claim_id FROM raw.claim_history WHERE retracted_at IS NOT NULL") == [
        ("00000000000000bb",)
    ]


def test_a_claim_read_the_same_by_a_newer_reader_is_not_retracted(lake: Lake, warehouse: Path) -> None:
    lake.write("claims", claims({}), "yearbook", "2018")
    load_raw(lake, warehouse, MONDAY)
    lake.write("claims", claims({"extractor_version": "2"}), "yearbook", "2018")
    load_raw(lake, warehouse, TUESDAY)

    assert rows(warehouse, "SELECT extractor_version FROM raw.claims") == [("2",)]
    assert rows(warehouse, "SELECT count(*), count(retracted_at) FROM raw.claim_history") == [(1, 0)]


def test_parts_of_a_run_that_died_are_not_loaded(lake: Lake, warehouse: Path) -> None:
    lake.write("claims", claims({}), "yearbook", "2018")
    lake.write("claims", claims({}), "yearbook", "2018-2-0001")
    lake.write_bytes(lake.ledger_path("claims", "yearbook"), b'{"parts": {"2018": {}}}')

    assert load_raw(lake, warehouse)["claims"] == 1

"""Release folders by themselves: names, checksums, the history they tell, and the words of a changelog."""

from __future__ import annotations

import dataclasses
import fcntl
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingest import cli
from ingest.publish.description import describe_tables, rules_version
from ingest.publish.exports import ExportedTable
from ingest.publish.release import publish_release
from ingest.publish.sdmx import shape_facts
from ingest.publish.texts import changelog
from ingest.release_history import FACT_COLUMNS, load_releases
from ingest.releases import (
    Release,
    ReleaseError,
    checked_file,
    find_problems,
    is_release_id,
    list_releases,
    read_release,
    write_sums,
)
from ingest.settings import Settings

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
FACT: dict[str, object] = dict.fromkeys(FACT_COLUMNS) | {
    "observation_id": "o1", "metric_code": "union_members", "region_id": "r1", "ref_year": 2017, "obs_value": 10.0,
    "chosen_claim_id": "c1", "chosen_work_id": "w1",
}  # fmt: skip
TYPES = {"VARCHAR": pl.String, "DOUBLE": pl.Float64, "INTEGER": pl.Int32, "BIGINT": pl.Int64, "BOOLEAN": pl.Boolean}


def put_release(root: Path, name: str, day: int, *facts: dict[str, object], previous: str | None = None) -> Path:
    """A release folder with some facts, each on a page of its own."""
    folder = root / name
    (folder / "parquet").mkdir(parents=True)
    schema = {column: TYPES[kind] for column, kind in FACT_COLUMNS.items()}
    rows = [FACT | fact for fact in facts]
    claims = [
        {"claim_id": row["chosen_claim_id"], "observation_id": row["observation_id"], "is_current": True,
         "is_chosen": True, "page_id": f"p-{row['chosen_claim_id']}", "url": f"http://a/{row['chosen_claim_id']}",
         "body_sha256": "b", "metric_code": row["metric_code"], "extractor_version": "1"}
        for row in rows
    ]  # fmt: skip
    pages = [{"page_id": row["page_id"], "work_id": "w1", "url": row["url"], "body_sha256": "b"} for row in claims]
    pl.DataFrame(rows, schema=schema).write_parquet(folder / "parquet" / "fct_union_metrics.parquet")
    pl.DataFrame(claims).write_parquet(folder / "parquet" / "fct_union_claims.parquet")
    pl.DataFrame(pages).write_parquet(folder / "parquet" / "dim_page.parquet")
    released = Release(
        name, MONDAY + timedelta(days=day), previous, f"digest of {name}", "1", "rules", "0.1.0", len(rows)
    )
    (folder / "release.json").write_text(released.as_json(), "utf-8")
    write_sums(folder)
    return folder


def history(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT observation_id, obs_value, chosen_url, valid_from_release, valid_to_release FROM raw.release_history "
        "ORDER BY ALL"
    ).fetchall()


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA raw")
    return connection


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("2026.11.24-1", True), ("v2", True), ("latest", False), ("unreleased", False), ("", False), (".hidden", False),
        ("../up", False), ("a b", False), ("a" * 65, False),
    ],
)  # fmt: skip
def test_names_of_releases(name: str, is_one: bool) -> None:
    assert is_release_id(name) == is_one


def test_releases_are_listed_in_order_of_publication_not_of_names(tmp_path: Path) -> None:
    put_release(tmp_path, "2026.11.02-10", 1, {})
    put_release(tmp_path, "2026.11.02-2", 0, {})
    (tmp_path / ".2026.11.03-1.0123.new").mkdir()
    (tmp_path / "latest").symlink_to("2026.11.02-10")

    assert [release.release_id for release in list_releases(tmp_path)] == ["2026.11.02-2", "2026.11.02-10"]


def test_a_release_survives_its_json(tmp_path: Path) -> None:
    folder = put_release(tmp_path, "one", 0, {})

    told = read_release(folder)
    assert (told.published_at, told.n_facts, told.previous_release_id) == (MONDAY, 1, None)
    assert find_problems(folder) == []
    assert checked_file(folder, "release.json") == folder / "release.json"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("parquet/dim_page.parquet", b"x", "{folder}/parquet/dim_page.parquet was changed after publication"),
        ("parquet/dim_page.parquet", None, "{folder}/parquet/dim_page.parquet is listed in SHA256SUMS and missing"),
        ("notes.txt", b"mine", "{folder}/notes.txt is not listed in SHA256SUMS"),
        ("release.json", b"{", "{folder}/release.json cannot be read (Expecting property name"),
        ("release.json", b"{}", "{folder}/release.json cannot be read ('published_at')"),
        ("SHA256SUMS", None, "{folder}/SHA256SUMS cannot be read (No such file or directory)"),
        ("SHA256SUMS", b"abc", "{folder}/SHA256SUMS cannot be read"),
    ],
)
def test_what_is_not_as_published_is_one_sentence_with_its_mend(
    tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    folder = put_release(tmp_path, "one", 0, {})
    (folder / name).unlink() if content is None else (folder / name).write_bytes(content)

    [problem] = find_problems(folder)
    assert problem.startswith(sentence.format(folder=folder))
    assert problem.endswith(f"put the folder back from a copy, or move it out of {tmp_path}")


def test_a_folder_that_was_renamed_is_told(tmp_path: Path) -> None:
    put_release(tmp_path, "one", 0, {}).rename(tmp_path / "two")

    with pytest.raises(ReleaseError, match="names the release 'one', not 'two'"):
        list_releases(tmp_path)


def test_history_has_one_row_per_run_of_equal_values(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    other = {"observation_id": "o2", "chosen_claim_id": "c2"}
    put_release(tmp_path, "one", 0, {}, other)
    put_release(tmp_path, "two", 1, {}, other | {"obs_value": 11.0})
    put_release(tmp_path, "three", 2, {})

    counts = load_releases(connection, tmp_path)

    assert counts == {"releases": 3, "release_history": 3, "release_claims": 2, "release_pages": 2}
    assert history(connection) == [
        ("o1", 10.0, "http://a/c1", "one", None),
        ("o2", 10.0, "http://a/c2", "one", "two"),
        ("o2", 11.0, "http://a/c2", "two", "three"),
    ]
    numbers = connection.execute("SELECT release_number, release_id FROM raw.releases ORDER BY 1").fetchall()
    assert numbers == [(1, "one"), (2, "two"), (3, "three")]


def test_only_unknown_releases_are_read_and_a_known_one_stays_when_its_folder_is_gone(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    first = put_release(tmp_path, "one", 0, {})
    load_releases(connection, tmp_path)
    for file in first.rglob("*.parquet"):
        file.write_bytes(b"not read again")
    first.rename(tmp_path / ".gone")
    put_release(tmp_path, "two", 1, {"obs_value": 12.0})

    load_releases(connection, tmp_path)
    again = load_releases(connection, tmp_path)

    assert again["releases"] == 2
    assert history(connection) == [
        ("o1", 10.0, "http://a/c1", "one", "two"),
        ("o1", 12.0, "http://a/c1", "two", None),
    ]


def test_an_older_release_that_turns_up_late_is_put_in_its_place(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    put_release(tmp_path, "two", 1, {"obs_value": 12.0})
    load_releases(connection, tmp_path)
    put_release(tmp_path, "one", 0, {})

    load_releases(connection, tmp_path)

    assert history(connection) == [
        ("o1", 10.0, "http://a/c1", "one", "two"),
        ("o1", 12.0, "http://a/c1", "two", None),
    ]


def test_an_older_release_cannot_be_placed_while_a_known_folder_is_gone(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    put_release(tmp_path, "two", 1, {})
    load_releases(connection, tmp_path)
    (tmp_path / "two").rename(tmp_path / ".gone")
    put_release(tmp_path, "one", 0, {})

    with pytest.raises(ReleaseError, match=r"the folder of two is gone, .* put that folder back too"):
        load_releases(connection, tmp_path)


def test_a_column_that_an_older_release_lacks_is_empty(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    folder = put_release(tmp_path, "one", 0, {"is_trend": True})
    file = folder / "parquet" / "fct_union_metrics.parquet"
    pl.read_parquet(file).drop("is_trend").write_parquet(file)
    write_sums(folder)

    load_releases(connection, tmp_path)

    assert connection.execute("SELECT is_trend, obs_value FROM raw.release_history").fetchall() == [(None, 10.0)]


def test_tables_of_another_shape_are_made_anew(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    put_release(tmp_path, "one", 0, {})
    load_releases(connection, tmp_path)
    connection.execute("ALTER TABLE raw.release_history DROP COLUMN is_trend")

    load_releases(connection, tmp_path)

    assert history(connection) == [("o1", 10.0, "http://a/c1", "one", None)]


EXPORTED: list[ExportedTable] = [
    {"name": "dim_metric", "description": "What is\nmeasured.", "rows": 2, "files": {},
     "columns": [{"name": "metric_code", "type": "VARCHAR", "description": "Code."}]},
    {"name": "fct", "description": "Facts.", "rows": 3, "files": {},
     "columns": [{"name": "id", "type": "VARCHAR", "description": "Id."},
                 {"name": "metric_code", "type": "VARCHAR", "description": "Code."},
                 {"name": "kind", "type": "VARCHAR", "description": "Kind."}]},
]  # fmt: skip


def dbt_test(model: str, kind: str, column: str | None = None, **arguments: object) -> dict[str, object]:
    return {
        "resource_type": "test", "attached_node": f"model.union_warehouse.{model}", "column_name": column,
        "test_metadata": {"name": kind, "kwargs": arguments},
    }  # fmt: skip


def manifest(*tests: dict[str, object], sql: str = "a") -> dict[str, object]:
    model = {
        "resource_type": "model", "name": "fct", "checksum": {"checksum": sql},
        "columns": {"id": {"constraints": [{"type": "not_null"}]}},
    }  # fmt: skip
    nodes = {"model.union_warehouse.fct": model} | {f"test.{number}": test for number, test in enumerate(tests)}
    return {"nodes": nodes, "macros": {}}


def test_keys_and_references_come_from_the_tests() -> None:
    tests = [
        dbt_test("fct", "unique", "id"),
        dbt_test("fct", "one_row_per", columns=["metric_code", "kind"]),
        dbt_test("fct", "relationships", "metric_code", to="ref('dim_metric')", field="metric_code"),
        dbt_test("fct", "relationships", "kind", to="ref('private_seed')", field="kind"),
        dbt_test("fct", "accepted_values", "kind", values=["a", "b"]),
        dbt_test("dim_metric", "not_null", "metric_code"),
    ]
    metric, fct = describe_tables(EXPORTED, manifest(*tests))

    assert (metric.description, metric.primary_key, metric.columns[0].is_required) == ("What is measured.", (), True)
    assert fct.primary_key == ("id",)
    assert [dataclasses.astuple(reference) for reference in fct.references] == [
        ("metric_code", "dim_metric", "metric_code")
    ]
    assert [(column.is_required, column.values) for column in fct.columns] == [
        (True, ()), (False, ()), (False, ("a", "b")),
    ]  # fmt: skip


def test_the_grain_is_the_key_where_nothing_else_is() -> None:
    tests = [dbt_test("fct", "one_row_per", columns=["metric_code", "kind"])]
    assert describe_tables(EXPORTED, manifest(*tests))[1].primary_key == ("metric_code", "kind")


def test_another_model_is_another_version_of_the_rules() -> None:
    assert rules_version(manifest()) == rules_version(manifest(dbt_test("fct", "unique", "id")))
    assert rules_version(manifest()) != rules_version(manifest(sql="b"))


def test_breakdowns_become_dimensions_of_their_own() -> None:
    exported: ExportedTable = {
        "name": "fct_union_metrics", "description": "", "rows": 2, "files": {},
        "columns": [{"name": name, "type": kind, "description": name} for name, kind in FACT_COLUMNS.items()],
    }  # fmt: skip
    [table] = describe_tables([exported], {"nodes": {}, "macros": {}})
    schema = {column: TYPES[kind] for column, kind in FACT_COLUMNS.items()}
    rows = [
        FACT | {"breakdown": "", "base_key": "", "is_target": False},
        FACT | {"breakdown": "ownership=state;sex=F", "base_key": "国有企业", "is_target": True},
    ]
    names = {"breakdown": {"sex=F": "female"}, "metric_code": {"union_members": "Union members"}}

    shaped, components = shape_facts(pl.DataFrame(rows, schema=schema), table, names)

    told = shaped.select("METRIC", "OWNERSHIP", "SEX", "RATE_BASE", "UNIT_MEASURE", "IS_TARGET", "TIME_PERIOD").rows()
    assert told == [
        ("union_members", "_T", "_T", "_Z", "_Z", "N", "2017"),
        ("union_members", "state", "F", "国有企业", "_Z", "Y", "2017"),
    ]
    codes = {component.id: component.codes for component in components}
    assert codes["SEX"] == {"_T": "Total", "F": "female"}
    assert codes["METRIC"] == {"union_members": "Union members"}
    assert codes["RATE_BASE"] is None


def change(kind: str, reason: str, before: float | None, after: float | None) -> dict[str, object]:
    told: dict[str, object] = {
        "change": kind, "reason_code": reason, "region_name": "甲市", "ref_year": 2017, "metric_code": "m",
        "breakdown": "sex=F", "observation_id": "o1",
    }  # fmt: skip
    for side, value in (("before", before), ("after", after)):
        told |= {f"value_{side}": value, f"low_{side}": value, f"high_{side}": None, f"qualifier_{side}": "GE"}
        told |= {f"status_{side}": "U", f"claim_{side}": None if value is None else "c"}
    return told


def test_a_changelog_counts_by_reason_and_shows_bounds() -> None:
    release = Release("two", MONDAY, "one", "d", "1", "r", "0", 7)
    told = changelog(
        release, [change("changed", "rule_changed", 80.0, 85.0), change("added", "source_added", None, 3.0)]
    )

    assert told == (
        "# Changes in release two\n\nSince release one: 1 added, 1 changed.\n"
        "\n## source_added: 1\n\nA page that the former release did not know contributes.\n\n"
        "- added: 甲市 2017 m (sex=F): none → 3 [3, …] GE U [`o1`]\n"
        "\n## rule_changed: 1\n\nThe same claims, but another one is chosen, or a correction was made.\n\n"
        "- changed: 甲市 2017 m (sex=F): 80 [80, …] GE U → 85 [85, …] GE U [`o1`]\n"
    )


def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["union-warehouse", *arguments])
    try:
        cli.main()
    except SystemExit as end:
        code = int(end.code or 0)
    else:
        code = 0
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_releases_are_listed_and_verified_on_the_command_line(
    home: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_release(home.releases_root, "one", 0, {})
    spoilt = put_release(home.releases_root, "two", 1, {}, previous="one")
    (spoilt / "release.json").write_text((spoilt / "release.json").read_text("utf-8") + " ", "utf-8")

    code, out, err = call(capsys, monkeypatch, "releases", "--format", "csv")
    assert (code, err) == (0, "")
    assert [line.split(",")[0] for line in out.splitlines()] == ["release_id", "one", "two"]
    assert out.count("not verified") == 2

    code, out, err = call(capsys, monkeypatch, "releases", "--verify", "--format", "csv")
    assert (code, [line.rsplit(",", 1)[1] for line in out.splitlines()[1:]]) == (1, ["intact", "broken"])
    assert err.startswith(f"{spoilt}/release.json was changed after publication")


def test_a_release_that_says_nothing_is_listed_as_broken(
    home: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_release(home.releases_root, "one", 0, {})
    (home.releases_root / "two").mkdir()

    code, out, err = call(capsys, monkeypatch, "releases", "--format", "jsonl")
    states = [(row["release_id"], row["state"]) for row in map(json.loads, out.splitlines())]
    assert (code, states) == (1, [("two", "broken"), ("one", "not verified")])
    assert err.startswith(f"{home.releases_root}/two/release.json cannot be read (No such file or directory)")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["publish"], "warehouse.duckdb does not exist: run the pipeline first"),
        (["publish", "--id", "latest"], "'latest' cannot name a release"),
        (["publish", "--id", "one"], "the release 'one' exists already and is never changed: choose another id"),
        (["facts", "--as-of", "one"], "dim_release.parquet does not exist: run the pipeline first"),
    ],
)
def test_bad_input_is_one_sentence(
    home: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str],
    sentence: str,
) -> None:  # fmt: skip
    put_release(home.releases_root, "one", 0, {})
    code, out, err = call(capsys, monkeypatch, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert sentence in err


def test_one_publication_at_a_time(home: Settings) -> None:
    home.releases_root.mkdir(parents=True)
    with (home.releases_root / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ReleaseError, match="another publication is at work"):
            publish_release(home)


def test_help_imports_neither_pysdmx_nor_polars() -> None:
    code = (
        "import sys; from ingest import cli; sys.argv = ['union-warehouse', '--help']\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "print([name for name in ('pysdmx', 'polars', 'pandas', 'duckdb') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"

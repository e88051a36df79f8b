"""Releases from end to end: what they say about a change, what they still say later, what survives an accident."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingest.lake import Lake
from ingest.publish import ReadError, read_facts, release
from ingest.publish.release import publish_release
from ingest.release_history import FACT_COLUMNS, TABLES
from ingest.releases import ReleaseError, find_problems, list_releases
from ingest.settings import Settings
from ingest.warehouse import connect, load_raw
from tests.integration.publish.conftest import NEW_VALUE, OLD_VALUE, Released

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("releases")]

CHANGED = ("union_members", "province_150000", 2017)


def test_the_difference_names_exactly_the_changed_fact_and_why(released: Released) -> None:
    diff = released.exported(
        "SELECT release_id, previous_release_id, change, reason_code, metric_code, region_id, ref_year, value_before, "
        "value_after, low_before, low_after FROM {rpt_release_diff}"
    )
    first, second = released.first.release.release_id, released.second.release.release_id

    assert diff == [
        (second, first, "changed", "source_revised", *CHANGED, OLD_VALUE, NEW_VALUE, OLD_VALUE - 500, NEW_VALUE - 500)
    ]


def test_the_new_release_tells_it_in_words_and_as_a_table(released: Released) -> None:
    told = (released.folder / "CHANGELOG.md").read_text("utf-8")
    table = pl.read_parquet(released.folder / "parquet" / "rpt_release_diff.parquet")

    assert f"Since release {released.first.release.release_id}: 1 changed." in told
    assert "## source_revised: 1" in told
    assert "内蒙古自治区 2017 union_members: 5708000 [5707500, 5708500] EQ A → 5711000 [5710500, 5711500] EQ A" in told
    assert table.select("release_id", "reason_code").rows() == [(released.second.release.release_id, "source_revised")]
    assert "The first release: 26 facts." in (released.first_folder / "CHANGELOG.md").read_text("utf-8")


def test_facts_as_of_a_release_are_its_own(released: Released) -> None:
    for folder in (released.first_folder, released.folder):
        published = pl.read_parquet(folder / "parquet" / "fct_union_metrics.parquet")
        names = ", ".join(published.columns)
        query = f"""
            SELECT {names} FROM {{fct_union_metrics_history}} AS facts
            INNER JOIN {{dim_release}} AS releases
                ON facts.valid_from_number <= releases.release_number
                AND (facts.valid_to_number IS NULL OR facts.valid_to_number > releases.release_number)
            WHERE releases.release_id = '{folder.name}' ORDER BY ALL
        """
        assert set(published.columns) == set(FACT_COLUMNS), "release_history.FACT_COLUMNS lists what facts have"
        assert released.exported(query) == duckdb.sql(f"SELECT {names} FROM published ORDER BY ALL").fetchall()

        as_of = read_facts(released.settings.exports_root, as_of=folder.name)
        assert as_of.sort("observation_id").equals(published.select(as_of.columns).sort("observation_id"))
    by_name = read_facts(released.settings.exports_root, "内蒙古", 2017, "union_members", released.first_folder.name)
    assert by_name["obs_value"].to_list() == [OLD_VALUE]


def test_a_fact_whose_proof_moved_has_a_new_row_of_history_and_the_others_have_one(released: Released) -> None:
    rows = dict(
        released.exported(
            "SELECT n, count(*) FROM (SELECT count(*) AS n FROM {fct_union_metrics_history} GROUP BY observation_id) "
            "GROUP BY n"
        )
    )
    moved = released.exported(
        "SELECT count(*) FROM {fct_union_metrics_history} WHERE valid_from_number = 2 AND chosen_url LIKE '%yearbook-2018%'"
    )
    assert rows == {1: 11, 2: 15}
    assert moved == [(15,)]


def test_an_unknown_release_is_one_sentence(released: Released) -> None:
    with pytest.raises(ReadError, match=r"no release is called '2001\.01\.01-1': `union-warehouse releases`"):
        read_facts(released.settings.exports_root, as_of="2001.01.01-1")


def test_nothing_new_makes_no_release_unless_forced(copied: Settings) -> None:
    latest = list_releases(copied.releases_root)[-1]

    assert publish_release(copied) == release.Published(latest, is_new=False)
    forced = publish_release(copied, "again", force=True)
    assert (forced.is_new, forced.release.content_digest) == (True, latest.content_digest)
    assert (copied.releases_root / "latest").resolve().name == "again"
    assert "No fact says anything else" in (copied.releases_root / "again" / "CHANGELOG.md").read_text("utf-8")


def test_the_same_content_has_the_same_digest_when_the_warehouse_is_made_anew(copied: Settings) -> None:
    copied.warehouse_path.unlink()
    load_raw(Lake(copied.lake_root), copied.warehouse_path, releases=copied.releases_root)
    with connect(copied.warehouse_path) as connection:
        before = connection.execute("SELECT asserted_at FROM raw.claim_history LIMIT 1").fetchall()
    assert before, "claims are asserted at another time now"
    digests = {table["name"]: table for table in release.read_manifest(copied.exports_root)}

    assert release.content_digest(copied.exports_root, list(digests.values())) == (
        list_releases(copied.releases_root)[-1].content_digest
    )


def history(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with connect(path, read_only=True) as connection:
        return {table: connection.execute(f"FROM raw.{table} ORDER BY ALL").fetchall() for table in TABLES}


def test_the_history_is_made_anew_from_the_folders_and_loading_again_changes_nothing(copied: Settings) -> None:
    former = history(copied.warehouse_path)
    copied.warehouse_path.unlink()
    for _ in range(2):
        load_raw(Lake(copied.lake_root), copied.warehouse_path, releases=copied.releases_root)
        assert history(copied.warehouse_path) == former


def test_a_release_that_was_edited_by_hand_is_not_loaded(copied: Settings) -> None:
    file = list_releases(copied.releases_root)[0].release_id
    facts = copied.releases_root / file / "parquet" / "fct_union_metrics.parquet"
    pl.read_parquet(facts).with_columns(obs_value=1.0).write_parquet(facts)
    copied.warehouse_path.unlink()

    with pytest.raises(
        ReleaseError, match=r"fct_union_metrics\.parquet was changed after publication .* put the folder"
    ):
        load_raw(Lake(copied.lake_root), copied.warehouse_path, releases=copied.releases_root)


@pytest.mark.parametrize("step", ["_copy_tables", "write_sdmx_files", "write_sums", "_write_through"])
def test_a_failure_leaves_the_last_release_and_no_litter(
    copied: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    before = sorted(copied.releases_root.iterdir())
    with monkeypatch.context() as patched:
        patched.setattr(release, step, fail)
        with pytest.raises(OSError, match="no space"):
            publish_release(copied, "next", force=True)

    assert sorted(copied.releases_root.iterdir()) == before
    assert publish_release(copied, "next", force=True).is_new


KILLED = """
import os, signal, sys
from pathlib import Path
from ingest.publish import release
from tests.integration.publish.conftest import settings_at
setattr(release, sys.argv[2], lambda *_: os.kill(os.getpid(), signal.SIGKILL))
release.publish_release(settings_at(Path(sys.argv[1])), "next", force=True)
"""


@pytest.mark.parametrize(("step", "is_whole"), [("write_sums", False), ("_point_latest", True)])
def test_a_killed_publication_is_cleaned_up_by_the_next(copied: Settings, step: str, is_whole: bool) -> None:
    latest = (copied.releases_root / "latest").resolve().name
    done = subprocess.run([sys.executable, "-c", KILLED, str(copied.home), step], check=False, timeout=60)

    assert done.returncode == -signal.SIGKILL
    assert (copied.releases_root / "latest").resolve().name == latest
    assert (copied.releases_root / "next").exists() == is_whole
    assert find_problems(copied.releases_root / latest) == []
    ended = publish_release(copied, "after")
    # a release that was whole is the latest one now; what was half made is gone
    assert (ended.is_new, ended.release.release_id) == (False, "next" if is_whole else latest)
    assert (copied.releases_root / "latest").resolve().name == ended.release.release_id
    assert not list(copied.releases_root.glob(".*.new"))

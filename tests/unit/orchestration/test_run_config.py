"""What may be set for a run in the launchpad, and what is told of settings that cannot be."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from ingest.lake import Lake
from ingest.schemas import PageRefs, typed_frame
from ingest.settings import Settings
from orchestration.defs.fetch import FetchConfig, require_volumes, snapshots
from orchestration.resources import Project

SOURCE = "sample_yearbooks"


@pytest.fixture
def listed(home: Settings) -> Settings:
    """A home in which the source lists the volumes 2017 and 2018."""
    rows = [
        {"source_id": SOURCE, "url": f"http://a/{year}", "volume_year": year, "category": None, "title": None,
         "discovered_from": "x"}
        for year in (2018, 2017)
    ]  # fmt: skip
    Lake(home.lake_root).write("page_refs", typed_frame(PageRefs, rows), SOURCE)
    return home


def test_a_listed_volume_may_be_asked_for(listed: Settings) -> None:
    require_volumes(SOURCE, [2017], Project())


def test_an_unknown_volume_fails_with_those_that_there_are_and_is_not_tried_again(listed: Settings) -> None:
    with pytest.raises(dg.Failure) as told:
        require_volumes(SOURCE, [1066, 2017], Project())
    assert told.value.description == "sample_yearbooks lists no volume 1066; it lists 2017, 2018"
    assert not told.value.allow_retries


@pytest.mark.parametrize("more", [{"refetch": True}, {"volumes": [2018]}])
def test_the_archive_is_not_asked_for_what_only_a_site_can_answer(more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="`from_archive` asks nobody: leave `refetch` off and `volumes` empty"):
        FetchConfig(from_archive=True, **more)


def test_settings_that_exclude_each_other_fail_the_step_with_the_sentence(listed: Settings, tmp_path: Path) -> None:
    config = dg.RunConfig({"snapshots": {"config": {"from_archive": True, "refetch": True}}})
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [snapshots],
            instance=instance,
            partition_key=SOURCE,
            resources={"project": Project()},
            run_config=config,
            raise_on_error=False,
        )
    [failure] = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert "`from_archive` asks nobody" in failure.error.to_string()

"""The check factory: a frame that keeps its model passes; the rows of one that does not are shown."""

from __future__ import annotations

import dagster as dg
import pytest

from ingest.lake import Lake
from ingest.schemas import PageRefs, Pages, Quarantine, typed_frame
from ingest.settings import Settings
from orchestration.defs.checks import check_frame, check_parts, checks, judge_list_pages, lake_check
from orchestration.defs.crawl import page_refs
from orchestration.resources import Project


def rows(*urls: str) -> list[dict[str, object]]:
    return [
        {
            "source_id": "sample_yearbooks",
            "url": url,
            "volume_year": 2018,
            "category": None,
            "title": None,
            "discovered_from": "x",
        }
        for url in urls
    ]


def test_a_frame_that_keeps_its_model_passes() -> None:
    result = check_frame("page_refs", typed_frame(PageRefs, rows("http://a/1", "http://a/2")))
    assert result.passed
    assert result.metadata["rows"].value == 2


def test_failing_rows_are_shown_escaped() -> None:
    result = check_frame("page_refs", typed_frame(PageRefs, rows("http://a/1", "<b>")))
    assert not result.passed
    assert result.severity is dg.AssetCheckSeverity.ERROR
    assert result.description == "1 of 2 rows break the model"
    shown = str(result.metadata["failing_rows"].value)
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown


def test_a_key_that_stands_in_two_parts_fails(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(home.lake_root)
    page = dict.fromkeys(Pages.to_schema().columns) | {
        "page_id": "p", "source_id": "a", "url": "http://a/1", "body_sha256": "", "text_sha256": "", "title": "",
        "breadcrumb": [], "charset_used": "utf-8", "replacement_chars": 0, "parser_version": "1", "text": "x",
        "sections": [], "tables": [], "duplicate_spans": [],
    }  # fmt: skip
    for source_id in ("a", "b"):
        lake.write("pages", typed_frame(Pages, [page]), source_id, "2018")
    monkeypatch.setattr("orchestration.defs.checks.BYTES_AT_ONCE", 0)
    assert check_parts("pages", lake, "a").passed
    result = check_parts("pages", lake, None)
    assert result.description == "2 of 2 rows break the model"
    assert "field&#95;uniqueness" in str(result.metadata["failing_rows"].value)


def test_a_failing_check_blocks_in_the_partition_of_its_source_only(home: Settings) -> None:
    lake = Lake(home.lake_root)
    lake.write("page_refs", typed_frame(PageRefs, rows("ftp://a/1")), "sample_yearbooks")
    lake.write("page_refs", typed_frame(PageRefs, []), "sample_statistics")
    definitions = dg.Definitions(
        assets=[page_refs], asset_checks=[lake_check("page_refs")], resources={"project": Project()}
    )
    job = definitions.get_implicit_global_asset_job_def()
    only_checks = {dg.AssetCheckKey(dg.AssetKey("page_refs"), "keeps_its_model")}
    outcomes = {}
    for source_id in ("sample_yearbooks", "sample_statistics"):
        with dg.DagsterInstance.ephemeral() as instance:
            subset = job.get_subset(asset_selection=set(), asset_check_selection=only_checks)
            result = subset.execute_in_process(instance=instance, partition_key=source_id, raise_on_error=False)
            [evaluation] = result.get_asset_check_evaluations()
            outcomes[source_id] = (evaluation.passed, evaluation.blocking)
    assert outcomes == {"sample_yearbooks": (False, True), "sample_statistics": (True, True)}


def test_every_frame_has_a_blocking_check_in_lake_and_warehouse() -> None:
    names = {key.to_user_string() for check in checks().asset_checks or [] for key in check.check_keys}
    assert {"claims:keeps_its_model", "raw/claims:keeps_its_model", "page_refs:page_count_holds"} <= names


@pytest.mark.parametrize(
    ("urls", "missed", "passed", "severity"),
    [
        (["http://a/1"], [], True, dg.AssetCheckSeverity.WARN),
        (["http://a/1"], ["http://a/list-2"], False, dg.AssetCheckSeverity.WARN),
        ([], ["http://a/list-1"], False, dg.AssetCheckSeverity.ERROR),
        ([], [], False, dg.AssetCheckSeverity.ERROR),
    ],
    ids=["all read", "one list page missed", "nothing listed since a list page was missed", "nothing listed"],
)
def test_list_pages_that_were_not_read_are_shown_and_an_empty_list_is_an_error(
    home: Settings, urls: list[str], missed: list[str], passed: bool, severity: dg.AssetCheckSeverity
) -> None:
    lake = Lake(home.lake_root)
    lake.write("page_refs", typed_frame(PageRefs, rows(*urls)), "sample_yearbooks")
    refused = [
        {"source_id": "sample_yearbooks", "stage": "crawl", "key": url, "url": url, "column": None, "check": "connect",
         "value": None, "reason": "connection refused"}
        for url in missed
    ]  # fmt: skip
    lake.write("quarantine", typed_frame(Quarantine, refused), "sample_yearbooks", "crawl")
    result = judge_list_pages(lake, "sample_yearbooks")
    assert (result.passed, result.severity) == (passed, severity)
    shown = str(result.metadata["failing_rows"].value)
    assert all(url.rsplit("/", 1)[-1] in shown for url in missed)

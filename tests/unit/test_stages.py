"""The stages on the embedded sample site, without Dagster: repeatable, and working only on what is new."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest

from ingest import stages, versions
from ingest.catalogue import Source
from ingest.extract import stage as extract_stage
from ingest.extract.prose import Damage
from ingest.fetch import HttpClient, open_client
from ingest.lake import Lake
from ingest.records import Claim, Context, Page
from ingest.settings import Settings, load_settings
from ingest.stages import SourceChoiceError, SourceUnreachableError, choose_sources, open_catalogue
from ingest.staleness import stale_frames


@pytest.fixture
def source(sample_home: Settings) -> Source:
    return open_catalogue(sample_home)["sample_gazetteers"]


@pytest.fixture
def http(sample_home: Settings) -> Iterator[HttpClient]:
    with open_client(sample_home) as client:
        yield client


def run_all(source: Source, settings: Settings, http: HttpClient) -> dict[str, int]:
    """Run the four stages; how many rows each worked on."""
    return {
        "crawl": stages.crawl(source, settings, http).worked_on,
        "fetch": stages.fetch(source, settings, http).worked_on,
        "parse": stages.parse(source, settings).worked_on,
        "extract": stages.extract(source, settings).worked_on,
    }


def stored(settings: Settings, frame: str) -> list[dict[str, object]]:
    return Lake(settings.lake_root).read(frame).to_dicts()


def test_a_second_run_asks_again_but_reads_nothing_anew(
    source: Source, sample_home: Settings, http: HttpClient
) -> None:
    first = run_all(source, sample_home, http)
    claims = stored(sample_home, "claims")
    second = run_all(source, sample_home, http)
    listed = first["crawl"]
    assert first == {"crawl": listed, "fetch": listed, "parse": listed, "extract": listed}
    assert listed >= 2
    assert second == {"crawl": listed, "fetch": 0, "parse": 0, "extract": 0}
    assert {row["outcome"] for row in stored(sample_home, "fetch_log")} == {"unchanged"}
    assert stored(sample_home, "claims") == claims
    assert claims


def test_refetching_asks_for_whole_pages_and_reads_nothing_anew(
    source: Source, sample_home: Settings, http: HttpClient
) -> None:
    run_all(source, sample_home, http)
    answers = {}
    for refetch in (False, True):
        stages.fetch(source, sample_home, http, refetch=refetch)
        answers[refetch] = {(row["outcome"], row["status"]) for row in stored(sample_home, "fetch_log")}
    assert answers == {False: {("unchanged", 304)}, True: {("unchanged", 200)}}
    assert stages.parse(source, sample_home).worked_on == 0


def test_a_part_that_was_removed_is_made_again(source: Source, sample_home: Settings, http: HttpClient) -> None:
    run_all(source, sample_home, http)
    claims = stored(sample_home, "claims")
    lake = Lake(sample_home.lake_root)
    lake.fs.rm_file(lake.parts("claims")[0])
    assert stages.extract(source, sample_home).worked_on > 0
    assert stored(sample_home, "claims") == claims


def test_a_new_extractor_reads_all_pages_again(
    source: Source, sample_home: Settings, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = run_all(source, sample_home, http)["crawl"]
    monkeypatch.setattr(versions, "EXTRACTOR_VERSION", "another")
    assert stages.parse(source, sample_home).worked_on == 0
    assert stages.extract(source, sample_home).worked_on == listed


def test_a_new_vocabulary_reads_all_pages_again_without_parsing_them(
    source: Source, sample_home: Settings, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = run_all(source, sample_home, http)["crawl"]
    monkeypatch.setattr(versions, "vocabulary_hash", lambda: "0badcafe")
    assert stages.parse(source, sample_home).worked_on == 0
    assert stages.extract(source, sample_home).worked_on == listed
    assert {str(row["extractor_version"]).split("+")[1] for row in stored(sample_home, "claims")} == {"0badcafe"}
    assert stages.extract(source, sample_home).worked_on == 0


def test_a_page_on_which_the_reader_fails_is_quarantined_and_its_neighbours_are_read(
    source: Source, sample_home: Settings, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_all(source, sample_home, http)
    pages = Lake(sample_home.lake_root).read("pages", source.source_id)
    url, read_page = pages["url"][0], extract_stage.read_page

    def fail_once(page: Page, context: Context) -> tuple[list[Claim], list[Damage]]:
        if page.url == url:
            raise IndexError("list index out of range")
        return read_page(page, context)

    monkeypatch.setattr(extract_stage, "read_page", fail_once)
    result = stages.extract(source, sample_home, anew=True)
    rows = result.quarantine.filter(pl.col("check") == "reader_held").select("url", "reason").rows()
    assert rows == [(url, "the reader failed: IndexError: list index out of range")]
    assert set(Lake(sample_home.lake_root).read("claims")["url"]) == set(pages["url"]) - {url}


def told_stale(source: Source, settings: Settings) -> list[tuple[str, int, int, str]]:
    return [(stale.frame, stale.pages, stale.of, stale.why) for stale in stale_frames(source, settings)]


def test_what_is_stale_is_told_with_the_reason(
    source: Source, sample_home: Settings, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages.crawl(source, sample_home, http)
    stages.fetch(source, sample_home, http)
    lake = Lake(sample_home.lake_root)
    listed = lake.read("snapshots").height
    assert told_stale(source, sample_home) == [("pages", listed, listed, "never made")]
    stages.parse(source, sample_home)
    assert told_stale(source, sample_home) == [("claims", listed, listed, "never made")]
    stages.extract(source, sample_home)
    assert told_stale(source, sample_home) == []

    version = versions.vocabulary_hash()
    monkeypatch.setattr(versions, "vocabulary_hash", lambda: "0badcafe")
    changed = f"the vocabulary changed from {version} to 0badcafe"
    assert told_stale(source, sample_home) == [("claims", listed, listed, changed)]
    monkeypatch.undo()

    snapshots = lake.read("snapshots", source.source_id)
    other = pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("0" * 64)).otherwise("body_sha256")
    lake.write("snapshots", snapshots.with_columns(body_sha256=other), source.source_id)
    assert told_stale(source, sample_home) == [("pages", 1, listed, "new or changed pages")]


def test_pages_and_claims_are_stored_by_volume(sample_home: Settings, http: HttpClient) -> None:
    yearbooks = open_catalogue(sample_home)["sample_yearbooks"]
    run_all(yearbooks, sample_home, http)
    lake = Lake(sample_home.lake_root)
    names = {file.rsplit("/", 1)[1] for file in lake.parts("pages")}
    assert {"2009.parquet", "2018.parquet"} <= names
    part = lake.read("pages", "sample_yearbooks", "2018")
    assert part["volume_year"].unique().to_list() == [2018]


def test_a_page_without_union_figures_is_quarantined_with_its_title(sample_home: Settings, http: HttpClient) -> None:
    yearbooks = open_catalogue(sample_home)["sample_yearbooks"]
    run_all(yearbooks, sample_home, http)
    rows = Lake(sample_home.lake_root).read("quarantine").filter(pl.col("check") == "states_union_figures")
    assert [url.rsplit("/", 1)[1] for url in rows["url"]] == ["103.html"]
    run_all(yearbooks, sample_home, http)
    again = Lake(sample_home.lake_root).read("quarantine").filter(pl.col("check") == "states_union_figures")
    assert again.rows() == rows.rows()


def test_a_list_that_shrank_too_much_keeps_the_former_one(
    source: Source, sample_home: Settings, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stages.crawl(source, sample_home, http).frames["page_refs"]
    nothing = before.clear(), stages.typed_frame(stages.Quarantine, [])
    monkeypatch.setattr(stages, "crawl_source", lambda *_: nothing)
    result = stages.crawl(source, sample_home, http)
    assert result.frames["page_refs"].rows() == before.rows()
    assert result.quarantine["check"].to_list() == ["page_count_guard"]
    assert "lists 0 pages" in result.quarantine["reason"][0]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("sample", {"sample_yearbooks", "sample_statistics", "sample_gazetteers"}),
        ("sample_yearbooks", {"sample_yearbooks"}),
        (" sample_yearbooks , neimenggu_yearbook,sample_yearbooks", {"sample_yearbooks", "neimenggu_yearbook"}),
    ],
)
def test_sources_are_chosen_by_id_or_group(home: Settings, wanted: str, expected: set[str]) -> None:
    chosen = choose_sources(open_catalogue(home), wanted)
    assert chosen == sorted(expected)


def test_all_is_the_whole_catalogue(home: Settings) -> None:
    catalogue = open_catalogue(home)
    assert choose_sources(catalogue, "all") == sorted(catalogue)


@pytest.mark.parametrize(("wanted", "sentence"), [("sampel", "'sampel'"), (" , ", "names no source")])
def test_an_unknown_choice_lists_what_there_is(home: Settings, wanted: str, sentence: str) -> None:
    with pytest.raises(SourceChoiceError, match="sample") as caught:
        choose_sources(open_catalogue(home), wanted)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", ["sources", "metrics", "regions"])
def test_reference_frames_keep_their_models(home: Settings, name: str) -> None:
    frame = stages.reference_frame(name, home)
    assert stages.FRAMES[name].validate(frame, lazy=True).height == frame.height > 0
    assert Lake(home.lake_root).read(name).rows() == frame.rows()


@pytest.mark.parametrize("stored", ["the same", "other rows", "other columns", "no Parquet"])
def test_a_reference_frame_is_written_only_when_it_changed(home: Settings, stored: str) -> None:
    frame = stages.reference_frame("metrics", home)
    lake = Lake(home.lake_root)
    former = {"other rows": frame.head(3), "other columns": frame.drop("theme")}
    if stored in former:
        former[stored].write_parquet(lake.path("metrics"))
    if stored == "no Parquet":
        lake.write_bytes(lake.path("metrics"), b"nonsense")
    [before] = lake.files("metrics")
    stages.reference_frame("metrics", home)
    [after] = lake.files("metrics")
    assert (after.mark == before.mark) == (stored == "the same")
    assert lake.read("metrics").equals(frame)


def test_a_source_that_cannot_be_reached_fails_and_keeps_what_it_had(
    source: Source, sample_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_client(sample_home) as http:
        run_all(source, sample_home, http)
    before = {frame: stored(sample_home, frame) for frame in ("page_refs", "snapshots")}
    quick = source.model_copy(update={"pace": source.pace.model_copy(update={"retries": 0, "connect_seconds": 1})})
    monkeypatch.setenv("UNION_WAREHOUSE_SAMPLE", "127.0.0.1:9")
    nobody = load_settings()
    for stage, said in ((stages.crawl, "no entry page of"), (stages.fetch, "no page of")):
        with open_client(nobody) as http, pytest.raises(SourceUnreachableError, match=said):
            stage(quick, nobody, http)
    after = {frame: stored(nobody, frame) for frame in ("page_refs", "snapshots")}
    assert after["page_refs"] == before["page_refs"]
    assert [row["body_sha256"] for row in after["snapshots"]] == [row["body_sha256"] for row in before["snapshots"]]
    assert not stages.REACHED & {row["outcome"] for row in stored(nobody, "fetch_log")}


def test_a_page_is_placed_in_its_region_and_year(sample_home: Settings, http: HttpClient) -> None:
    source = open_catalogue(sample_home)["sample_statistics"]
    run_all(source, sample_home, http)
    pages = Lake(sample_home.lake_root).read("pages").filter(pl.col("title").str.contains("北京市"))
    assert pages.select("region_name", "ref_area", "reference_year", "reference_year_basis").rows() == [
        ("北京市", "110000", 2010, "volume_minus_one")
    ]

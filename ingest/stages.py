"""The stages of one source, each from the lake to the lake: crawl, fetch, parse, extract.

Belongs here: which frames a stage reads and writes, validation at its end, and doing only what is new. Does
not belong here: how pages are fetched, parsed or read (the packages of those names), nor when a stage runs
(`orchestration`).

Every stage may be repeated: its frames are replaced whole, and what it refuses replaces its own part of
`quarantine`. A page is parsed and read again only when its input or the code's version changed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from ingest.catalogue import Catalogue, Source, load_catalogue, sources_frame
from ingest.extract import EXTRACTOR_VERSION
from ingest.extract.stage import extract_pages, place_pages
from ingest.fetch import (
    HttpClient,
    canonical_url,
    crawl_source,
    fetch_pages,
    open_archive,
    page_count_complaint,
    read_body,
    replay_source,
)
from ingest.lake import WHOLE, Lake
from ingest.ledger import Ledger, fingerprint
from ingest.parse import PARSER_VERSION
from ingest.parse.stage import pages_from, parse_snapshots
from ingest.regions import regions_frame
from ingest.schemas import FRAMES, Quarantine, typed_frame
from ingest.settings import Settings
from ingest.validate import split_valid
from ingest.vocabulary.frame import metrics_frame

log = logging.getLogger(__name__)

KEY_COLUMNS = {"page_refs": "url", "snapshots": "url", "fetch_log": "url", "pages": "page_id", "claims": "claim_id"}
NO_VOLUME = "none"
REACHED = frozenset({"fetched", "unchanged", "gone"})
PAGE_COUNT_GUARD = "page_count_guard"


class SourceChoiceError(Exception):
    """A source or group of sources that the catalogue does not hold; the message lists what there is."""


class SourceUnreachableError(Exception):
    """Not one page of a source could be reached; the message says why. What was learnt has been stored."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage stored: its frames by name, the quarantine rows of this stage, and how many rows are new."""

    frames: dict[str, pl.DataFrame]
    quarantine: pl.DataFrame
    worked_on: int


def open_catalogue(settings: Settings) -> Catalogue:
    """The catalogue that the settings name. Raises CatalogueError for an invalid entry."""
    return load_catalogue(settings.catalogue_folder)


def choose_sources(catalogue: Catalogue, wanted: str) -> list[str]:
    """Source ids named by `wanted`: ids or groups (`sample`, `all`, an authority kind), separated by commas.

    Sorted and without repetition. Raises SourceChoiceError for a name that is neither.
    """
    groups: dict[str, set[str]] = {"all": set(catalogue), "sample": set()}
    for source_id, source in catalogue.items():
        groups.setdefault(source.authority_kind, set()).add(source_id)
        if source.is_sample:
            groups["sample"].add(source_id)
    named = {source_id: {source_id} for source_id in catalogue} | groups
    chosen: set[str] = set()
    for name in filter(None, (part.strip() for part in wanted.split(","))):
        if name not in named:
            raise SourceChoiceError(f"no source or group is called {name!r}; there are {', '.join(named)}")
        chosen |= named[name]
    if not chosen:
        raise SourceChoiceError(f"{wanted!r} names no source; `sample` takes the embedded sample site")
    return sorted(chosen)


def reference_frame(name: str, settings: Settings) -> pl.DataFrame:
    """Make and store a frame that belongs to no source: `sources`, `metrics` or `regions`."""
    makers: dict[str, Callable[[], pl.DataFrame]] = {
        "sources": lambda: sources_frame(open_catalogue(settings)),
        "metrics": metrics_frame,
        "regions": regions_frame,
    }
    frame = makers[name]()
    Lake(settings.lake_root).write(name, frame)
    return frame


def crawl(source: Source, settings: Settings, http: HttpClient) -> StageResult:
    """Follow a source's list pages and store which pages there are: `page_refs`.

    When far fewer pages are listed than before (`page_count_guard`), the former list is kept and the
    complaint is quarantined: a broken list page must not look like a shrunken yearbook. Raises
    SourceUnreachableError when no entry page could be read.
    """
    lake = Lake(settings.lake_root)
    before = lake.read("page_refs", source.source_id)
    with open_archive(settings.archive_root, source.source_id) as archive:
        refs, missed = crawl_source(source, http, _throttled(log.info), archive)
    complaint = page_count_complaint(source, before.height, refs.height)
    good, refused = _store(lake, "page_refs", before if complaint else refs, source, "crawl")
    log.info("%s: %d pages listed", source.source_id, good.height)
    guarded = typed_frame(Quarantine, [_guard_row(source, complaint)] if complaint else [])
    quarantine = _write_quarantine(lake, source, "crawl", missed, refused, guarded)
    _require_an_entry(source, missed)
    return StageResult({"page_refs": good}, quarantine, good.height)


def fetch(source: Source, settings: Settings, http: HttpClient, volumes: Sequence[int] = ()) -> StageResult:
    """Fetch the listed pages, asking only for what changed, and store `snapshots` and `fetch_log`.

    With `volumes` only the pages of these volume years are asked for; the snapshots of others stay. Raises
    SourceUnreachableError when no page answered.
    """
    lake = Lake(settings.lake_root)
    refs = lake.read("page_refs", source.source_id)
    if volumes:
        refs = refs.filter(pl.col("volume_year").is_in(list(volumes)))
    before = lake.read("snapshots", source.source_id)
    with open_archive(settings.archive_root, source.source_id) as archive:
        result = fetch_pages(source, refs, before, archive, http, _throttled(log.info))
    snapshots, refused = _store(lake, "snapshots", result.snapshots, source, "fetch")
    fetch_log, refused_lines = _store(lake, "fetch_log", result.fetch_log, source, "fetch")
    outcomes = dict(fetch_log.group_by("outcome").len().sort("outcome").rows())
    log.info("%s: %s", source.source_id, ", ".join(f"{count} {name}" for name, count in outcomes.items()) or "no pages")
    quarantine = _write_quarantine(lake, source, "fetch", result.quarantine, refused, refused_lines)
    if outcomes and not REACHED.intersection(outcomes):
        raise SourceUnreachableError(f"no page of {source.source_id} was reached: {fetch_log['reason'][0]}")
    return StageResult({"snapshots": snapshots, "fetch_log": fetch_log}, quarantine, outcomes.get("fetched", 0))


def replay(source: Source, settings: Settings) -> StageResult:
    """Rebuild `page_refs` and `snapshots` of a source from its archive, without asking anybody."""
    lake = Lake(settings.lake_root)
    refs, snapshots = replay_source(settings.archive_root, source.source_id)
    good, refused = _store(lake, "page_refs", refs, source, "crawl")
    kept, refused_snapshots = _store(lake, "snapshots", snapshots, source, "fetch")
    log.info("%s: %d snapshots taken from the archive", source.source_id, kept.height)
    quarantine = _write_quarantine(lake, source, "fetch", refused_snapshots, refused)
    log_rows = lake.read("fetch_log", source.source_id)
    return StageResult({"page_refs": good, "snapshots": kept, "fetch_log": log_rows}, quarantine, kept.height)


def parse(source: Source, settings: Settings, *, anew: bool = False) -> StageResult:
    """Turn stored bodies into `pages`: bodies that are new, or all of them when parser or catalogue entry changed.

    `anew` reads all of them in any case. Pages that are gone from the site keep their last body and are read too.
    """
    lake = Lake(settings.lake_root)
    if anew:
        Ledger(lake, "pages", source.source_id).drop()
    refs = lake.read("page_refs", source.source_id).select("url", "title")
    snapshots = lake.read("snapshots", source.source_id).join(refs, on="url", how="left", maintain_order="left")
    work = _Increment(lake, "pages", source, snapshots, ["body_sha256", "volume_year", "title"], PARSER_VERSION)
    titles = dict(work.changed.drop_nulls("title").select("url", "title").rows())
    read = partial(read_body, settings.archive_root)
    parsed, missed = parse_snapshots(source.source_id, work.changed, titles, read)
    fresh = place_pages(parsed, pages_from(parsed), source.region)
    pages = work.store(fresh, "parse", _volumes(pl.concat([work.kept, fresh])))
    log.info("%s: %d pages read, %d of them anew", source.source_id, pages.height, fresh.height)
    return StageResult({"pages": pages}, work.finish("parse", missed), fresh.height)


def extract(source: Source, settings: Settings, *, anew: bool = False) -> StageResult:
    """Read the claims of `pages`: of pages whose text or placing changed, or of all with a new extractor or `anew`."""
    lake = Lake(settings.lake_root)
    if anew:
        Ledger(lake, "claims", source.source_id).drop()
    pages = lake.read("pages", source.source_id)
    placing = ["text_sha256", "parser_version", "title", "volume_year"]
    work = _Increment(lake, "claims", source, pages, placing, EXTRACTOR_VERSION)
    fresh, missed = extract_pages(pages_from(work.changed), source.source_id, source.region)
    claims = work.store(fresh, "validate", _volumes(pages))
    log.info("%s: %d claims, read anew on %d pages", source.source_id, claims.height, work.changed.height)
    silent = typed_frame(Quarantine, [_silent_row(row) for row in _without_figures(work.changed, fresh)])
    return StageResult({"claims": claims}, work.finish("extract", pl.concat([missed, silent])), work.changed.height)


def _require_an_entry(source: Source, missed: pl.DataFrame) -> None:
    """Raise SourceUnreachableError when all entry pages of the crawl are among those that could not be read."""
    entries = [canonical_url(url, source.canonical) for url in source.crawl.entries] if source.crawl else []
    reasons = dict(missed.select("url", "reason").rows())
    if entries and all(url in reasons for url in entries):
        raise SourceUnreachableError(f"no entry page of {source.source_id} was read: {reasons[entries[0]]}")


def _without_figures(pages: pl.DataFrame, claims: pl.DataFrame) -> list[dict[str, object]]:
    """Pages of which no number was mapped to a metric: about something else, or in words unknown to us."""
    mapped = claims.filter(pl.col("metric_code").is_not_null()).select("page_id").unique()
    return pages.join(mapped, on="page_id", how="anti", maintain_order="left").to_dicts()


def _silent_row(page: dict[str, object]) -> dict[str, object]:
    return {
        "source_id": page["source_id"],
        "stage": "extract",
        "key": page["page_id"],
        "url": page["url"],
        "column": None,
        "check": "states_union_figures",
        "value": page["title"],
        "reason": "no number on this page was mapped to a union metric",
    }


def _throttled(tell: Callable[[str], None], seconds: float = 2.0) -> Callable[[str], None]:
    """Pass on at most one message in so many seconds."""
    told_at = [time.monotonic()]

    def tell_sometimes(message: str) -> None:
        if time.monotonic() - told_at[0] >= seconds:
            told_at[0] = time.monotonic()
            tell(message)

    return tell_sometimes


def _guard_row(source: Source, complaint: str) -> dict[str, object]:
    return {
        "source_id": source.source_id,
        "stage": "crawl",
        "key": source.source_id,
        "url": source.homepage,
        "column": None,
        "check": PAGE_COUNT_GUARD,
        "value": None,
        "reason": f"{complaint}; the former list was kept",
    }


class _Increment:
    """The part of a frame that can be kept, and the input from which the rest must be made.

    `input_rows` are the rows of the frame before, one per `url`; `columns` are those of them that matter.
    """

    def __init__(
        self, lake: Lake, frame: str, source: Source, input_rows: pl.DataFrame, columns: list[str], version: str
    ) -> None:
        self.lake, self.frame, self.source = lake, frame, source
        self.ledger = Ledger(lake, frame, source.source_id)
        settled = (version, source.model_dump_json())
        rows = input_rows.select("url", *columns).rows()
        self.wanted = {url: fingerprint(*values, *settled) for url, *values in rows}
        stored = lake.read(frame, source.source_id)
        self.unchanged = pl.Series(sorted(self.ledger.unchanged(self.wanted, stored.height)), dtype=pl.String).implode()
        self.kept = stored.filter(pl.col("url").is_in(self.unchanged))
        self.changed = input_rows.filter(~pl.col("url").is_in(self.unchanged))
        self.refused: dict[str, pl.DataFrame] = {}

    def store(self, fresh: pl.DataFrame, stage: str, volumes: Mapping[str, int | None]) -> pl.DataFrame:
        """Replace the frame by the kept and the good fresh rows. Returns them."""
        rows = pl.concat([self.kept, fresh]).sort("url", maintain_order=True)  # as if all had been made now
        self.ledger.drop()
        good, self.refused[stage] = _store(self.lake, self.frame, rows, self.source, stage, volumes)
        return good

    def finish(self, stage: str, missed: pl.DataFrame) -> pl.DataFrame:
        """Store the quarantine of this step, old and new, and what was done. Returns the quarantine rows."""
        by_stage = {stage: [missed]}
        for name, rows in self.refused.items():
            by_stage.setdefault(name, []).append(rows)
        written = [self._write_quarantine(name, rows) for name, rows in by_stage.items()]
        self.ledger.remember(self.wanted, self.lake.read(self.frame, self.source.source_id).height)
        return pl.concat(written)

    def _write_quarantine(self, stage: str, rows: list[pl.DataFrame]) -> pl.DataFrame:
        former = self.lake.read("quarantine", self.source.source_id, stage)
        still = former.filter(pl.col("url").is_in(self.unchanged))
        return _write_quarantine(self.lake, self.source, stage, still, *rows)


def _write_quarantine(lake: Lake, source: Source, stage: str, *rows: pl.DataFrame) -> pl.DataFrame:
    """Replace what a stage of a source refused. Returns all rows together."""
    together = pl.concat([typed_frame(Quarantine, []), *rows]).unique(maintain_order=True)
    lake.write("quarantine", together, source.source_id, stage)
    return together


def _store(
    lake: Lake,
    frame: str,
    rows: pl.DataFrame,
    source: Source,
    stage: str,
    volumes: Mapping[str, int | None] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Validate rows and replace a source's frame by the good ones: `(good rows, refused ones as quarantine)`.

    `volumes` gives the volume year of a page id; with it the frame is stored in one part per volume.
    """
    key = KEY_COLUMNS[frame]
    good, refused = split_valid(FRAMES[frame], rows, stage=stage, source_id=source.source_id, key_column=key)
    lake.replace(frame, {WHOLE: good} if volumes is None else _by_volume(good, volumes), source.source_id)
    return good, refused


def _by_volume(rows: pl.DataFrame, volumes: Mapping[str, int | None]) -> dict[str, pl.DataFrame]:
    """Rows with a page id, split by the volume year of their page."""
    names = [str(volumes.get(page_id) or NO_VOLUME) for page_id in rows["page_id"]]
    parts = rows.with_columns(pl.Series("_part", names, dtype=pl.String)).partition_by("_part", as_dict=True)
    return {str(name): part.drop("_part") for (name,), part in parts.items()}


def _volumes(pages: pl.DataFrame) -> dict[str, int | None]:
    return dict(pages.select("page_id", "volume_year").rows())

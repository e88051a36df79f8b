"""The stages of one source, each from the lake to the lake: crawl, fetch, parse, extract.

Belongs here: which frames a stage reads and writes, validation at its end, and doing only what is new. Does
not belong here: how pages are fetched, parsed or read (the packages of those names, run by `ingest.engine`), nor
when a stage runs (`orchestration`).

Every stage may be repeated: what it makes and what it refuses replaces what it made and refused before. A page is
parsed and read again only when its input or the code's version changed; parts of `pages` and `claims` in which
nothing changed are not even opened.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from ingest.catalogue import Catalogue, Source, load_catalogue, sources_frame
from ingest.engine import Made, Shard, claims_shards, pages_shards, run_shards, snapshot_refs, versions
from ingest.fetch import (
    HttpClient,
    canonical_url,
    crawl_source,
    fetch_pages,
    open_archive,
    page_count_complaint,
    replay_source,
)
from ingest.lake import Lake
from ingest.ledger import Ledger, Part
from ingest.regions import regions_frame
from ingest.schemas import FRAMES, Quarantine, typed_frame
from ingest.settings import Settings
from ingest.validate import split_valid
from ingest.vocabulary.frame import metrics_frame

log = logging.getLogger(__name__)

KEY_COLUMNS = {"page_refs": "url", "snapshots": "url", "fetch_log": "url", "pages": "page_id", "claims": "claim_id"}
MADE_BY = {"pages": "parse", "claims": "extract"}
REACHED = frozenset({"fetched", "unchanged", "gone"})
PAGE_COUNT_GUARD = "page_count_guard"


class SourceChoiceError(Exception):
    """A source or group of sources that the catalogue does not hold; the message lists what there is."""


class SourceUnreachableError(Exception):
    """Not one page of a source could be reached; the message says why. What was learnt has been stored."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A frame too large to be held: how many rows it has, and a version that changes when a row does."""

    rows: int
    version: str


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage stored: its frames by name, the quarantine rows of this stage, and how many rows are new.

    Pages and claims of a source may be too many to be held; of them `stored` tells what there is, and `Lake.each`
    gives the rows part by part.
    """

    frames: dict[str, pl.DataFrame]
    quarantine: pl.DataFrame
    worked_on: int
    stored: Mapping[str, Stored] = field(default_factory=dict)


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
    """Make a frame that belongs to no source, `sources`, `metrics` or `regions`, and store it unless it is there."""
    makers: dict[str, Callable[[], pl.DataFrame]] = {
        "sources": lambda: sources_frame(open_catalogue(settings)),
        "metrics": metrics_frame,
        "regions": regions_frame,
    }
    frame = makers[name]()
    Lake(settings.lake_root).write_if_changed(name, frame)
    return frame


def crawl(source: Source, settings: Settings, http: HttpClient) -> StageResult:
    """Follow a source's list pages and store which pages there are: `page_refs`.

    When far fewer pages are listed than before (`page_count_guard`), the former list is kept and the
    complaint is quarantined: a broken list page must not look like a shrunken yearbook. Raises
    SourceUnreachableError when no entry page could be read, or when those that were read lead to no page and
    something on the way could not be read.
    """
    lake = Lake(settings.lake_root)
    before = lake.read("page_refs", source.source_id)
    with open_archive(settings.archive_root, source.source_id, spool=settings.spool_root) as archive:
        refs, missed = crawl_source(source, http, _throttled(log.info), archive)
    complaint = page_count_complaint(source, before.height, refs.height)
    good, refused = _store(lake, "page_refs", before if complaint else refs, source, "crawl")
    log.info("%s: %d pages listed", source.source_id, good.height)
    guarded = typed_frame(Quarantine, [_guard_row(source, complaint)] if complaint else [])
    quarantine = _write_quarantine(lake, source, "crawl", missed, refused, guarded)
    _require_an_entry(source, missed)
    _require_a_page(source, refs, missed)
    return StageResult({"page_refs": good}, quarantine, good.height)


def fetch(
    source: Source, settings: Settings, http: HttpClient, volumes: Sequence[int] = (), *, refetch: bool = False
) -> StageResult:
    """Fetch the listed pages, asking only for what changed, and store `snapshots` and `fetch_log`.

    With `volumes` only the pages of these volume years are asked for; the snapshots of others stay. With `refetch`
    whole pages are asked for, also those that did not change. Raises SourceUnreachableError when no page answered.
    """
    lake = Lake(settings.lake_root)
    refs = lake.read("page_refs", source.source_id)
    if volumes:
        refs = refs.filter(pl.col("volume_year").is_in(list(volumes)))
    before = lake.read("snapshots", source.source_id)
    with open_archive(settings.archive_root, source.source_id, spool=settings.spool_root) as archive:
        result = fetch_pages(source, refs, before, archive, http, _throttled(log.info), refetch=refetch)
    snapshots, refused = _store(lake, "snapshots", result.snapshots, source, "fetch")
    fetch_log, refused_lines = _store(lake, "fetch_log", result.fetch_log, source, "fetch")
    outcomes = dict(fetch_log.group_by("outcome").len().sort("outcome").rows())
    log.info("%s: %s", source.source_id, ", ".join(f"{count} {name}" for name, count in outcomes.items()) or "no pages")
    quarantine = _write_quarantine(lake, source, "fetch", result.quarantine, refused, refused_lines)
    if outcomes and not REACHED.intersection(outcomes):
        raise SourceUnreachableError(f"no page of {source.source_id} was reached: {fetch_log['reason'][0]}")
    return StageResult({"snapshots": snapshots, "fetch_log": fetch_log}, quarantine, outcomes.get("fetched", 0))


def replay(source: Source, settings: Settings, *, by_index: bool = False) -> StageResult:
    """Rebuild `page_refs` and `snapshots` of a source from its archive, without asking anybody.

    With `by_index` the archive's index is believed; else every record is read.
    """
    lake = Lake(settings.lake_root)
    refs, snapshots = replay_source(settings.archive_root, source.source_id, by_index=by_index)
    good, refused = _store(lake, "page_refs", refs, source, "crawl")
    kept, refused_snapshots = _store(lake, "snapshots", snapshots, source, "fetch")
    log.info("%s: %d snapshots taken from the archive", source.source_id, kept.height)
    quarantine = _write_quarantine(lake, source, "fetch", refused_snapshots, refused)
    log_rows = lake.read("fetch_log", source.source_id)
    return StageResult({"page_refs": good, "snapshots": kept, "fetch_log": log_rows}, quarantine, kept.height)


def parse(source: Source, settings: Settings, *, anew: bool = False) -> StageResult:
    """Turn stored bodies into `pages`: bodies that are new, or all of them when parser or region changed.

    `anew` reads all of them in any case. Pages that are gone from the site keep their last body and are read too.
    """
    lake = Lake(settings.lake_root)
    refs = snapshot_refs(lake, source.source_id)
    return _make(lake, source, settings, "pages", *pages_shards(source, settings, refs, anew=anew), len(refs))


def extract(source: Source, settings: Settings, *, anew: bool = False) -> StageResult:
    """Read the claims of `pages`: of pages whose text or placing changed, or of all with a new extractor or `anew`.

    A change of the vocabulary makes a new extractor, so that stored pages are read again without being parsed.
    """
    lake = Lake(settings.lake_root)
    pages = Ledger.read(lake, "pages", source.source_id)
    plan = claims_shards(source, settings, pages, anew=anew)
    return _make(lake, source, settings, "claims", *plan, pages.total("pages"))


def _make(
    lake: Lake,
    source: Source,
    settings: Settings,
    frame: str,
    shards: Mapping[str, Shard],
    inputs: Mapping[str, str],
    pages: int,
) -> StageResult:
    """Make the parts of a frame that are stale; all others stay untouched."""
    ledger = Ledger.read(lake, frame, source.source_id)
    files = {file.name: file.size for file in lake.files(frame, source.source_id)}
    changed = set(ledger.stale(inputs, files))
    stale = [part for part in shards if shards[part].anew or part in changed]
    worked_on = 0
    if stale or set(ledger.parts) != set(inputs):
        settled = versions(frame, source.region)
        kept = frozenset(files) if ledger.settled == settled else frozenset()  # another version makes every page anew
        ledger.begin(inputs, stale)
        made = _run(source, settings, [shards[part] for part in stale], kept, pages)
        worked_on = sum(result.worked_on for result in made)
        ledger.finish({result.part: _part(result, inputs[result.part]) for result in made}, settled)
    _remove_leftovers(lake, source, frame, files, ledger)
    log.info("%s: %d rows of %s, %d pages read anew", source.source_id, ledger.total("rows"), frame, worked_on)
    quarantine = _quarantine_of(lake, source, frame, ledger)
    return StageResult({}, quarantine, worked_on, {frame: Stored(ledger.total("rows"), ledger.version)})


def _run(source: Source, settings: Settings, shards: Sequence[Shard], kept: frozenset[str], pages: int) -> list[Made]:
    """Make shards with the engine that the settings name."""
    if not shards:
        return []
    log.info("%s: %d parts of %s are made", source.source_id, len(shards), shards[0].frame)
    sizes = [len(shard.refs) or pages // len(shards) for shard in shards]
    return run_shards(shards, sizes, settings, _throttled(log.info), kept)


def _part(made: Made, inputs: str) -> Part:
    return Part(inputs, made.content, made.size, made.rows, made.pages, made.refused)


def _remove_leftovers(lake: Lake, source: Source, frame: str, files: Mapping[str, int], ledger: Ledger) -> None:
    """Remove parts that the ledger no longer names, and what was refused beside them."""
    for part in files:
        if part not in ledger.parts:
            lake.remove(frame, source.source_id, part)
            lake.remove("quarantine", source.source_id, f"{MADE_BY[frame]}-{part}")


def _quarantine_of(lake: Lake, source: Source, frame: str, ledger: Ledger) -> pl.DataFrame:
    """What was refused while a frame was made."""
    names = [f"{MADE_BY[frame]}-{name}" for name, part in sorted(ledger.parts.items()) if part.refused]
    paths = [lake.path("quarantine", source.source_id, name) for name in names]
    return pl.concat([typed_frame(Quarantine, []), *(lake.read_file("quarantine", path) for path in paths)])


def _require_an_entry(source: Source, missed: pl.DataFrame) -> None:
    """Raise SourceUnreachableError when all entry pages of the crawl are among those that could not be read."""
    entries = [canonical_url(url, source.canonical) for url in source.crawl.entries] if source.crawl else []
    reasons = dict(missed.select("url", "reason").rows())
    if entries and all(url in reasons for url in entries):
        raise SourceUnreachableError(f"no entry page of {source.source_id} was read: {reasons[entries[0]]}")


def _require_a_page(source: Source, refs: pl.DataFrame, missed: pl.DataFrame) -> None:
    """Raise SourceUnreachableError when nothing is listed and something could not be read: the site went away."""
    if refs.is_empty() and missed.height:
        url, reason = missed.row(0, named=True)["url"], missed.row(0, named=True)["reason"]
        raise SourceUnreachableError(f"no page of {source.source_id} is listed; the first that failed, {url}: {reason}")


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


def _write_quarantine(lake: Lake, source: Source, stage: str, *rows: pl.DataFrame) -> pl.DataFrame:
    """Replace what a stage of a source refused. Returns all rows together."""
    together = pl.concat([typed_frame(Quarantine, []), *rows]).unique(maintain_order=True)
    lake.write("quarantine", together, source.source_id, stage)
    return together


def _store(lake: Lake, frame: str, rows: pl.DataFrame, source: Source, stage: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Validate rows and replace a source's frame by the good ones: `(good rows, refused ones as quarantine)`."""
    key = KEY_COLUMNS[frame]
    good, refused = split_valid(FRAMES[frame], rows, stage=stage, source_id=source.source_id, key_column=key)
    lake.write(frame, good, source.source_id)
    return good, refused

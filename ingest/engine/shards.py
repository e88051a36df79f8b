"""One shard made: pages from archived bodies, or claims from pages, stored with what was refused.

Belongs here: the one function that every engine runs, `make_shards`. It depends on nothing but its argument and
the files that the argument names, so that any process on any machine that sees the storage may run it, and run it
again.

A shard is one part of a frame (`<frame>/<source_id>/<part>.parquet`) and, if anything was refused, one part of the
quarantine. The inputs of each page are kept inside the part, so that only pages with other inputs are worked on; so is
a hash of its rows, so that only pages with other rows are loaded.
The quarantine is written first: a shard counts as made when its part is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Literal

import polars as pl

from ingest.columns import frame_of
from ingest.engine.poison import Poison, poison_rows
from ingest.lake import CONTENTS, Lake, page_contents, parquet_bytes
from ingest.ledger import fingerprint
from ingest.records import SnapshotRef
from ingest.versions import PARSER_VERSION, extractor_version

FrameName = Literal["pages", "claims"]
KEYS = {"pages": "page_id", "claims": "claim_id"}
STAGES = {"pages": "parse", "claims": "extract"}
# Rows made in memory before they are validated and stored: bounds a worker's memory.
PAGES_AT_ONCE = 128
INPUTS = "union_warehouse.inputs"
PLACING = ("url", "text_sha256", "parser_version", "title", "volume_year")

Row = dict[str, object]


class OtherVersionError(Exception):
    """A worker runs other code or another vocabulary than the process that asked it; the message says which."""


@dataclass(frozen=True, slots=True)
class Shard:
    """What a worker needs to know to make one part. `refs` are the snapshots of `pages`; `claims` need none.

    With `anew` every page is worked on, whatever its inputs.
    """

    frame: FrameName
    source_id: str
    region: str | None
    part: str
    lake_root: str
    archive_root: str
    settled: tuple[tuple[str, str], ...]
    refs: tuple[SnapshotRef, ...] = ()
    anew: bool = False
    poison: tuple[Poison, ...] = ()

    @property
    def quarantine_part(self) -> str:
        """The part of the quarantine beside this shard."""
        return f"{STAGES[self.frame]}-{self.part}"


@dataclass(frozen=True, slots=True)
class Made:
    """What was stored of a shard: hash and size of its file, counts, and how many pages were worked on."""

    part: str
    content: str
    size: int
    rows: int
    pages: int
    refused: int
    worked_on: int


@dataclass(slots=True)
class _Work:
    """A shard while it is made: the wanted inputs of each page, those kept, what was stored, and the new rows."""

    shard: Shard
    wanted: dict[str, str]
    kept: frozenset[str]
    former_contents: dict[str, str]
    changed: list[SnapshotRef] | pl.DataFrame
    fresh: list[Row] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)

    @property
    def worked_on(self) -> int:
        return len(self.changed)


def versions(frame: str, region: str | None) -> dict[str, str]:
    """What every page of a frame depends on beside itself: code, vocabulary, and the catalogue's region."""
    version = {"parser": PARSER_VERSION} if frame == "pages" else {"extractor": extractor_version()}
    return {**version, "region": region or ""}


def make_shards(shards: Sequence[Shard]) -> list[Made]:
    """Make some shards of one frame and source, in a bounded number of pages at a time. Gives them in order.

    Raises OtherVersionError when this process would read otherwise than the one that asked.
    """
    made: list[Made] = []
    batch: list[_Work] = []
    for shard in shards:
        _require_same_version(shard)
        batch.append(_begin(Lake(shard.lake_root), shard))
        if sum(work.worked_on for work in batch) >= PAGES_AT_ONCE:
            made += _finish(batch)
            batch = []
    return made + _finish(batch)


def _require_same_version(shard: Shard) -> None:
    ours = versions(shard.frame, shard.region)
    if ours != dict(shard.settled):
        raise OtherVersionError(
            f"a worker reads with {ours}, but {dict(shard.settled)} was asked for: install the same version of the "
            "project on all workers and restart them"
        )


def _begin(lake: Lake, shard: Shard) -> _Work:
    """Find out which pages of a shard have other inputs than when its part was made."""
    about = {} if shard.anew else lake.about(shard.frame, shard.source_id, shard.part)
    former, contents = _told(about, INPUTS), _told(about, CONTENTS)
    poisoned = {poison.url for poison in shard.poison}
    settled = fingerprint(*shard.settled)
    if shard.frame == "pages":
        refs = [ref for ref in shard.refs if ref.url not in poisoned]
        wanted = {ref.url: fingerprint(settled, ref.body_sha256, ref.volume_year, ref.title) for ref in refs}
        kept = _same(wanted, former)
        return _Work(shard, wanted, kept, contents, [ref for ref in refs if ref.url not in kept])
    pages = lake.read_file("pages", lake.path("pages", shard.source_id, shard.part))
    if poisoned:
        pages = pages.filter(~pl.col("url").is_in(list(poisoned)))
    # the same text may be cut into table cells otherwise, which only the body tells
    body = pl.when(pl.col("tables").list.len() > 0).then("body_sha256")
    rows = pages.select(*PLACING, body).iter_rows()
    wanted = {str(url): fingerprint(settled, *values) for url, *values in rows}
    kept = _same(wanted, former)
    return _Work(shard, wanted, kept, contents, pages.filter(~pl.col("url").is_in(list(kept))) if kept else pages)


def _same(wanted: dict[str, str], former: dict[str, str]) -> frozenset[str]:
    return frozenset(url for url, inputs in wanted.items() if former.get(url) == inputs)


def _told(about: Mapping[str, str], key: str) -> dict[str, str]:
    """What a stored part tells of each of its pages; nothing when there is no readable part."""
    try:
        found = json.loads(about.get(key, "{}"))
    except ValueError:
        return {}
    return {str(url): str(value) for url, value in found.items()} if isinstance(found, dict) else {}


def _finish(batch: Iterable[_Work]) -> list[Made]:
    """Work on the changed pages of a batch, validate the new rows together, and store each shard."""
    works = list(batch)
    if not works:
        return []
    from ingest.schemas import FRAMES  # noqa: PLC0415 (Pandera: who only asks what is stale does without)
    from ingest.validate import split_valid  # noqa: PLC0415

    shard = works[0].shard
    for work in works:
        work.fresh, work.refused = _work_on(work)
    frame = FRAMES[shard.frame]
    stage = "validate" if shard.frame == "claims" else STAGES[shard.frame]
    fresh = frame_of(shard.frame, [row for work in works for row in work.fresh])
    good, refused = (
        split_valid(frame, fresh, stage=stage, source_id=shard.source_id, key_column=KEYS[shard.frame])
        if fresh.height
        else (fresh, frame_of("quarantine"))
    )
    contents = page_contents(good)
    return [_store(Lake(work.shard.lake_root), work, _of(work, good), _of(work, refused), contents) for work in works]


def _of(work: _Work, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that belong to the worked-on pages of one shard."""
    return rows.filter(pl.col("url").is_in(list(work.wanted.keys() - work.kept))) if rows.height else rows


def _work_on(work: _Work) -> tuple[list[Row], list[Row]]:
    # parser, reader and network: who only asks what is out of date does without
    from ingest.extract.stage import extract_pages, place  # noqa: PLC0415
    from ingest.fetch.bodies import BodyReader  # noqa: PLC0415
    from ingest.parse.stage import pages_from, parse_snapshots  # noqa: PLC0415

    shard = work.shard
    if isinstance(work.changed, pl.DataFrame):
        return extract_pages(pages_from(work.changed), shard.source_id, shard.region)
    with closing(BodyReader(shard.archive_root)) as bodies:
        in_order = sorted(work.changed, key=lambda ref: (ref.warc_file, ref.warc_offset))
        return parse_snapshots(shard.source_id, in_order, bodies.read, lambda page: place(page, shard.region))


def _store(lake: Lake, work: _Work, good: pl.DataFrame, refused: pl.DataFrame, contents: Mapping[str, str]) -> Made:
    """Write quarantine and part, the rows that are kept together with the new ones, as if all had been made now."""
    shard = work.shard
    rows = good
    if work.kept:
        former = lake.read_file(shard.frame, lake.path(shard.frame, shard.source_id, shard.part))
        rows = pl.concat([former.filter(pl.col("url").is_in(list(work.kept))), good])
    quarantine = _store_quarantine(lake, work, refused)
    rows = rows.sort("url", maintain_order=True)
    about = {INPUTS: _as_json(work.wanted), CONTENTS: _as_json(_contents(work, rows, contents))}
    content = parquet_bytes(shard.frame, rows, about)
    lake.write_bytes(lake.path(shard.frame, shard.source_id, shard.part), content)
    digest = hashlib.sha256(content).hexdigest()[:24]
    return Made(
        part=shard.part,
        content=fingerprint(digest, quarantine.write_ndjson()),
        size=len(content),
        rows=rows.height,
        pages=len(work.wanted),
        refused=quarantine.height,
        worked_on=work.worked_on,
    )


def _store_quarantine(lake: Lake, work: _Work, refused: pl.DataFrame) -> pl.DataFrame:
    """Write the quarantine of a shard, or remove it when nothing is refused. Gives its rows."""
    shard = work.shard
    former = _former_quarantine(lake, shard) if work.kept else frame_of("quarantine")
    kept = former.filter(pl.col("url").is_in(list(work.kept))) if former.height else former
    told = frame_of("quarantine", work.refused), refused, frame_of("quarantine", poison_rows(shard))
    quarantine = pl.concat([kept, *told])
    if not quarantine.height:
        lake.remove("quarantine", shard.source_id, shard.quarantine_part)
        return quarantine
    quarantine = quarantine.unique(maintain_order=True).sort("url", "key", "check", "column", maintain_order=True)
    if not quarantine.equals(former):
        lake.write("quarantine", quarantine, shard.source_id, shard.quarantine_part)
    return quarantine


def _contents(work: _Work, rows: pl.DataFrame, fresh: Mapping[str, str]) -> dict[str, str]:
    """A hash of the rows of each page: those of new rows are given, and those of kept rows stood in the former part."""
    known = work.former_contents if work.former_contents or not work.kept else page_contents(rows)
    return {url: contents[url] for url in work.wanted if url in (contents := known if url in work.kept else fresh)}


def _as_json(told: dict[str, str]) -> str:
    return json.dumps(told, sort_keys=True, ensure_ascii=False)


def _former_quarantine(lake: Lake, shard: Shard) -> pl.DataFrame:
    path = lake.path("quarantine", shard.source_id, shard.quarantine_part)
    return lake.read_file("quarantine", path) if lake.fs.exists(path) else frame_of("quarantine")


def urls_of(shard: Shard) -> list[str]:
    """The addresses of the pages of a shard."""
    if shard.frame == "pages":
        return [ref.url for ref in shard.refs]
    lake = Lake(shard.lake_root)
    path = lake.path("pages", shard.source_id, shard.part)
    return [str(url) for url in lake.read_file("pages", path, ["url"])["url"]]


def changed_pages(shard: Shard) -> int:
    """How many pages of a shard would be worked on now."""
    return _begin(Lake(shard.lake_root), shard).worked_on


def try_page(shard: Shard, url: str) -> int:
    """Work on one page of a shard and store nothing: for finding a page that ends its process. Gives 1."""
    others = tuple(Poison(other, "") for other in urls_of(shard) if other != url)
    work = _begin(Lake(shard.lake_root), replace(shard, anew=True, poison=others))
    _work_on(work)
    return work.worked_on

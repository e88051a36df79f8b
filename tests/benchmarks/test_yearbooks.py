"""The synthetic sites: the same for the same seed, in all layouts, and not to be mistaken for figures."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from ingest.extract import extract_claims
from ingest.fetch import read_body, replay_source, verify_archive
from ingest.parse import parse_html
from ingest.records import Context
from tests.benchmarks.yearbooks import NOTE, SOURCE_ID, body_of, change_pages, places, write_site


def test_the_same_seed_gives_the_same_pages_and_another_edition_other_figures() -> None:
    place = places(40)[7]
    assert body_of(place, 1) == body_of(place, 1)
    assert body_of(place, 1) != body_of(place, 2)
    one, other = (parse_html(body_of(place, 1, edition), page_id="p").text for edition in (0, 1))
    assert one != other
    layout = [re.sub(r"[0-9.]+", "#", text) for text in (one, other)]
    assert layout[0] == layout[1]


def test_every_layout_is_there_and_every_page_says_that_it_is_random() -> None:
    pages = [parse_html(body_of(place, 1), page_id=str(place.number)) for place in places(120)]
    kinds = Counter("twice" if page.duplicate_spans else "table" if page.tables else "prose" for page in pages)
    assert set(kinds) == {"twice", "table", "prose"}
    assert all(NOTE in page.title for page in pages)
    claims = [claim for page in pages for claim in extract_claims(page, Context("中国"))]
    assert len({claim.metric_code for claim in claims}) > 20


def test_the_archive_is_sound_and_a_changed_page_has_its_newest_body(tmp_path: Path) -> None:
    write_site(tmp_path, 60, 1)
    assert change_pages(tmp_path, 60, 1, 0.05) == 3
    refs, snapshots = replay_source(tmp_path, SOURCE_ID)
    assert (refs.height, snapshots.height) == (60, 60)
    assert replay_source(tmp_path, SOURCE_ID, by_index=True)[1].equals(snapshots)
    assert verify_archive(tmp_path, snapshots).is_sound
    place = {place.url: place for place in places(60)}
    editions = Counter(
        next(edition for edition in (0, 1) if body_of(place[row["url"]], 1, edition) == body)
        for row in snapshots.iter_rows(named=True)
        for body in [read_body(tmp_path, row["warc_file"], row["warc_offset"])[0]]
    )
    assert editions == {0: 57, 1: 3}

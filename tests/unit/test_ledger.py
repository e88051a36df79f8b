"""The ledger: what was made from which input, so that unchanged input is not worked on again."""

from __future__ import annotations

import pytest

from ingest.lake import Lake
from ingest.ledger import Ledger, Part, fingerprint

MADE = {"2017": Part("x", "c1", 100, 5, 2, 0), "2018": Part("y", "c2", 200, 7, 3, 1)}
SIZES = {"2017": 100, "2018": 200}


@pytest.fixture
def lake(tmp_path: object) -> Lake:
    return Lake(str(tmp_path))


@pytest.fixture
def ledger(lake: Lake) -> Ledger:
    made = Ledger(lake, "pages", "a")
    made.begin(MADE, MADE)
    made.finish(MADE, {"parser": "1"})
    return Ledger.read(lake, "pages", "a")


def test_nothing_was_done_before_the_first_time(lake: Lake) -> None:
    assert Ledger.read(lake, "pages", "a").stale({"2017": "x"}, {}) == ["2017"]


def test_what_was_stored_is_read_again(ledger: Ledger) -> None:
    assert (ledger.parts, ledger.settled) == (MADE, {"parser": "1"})
    assert (ledger.total("rows"), ledger.total("pages"), ledger.total("refused")) == (12, 5, 1)


def test_only_parts_with_equal_inputs_are_left_alone(ledger: Ledger) -> None:
    assert ledger.stale({"2017": "x", "2018": "z", "2019": "y"}, SIZES) == ["2018", "2019"]


@pytest.mark.parametrize("sizes", [{"2018": 200}, {"2017": 99, "2018": 200}])
def test_a_part_that_is_missing_or_of_another_size_is_made_again(ledger: Ledger, sizes: dict[str, int]) -> None:
    assert ledger.stale({"2017": "x", "2018": "y"}, sizes) == ["2017"]


def test_a_part_that_was_being_made_when_the_process_died_is_made_again(ledger: Ledger, lake: Lake) -> None:
    ledger.begin(["2017", "2018"], ["2018"])
    assert Ledger.read(lake, "pages", "a").stale({"2017": "x", "2018": "y"}, SIZES) == ["2018"]


def test_the_version_changes_with_the_content_of_a_part_only(ledger: Ledger) -> None:
    before = ledger.version
    ledger.finish({"2018": Part("other inputs", "c2", 200, 7, 3, 1)}, {})
    assert ledger.version == before
    ledger.finish({"2018": Part("y", "c3", 200, 7, 3, 1)}, {})
    assert ledger.version != before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"parts": [1]}', b'{"parts": {"2017": {"what": 1}}}'])
def test_a_broken_file_costs_time_only(lake: Lake, content: bytes) -> None:
    lake.write_bytes(lake.ledger_path("pages", "a"), content)
    assert Ledger.read(lake, "pages", "a").stale({"2017": "x"}, SIZES) == ["2017"]


def test_fingerprints_tell_values_apart_however_they_are_cut() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint(1, None) == fingerprint(1, None)

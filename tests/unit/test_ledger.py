"""The ledger: what was made from which input, so that unchanged input is not worked on again."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.lake import Lake
from ingest.ledger import Ledger, fingerprint


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(Lake(str(tmp_path)), "pages", "a")


def test_nothing_was_done_before_the_first_time(ledger: Ledger) -> None:
    assert ledger.unchanged({"u1": "x"}, 0) == set()


def test_only_equal_fingerprints_are_unchanged(ledger: Ledger) -> None:
    ledger.remember({"u1": "x", "u2": "y"}, 5)
    assert ledger.unchanged({"u1": "x", "u2": "z", "u3": "x"}, 5) == {"u1"}


def test_a_frame_that_lost_rows_is_made_again(ledger: Ledger) -> None:
    ledger.remember({"u1": "x"}, 5)
    assert ledger.unchanged({"u1": "x"}, 4) == set()


def test_a_dropped_ledger_knows_nothing(ledger: Ledger) -> None:
    ledger.remember({"u1": "x"}, 5)
    ledger.drop()
    assert ledger.unchanged({"u1": "x"}, 5) == set()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"rows": "many"}', b'{"rows": 1, "done": [1]}'])
def test_a_broken_file_costs_time_only(ledger: Ledger, content: bytes) -> None:
    ledger.lake.write_bytes(ledger.path, content)
    assert ledger.unchanged({"u1": "x"}, 1) == set()


def test_fingerprints_tell_values_apart_however_they_are_cut() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint(1, None) == fingerprint(1, None)

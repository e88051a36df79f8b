"""Human decisions: rows beside the claims, refused with one clear sentence when they no longer fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ingest.corrections import CorrectionError, check_guard, load_corrections

ENTRY: dict[str, object] = {
    "id": "c-2026-001",
    "claim_id": "00000000000000aa",
    "url": "http://a/1",
    "action": "correct",
    "corrected_value": 5708000.0,
    "reason": "the unit is misprinted as 亿",
    "decided_by": "a statistician",
    "decided_on": "2026-11-22",
    "expect": {"raw_span": "570.8亿"},
    "status": "active",
}


def folder_with(tmp_path: Path, *entries: dict[str, object]) -> Path:
    (tmp_path / "union-members.yml").write_text(yaml.safe_dump(list(entries), allow_unicode=True), "utf-8")
    return tmp_path


def test_entries_are_read_in_order_of_their_ids(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, ENTRY | {"id": "c-2"}, ENTRY | {"id": "c-1"})

    assert [correction.id for correction in load_corrections(folder)] == ["c-1", "c-2"]


def test_the_project_s_own_entries_are_valid() -> None:
    load_corrections()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"action": "edit"}, r"entry 1, action: Input should be 'choose', 'exclude' or 'correct'"),
        ({"claim_id": "xyz"}, r"entry 1, claim_id: String should match pattern"),
        ({"expect": {}}, r"entry 1, expect: Value error, expect needs raw_span or obs_value"),
        ({"action": "choose"}, r"corrected_value is given for the action correct, and only for it"),
        ({"who": "me"}, r"entry 1, who: Extra inputs are not permitted"),
    ],
)
def test_a_malformed_entry_is_named_with_its_key(tmp_path: Path, change: dict[str, object], complaint: str) -> None:
    with pytest.raises(CorrectionError, match=rf"union-members\.yml.*{complaint}"):
        load_corrections(folder_with(tmp_path, ENTRY | change))


def test_an_id_stands_once(tmp_path: Path) -> None:
    with pytest.raises(CorrectionError, match="the id c-2026-001 is used twice"):
        load_corrections(folder_with(tmp_path, ENTRY, ENTRY))


def test_a_guard_that_matches_is_silent(tmp_path: Path) -> None:
    (correction,) = load_corrections(folder_with(tmp_path, ENTRY))

    check_guard(correction, {"raw_span": "570.8亿", "obs_value": 57080000000.0})


@pytest.mark.parametrize(
    ("stated", "complaint"),
    [
        ({"raw_span": "570.8万", "obs_value": 5708000.0}, r"raw_span of claim 00000000000000aa is '570.8万', the entry expects '570.8亿'"),
        (None, r"http://a/1 is read but no longer states claim 00000000000000aa"),
    ],
)  # fmt: skip
def test_a_guard_that_no_longer_matches_says_so(
    tmp_path: Path, stated: dict[str, object] | None, complaint: str
) -> None:
    (correction,) = load_corrections(folder_with(tmp_path, ENTRY))

    with pytest.raises(CorrectionError, match=complaint):
        check_guard(correction, stated)

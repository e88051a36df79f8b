"""Short pages for the reader's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.extract import extract_claims
from ingest.parse import parse_text
from ingest.records import Claim, Context

Read = Callable[..., list[Claim]]


@pytest.fixture
def read() -> Read:
    """Claims of a text that stands in the 2018 volume of a yearbook of 内蒙古."""

    def read_text(
        text: str, title: str = "总工会 - 内蒙古年鉴2018卷", url: str = "", region: str | None = None
    ) -> list[Claim]:
        page = parse_text(text, page_id="page", title=title, url=url)
        return extract_claims(page, Context(region_name=region))

    return read_text


def rows(claims: list[Claim]) -> list[tuple[str, str | None, str]]:
    """What was printed, the metric, and its breakdown."""
    return [
        (claim.raw_span, claim.metric_code, ";".join(f"{k}={v}" for k, v in claim.breakdown.items()))
        for claim in claims
    ]

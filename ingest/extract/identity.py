"""The durable id of a claim.

Belongs here: what makes two readings the same claim. An id stays while page, text, span, metric and breakdown do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ingest.records import Page


def claim_id(page: Page, start: int, end: int, code: str | None, breakdown: Mapping[str, str]) -> str:
    """Sixteen hexadecimal digits; `start` and `end` are offsets into the page's text."""
    parts = ";".join([f"{key}={value}" for key, value in sorted(breakdown.items())]) if breakdown else ""
    key = f"{page.page_id}|{page.text_sha256}|{start}|{end}|{code or ''}|{parts}"
    return hashlib.sha256(key.encode()).hexdigest()[:16]

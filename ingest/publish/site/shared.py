"""What the builders of pages share: the folder written to, the names behind codes, and safe file names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.publish.site.render import Renderer
from ingest.publish.site.tables import Row, SiteError, Tables

FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
MINUTES = "'%Y-%m-%d %H:%M UTC'"


@dataclass(slots=True)
class Site:
    """A site being written: where, from which tables, and the names that stand behind codes."""

    folder: Path
    tables: Tables
    renderer: Renderer
    metrics: dict[str, Row]
    breakdown_names: dict[str, str]
    region_ids: frozenset[str]
    pages_written: int = 0
    made_folders: set[Path] = field(default_factory=set)

    def write(self, address: str, template: str, **context: Any) -> None:
        """Render a page to its address below the site's folder."""
        root = "../" * address.count("/")
        self.put(address, self.renderer.page(template, root, **context))
        self.pages_written += 1

    def put(self, address: str, content: bytes) -> None:
        """Write a file at its address below the site's folder, which nobody reads yet."""
        target = self.folder / address
        if target.parent not in self.made_folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self.made_folders.add(target.parent)
        target.write_bytes(content)

    def metric_name(self, code: str | None, language: str) -> str:
        """The name of a metric in `zh` or `en`; its code where the vocabulary does not hold it."""
        if code is None:
            return ""
        return str(self.metrics[code][f"name_{language}"]) if code in self.metrics else code

    def breakdown_text(self, breakdown: str | None) -> str:
        """A breakdown in words: `worker_type: rural migrant workers`; nothing for the total."""
        parts = (breakdown or "").split(";")
        return ", ".join(_breakdown_part(part, self.breakdown_names) for part in parts if part)


def _breakdown_part(part: str, names: Mapping[str, str]) -> str:
    dimension, _, value = part.partition("=")
    return f"{dimension.replace('_', ' ')}: {names.get(part, value)}"


def file_name(identifier: str) -> str:
    """An id that may stand in a path. Raises SiteError for anything that is not plain letters and digits."""
    if not FILE_NAME.fullmatch(identifier):
        raise SiteError(f"{identifier!r} cannot be a file name of the site: ids are letters, digits, - and _.")
    return identifier


class InOrder:
    """Rows in rising order of a key, taken key by key beside another stream in the same order."""

    def __init__(self, rows: Iterable[Row], key: str) -> None:
        self.rows: Iterator[Row] = iter(rows)
        self.key = key
        self.ahead: Row | None = next(self.rows, None)

    def take(self, value: Any) -> list[Row]:
        """All rows of one key; rows of lower keys are passed over."""
        found = []
        while self.ahead is not None and self.ahead[self.key] <= value:
            if self.ahead[self.key] == value:
                found.append(self.ahead)
            self.ahead = next(self.rows, None)
        return found


def year_ranges(years: Iterable[int]) -> str:
    """Years as ranges: 1950–1955, 1957."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)

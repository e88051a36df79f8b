"""What a release says in words: its README, its CHANGELOG, and the phrases that all formats share.

Belongs here: wording. Does not belong here: what is told (`release`) or any format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.publish.description import Table
from ingest.releases import Release

NAME = "union-metrics"
TITLE = "Trade-union figures printed in Chinese yearbooks"
DESCRIPTION = (
    "Tidy facts read from Chinese yearbooks, gazetteers and statistical tables: one row per metric, region, year, "
    "breakdown and scope, with the printed bounds, each traceable to the sentence it came from."
)
KEYWORDS = ("trade unions", "China", "yearbooks", "statistics", "labour")
LICENCE = {
    "name": "Apache-2.0",
    "path": "https://www.apache.org/licenses/LICENSE-2.0",
    "title": "Apache License 2.0 (the tables; the quoted pages belong to their publishers)",
}
REASONS = {
    "source_revised": "the page of the chosen claim has a new body, or is gone",
    "source_added": "a page that the former release did not know contributes",
    "extraction_changed": "the same page is read otherwise",
    "rule_changed": "the same claims, but another one is chosen, or a correction was made",
    "region_changed": "the region's code, name or assignment is another one",
}
LISTED_CHANGES = 500
Row = Mapping[str, Any]


def citation(release: Release) -> str:
    """How to cite a release, in one line."""
    return (
        f"The union-metrics-warehouse authors ({release.published_at.year}). {TITLE}, release {release.release_id} "
        f"(content {release.content_digest[:16]})."
    )


def readme(release: Release, tables: Sequence[Table]) -> str:
    """README.md of a release."""
    rows = "\n".join(f"| `{table.name}` | {table.rows} | {table.description} |" for table in tables)
    return f"""# {TITLE}: release {release.release_id}

{DESCRIPTION}

Published {release.published_at:%Y-%m-%d %H:%M} UTC, {release.n_facts} facts. A release is never changed; what a later
one says otherwise stands in its `CHANGELOG.md`.

Cite it as

> {citation(release)}

and cite, for a single figure, the yearbook page that `chosen_claim_id` leads to (`url` in `fct_union_claims`).

## What is in the folder

| file | what |
|---|---|
| `parquet/`, `csv/` | every table, once per format |
| `sdmx/data.csv` | the facts as SDMX-CSV 2.0 |
| `sdmx/structure.json` | their data structure, concepts and code lists as SDMX-JSON 2.0 |
| `datapackage.json` | Frictionless Data Package: columns, types, keys, hashes |
| `croissant.json` | the same as Croissant (JSON-LD) |
| `release.json` | id, time, predecessor, digest of the content, versions of extractor, rules and software |
| `CHANGELOG.md` | what changed since the release before, by reason |
| `SHA256SUMS` | `sha256sum --check SHA256SUMS` proves that every file is as it was published |

In CSV an empty cell is no value, and `""` is the empty text (for example the breakdown of a total); times are UTC.
The facts themselves are `fct_union_metrics`: `obs_value` with `value_low` and `value_high` is what was printed.
`rpt_release_diff` holds the changes since the release before. `dim_release` and `fct_union_metrics_history`, which are
made of all releases together, are published beside the releases and not in them.

## Tables

| table | rows | what |
|---|---|---|
{rows}
"""


def changelog(release: Release, changes: Sequence[Row]) -> str:
    """CHANGELOG.md of a release: counts by reason, then the facts."""
    head = f"# Changes in release {release.release_id}\n\n"
    if release.previous_release_id is None:
        return f"{head}The first release: {release.n_facts} facts.\n"
    if not changes:
        return f"{head}No fact says anything else than in release {release.previous_release_id}.\n"
    kinds = Counter(change["change"] for change in changes)
    counted = ", ".join(f"{kinds[kind]} {kind}" for kind in ("added", "changed", "removed") if kinds[kind])
    parts = [f"{head}Since release {release.previous_release_id}: {counted}.\n"]
    left = LISTED_CHANGES
    for reason, meaning in REASONS.items():
        found = [change for change in changes if change["reason_code"] == reason]
        if found:
            parts.append(f"\n## {reason}: {len(found)}\n\n{meaning[0].upper()}{meaning[1:]}.\n\n")
            parts += [_change_line(change) for change in found[:left]]
            parts += [f"- and {len(found) - left} more in `rpt_release_diff`\n"] if len(found) > left else []
            left -= min(left, len(found))
    return "".join(parts)


def _change_line(change: Row) -> str:
    breakdown = f" ({change['breakdown']})" if change["breakdown"] else ""
    before, after = (_value(change, side) for side in ("before", "after"))
    place = f"{change['region_name']} {change['ref_year']} {change['metric_code']}{breakdown}"
    return f"- {change['change']}: {place}: {before} → {after} [`{change['observation_id']}`]\n"


def _value(change: Row, side: str) -> str:
    if change[f"claim_{side}"] is None:
        return "none"
    value, low, high = (change[f"{name}_{side}"] for name in ("value", "low", "high"))
    point = "" if value is None else f"{value:.15g}"
    bounds = "" if low == high else f" [{_bound(low)}, {_bound(high)}]"
    return f"{point}{bounds} {change[f'qualifier_{side}']} {change[f'status_{side}']}".strip()


def _bound(value: float | None) -> str:
    return "…" if value is None else f"{value:.15g}"

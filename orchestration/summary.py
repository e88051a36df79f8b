"""What a run of the command line tells at its end: pages, claims, quarantine, headline facts, where to look.

Belongs here: reading what was stored and laying it out. Does not belong here: running anything.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ingest.lake import Lake
from ingest.publish.site.build import site_folder
from ingest.settings import Settings

HEADLINE_TIER = 1
HEADLINE_COLUMNS = 6
SHOWN_YEARS = 40
SIGNS = {"GE": "≥ ", "GT": "> ", "LE": "≤ ", "LT": "< ", "NEAR": "→ ", "APPROX": "≈ "}
Row = Mapping[str, Any]


def print_summary(settings: Settings, sources: Sequence[str], console: Console) -> None:
    """Print the summary of the chosen sources, and the facts of all."""
    lake = Lake(settings.lake_root)
    console.print()
    console.print(_sources_table(lake, sources))
    quarantined = _quarantine_table(lake, sources)
    if quarantined.row_count:
        console.print(quarantined)
    facts_file = settings.exports_root / "parquet" / "fct_union_metrics.parquet"
    if facts_file.exists():
        console.print(headline_table(pl.read_parquet(facts_file), lake.read("metrics")))
    _print_places(settings, console)


def _sources_table(lake: Lake, sources: Sequence[str]) -> Table:
    table = Table(title="Pages and claims", title_justify="left", header_style="bold")
    for name in ("source", "pages listed", "fetched", "unchanged", "missed", "claims", "of them unmapped"):
        table.add_column(name, justify="left" if name == "source" else "right", no_wrap=name == "source")
    for source_id in sources:
        outcomes = dict(lake.read("fetch_log", source_id).group_by("outcome").len().rows())
        claims = lake.read("claims", source_id)
        fetched, unchanged = outcomes.pop("fetched", 0), outcomes.pop("unchanged", 0)
        missed = sum(outcomes.values())
        unmapped = claims["metric_code"].null_count()
        cells = (fetched + unchanged + missed, fetched, unchanged, missed, claims.height, unmapped)
        table.add_row(source_id, *map(str, cells))
    return table


def _quarantine_table(lake: Lake, sources: Sequence[str]) -> Table:
    table = Table(title="Quarantined, by reason", title_justify="left", header_style="bold")
    for name in ("stage", "check", "rows", "for example"):
        table.add_column(name, justify="right" if name == "rows" else "left")
    rows = lake.read("quarantine").filter(pl.col("source_id").is_in(list(sources)))
    counted = rows.group_by("stage", "check", maintain_order=True).agg(
        pl.len().alias("rows"), pl.col("reason").first(), pl.coalesce("url", "key").first().alias("where")
    )
    for row in counted.iter_rows(named=True):
        table.add_row(row["stage"], row["check"], str(row["rows"]), escape(f"{row['where']}: {row['reason']}"))
    return table


def headline_table(facts: pl.DataFrame, metrics: pl.DataFrame) -> Table:
    """Facts of the headline metrics by region and year: totals of levels, bounds shown as bounds.

    Only figures of the year itself: no targets, floors, sums of several years, festivals or single events.
    """
    names = dict(metrics.filter(pl.col("tier") == HEADLINE_TIER).select("metric_code", "name_en").rows())
    totals = facts.filter(pl.col("metric_code").is_in(list(names)) & (pl.col("breakdown") == "") & pl.col("is_trend"))
    columns = _most_frequent(totals["metric_code"])
    table = Table(title="Headline facts by region and year", title_justify="left", header_style="bold")
    table.add_column("region")
    table.add_column("year")
    for code in columns:
        table.add_column(names[code], justify="right", max_width=18)
    cells: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for fact in totals.sort("region_name", "ref_year", "reporting_scope").iter_rows(named=True):
        cells[fact["region_name"], fact["ref_year"]].setdefault(fact["metric_code"], show_value(fact))
    kept = {place: row for place, row in cells.items() if any(code in row for code in columns)}
    for (region, year), row in list(kept.items())[:SHOWN_YEARS]:
        table.add_row(escape(region), str(year), *(row.get(code, "") for code in columns))
    return table


def _most_frequent(codes: pl.Series) -> list[str]:
    counted = codes.value_counts().sort("count", codes.name, descending=[True, False])
    return counted[codes.name].head(HEADLINE_COLUMNS).to_list()


def show_value(fact: Row) -> str:
    """A value with its unit and, where it is a bound, its sign; `1.2 million` is never made of `1 200 000`."""
    value = fact["obs_value"]
    if value is None:
        return f"{_number(fact['value_low'])} … {_number(fact['value_high'])}"
    sign = SIGNS.get(fact["qualifier"], "")
    more = "+" if fact["qualifier"] == "MORE" else ""
    unit = " %" if fact["unit_code"] == "percent" else ""
    return f"{sign}{_number(value)}{more}{unit}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0").rstrip(".")


def _print_places(settings: Settings, console: Console) -> None:
    places = {
        "facts (Parquet, CSV)": settings.exports_root,
        "citable releases": settings.releases_root,
        "evidence site": site_folder(settings) / "index.html",
        "warehouse (DuckDB)": settings.warehouse_path,
        "pages (WARC archive)": settings.archive_root,
        "dbt documentation": settings.docs_path,
        "run history (Dagster)": settings.dagster_home,
    }
    for name, place in places.items():
        if place.exists():
            console.print(f"{name:<22} {escape(str(place))}", soft_wrap=True)
    console.print()
    console.print("next: [bold]make site[/] opens the evidence, [bold]make ui[/] Dagster,")
    console.print("      [bold]make docs[/] opens the documentation of the tables,")
    console.print("      [bold].venv/bin/union-warehouse facts --region 内蒙古自治区[/] lists facts,")
    console.print("      [bold].venv/bin/union-warehouse evidence CLAIM_ID[/] shows the sentence behind one")

"""How results look: tables for people, JSON lines and CSV for programs.

Belongs here: printing. Text of pages is escaped, since rich reads [brackets] as markup.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ingest.records import Claim

# The columns of `ingest.schemas.Claims`, in the order in which a reader wants them.
CLAIM_COLUMNS = (
    "claim_id", "page_id", "url", "body_sha256", "section", "char_start", "char_end", "table_cell", "raw_span",
    "sentence", "metric_code", "obs_value", "value_low", "value_high", "qualifier", "unit_code", "unit_raw",
    "breakdown", "ref_area", "ref_area_name", "ref_year", "period_type", "year_basis", "region_basis",
    "reporting_scope", "statistic", "change_kind", "base_text", "is_floor_language", "is_target",
    "extractor_version", "rule", "phrase", "note",
)  # fmt: skip
SHOWN_CLAIM_COLUMNS = (
    "ref_area_name", "ref_year", "metric_code", "breakdown", "qualifier", "obs_value", "unit_code", "raw_span", "rule",
)  # fmt: skip

Row = Mapping[str, Any]


def say(message: str) -> None:
    """One line for the person at the terminal, on standard error."""
    sys.stderr.write(f"{message}\n")


def breakdown_text(breakdown: Mapping[str, str]) -> str:
    """`dimension=value` pairs joined by `;` in alphabetical order; empty for the total."""
    return ";".join(f"{name}={value}" for name, value in sorted(breakdown.items()))


def print_claims(claims: Sequence[Claim], how: str) -> None:
    """Claims with all columns (jsonl, csv) or the telling ones (table). In jsonl the breakdown is an object."""
    rows = [{name: getattr(claim, name) for name in CLAIM_COLUMNS} for claim in claims]
    if how == "jsonl":
        print_rows(rows, how)
        return
    flat = [{**row, "breakdown": breakdown_text(row["breakdown"])} for row in rows]
    print_rows(flat, how, SHOWN_CLAIM_COLUMNS if how == "table" else CLAIM_COLUMNS)
    if how == "table":
        say(f"{len(claims)} claims, {sum(claim.metric_code is None for claim in claims)} of them mapped to no metric")


def print_rows(rows: Iterable[Row], how: str, columns: Sequence[str] | None = None) -> None:
    """Print rows; `columns` chooses and orders them (default: those of the first row)."""
    rows = list(rows)
    names = list(columns or (rows[0] if rows else ()))
    writers = {"jsonl": _print_jsonl, "csv": _print_csv, "table": _print_table}
    writers[how](rows, names)


def _print_jsonl(rows: Sequence[Row], columns: Sequence[str]) -> None:
    for row in rows:
        sys.stdout.write(json.dumps({name: row[name] for name in columns}, ensure_ascii=False, default=str) + "\n")


def _print_csv(rows: Sequence[Row], columns: Sequence[str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[name] for name in columns] for row in rows)


def _print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    table = Table(*columns, header_style="bold")
    for row in rows:
        table.add_row(*(escape(_short(row[name])) for name in columns))
    console = Console()
    if not sys.stdout.isatty():
        console.width = 200
    console.print(table)


def _short(value: Any) -> str:
    """A value as a table shows it: numbers with separators, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.4g}"
    return str(value)


EVIDENCE_FIELDS = (
    "metric_code", "obs_value", "value_low", "value_high", "qualifier", "unit_code", "breakdown", "ref_area_name",
    "ref_year", "year_basis", "region_basis", "reporting_scope", "title", "section", "url", "char_start", "char_end",
    "table_cell", "body_sha256", "warc_file", "warc_offset", "fetched_at", "extraction_rule", "note", "claim_id",
)  # fmt: skip


def print_evidence(claim: Row) -> None:
    """The sentence of a claim with its number marked, and where it stands."""
    console = Console(highlight=False)
    console.print(mark_number(claim["sentence"], claim["raw_span"]), soft_wrap=True)
    for name in EVIDENCE_FIELDS:
        if claim.get(name) not in (None, ""):
            console.print(Text(f"{name:>16}  ", style="dim"), Text(_plain(claim[name])), sep="", soft_wrap=True)


def _plain(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def mark_number(sentence: str, raw_span: str) -> Text:
    """A sentence with the number as printed set off; on plain output by 【】-like marks that print nowhere: »…«."""
    start = sentence.find(raw_span)
    if start < 0:
        return Text(sentence)
    end = start + len(raw_span)
    return Text.assemble(sentence[:start], ("»" + raw_span + "«", "bold reverse"), sentence[end:])

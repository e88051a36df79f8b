"""The columns of every frame that crosses a stage: names and types, the one place where they are listed.

Belongs here: what it takes to read, write or make a frame, light to import. Does not belong here: which values a
column may hold (`ingest.schemas`, whose models take their columns from here), nor where a frame is stored
(`ingest.lake`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

Schema = dict[str, pl.DataType]

UTC_TIME = pl.Datetime("us", "UTC")
SECTION_TYPE = pl.List(
    pl.Struct({"heading": pl.String, "char_start": pl.Int64, "char_end": pl.Int64, "duplicate_of": pl.Int64})
)
CELL_TYPE = pl.Struct(
    {
        "row": pl.Int64, "col": pl.Int64, "row_span": pl.Int64, "col_span": pl.Int64, "text": pl.String,
        "char_start": pl.Int64, "char_end": pl.Int64, "is_header": pl.Boolean,
    }
)  # fmt: skip
TABLE_TYPE = pl.List(
    pl.Struct(
        {
            "caption": pl.String,
            "note": pl.String,
            "char_start": pl.Int64,
            "char_end": pl.Int64,
            "cells": pl.List(CELL_TYPE),
        }
    )
)
SPAN_TYPE = pl.List(pl.Struct({"char_start": pl.Int64, "char_end": pl.Int64}))

COLUMNS: dict[str, Schema] = {
    "sources": {
        "source_id": pl.String(),
        "title": pl.String(),
        "publisher": pl.String(),
        "homepage": pl.String(),
        "licence": pl.String(),
        "terms": pl.String(),
        "region_name": pl.String(),
        "level": pl.String(),
        "authority_kind": pl.String(),
        "is_sample": pl.Boolean(),
        "verified_on": pl.String(),
    },
    "page_refs": {
        "source_id": pl.String(),
        "url": pl.String(),
        "volume_year": pl.Int64(),
        "category": pl.String(),
        "title": pl.String(),
        "discovered_from": pl.String(),
    },
    "snapshots": {
        "source_id": pl.String(),
        "url": pl.String(),
        "volume_year": pl.Int64(),
        "fetched_at": UTC_TIME,
        "checked_at": UTC_TIME,
        "status": pl.Int64(),
        "etag": pl.String(),
        "last_modified": pl.String(),
        "content_type": pl.String(),
        "body_sha256": pl.String(),
        "body_bytes": pl.Int64(),
        "warc_file": pl.String(),
        "warc_offset": pl.Int64(),
        "robots_allowed": pl.Boolean(),
        "unchanged_since": UTC_TIME,
        "is_gone": pl.Boolean(),
    },
    "fetch_log": {
        "source_id": pl.String(),
        "url": pl.String(),
        "requested_at": UTC_TIME,
        "outcome": pl.String(),
        "status": pl.Int64(),
        "reason": pl.String(),
        "attempts": pl.Int64(),
        "elapsed_ms": pl.Int64(),
    },
    "pages": {
        "page_id": pl.String(),
        "source_id": pl.String(),
        "url": pl.String(),
        "body_sha256": pl.String(),
        "text_sha256": pl.String(),
        "title": pl.String(),
        "breadcrumb": pl.List(pl.String()),
        "region_name": pl.String(),
        "ref_area": pl.String(),
        "volume_year": pl.Int64(),
        "reference_year": pl.Int64(),
        "reference_year_basis": pl.String(),
        "published_on": pl.String(),
        "published_on_basis": pl.String(),
        "contributor": pl.String(),
        "charset_declared": pl.String(),
        "charset_used": pl.String(),
        "replacement_chars": pl.Int64(),
        "parser_version": pl.String(),
        "text": pl.String(),
        "sections": SECTION_TYPE,
        "tables": TABLE_TYPE,
        "duplicate_spans": SPAN_TYPE,
    },
    "claims": {
        "claim_id": pl.String(),
        "source_id": pl.String(),
        "page_id": pl.String(),
        "url": pl.String(),
        "body_sha256": pl.String(),
        "section": pl.String(),
        "char_start": pl.Int64(),
        "char_end": pl.Int64(),
        "table_cell": pl.String(),
        "raw_span": pl.String(),
        "sentence": pl.String(),
        "metric_code": pl.String(),
        "obs_value": pl.Float64(),
        "value_low": pl.Float64(),
        "value_high": pl.Float64(),
        "qualifier": pl.String(),
        "unit_code": pl.String(),
        "unit_raw": pl.String(),
        "breakdown": pl.String(),
        "ref_area": pl.String(),
        "ref_area_name": pl.String(),
        "ref_year": pl.Int64(),
        "period_type": pl.String(),
        "year_basis": pl.String(),
        "region_basis": pl.String(),
        "reporting_scope": pl.String(),
        "statistic": pl.String(),
        "change_kind": pl.String(),
        "base_text": pl.String(),
        "is_floor_language": pl.Boolean(),
        "is_target": pl.Boolean(),
        "extractor_version": pl.String(),
        "rule": pl.String(),
        "phrase": pl.String(),
        "note": pl.String(),
    },
    "quarantine": {
        "source_id": pl.String(),
        "stage": pl.String(),
        "key": pl.String(),
        "url": pl.String(),
        "column": pl.String(),
        "check": pl.String(),
        "value": pl.String(),
        "reason": pl.String(),
    },
    "regions": {
        "region_id": pl.String(),
        "ref_area": pl.String(),
        "name": pl.String(),
        "short_name": pl.String(),
        "pinyin": pl.String(),
        "level": pl.String(),
        "parent_region_id": pl.String(),
        "parent_name": pl.String(),
        "iso_3166_2": pl.String(),
        "valid_from": pl.Int64(),
        "valid_to": pl.Int64(),
    },
    "metrics": {
        "metric_code": pl.String(),
        "tier": pl.Int64(),
        "theme": pl.String(),
        "name_en": pl.String(),
        "name_zh": pl.String(),
        "unit_code": pl.String(),
        "statistic": pl.String(),
        "definition_en": pl.String(),
        "labels_zh": pl.String(),
        "breakdowns": pl.String(),
        "typical_range": pl.String(),
        "canonical_code": pl.String(),
        "fixed_breakdown": pl.String(),
        "base_code": pl.String(),
    },
}


def frame_of(name: str, rows: Sequence[dict[str, Any]] = ()) -> pl.DataFrame:
    """Make a frame of its types from row dictionaries; a missing key is an error of the caller."""
    schema = COLUMNS[name]
    return pl.DataFrame(rows, schema=schema, orient="row") if rows else pl.DataFrame(schema=schema)

"""The release as a Frictionless Data Package (version 2): every file, and the schema of each CSV table.

Belongs here: that format alone. What the tables are comes from `ingest.publish.description`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest.publish.description import Column, Table
from ingest.publish.texts import DESCRIPTION, KEYWORDS, LICENCE, NAME, TITLE
from ingest.releases import Release, sha256_of

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES = {
    "VARCHAR": "string",
    "DOUBLE": "number",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP WITH TIME ZONE": "datetime",
}
Object = dict[str, Any]


def write_datapackage(
    folder: Path, release: Release, tables: Sequence[Table], sources: Iterable[Mapping[str, str]]
) -> None:
    """Write `datapackage.json` for the tables that lie under a release folder."""
    package = {
        "$schema": PROFILE,
        "name": NAME,
        "title": TITLE,
        "description": DESCRIPTION,
        "version": release.release_id,
        "created": release.published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "keywords": list(KEYWORDS),
        "licenses": [LICENCE],
        "sources": [dict(source) for source in sources],
        "resources": [
            *(_csv_resource(folder, table, tables) for table in tables),
            *(_parquet_resource(folder, table) for table in tables),
        ],
    }
    (folder / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _csv_resource(folder: Path, table: Table, tables: Sequence[Table]) -> Object:
    return {
        "name": table.name,
        "type": "table",
        "title": table.name,
        "description": table.description,
        **_file(folder, f"csv/{table.name}.csv"),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": table_schema(table, {other.name for other in tables}),
    }


def _parquet_resource(folder: Path, table: Table) -> Object:
    return {
        "name": f"{table.name}.parquet",
        "type": "file",
        "title": f"{table.name} as Parquet",
        "description": table.description,
        **_file(folder, f"parquet/{table.name}.parquet"),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
    }


def _file(folder: Path, path: str) -> Object:
    return {"path": path, "hash": f"sha256:{sha256_of(folder / path)}", "bytes": (folder / path).stat().st_size}


def table_schema(table: Table, names: set[str]) -> Object:
    """The Table Schema of a table; references to tables that are not in the package are left out."""
    schema: Object = {"fields": [_field(column, table) for column in table.columns], "missingValues": [""]}
    if table.primary_key:
        schema["primaryKey"] = list(table.primary_key)
    references = [reference for reference in table.references if reference.table in names]
    if references:
        schema["foreignKeys"] = [
            {
                "fields": [reference.column],
                "reference": {"resource": reference.table, "fields": [reference.field]},
            }
            for reference in references
        ]
    return schema


def _field(column: Column, table: Table) -> Object:
    constraints: Object = {}
    # an empty text and no text look the same in CSV: only keys of one column are known to be more than empty
    if column.is_required and (column.kind != "VARCHAR" or table.primary_key == (column.name,)):
        constraints["required"] = True
    if column.values:
        constraints["enum"] = list(column.values)
    field: Object = {"name": column.name, "type": TYPES.get(column.kind, "any"), "description": column.description}
    return {**field, "constraints": constraints} if constraints else field

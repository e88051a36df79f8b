"""The release as a Croissant description (JSON-LD, version 1.0): what search engines for data sets and machine-learning
tools read.

Belongs here: that format alone. What the tables are comes from `ingest.publish.description`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest.publish.description import Column, Table
from ingest.publish.texts import DESCRIPTION, KEYWORDS, LICENCE, NAME, TITLE, citation
from ingest.releases import Release, sha256_of

CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
TYPES = {
    "VARCHAR": "sc:Text",
    "DOUBLE": "sc:Float",
    "INTEGER": "sc:Integer",
    "BIGINT": "sc:Integer",
    "BOOLEAN": "sc:Boolean",
    "DATE": "sc:Date",
    "TIMESTAMP WITH TIME ZONE": "sc:DateTime",
}
Object = dict[str, Any]


def write_croissant(folder: Path, release: Release, tables: Sequence[Table]) -> None:
    """Write `croissant.json` for the tables that lie under a release folder."""
    described: Object = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": NAME,
        "alternateName": TITLE,
        "description": DESCRIPTION,
        "version": release.release_id,
        "datePublished": release.published_at.strftime("%Y-%m-%d"),
        "license": LICENCE["path"],
        "keywords": list(KEYWORDS),
        "citeAs": citation(release),
        "isLiveDataset": False,
        "distribution": [_file(folder, f"csv/{table.name}.csv", "text/csv") for table in tables]
        + [_file(folder, f"parquet/{table.name}.parquet", "application/vnd.apache.parquet") for table in tables],
        "recordSet": [_record_set(table) for table in tables],
    }
    (folder / "croissant.json").write_text(json.dumps(described, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _file(folder: Path, path: str, encoding: str) -> Object:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{(folder / path).stat().st_size} B",
        "encodingFormat": encoding,
        "sha256": sha256_of(folder / path),
    }


def _record_set(table: Table) -> Object:
    key = [{"@id": f"{table.name}/{name}"} for name in table.primary_key]
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.description,
        **({"key": key[0] if len(key) == 1 else key} if key else {}),
        "field": [_field(table, column) for column in table.columns],
    }


def _field(table: Table, column: Column) -> Object:
    references = [reference for reference in table.references if reference.column == column.name]
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": column.description,
        "dataType": TYPES.get(column.kind, "sc:Text"),
        "source": {"fileObject": {"@id": f"csv/{table.name}.csv"}, "extract": {"column": column.name}},
        **({"references": {"field": {"@id": f"{references[0].table}/{references[0].field}"}}} if references else {}),
    }

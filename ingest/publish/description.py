"""What each published table is: the one description from which all formats of a release are derived.

It joins the manifest of the exports (columns, types and descriptions as the warehouse holds them) with dbt's manifest
(contracts and tests, which say what is a key, what refers to what, which values there may be).

Belongs here: reading the two and joining them. Does not belong here: any format (`datapackage`, `croissant`, `sdmx`).
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.publish.exports import ExportedTable
from ingest.releases import ReleaseError

PROJECT = "union_warehouse"
# A private model of which a public table holds the same keys, so that a reference to it is one to that table.
PUBLIC_TWINS = {"stg_claims": "fct_union_claims"}
# Tables made of the releases themselves: they change with every release and are no part of its content.
RELEASE_TABLES = frozenset({"dim_release", "fct_union_metrics_history", "rpt_release_diff"})

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `kind` is its DuckDB type, `values` what it may hold where a test lists that."""

    name: str
    kind: str
    description: str
    is_required: bool
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: each value of `column` stands in `field` of `table`."""

    column: str
    table: str
    field: str


@dataclass(frozen=True, slots=True)
class Table:
    """A published table with its keys."""

    name: str
    description: str
    rows: int
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    references: tuple[Reference, ...]


def read_dbt_manifest(path: Path) -> Node:
    """The manifest that the last build left. Raises ReleaseError where it is missing or broken."""
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{path}, the description of the tables, cannot be read: run the pipeline first") from error


def describe_tables(exported: Iterable[ExportedTable], manifest: Node) -> list[Table]:
    """The exported tables in order of their names, each with what dbt knows of it."""
    tests = _tests_by_model(manifest)
    listed = sorted(exported, key=lambda table: table["name"])
    names = {table["name"] for table in listed}
    return [_describe(table, _model(manifest, table["name"]), tests.get(table["name"], []), names) for table in listed]


def rules_version(manifest: Node) -> str:
    """A digest of the project's models, seeds and macros: where it is another one, values may be chosen otherwise."""
    digest = hashlib.sha256()
    for key, node in sorted(manifest["nodes"].items()):
        if node["resource_type"] in ("model", "seed") and not _is_about_releases(node["name"]):
            digest.update(f"{key}={node['checksum']['checksum']}\n".encode())
    for key, macro in sorted(manifest["macros"].items()):
        if macro["package_name"] == PROJECT:
            digest.update(f"{key}={macro['macro_sql']}\n".encode())
    return digest.hexdigest()[:16]


def _is_about_releases(name: str) -> bool:
    return name in RELEASE_TABLES or name.startswith("stg_release")


def _model(manifest: Node, name: str) -> Node:
    return dict(manifest["nodes"].get(f"model.{PROJECT}.{name}", {}))


def _tests_by_model(manifest: Node) -> dict[str, list[Node]]:
    """The generic tests of each model, by the model's name."""
    found: dict[str, list[Node]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and node.get("attached_node") and node.get("test_metadata"):
            found.setdefault(node["attached_node"].rsplit(".", 1)[1], []).append(node)
    return found


def _describe(table: ExportedTable, model: Node, tests: Sequence[Node], names: set[str]) -> Table:
    contract = {name: column.get("constraints", []) for name, column in model.get("columns", {}).items()}
    required = {name for name, rules in contract.items() if any(rule["type"] == "not_null" for rule in rules)}
    required |= {test["column_name"] for test in tests if _kind(test) == "not_null"}
    values = {test["column_name"]: _arguments(test)["values"] for test in tests if _kind(test) == "accepted_values"}
    columns = tuple(
        Column(
            name=column["name"],
            kind=column["type"],
            description=" ".join(column["description"].split()),
            is_required=column["name"] in required,
            values=tuple(str(value) for value in values.get(column["name"], ())),
        )
        for column in table["columns"]
    )
    return Table(
        name=table["name"],
        description=" ".join(table["description"].split()),
        rows=table["rows"],
        columns=columns,
        primary_key=_primary_key(contract, tests),
        references=tuple(_references(tests, names)),
    )


def _primary_key(contract: Mapping[str, Sequence[Node]], tests: Sequence[Node]) -> tuple[str, ...]:
    """The key that the contract names, else a column tested to be unique, else the tested grain."""
    named = tuple(name for name, rules in contract.items() if any(rule["type"] == "primary_key" for rule in rules))
    unique = tuple(test["column_name"] for test in tests if _kind(test) == "unique")
    grains = [tuple(_arguments(test)["columns"]) for test in tests if _kind(test) == "one_row_per"]
    return named or unique[:1] or (grains[0] if grains else ())


def _references(tests: Sequence[Node], names: set[str]) -> Iterable[Reference]:
    for test in sorted(
        (test for test in tests if _kind(test) == "relationships"), key=lambda test: test["column_name"]
    ):
        arguments = _arguments(test)
        target = ast.literal_eval(re.sub(r"^\s*ref\((.*)\)\s*$", r"\1", arguments["to"]))
        public = PUBLIC_TWINS.get(target, target)
        if public in names:
            yield Reference(test["column_name"], public, arguments["field"])


def _kind(test: Node) -> str:
    return str(test["test_metadata"]["name"])


def _arguments(test: Node) -> Node:
    return dict(test["test_metadata"]["kwargs"])

"""What dbt built and what its tests found, read from the warehouse once dbt has let go of it.

Belongs here: row counts, previews, column lineage, the rows that a failed test found. Does not belong here:
running dbt (`orchestration.defs.models`).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from orchestration.column_lineage import Columns, relation_id, trace_columns
from orchestration.metadata import PREVIEW_ROWS, markdown_table

MANIFEST = "manifest.json"
SHOWN_FAILURES = 20
LONGEST_LINEAGE = 400
PREVIEW_WIDTH = 12
# What a reader wants to see first of the widest tables; of others the first columns are shown.
PREVIEW_COLUMNS = {
    "marts.fct_union_metrics": [
        "metric_code", "region_name", "ref_year", "breakdown", "reporting_scope", "obs_value", "value_low",
        "value_high", "qualifier", "unit_code", "obs_status", "rule_applied",
    ],
    "marts.fct_union_claims": [
        "metric_code", "ref_area_name", "ref_year", "breakdown", "qualifier", "obs_value", "raw_span", "sentence",
        "is_chosen", "url",
    ],
}  # fmt: skip

Node = Mapping[str, Any]


@dataclass(frozen=True)
class DbtResults:
    """The warehouse after a build, beside the manifest that this build left in its target folder."""

    connection: duckdb.DuckDBPyConnection
    nodes: Mapping[str, Node]

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection, target: Path) -> "DbtResults":
        """Open what a build left; its manifest also holds the compiled SQL."""
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        return cls(connection, {**manifest["nodes"], **manifest["sources"]})

    @cached_property
    def tables(self) -> Mapping[str, Columns]:
        """The columns of every table and view of the warehouse, with their types."""
        found: dict[str, dict[str, str]] = {}
        rows = self.connection.execute(
            "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE NOT internal AND database_name = current_database() ORDER BY column_index"
        ).fetchall()
        for schema, table, column, data_type in rows:
            found.setdefault(relation_id(schema, table), {})[column] = data_type
        return found

    @cached_property
    def stored(self) -> frozenset[str]:
        """The relations that are tables and not views."""
        rows = self.connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database()"
        ).fetchall()
        return frozenset(relation_id(*row) for row in rows)

    def describe(self, unique_id: str, keys: Mapping[str, dg.AssetKey]) -> dict[str, Any]:
        """The metadata of a model or seed: rows and a preview where it is a table, lineage where it is a query."""
        told: dict[str, Any] = {}
        relation = relation_of(self.nodes[unique_id])
        if relation in self.stored:
            told["dagster/row_count"] = self._count(relation)
            told["preview"] = self._preview(relation)
        if lineage := self.lineage(unique_id, keys):
            told["dagster/column_lineage"] = lineage
            told["columns_come_from"] = lineage_table(lineage)
        return told

    def lineage(self, unique_id: str, keys: Mapping[str, dg.AssetKey]) -> dg.TableColumnLineage | None:
        """From which columns of which assets each column is made; None for what is no compiled query."""
        node = self.nodes[unique_id]
        sql = node.get("compiled_code")
        if node["resource_type"] != "model" or not sql:
            return None
        parents = {relation_of(self.nodes[parent]): parent for parent in node["depends_on"]["nodes"]}
        traced = trace_columns(sql, {relation: self.tables[relation] for relation in parents})
        return dg.TableColumnLineage(
            deps_by_column={
                column: [dg.TableColumnDep(asset_key=keys[parents[o.relation]], column_name=o.column) for o in origins]
                for column, origins in traced.items()
            }
        )

    def failing_rows(self, unique_id: str) -> dg.MetadataValue | None:
        """The first rows that a failed test found; None where its query cannot be asked again."""
        sql = self.nodes[unique_id].get("compiled_code")
        if not sql:
            return None
        try:
            asked = self.connection.sql(f"SELECT * FROM ({sql}) LIMIT {SHOWN_FAILURES}")  # noqa: S608 (dbt's own SQL)
            rows = asked.fetchall()
        except duckdb.Error as error:
            return dg.MetadataValue.text(f"the failing rows cannot be read: {error}")
        return dg.MetadataValue.md(markdown_table(asked.columns, rows))

    def _count(self, relation: str) -> int:
        row = self.connection.execute(f"SELECT count(*) FROM {_quoted(relation)}").fetchone()  # noqa: S608
        return int(row[0]) if row else 0

    def _preview(self, relation: str) -> dg.MetadataValue:
        flat = [name for name, kind in self.tables[relation].items() if not is_nested(kind)]
        wanted = [name for name in PREVIEW_COLUMNS.get(relation, flat[:PREVIEW_WIDTH]) if name in flat]
        columns = ", ".join(f'"{name}"' for name in wanted)
        shown = self.connection.sql(f"SELECT {columns} FROM {_quoted(relation)} LIMIT {PREVIEW_ROWS}")  # noqa: S608
        return dg.MetadataValue.md(markdown_table(shown.columns, shown.fetchall()))


def lineage_table(lineage: dg.TableColumnLineage) -> dg.MetadataValue:
    """The lineage to read: Dagster keeps it as data, but its free UI shows none of it."""
    rows = [
        (column, ", ".join(f"{dep.asset_key.path[-1]}.{dep.column_name}" for dep in deps))
        for column, deps in lineage.deps_by_column.items()
    ]
    return dg.MetadataValue.md(markdown_table(["column", "comes from"], rows, LONGEST_LINEAGE))


def relation_of(node: Node) -> str:
    """`schema.table` of a model, seed or source."""
    return relation_id(node["schema"], node.get("alias") or node.get("identifier") or node["name"])


def built_ids(events: Iterable[Any]) -> dict[str, str]:
    """The dbt ids of what was built, by the output names under which Dagster knows it."""
    return {
        event.output_name: str(event.metadata["unique_id"].value) for event in events if isinstance(event, dg.Output)
    }


def _quoted(relation: str) -> str:
    schema, table = relation.split(".", 1)
    return f'"{schema}"."{table}"'


def is_nested(data_type: str) -> bool:
    """Whether a column of this DuckDB type holds lists, structs or maps."""
    return data_type.endswith("]") or data_type.startswith(("STRUCT(", "MAP("))

"""From which columns each column of a model is made, read from the SQL that dbt compiled.

Belongs here: tracing one query. Does not belong here: running it, or Dagster's form of the result
(`orchestration.dbt_results`). dagster-dbt offers the same, with one trace per column and a query of the
warehouse per model; tracing all columns of a query together takes a hundredth of that time.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlglot import MappingSchema, exp, parse_one, to_table
from sqlglot.lineage import Node, lineage

DIALECT = "duckdb"

Columns = Mapping[str, str]


class Origin(NamedTuple):
    """A column of a table that a query reads."""

    relation: str
    column: str


def relation_id(schema: str, table: str) -> str:
    """The name under which tables are told apart here, whatever database they stand in."""
    return f"{schema}.{table}"


def trace_columns(sql: str, tables: Mapping[str, Columns]) -> dict[str, list[Origin]]:
    """For every column of a query, the columns of `tables` from which its values come, in order.

    `tables` maps relations (`schema.table`) to their columns and types. What comes from no table, such as a
    constant, has no origin. Raises sqlglot's SqlglotError for SQL that it cannot read.
    """
    schema = MappingSchema(dialect=DIALECT)
    for relation, columns in tables.items():
        schema.add_table(to_table(relation, dialect=DIALECT), dict(columns), dialect=DIALECT)
    bare = parse_one(sql, dialect=DIALECT)
    for table in bare.find_all(exp.Table):
        table.set("catalog", None)
    traced = lineage(None, bare, schema, dialect=DIALECT, trim_selects=False, copy=False)
    return {column: _origins(node, tables) for column, node in traced.items()}


def _origins(node: Node, tables: Mapping[str, Columns]) -> list[Origin]:
    """The leaves of a trace that are columns of known tables."""
    found: set[Origin] = set()
    for leaf in node.walk():
        table = None if leaf.downstream else leaf.expression.find(exp.Table)
        if table is not None and (relation := relation_id(table.db, table.name)) in tables:
            found.add(Origin(relation, exp.to_column(leaf.name).name))
    return sorted(found)

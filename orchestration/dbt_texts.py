"""What the UI says about models and tests, put together from dbt's manifest.

Belongs here: wording. Does not belong here: the assets and checks themselves (`orchestration.defs.models`).
"""

from collections.abc import Callable, Mapping
from typing import Any

Node = Mapping[str, Any]
Arguments = Mapping[str, Any]

SOURCES = "sources"


def describe_model(node: Node) -> str:
    """The description of a model, seed or source, without its SQL, to which the code reference leads."""
    return str(node.get("description") or f"dbt {node['resource_type']} {node['name']}").strip()


def describe_test(node: Node) -> str:
    """What a test asks, in one sentence: its own description, else one by its kind."""
    if node.get("description"):
        return str(node["description"]).strip()
    about = node.get("test_metadata") or {}
    arguments = about.get("kwargs") or {}
    say = SENTENCES.get(about.get("name", ""))
    return say(arguments) if say else f"The query of {node['name']} finds no row."


def source_columns(manifest: Mapping[str, Any], table: str) -> dict[str, str]:
    """The descriptions of a raw table's columns, by name."""
    for node in manifest[SOURCES].values():
        if node["name"] == table:
            return {name: column["description"].strip() for name, column in node["columns"].items()}
    return {}


def _unique(arguments: Arguments) -> str:
    return f"No value of {arguments['column_name']} stands in two rows."


def _not_null(arguments: Arguments) -> str:
    return f"Every row has a {arguments['column_name']}."


def _accepted(arguments: Arguments) -> str:
    return f"{arguments['column_name']} is one of {', '.join(map(str, arguments['values']))}."


def _relationships(arguments: Arguments) -> str:
    parent = str(arguments["to"]).removeprefix("ref('").removesuffix("')")
    return f"Every {arguments['column_name']} is a {arguments['field']} of {parent}."


def _one_row_per(arguments: Arguments) -> str:
    return f"The grain: no two rows share {', '.join(arguments['columns'])}."


def _interval(_: Arguments) -> str:
    return "Every published value lies within its interval, and no interval is turned round."


def _no_failed(arguments: Arguments) -> str:
    return f"No fact breaks a rule of severity error: {', '.join(arguments['check_ids'])} (rpt_checks explains them)."


SENTENCES: Mapping[str, Callable[[Arguments], str]] = {
    "unique": _unique,
    "not_null": _not_null,
    "accepted_values": _accepted,
    "relationships": _relationships,
    "one_row_per": _one_row_per,
    "interval_holds_value": _interval,
    "no_failed_errors": _no_failed,
}

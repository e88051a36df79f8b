"""Links from the Dagster UI to code and documentation.

UNION_WAREHOUSE_DOCS    address at which the dbt documentation is served (`make ui` serves it and sets this); without
                        it tables carry no link to their page
"""

import inspect
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg

VARIABLE = "UNION_WAREHOUSE_DOCS"
CODE_REFERENCES = "dagster/code_references"


def documentation_link(unique_id: str) -> dict[str, dg.MetadataValue]:
    """The page of a model, seed or source in the dbt documentation, if that is served somewhere."""
    address = os.environ.get(VARIABLE)
    if not address:
        return {}
    kind = unique_id.split(".", 1)[0]
    return {"documentation": dg.MetadataValue.url(f"{address.rstrip('/')}/#!/{kind}/{unique_id}")}


def code_links(*made_by: Callable[..., Any]) -> dict[str, Any]:
    """Where the functions stand that make an asset, as the UI links them."""
    return _references(
        [
            {
                "file_path": str(Path(inspect.getsourcefile(function) or "").resolve()),
                "line_number": inspect.getsourcelines(function)[1],
                "label": f"{function.__module__}.{function.__qualname__}",
            }
            for function in made_by
        ]
    )


def file_link(file: Path) -> dict[str, Any]:
    """A file of the project, as the UI links it."""
    return _references([{"file_path": str(file.resolve()), "label": file.name}])


def _references(references: list[dict[str, Any]]) -> dict[str, Any]:
    with warnings.catch_warnings():
        # Dagster says for each of them that links to code may still change their form
        warnings.simplefilter("ignore", dg.BetaWarning)
        links = [dg.LocalFileCodeReference(**reference) for reference in references]
        return {CODE_REFERENCES: dg.CodeReferencesMetadataValue(code_references=links)}

"""Reading the catalogue: YAML files in, typed sources out, every mistake as one clear sentence.

Belongs here: files, YAML, the wording of errors, the `sources` frame. Does not belong here: what a
source may say (`ingest.catalogue.model`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ingest.catalogue.model import Source

if TYPE_CHECKING:
    import polars as pl

SOURCES_FOLDER = Path(__file__).parent / "sources"

Catalogue = Mapping[str, Source]

# pydantic's error types in the words a maintainer of a YAML file would use
EXPECTED = {
    "missing": "this key, which is required",
    "extra_forbidden": "no such key (it is unknown; look for a spelling mistake)",
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list (lines that begin with `- `)",
    "dict_type": "a mapping (lines of `key: value`)",
    "model_type": "a mapping (lines of `key: value`)",
    "date_type": "a date like 2026-03-31, or null",
    "date_from_datetime_parsing": "a date like 2026-03-31, or null",
    "date_parsing": "a date like 2026-03-31, or null",
}


class CatalogueError(Exception):
    """A catalogue entry that cannot be used; the message is one sentence: file, key, what was expected."""


class _UniqueKeyLoader(yaml.SafeLoader):
    """A safe YAML loader that refuses a key given twice (plain YAML silently keeps the last)."""


def _mapping_without_duplicates(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates)


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Read every `*.yaml` of a folder (default: the sources of this package) into `{source_id: Source}`.

    Raises CatalogueError for the first entry that cannot be used, and for a folder without entries.
    """
    place = folder or SOURCES_FOLDER
    files = sorted(place.glob("*.yaml"))
    if not files:
        raise CatalogueError(f"{place}: expected at least one source file named like `my_source.yaml`.")
    return {file.stem: load_source(file) for file in files}


def load_entries(source_ids: Iterable[str], folder: Path | None = None) -> Catalogue:
    """Only the entries of these sources, as far as the catalogue has them. Raises CatalogueError."""
    files = [(folder or SOURCES_FOLDER) / f"{source_id}.yaml" for source_id in source_ids]
    return {file.stem: load_source(file) for file in files if file.is_file()}


def load_source(file: Path) -> Source:
    """Read one catalogue entry. Raises CatalogueError naming the file, the key and what was expected."""
    content = _read_yaml(file)
    named = content.setdefault("source_id", file.stem)
    if named != file.stem:
        raise CatalogueError(
            f"{file}: key `source_id`: expected {file.stem!r}, the name of the file, but found {named!r}."
        )
    try:
        source = Source.model_validate(content)
    except ValidationError as error:
        raise CatalogueError(_first_sentence(file, error)) from error
    _check_hosts(file, source)
    return source.model_copy(
        update={
            "folders": tuple(str(file.parent / folder) for folder in source.folders),
            "archives": tuple(str(file.parent / archive) for archive in source.archives),
        }
    )


def _read_yaml(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)  # noqa: S506 (a SafeLoader)
    except OSError as error:
        raise CatalogueError(f"{file}: expected a readable file ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{file}: expected text in UTF-8, but byte {error.start} is not.") from error
    except yaml.YAMLError as error:
        raise CatalogueError(f"{file}: expected valid YAML, but {_yaml_problem(error)}.") from error
    if not isinstance(content, dict):
        raise CatalogueError(f"{file}: expected lines of `key: value`, but found {type(content).__name__}.")
    return content


def _yaml_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be read"
    return f"{problem} (line {mark.line + 1})" if mark else str(problem)


def _first_sentence(file: Path, error: ValidationError) -> str:
    details = error.errors()
    rest = f" ({len(details) - 1} more after this one)" if len(details) > 1 else ""
    return f"{file}: {_sentence(details[0])}{rest}."


def _sentence(detail: ErrorDetails) -> str:
    key = ".".join(str(part) for part in detail["loc"])
    where = f"key `{key}`: " if key else ""
    expected = _expected(detail)
    if detail["type"] in ("missing", "extra_forbidden") or not key:
        return f"{where}expected {expected}"
    return f"{where}expected {expected}, but found {_shorten(detail['input'])}"


def _expected(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in EXPECTED:
        return EXPECTED[kind]
    if kind == "literal_error":
        return f"one of {context['expected']}"
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return "a file name of lower-case letters, digits and _"
    return detail["msg"].removeprefix("Input should be ").removeprefix("Value should ")


def _shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _check_hosts(file: Path, source: Source) -> None:
    """Entry pages and listed pages must stand on allowed hosts, aliases must lead to one."""
    for key, address in source.start_addresses().items():
        host = urlsplit(address).hostname
        if not source.allows_host(host):
            raise CatalogueError(
                f"{file}: key `{key}`: expected an address on one of `hosts`, but {host!r} is not listed there."
            )
    for alias, host in source.canonical.host_aliases.items():
        if not (source.allows_host(alias) and source.allows_host(host)):
            raise CatalogueError(
                f"{file}: key `canonical.host_aliases.{alias}`: expected both hosts to be listed in `hosts`."
            )


def sources_frame(catalogue: Catalogue) -> pl.DataFrame:
    """The catalogue as a frame of `ingest.schemas.Sources`: one row per source, in order of source_id."""
    from ingest.columns import frame_of  # noqa: PLC0415 (polars, which listing can do without)

    return frame_of("sources", source_rows(catalogue))


def source_rows(catalogue: Catalogue) -> list[dict[str, object]]:
    """The rows of `sources_frame`."""
    return [_source_row(catalogue[key]) for key in sorted(catalogue)]


def _source_row(source: Source) -> dict[str, object]:
    names = ("source_id", "title", "publisher", "homepage", "licence", "terms", "level", "authority_kind", "is_sample")
    row: dict[str, object] = {name: getattr(source, name) for name in names}
    row["region_name"] = source.region
    row["verified_on"] = source.verified_on.isoformat() if source.verified_on else None
    return row

"""The facts of a release as SDMX: data as SDMX-CSV 2.0, structure as SDMX-JSON 2.0 (both written by pysdmx).

Each breakdown dimension is an SDMX dimension of its own with `_T` for the total, so that no key has to be taken apart.
Whatever else a fact says is an attribute of the observation. Code lists hold the codes that occur.

Belongs here: that format alone. What the columns are comes from `ingest.publish.description`. pysdmx is imported where
it is used, since it brings pandas along.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ingest.publish.description import Column, Table
from ingest.releases import Release

if TYPE_CHECKING:
    from pysdmx.model import Codelist, Concept, ConceptScheme, Dataflow
    from pysdmx.model.dataflow import Component, Components, DataStructureDefinition, Schema
    from pysdmx.model.message import Header

AGENCY = "UNION_METRICS"
STRUCTURE_ID = "UNION_METRICS"
CONCEPTS_ID = "CS_UNION_METRICS"
VERSION = "1.0.0"
NAME = "Trade-union figures of China"
TOTAL, NOT_APPLICABLE = "_T", "_Z"
FACTS_AT_ONCE = 50_000
# The key of a fact: column, SDMX dimension. The breakdown becomes one dimension per kind of part.
KEY = {
    "metric_code": "METRIC",
    "region_id": "REF_AREA",
    "reporting_scope": "REPORTING_SCOPE",
    "period_group": "PERIOD_GROUP",
    "unit_code": "UNIT_MEASURE",
    "is_target": "IS_TARGET",
    "base_key": "RATE_BASE",
    "occasion_key": "OCCASION",
}
UNCODED_KEY = frozenset({"RATE_BASE", "OCCASION"})
BREAKDOWN, YEAR, VALUE = "breakdown", "ref_year", "obs_value"
TIME_PERIOD, OBS_VALUE, FREQUENCY = "TIME_PERIOD", "OBS_VALUE", "FREQ"
CODED_ATTRIBUTES = frozenset({"qualifier", "obs_status", "statistic", "period_type", "rule_applied"})
ATTRIBUTE_NAMES = {"ref_area": "GB2260_CODE"}
TYPES = {"DOUBLE": "DOUBLE", "INTEGER": "INTEGER", "BIGINT": "LONG", "VARCHAR": "STRING"}
YES_NO = {"Y": "Yes", "N": "No"}
BREAKDOWN_PREFIX = "breakdown dimension"

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SdmxComponent:
    """A component before pysdmx: its id, role (D, M, A), type, and code list where it is coded."""

    id: str
    role: str
    description: str
    kind: str = "STRING"
    codes: Names | None = None
    is_required: bool = False


def write_sdmx_files(
    folder: Path, release: Release, facts: pl.DataFrame, table: Table, code_names: Mapping[str, Names]
) -> None:
    """Write `data.csv` and `structure.json` of the facts into a new folder.

    `code_names` gives the names of codes by column; a code without a name is its own name.
    """
    from pysdmx.io import write_sdmx  # noqa: PLC0415 (brings pandas)
    from pysdmx.io.format import Format  # noqa: PLC0415

    folder.mkdir(parents=True)
    shaped, components = shape_facts(facts, table, code_names)
    codelists = {component.id: _codelist(component) for component in components if component.codes is not None}
    concepts = _concept_scheme(components, codelists)
    structure = _structure(components, codelists)
    artefacts = [*codelists.values(), concepts, structure, _dataflow(structure)]
    message = json.loads(write_sdmx(artefacts, Format.STRUCTURE_SDMX_JSON_2_0_0, header=_header(release)) or "")
    for definition in message["data"]["dataStructures"]:
        # the writer leaves an empty list where there are no groups, which the format's own schema refuses
        definition["dataStructureComponents"].pop("groups", None)
    (folder / "structure.json").write_text(json.dumps(message, ensure_ascii=False, indent=1) + "\n", "utf-8")
    _write_data(folder / "data.csv", shaped, _schema(structure))


def shape_facts(
    facts: pl.DataFrame, table: Table, code_names: Mapping[str, Names]
) -> tuple[pl.DataFrame, list[SdmxComponent]]:
    """The facts with SDMX columns, and the components that describe these."""
    columns = {column.name: column for column in table.columns}
    parts = _breakdown_parts(facts[BREAKDOWN])
    shaped = facts.select(
        pl.lit("A").alias(FREQUENCY),
        *(_key_column(facts, name).alias(component) for name, component in KEY.items()),
        *(part.alias(dimension.upper()) for dimension, part in parts.items()),
        pl.col(YEAR).cast(pl.String).alias(TIME_PERIOD),
        pl.col(VALUE).alias(OBS_VALUE),
        *(_attribute_column(facts, name).alias(component) for name, component in _attributes(facts).items()),
    )
    components = [
        SdmxComponent(FREQUENCY, "D", "Frequency of the observations.", codes={"A": "Annual"}, is_required=True),
        *(_key_component(shaped, columns[name], component, code_names) for name, component in KEY.items()),
        *(_part_component(shaped, dimension, code_names) for dimension in parts),
        SdmxComponent(TIME_PERIOD, "D", columns[YEAR].description, "YEAR", is_required=True),
        SdmxComponent(OBS_VALUE, "M", columns[VALUE].description, "DOUBLE"),
        *(
            _attribute_component(shaped, columns[name], component, code_names)
            for name, component in _attributes(facts).items()
        ),
    ]
    return shaped, components


def _breakdown_parts(breakdown: pl.Series) -> dict[str, pl.Series]:
    """The parts of `dimension=value;…` texts as one column per dimension, `_T` where a text does not name it."""
    split = [dict(part.split("=", 1) for part in text.split(";") if part) for text in breakdown.to_list()]
    dimensions = sorted({dimension for parts in split for dimension in parts})
    return {
        dimension: pl.Series(dimension, [parts.get(dimension, TOTAL) for parts in split], dtype=pl.String)
        for dimension in dimensions
    }


def _attributes(facts: pl.DataFrame) -> dict[str, str]:
    taken = {*KEY, BREAKDOWN, YEAR, VALUE}
    return {name: ATTRIBUTE_NAMES.get(name, name.upper()) for name in facts.columns if name not in taken}


def _key_column(facts: pl.DataFrame, name: str) -> pl.Expr:
    if facts.schema[name] == pl.Boolean:
        return _yes_no(name)
    return pl.when(pl.col(name).fill_null("") == "").then(pl.lit(NOT_APPLICABLE)).otherwise(pl.col(name))


def _attribute_column(facts: pl.DataFrame, name: str) -> pl.Expr:
    return _yes_no(name) if facts.schema[name] == pl.Boolean else pl.col(name)


def _yes_no(name: str) -> pl.Expr:
    return pl.col(name).replace_strict({True: "Y", False: "N"}, return_dtype=pl.String)


def _key_component(shaped: pl.DataFrame, column: Column, component: str, names: Mapping[str, Names]) -> SdmxComponent:
    codes = None if component in UNCODED_KEY else _codes(shaped[component], column, names)
    return SdmxComponent(component, "D", column.description, codes=codes, is_required=True)


def _part_component(shaped: pl.DataFrame, dimension: str, names: Mapping[str, Names]) -> SdmxComponent:
    known = {
        key.split("=", 1)[1]: name for key, name in names.get(BREAKDOWN, {}).items() if key.startswith(f"{dimension}=")
    }
    found = shaped[dimension.upper()].unique().sort().to_list()
    codes = {TOTAL: "Total"} | {code: known.get(code, code) for code in found if code != TOTAL}
    description = f"Part of the total that the figure speaks of: {dimension.replace('_', ' ')} ({BREAKDOWN_PREFIX})."
    return SdmxComponent(dimension.upper(), "D", description, codes=codes, is_required=True)


def _attribute_component(
    shaped: pl.DataFrame, column: Column, component: str, names: Mapping[str, Names]
) -> SdmxComponent:
    is_coded = column.name in CODED_ATTRIBUTES or column.kind == "BOOLEAN"
    codes = _codes(shaped[component], column, names) if is_coded else None
    return SdmxComponent(
        component, "A", column.description, TYPES.get(column.kind, "STRING"), codes, column.is_required
    )


def _codes(found: pl.Series, column: Column, names: Mapping[str, Names]) -> Names:
    """The codes that occur, and for a short list also those that may occur, with their names."""
    if column.kind == "BOOLEAN":
        return YES_NO
    known = {NOT_APPLICABLE: "Not applicable", **names.get(column.name, {})}
    codes = sorted({*found.drop_nulls().to_list(), *column.values})
    return {code: known.get(code) or code for code in codes}


def _urn(package: str, kind: str, identifier: str) -> str:
    return f"urn:sdmx:org.sdmx.infomodel.{package}.{kind}={AGENCY}:{identifier}({VERSION})"


def _codelist(component: SdmxComponent) -> Codelist:
    from pysdmx.model import Code, Codelist  # noqa: PLC0415

    codes = component.codes or {}
    return Codelist(
        id=f"CL_{component.id}",
        agency=AGENCY,
        version=VERSION,
        name=f"Codes of {component.id}",
        items=[Code(id=code, name=name) for code, name in codes.items()],
    )


def _concept_scheme(components: Iterable[SdmxComponent], codelists: Mapping[str, Codelist]) -> ConceptScheme:
    from pysdmx.model import ConceptScheme  # noqa: PLC0415

    concepts = [_concept(component, codelists.get(component.id)) for component in components]
    return ConceptScheme(id=CONCEPTS_ID, agency=AGENCY, version=VERSION, name=f"{NAME}: concepts", items=concepts)


def _concept(component: SdmxComponent, codelist: Codelist | None) -> Concept:
    from pysdmx.model import Concept, DataType  # noqa: PLC0415

    return Concept(
        id=component.id,
        name=component.id.replace("_", " ").capitalize(),
        description=component.description or None,
        dtype=DataType[component.kind if codelist is None else "STRING"],
        codes=codelist,
        enum_ref=_urn("codelist", "Codelist", codelist.id) if codelist else None,
    )


def _component(component: SdmxComponent, codelist: Codelist | None) -> Component:
    from pysdmx.model import DataType, ItemReference  # noqa: PLC0415
    from pysdmx.model.dataflow import Component, Role  # noqa: PLC0415

    return Component(
        id=component.id,
        required=component.is_required,
        role=Role(component.role),
        concept=ItemReference(
            sdmx_type="Concept", agency=AGENCY, id=CONCEPTS_ID, version=VERSION, item_id=component.id
        ),
        local_dtype=DataType[component.kind if codelist is None else "STRING"],
        local_codes=codelist,
        local_enum_ref=_urn("codelist", "Codelist", codelist.id) if codelist else None,
        attachment_level="O" if component.role == "A" else None,
    )


def _structure(components: Iterable[SdmxComponent], codelists: Mapping[str, Codelist]) -> DataStructureDefinition:
    from pysdmx.model.dataflow import Components, DataStructureDefinition  # noqa: PLC0415

    made: Components = Components([_component(component, codelists.get(component.id)) for component in components])
    return DataStructureDefinition(id=STRUCTURE_ID, agency=AGENCY, version=VERSION, name=NAME, components=made)


def _dataflow(structure: DataStructureDefinition) -> Dataflow:
    from pysdmx.model import Dataflow  # noqa: PLC0415

    return Dataflow(id=STRUCTURE_ID, agency=AGENCY, version=VERSION, name=NAME, structure=structure)


def _schema(structure: DataStructureDefinition) -> Schema:
    from pysdmx.model.dataflow import Schema  # noqa: PLC0415

    return Schema(
        context="dataflow", agency=AGENCY, id=STRUCTURE_ID, version=VERSION, components=structure.components, name=NAME
    )


def _header(release: Release) -> Header:
    from pysdmx.model import Organisation  # noqa: PLC0415
    from pysdmx.model.message import Header  # noqa: PLC0415

    identifier = release.release_id.replace(".", "-")  # SDMX ids have no dots
    return Header(id=identifier, prepared=release.published_at, sender=Organisation(id=AGENCY))


def _write_data(path: Path, shaped: pl.DataFrame, schema: Schema) -> None:
    """Write the observations, some at a time, since pysdmx works on a copy of all that it is given."""
    from pysdmx.io import write_sdmx  # noqa: PLC0415
    from pysdmx.io.format import Format  # noqa: PLC0415
    from pysdmx.io.pd import PandasDataset  # noqa: PLC0415
    from pysdmx.model.dataset import ActionType  # noqa: PLC0415

    with path.open("w", encoding="utf-8", newline="") as file:
        for start in range(0, max(shaped.height, 1), FACTS_AT_ONCE):
            part = shaped.slice(start, FACTS_AT_ONCE).to_pandas(use_pyarrow_extension_array=True)
            dataset = PandasDataset(structure=schema, data=part, action=ActionType.Replace)
            text = write_sdmx(dataset, Format.DATA_SDMX_CSV_2_0_0) or ""
            file.write(text if start == 0 else text.split("\n", 1)[1])

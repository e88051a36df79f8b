"""Every format of a release is read back by its own library and says the same as the exported tables."""

from __future__ import annotations

import json

import duckdb
import frictionless
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pysdmx.io import get_datasets
from pysdmx.model import Role

from ingest.releases import sha256_of
from tests.integration.publish.conftest import Released

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("releases")]

MADE_OF_RELEASES = {"dim_release", "fct_union_metrics_history"}
OF_THIS_STEP = "rpt_release_diff"


def test_parquet_is_what_was_exported(released: Released) -> None:
    exported = {file.stem: file for file in (released.settings.exports_root / "parquet").iterdir()}
    stored = {file.stem: file for file in (released.folder / "parquet").iterdir()}

    assert set(stored) == set(exported) - MADE_OF_RELEASES
    for name in set(stored) - {OF_THIS_STEP}:
        assert_frame_equal(pl.read_parquet(stored[name]), pl.read_parquet(exported[name]))


def test_csv_says_the_same_as_parquet(released: Released) -> None:
    for file in (released.folder / "csv").iterdir():
        parquet = str(released.folder / "parquet" / f"{file.stem}.parquet")
        types = {name: kind for name, kind, *_ in duckdb.sql(f"DESCRIBE FROM '{parquet}'").fetchall()}
        # DuckDB tells an empty cell (no value) from "" (the empty text)
        rows = f"FROM read_csv('{file}', columns = {types}, header = true, allow_quoted_nulls = false)"
        query = f"SELECT count(*) FROM ((FROM '{parquet}' EXCEPT ALL {rows}) UNION ALL ({rows} EXCEPT ALL FROM '{parquet}'))"
        assert duckdb.sql(query).fetchone() == (0,), file.name


def test_polars_reads_the_csv_of_the_facts(released: Released) -> None:
    parquet = pl.read_parquet(released.folder / "parquet" / "fct_union_metrics.parquet")
    csv = pl.read_csv(released.folder / "csv" / "fct_union_metrics.csv", schema=parquet.schema)
    no_text = pl.col(pl.String).fill_null("")
    assert_frame_equal(csv.with_columns(no_text), parquet.with_columns(no_text), check_exact=True)


def test_frictionless_finds_the_package_valid(released: Released) -> None:
    report = frictionless.validate(str(released.folder / "datapackage.json"))

    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])
    package = json.loads((released.folder / "datapackage.json").read_text("utf-8"))
    described = {resource["path"]: resource for resource in package["resources"]}
    stored = {
        str(file.relative_to(released.folder)) for file in released.folder.glob("*/*.*") if file.suffix != ".json"
    }
    assert set(described) == stored - {"sdmx/data.csv"}
    schema = described["csv/fct_union_metrics.csv"]["schema"]
    assert schema["primaryKey"] == ["observation_id"]
    references = {
        (key["fields"][0], key["reference"]["resource"], key["reference"]["fields"][0]) for key in schema["foreignKeys"]
    }
    assert references == {
        ("metric_code", "dim_metric", "metric_code"),
        ("region_id", "dim_region", "region_id"),
        ("chosen_claim_id", "fct_union_claims", "claim_id"),
        ("chosen_work_id", "dim_work", "work_id"),
        ("unit_code", "dim_unit", "unit_code"),
        ("period_type", "dim_period", "period_type"),
    }
    assert all(field["description"] for field in schema["fields"])


@pytest.mark.parametrize(
    ("name", "find", "replace", "error"),
    [
        ("fct_union_metrics", "union_members", "union_membres", "foreign-key"),
        ("dim_metric", "grassroots_unions", "union_members", "primary-key"),
        ("fct_union_metrics", ",2017,", ",last year,", "type-error"),
    ],
)
def test_frictionless_finds_what_is_wrong(released: Released, tmp_path, name, find, replace, error) -> None:
    package = json.loads((released.folder / "datapackage.json").read_text("utf-8"))
    package["resources"] = [resource for resource in package["resources"] if resource["format"] == "csv"]
    for resource in package["resources"]:
        target = tmp_path / resource["path"]
        target.parent.mkdir(exist_ok=True)
        text = (released.folder / resource["path"]).read_text("utf-8")
        target.write_text(text.replace(find, replace, 1) if resource["title"] == name else text, "utf-8")
        del resource["hash"], resource["bytes"]
    (tmp_path / "datapackage.json").write_text(json.dumps(package), "utf-8")

    report = frictionless.validate(str(tmp_path / "datapackage.json"))

    assert error in {kind for (kind,) in report.flatten(["type"])}


def test_sdmx_data_fit_their_structure_and_say_the_same(released: Released) -> None:
    folder = released.folder / "sdmx"
    [dataset] = get_datasets(folder / "data.csv", folder / "structure.json", validate=True)
    components = dataset.structure.components
    told = pl.from_pandas(dataset.data)

    assert {component.id for component in components} == set(told.columns)
    for component in components:
        values = set(told[component.id].drop_nulls().to_list())
        if component.enumeration is not None:
            codes = {code.id for code in component.enumeration.codes}
            assert values - {""} <= codes, component.id
        if component.required:
            assert told[component.id].null_count() == 0, component.id
            assert "" not in values, component.id
    dimensions = [component.id for component in components if component.role == Role.DIMENSION]
    assert told.select(dimensions).is_duplicated().sum() == 0
    assert {"METRIC", "REF_AREA", "TIME_PERIOD", "WORKER_TYPE"} <= set(dimensions)

    facts = pl.read_parquet(released.folder / "parquet" / "fct_union_metrics.parquet")
    names = [
        "observation_id",
        "metric_code",
        "region_id",
        "obs_value",
        "value_low",
        "value_high",
        "qualifier",
        "obs_status",
    ]
    ids = ["OBSERVATION_ID", "METRIC", "REF_AREA", "OBS_VALUE", "VALUE_LOW", "VALUE_HIGH", "QUALIFIER", "OBS_STATUS"]
    same = told.select(ids).rename(dict(zip(ids, names, strict=True)))
    assert_frame_equal(same.sort("observation_id"), facts.select(names).sort("observation_id"), check_exact=True)
    years = dict(told.select("OBSERVATION_ID", "TIME_PERIOD").rows())
    assert years == {key: str(year) for key, year in facts.select("observation_id", "ref_year").iter_rows()}


def test_sdmx_codes_have_names(released: Released) -> None:
    folder = released.folder / "sdmx"
    [dataset] = get_datasets(folder / "data.csv", folder / "structure.json")
    named = {
        component.id: {code.id: code.name for code in component.enumeration.codes}
        for component in dataset.structure.components
        if component.enumeration is not None
    }
    assert named["REF_AREA"]["province_150000"] == "内蒙古自治区"
    assert named["OBS_STATUS"]["A"] == "Normal value"
    assert named["QUALIFIER"]["GE"] == "at least"
    assert named["IS_TARGET"] == {"Y": "Yes", "N": "No"}


def test_croissant_describes_every_file_and_field(released: Released) -> None:
    described = json.loads((released.folder / "croissant.json").read_text("utf-8"))
    files = {file["@id"]: file for file in described["distribution"]}
    tables = {table["@id"]: table for table in described["recordSet"]}

    assert (described["@type"], described["conformsTo"]) == ("sc:Dataset", "http://mlcommons.org/croissant/1.0")
    assert described["version"] == released.second.release.release_id
    assert all(sha256_of(released.folder / path) == file["sha256"] for path, file in files.items())
    facts = tables["fct_union_metrics"]
    assert facts["key"] == {"@id": "fct_union_metrics/observation_id"}
    for field in facts["field"]:
        assert field["source"]["fileObject"]["@id"] in files
    columns = [field["source"]["extract"]["column"] for field in facts["field"]]
    assert columns == pl.read_parquet_schema(released.folder / "parquet" / "fct_union_metrics.parquet").names()
    referred = {field["references"]["field"]["@id"] for field in facts["field"] if "references" in field}
    assert "fct_union_claims/claim_id" in referred

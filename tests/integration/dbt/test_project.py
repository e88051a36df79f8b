"""The dbt project as a product: which way its arrows run, who may read what, and that nothing is undescribed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.dbt.conftest import Built

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dbt")]

LAYERS = ("staging", "intermediate", "marts", "checks", "reports")
PUBLIC = {"marts", "reports"}
# Lists of what happened: one event may stand in them twice.
LOGS = {"rpt_fetch", "rpt_quarantine", "rpt_checks"}
Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def manifest(built: Built) -> Manifest:
    return json.loads((built.path.parent / "target" / "manifest.json").read_text("utf-8"))


def layers_of(manifest: Manifest) -> dict[str, str]:
    """The layer of each model: the folder it lies in."""
    return {
        unique_id: node["fqn"][1] for unique_id, node in manifest["nodes"].items() if node["resource_type"] == "model"
    }


def backward_arrows(layers: dict[str, str], parents: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Models that stand on a model of a later layer."""
    return [
        (parent, child)
        for child, layer in layers.items()
        for parent in parents[child]
        if parent in layers and LAYERS.index(layers[parent]) > LAYERS.index(layer)
    ]


def test_arrows_run_from_staging_to_reports(manifest: Manifest) -> None:
    layers = layers_of(manifest)

    assert set(layers.values()) == set(LAYERS)
    assert backward_arrows(layers, manifest["parent_map"]) == []


def test_an_arrow_that_goes_back_is_found() -> None:
    layers = {"int_a": "intermediate", "mart_b": "marts", "rpt_c": "reports"}
    parents = {"int_a": ["mart_b", "source.raw"], "mart_b": [], "rpt_c": ["int_a", "mart_b"]}

    assert backward_arrows(layers, parents) == [("mart_b", "int_a")]


def test_only_staging_reads_the_raw_frames(manifest: Manifest) -> None:
    layers = layers_of(manifest)
    readers = [
        child
        for child, layer in layers.items()
        if layer != "staging" and any(parent.startswith("source.") for parent in manifest["parent_map"][child])
    ]

    assert readers == []


def test_what_is_public_has_an_enforced_contract_and_what_is_not_is_private(manifest: Manifest) -> None:
    layers = layers_of(manifest)
    nodes = manifest["nodes"]
    wrong = [
        (unique_id, nodes[unique_id]["access"], nodes[unique_id]["config"]["contract"]["enforced"])
        for unique_id, layer in layers.items()
        if (nodes[unique_id]["access"] == "public") != (layer in PUBLIC)
        or nodes[unique_id]["config"]["contract"]["enforced"] != (layer in PUBLIC)
    ]

    assert wrong == []


def test_every_public_table_names_its_key(manifest: Manifest) -> None:
    """By a constraint of its contract, or by a test of its grain."""
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["test_metadata"]["name"] in ("unique", "one_row_per")
    }
    for unique_id, node in manifest["nodes"].items():
        rules = [rule for column in node.get("columns", {}).values() for rule in column.get("constraints") or []]
        if any(rule["type"] == "primary_key" for rule in rules):
            keyed.add(unique_id)
    public = [unique_id for unique_id, layer in layers_of(manifest).items() if layer in PUBLIC]

    assert [unique_id for unique_id in public if unique_id not in keyed and unique_id.split(".")[-1] not in LOGS] == []


def test_exposures_name_every_public_table_that_leaves_the_warehouse(manifest: Manifest) -> None:
    public = {unique_id for unique_id, layer in layers_of(manifest).items() if layer in PUBLIC}
    exposures = {exposure["name"]: set(exposure["depends_on"]["nodes"]) for exposure in manifest["exposures"].values()}

    assert exposures["exports"] == exposures["releases"] == public
    assert "model.union_warehouse.fct_union_claims" in exposures["evidence_site"] <= public


def test_layers_are_closed_as_far_as_their_readers_allow(manifest: Manifest) -> None:
    access = {(layer, manifest["nodes"][unique_id]["access"]) for unique_id, layer in layers_of(manifest).items()}

    assert access == {
        ("staging", "private"),
        ("intermediate", "protected"),
        ("marts", "public"),
        ("checks", "protected"),
        ("reports", "public"),
    }

"""The history that the release folders tell, as tables of the `raw` schema.

- `raw.releases`: one row per release, numbered in order of publication.
- `raw.release_history`: one row per fact and run of releases in which it was published with equal values.
- `raw.release_claims`, `raw.release_pages`: the same for the claims and pages behind the facts, from which the
  reason of a change is told.

`valid_from_number` is the number of the first release with the row, `valid_to_number` that of the first one without it
(empty: it still stands). A release that is loaded is not read again; all of it can be made anew from the folders.

Belongs here: loading releases. Does not belong here: making or checking them (`ingest.publish`, `ingest.releases`),
and the reasons of changes (dbt's work).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from ingest.releases import Release, ReleaseError, checked_file, list_releases

RELEASES = "releases"
RELEASE_HISTORY = "release_history"
RELEASE_CLAIMS = "release_claims"
RELEASE_PAGES = "release_pages"

RELEASE_COLUMNS = {
    "release_id": "VARCHAR",
    "release_number": "INTEGER",
    "published_at": "TIMESTAMPTZ",
    "previous_release_id": "VARCHAR",
    "content_digest": "VARCHAR",
    "extractor_version": "VARCHAR",
    "rules_version": "VARCHAR",
    "software_version": "VARCHAR",
    "n_facts": "BIGINT",
}
# The columns of fct_union_metrics; a column that a release did not have yet is empty for it.
FACT_COLUMNS = {
    "observation_id": "VARCHAR", "metric_code": "VARCHAR", "region_id": "VARCHAR", "region_version_id": "VARCHAR",
    "ref_area": "VARCHAR", "region_name": "VARCHAR", "region_level": "VARCHAR", "ref_year": "INTEGER",
    "breakdown": "VARCHAR", "reporting_scope": "VARCHAR", "period_group": "VARCHAR", "base_key": "VARCHAR",
    "occasion_key": "VARCHAR", "unit_code": "VARCHAR", "obs_value": "DOUBLE", "value_low": "DOUBLE",
    "value_high": "DOUBLE", "qualifier": "VARCHAR", "obs_status": "VARCHAR", "statistic": "VARCHAR",
    "period_type": "VARCHAR", "rule_applied": "VARCHAR", "n_claims": "BIGINT", "n_works": "BIGINT",
    "n_independent_works": "BIGINT", "spread": "DOUBLE", "has_conflict": "BOOLEAN", "chosen_claim_id": "VARCHAR",
    "chosen_work_id": "VARCHAR", "corrected_value": "DOUBLE", "correction_reason": "VARCHAR", "is_target": "BOOLEAN",
    "is_floor_language": "BOOLEAN", "is_cumulative": "BOOLEAN", "is_provisional": "BOOLEAN",
    "is_region_valid": "BOOLEAN", "is_trend": "BOOLEAN",
}  # fmt: skip
EVIDENCE_COLUMNS = {"chosen_url": "VARCHAR", "chosen_body_sha256": "VARCHAR", "extractor_version": "VARCHAR"}
CLAIM_COLUMNS = {
    "claim_id": "VARCHAR", "observation_id": "VARCHAR", "is_chosen": "BOOLEAN", "url": "VARCHAR",
    "body_sha256": "VARCHAR", "region_id": "VARCHAR", "metric_code": "VARCHAR", "obs_value": "DOUBLE",
    "value_low": "DOUBLE", "value_high": "DOUBLE", "qualifier": "VARCHAR", "unit_code": "VARCHAR",
    "breakdown": "VARCHAR", "ref_area": "VARCHAR", "ref_area_name": "VARCHAR", "ref_year": "INTEGER",
    "period_type": "VARCHAR", "reporting_scope": "VARCHAR", "statistic": "VARCHAR", "change_kind": "VARCHAR",
    "base_text": "VARCHAR", "is_floor_language": "BOOLEAN", "is_target": "BOOLEAN", "extractor_version": "VARCHAR",
}  # fmt: skip
PAGE_COLUMNS = {"url": "VARCHAR", "body_sha256": "VARCHAR"}
VALIDITY_COLUMNS = {
    "row_md5": "VARCHAR",
    "valid_from_release": "VARCHAR",
    "valid_from_number": "INTEGER",
    "valid_to_release": "VARCHAR",
    "valid_to_number": "INTEGER",
}
TABLES: Mapping[str, Mapping[str, str]] = {
    RELEASES: RELEASE_COLUMNS,
    RELEASE_HISTORY: {**FACT_COLUMNS, **EVIDENCE_COLUMNS, **VALIDITY_COLUMNS},
    RELEASE_CLAIMS: {**CLAIM_COLUMNS, **VALIDITY_COLUMNS},
    RELEASE_PAGES: {**PAGE_COLUMNS, **VALIDITY_COLUMNS},
}
FACTS_FILE = "parquet/fct_union_metrics.parquet"
CLAIMS_FILE = "parquet/fct_union_claims.parquet"
PAGES_FILE = "parquet/dim_page.parquet"


def load_releases(connection: duckdb.DuckDBPyConnection, root: Path | None) -> dict[str, int]:
    """Bring the tables up to date with the folders under `root` (None: there are none). Returns rows by table.

    To be called within a transaction. A release that is known already is not read again, also when its folder is
    gone. Where an unknown one is older than a known one, everything is made anew. Raises ReleaseError for a folder
    that is not as it was published.
    """
    _prepare_tables(connection)
    stored = list_releases(root) if root else []
    known = _known(connection)
    unknown = [release for release in stored if release.release_id not in known]
    if unknown and known and unknown[0].published_at <= max(known.values()):
        _start_anew(connection, known, stored)
        unknown = stored
    for release in unknown:
        assert root is not None  # noqa: S101 (releases came from there)
        _load_release(connection, release, root / release.release_id)
    return {table: _count(connection, table) for table in TABLES}


def _prepare_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables; those of another shape were made by another version and are made anew from the folders."""
    shapes = {table: _stored_columns(connection, table) for table in TABLES}
    if any(shape is not None and shape != list(TABLES[table]) for table, shape in shapes.items()):
        for table in TABLES:
            connection.execute(f"DROP TABLE IF EXISTS raw.{table}")
    for table, columns in TABLES.items():
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"CREATE TABLE IF NOT EXISTS raw.{table} ({listed})")


def _stored_columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str] | None:
    rows = connection.execute(
        """
        SELECT column_name FROM information_schema.columns
        WHERE table_catalog = current_database() AND table_schema = 'raw' AND table_name = ?
        ORDER BY ordinal_position
        """,
        [table],
    ).fetchall()
    return [name for (name,) in rows] or None


def _known(connection: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    return dict(connection.execute("SELECT release_id, published_at FROM raw.releases").fetchall())


def _start_anew(connection: duckdb.DuckDBPyConnection, known: Mapping[str, datetime], stored: list[Release]) -> None:
    missing = sorted(set(known) - {release.release_id for release in stored})
    if missing:
        raise ReleaseError(
            f"an older release was put beside the known ones, but the folder of {missing[0]} is gone, so that their "
            "order cannot be told anew: put that folder back too"
        )
    for table in TABLES:
        connection.execute(f"DELETE FROM raw.{table}")  # noqa: S608 (names of our own)


def _load_release(connection: duckdb.DuckDBPyConnection, release: Release, folder: Path) -> None:
    number = _count(connection, RELEASES) + 1
    files = {name: checked_file(folder, name) for name in (FACTS_FILE, CLAIMS_FILE, PAGES_FILE)}
    for name, file in files.items():
        view = Path(name).stem
        quoted = str(file).replace("'", "''")
        connection.execute(f"CREATE OR REPLACE TEMP VIEW released_{view} AS FROM read_parquet('{quoted}')")
    _keep_versions(connection, RELEASE_HISTORY, _facts_query(connection), release, number)
    _keep_versions(connection, RELEASE_CLAIMS, _claims_query(connection), release, number)
    pages = "SELECT DISTINCT url, body_sha256 FROM released_dim_page"
    _keep_versions(connection, RELEASE_PAGES, pages, release, number)
    for name in files:
        connection.execute(f"DROP VIEW temp.released_{Path(name).stem}")
    values = [getattr(release, name) if name != "release_number" else number for name in RELEASE_COLUMNS]
    marks = ", ".join("?" for _ in values)
    connection.execute(f"INSERT INTO raw.releases VALUES ({marks})", values)  # noqa: S608


def _facts_query(connection: duckdb.DuckDBPyConnection) -> str:
    """The facts of a release, each with the page of its chosen claim (of several equal ones, that of its work)."""
    facts = _selected(connection, "released_fct_union_metrics", FACT_COLUMNS, "facts")
    return f"""
        WITH chosen AS (
            SELECT
                facts.observation_id,
                arg_min(
                    {{'url': claims.url, 'body': claims.body_sha256, 'extractor': claims.extractor_version}},
                    (pages.work_id IS DISTINCT FROM facts.chosen_work_id, claims.url)
                ) AS claim
            FROM released_fct_union_metrics AS facts
            INNER JOIN released_fct_union_claims AS claims
                ON facts.chosen_claim_id = claims.claim_id AND claims.is_current
            LEFT JOIN released_dim_page AS pages ON claims.page_id = pages.page_id
            GROUP BY facts.observation_id
        )
        SELECT
            {facts},
            chosen.claim.url AS chosen_url,
            chosen.claim.body AS chosen_body_sha256,
            chosen.claim.extractor AS extractor_version
        FROM released_fct_union_metrics AS facts
        LEFT JOIN chosen ON facts.observation_id = chosen.observation_id
    """  # noqa: S608 (names of our own)


def _claims_query(connection: duckdb.DuckDBPyConnection) -> str:
    claims = _selected(connection, "released_fct_union_claims", CLAIM_COLUMNS, "claims")
    return f"""
        SELECT DISTINCT {claims} FROM released_fct_union_claims AS claims
        WHERE is_current AND metric_code IS NOT NULL
    """  # noqa: S608 (names of our own)


def _selected(connection: duckdb.DuckDBPyConnection, view: str, columns: Mapping[str, str], alias: str) -> str:
    """Our columns of a released table as a SELECT list; those that it does not have yet are empty."""
    there = {name for name, *_ in connection.execute(f"DESCRIBE {view}").fetchall()}
    told = [
        f'CAST({alias}."{name}" AS {kind}) AS "{name}"' if name in there else f'CAST(NULL AS {kind}) AS "{name}"'
        for name, kind in columns.items()
    ]
    return ", ".join(told)


def _keep_versions(
    connection: duckdb.DuckDBPyConnection, table: str, incoming: str, release: Release, number: int
) -> None:
    """Close the rows that a release no longer has, and open those that it has anew."""
    named = [name for name in TABLES[table] if name not in VALIDITY_COLUMNS]
    texts = ", ".join(f"""'{name}=' || CAST("{name}" AS VARCHAR)""" for name in named)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT *, md5(concat_ws(chr(31), {texts})) AS row_md5 "  # noqa: S608
        f"FROM ({incoming})"
    )
    told = {"release": release.release_id, "number": number}
    connection.execute(
        f"""
        UPDATE raw.{table} SET valid_to_release = $release, valid_to_number = $number
        WHERE valid_to_number IS NULL AND row_md5 NOT IN (SELECT row_md5 FROM incoming)
        """,  # noqa: S608 (names of our own)
        told,
    )
    connection.execute(
        f"""
        INSERT INTO raw.{table} BY NAME
        SELECT *, $release AS valid_from_release, $number AS valid_from_number FROM incoming
        WHERE row_md5 NOT IN (SELECT row_md5 FROM raw.{table} WHERE valid_to_number IS NULL)
        """,  # noqa: S608 (names of our own)
        told,
    )
    connection.execute("DROP TABLE temp.incoming")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM raw.{table}").fetchone()  # noqa: S608 (names of our own)
    return int(row[0]) if row else 0

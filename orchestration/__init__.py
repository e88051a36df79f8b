"""Dagster's side of the warehouse: each stage of `ingest` as assets, with checks, jobs and schedules.

Belongs here: what is materialised when, under which limits, and what is shown about it. Does not belong
here: fetching, parsing, reading numbers (that is `ingest`) or SQL (that is `dbt_project`).
"""

"""The warehouse operated from the Dagster UI: look, run, break, retry, publish. One story in the order of the tests."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import polars as pl
import pytest

from ingest.publish.site.build import build_site
from tests.browser.conftest import MISSING_BROWSER, Browser, Ui, wait_for
from tests.integration.site.small_site import PAGE, write_installation

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(MISSING_BROWSER, reason="no Chromium is installed (apt-get install chromium)"),
]

GROUPS = (
    "reference", "crawl", "fetch", "parse", "extract", "load", "seeds", "staging", "intermediate", "marts", "checks",
    "reports", "publish",
)  # fmt: skip
AUTOMATION = ("nightly_refresh", "weekly_tidying", "changed_pages", "changed_claims", "failed_runs")
JOBS = "/locations/union_warehouse/jobs"


def launch(ui: Ui, browser: Browser, job: str) -> None:
    """Press the button of a job without partitions."""
    browser.page.goto(f"{ui.address}{JOBS}/{job}")
    browser.page.get_by_role("button", name="Materialize all").first.click()


def open_run(ui: Ui, browser: Browser, run_id: str) -> None:
    browser.page.goto(f"{ui.address}/runs/{run_id}")


def retry_from_failure(ui: Ui, browser: Browser, run_id: str, count: int, attempts: int = 3) -> None:
    """Choose *Re-execute from failure* until there are `count` runs: a page still loading may miss the choice.

    Once the daemon has seen that the run's backfill is over, the UI asks to confirm the choice.
    """
    page = browser.page
    confirm = page.get_by_role("button", name="Confirm")
    for _ in range(attempts):
        open_run(ui, browser, run_id)
        browser.sees("RUN_FAILURE")  # until the log is read, the page does not know what failed
        page.wait_for_timeout(1000)
        page.get_by_role("button", name="Re-execute all").first.locator("xpath=following::button[1]").click()
        choice = page.get_by_text("From failure", exact=True).first
        choice.wait_for()
        browser.shot("6-retry")
        choice.click()
        for _ in range(40):
            page.wait_for_timeout(500)
            if confirm.is_visible():
                confirm.click()
            if len(ui.runs("ingest_source")) >= count:
                return
    raise AssertionError(f"{run_id} was not run again after {attempts} attempts")


def show_whole_graph(browser: Browser) -> None:
    """Make the graph small enough to see all of it."""
    browser.page.wait_for_timeout(2000)  # the graph moves into place
    for _ in range(6):
        browser.page.locator("button:has([aria-label=zoom_out])").click()
    browser.page.wait_for_timeout(500)


def test_the_asset_graph_shows_every_stage_and_no_error(ui: Ui, browser: Browser) -> None:
    page = browser.page
    page.goto(f"{ui.address}/asset-groups")
    page.evaluate("localStorage.setItem('dagster-nav-collapsed', 'true')")
    page.reload()
    for group in GROUPS:
        browser.sees(group)
    page.locator("button:has([aria-label=settings])").last.click()
    page.get_by_text("Change graph to vertical orientation").click()
    page.keyboard.press("Escape")
    page.reload()
    browser.sees("reference")
    show_whole_graph(browser)
    browser.shot("1-asset-graph")
    assert page.get_by_text(re.compile("error", re.IGNORECASE)).count() == 0
    assert browser.errors == []


def test_what_starts_by_itself_is_on_and_can_be_switched_off(ui: Ui, browser: Browser) -> None:
    """Switched off here, so that the tests that follow decide what runs."""
    page = browser.page
    page.goto(f"{ui.address}/automation")
    browser.sees("Scheduled At 03:15 AM")
    browser.shot("2-automation")
    for name in AUTOMATION:
        row = page.locator("[data-index]", has=page.get_by_text(name, exact=True)).last
        switch = row.locator("input[type=checkbox]").last
        assert switch.is_checked(), name
        switch.locator("xpath=..").click()
        wait_for(lambda: not switch.is_checked(), f"{name} is switched off", 30)  # noqa: B023 (called at once)


def test_a_run_launched_in_the_ui_ends_green_and_shows_what_it_made(ui: Ui, browser: Browser) -> None:
    launch(ui, browser, "reference")
    [run] = ui.wait_for_runs("reference", 1)
    assert run["status"] == "SUCCESS"
    browser.page.goto(f"{ui.address}/assets/regions")
    browser.sees("Row count")
    browser.sees("Administrative regions through time")
    browser.sees("Full Chinese name")
    browser.shot("3-regions")


def test_a_site_that_dies_in_a_backfill_is_told_and_retried_from_failure(ui: Ui, browser: Browser) -> None:
    page = browser.page
    page.goto(f"{ui.address}{JOBS}/ingest_source")
    page.get_by_role("button", name="Materialize all…").click()
    page.get_by_role("button", name="All", exact=True).click()
    browser.sees("3 partitions")
    browser.shot("4-backfill")
    page.get_by_role("button", name="Launch backfill").click()
    wait_for(lambda: list(ui.home.glob("archive/*/*.warc.gz")), "the first page of a source")
    ui.sample.stop(signal.SIGKILL)

    ended = ui.wait_for_runs("ingest_source", 3)
    failed = [run for run in ended if run["status"] == "FAILURE"]
    assert failed
    open_run(ui, browser, failed[0]["runId"])
    browser.sees(re.compile("no (entry )?page of sample_"))
    browser.shot("5-failed-run")

    ui.start_sample()
    for count, run in enumerate(failed, start=len(ended) + 1):
        retry_from_failure(ui, browser, run["runId"], count)
    retried = ui.wait_for_runs("ingest_source", len(ended) + len(failed))[: len(failed)]
    assert {run["status"] for run in retried} == {"SUCCESS"}
    open_run(ui, browser, retried[0]["runId"])
    browser.sees("Success")
    browser.shot("7-green-again")


def test_a_failing_check_is_seen_with_its_rows(ui: Ui, browser: Browser) -> None:
    page = browser.page
    page.goto(f"{ui.address}/assets/claims?view=checks&checkDetail=accuracy_at_recorded_level")
    browser.sees("1 of 2 figures are below their recorded level")
    page.get_by_text("[Show Markdown]").first.click()
    browser.sees("all/metric_recall")
    browser.sees("0.710")
    page.wait_for_timeout(700)  # the dialog fades in
    browser.shot("8-failing-check")


def test_the_warehouse_is_published_and_every_table_explains_itself(ui: Ui, browser: Browser) -> None:
    page = browser.page
    launch(ui, browser, "publish_warehouse")
    [run] = ui.wait_for_runs("publish_warehouse", 1)
    assert run["status"] == "SUCCESS"
    page.goto(f"{ui.address}/assets/marts/fct_union_metrics")
    browser.sees("Row count")
    browser.sees("The tidy fact")
    browser.sees("Id of the observation")
    browser.shot("9-facts")
    page.goto(f"{ui.address}/assets/marts/fct_union_metrics?view=events")
    browser.sees("columns_come_from")
    row = page.locator("tr", has=page.get_by_text("columns_come_from", exact=True)).last
    row.get_by_text("[Show Markdown]").click()
    browser.sees("dim_region.region_name")
    page.wait_for_timeout(700)
    browser.shot("10-column-lineage")
    page.goto(f"{ui.address}/assets/exports?view=events")
    page.get_by_text("[Show Markdown]").last.click()
    browser.sees("江苏省")
    page.wait_for_timeout(700)
    browser.shot("11-coverage")
    page.goto(f"{ui.address}/asset-groups")
    browser.sees("reference")
    show_whole_graph(browser)
    browser.shot("16-asset-graph-made")


def test_the_documentation_describes_the_facts_and_their_lineage(ui: Ui, browser: Browser) -> None:
    page = browser.page
    page.goto(f"{ui.documentation}/#!/model/model.union_warehouse.fct_union_metrics")
    browser.sees("The tidy fact")
    browser.sees("Id of the observation")
    page.wait_for_timeout(1000)
    browser.shot("12-documentation")
    page.locator(".launcher-btn").click()
    page.wait_for_timeout(2500)
    browser.shot("13-documentation-lineage")
    assert page.locator("canvas").count() > 0


def test_the_evidence_of_a_published_fact_is_marked_in_its_page(ui: Ui, browser: Browser) -> None:
    page = browser.page
    facts = pl.read_parquet(ui.home / "exports" / "parquet" / "fct_union_metrics.parquet")
    chosen = facts.filter(metric_code="union_members", region_name="内蒙古自治区", ref_year=2017, breakdown="")
    [claim_id] = chosen["chosen_claim_id"]
    page.goto(f"{(ui.home / 'site' / 'claim.html').as_uri()}#{claim_id}")
    page.wait_for_url("**/pages/*")
    assert page.locator("a.c.on").all_inner_texts() == ["570.8万人"]
    browser.shot("14-evidence")


def test_a_page_full_of_markup_stays_text(tmp_path: Path, browser: Browser) -> None:
    page, dialogs = browser.page, []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    home = tmp_path / "home"
    built = build_site(home / "exports", write_installation(home), home / "site", home / "site_charts")
    page.goto(f"{(built.folder / 'pages' / PAGE).as_uri()}.html")
    browser.sees('<script>alert("1")</script>')
    browser.shot("15-markup-as-text")
    assert page.locator("article script, article iframe, article img").count() == 0
    assert dialogs == []

"""The site in a real browser, opened from its folder: lookups, details, search, phone width, no script of a page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.integration.site.small_site import CELL, MEMBERS, PAGE, RATE_ONE, RETRACTED

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.thorough,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed"),
    pytest.mark.xdist_group("browser"),
]
PATIENCE_MS = 15_000


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser, small_site):
    """A page of a browser without network; whatever the console or a dialog says is a failure."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("dialog", lambda dialog: said.append(dialog.message))
    opened.site = small_site.built.folder.as_uri()
    yield opened
    context.close()
    assert said == []


def test_a_cited_claim_opens_its_page_at_the_number(page):
    page.goto(f"{page.site}/claim.html#{MEMBERS}")
    page.wait_for_url(f"**/pages/{PAGE}.html#c-{MEMBERS}")
    assert "5\u2009708\u2009000" in page.inner_text(".panel")
    assert page.locator("a.c.on").all_inner_texts() == ["570.8万人"]


def test_a_retracted_claim_says_so_and_when(page):
    page.goto(f"{page.site}/claim.html#{RETRACTED}")
    assert "2026-11-20 09:30 UTC" in page.inner_text("#answer-retracted")
    assert page.inner_text("#answer-sentence") == "会员569万人。"


def test_an_id_of_no_claim_in_a_known_file_is_told(page):
    page.goto(f"{page.site}/claim.html#50ffffffffffffff")
    page.wait_for_selector("#unknown:visible")


def test_pointing_at_a_number_tells_all_claims_on_it(page):
    page.goto(f"{page.site}/pages/{PAGE}.html")
    page.hover("a.c.many")
    assert page.locator(".panel .card").count() == 2
    page.focus(f'[id="c-{CELL}"]')
    assert "1\u2009002" in page.inner_text(".panel")
    page.keyboard.press("Enter")
    assert page.url.endswith(f"#c-{CELL}")


def test_the_search_finds_a_region_by_its_former_name(page):
    page.goto(f"{page.site}/index.html")
    page.fill("#q", "哲里木")
    page.wait_for_selector("#found li")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/regions/prefecture_150500.html")
    page.fill("#q", RATE_ONE)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/pages/{PAGE}.html#c-{RATE_ONE}")


@pytest.mark.parametrize(
    "address", ["index.html", f"pages/{PAGE}.html", "regions/province_150000.html", "metrics/union_members.html"]
)
def test_a_phone_shows_pages_without_scrolling_sideways(page, address):
    page.set_viewport_size({"width": 375, "height": 700})
    page.goto(f"{page.site}/{address}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375

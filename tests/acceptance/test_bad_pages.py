"""Pages that cannot be read: the run finishes, and each shows up with its reason."""

from __future__ import annotations

import random
import textwrap
from pathlib import Path

import polars as pl
import pytest
import yaml
from pytest_httpserver import HTTPServer

from ingest import stages
from ingest.fetch import open_client
from ingest.lake import Lake
from ingest.settings import load_settings

HOST = "http://bad.localhost"
HTML = {"Content-Type": "text/html"}
GOOD = "<html><title>上海市总工会</title><body><p>2017年,上海市有基层工会3万个,会员900万人。</p></body></html>"
ENTRY = textwrap.dedent(
    """
    title: pages that cannot be read
    publisher: tests
    homepage: http://bad.localhost/
    licence: none
    terms: none
    region: 上海市
    level: province
    authority_kind: comprehensive_yearbook
    is_local: true
    hosts: [bad.localhost, nowhere.invalid]
    pace: {delay_seconds: 0, retries: 0, connect_seconds: 2}
    verified_on: null
    """
)


@pytest.fixture
def quarantine(httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, str]]:
    """Stage and reason by page, after all stages ran over one good and many bad pages."""
    noise = random.Random(7).randbytes(4000)
    answers = {
        "/good.html": (GOOD.encode(), 200),
        "/gone.html": (b"no", 404),
        "/broken.html": (b"no", 500),
        "/noise.html": (noise, 200),
        "/empty.html": (b"", 200),
        "/other.html": ("<p>今年樱花开了300株。</p>".encode(), 200),
    }
    for path, (body, status) in answers.items():
        httpserver.expect_request(path).respond_with_data(body, status=status, headers=HTML)
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    pages = [*(f"{HOST}{path}" for path in answers), "http://nowhere.invalid/a.html"]
    folder = tmp_path / "catalogue"
    folder.mkdir()
    entry = {**yaml.safe_load(ENTRY), "pages": pages}
    (folder / "bad_pages.yaml").write_text(yaml.safe_dump(entry, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("UNION_WAREHOUSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("UNION_WAREHOUSE_CATALOGUE", str(folder))
    monkeypatch.setenv("UNION_WAREHOUSE_SAMPLE", f"127.0.0.1:{httpserver.port}")
    settings = load_settings()
    source = stages.open_catalogue(settings)["bad_pages"]
    with open_client(settings) as http:
        stages.crawl(source, settings, http)
        stages.fetch(source, settings, http)
    stages.parse(source, settings)
    stages.extract(source, settings)
    lake = Lake(settings.lake_root)
    mapped = lake.read("claims").filter(pl.col("metric_code").is_not_null())
    assert set(mapped["metric_code"]) == {"grassroots_unions", "union_members"}
    rows = lake.read("quarantine").iter_rows(named=True)
    return {row["url"].rsplit("/", 1)[1]: (row["stage"], row["reason"]) for row in rows}


def test_each_bad_page_shows_up_with_its_reason(quarantine: dict[str, tuple[str, str]]) -> None:
    assert {page: stage for page, (stage, _) in quarantine.items()} == {
        "a.html": "fetch",
        "gone.html": "fetch",
        "broken.html": "fetch",
        "noise.html": "parse",
        "empty.html": "fetch",
        "other.html": "extract",
    }
    for page, word in {
        "gone.html": "404",
        "broken.html": "500",
        "noise.html": "no text",
        "empty.html": "empty",
    }.items():
        assert word in quarantine[page][1]

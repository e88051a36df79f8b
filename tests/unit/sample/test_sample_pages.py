"""The sample site's content: links lead where the README says, and the pages state the expected facts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from ingest.regions import regions_frame
from ingest.sample.pages import SITE_FOLDER, Manifest, SampleSiteError, load_manifest, load_site

BASE = "http://sample.localhost/"
FACTS_FILE = SITE_FOLDER.parent / "expected_facts.csv"
HREF = re.compile(r'href="([^"]+)"')
TAG = re.compile(r"<[^>]+>")


def expected_facts() -> list[dict[str, str]]:
    with FACTS_FILE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def page_text(path: str) -> str:
    return TAG.sub("|", (SITE_FOLDER / path).read_text(encoding="utf-8"))


def reachable_links() -> Iterator[str]:
    """Every address found by following links from the start page within the site."""
    site, queue, seen = load_site(), [BASE], {BASE}
    while queue:
        url = queue.pop()
        yield url
        resource = site.get(urlsplit(url).path) if url.startswith(BASE) else None
        body = resource.body.decode("gb18030" if b"gb2312" in resource.body else "utf-8") if resource else ""
        fresh = {urljoin(url, link) for link in HREF.findall(body)} - seen
        seen |= fresh
        queue += sorted(fresh)


def test_every_page_can_be_reached_and_only_the_documented_links_are_broken() -> None:
    reached, served = set(reachable_links()), set(load_site())
    assert {url for url in reached if urlsplit(url).path not in served or not url.startswith(BASE)} == {
        "http://sample.localhost/nianjian/2018juan/qunzhongtuanti/2019-03-01/199.html",
        "http://mirror.example/nianjian/2018juan/qunzhongtuanti/2019-03-01/101.html",
    }
    unreached = served - {urlsplit(url).path for url in reached}
    assert {path for path in unreached if not path.endswith("/index.html")} == {"/robots.txt"}


def test_robots_forbids_the_internal_corner() -> None:
    assert "Disallow: /neibu/" in (SITE_FOLDER / "robots.txt").read_text(encoding="utf-8")
    assert (SITE_FOLDER / "neibu/2018/caogao.html").is_file()


@pytest.mark.parametrize("name", ["101.html", "104.html"])
def test_article_is_printed_twice(name: str) -> None:
    html = (SITE_FOLDER / "nianjian/2018juan/qunzhongtuanti/2019-03-01" / name).read_text(encoding="utf-8")
    desktop, mobile = re.findall(r'<ul class="(?:pc|m)">(.*?)</ul>', html, flags=re.DOTALL)
    assert desktop == mobile


def test_every_expected_fact_is_printed_on_its_page() -> None:
    missing = [fact for fact in expected_facts() if fact["printed"] not in page_text(fact["page"])]
    assert missing == []


def test_expected_values_lie_in_their_intervals() -> None:
    for fact in expected_facts():
        assert float(fact["value_low"]) <= float(fact["value"]) <= float(fact["value_high"]), fact


def test_expected_facts_are_stated_once_per_page() -> None:
    keys = [
        (fact["page"], fact["region"], fact["year"], fact["metric_code"], fact["breakdown"])
        for fact in expected_facts()
    ]
    assert len(keys) == len(set(keys))


def test_expected_facts_span_regions_and_years() -> None:
    facts = expected_facts()
    assert {"全国", "内蒙古自治区", "中山市", "子虚县"} <= {fact["region"] for fact in facts}
    assert len({fact["year"] for fact in facts}) >= 6


def test_invented_figures_belong_to_the_one_page_whose_editor_says_so() -> None:
    invented = {(fact["page"], fact["region"]) for fact in expected_facts() if fact["figure_source"] == "invented"}
    assert invented == {("xianzhi/zixu/gonghui.html", "子虚县")}
    assert "编者注:子虚县并无其地,县名与本篇数字均为虚构" in page_text("xianzhi/zixu/gonghui.html")


def test_invented_county_is_no_place_in_the_register() -> None:
    assert [name for name in regions_frame()["name"] if "子虚" in name] == []


def test_manifest_that_names_a_missing_page_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("start", encoding="utf-8")
    manifest = load_manifest().model_copy(update={"encodings": {}, "content_types": {"gone.html": "text/html"}})
    with pytest.raises(SampleSiteError, match=r"manifest\.yaml: no such page in the site: gone\.html"):
        load_site(tmp_path, manifest)


def test_index_answers_for_its_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "index.html").write_text("start", encoding="utf-8")
    manifest = Manifest(last_modified=load_manifest().last_modified)
    assert sorted(load_site(tmp_path, manifest)) == ["/a/", "/a/index.html"]


def test_manifest_with_unknown_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text("last_modified: 2026-03-01T00:00:00Z\ncharset: gbk\n", encoding="utf-8")
    with pytest.raises(SampleSiteError, match=r"manifest\.yaml: .*charset"):
        load_manifest(path)

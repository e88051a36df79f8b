"""The catalogue: what a source file may say, and how a mistake in it is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ingest.catalogue import CatalogueError, load_catalogue, sources_frame
from ingest.schemas import Sources

GOOD = """
title: 某某年鉴
publisher: 某某市地方志办公室
homepage: http://nj.example.cn/
licence: none stated
terms: name the source
region: 某某市
level: prefecture
authority_kind: comprehensive_yearbook
hosts: [nj.example.cn]
crawl:
  entries:
    - http://nj.example.cn/nianjian/
  levels:
    - name: volume
      text: '\\d{4}卷'
  articles:
    title_words: [工会]
verified_on: null
"""


def load(folder: Path, text: str, name: str = "some_yearbook.yaml"):
    (folder / name).write_text(text, encoding="utf-8")
    return load_catalogue(folder)


def test_a_good_entry_becomes_a_source_named_like_its_file(tmp_path: Path):
    source = load(tmp_path, GOOD)["some_yearbook"]
    assert source.source_id == "some_yearbook"
    assert source.crawl is not None
    assert source.crawl.levels[0].text == r"\d{4}卷"
    assert source.pace.delay_seconds == 2.0
    assert source.verified_on is None
    assert not source.is_local


def test_the_frame_has_one_row_per_source(tmp_path: Path):
    frame = Sources.validate(sources_frame(load(tmp_path, GOOD.replace("null", "2026-03-31"))))
    assert frame.rows(named=True) == [
        {
            "source_id": "some_yearbook",
            "title": "某某年鉴",
            "publisher": "某某市地方志办公室",
            "homepage": "http://nj.example.cn/",
            "licence": "none stated",
            "terms": "name the source",
            "region_name": "某某市",
            "level": "prefecture",
            "authority_kind": "comprehensive_yearbook",
            "is_sample": False,
            "verified_on": "2026-03-31",
        }
    ]


# what is replaced in GOOD, by what, the key that is named, the expectation
MISTAKES = [
    ("title:", "titel: x\ntitle:", "titel", "no such key (it is unknown; look for a spelling mistake)"),
    ("publisher: 某某市地方志办公室\n", "", "publisher", "this key, which is required"),
    ("null", "soon", "verified_on", "a date like 2026-03-31, or null, but found 'soon'"),
    ("prefecture", "city", "level", "one of 'nation', 'province', 'prefecture' or 'county', but found 'city'"),
    ("[nj.example.cn]", "nj", "hosts", "a list (lines that begin with `- `), but found 'nj'"),
    ("crawl:", "pace: {delay_seconds: fast}\ncrawl:", "pace.delay_seconds", "a number, but found 'fast'"),
    ("crawl:", "pace: {delay_seconds: -1}\ncrawl:", "pace.delay_seconds", "greater than or equal to 0, but found -1"),
    ("null", "null\nis_sample: 7", "is_sample", "true or false, but found 7"),
    (
        "[nj.example.cn]",
        "[other.cn]",
        "crawl.entries.0",
        "an address on one of `hosts`, but 'nj.example.cn' is not listed there",
    ),
    (
        r"'\d{4}卷'",
        "'(卷'",
        "crawl.levels.0.text",
        "a regular expression (missing ), unterminated subpattern at position 0), but found '(卷'",
    ),
    (
        "crawl:",
        "volume_year: {url: '/20'}\ncrawl:",
        "volume_year.url",
        "a regular expression with one group, which is the year, but found '/20'",
    ),
    (
        "http://nj.example.cn/\nlicence",
        "nj.cn\nlicence",
        "homepage",
        "an address that begins with http:// or https:// and names a host, but found 'nj.cn'",
    ),
    ("null", "null\nsource_id: other", "source_id", "'some_yearbook', the name of the file, but found 'other'"),
]


@pytest.mark.parametrize(("old", "new", "key", "expected"), MISTAKES)
def test_a_mistake_is_one_sentence_with_file_key_and_expectation(tmp_path: Path, old, new, key, expected):
    assert old in GOOD
    with pytest.raises(CatalogueError) as caught:
        load(tmp_path, GOOD.replace(old, new))
    assert str(caught.value) == f"{tmp_path / 'some_yearbook.yaml'}: key `{key}`: expected {expected}."


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("verified_on: null", "title: again", "expected valid YAML, but the key 'title' stands twice (line 19)."),
        ("title: 某", "title: [某", "expected valid YAML, but expected ',' or ']', but got ':' (line 3)."),
    ],
)
def test_broken_yaml_is_one_sentence_with_the_line(tmp_path: Path, old, new, expected):
    with pytest.raises(CatalogueError) as caught:
        load(tmp_path, GOOD.replace(old, new))
    assert str(caught.value) == f"{tmp_path / 'some_yearbook.yaml'}: {expected}"


def test_an_entry_without_any_pages_is_refused(tmp_path: Path):
    start = GOOD.index("crawl:")
    with pytest.raises(CatalogueError, match="expected at least one of `crawl`, `pages`, `folders`, `archives`"):
        load(tmp_path, GOOD[:start] + "verified_on: null\n")


def test_an_empty_folder_and_a_list_are_refused(tmp_path: Path):
    with pytest.raises(CatalogueError, match="expected at least one source file"):
        load_catalogue(tmp_path)
    with pytest.raises(CatalogueError, match="expected lines of `key: value`, but found list"):
        load(tmp_path, "- one\n")


def test_pages_may_be_bare_addresses_or_addresses_with_facts(tmp_path: Path):
    start = GOOD.index("crawl:")
    pages = """pages:
  - http://nj.example.cn/1.html
  - {url: "http://nj.example.cn/2.html", volume_year: 2006}
verified_on: null
"""
    text = GOOD[:start] + pages
    pages = load(tmp_path, text)["some_yearbook"].pages
    assert [(page.url, page.volume_year) for page in pages] == [
        ("http://nj.example.cn/1.html", None),
        ("http://nj.example.cn/2.html", 2006),
    ]


def test_the_catalogue_of_the_package_is_valid_and_honest():
    catalogue = load_catalogue()
    Sources.validate(sources_frame(catalogue))
    samples = {key for key, source in catalogue.items() if source.is_sample}
    real = [source for source in catalogue.values() if not source.is_sample]
    assert samples == {"sample_yearbooks", "sample_statistics", "sample_gazetteers"}
    assert len(real) >= 10
    assert all(source.verified_on is None for source in real), "nobody could try a real source live yet"
    assert not any(source.is_local for source in real)
    assert all(source.pace.delay_seconds >= 2 for source in real)
    assert all(source.verified_on == dt.date(2026, 11, 22) for source in catalogue.values() if source.is_sample)
    assert all(urlsplit(source.homepage).hostname in source.hosts for source in real)

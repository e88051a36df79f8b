"""What pages show of values and texts: bounds with their sign, nothing rendered that a page says."""

from __future__ import annotations

import json

import pytest
from jinja2 import UndefinedError

from ingest.publish.site.lookup import script
from ingest.publish.site.render import Renderer, clean, interval_text, shown, value_text, web_address, words_of
from ingest.publish.site.shared import InOrder, file_name, year_ranges
from ingest.publish.site.tables import SiteError


@pytest.mark.parametrize(
    ("qualifier", "value", "unit", "text"),
    [
        ("EQ", 5708000.0, "person", "5\u2009708\u2009000"),
        ("GE", 80.0, "percent", "≥ 80\u202f%"),
        ("GT", 80.0, "percent", "> 80\u202f%"),
        ("LE", 3.5, "percent", "≤ 3.5\u202f%"),
        ("APPROX", 70.0, "percent", "≈ 70\u202f%"),
        ("MORE", 23600.0, "person", "23\u2009600+"),
    ],
)
def test_a_value_is_shown_with_its_qualifier(qualifier, value, unit, text):
    row = {"obs_value": value, "qualifier": qualifier, "unit_code": unit, "value_low": None, "value_high": None}
    assert value_text(row) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(80.0, 100.0, "[80, 100]"), (80.0, None, "[80, ∞)"), (None, 3.0, "(−∞, 3]"), (5.0, 5.0, ""), (0.0, 1.0, "[0, 1]")],
)
def test_an_open_interval_is_shown_open(low, high, text):
    assert interval_text({"value_low": low, "value_high": high}) == text


def test_text_of_pages_is_escaped_and_its_controls_are_shown():
    assert shown('<script>"&]]>') == "&lt;script&gt;&#34;&amp;]]&gt;"
    assert shown("人\u202e123") == '人<span class="ctl" title="right-to-left override">U+202E</span>123'
    assert "\x00" not in shown("a\x00b")
    assert clean("a\u202eb\n c\x07") == "ab c"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "//host/x", "http://", "",
     None, "http://[", "java\x00script:alert(1)", " https://x.cn/"],
)  # fmt: skip
def test_only_web_addresses_become_links(url):
    assert web_address(url) is None


def test_web_addresses_are_kept():
    assert web_address("http://sample.localhost/a.html?b=1&c=2") == "http://sample.localhost/a.html?b=1&c=2"


def test_scripts_hold_data_that_cannot_leave_its_string():
    content = ['</script><!-- "\\ \u2028 ]]>']
    made = script("unionSite.entries", content).decode()
    assert made.startswith("unionSite.entries([")
    assert not set("<>&\u2028") & set(made)
    assert json.loads(made.removeprefix("unionSite.entries(").removesuffix(");\n")) == content


def test_a_missing_word_or_value_stops_the_build_instead_of_leaving_a_hole():
    with pytest.raises(KeyError):
        words_of("no such heading")
    with pytest.raises(UndefinedError):
        Renderer().page("metrics.html")


def test_ids_that_could_leave_the_folder_are_refused():
    assert file_name("name_d111f9218c94") == "name_d111f9218c94"
    for bad in ("../x", "a/b", "", "a.html", "x" * 101):
        with pytest.raises(SiteError):
            file_name(bad)


def test_years_are_told_as_ranges():
    assert year_ranges([1957, 1950, 1951, 1952]) == "1950–1952, 1957"


def test_rows_are_taken_key_by_key():
    rows = InOrder([{"k": 0, "v": "a"}, {"k": 2, "v": "b"}, {"k": 2, "v": "c"}, {"k": 5, "v": "d"}], "k")
    assert [[row["v"] for row in rows.take(key)] for key in (1, 2, 3, 5, 6)] == [[], ["b", "c"], [], ["d"], []]

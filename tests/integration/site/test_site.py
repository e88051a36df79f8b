"""The whole site on a small installation: marks, escaping, links, addresses that stay."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from ingest.lake import Lake
from ingest.publish.site import build
from ingest.publish.site.build import build_site
from ingest.publish.site.tables import SiteError
from tests.integration.site.small_site import (
    CELL,
    HOSTILE,
    INNER_MONGOLIA,
    LOST,
    LOST_PAGE,
    MEMBERS,
    MOVED,
    PAGE,
    PLAIN_PAGE,
    RATE_ONE,
    RATE_TWO,
    RETRACTED,
    TEXT,
    UNMAPPED,
    small_tables,
    write_installation,
)  # fmt: skip


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def marked(html: LexborHTMLParser) -> list[tuple[str, str]]:
    return [(link.attributes["data-c"], link.text(deep=True)) for link in html.css(".paper a.c")]


def broken_links(folder: Path) -> list[str]:
    """Every href of every page that leads nowhere, also within pages."""
    pages = {
        path.relative_to(folder).as_posix(): LexborHTMLParser(path.read_text("utf-8"))
        for path in folder.rglob("*.html")
    }
    anchors = {address: {node.attributes["id"] for node in html.css("[id]")} for address, html in pages.items()}
    broken = []
    for address, html in pages.items():
        for link in html.css("[href], [src]"):
            target = link.attributes.get("href") or link.attributes.get("src") or ""
            parts = urlsplit(target)
            if parts.scheme:
                continue
            path = Path(address).parent / unquote(parts.path) if parts.path else Path(address)
            found = (folder / path).resolve()
            inside = found.is_relative_to(folder.resolve()) and found.is_file()
            name = found.relative_to(folder.resolve()).as_posix() if inside else ""
            # claim.html reads the part after # by script
            has_anchor = not parts.fragment or name == "claim.html" or parts.fragment in anchors.get(name, set())
            if not inside or not has_anchor:
                broken.append(f"{address}: {target}")
    return broken


def foreign_resources(folder: Path) -> list[str]:
    """Whatever a page would load, and any part of it that scripts or styles could come from."""
    found = []
    for path in folder.rglob("*.html"):
        html = LexborHTMLParser(path.read_text("utf-8"))
        for node in html.css("link, script, img, iframe, object, embed, source, use, image, audio, video, form"):
            address = node.attributes.get("src") or node.attributes.get("href") or ""
            if (
                urlsplit(address).scheme
                or address.startswith("//")
                or node.tag in {"iframe", "object", "embed", "form"}
            ):
                found.append(f"{path.name}: {node.tag} {address}")
        inline = [node for node in html.css("script") if not node.attributes.get("src")]
        handlers = [
            node for node in html.css("*") if any(name.startswith("on") or name == "style" for name in node.attributes)
        ]
        found.extend(f"{path.name}: {node.html[:80]}" for node in [*inline, *handlers, *html.css("style")])
    for sheet in folder.rglob("*.css"):
        found.extend(re.findall(r"@import.*|url\([^)]*\)", sheet.read_text("utf-8")))
    return found


def test_each_claim_is_marked_at_exactly_its_characters(small_site):
    html = small_site.html(f"pages/{PAGE}.html")
    assert marked(html) == [
        (MEMBERS, "570.8万人"),
        (RATE_TWO, "保持在"),
        (f"{RATE_TWO} {RATE_ONE}", "80%"),
        (RATE_ONE, "以上"),
        (CELL, "1002"),
        (UNMAPPED, "71196"),
    ]
    for claim_id in (MEMBERS, RATE_ONE, RATE_TWO, CELL, UNMAPPED, RETRACTED, MOVED):
        assert len(html.css(f'[id="c-{claim_id}"]')) == 1, claim_id
        assert len(html.css(f'[id="d-{claim_id}"]')) == 1, claim_id
    assert html.css_first(".paper table.source td a.c").attributes["id"] == f"c-{CELL}"
    assert [link.attributes["data-c"] for link in html.css(".paper a.un")] == [UNMAPPED]


def test_the_text_is_all_there_and_nothing_of_it_is_markup(small_site):
    source, html = small_site.text(f"pages/{PAGE}.html"), small_site.html(f"pages/{PAGE}.html")
    assert [node.attributes.get("src") for node in html.css("script")] == ["../static/site.js"]
    assert "<script>alert" not in source
    assert "\u202e" not in source
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;&#39;&amp;]]&gt;" in source
    assert html.css_first(".paper .ctl").attributes["title"] == "right-to-left override"
    told = "".join(html.css_first("article.paper").text(deep=True).split())
    for line in TEXT.replace("\u202e", "U+202E").split("\n"):
        assert "".join(line.split()) in told
    assert HOSTILE.replace("\u202e", "") in html.css_first("h1").text()


def test_repeated_sections_are_told_and_not_marked(small_site):
    html = small_site.html(f"pages/{PAGE}.html")
    [repeated] = html.css("section.dup")
    assert repeated.css_first(".dupnote a").attributes["href"] == "#s-1"
    assert "570.8万人" in repeated.text(deep=True)
    assert repeated.css("a.c") == []


def test_a_card_tells_what_was_read(small_site):
    html = small_site.html(f"pages/{PAGE}.html")
    card = html.css_first(f'[id="d-{RATE_ONE}"]').text(deep=True)
    for told in (
        "职工入会率",
        "≥ 80",
        "[80, 100]",
        "GE",
        "2017",
        "内蒙古自治区",
        "label_left",
        "floor language",
        RATE_ONE,
    ):
        assert told in card, told
    unmapped = html.css_first(f'[id="d-{UNMAPPED}"]').text(deep=True)
    assert "no rule assigns its phrase to a metric" in unmapped
    assert "另有<b>71196</b>个单位" in unmapped


def test_only_web_addresses_become_links(small_site):
    [original] = small_site.html(f"pages/{PAGE}.html").css('a[rel~="external"]')
    assert original.attributes["href"] == "http://sample.localhost/a.html"
    assert {"noopener", "noreferrer"} <= set(original.attributes["rel"].split())
    plain = small_site.html(f"pages/{PLAIN_PAGE}.html")
    assert plain.css('a[rel~="external"]') == []
    assert "javascript:alert(1)" in plain.text()


def test_a_retracted_claim_still_answers(small_site):
    card = small_site.html(f"pages/{PAGE}.html").css_first(f'[id="d-{RETRACTED}"]').text(deep=True)
    assert "retracted" in card
    assert "2026-11-20 09:30 UTC" in card
    lost = small_site.html(f"pages/{LOST_PAGE}.html")
    assert "no longer stored" in lost.text()
    assert len(lost.css(f'[id="c-{LOST}"]')) == 1
    shard = small_site.text("claims/50.js")
    assert json.loads(shard.removeprefix("unionSite.claims(").removesuffix(");\n")) == [
        "50",
        {
            RETRACTED: [PAGE, "2026-11-20 09:30 UTC", "工会会员数 Union members", "5\u2009690\u2009000 person",
                        "内蒙古自治区, 2017", "会员569万人。"],
            LOST: [LOST_PAGE, "2026-11-20 09:30 UTC", "工会会员数 Union members", "44 person", "内蒙古自治区, 2017", "会员44人。"],
        },
    ]  # fmt: skip


def test_a_claim_that_was_read_anew_leads_to_its_living_version(small_site):
    shard = small_site.text("claims/60.js")
    assert json.loads(shard.removeprefix("unionSite.claims(").removesuffix(");\n")) == ["60", {MOVED: PAGE}]
    card = small_site.html(f"pages/{PAGE}.html").css_first(f'[id="d-{MOVED}"]').text(deep=True)
    assert "120\u2009000" in card
    # its characters are others in the stored text: it is told, not marked somewhere else
    assert "no longer holds this number" in card


def test_a_region_shows_its_series_with_the_break_and_its_evidence(small_site):
    html = small_site.html(f"regions/{INNER_MONGOLIA}.html")
    block = html.css_first("#m-union_members")
    rows = [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in block.css("table.data tbody tr")]
    assert [(row[0], row[1], row[2], row[3]) for row in rows] == [
        ("2005", "1 002", "", "合计 total"),
        ("2008", "5 214 700", "", "合计 total"),
        ("2017", "5 708 000", "[5 707 500, 5 708 500]", "合计 total"),
        ("2017", "120 000", "", "sex: female"),
    ]
    assert rows[2][6] == "+1.2 %"
    links = [link.attributes["href"] for link in block.css("td a")]
    assert links == [f"../pages/{PAGE}.html#c-{claim}" for claim in (CELL, MEMBERS, MOVED)]
    assert len(block.css("tr.broken")) == 1
    [chart] = block.css("div.chart")
    assert "break: 2008" in chart.attributes["aria-label"]
    assert "2017: 5\u2009708\u2009000" in chart.attributes["aria-label"]
    assert "2006–2007" in html.css_first("dl.facts").text()


def test_a_metric_shows_definition_breaks_and_every_region(small_site):
    html = small_site.html("metrics/union_members.html")
    assert "Union members at the reference date." in html.text()
    assert "counting rule <b>" in html.text()
    assert "工会会员" in [label.text() for label in html.css("ul.words li")]
    matrix = [[cell.text(strip=True) for cell in row.css("th, td")] for row in html.css("table.matrix tr")]
    assert matrix == [
        ["地区Region", "2005", "2008", "2017"],
        ["全国", "", "", "300\u2009000\u2009000"],
        ["内蒙古自治区", "1\u2009002", "5\u2009214\u2009700", "5\u2009708\u2009000"],
    ]
    alias = small_site.html("metrics/union_members_female.html")
    assert alias.css_first('a[href="union_members.html"]') is not None


def test_the_start_page_counts_and_shades_what_is_published(small_site):
    html = small_site.html("index.html")
    rows = [[cell.text(strip=True) for cell in row.css("th, td")] for row in html.css("table.heatmap tbody tr")]
    #        region          2005 2006 2007 2008 (2009–2015) 2016 2017
    assert rows == [["全国", "", "", "", "", "", "", "1"], ["内蒙古自治区", "1", "·", "·", "1", "", "○", "1"]]
    tiles = [tile.text() for tile in html.css(".tiles .figure")]
    assert tiles == ["5", "6", "2", "2", "3", "1"]


def test_every_link_leads_somewhere(small_site):
    assert broken_links(small_site.built.folder) == []


def test_every_page_can_be_reached_from_the_start(small_site):
    folder = small_site.built.folder
    seen, waiting = set(), ["index.html"]
    while waiting:
        address = waiting.pop()
        if address in seen or not address.endswith(".html"):
            continue
        seen.add(address)
        for link in LexborHTMLParser((folder / address).read_text("utf-8")).css("a[href]"):
            parts = urlsplit(link.attributes["href"])
            if not parts.scheme and parts.path:
                waiting.append(
                    (folder / address).parent.joinpath(parts.path).resolve().relative_to(folder.resolve()).as_posix()
                )
    # a page without text and without dim_page stands for retracted claims only, which are looked up by id
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")} - seen == {
        f"pages/{LOST_PAGE}.html"
    }


def test_nothing_is_loaded_from_elsewhere_nor_run_inline(small_site):
    assert foreign_resources(small_site.built.folder) == []
    for path in small_site.built.folder.rglob("*.html"):
        [policy] = LexborHTMLParser(path.read_text("utf-8")).css('meta[http-equiv="Content-Security-Policy"]')
        assert policy.attributes["content"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")


def test_a_second_build_gives_the_same_bytes(small_site, tmp_path):
    again = build_site(
        small_site.home / "exports", Lake(str(small_site.home / "lake")), tmp_path / "site", tmp_path / "charts"
    )
    assert again.is_new
    assert files_of(again.folder) == files_of(small_site.built.folder)


def test_an_unchanged_site_is_kept_and_a_changed_fact_renews_it(tmp_path):
    lake = write_installation(tmp_path)
    arguments = (tmp_path / "exports", lake, tmp_path / "site", tmp_path / "charts")
    assert build_site(*arguments).is_new
    before = files_of(tmp_path / "site")
    assert not build_site(*arguments).is_new
    tables = small_tables()
    tables["fct_union_metrics"][2]["obs_value"] = 5707999.0
    write_installation(tmp_path, tables)
    assert build_site(*arguments).is_new
    after = files_of(tmp_path / "site")
    assert set(after) == set(before)  # no address came or went
    assert {name for name in after if after[name] != before[name]} == {
        "made_from.txt", f"regions/{INNER_MONGOLIA}.html", "metrics/union_members.html",
    }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_build_that_fails_leaves_the_former_site(tmp_path, monkeypatch):
    lake = write_installation(tmp_path)
    arguments = (tmp_path / "exports", lake, tmp_path / "site", tmp_path / "charts")
    build_site(*arguments)
    before = files_of(tmp_path / "site")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(build, "write_search", fail)
    with pytest.raises(OSError, match="disk full"):
        build_site(*arguments, force=True)
    assert files_of(tmp_path / "site") == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_before_the_first_run_one_sentence_says_what_to_do(tmp_path):
    with pytest.raises(SiteError, match=r"does not exist: run the pipeline first \(`make run`\)"):
        build_site(tmp_path / "exports", Lake(str(tmp_path / "lake")), tmp_path / "site", tmp_path / "charts")


def test_the_search_knows_former_names_and_wording(small_site):
    index, more = small_site.text("search/index.js").splitlines()
    entries = json.loads(index.removeprefix("unionSite.entries(").removesuffix(");"))
    [tongliao] = [entry for entry in entries if entry[3] == "regions/prefecture_150500.html"]
    assert (tongliao[0], tongliao[1]) == ("region", "通辽市")
    assert "哲里木盟" in tongliao[4]
    assert more == 'unionSite.more(["pages-0.js"]);'
    assert PAGE in small_site.text("search/pages-0.js")

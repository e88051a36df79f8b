"""What the scripts look things up in: claims by their first two digits, and the words of the search.

Belongs here: the content of `claims/*.js` and `search/*.js`, scripts that hand rows to `static/site.js`; pages opened
from a folder may load scripts but not data. Does not belong here: how results look.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from ingest.publish.site.render import clean, value_text
from ingest.publish.site.shared import MINUTES, Site
from ingest.publish.site.tables import Row

PAGES_PER_FILE = 3_000
CLAIMS = f"""
    SELECT claim_id, page_id, is_current, asserted_at, strftime(retracted_at, {MINUTES}) AS retracted_at, metric_code,
        obs_value, value_low, value_high, qualifier, unit_code, unit_raw, ref_area_name, ref_year, breakdown,
        raw_span, CASE WHEN is_current THEN '' ELSE sentence END AS sentence
    FROM fct_union_claims ORDER BY claim_id, is_current DESC, asserted_at DESC
"""  # noqa: S608 (a constant format)
REGIONS = """
    SELECT region_id, list(DISTINCT region_name ORDER BY region_name) AS names, any_value(pinyin) AS pinyin,
        list(DISTINCT short_name ORDER BY short_name) AS short_names,
        arg_max(region_name, (is_latest, valid_from)) AS region_name,
        arg_max(ref_area, (is_latest, valid_from)) AS ref_area
    FROM dim_region GROUP BY region_id ORDER BY region_id
"""


def script(call: str, content: Any) -> bytes:
    """A script that hands over one value. Nothing of it could end a script element or a line."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f"{call}({text});\n".encode("utf-8", "backslashreplace")


def write_claims(site: Site) -> None:
    """One script per first two digits: a living claim leads to its page, a retracted one tells what it was."""
    for digits, rows in groupby(site.tables.rows(CLAIMS), key=lambda row: row["claim_id"][:2]):
        found: dict[str, Any] = {}
        for row in rows:
            found.setdefault(row["claim_id"], row["page_id"] if row["is_current"] else _retracted(site, row))
        site.put(f"claims/{digits}.js", script("unionSite.claims", [digits, found]))


def _retracted(site: Site, row: Row) -> list[str]:
    metric = f"{site.metric_name(row['metric_code'], 'zh')} {site.metric_name(row['metric_code'], 'en')}".strip()
    where = [row["ref_area_name"], row["ref_year"], site.breakdown_text(row["breakdown"])]
    return [
        row["page_id"],
        row["retracted_at"] or "",
        clean(metric) or clean(row["raw_span"]),
        f"{value_text(row)} {clean(row['unit_code'] or row['unit_raw'])}",
        ", ".join(clean(part) for part in where if part),
        clean(row["sentence"]),
    ]


def write_search(site: Site) -> None:
    """What the search knows: regions by all their names, metrics by their wording, pages by their titles."""
    from ingest.publish.site.places import metric_wording  # noqa: PLC0415

    entries: list[list[str]] = []
    for row in site.tables.rows(REGIONS):
        if row["region_id"] in site.region_ids:
            words = [*row["names"], *row["short_names"], row["pinyin"], row["ref_area"], row["region_id"]]
            entries.append(_entry("region", row["region_name"], row["ref_area"], f"regions/{row['region_id']}", words))
    wording = metric_wording()
    for code, metric in site.metrics.items():
        words = [metric["name_zh"], metric["name_en"], code, *wording.get(code, [])]
        entries.append(_entry("metric", metric["name_zh"], metric["name_en"], f"metrics/{code}", words))
    files = []
    pages = site.tables.rows("SELECT page_id, title, region_name, reference_year FROM dim_page ORDER BY page_id")
    for number, group in groupby(enumerate(pages), key=lambda item: item[0] // PAGES_PER_FILE):
        found = [_page_entry(row) for _, row in group]
        files.append(f"pages-{number}.js")
        site.put(f"search/{files[-1]}", script("unionSite.entries", found))
    site.put("search/index.js", script("unionSite.entries", entries) + script("unionSite.more", files))


def _page_entry(row: Row) -> list[str]:
    about = f"{clean(row['region_name'])} {clean(row['reference_year'])}"
    words = [row["title"], row["page_id"]]
    return _entry("page", row["title"] or row["page_id"], about, f"pages/{row['page_id']}", words)


def _entry(kind: str, label: str, about: str, address: str, words: list[str | None]) -> list[str]:
    keywords = " ".join(dict.fromkeys(clean(word).lower() for word in words if word))
    return [kind, clean(label), clean(about), f"{address}.html", keywords]

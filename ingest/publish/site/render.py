"""Jinja with escaping, and how values look: numbers, intervals, addresses, words in two languages.

Belongs here: what all pages share. Does not belong here: what one kind of page shows. All text of pages goes through
Jinja's escaping; control characters, which could turn the reading direction or hide text, are shown by their code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

FOLDER = Path(__file__).parent
SIGNS = {"GE": "≥ ", "GT": "> ", "LE": "≤ ", "LT": "< ", "NEAR": "≲ ", "APPROX": "≈ ", "ORDER": "~ "}
# Controls but line feed and tab, and the marks that turn or isolate the direction of text.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
WHOLE = 1e15


class Renderer:
    """Writes templates as text; one per build."""

    def __init__(self) -> None:
        self.environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals.update(t=words_of, en=english, known_word=known_word)
        self.environment.filters.update(
            number=number, value=value_text, interval=interval_text, shown=shown, clean=clean, web=web_address
        )

    def page(self, template: str, root: str = "", **context: Any) -> bytes:
        """A page; `root` leads from the page's folder back to the site's, `../` or nothing."""
        text = self.environment.get_template(template).render(root=root, **context)
        return text.encode("utf-8", "backslashreplace")


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load((FOLDER / "words.yml").read_text(encoding="utf-8"))
    return found


def words_of(key: str) -> Markup:
    """A heading in Chinese and English, each marked with its language. Raises KeyError for an unknown key."""
    word = _words()[key]
    return Markup('<span lang="zh-Hans">{}</span> <span lang="en" class="en">{}</span>').format(word["zh"], word["en"])


def english(key: str) -> str:
    """The two languages of a heading as plain text, for titles and labels of charts."""
    word = _words()[key]
    return f"{word['zh']} {word['en']}"


def known_word(key: str | None) -> str | Markup:
    """The word for a code, or the code itself where there is none."""
    return words_of(key) if key in _words() else clean(key)


def number(value: float | None) -> str:
    """A number with thin groups of digits; as many decimals as it has."""
    if value is None:
        return ""
    if value == int(value) and abs(value) < WHOLE:
        return f"{int(value):,}".replace(",", "\u2009")
    return f"{value:,.15g}".replace(",", "\u2009")


def value_text(row: Mapping[str, Any]) -> str:
    """A value as it was stated: with the sign of its qualifier and its percent sign, never a bound as a point."""
    percent = "\u202f%" if row["unit_code"] == "percent" else ""
    if row["obs_value"] is None:
        return interval_text(row) + percent
    more = "+" if row["qualifier"] == "MORE" else ""
    return f"{SIGNS.get(row['qualifier'], '')}{number(row['obs_value'])}{more}{percent}"


def interval_text(row: Mapping[str, Any]) -> str:
    """Low to high; an open end is an infinity sign, nothing when the value is exact."""
    low, high = row["value_low"], row["value_high"]
    if low is None and high is None:
        return ""
    if low == high:
        return ""
    left, right = ("[" if low is not None else "("), ("]" if high is not None else ")")
    return f"{left}{number(low) or '−∞'}, {number(high) or '∞'}{right}"


def shown(text: str | None) -> Markup:
    """Text of a page, escaped; control characters as their code, so that nothing on the page is hidden or turned."""
    return Markup(CONTROLS.sub(_coded, str(escape(text or ""))))  # noqa: S704 (escaped before)


def _coded(found: re.Match[str]) -> str:
    point = ord(found.group())
    name = unicodedata.name(found.group(), "control character").lower()
    return f'<span class="ctl" title="{name}">U+{point:04X}</span>'


def clean(text: object) -> str:
    """Text for titles, attributes and lists: without control characters, on one line."""
    return " ".join(CONTROLS.sub("", "" if text is None else str(text)).split())


def web_address(url: str | None) -> str | None:
    """An address that may become a link: http and https only, with a host."""
    if not url or url != url.strip() or CONTROLS.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None

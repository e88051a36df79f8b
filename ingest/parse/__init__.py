"""Bytes to page: charset, layout, sections, tables.

Belongs here: what a page looks like. Does not belong here: what its numbers mean (`ingest.extract`).
"""

from ingest.parse.html import parse_html
from ingest.parse.page import parse_text

__all__ = ["parse_html", "parse_text"]

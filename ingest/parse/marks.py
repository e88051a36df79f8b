"""Signs in the cells of printed tables that say nothing of the cell: light mark-up and the numbers of notes.

    **1907**    基层工会<br>组织数<br>（个）    高新区①

Belongs here: what the text of a cell is without them, and where that stands. Does not belong here: finding cells
(`texttables`, `html`).
"""

from __future__ import annotations

import re

SIGNS = re.compile(r"[*_<&\\]")
EMPHASIS = re.compile(
    r"^(?:(?P<star>\*{1,3})(?=[^\s*])(?P<starred>[^*]*[^\s*])(?P=star)"
    r"|(?P<line>__?)(?=[^\s_])(?P<lined>[^_]*[^\s_])(?P=line)"
    r"|<(?P<tag>b|i|u|strong|em)>\s*(?P<tagged>[^<>]*(?:<br\s*/?>[^<>]*)*?)\s*</(?P=tag)>)$",
    re.IGNORECASE,
)
BREAK = re.compile(r"\s*(?:<br\s*/?>|&(?:nbsp|emsp|ensp|#160|#12288);)\s*", re.IGNORECASE)
INNER_EMPHASIS = re.compile(r"\*\*(?=[^\s*])([^*]+)\*\*")
ESCAPE = re.compile(r"\\(?=[#*_|<>&\[\]()-])")


def unmarked(text: str) -> tuple[str, int, int]:
    """The text of a cell without emphasis, breaks and escapes, and where what is left begins and ends in `text`."""
    if SIGNS.search(text) is None:
        return text, 0, len(text)
    start, end = 0, len(text)
    while match := EMPHASIS.match(text[start:end]):
        group = next(name for name in ("starred", "lined", "tagged") if match[name] is not None)
        start, end = start + match.start(group), start + match.end(group)
        if start == end:
            break
    plain = INNER_EMPHASIS.sub(r"\1", BREAK.sub(" ", text[start:end]))
    return ESCAPE.sub("", plain).strip(), start, end

"""The shape of a page's text: headings, sections, stretches printed twice, title and dates.

Belongs here: structure of text, however the text came (HTML, plain text). All offsets index that text.
"""

from __future__ import annotations

import re

from ingest.records import Section

HEADING = re.compile(r"[【〖〔\[]([^【】〖〗〔〕\[\]\n]{2,40})[】〗〕\]]")
INLINE_HEADING = re.compile(
    r"(?m)^[ \t\u3000\xa0]*([^\s，,。；;：:!！?？\d|]{2,14})"
    r"(?:[ \u3000\xa0]{2,}(?=[^\s|\d])|\u3000(?=[^\s|\d]|(?:19|20)\d{2}年))"
)
LINE = re.compile(r"[^\n]+")
BARE_HEADING = re.compile(
    r"^[\s\u3000•●■◆※▲★]*(?:[一二三四五六七八九十]{1,3}[、.]|[(（][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十]+[章节]|\d{1,2}[、.])?\s*"
    r"((?:(?:19|20)\d{2}年度?)?[^\s，,。；;：:!！?？|\t\d][^，,。；;：:!！?？|\t\d]{1,24})\s*[:：]?\s*$"
)
BREADCRUMB = re.compile(r"(?:当前位置|您所在的?位置|您的位置|所在位置|现在位置|位置)\s*[:：]?\s*([^\n]+)")
CRUMB_SEPARATOR = re.compile(r"\s*(?:/|>+|»|›|→|->|＞|\|)\s*")
PUBLISHED = re.compile(
    r"(?:发布时间|发布日期|日期|时间|发表时间|更新时间|成文日期|来源)[^\d\n]{0,12}((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})"
)
URL_DATE = re.compile(
    r"/((?:19|20)\d{2})[-/](\d{1,2})[-/](\d{1,2})/|/((?:19|20)\d{2})/(\d{2})(\d{2})/|/((?:19|20)\d{2})(\d{2})/t?\d*"
)
DATED_LINE = re.compile(
    r"(?m)^\s*((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+\d{1,2}:\d{2}|\s|$)"
)
CONTRIBUTOR = re.compile(r"[(（](?:撰稿人?|供稿人?|撰写|执笔|作者)\s*[:：]?\s*([^)）\n]{2,20})[)）]")
MIN_REPEATED_LINE = 20
MIN_REPEATED_BLOCK = 60
MANY_LINES = 8


def find_sections(text: str, duplicates: tuple[tuple[int, int], ...]) -> tuple[Section, ...]:
    """Sections by bracketed headings; without any, by short lines that stand alone between paragraphs."""
    marks = [(match.start(), match[1].strip()) for match in HEADING.finditer(text) if _opens_line(text, match.start())]
    if not marks:
        marks = sorted([*_bare_headings(text), *_inline_headings(text)])
    ends = [*(start for start, _ in marks[1:]), len(text)][: len(marks)]
    first: dict[str, int] = {}
    sections = []
    for index, ((start, heading), end) in enumerate(zip(marks, ends, strict=True)):
        repeated = any(begin <= start < stop for begin, stop in duplicates)
        original = first.get(heading) if repeated else None
        first.setdefault(heading, index)
        sections.append(Section(heading, start, end, original))
    return tuple(sections)


def _opens_line(text: str, place: int) -> bool:
    begin = text.rfind("\n", 0, place) + 1
    return not text[begin:place].strip(" \t\u3000\xa0•●■◆※*")


def _bare_headings(text: str) -> list[tuple[int, str]]:
    found = []
    for match in LINE.finditer(text):
        heading = BARE_HEADING.match(match[0])
        if heading:
            found.append((match.start(), heading[1].strip()))
    return found


def _inline_headings(text: str) -> list[tuple[int, str]]:
    """Headings that open a paragraph and are set off by blanks; one alone may be chance."""
    found = [(match.start(), match[1]) for match in INLINE_HEADING.finditer(text)]
    return found if len(found) > 1 else []


def find_duplicates(text: str) -> tuple[tuple[int, int], ...]:
    """Stretches that repeat an earlier run of lines word for word (the article printed twice)."""
    contents = [content for line in text.split("\n") if (content := "".join(line.split()))]
    if len(set(contents)) == len(contents):
        return ()
    places = [match.span() for match in LINE.finditer(text) if not match[0].isspace()]
    lines = [(start, end, content) for (start, end), content in zip(places, contents, strict=True)]
    first: dict[str, int] = {}
    spans: list[tuple[int, int]] = []
    run: list[int] = []
    expected = -1
    for index, (_, _, content) in enumerate(lines):
        earlier = first.get(content)
        if run and expected < len(lines) and not run[0] <= expected <= run[-1] and lines[expected][2] == content:
            earlier = expected
        if earlier is None or earlier == index or (run and earlier != expected):
            _close(run, lines, spans)
            run = []
        if earlier is not None and earlier != index:
            run.append(index)
            expected = earlier + 1
        first.setdefault(content, index)
    _close(run, lines, spans)
    return tuple(spans)


def _close(run: list[int], lines: list[tuple[int, int, str]], spans: list[tuple[int, int]]) -> None:
    size = sum(len(lines[index][2]) for index in run)
    longest = max((len(lines[index][2]) for index in run), default=0)
    if size >= MIN_REPEATED_BLOCK and (longest >= MIN_REPEATED_LINE or len(run) >= MANY_LINES):
        spans.append((lines[run[0]][0], lines[run[-1]][1]))


def find_breadcrumb(text: str) -> tuple[str, ...]:
    """The path of a page as it prints it (当前位置: A / B / C); empty when it prints none."""
    match = BREADCRUMB.search(text[:3000])
    if not match:
        return ()
    return tuple(part.strip() for part in CRUMB_SEPARATOR.split(match[1].replace("\xa0", " ")) if part.strip())[:12]


def find_published(text: str, url: str) -> tuple[str | None, str | None]:
    """Day of publication (ISO) and where it was read: the page's own line, else the address."""
    match = PUBLISHED.search(text[:4000])
    if match:
        return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}", "page"
    match = DATED_LINE.search(text[:600])
    if match:
        return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}", "page"
    match = URL_DATE.search(url)
    if match:
        parts = [part for part in match.groups() if part]
        return "-".join(part.zfill(2) for part in parts), "url"
    return None, None


def find_contributor(text: str) -> str | None:
    """Who wrote the entry, as printed at its end."""
    match = CONTRIBUTOR.search(text)
    return match[1].strip() if match else None

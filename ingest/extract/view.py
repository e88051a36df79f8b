"""A clean view of a page's text whose every character still knows its place in the original.

Belongs here: what print and the web do to running text (full-width forms, traditional script, hard wraps,
inserted pinyin, blanks between characters). Does not belong here: reading numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import ahocorasick_rs

FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord("，"): ord(","),
    ord("　"): ord(" "),
    ord("\xa0"): ord(" "),
    ord("．"): ord("."),
    ord("〈"): ord("<"),
    ord("〉"): ord(">"),
    ord("『"): ord("“"),
    ord("』"): ord("”"),
    ord("「"): ord("“"),
    ord("」"): ord("”"),
    ord("○"): ord("〇"),
    ord("\t"): ord(" "),
}
CJK = r"\u3400-\u9fff"
PINYIN = re.compile(rf"\((?<=[{CJK}].)[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňɡ]{{1,7}}\)")
INVISIBLE_SIGN = r"[\u200b-\u200f\u2060\ufeff\u00ad]"
INVISIBLE = re.compile(f"{INVISIBLE_SIGN}{INVISIBLE_SIGN}*")  # re skips to a set in front, and not to a repeat of one
INNER_BLANK = re.compile(
    rf" (?:(?<=[{CJK}.,%、:] )(?=[{CJK}\d%、:(,])|(?<=\d )(?=[{CJK}%、:(,])|(?<=[{CJK}\d] )(?=[.])"
    r"|(?<=\d )(?=\d\n?\d\n?\d(?![\n\d]*\d))|(?<=\D\d )(?=\d(?:\D|$)))"
)
NUMBER_ROW = re.compile(r"\d\s+[\d.,]+\s+\d")
LINE_END = re.compile(
    r"\n(?!\d{1,2}[.、．](?!\d))(?:(?=[^\s【\[(（一二三四五六七八九十•●■◆※#|《])|(?<=[一二三四五六七八九十百千]\n)(?=[一二三四五六七八九十百千][^、.]))"
)
BROKEN_NUMBER = re.compile(r"\d[.,]?$")
SENTENCE_ENDS = frozenset("\n。!?;:】]> ")
MARKED_HEADING = re.compile(r"[ ]*[■●◆▲★◇□▪•][^ ,。;:\d]{2,20}$")
PLAIN_HEADING = re.compile(rf"[ ]*(?:[(]?[一二三四五六七八九十\d]{{1,3}}[)、.])?[{CJK}]{{2,14}}$")
FULL_BLANK = "\u3000"
TABLE_MARK = re.compile(r"[|\t]")
LONG_LINE = 15
WRAPPED_AVERAGE = 9
BLOCK_REACH = 300


@dataclass(frozen=True, slots=True)
class View:
    """`text` is what the reader reads: stretches of the page text, one behind the other.

    `starts` are the places of these stretches in the view, `origins` their places in the page text.
    """

    text: str
    starts: list[int]
    origins: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of the view as offsets into the page text, end exclusive."""
        return self._origin(start), self._origin(end - 1) + 1

    def place_of(self, origin: int) -> int:
        """The first place of the view that stands at or behind `origin` in the page text."""
        stretch = bisect_right(self.origins, origin) - 1
        end = self.starts[stretch + 1] if stretch + 1 < len(self.starts) else len(self.text)
        return min(self.starts[stretch] + origin - self.origins[stretch], end)

    def _origin(self, place: int) -> int:
        stretch = bisect_right(self.starts, place) - 1
        return self.origins[stretch] + place - self.starts[stretch]


@lru_cache(maxsize=1)
def translation() -> dict[int, int]:
    """One table for full-width forms and traditional characters (OpenCC's own, one character to one)."""
    table = dict(FULL_WIDTH)
    dictionary = resources.files("opencc") / "dictionary" / "TSCharacters.txt"
    for line in dictionary.read_text(encoding="utf-8").splitlines():
        traditional, _, simplified = line.partition("\t")
        first = simplified.split(" ")[0]
        if len(traditional) == 1 and len(first) == 1:
            table[ord(traditional)] = ord(first)
    return table


@lru_cache(maxsize=1)
def _plain_forms() -> dict[str, str]:
    """The same table by characters, without those that stay."""
    return {chr(char): chr(plain) for char, plain in translation().items() if char != plain}


@lru_cache(maxsize=1)
def _changing() -> ahocorasick_rs.AhoCorasick:
    """Finds the characters that change."""
    return ahocorasick_rs.AhoCorasick(list(_plain_forms()), implementation=ahocorasick_rs.Implementation.ContiguousNFA)


def _translated(text: str) -> str:
    """`text` in half-width simplified form; one replacement per kind of character, of which a page has few."""
    forms = _plain_forms()
    found = set(_changing().find_matches_as_strings(text))
    if any(forms[char] in found for char in found):  # what has been replaced must not be replaced again
        return text.translate(translation())
    for char in found:
        text = text.replace(char, forms[char])
    return text


def plain(text: str) -> str:
    """A short text in simplified half-width form."""
    return _translated(text)


def make_view(text: str) -> View:
    """The clean view of a page's text."""
    piece = _translated(text)
    kept: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    length, last = 0, 0
    for begin, stop in [*_cuts(piece, text), (len(piece), len(piece))]:
        kept.append(piece[last:begin])
        starts.append(length)
        origins.append(last)
        length += begin - last
        last = stop
    return View("".join(kept), starts, origins)


def _cuts(piece: str, raw: str) -> list[tuple[int, int]]:
    """Stretches to leave out, in order and without overlap."""
    found = [match.span() for match in PINYIN.finditer(piece)]
    found += [match.span() for match in INVISIBLE.finditer(piece)]
    found += [match.span() for match in INNER_BLANK.finditer(piece) if not _ends_heading(piece, raw, match.start())]
    found += _wraps(piece)
    merged: list[tuple[int, int]] = []
    for begin, stop in sorted(found):
        if not merged or begin >= merged[-1][1]:
            merged.append((begin, stop))
    return merged


def _wraps(piece: str) -> list[tuple[int, int]]:
    """Line breaks inside running text, with the blanks before them."""
    found = []
    for match in LINE_END.finditer(piece):
        line_start = piece.rfind("\n", 0, match.start()) + 1
        begin = _wrap_start(piece, line_start, match.start())
        if begin is not None and _is_wrapped(piece, line_start, begin, match.end()):
            found.append((begin, match.end()))
    return found


def _wrap_start(piece: str, line_start: int, line_end: int) -> int | None:
    """Where the blanks at the end of a line begin; None when the line is empty or ends a sentence."""
    line = piece[line_start:line_end]
    text = line.removesuffix("\r").rstrip(" ")
    if text and text[-1] not in SENTENCE_ENDS:
        return line_start + len(text)
    return line_end if line.endswith("\r") else None


def _ends_heading(piece: str, raw: str, place: int) -> bool:
    """The blank after a heading that runs on in its line: ■劳模与工匠 2人获评, or full-width as in 概况　2009年."""
    line_start = piece.rfind("\n", 0, place) + 1
    line = piece[line_start:place]
    return bool(MARKED_HEADING.match(line) or (raw[place] == FULL_BLANK and PLAIN_HEADING.match(line)))


def _is_wrapped(piece: str, line_start: int, begin: int, stop: int) -> bool:
    """A line break inside running text: the line before it is long and neither line is a table row."""
    next_end = piece.find("\n", stop)
    line, following = piece[line_start:begin], piece[stop : next_end if next_end >= 0 else len(piece)]
    if (
        TABLE_MARK.search(line)
        or TABLE_MARK.search(following)
        or (len(following.strip()) < 2 and not following.strip().isdigit())
    ):
        return False
    if NUMBER_ROW.search(line) or NUMBER_ROW.search(following):
        return False
    if BROKEN_NUMBER.search(line) and following[:1].isdigit() and not line.strip().replace(".", "").isdigit():
        return True
    return len(line.strip()) >= LONG_LINE or _in_wrapped_block(piece, line_start, stop)


def _in_wrapped_block(piece: str, line_start: int, stop: int) -> bool:
    """The lines around, up to the next blank ones, are running text: on average as long as a wrapped line."""
    begin = piece.rfind("\n\n", max(0, line_start - BLOCK_REACH), line_start)
    end = piece.find("\n\n", stop, stop + BLOCK_REACH)
    begin = max(begin + 2, line_start - BLOCK_REACH, 0)
    block = piece[begin : end if end >= 0 else stop + BLOCK_REACH]
    lines = [line for line in block.split("\n") if line.strip()]
    return len(lines) > 2 and len(block) / len(lines) >= WRAPPED_AVERAGE and any(mark in block for mark in "。,")

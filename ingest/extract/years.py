"""Which year a figure speaks of, and on what basis that was decided.

Order of evidence: the clause, the sentence, the section, then the page (volume minus one, a year in the
title, the first year the text opens with, the day of publication). Belongs here: time. Does not belong here:
places and metrics.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from ingest.extract.lexicon import alternation, behind_last, holds_any, places_of
from ingest.extract.numerals import DIGITS, chinese_value
from ingest.extract.quantities import matches
from ingest.extract.view import plain
from ingest.records import Context, Page
from ingest.vocabulary import words

CHINESE_YEAR = "〇零一二三四五六七八九"
DAY = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
FIGURE = re.compile(r"\d[\d.,]{0,15}\s*(?:[万亿千百]+|[多余])*(?:人|个|家|户|名|元|%|件|份|场)")
YEAR_LIST = re.compile(r"(?<!\d)(?:19|20)\d{2}年?(?:[、,和](?:19|20)\d{2}年?)+")
LEVEL_AFTER = re.compile(r"[^,;。\d]{0,12}[到至为]")
ANNOUNCES_LIST = re.compile(r"[^,。;\n]{0,12}:")
OF_A_VOLUME = ("卷", "版", "年鉴")
SENTENCE_OPENERS = (*tuple("。!?;:\n】])>"), "")
COMPARED_WITHIN = 12
MONTHS = 12
HALF_YEAR = 6
FIRST_MONTHS = 4
LIST_END = re.compile("[,。;!?\\n]")
LISTED = re.compile("[、和及]")
SINCE = re.compile(r"[^,。;\d]{0,16}以来")
GAZETTEER_SPREAD = 8
MARKS_LOOKED_BACK = 50
OF_VOLUME = ("volume_minus_one", "volume_span")
HEADING_LENGTH = 30
VOLUME = re.compile(
    r"((?:19|20)\d{2})\s*(?:年)?\s*[卷版]|年鉴\s*[(\[（·・—-]?\s*((?:19|20)\d{2})|((?:19|20)\d{2})\s*年?\s*[^\s,。/>|]{0,6}?年鉴|"
    r"((?:19|20)\d{2})juan|nianjian/?((?:19|20)\d{2})|/((?:19|20)\d{2})/(?:nj|html|zk|indexch|tjnj)"
)
SPANNED_VOLUME = re.compile(
    r"年鉴\s*[(\[（·・]?\s*(?:19|20)\d{2}\s*[-—–~～至]+\s*((?:19|20)\d{2})|"
    r"(?:19|20)\d{2}\s*[-—–~～至]+\s*((?:19|20)\d{2})\s*年?\s*(?:[卷版]|年鉴)"
)
TITLE_YEAR = re.compile(r"((?:19|20)\d{2})\s*年")
PUBLISHED = re.compile(r"((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")


UNTIL = "截至"
SENTENCE_ENDS = "。\n"
YEAR_END = ("底", "末")
AIM = re.compile(r"[到至](?=(?:19|20)\d{2}年)")


class TimeMark(NamedTuple):
    """A year told at `start:end`; `is_topical` when it opens a clause."""

    start: int
    end: int
    year: int | None
    offset: int | None
    first_year: int | None
    is_topical: bool
    is_compared: bool
    is_from: bool
    is_dateline: bool
    month: int | None
    is_start: bool
    is_anaphoric: bool


@dataclass(frozen=True, slots=True)
class PageYear:
    """The year a page speaks of unless a clause says otherwise; `is_gazetteer` when no volume fixes it.

    `told_in` is the year in which it was told, where that is another one: a report of January on the year before.
    """

    year: int | None
    basis: str
    is_gazetteer: bool
    told_in: int | None = None


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    relatives = alternation(_relative_offsets())
    plans = alternation(_plan_years())
    return re.compile(
        r"(?<!\d)(?:(?P<first>(?:1[89]|20)\d{2})\s*年?\s*[-—–~～至到]+\s*)?"
        rf"(?:(?P<arabic>(?:1[89]|20)\d{{2}})\s*年|(?P<chinese>[一二][{CHINESE_YEAR}]{{3}})年)"
        rf"(?P<month>[^\S\n]*{DAY}\s*月(?:\s*{DAY}\s*日)?)?(?P<end>[^\S\n]*(?:度|年)?\s*(?:底|末|止))?"
        rf"|[“\"]?(?P<plan>{plans})[”\"]?(?:计划|规划)?(?:期间|时期|末期?|收官)|(?P<relative>{relatives})|(?:截至|截止到?|到|至)\s*(?P<until>{DAY})\s*月(?:底|末|\s*{DAY}\s*日)"
    )


@lru_cache(maxsize=1)
def _start() -> re.Pattern[str]:
    """Where a told year can begin: digits of a century that begin a number, and the first characters of the words."""
    first = "".join(
        sorted({word[0] for word in _relative_offsets()} | set('截到至“"') | {name[0] for name in _plan_years()})
    )
    return re.compile(
        rf"[12一二{first}](?:(?<=[12])(?<!\d[12])(?=[089]\d\d)|(?<=[一二])(?=[{CHINESE_YEAR}]{{3}})|(?<=[{first}]))"
    )


@lru_cache(maxsize=1)
def _relative_offsets() -> dict[str, int]:
    items = words()["year_relative"] + words()["year_anaphoric"]
    return {word: int(offset) for word, _, offset in (item.partition(":") for item in items)}


@lru_cache(maxsize=1)
def _plan_years() -> dict[str, tuple[int, int]]:
    """The first and the last year of each five-year plan, by its short name (八五)."""
    plans = (item.split(":") for item in words()["plan_period"])
    return {name: (int(first), int(last)) for name, first, last in plans}


@lru_cache(maxsize=1)
def _anaphoric() -> frozenset[str]:
    return frozenset(item.partition(":")[0] for item in words()["year_anaphoric"])


def find_time_marks(text: str) -> list[TimeMark]:
    """All years told in `text`, absolute and relative, in order."""
    return [_mark(match, text) for match in matches(_pattern(), _start(), text)]


def _mark(match: re.Match[str], text: str) -> TimeMark:
    start, end = match.span()
    before, after = text[max(0, start - 4) : start], text[end : end + 3]
    lead = before.rstrip(" 截至止到底在(")
    first, _, _, month, _, plan, relative, until = match.groups()
    span = _plan_years().get(plan, (None, None))
    return TimeMark(
        start=start,
        end=end,
        year=_year(match) or span[1],
        offset=_relative_offsets()[relative] if relative else 0 if until else None,
        first_year=int(first) if first else None if plan and match[0].rstrip("期").endswith("末") else span[0],
        is_topical=not after.startswith(OF_A_VOLUME)
        and (not lead or before[-1].isspace() or lead[-1] in ",。;:!?\n、】]>)" or before != before.rstrip("截至止到")),
        is_compared=(before.endswith(words()["compare_before"]) and not before.endswith(words()["no_comparison"]))
        or after.startswith(words()["compare_after"])
        or (before.endswith(("自", "从")) and SINCE.match(text, end) is not None),
        is_from=before.endswith(words()["from_word"]),
        is_dateline=month is not None and "日" in month,
        month=_month((month or until or "").partition("月")[0].strip()),
        is_start=after.startswith("起"),
        is_anaphoric=relative in _anaphoric(),
    )


def _month(told: str) -> int | None:
    """The number of a month printed in digits or Chinese numerals; None where none is told."""
    month = int(told) if told.isdigit() else chinese_value(told)
    return month if month and month <= MONTHS else None


def _year(match: re.Match[str]) -> int | None:
    if match["arabic"]:
        return int(match["arabic"])
    if match["chinese"]:
        return int("".join(str(DIGITS[char]) for char in match["chinese"]))
    return None


class Years:
    """The years of one page: marks of its text and what the page as a whole says."""

    def __init__(self, text: str, page: Page, context: Context) -> None:
        self.text = text
        self.marks = find_time_marks(text)
        self._starts = [mark.start for mark in self.marks]
        self._headings = [mark for mark in self.marks if mark.year is not None and _heads_section(mark, text)]
        self._row_words = sorted(place for word in words()["respectively"] for place in places_of(word, text))
        self._carried_into: dict[tuple[int, int], TimeMark | None] = {}
        self.page_year = find_page_year(page, self.marks, context)
        published = page.published_on[:4] if page.published_on else ""
        is_news = self.page_year.basis not in OF_VOLUME and published.isdigit()
        self._told_in = int(published) if is_news else self.page_year.told_in or self.page_year.year
        month = (page.published_on or "")[5:7]
        self._told_month = int(month) if is_news and month.isdigit() else None

    def at(
        self, place: int, end: int, sentence_start: int, paragraph_start: int, previous_end: int
    ) -> tuple[int | None, str, TimeMark | None]:
        """Year, basis and mark for the quantity at `place:end`; the quantity before it ends at `previous_end`."""
        listed = self._listed_year(place, sentence_start)
        if listed is not None:
            return listed, "clause", None
        if self._is_former_level(place, end, previous_end):
            return self._former_year(place, sentence_start)
        for mark in reversed(self._marks_between(sentence_start, place)):
            if not self._is_aside(mark) and self._reaches(mark, place, previous_end):
                clause_start = behind_last(self.text, ",;", sentence_start, place)
                return self._value(mark), "clause" if mark.start >= clause_start else "sentence", mark
        following = self._bracketed_after(end)
        if following is not None:
            return following.year, "clause", following
        carried = self._carried(paragraph_start, sentence_start)
        if carried is not None:
            return self._value(carried), "section", carried
        return self.page_year.year, self.page_year.basis, None

    def year_before_aims(self, mark: TimeMark | None) -> int | None:
        """The page's year, after which years are aims; where the text alone tells it, only those behind 到.

        1998年企业改制。2004年有基层工会214个 goes on in time.
        """
        if self.page_year.basis != "text" or mark is None:
            return self.page_year.year
        told = self.text[max(0, mark.start - len(UNTIL)) : mark.end]
        return self.page_year.year if AIM.search(told) and UNTIL not in told else None

    def _is_former_level(self, place: int, end: int, previous_end: int) -> bool:
        """由77.2%上升到81.1%, 比上年末的1237户减少: true before the time that the sentence tells."""
        lead = self.text[previous_end:place].rstrip(" 约近")
        if lead.endswith(("由", "从")):
            return LEVEL_AFTER.match(self.text, end) is not None
        last = bisect_right(self._starts, place) - 1
        mark = self.marks[last] if last >= 0 else None
        if mark is None or not mark.is_compared or mark.start < place - COMPARED_WITHIN:
            return False
        if self.text[mark.end : place] not in ("的", "末的", "底的"):
            return False
        return self.text.startswith(words()["rise"] + words()["fall"], end)

    def _former_year(self, place: int, sentence_start: int) -> tuple[int | None, str, TimeMark | None]:
        """The year that the sentence compares with (与2008年相比) or begins with (1978—1985年); else unknown."""
        for mark in reversed(self._marks_between(sentence_start, place)):
            if mark.first_year is not None:
                return mark.first_year, "sentence", mark
            if mark.is_compared or mark.is_from:
                return self._value(mark), "sentence", mark
        return None, "former_level", None

    def _listed_year(self, place: int, sentence_start: int) -> int | None:
        """1985、1990、1995年,基层工会分别为138个、165个和171个: the years and the numbers run side by side."""
        last = bisect_left(self._row_words, place) - 1
        if last < 0 or self._row_words[last] < sentence_start:
            return None
        marker = max(self.text.rfind(word, sentence_start, place) for word in words()["respectively"])
        if marker >= 0 and (spanned := self._spanned_year(sentence_start, marker, place)) is not None:
            return spanned
        match = YEAR_LIST.search(self.text[sentence_start:place]) if marker >= 0 else None
        if match is None or marker < sentence_start + match.end():
            return None
        years = [int(year) for year in re.findall(r"\d{4}", match[0])]
        index = len(re.findall("[、和]", self.text[marker:place]))
        return years[index] if index < len(years) else None

    def _spanned_year(self, sentence_start: int, marker: int, place: int) -> int | None:
        """1995年至2002年,依次为 eight numbers: one for each year of the span."""
        spans = [mark for mark in self._marks_between(sentence_start, marker) if mark.first_year is not None]
        if not spans or spans[-1].year is None or spans[-1].first_year is None:
            return None
        end = LIST_END.search(self.text, marker)
        listed = len(LISTED.findall(self.text, marker, end.start() if end else len(self.text))) + 1
        if listed != spans[-1].year - spans[-1].first_year + 1:
            return None
        return spans[-1].first_year + len(LISTED.findall(self.text, marker, place))

    def _is_aside(self, mark: TimeMark) -> bool:
        """A year to compare with; a year from which something began is one too, but not in a gazetteer."""
        return mark.is_compared or (mark.is_start and not self.page_year.is_gazetteer)

    def _reaches(self, mark: TimeMark, place: int, previous_end: int) -> bool:
        """由2012年的 holds for its own number, and for a later one only behind another 由."""
        if mark.end > previous_end:
            return True
        if self.text.startswith(words()["same_time"], mark.end):
            return False
        if not mark.is_from:
            return True
        lead = self.text[previous_end:place]
        return holds_any(lead, words()["from_word"])

    def _marks_between(self, start: int, end: int) -> list[TimeMark]:
        return self.marks[bisect_left(self._starts, start) : bisect_right(self._starts, end)]

    def _backwards(self, end: int, start: int) -> Iterator[TimeMark]:
        """Marks from `end` back to `start`, the nearest first, at most a few."""
        last = bisect_right(self._starts, end)
        for mark in reversed(self.marks[max(0, last - MARKS_LOOKED_BACK) : last]):
            if mark.start < start:
                return
            yield mark

    def _bracketed_after(self, end: int) -> TimeMark | None:
        if self.text[end : end + 1] != "(":
            return None
        found = self._marks_between(end, end + 3)
        return found[0] if found and found[0].year is not None else None

    def _carried(self, paragraph_start: int, sentence_start: int) -> TimeMark | None:
        """The last year that opened a clause before this sentence; looked for once per sentence."""
        place = paragraph_start, sentence_start
        if place not in self._carried_into:
            self._carried_into[place] = self._find_carried(paragraph_start, sentence_start)
        return self._carried_into[place]

    def _find_carried(self, paragraph_start: int, sentence_start: int) -> TimeMark | None:
        """The last year that opened a clause before this sentence, in the paragraph (gazetteers: on the page).

        In news a year that alone opens a paragraph holds for the paragraphs after it, too.
        """
        is_news = self.page_year.basis == "published_on"
        start = 0 if self.page_year.is_gazetteer or is_news else paragraph_start
        place = bisect_left(self._headings, sentence_start, key=attrgetter("start"))
        heading = self._headings[place - 1] if place else None
        for mark in self._backwards(sentence_start - 1, start):
            is_told = mark.year is not None or (is_news and (mark.offset or 0) <= 0)
            is_passing = self.text.startswith(words()["passing_time"], mark.end)
            if not mark.is_topical or not is_told or self._is_aside(mark) or mark.is_from or is_passing:
                continue
            if self._is_aim(mark):
                continue
            if heading is not None and heading.start >= mark.start:
                return heading
            return mark if not is_news or mark.start >= paragraph_start or self._opens_alone(mark) else None
        return heading

    def _is_aim(self, mark: TimeMark) -> bool:
        """目标到2020年全部脱困: a year to come, told in passing, is not that of the sentences behind it."""
        year = self.page_year.year
        if year is None or mark.year is None or mark.year <= year or self.page_year.is_gazetteer:
            return False
        if ANNOUNCES_LIST.match(self.text, mark.end):
            return False
        before = self.text[max(0, mark.start - len("截至到 ")) : mark.start].rstrip("截至止到 ")
        return before[-1:] not in SENTENCE_OPENERS

    def _opens_alone(self, mark: TimeMark) -> bool:
        """The mark opens its paragraph, of which no other year is told."""
        begin = self.text.rfind("\n", 0, mark.start) + 1
        end = self.text.find("\n", mark.end)
        told = self._marks_between(begin, end if end >= 0 else len(self.text))
        return not self.text[begin : mark.start].strip() and len({self._value(other) for other in told}) == 1

    def _value(self, mark: TimeMark) -> int | None:
        if mark.year is not None:
            return mark.year
        if self.page_year.is_gazetteer or mark.is_anaphoric or self._is_before_told(mark):
            year = self._told_before(mark)
            if year is not None or self.page_year.is_gazetteer:
                return None if year is None else year + (mark.offset or 0)
        if self._told_in is None:
            return None
        is_ahead = self._told_month is not None and mark.month is not None and mark.month > self._told_month
        return self._told_in + (mark.offset or 0) - is_ahead

    def _is_before_told(self, mark: TimeMark) -> bool:
        """截至2022年底…由上年的41.5%提高: the year before the one told; 去年 is the one before it is told."""
        if not holds_any(self.text[mark.start : mark.end], words()["year_before_told"]):
            return False
        begin = behind_last(self.text, SENTENCE_ENDS, 0, mark.start)
        told = [other for other in self._backwards(mark.start - 1, begin) if other.year is not None]
        return bool(told) and self.text.startswith(YEAR_END, told[0].end - 1)

    def _told_before(self, mark: TimeMark) -> int | None:
        """The last year told before a mark in its paragraph (gazetteers: on the page), but none to compare with."""
        start = 0 if self.page_year.is_gazetteer else self.text.rfind("\n", 0, mark.start) + 1
        earlier = (other for other in self._backwards(mark.start - 1, start) if other.year is not None)
        return next((other.year for other in earlier if not (other.is_compared or other.is_from)), None)


def _heads_section(mark: TimeMark, text: str) -> bool:
    """The mark stands in a short line of its own that opens a part of the page (2021年工作回顾)."""
    start = text.rfind("\n", max(0, mark.start - HEADING_LENGTH), mark.start) + 1
    if not start:
        return False
    end = text.find("\n", mark.end, mark.end + HEADING_LENGTH)
    line = text[start:end].strip() if end >= 0 else ""
    if TITLE_YEAR.fullmatch(line):
        return True
    is_short = 0 < len(line) <= HEADING_LENGTH and not any(sign in line for sign in ",。;:|\t")
    return is_short and (any(word in line for word in words()["review_heading"] + words()["plan_heading"]))


def find_page_year(page: Page, marks: list[TimeMark], context: Context) -> PageYear:
    """The year of the page and the evidence for it; None with basis `unknown` when nothing says it."""
    told = Counter(mark.year for mark in marks if mark.year is not None and mark.is_topical and not mark.is_compared)
    spanned = _last_year_of_span(page)
    if spanned is not None:
        return PageYear(spanned, "volume_span", False)
    volume = page.volume_year or volume_of(page) or context.volume_year
    if volume is not None:
        if volume in told and volume - 1 not in told:
            return PageYear(volume, "text", False)
        return PageYear(volume - 1, "volume_minus_one", False)
    in_title = TITLE_YEAR.search(page.title)
    if in_title:
        return _year_of_title(int(in_title[1]), page, marks)
    return _year_without_volume(page, marks, told, context)


def _year_of_title(year: int, page: Page, marks: list[TimeMark]) -> PageYear:
    """The year in a title, or the one before: a meeting early in a year hears what the last one brought."""
    relative = [mark for mark in marks if mark.offset is not None and not mark.is_compared]
    was_told_early = (page.published_on or "").startswith(str(year)) and _looks_back(relative, page)
    if was_told_early or holds_any(page.title, words()["meeting_title"]):
        return PageYear(year - 1, "title", False, told_in=year)
    return PageYear(year, "title", False)


def _year_without_volume(page: Page, marks: list[TimeMark], told: Counter[int], context: Context) -> PageYear:
    published = int(page.published_on[:4]) if page.published_on and page.published_on[:4].isdigit() else None
    topical = list(told)
    if topical and max(topical) - min(topical) > GAZETTEER_SPREAD and len(topical) > 3:
        return PageYear(context.reference_year, "option" if context.reference_year else "unknown", True)
    relative = [mark for mark in marks if mark.offset is not None and not mark.is_compared]
    opening, before_report = _opening_year(page, marks), _year_before_report(page, marks, told)
    if published is not None and opening is None and before_report is None and (relative or not topical):
        return PageYear(published - _looks_back(relative, page), "published_on", False)
    if before_report is not None and opening is None:
        return PageYear(before_report, "text", False, told_in=before_report + 1)
    if opening is not None or topical:
        year = opening or told.most_common(1)[0][0]
        dated = _dateline(page, marks)
        is_told_after = dated is not None and dated.year == year + 1
        return PageYear(year, "text", False, told_in=dated.year if dated and is_told_after else None)
    if published is not None:
        return PageYear(published, "published_on", False)
    return PageYear(context.reference_year, "option" if context.reference_year else "unknown", False)


def _looks_back(relative: list[TimeMark], page: Page) -> bool:
    """News that speaks of the last year only, or first of all where it is printed early in a year."""
    if not relative:
        return False
    month = (page.published_on or "")[5:7]
    is_early = month.isdigit() and int(month) <= FIRST_MONTHS
    looked_at = relative[:1] if is_early else relative
    return all((mark.offset or 0) < 0 for mark in looked_at)


def _opening_year(page: Page, marks: list[TimeMark]) -> int | None:
    """The year that a page without a volume opens its report with, before any figure and before any 今年."""
    first_figure = FIGURE.search(page.text)
    limit = first_figure.start() if first_figure else len(page.text)
    for mark in marks:
        if mark.start > limit or mark.offset is not None:
            return None
        if mark.is_topical and not mark.is_compared and mark.year is not None and not mark.is_dateline:
            return mark.year
    return None


def _dateline(page: Page, marks: list[TimeMark]) -> TimeMark | None:
    """The date above the text of a report or a piece of news, before any figure."""
    first_figure = FIGURE.search(page.text)
    dated = next((mark for mark in marks if mark.is_dateline and mark.year is not None), None)
    return dated if dated and not (first_figure and dated.start > first_figure.start()) else None


def _year_before_report(page: Page, marks: list[TimeMark], told: Counter[int]) -> int | None:
    """A report dated early in a year, above its text, speaks of the year before.

    In the first half of the year where it names the year before; in its first months where its title calls it a report.
    """
    dated = _dateline(page, marks)
    if dated is None or dated.year is None or dated.month is None:
        return None
    names_it = dated.month <= HALF_YEAR and dated.year - 1 in told
    is_report = dated.month <= FIRST_MONTHS and holds_any(page.title, words()["report_title"])
    return dated.year - 1 if names_it or is_report else None


def _last_year_of_span(page: Page) -> int | None:
    """The last year of a volume that covers several (年鉴(2001—2003)), as breadcrumb or title print it."""
    for text in (" / ".join(page.breadcrumb), page.title):
        match = SPANNED_VOLUME.search(plain(text))
        if match:
            return int(match[1] or match[2])
    return None


def volume_of(page: Page) -> int | None:
    """The volume year that breadcrumb, title, address or the first lines name (2018卷, 年鉴2018); None if none does."""
    for text in (" / ".join(page.breadcrumb), page.title, page.url, page.text[:200]):
        match = VOLUME.search(plain(text))
        if match:
            return int(next(group for group in match.groups() if group))
    return None

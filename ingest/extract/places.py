"""Which region a figure speaks of, and on what basis that was decided.

The page names its region in title, breadcrumb or text; a clause may speak of another one (全国, a city named at
its start). Belongs here: names of places in a text. The table of regions is `ingest.regions`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

import ahocorasick_rs

from ingest.extract.lexicon import alternation, any_of
from ingest.extract.view import plain
from ingest.records import Context, Page
from ingest.regions import Region, RegionIndex
from ingest.vocabulary import words

LEVELS = ("nation", "province", "prefecture", "county")
SUFFIX_LEVELS = {
    "国": ("nation",),
    "省": ("province",),
    "区": ("province", "county"),
    "地区": ("prefecture",),
    "市": ("province", "prefecture", "county"),
    "县": ("county",),
    "旗": ("county",),
    "盟": ("prefecture",),
    "州": ("prefecture",),
}
UNLISTED = re.compile(
    r"(?:(?<![\u4e00-\u9fff])在?(?![年月日号])|(?<=\d年)(?!度)|(?<=\d年度))(?!地区)([^\W\da-zA-Z_在从自由表等和的与及对为以向召各全本我该分]{1,5}?(?:自治县|自治州|[省市县旗盟州区]))"
    r"(?=总工会|年鉴|统计|工会|志|史志|党史|政府|地方志|概况|档案|有基层|(?:19|20)\d{2}年)"
)
UNLISTED_YEARBOOK = re.compile(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,8}?)(?:统计)?年鉴")
INNER_NAME = re.compile(r"(?<=[省市州盟])(?!自治)[\u4e00-\u9fff]{1,5}[市县旗区]$")
WHOLE_WORD = re.compile(r"全(地区|[省市县区旗盟州])")
WITHIN_WORD = ("域", "级")  # 新建区域性工会联合会 speaks of no 新建区
NEIGHBOURS = 40
CELL_SIGNS = " \t|"
LINE_BEGIN = ("", "\n")
ROW_NAME_END = re.compile(r"[\s|\d]|$")
OPENING = 400
LONGEST_PLACE = 6
GREAT = "大"
CITY = "市"
DISTRICT = "区"
NAMED_LEVELS = (
    (("省", "自治区"), "province"),
    (("市", "州", "盟", "地区"), "prefecture"),
    (("县", "区", "旗"), "county"),
)
CLAUSE_OPENERS = ",。;:!?\n、()】]> "


class Place(NamedTuple):
    """A region as a figure's place: code valid in the year (None when only a name is known) and full name."""

    ref_area: str | None
    name: str | None
    basis: str
    region: Region | None = None


def award_level(place: Place) -> str | None:
    """The level of an award that a region gives: by its level, or by the end of its name where only that is known."""
    if place.region is not None:
        return place.region.level if place.region.level in ("province", "prefecture", "county") else None
    return next((level for ends, level in NAMED_LEVELS if (place.name or "").endswith(ends)), None)


def is_municipal(place: Place) -> bool:
    """Whether a place is, or lies in, a city with the rank of a province (北京市)."""
    province = place.region.full_path[0] if place.region and place.region.full_path else ""
    return province.endswith(CITY) and place.region is not None and place.region.level != "nation"


class PlaceMark(NamedTuple):
    """A region's name in the text at `start:end`."""

    start: int
    end: int
    name: str
    is_short: bool


def _is_telling(name: str) -> bool:
    """Not an everyday word such as 市区 or 郊区, which some districts were called."""
    return len(name) > 1 and name not in words()["no_place"]


def _is_cjk(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


NAMED_WEIGHT = 3


class PlaceNames:
    """Finds names of regions in a text and resolves them; one per process."""

    def __init__(self, index: RegionIndex) -> None:
        self.index = index
        self._names = [
            (item.name, item.is_short) for item in index.names() if _is_telling(item.name) and item.level != "nation"
        ]
        self._automaton = ahocorasick_rs.AhoCorasick(
            [name for name, _ in self._names],
            matchkind=ahocorasick_rs.MatchKind.LeftmostLongest,
            implementation=ahocorasick_rs.Implementation.ContiguousNFA,
        )
        self._nation = next(item.name for item in index.names() if item.level == "nation")

    def nation(self, year: int | None) -> Region | None:
        """The nation, as it was in `year`."""
        return self.index.resolve(self._nation, year)

    def find(self, text: str) -> list[PlaceMark]:
        """All names in `text`, the longest at each place."""
        return [
            PlaceMark(start, end, *self._names[index])
            for index, start, end in self._automaton.find_matches_as_indexes(text)
            if not (text[end - 1] == DISTRICT and text.startswith(WITHIN_WORD, end))
            and (
                end - start > 2
                or not self._names[index][0].endswith(("县", "区", "旗", "市"))
                or not _is_cjk(text[start - 1 : start])
            )
        ]


@lru_cache(maxsize=1)
def place_names() -> PlaceNames:
    """The names of the project's own region table."""
    return PlaceNames(RegionIndex())


@lru_cache(maxsize=4096)
def is_place(name: str) -> bool:
    """Whether the words are the name of a region, in full or in short, and nothing else."""
    return _is_telling(name) and place_names().index.knows(name)


class Places:
    """The places of one page: its own region and the clauses that speak of another."""

    def __init__(self, text: str, page: Page, context: Context, year: int | None) -> None:
        self.text = text
        self.names = place_names()
        self.year = year
        marks = self.names.find(text)
        self.page_place = find_page_place(page, text, context, year, self.names, marks)
        self._own: dict[int | None, Place] = {}
        self._marks = [mark for mark in _innermost(marks) if self._speaks_of(mark)] + list(self._whole_marks())
        self._marks.sort(key=lambda mark: mark.start)
        self._starts = [mark.start for mark in self._marks]

    def at(self, place: int, sentence_start: int, year: int | None) -> Place:
        """The place for a quantity at `place` of the view, for a figure of `year`."""
        inside = self._marks[bisect_left(self._starts, sentence_start) : bisect_left(self._starts, place)]
        for mark in reversed(inside):
            found = self._resolve(mark, year)
            if found is not None:
                return found
        return self._page_place_in(year)

    def named(self, name: str, year: int | None) -> Place:
        """The place of this name, within the page's own region where there are several; without a code if unknown."""
        return self._resolve(PlaceMark(0, len(name), name, False), year) or Place(None, name, "clause", None)

    def level_named_before(self, end: int, own: Place) -> str | None:
        """The level of the region whose name stands right before `end`, where an award begins that bears it."""
        before = self.text[max(0, end - LONGEST_PLACE) : end].removesuffix(GREAT)
        if own.name and any(before[-length:] in own.name for length in range(2, len(before) + 1)):
            return award_level(own)
        named = next((mark for mark in self.names.find(before) if mark.end == len(before)), None)
        region = self.names.index.resolve(named.name, self.year) if named else None
        if region is not None:
            return award_level(Place(region.ref_area, region.name, "clause", region))
        is_district = bool(own.name) and (own.name or "").endswith(DISTRICT) and award_level(own) == "county"
        return "county" if is_district and before.endswith(DISTRICT) else None

    def _page_place_in(self, year: int | None) -> Place:
        if year not in self._own:
            self._own[year] = self._page_place_of(year)
        return self._own[year]

    def _page_place_of(self, year: int | None) -> Place:
        own = self.page_place
        if own.region is None or year is None:
            return own
        region = self.names.index.by_id(own.region.region_id, year) or own.region
        return Place(region.ref_area, region.name, own.basis, region)

    def _speaks_of(self, mark: PlaceMark) -> bool:
        """A name that opens a clause and is not only where something took place."""
        before, after = self.text[max(0, mark.start - 3) : mark.start], self.text[mark.end : mark.end + 3]
        if after.startswith(words()["example_tail"]):
            return True
        if self.text.startswith(words()["award_name"], mark.end):
            return False
        if before.endswith(words()["region_marker_before"]) or after.startswith(words()["region_marker_after"]):
            return False
        opens = not before or before[-1] in CLAUSE_OPENERS or before[-1] in "年底末中"
        return opens and (
            not mark.is_short or (bool(after) and after[0] in "省市县区总有共:为工职") or after[:1].isdigit()
        )

    def _whole_marks(self) -> Iterator[PlaceMark]:
        for match in _whole_area_pattern().finditer(self.text):
            if not match[0].endswith("国") or self._speaks_of_nation(match):
                yield PlaceMark(match.start(), match.end(), match[0], False)

    def _speaks_of_nation(self, match: re.Match[str]) -> bool:
        """全国 opens a clause and does not begin the name of an award, a meeting or a body."""
        before, after = self.text[max(0, match.start() - 1) : match.start()], self.text[match.end() : match.end() + 6]
        led = self.text.endswith(words()["nation_opener"], 0, match.start())
        opens = not before or before in CLAUSE_OPENERS or before in "年底末" or led
        return opens and not after.startswith(words()["national_name"])

    def _resolve(self, mark: PlaceMark, year: int | None) -> Place | None:
        if mark.name in words()["whole_area"]:
            return self._whole(mark.name, year)
        around = self.page_place.region.full_path[0] if self.page_place.region else None
        region = self.names.index.resolve(mark.name, year, within=around) or self.names.index.resolve(mark.name, year)
        if region is None:
            return None
        return Place(region.ref_area, region.name, "clause", region)

    def _whole(self, word: str, year: int | None) -> Place | None:
        if word.endswith("国"):
            nation = self.names.nation(year)
            return Place(nation.ref_area, nation.name, "clause", nation) if nation else None
        own = self._page_place_in(year)
        levels = SUFFIX_LEVELS.get(word[1:], SUFFIX_LEVELS.get(word[-1], ()))
        region = own.region
        while region is not None and levels and not (region.level in levels and _ends_like(region, word)):
            region = self.names.index.parent(region)
        return (
            Place(region.ref_area, region.name, own.basis, region)
            if region and levels and region.level != "nation"
            else own
        )


def _innermost(marks: list[PlaceMark]) -> list[PlaceMark]:
    """北京市朝阳区 speaks of 朝阳区: of names without a gap between them the last, from where the first begins."""
    joined: list[PlaceMark] = []
    for mark in marks:
        goes_on = bool(joined) and joined[-1].end == mark.start and not mark.is_short
        joined.append(mark._replace(start=joined.pop().start) if goes_on else mark)
    return joined


def _ends_like(region: Region, word: str) -> bool:
    """全市 fits 南京市 and 上海市, 全区 fits 新会区 and 内蒙古自治区."""
    end = "地区" if word.endswith("地区") else word[-1]
    return region.name.endswith(end) or (end == "州" and region.name.endswith("地区"))


@lru_cache(maxsize=1)
def _nation_pattern() -> re.Pattern[str]:
    """全国 opening a clause, with what the nation has or does after it."""
    subjects = "|".join(re.escape(word) for word in words()["nation_subject"])
    return re.compile(rf"全国(?<![^,。;\n年底末]全国)(?:{subjects})")


@lru_cache(maxsize=1)
def _whole_area_pattern() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in words()["whole_area"] if word[0] in "全我本该"))


def find_page_place(
    page: Page, text: str, context: Context, year: int | None, names: PlaceNames, marks: list[PlaceMark]
) -> Place:
    """The region the page is about: named in title, breadcrumb or text, else the given one, else unknown.

    `marks` are the names that stand in `text`.
    """
    crumbs, title = plain(" ".join(page.breadcrumb)), plain(page.title)
    around = crumbs + " " + title + text[:2000]
    zone = _zone_of(title, text, year, names)
    if zone:
        return Place(None, zone, "title")
    titled = _most_specific(title, year, names, around)
    namesake = _namesake(title, titled, names) if titled else None
    if namesake:
        return Place(None, namesake, "title")
    pathed = _most_specific(crumbs, year, names, around)
    if pathed is not None and (titled is None or titled.region_id == pathed.region_id):
        return Place(pathed.ref_area, pathed.name, "breadcrumb", pathed)
    if titled is not None:
        return Place(titled.ref_area, titled.name, "title", titled)
    if any_of("nation_title").search(title):
        nation = names.nation(year)
        return Place(nation.ref_area, nation.name, "title", nation) if nation else Place(None, None, "unknown")
    return _place_from_text(page, text, context, year, names, marks)


@lru_cache(maxsize=1)
def _zone_pattern() -> re.Pattern[str]:
    suffixes = alternation(words()["zone_suffix"])
    return re.compile(rf"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{{2,14}}?(?:{suffixes}))(?=总工会|工会|年鉴)")


def _zone_of(title: str, text: str, year: int | None, names: PlaceNames) -> str | None:
    """An area that has a union federation but no code, such as 兰州新区, when title or first line name it."""
    match = _zone_pattern().search(title) or _zone_pattern().match(text[:100].lstrip("\n 【[").split("\n")[0])
    return match[1] if match and names.index.resolve(match[1], year) is None else None


def _place_from_text(
    page: Page, text: str, context: Context, year: int | None, names: PlaceNames, marks: list[PlaceMark]
) -> Place:
    bare = {region.region_id: region for mark in names.find(plain(page.title)) if (region := _broad(mark, year, names))}
    if len(bare) == 1:
        region = next(iter(bare.values()))
        return Place(region.ref_area, region.name, "title", region)
    unlisted = _unlisted_name(plain(f"{page.title} {' '.join(page.breadcrumb)}"), text)
    if unlisted:
        return Place(None, unlisted, "title")
    region = _region_of_text(text, year, names, marks)
    if region is not None:
        return Place(region.ref_area, region.name, "text", region)
    hosted = _region_of_host(page.url, year, names)
    if hosted is not None:
        return Place(hosted.ref_area, hosted.name, "url", hosted)
    if context.region_name:
        given = names.index.resolve(context.region_name, year)
        return Place(given.ref_area if given else None, given.name if given else context.region_name, "option", given)
    told = [name for name, times in Counter(_unlisted(text)).most_common(1) if times > 1]
    return Place(None, told[0], "text") if told else Place(None, None, "unknown")


def _region_of_host(url: str, year: int | None, names: PlaceNames) -> Region | None:
    """The region that a government's host is named after: tj.jiangsu.gov.cn."""
    labels = (urlsplit(url).hostname or "").split(".")
    found = {region.region_id: region for label in labels if (region := names.index.by_pinyin(label, year))}
    return next(iter(found.values())) if len(found) == 1 else None


def _unlisted_name(titles: str, text: str) -> str | None:
    """The name of a place that no register lists, as title and text print it: 澄屿年鉴 of a 全县 is 澄屿县."""
    printed = [_innermost_name(name) for name in _unlisted(titles)]
    whole = next((word for word, _ in Counter(WHOLE_WORD.findall(text)).most_common(1)), "")
    if printed:
        longer = (name for name in printed if name != printed[0] and name.startswith(printed[0]))
        name = next(longer, printed[0])
        return name + whole if name.endswith("州") and whole == CITY else name
    named = UNLISTED_YEARBOOK.search(titles)
    if named is None or not whole:
        return None
    return named[1] if named[1].endswith(whole) else named[1] + whole


def _unlisted(text: str) -> Iterator[str]:
    """Names that stand where a place's name does (X市总工会), but for mere kinds of areas (江苏县区)."""
    return (match[1] for match in UNLISTED.finditer(text) if not match[1].endswith(words()["area_noun"]))


def _innermost_name(name: str) -> str:
    """白鹭区 of 鹭洲市白鹭区."""
    inner = INNER_NAME.search(name)
    return inner[0] if inner else name


def _namesake(titles: str, region: Region, names: PlaceNames) -> str | None:
    """岭东省 in a title, where 岭东年鉴 seemed to speak of 岭东区: a full name that no register lists."""
    for name in _unlisted(titles):
        is_other = name.startswith(region.short_name) and not name.startswith(region.name)
        if is_other and not names.index.knows(name):
            return name
    return None


def _broad(mark: PlaceMark, year: int | None, names: PlaceNames) -> Region | None:
    """A province or prefecture named without its suffix (内蒙古各级工会)."""
    region = names.index.resolve(mark.name, year)
    return region if region is not None and region.level in ("province", "prefecture") else None


def _most_specific(source: str, year: int | None, names: PlaceNames, around: str) -> Region | None:
    """The lowest region that `source` names; namesakes are decided by regions named around it."""
    found: list[Region] = []
    outer: list[str] | None = None
    for mark in names.find(source):
        after = source[mark.end : mark.end + 5]
        if mark.is_short and not after.startswith((*words()["institution"], "市", "省", "县", "区")):
            continue
        region = names.index.resolve(mark.name, year)
        if region is None and outer is None:
            outer = [other.name for other in names.find(around)[:NEIGHBOURS]]
        region = region or _within_any(mark.name, year, outer or [], names)
        if region is not None:
            found.append(region)
    for match in UNLISTED_YEARBOOK.finditer(source):
        outer = outer or [other.name for other in names.find(around)[:NEIGHBOURS]]
        region = names.index.resolve(match[1], year) or _within_any(match[1], year, outer, names)
        if region is not None:
            found.append(region)
    return max(found, key=lambda region: LEVELS.index(region.level), default=None)


def _within_any(name: str, year: int | None, outer: list[str], names: PlaceNames) -> Region | None:
    for other in outer:
        around = names.index.resolve(other, year)
        if around is not None and around.name != name and around.level != "nation":
            region = names.index.resolve(name, year, within=around.name)
            if region is not None and region.region_id != around.region_id:
                return region
    return None


def _region_of_text(text: str, year: int | None, names: PlaceNames, marks: list[PlaceMark]) -> Region | None:
    """The region whose union, yearbook or workers the text names most often; else the one it opens with.

    Where it opens with a table of regions, that is the one around them.
    """
    counted: Counter[str] = Counter()
    regions: dict[str, Region] = {}
    rows: dict[str, Region] = {}
    outer = [mark.name for mark in marks[:NEIGHBOURS]]
    for mark in marks:
        after = text[mark.end : mark.end + 5]
        if after.startswith(words()["example_tail"]):
            continue
        is_named = after.startswith(words()["institution"])
        is_row = mark.start <= OPENING and _is_row_of(mark, text)
        if not is_named and (mark.start > OPENING or (mark.is_short and not is_row)):
            continue
        region = names.index.resolve(mark.name, year) or _within_any(mark.name, year, outer, names)
        if region is not None and region.level != "nation":
            counted[region.region_id] += NAMED_WEIGHT if is_named else 1
            regions[region.region_id] = region
            if is_row:
                rows[region.region_id] = region
    speaks_of_nation = 0 if WHOLE_WORD.search(text) else len(_nation_pattern().findall(text))
    if speaks_of_nation > max(counted.values(), default=0) / NAMED_WEIGHT:
        return names.nation(year)
    if not counted:
        return None
    first, times = counted.most_common(1)[0]
    tied = {region_id for region_id, count in counted.items() if count == times}
    if len(tied) > 1 and tied <= rows.keys():
        return _around_all([rows[region_id] for region_id in tied], names)
    return _at_told_level(regions[first], text, names)


def _is_row_of(mark: PlaceMark, text: str) -> bool:
    """A line begins with the name, and a number, another cell or nothing follows."""
    return text[: mark.start].rstrip(CELL_SIGNS)[-1:] in LINE_BEGIN and bool(ROW_NAME_END.match(text, mark.end))


def _around_all(found: list[Region], names: PlaceNames) -> Region | None:
    """The lowest region that all of them are or lie in."""
    shared = [set(_upwards(region, names)) for region in found]
    return next((region for region in _upwards(found[0], names) if all(region in path for path in shared)), None)


def _upwards(region: Region, names: PlaceNames) -> Iterator[Region]:
    """A region, the one around it, and so on up to the nation."""
    outer: Region | None = region
    while outer is not None:
        yield outer
        outer = names.index.parent(outer)


def _at_told_level(region: Region, text: str, names: PlaceNames) -> Region:
    """The province around a city that a page names most, when the page itself speaks of 全省 and not of 全市."""
    told = Counter(WHOLE_WORD.findall(text)).most_common(1)
    levels = SUFFIX_LEVELS[told[0][0]] if told else ()
    outer: Region | None = region
    while outer is not None and levels and not (outer.level in levels and _ends_like(outer, told[0][0])):
        outer = names.index.parent(outer)
    return outer if outer is not None and outer.level != "nation" else region

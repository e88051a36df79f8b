"""What the heads of tables say about time and comparison, whoever reads them (`ingest.parse`, `ingest.extract`).

Belongs here: heads that name a year (2012年末), a year told from the year the table is about (上年, 本年实际),
and heads of columns that compare (比上年增减). The words stand in `words.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from ingest.vocabulary import BreakdownWord, bare_category, categories, words

PERIOD_SIGNS = re.compile("[\"“”'‘’\\s]|(?:计划)?(?:时期|期间)$")
COLUMN_NUMBER = re.compile(r"^[(（]?(?P<number>\d{1,2})[)）]?\s*(?:=[\d()（）+＋×÷/*\-－]+)?$")
LEAST_COLUMNS = 3
SPACE = re.compile(r"\s")
CJK = re.compile(r"[\u4e00-\u9fff]")
AREA_HEAD = re.compile(r"^[省市县区旗盟州镇乡街道、()（）各及/]+$")


@lru_cache(maxsize=1)
def _offsets() -> dict[str, int]:
    """Words that tell a year from the table's own, with their offset."""
    return {word: int(offset) for word, _, offset in (item.partition(":") for item in words()["table_year"])}


@lru_cache(maxsize=1)
def _relative_head() -> re.Pattern[str]:
    told, tails = _alternation(_offsets()), _alternation(words()["table_year_tail"])
    return re.compile(rf"^(?P<word>{told})?(?P<tails>(?:{tails})*)(?P<rest>.*)$", re.DOTALL)


@lru_cache(maxsize=1)
def _year_head() -> re.Pattern[str]:
    tails = _alternation(words()["table_year_tail"])
    return re.compile(rf"^\(?(?:1[89]|20)\d{{2}}\s*(?:年度?)?(?:\d{{1,2}}月(?:\d{{1,2}}日)?)?(?:{tails})*\)?$")


def _alternation(items: dict[str, int] | tuple[str, ...]) -> str:
    return "|".join(re.escape(item) for item in sorted(items, key=len, reverse=True))


@lru_cache(maxsize=8192)
def year_offset(core: str) -> int | None:
    """How far the year that a head begins with lies from the table's own: -1 for 上年末会员数; None without one."""
    match = _relative_head().match(core)
    return _offsets()[match["word"]] if match and match["word"] else None


@lru_cache(maxsize=8192)
def is_year_head(core: str) -> bool:
    """A head that names a year and nothing else, as a number or from the table's own: 2012年末, 上年同期."""
    if _year_head().match(core) or PERIOD_SIGNS.sub("", core) in words()["table_period"]:
        return True
    match = _relative_head().match(core)
    return match is not None and bool(match["word"]) and not match["rest"]


def is_row_of_years(label: str, years: Sequence[int]) -> bool:
    """Numbers that look like years head columns, but behind a label of their own only in order or repeated.

    集体合同 1846 1903 1957 1938 are values.
    """
    own = SPACE.sub("", label)
    if not CJK.search(own) or is_stub_head(own):
        return True
    pairs = list(pairwise(years))
    in_order = all(a < b for a, b in pairs) or all(a > b for a, b in pairs)
    return in_order or len(set(years)) < len(years)


def numbers_columns(texts: Sequence[str]) -> bool:
    """A row below a head that only numbers its columns: 甲 乙 1 2 3, or (1) (2) (3)=(1)+(2)."""
    filled = [text for text in texts if text]
    labels = 0
    while labels < len(filled) and filled[labels].strip("()（）") in words()["table_numbering"]:
        labels += 1
    numbers = [match and int(match["number"]) for match in map(COLUMN_NUMBER.match, filled[labels:])]
    first = numbers[0] if numbers else None
    if first not in (0, 1) or numbers != list(range(first, first + len(numbers))):
        return False
    return len(numbers) >= (1 if labels else LEAST_COLUMNS)


def without_year(core: str) -> str:
    """A head without the word that tells its year from the table's own: 会员数 of 上年末会员数."""
    match = _relative_head().match(core)
    if match is None or not match["word"] or _offsets()[match["word"]] == 0 or not match["rest"]:
        return core
    return match["rest"]


def is_stub_head(text: str) -> bool:
    """The head of the label column: 地区, 指标, 县(市、区)."""
    plain = re.sub(r"\s", "", text)
    return plain in words()["table_stub_head"] or bool(AREA_HEAD.match(plain))


@lru_cache(maxsize=8192)
def compares(core: str) -> bool:
    """A head that tells a change or a ratio between two times: 比上年增减, 同比(%), 2012年为2011年%."""
    return any(word in core for word in words()["table_comparison"]) or bool(
        re.search(r"\d{4}年?[为比较是以]\d{4}", core)
    )


def tells_amount(core: str) -> bool:
    """A head of changes that are told in numbers and not in percent: 增减数, 净增."""
    return any(word in core for word in words()["table_change_amount"])


@lru_cache(maxsize=8192)
def is_share(core: str) -> bool:
    """A head that tells what part of a whole the figures of its column are: 比重, 占总数%."""
    return core.startswith(words()["table_share"]) or core.endswith(words()["table_share"])


@lru_cache(maxsize=8192)
def category_of(core: str) -> BreakdownWord | None:
    """The breakdown value that a head is the name of, alone or before a noun that repeats the whole (采矿业工会)."""
    bare = bare_category(core)
    for text in (bare, *(bare.removesuffix(noun) for noun in words()["part_noun"] if bare.endswith(noun))):
        if text in categories():
            return categories()[text]
    return None

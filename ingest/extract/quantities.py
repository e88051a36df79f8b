"""Quantities in running text: a number, its precision, its qualifier and its measure word.

Belongs here: which digits are a quantity and which are a date, an ordinal, a document number or a name, by
grammar; and the interval that a quantity means. Does not belong here: what it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ingest.extract.lexicon import alternation
from ingest.extract.numerals import KEPT, POINT, Numeral, chinese_value, read_arabic, read_chinese
from ingest.vocabulary import Unit, units, words

CHINESE = "零〇一二两三四五六七八九十百千万亿"
CHINESE_DIGITS = "零〇一二三四五六七八九"
ENDLESS = 200
SCALES = "十百千万亿"
DATE_DIGITS = "零〇○一二三四五六七八九十"
ORDER_KIND = "left_qualifier_order"
CJK_WORD = r"\u4e00-\u9fff"
ORDER_SIGNS = ("数", "上", "几")
ARTICLE_SIGNS = tuple("第每某另这那各")
BARE = "bare"
PERSON = "人"  # the measure word that 71万职工 leaves out
DAMAGE = "\ufffd□■█◇×*?"


class Amount(NamedTuple):
    """What a printed number states. Values are in base units, bounds None where open.

    `dimension` is that of the measure word, `bare` without one.
    """

    value: float | None
    low: float | None
    high: float | None
    qualifier: str
    unit: Unit | None
    unit_raw: str
    numeral: Numeral
    dimension: str


class Quantity(NamedTuple):
    """An amount where it is printed: the fields of `Amount` behind offsets that index the view."""

    start: int
    end: int
    number_start: int
    value: float | None
    low: float | None
    high: float | None
    qualifier: str
    unit: Unit | None
    unit_raw: str
    numeral: Numeral
    dimension: str


@lru_cache(maxsize=1)
def lookalike_pattern() -> re.Pattern[str]:
    """Everything that holds digits and is no quantity, by general grammar; longest forms first."""
    tails = alternation(words()["name_tail"])
    n = rf"(?:\d+|[{CHINESE}]+)"
    parts = [
        rf"第[{CHINESE}\d]+(?:[届次个名批期]|(?=[^\d{CHINESE}])|$)(?:[^,。;\d]{{0,2}}[{CHINESE}\d]+次)?",
        rf"(?<=前)[{CHINESE}\d]+[名位强](?!\d)",
        r"(?<=\n)\d{1,2}[.、](?!\d)",
        r"(?m:(?:(?<=[—–·-])|(?<=[—–·-] ))\d{1,4}(?= ?[—–·-]+[ \u3000]*$))",
        r"(?<=热线)\d{3,8}(?![\d万亿])",
        rf"[{CHINESE}\d]+届[{CHINESE}\d]+次",
        rf"(?<=届)[{CHINESE}\d]+次",
        rf"(?<=[省市县区旗州盟])[{CHINESE}]+次(?={alternation(words()['congress'])})",
        r"(?:19|20)\d{2}\s*[-./]\s*(?:0?[1-9]|1[0-2])\s*[-./]\s*\d{1,2}(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?",
        r"\d{4}\s*[-—–~～至/]\s*\d{2,4}(?:\s*年(?:度)?)?(?!\d|[万亿千百]?[人名个家户元%次项])",
        r"\d{1,2}:\d{2}(?::\d{2})?",
        r"(?<!\d)(?:19|20)\d{2}(?=(?:[、,和](?:19|20)\d{2})*[、,和](?:19|20)\d{2}年)",
        rf"(?:(?:19|20)\d{{2}}|\d{{2}}|[{DATE_DIGITS}]{{2,4}})年代(?:初|末|中期)?",
        r"(?:1[5-9]|20)\d{2}\s*年(?:度|底|末|初|中)?(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日|底|末|初|份)?)?",
        rf"[一二][{DATE_DIGITS}]{{3}}年(?:度|底|末|初)?(?:[{DATE_DIGITS}]{{1,3}}月(?:[{DATE_DIGITS}]{{1,3}}日)?)?",
        rf"(?:\d{{1,2}}|[{DATE_DIGITS}]{{1,3}})\s*[-—~～至]\s*(?:\d{{1,2}}|[{DATE_DIGITS}]{{1,3}})\s*月(?:份)?",
        (
            rf"(?:\d{{1,2}}|[{DATE_DIGITS}]{{1,3}})\s*月\s*(?:\d{{1,2}}|[{DATE_DIGITS}]{{1,3}})\s*(?:日|号)?"
            rf"(?:\s*(?:[-—~～至、]|和)\s*(?:\d{{1,2}}|[{DATE_DIGITS}]{{1,3}})\s*(?:月\s*\d{{1,2}}\s*)?日)?(?=\D|$)"
        ),
        rf"(?<!个)(?:\d{{1,2}}|[{DATE_DIGITS}]{{1,3}})月(?:份|底|末|初|中旬|上旬|下旬)?",
        r"\d{1,2}\s*[-—~～至]\s*\d{1,2}\s*日",
        (
            rf"(?:{alternation(words()['duration_lead'])})?(?:\d+|[{CHINESE}]+)(?:多|余|来|几)?\s*"
            rf"(?:{alternation(words()['duration'])})(?![次万亿])"
            rf"(?!(?<=点)[{CHINESE_DIGITS}]+(?![{CHINESE_DIGITS}十分半]))"
        ),
        r"〔\d{4}〕\s*(?:第)?\d+\s*号|[\[(]\d{4}[\])]\s*(?:第)?\d+\s*号|\d+\s*号(?:文件|令|文)?",
        r"(?<!\d)0\d{2,3}[-—]\d{7,8}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)400[-—]?\d{3}[-—]?\d{4}",
        r"[A-Za-z]+[-—_]?\d+(?:\.\d+)?(?![万亿千]?[人名个家])|\d+[A-Za-z]+",
        r"《[^》\n]{0,60}》",
        r"“[^”\n,。;]{0,20}”",
        r'"[^"\n,。;\d]{2,12}"',
        rf"(?:\d+|[{CHINESE}]+)人\s*(?:及)?以[上下](?=的?[^,。;、\d\n]{{0,8}}(?:企业|单位|规模|组织))",
        rf"(?<![\d.{CHINESE}])[一二三四五六七八九](?![{CHINESE}])[{CJK_WORD}]一(?![{CHINESE}])[{CJK_WORD}]",
        r"(?:19|20)\d{2}\s*[卷版]",
        rf"(?:\d{{1,2}}|[{DATE_DIGITS}]{{1,3}})世纪",
        rf"(?<![\d{CHINESE}.])[{CHINESE}\d]+周年",
        rf"(?<![数上近几成超逾过余多来\d{CHINESE}])(?:[百千万]|百万|千万)(?:名|人|家|个|场|企|村|户|站)?(?=[^\d,。;、:()达\n]{{1,12}}(?:{tails}))",
        rf"(?:{alternation(words()['page_counter'])})(?:次数|量|数)?[:：]?\s*\d+\s*次?",
        r"\d[\d.,]{0,15}[万亿]?(?:人|家|个|元)?大关",
        r"\d+/\d{2,}|\d+(?:\.\d+){2,}|\d+(?:\.\d+)?版",
        rf"{n}(?:大|类)(?:会|报告|精神|以来|代表)",
    ]
    return re.compile("|".join(f"(?:{part})" for part in parts))


MAGNITUDE = r"百万亿|千万亿|万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千|百"


@lru_cache(maxsize=1)
def quantity_pattern() -> re.Pattern[str]:
    """One regular expression for a number with what touches it."""
    vocabulary = words()
    before = alternation(
        [
            word
            for kind, items in vocabulary.items()
            if kind.startswith("left_") and kind != ORDER_KIND
            for word in items
        ]
    )
    after = alternation(
        [word for kind, items in vocabulary.items() if kind.startswith("right_qualifier") for word in items]
    )
    measure = alternation(list(units()))
    arabic = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
    to_money = rf"\s?(?:[-—–~～]{{1,2}}|至|到)\s?{arabic}(?:{MAGNITUDE})?元"
    return re.compile(
        rf"(?P<before>{before})?(?P<percent_word>百分之|千分之)?"
        rf"(?:(?P<digits>{arabic})\s?(?P<open1>[多余几来])?(?P<scale>{MAGNITUDE})?(?P<open2>[多余来])?"
        rf"|(?P<chinese>[{CHINESE}]+(?:点[{CHINESE_DIGITS}]+(?(percent_word)|(?=[万亿倍%]|个百分点))[万亿]?)?"
        rf"(?:[多余几来](?:万亿|[万亿千百])?)?(?:分之[{CHINESE}]+)?))"
        rf"(?:(?P<from_unit>%|元(?={to_money}))?\s?(?:[-—–~～]{{1,2}}|至|到)\s?(?P<to>{arabic})(?P<to_scale>{MAGNITUDE})?)?"
        rf"\s?(?P<unit>{measure})?(?P<hundredth>(?<=成)[{CHINESE_DIGITS}](?=[,。;、:!?)\s的]|以|左右|多|强|$))?(?P<open3>多|余|有余)?(?P<after>{after})?"
    )


@lru_cache(maxsize=1)
def qualifier_of_word() -> dict[str, str]:
    """Qualifier words to qualifier codes: 近 is NEAR, 以上 is GE."""
    found = {}
    for kind, items in words().items():
        side, _, code = kind.partition("_qualifier_")
        if code:
            found.update(dict.fromkeys((f"{side}:{item}" for item in items), code.upper()))
    return found


def matches(pattern: re.Pattern[str], start: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What `pattern.finditer` finds, tried only where `start` says that a match can begin.

    The patterns are long alternations; trying them at every character costs ten times as much. `start` may hold
    a group `plain` for a stretch in which no match begins.
    """
    end = 0
    match_at = pattern.match
    has_plain = "plain" in start.groupindex
    for candidate in start.finditer(text):
        place = candidate.start()
        if place < end or (has_plain and candidate["plain"] is not None):
            continue
        match = match_at(text, place)
        if match is not None and match.end() > place:
            end = match.end()
            yield match


@lru_cache(maxsize=1)
def _lookalike_start() -> re.Pattern[str]:
    """The characters that a look-alike can begin with: digits, opening signs, and the first ones of its words.

    A number is passed over as a whole (`plain`) unless what stands behind it may make it a date, a duration, a
    limit, a version or another form of the alternation. A letter or a bracket begins one only before digits. Endless
    rows of digits or letters hold none, so that cost stays linear.
    """
    first = {word[0] for kind in ("page_counter", "duration_lead") for word in words()[kind]}
    number = rf"(?:\d{{0,2}}(?:,\d{{3}})++|\d{{0,8}}+)(?:\.\d{{1,9}}+)?+[{SCALES}]*+"
    endless = rf"(?<=[\d{CHINESE}])[\d{CHINESE}]{{{ENDLESS},}}+|(?<=[A-Za-z])[A-Za-z]{{{ENDLESS},}}+"
    runs_on = rf"[A-Za-z\d.,:、和{CHINESE}{DATE_DIGITS}]"
    duration = rf"[多余来几]?\s*(?:{alternation(words()['duration'])})"
    telling = rf"{duration}|[-—–~～至/.年月日号届次卷版世大类]|[人家个元]大|人\s*[及以]"
    return re.compile(
        rf"[\d{CHINESE}{DATE_DIGITS}第〔\[(《“\"A-Za-z{''.join(sorted(first))}]"
        rf"(?:(?P<plain>{endless}|(?<=\d)(?<![前线]\d){number}(?!{runs_on}|\s*(?:{telling})))|(?<![A-Za-z\[(])|(?=[A-Za-z]*+[-—_]?\d))"
    )


@lru_cache(maxsize=1)
def _quantity_start() -> re.Pattern[str]:
    """Where a quantity can begin: a row of digits, and qualifier words with digits behind them."""
    kinds = [kind for kind in words() if kind.startswith("left_") and kind != ORDER_KIND]
    leading = {word for kind in kinds for word in words()[kind]}
    first = "".join(sorted({word[0] for word in leading}))
    rest = alternation({word[1:] for word in leading})
    return re.compile(rf"[\d{CHINESE}{first}](?:(?<=\d)\d*+|(?<=[{CHINESE}])|(?=(?:{rest})[\d{CHINESE}]))")


def find_lookalikes(text: str) -> list[tuple[int, int]]:
    """Stretches of `text` that hold digits and are no quantity (dates, ordinals, document numbers, names)."""
    return [match.span() for match in matches(lookalike_pattern(), _lookalike_start(), text)]


def find_quantities(text: str) -> tuple[list[Quantity], list[tuple[int, int]]]:
    """All quantities of `text` in order, and the stretches that held a damaged number.

    A number without a measure word is given with dimension `bare`; whether it counts anything is for the
    attribution to decide.
    """
    masked = _mask(text)
    found: list[Quantity] = []
    damaged: list[tuple[int, int]] = []
    for match in matches(quantity_pattern(), _quantity_start(), masked):
        wording = _worded(match.groups())
        if wording.printed.digits and _is_damaged(masked, *match.span("digits")):
            damaged.append(match.span())
            continue
        quantity = _read(match, wording, masked)
        if quantity is not None:
            found.append(quantity)
    return found, damaged


class Printed(NamedTuple):
    """The pieces of a printed number, None where a piece is missing; in the order of the pattern's groups."""

    before: str | None
    percent_word: str | None
    digits: str | None
    open1: str | None
    scale: str | None
    open2: str | None
    chinese: str | None
    from_unit: str | None
    to: str | None
    to_scale: str | None
    unit: str | None
    hundredth: str | None
    open3: str | None
    after: str | None


class Wording(NamedTuple):
    """A printed number as it reads wherever it stands; `numeral` is None for a fraction and for no number."""

    printed: Printed
    numeral: Numeral | None
    amount: Amount | None


def _mask(text: str) -> str:
    """Put a blank sign over every look-alike, so that lengths stay and no digit of it is read."""
    pieces: list[str] = []
    last = 0
    for start, end in find_lookalikes(text):
        pieces += [text[last:start], "\x00" * (end - start)]
        last = end
    return "".join([*pieces, text[last:]])


def _is_damaged(text: str, start: int, end: int) -> bool:
    """A destroyed character directly before the digits `text[start:end]` or inside the number."""
    return (start > 0 and text[start - 1] in DAMAGE) or (end < len(text) and text[end] in DAMAGE)


@lru_cache(maxsize=KEPT)
def _worded(pieces: tuple[str | None, ...]) -> Wording:
    """What the pieces of a printed number say; the same few numbers make up most of what is printed."""
    printed = Printed(*pieces)
    chinese = printed.chinese
    if not chinese:
        numeral: Numeral | None = read_arabic(
            printed.digits or "", printed.open1 or "", printed.scale or "", printed.open2 or printed.open3 or ""
        )
    elif "分之" in chinese:
        return Wording(printed, None, _fraction(printed))
    elif not printed.unit and not printed.percent_word:
        return Wording(printed, None, None)
    else:
        decimals = POINT + printed.hundredth if printed.hundredth else ""  # 四成六 is 4.6 tenths
        numeral = read_chinese(chinese + decimals + ("多" if printed.open3 else ""))
    if numeral is None:
        return Wording(printed, None, None)
    amount = _range(printed, numeral) if printed.to else _single(printed, numeral, _qualifier(printed, numeral))
    return Wording(printed, numeral, amount)


def _read(match: re.Match[str], wording: Wording, text: str) -> Quantity | None:
    """The quantity that a wording states where it stands; None where it states none."""
    printed, numeral, amount = wording
    start, end = match.span()
    if printed.digits is not None:
        is_bare = amount is not None and amount.unit is None and printed.scale
        if amount is not None and is_bare and text.startswith(words()["counted_person"], end):
            amount = amount._replace(unit=units()[PERSON], dimension=units()[PERSON].dimension)
        return None if amount is None else Quantity(start, end, match.start("digits"), *amount)
    if numeral is not None and not _chinese_counts(match, printed, text, numeral):
        return None
    if numeral is not None and numeral.is_bare and not printed.to and text[start - 1 : start] in ORDER_SIGNS:
        start, amount = start - 1, _single(printed, numeral, "ORDER")
    return None if amount is None else Quantity(start, end, match.start("chinese"), *amount)


def _chinese_counts(match: re.Match[str], printed: Printed, text: str, numeral: Numeral) -> bool:
    """Chinese digits are a quantity only before a measure word (or 百分之), and 一个 is an article."""
    if printed.percent_word:
        return True
    if text.startswith(words()["abstract_noun"], match.end(), match.end() + 4):
        return False
    preceding = text[match.start() - 1 : match.start()]
    if numeral.is_bare and not (preceding in ORDER_SIGNS or printed.before or printed.open3 or numeral.is_open):
        return len(printed.chinese or "") > 1
    return printed.chinese != "一" and preceding not in ARTICLE_SIGNS


def _single(printed: Printed, numeral: Numeral, qualifier: str) -> Amount:
    unit, unit_raw = _unit(printed)
    dimension = unit.dimension if unit else BARE
    value, low, high = interval(numeral, qualifier, unit.factor if unit else 1.0, dimension)
    return Amount(value, low, high, qualifier, unit, unit_raw, numeral, dimension)


def _names_only_an_order(printed: Printed, numeral: Numeral) -> bool:
    """近百 and 十余 say an order of magnitude and no value."""
    chinese = printed.chinese or ""
    if numeral.is_bare:
        return len(chinese) == 1 and printed.before in words()["left_qualifier_near"]
    return chinese.startswith("十") and numeral.is_open and numeral.value == 10


def _unit(printed: Printed) -> tuple[Unit | None, str]:
    if printed.percent_word:
        word = "%" if printed.percent_word == "百分之" else "‰"
        return units()[word], printed.percent_word
    word = printed.unit or printed.from_unit or ""
    return units().get(word), word


def _qualifier(printed: Printed, numeral: Numeral) -> str:
    if _names_only_an_order(printed, numeral):
        return "ORDER"
    codes = qualifier_of_word()
    after = codes.get(f"right:{printed.after}", "") if printed.after else ""
    before = codes.get(f"left:{printed.before}", "") if printed.before else ""
    if numeral.is_open or after == "MORE":
        return "MORE"
    return before if before in ("GT", "LT") else after or before or "EQ"


def _fraction(printed: Printed) -> Amount | None:
    lower, _, upper = (printed.chinese or "").partition("分之")
    below, above = chinese_value(lower), chinese_value(upper)
    if not below or not above or above > below:
        return None
    value = _tidy(100.0 * above / below)
    numeral = Numeral(value, 1.0, 1.0, False)
    qualifier = _qualifier(printed, numeral)
    unit = units()["%"]
    low, high = interval(numeral, qualifier, 1.0, "percent")[1:]
    return Amount(value, low, high, qualifier, unit, "分之", numeral, unit.dimension)


def _range(printed: Printed, first: Numeral) -> Amount | None:
    last = printed.to or ""
    second = read_arabic(last, "", printed.to_scale or "", "")
    unit, unit_raw = _unit(printed)
    is_shared = printed.to_scale and not (printed.scale or printed.from_unit)
    scale = read_arabic("1", "", printed.to_scale, "").value if is_shared else 1.0
    low, high = first.value * scale, second.value
    if not low < high or unit is None:
        return None
    factor = unit.factor
    middle = (low + high) / 2 * factor
    return Amount(middle, low * factor, high * factor, "RANGE", unit, unit_raw, first, unit.dimension)


def interval(
    numeral: Numeral, qualifier: str, factor: float, dimension: str
) -> tuple[float | None, float | None, float | None]:
    """Value, lower and upper bound in base units; a bound is None where the text sets none.

    The rules are those of the qualifier table: 以上 includes its number, 近 approaches from below, 多 and 余
    open upward by one place, 左右 is 5 percent or half a step, a rounded number is half its last place wide.
    """
    value = _tidy(numeral.value * factor)
    low, high = _bounds(numeral, qualifier, factor, value, 100.0 if dimension == "percent" and value <= 100 else None)
    return (None if qualifier == "ORDER" else value), _round(low), _round(high)


def _bounds(
    numeral: Numeral, qualifier: str, factor: float, value: float, top: float | None
) -> tuple[float | None, float | None]:
    """Lower and upper bound of `value`; `top` is the most that its dimension allows."""
    half = numeral.ulp * factor / 2 if numeral.is_rounded else 0.0
    step = numeral.step * factor
    match qualifier:
        case "EQ":
            bounds = value - half, value + half
        case "GE" | "GT":
            return value, top
        case "LE" | "LT":
            bounds = 0.0, value
        case "MORE":
            bounds = value, value + (numeral.open_step * factor or step)
        case "NEAR":
            bounds = value - step, value
        case "APPROX":
            width = max(value * 0.05, half)
            bounds = value - width, value + width
        case _:
            bounds = value, value * 2 if numeral.is_open else value * 10
    return bounds


def _round(value: float | None) -> float | None:
    return None if value is None else _tidy(value)


def _tidy(value: float) -> float:
    """Cut the noise of binary fractions: values are exact to six decimals."""
    return round(value, 6)

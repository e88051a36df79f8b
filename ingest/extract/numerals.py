"""Numerals as printed in Chinese text, read into a value and its precision.

Belongs here: digits, magnitude words and the place of the open words 多 and 余. Does not belong here:
units, qualifiers and what is counted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
SMALL_UNITS = {"十": 10, "百": 100, "千": 1000}
LARGE_UNITS = {"万": 10_000, "亿": 100_000_000}
POINT = "点"
KEPT = 16384
OPEN_WORDS = frozenset("多余来几")


class Numeral(NamedTuple):
    """A read numeral.

    `value` in units of one; `ulp` the place value of its last printed digit; `step` the place value of
    its last digit that is not zero; `is_rounded` true when a magnitude word or a decimal point rounds it;
    `is_open` true when 多 or 余 opens it upward to `value + open_step`; `is_bare` true for a magnitude
    without a digit (百, 千, 千万).
    """

    value: float
    ulp: float
    step: float
    is_rounded: bool
    is_open: bool = False
    open_step: float = 0.0
    is_bare: bool = False


def magnitude(text: str) -> int:
    """The product of magnitude words: 万 is 10 000, 千万 is 10 000 000, the empty text is 1."""
    product = 1
    for char in text:
        product *= SMALL_UNITS.get(char) or LARGE_UNITS[char]
    return product


def last_place(digits: str) -> float:
    """Place value of the last digit that is not zero: 3800 -> 100, 62.50 -> 0.1, 10 -> 10."""
    whole, _, decimals = digits.partition(".")
    decimals = decimals.rstrip("0")
    if decimals:
        return float(10.0 ** -len(decimals))
    return float(10 ** (len(whole) - len(whole.rstrip("0")))) if whole.strip("0") else 1.0


@lru_cache(maxsize=KEPT)
def read_arabic(digits: str, before: str, scale_word: str, after: str) -> Numeral:
    """Read `digits` with the open word before or after the magnitude word (86余万, 860万余).

    `digits` may hold thousands separators and one decimal point.
    """
    plain = digits.replace(",", "")
    decimals = len(plain.partition(".")[2])
    scale = magnitude(scale_word)
    value = round(float(plain) * scale, 6)
    ulp = scale * 10.0**-decimals
    step = last_place(plain) * scale
    open_step = step if before else min(float(scale), ulp) if scale > 1 else step
    return Numeral(
        value=value,
        ulp=ulp,
        step=step,
        is_rounded=scale > 1 or decimals > 0,
        is_open=bool(before or after),
        open_step=open_step if before or after else 0.0,
    )


def chinese_value(text: str) -> int | None:
    """The integer that Chinese digits say, positional (一九八五) or with units (三百二十五); None if they say none.

    Digits in descending order of units are required: 五十三百 is None.
    """
    if not text:
        return None
    if all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text)) if len(text) != 2 or "零" in text else None
    return _with_units(text)


def _with_units(text: str) -> int | None:
    total, section, digit, last_small, last_large = 0, 0, None, 10_000, 10**13
    for char in text:
        if char in DIGITS:
            if digit:
                return None
            digit = DIGITS[char]
        elif char in SMALL_UNITS:
            unit = SMALL_UNITS[char]
            if unit >= last_small:
                return None
            section += (1 if digit is None else digit) * unit
            digit, last_small = None, unit
        else:
            unit = LARGE_UNITS[char]
            if unit >= last_large and not (section or digit):
                return None
            part = section + (digit or 0)
            total = (total + part) * unit if unit > last_large else total + (part or (1 if not total else 0)) * unit
            section, digit, last_small, last_large = 0, None, 10_000, unit
    return total + section + (digit or 0) * (last_small // 10 if _is_short_tail(text) else 1)


def _is_short_tail(text: str) -> bool:
    """True for 三百五 and 一万二, where the last digit stands one place below the unit before it."""
    return len(text) >= 3 and text[-1] in DIGITS and text[-2] in "百千"


@lru_cache(maxsize=KEPT)
def read_chinese(text: str) -> Numeral | None:
    """Read Chinese digits with an optional open word inside (二十余万, 八千多); None if they say no number."""
    place = next((index for index, char in enumerate(text) if char in OPEN_WORDS), None)
    if place is None:
        return _closed_chinese(text)
    head = _closed_chinese(text[:place])
    tail = text[place + 1 :]
    if head is None or any(char not in LARGE_UNITS and char not in SMALL_UNITS for char in tail):
        return None
    scale = magnitude(tail)
    opened = head.step if not head.is_bare else head.value
    return Numeral(head.value * scale, head.ulp * scale, head.step * scale, True, True, opened * scale, head.is_bare)


def _closed_chinese(text: str) -> Numeral | None:
    if POINT in text:
        return _with_decimals(text)
    value = chinese_value(text)
    if value is None:
        return None
    step = float(last_place(str(value)))
    is_bare = not any(char in DIGITS for char in text) and text[0] != "十"
    is_rounded = text[-1] in LARGE_UNITS or (text[-1] in "百千" and len(text) <= 2 and not is_bare)
    return Numeral(float(value), step if is_rounded else 1.0, step, text[-1] in LARGE_UNITS, False, 0.0, is_bare)


def _with_decimals(text: str) -> Numeral | None:
    """八十六点四, 三点二万: read as 86.4 and 3.2万."""
    whole, _, tail = text.partition(POINT)
    decimals = tail.rstrip("".join(LARGE_UNITS))
    value = chinese_value(whole)
    if value is None or not decimals or any(char not in DIGITS for char in decimals):
        return None
    printed = "".join(str(DIGITS[char]) for char in decimals)
    return read_arabic(f"{value}.{printed}", "", tail[len(decimals) :], "")

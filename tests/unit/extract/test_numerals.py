"""Numerals: what is said is what is read, checked against an independent package."""

from __future__ import annotations

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.numerals import chinese_value, read_arabic, read_chinese


@given(st.integers(min_value=1, max_value=99_999_999))
def test_a_chinese_numeral_round_trips(number: int) -> None:
    assert chinese_value(cn2an.an2cn(number)) == number


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=4))
def test_an_arabic_numeral_round_trips(number: int, decimals: int) -> None:
    printed = f"{number / 10**decimals:.{decimals}f}"
    assert read_arabic(printed, "", "", "").value == pytest.approx(number / 10**decimals)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十二", 12),
        ("二十", 20),
        ("一百零七", 107),
        ("一千二", 1200),
        ("三百五", 350),
        ("两千一百", 2100),
        ("三亿", 3 * 10**8),
    ],
)
def test_forms_of_print(text: str, value: int) -> None:
    numeral = read_chinese(text)
    assert numeral is not None
    assert numeral.value == value


@pytest.mark.parametrize("text", ["五十三百", "一一", "十十"])
def test_what_is_no_number_is_not_read(text: str) -> None:
    assert chinese_value(text) is None

"""Bytes to text: which charset a page is in, whatever it says."""

from __future__ import annotations

import pytest

from ingest.parse.charset import decode

SENTENCE = "全市工会会员六十一万人，主席张堃·李镕。"


@pytest.mark.parametrize(
    ("body", "content_type", "declared", "used"),
    [
        (SENTENCE.encode("gb18030"), "text/html; charset=gb2312", "gb2312", "gb18030"),
        (b"<meta charset=gbk>" + SENTENCE.encode("gb18030"), None, "gbk", "gb18030"),
        (SENTENCE.encode("utf-8"), "text/html; charset=gb2312", "gb2312", "utf-8"),
        (SENTENCE.encode("utf-8"), "text/html; charset=ISO-8859-1", "iso-8859-1", "utf-8"),
        (SENTENCE.encode("gb18030"), None, None, "gb18030"),
        (b"\xef\xbb\xbf" + SENTENCE.encode("utf-8"), None, None, "utf-8-sig"),
        (SENTENCE.encode("gb18030"), "text/html; charset=utf-8", "utf-8", "gb18030"),
    ],
)
def test_the_text_is_right_whatever_is_declared(
    body: bytes, content_type: str | None, declared: str | None, used: str
) -> None:
    decoded = decode(body, content_type)
    assert decoded.text.endswith(SENTENCE)
    assert (decoded.declared, decoded.used, decoded.replacements) == (declared, used, 0)


def test_big5_pages_are_read() -> None:
    sentence = "全市工會會員人數及職工入會率的統計資料" * 5
    decoded = decode(sentence.encode("big5"), "text/html; charset=big5")
    assert (decoded.text, decoded.used) == (sentence, "big5")


def test_lost_characters_are_counted() -> None:
    decoded = decode("工会".encode() + b"\xff\xff\x81", "text/html; charset=utf-8")
    assert decoded.replacements > 0

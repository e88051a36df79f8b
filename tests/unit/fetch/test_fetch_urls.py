"""Addresses: one canonical form for all spellings of a page's address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.catalogue import Canonical
from ingest.fetch.urls import BadAddressError, absolute_url, canonical_url, host_of, origin_of

SITE = Canonical(scheme="http", host_aliases={"nmgqq.example": "www.nmgqq.example"}, drop_query=("sid",))


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("HTTP://WWW.Nmgqq.Example/a/b.html#top", "http://www.nmgqq.example/a/b.html"),
        ("http://www.nmgqq.example:80/a", "http://www.nmgqq.example/a"),
        ("https://www.nmgqq.example:443/a", "http://www.nmgqq.example/a"),
        ("https://nmgqq.example/a", "http://www.nmgqq.example/a"),
        ("http://www.nmgqq.example/a.html;jsessionid=0A1B?x=1", "http://www.nmgqq.example/a.html?x=1"),
        ("http://www.nmgqq.example/a;JSESSIONID=0A1B.node1", "http://www.nmgqq.example/a"),
        ("http://www.nmgqq.example", "http://www.nmgqq.example/"),
        ("http://www.nmgqq.example/a/./b/../c.html", "http://www.nmgqq.example/a/c.html"),
        ("http://www.nmgqq.example/../../a/..", "http://www.nmgqq.example/"),
        ("http://www.nmgqq.example/年鉴/a b.html", "http://www.nmgqq.example/%E5%B9%B4%E9%89%B4/a%20b.html"),
        ("http://www.nmgqq.example/%e5%b9%b4/%7Ea", "http://www.nmgqq.example/%E5%B9%B4/~a"),
        ("http://www.nmgqq.example/100%", "http://www.nmgqq.example/100%25"),
        ("http://www.nmgqq.example/view?id=6251&SID=9", "http://www.nmgqq.example/view?id=6251"),
        ("http://user:secret@www.nmgqq.example/a", "http://www.nmgqq.example/a"),
        ("http://www.nmgqq.example./a", "http://www.nmgqq.example/a"),
        ("http://www.nmgqq.example:8080/a", "http://www.nmgqq.example:8080/a"),
        ("http://bücher.example/a", "http://xn--bcher-kva.example/a"),
    ],
)
def test_canonical_url(given_url: str, expected: str):
    assert canonical_url(given_url, SITE) == expected


@pytest.mark.parametrize(
    "bad", ["", "javascript:void(0)", "mailto:a@b.cn", "ftp://a/b", "http://", "http://[::1", "http://a:99999/", "/a"]
)
def test_what_is_no_http_address_is_refused(bad: str):
    with pytest.raises(BadAddressError):
        canonical_url(bad)


def test_an_address_without_end_is_refused():
    with pytest.raises(BadAddressError, match="more than 2000"):
        canonical_url("http://a.example/" + "a/" * 1500)


@given(st.text(max_size=60))
def test_canonical_form_is_stable(path: str):
    try:
        once = canonical_url("http://a.example/" + path)
    except BadAddressError:
        return
    assert canonical_url(once) == once


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("b.html", "http://a.example/x/b.html"),
        ("../b.html", "http://a.example/b.html"),
        ("//c.example/b", "http://c.example/b"),
        (" /b\n.html ", "http://a.example/b.html"),
        ("..\\b.html", "http://a.example/b.html"),
        ("?page=2", "http://a.example/x/list.html?page=2"),
        ("?q=年", "http://a.example/x/list.html?q=%C4%EA"),
    ],
)
def test_links_resolve_as_in_a_browser(href: str, expected: str):
    assert absolute_url("http://a.example/x/list.html", href, "gbk") == expected


def test_host_and_origin():
    assert host_of("http://A.example:81/x") == "a.example"
    assert origin_of("http://a.example:81/x") == "http://a.example:81"

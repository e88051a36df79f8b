"""Addresses: from what a page prints to the one canonical form under which a page is known.

Belongs here: pure functions on addresses. Does not belong here: which hosts may be asked
(`ingest.catalogue`) or where they lead (`ingest.fetch.guard`).
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urljoin, urlsplit, urlunsplit

from ingest.catalogue import Canonical

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL_CHARS = 2000
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = "%/:@!$&'()*+,;=~-._?"


class BadAddressError(ValueError):
    """An address that cannot name a page over http; the message says why."""


def absolute_url(base: str, href: str, charset: str = "utf-8") -> str:
    """Resolve a link as a browser does: white space inside is dropped, a query is coded in the page's charset.

    Raises BadAddressError for anything but http and https.
    """
    cleaned = re.sub(r"[\t\r\n]", "", href).strip().replace("\\", "/")
    try:
        parts = urlsplit(urljoin(base, cleaned))
        query = quote(parts.query.encode(charset, "replace"), safe=_SAFE)
        joined = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
    except (ValueError, LookupError) as error:
        raise BadAddressError(f"{href!r} is not an address: {error}") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise BadAddressError(f"{href!r} is not an http address")
    return joined


def canonical_url(url: str, rule: Canonical | None = None) -> str:
    """The one form of an address: see `Canonical` for what a source may add.

    Always: lower-case scheme and host, no default port, no user name, no fragment, no `;jsessionid`,
    resolved dots, `%XX` in upper case and only where needed. Raises BadAddressError.
    """
    rule = rule or Canonical()
    try:
        parts = urlsplit(url.strip())
        host, port = _ascii_host(parts.hostname or ""), parts.port
    except ValueError as error:
        raise BadAddressError(f"{url!r} is not an address: {error}") from error
    if parts.scheme.lower() not in DEFAULT_PORTS or not host:
        raise BadAddressError(f"{url!r} is not an http address")
    if port == DEFAULT_PORTS[parts.scheme.lower()]:
        port = None
    host = rule.host_aliases.get(host, host)
    scheme = rule.scheme if rule.scheme and port is None else parts.scheme.lower()
    path = _tidy_escapes(_remove_dots(_SESSION_PATH.sub("", parts.path) or "/"))
    query = _tidy_escapes(_drop_parameters(parts.query, rule.drop_query))
    result = urlunsplit((scheme, _netloc(host, port), path, query, ""))
    if len(result) > MAX_URL_CHARS:
        raise BadAddressError(f"an address of {len(result)} characters, more than {MAX_URL_CHARS}")
    return result


def host_of(url: str) -> str:
    """The host of an address in lower case, without port; empty when there is none."""
    return (urlsplit(url).hostname or "").rstrip(".")


def origin_of(url: str) -> str:
    """Scheme, host and port: what a robots.txt and a pace belong to."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _ascii_host(host: str) -> str:
    host = host.lower().rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"the host {host!r} is not a host name") from error


def _netloc(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


def _remove_dots(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986, 5.2.4); `..` above the root is dropped."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    tail = "/" if segments[-1] in (".", "..") and kept and kept[-1] else ""
    return "/" + "/".join(kept) + tail


def _tidy_escapes(text: str) -> str:
    """Escape what must be, unescape what need not be, in upper case."""

    def normal(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if char in _UNRESERVED else match[0].upper()

    escaped = quote(text, safe=_SAFE)
    return _ESCAPE.sub(normal, re.sub(r"%(?![0-9a-fA-F]{2})", "%25", escaped))


def _drop_parameters(query: str, names: tuple[str, ...]) -> str:
    if not names or not query:
        return query
    dropped = {name.lower() for name in names}
    keys = {key for key, _ in parse_qsl(query, keep_blank_values=True) if key.lower() in dropped}
    return "&".join(piece for piece in query.split("&") if piece.partition("=")[0] not in keys)

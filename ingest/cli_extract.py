"""`union-warehouse extract`: files, folders and addresses to claims, without catalogue, lake or warehouse.

Belongs here: what may be read and what is said about a file that cannot. Does not belong here: parsing and
reading themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.cli_errors import InputError, one_sentence
from ingest.extract import extract_claims
from ingest.parse import parse_html, parse_text
from ingest.parse.charset import decode
from ingest.parse.stage import is_noise
from ingest.records import Claim, Context, Page

TEXT_SUFFIXES = frozenset({".txt"})
HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".shtml"})
SIDECAR = ".meta.json"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What is known about where a saved file came from."""

    url: str | None = None
    title: str | None = None


def read_inputs(inputs: Sequence[str], region: str | None, reference_year: int | None) -> tuple[list[Claim], list[str]]:
    """Claims of all inputs, and one sentence for each input that cannot be read."""
    context = Context(region_name=region, reference_year=reference_year)
    claims: list[Claim] = []
    problems: list[str] = []
    for item in inputs:
        try:
            pages = list(_pages(item, problems))
        except InputError as error:
            problems.append(one_sentence(error))
            continue
        for page in pages:
            claims += extract_claims(page, context)
    return claims, problems


def _pages(item: str, problems: list[str]) -> Iterator[Page]:
    """The pages of one input. A bad file of a folder is told in `problems`; a bad single input raises InputError."""
    if item.startswith(("http://", "https://")):
        yield fetch_page(item)
        return
    path = Path(item)
    if not path.is_dir():
        yield read_file(path)
        return
    files = readable_files(path)
    if not files:
        raise InputError(f"{path} holds no file that ends in {', '.join(sorted(TEXT_SUFFIXES | HTML_SUFFIXES))}.")
    for file in files:
        try:
            yield read_file(file)
        except InputError as error:
            problems.append(one_sentence(error))


def readable_files(folder: Path) -> list[Path]:
    """The HTML and text files below a folder, in order of name."""
    suffixes = TEXT_SUFFIXES | HTML_SUFFIXES
    return sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix.lower() in suffixes)


def read_file(path: Path) -> Page:
    """A saved page. Offsets of a `.txt` file index its decoded text unchanged. Raises InputError."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    if not body.strip():
        raise InputError(f"{path} is empty.")
    sidecar = read_sidecar(path)
    page = _parse(path, body, sidecar)
    if is_noise(page.text):
        raise InputError(f"{path} is no text: its bytes fit no charset of Chinese pages.")
    return page


def _parse(path: Path, body: bytes, sidecar: Sidecar) -> Page:
    url = sidecar.url or path.resolve().as_uri()
    if path.suffix.lower() not in TEXT_SUFFIXES:
        return parse_html(body, url=url, page_id=path.stem, title=sidecar.title)
    decoded = decode(body)
    return parse_text(decoded.text, page_id=path.stem, url=url, title=sidecar.title or "", decoded=decoded)


def read_sidecar(path: Path) -> Sidecar:
    """`NAME.meta.json` beside a file (NAME with or without the file's suffix). Raises InputError if it is broken."""
    for file in (path.with_name(f"{path.name}{SIDECAR}"), path.with_name(f"{path.stem}{SIDECAR}")):
        if not file.exists():
            continue
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{file} is no readable JSON: {one_sentence(error)}.") from error
        if not isinstance(content, dict):
            raise InputError(f'{file} must hold an object like {{"url": …, "title": …}}.')
        return Sidecar(_text(content, "url", file), _text(content, "title", file))
    return Sidecar()


def _text(content: dict[str, object], key: str, file: Path) -> str | None:
    value = content.get(key)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{file}: key `{key}` must be text.")
    return value or None


def fetch_page(url: str) -> Page:
    """A page from the web, asked for with the manners of the pipeline. Raises InputError."""
    from ingest.fetch import FetchError, open_client  # noqa: PLC0415 (only addresses need the network)
    from ingest.settings import load_settings  # noqa: PLC0415

    source = _source_for(url)
    try:
        with open_client(load_settings()) as http:
            response = http.get(url, source)
    except FetchError as error:
        raise InputError(f"{url} was not fetched: {error.reason}.") from error
    if response.status != 200:
        raise InputError(f"{url} was not fetched: status {response.status}.")
    return parse_html(
        response.body, url=url, page_id=page_stem(url), content_type=response.final.header("Content-Type")
    )


def page_stem(url: str) -> str:
    """The last named part of an address without its suffix; the host when there is only that."""
    host, *parts = [part for part in url.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0].split("/")[2:] if part]
    return Path(parts[-1]).stem if parts else host


def _source_for(url: str) -> "Source":  # type: ignore[name-defined] # noqa: F821, UP037
    """A catalogue entry for one address, so that robots.txt, pace and bounds hold as for any source."""
    from urllib.parse import urlsplit  # noqa: PLC0415

    from ingest.catalogue import Source  # noqa: PLC0415

    host = (urlsplit(url).hostname or "").lower()
    if not host:
        raise InputError(f"{url} names no host.")
    return Source(
        source_id="command_line",
        title=url,
        publisher=host,
        homepage=url,
        licence="unknown",
        terms="unknown",
        region="中国",
        level="nation",
        authority_kind="news",
        is_local=host.endswith(".localhost"),
        hosts=(host, host.removeprefix("www."), f"www.{host.removeprefix('www.')}"),
        pages=({"url": url},),
        verified_on=None,
    )

"""The model of a source: every key that a catalogue file may hold, with its meaning and bounds.

Belongs here: the shape of a catalogue entry. Does not belong here: reading files and wording errors
(`ingest.catalogue.reader`). All Chinese words come from the YAML files.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

Level = Literal["nation", "province", "prefecture", "county"]
AuthorityKind = Literal[
    "census",
    "national_table",
    "statistical_yearbook",
    "comprehensive_yearbook",
    "gazetteer",
    "union_report",
    "news",
]


def _check_pattern(value: str) -> str:
    """A regular expression that compiles, else ValueError with the compiler's complaint."""
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from error
    return value


def _check_year_pattern(value: str) -> str:
    """A regular expression with at least one group: the group is the year."""
    if re.compile(_check_pattern(value)).groups < 1:
        raise ValueError("a regular expression with one group, which is the year")
    return value


def _check_address(value: str) -> str:
    """An absolute http or https address."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address that begins with http:// or https:// and names a host")
    return value


def _check_host(value: str) -> str:
    """A bare host name in lower case: no scheme, no path, no port."""
    if not re.fullmatch(r"[a-z0-9\-._]+", value):
        raise ValueError("a host name in lower case, without scheme, port or path")
    return value


Pattern = Annotated[str, AfterValidator(_check_pattern)]
YearPattern = Annotated[str, AfterValidator(_check_year_pattern)]
Address = Annotated[str, AfterValidator(_check_address)]
Host = Annotated[str, AfterValidator(_check_host)]
Year = Annotated[int, Field(ge=1900, le=2100)]


class Strict(BaseModel):
    """Base of all catalogue models: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Canonical(Strict):
    """How several addresses of one page become one.

    `scheme` replaces http and https by the one given; `host_aliases` maps another spelling of a host to
    the one that is kept; `drop_query` names query parameters that never change the page (session ids).
    """

    scheme: Literal["http", "https"] | None = None
    host_aliases: dict[Host, Host] = {}
    drop_query: tuple[str, ...] = ()


class LinkRule(Strict):
    """Which links of a list page are followed to the next level. All tests that are given must hold.

    `url` and `text` are regular expressions searched in the canonical address and in the link text;
    `words`: the text holds one of them; `not_words`: the text holds none of them.
    """

    name: str
    url: Pattern | None = None
    text: Pattern | None = None
    words: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()


class Pagination(Strict):
    """How the next pages of one list are found, and how far.

    `words`: link texts that lead to the next page; `url`: further addresses of the same list; `numbers`:
    links whose whole text is a number. For lists whose page count stands in a script: `count` has one
    group, the number of pages, and `address` is the relative address of page `{n}`, for n from `first`
    to count - 1 + first. `max_pages` bounds one list, whatever it says.
    """

    words: tuple[str, ...] = ()
    url: Pattern | None = None
    numbers: bool = False
    count: YearPattern | None = None
    address: str | None = None
    first: int = Field(default=1, ge=0, le=2)
    max_pages: int = Field(default=200, ge=1, le=2000)

    @model_validator(mode="after")
    def _count_needs_address(self) -> Pagination:
        if (self.count is None) != (self.address is None):
            raise ValueError("`count` and `address` together, or neither")
        if self.address is not None and "{n}" not in self.address:
            raise ValueError("`address` to hold {n}, the number of the page")
        return self


class VolumeYear(Strict):
    """Where the year of a volume is printed: link texts (outermost first), then the address, then names.

    `text` and `url` have one group, the year. `names` maps an irregular slug or wording to its year.
    """

    text: YearPattern | None = None
    url: YearPattern | None = None
    names: dict[str, Year] = {}


class Articles(Strict):
    """Which links of the innermost list are pages to fetch: the last step of the crawl.

    A link is taken when its address matches `url` (if given), its text holds none of `not_words`, and
    either its text holds one of `title_words` or a link text on the way to it holds one of
    `breadcrumb_words`. Without any words every link that matches `url` is taken.
    """

    url: Pattern | None = None
    title_words: tuple[str, ...] = ()
    breadcrumb_words: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()


class Crawl(Strict):
    """List pages: where to start, the levels between start and article, and the choice of articles."""

    entries: tuple[Address, ...] = Field(min_length=1)
    levels: tuple[LinkRule, ...] = ()
    pagination: Pagination = Pagination()
    articles: Articles
    max_list_pages: int = Field(default=2000, ge=1, le=100_000)


class PageAddress(Strict):
    """One page given by its address, with what is known about it."""

    url: Address
    volume_year: Year | None = None
    title: str | None = None
    category: str | None = None


class Layout(Strict):
    """Hints for reading the pages: CSS selectors where the general rules fail. All optional."""

    kind: Literal["prose", "table"] = "prose"
    content: str | None = None
    title: str | None = None
    breadcrumb: str | None = None
    published: str | None = None


class Pace(Strict):
    """How gently the source is asked. Seconds, unless the name says otherwise.

    `delay_seconds` is the least time between the starts of two requests to one host; it grows with the
    host's latency and with its Crawl-delay, and never falls on errors.
    """

    delay_seconds: float = Field(default=2.0, ge=0, le=3600)
    max_delay_seconds: float = Field(default=60.0, ge=0, le=3600)
    max_pages: int = Field(default=5000, ge=1, le=1_000_000)
    max_body_bytes: int = Field(default=10_000_000, ge=1, le=1_000_000_000)
    connect_seconds: float = Field(default=10.0, gt=0, le=300)
    read_seconds: float = Field(default=30.0, gt=0, le=600)
    total_seconds: float = Field(default=120.0, gt=0, le=3600)
    retries: int = Field(default=3, ge=0, le=10)
    backoff_seconds: float = Field(default=2.0, ge=0, le=300)
    max_retry_after_seconds: float = Field(default=300.0, ge=0, le=86_400)
    max_redirects: int = Field(default=5, ge=0, le=20)
    give_up_after: int = Field(default=5, ge=1, le=1000)


DEFAULT_CONTENT_TYPES = (
    "text/html",
    "application/xhtml+xml",
    "text/plain",
    "text/xml",
    "application/xml",
)


class Source(Strict):
    """One series of pages from one publisher: what it is, where it stands, how to ask for it.

    A page comes from list pages (`crawl`), a plain list (`pages`), folders of saved pages (`folders`)
    or archive files (`archives`, WARC and WACZ); a source may have several of these. Paths are relative
    to the catalogue file's folder. `source_id` is the stem of the file. `verified_on` is the day on
    which somebody last saw the source work live; null: nobody yet.
    """

    source_id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    homepage: Address
    licence: str = Field(min_length=1)
    terms: str = Field(min_length=1)
    region: str = Field(min_length=1)
    level: Level
    authority_kind: AuthorityKind
    is_sample: bool = False
    is_local: bool = False
    hosts: tuple[Host, ...] = ()
    charset_hint: str | None = None
    canonical: Canonical = Canonical()
    crawl: Crawl | None = None
    pages: tuple[PageAddress, ...] = ()
    folders: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    volume_year: VolumeYear = VolumeYear()
    layout: Layout = Layout()
    content_types: tuple[str, ...] = DEFAULT_CONTENT_TYPES
    pace: Pace = Pace()
    page_count_guard: float = Field(default=0.2, ge=0, le=1)
    verified_on: dt.date | None

    @field_validator("pages", mode="before")
    @classmethod
    def _plain_addresses(cls, value: object) -> object:
        """A page may be given as its bare address."""
        if isinstance(value, list):
            return [{"url": item} if isinstance(item, str) else item for item in value]
        return value

    @model_validator(mode="after")
    def _has_pages(self) -> Source:
        if not (self.crawl or self.pages or self.folders or self.archives):
            raise ValueError("at least one of `crawl`, `pages`, `folders`, `archives`")
        return self

    def start_addresses(self) -> dict[str, str]:
        """Every address written in the entry, by the key that holds it: `{key: address}`."""
        found = {f"pages.{number}.url": page.url for number, page in enumerate(self.pages)}
        if self.crawl:
            found |= {f"crawl.entries.{number}": url for number, url in enumerate(self.crawl.entries)}
        return found

    def allows_host(self, host: str | None) -> bool:
        """Whether the catalogue lists this host (compared without port, in lower case)."""
        return host is not None and host.lower().rstrip(".") in self.hosts

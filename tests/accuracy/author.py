"""Turn the marked-up pages of `marked/` into page texts, gold cells and traps.

Belongs here: the mark-up language of the accuracy corpus and its strict reader. The mark-up is described in
README.md; `build_corpus(out_dir)` writes what the scorer reads. Nothing here imports the library under test, and the
few numerals an annotation may leave to be computed are read by a reader of its own, so that the gold stays honest.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

HOME = Path(__file__).parent
GOLD_COLUMNS = (
    "page_id", "char_start", "char_end", "surface", "obs_value", "value_low", "value_high", "qualifier", "unit_code",
    "metric_code", "breakdown", "region", "ref_area", "ref_year", "period_type", "change_kind", "reporting_scope",
    "base_text", "is_target", "confidence", "region_basis", "year_basis", "section", "note",
)  # fmt: skip
TRAP_COLUMNS = ("page_id", "char_start", "char_end", "surface", "kind")
STYLE_COLUMNS = ("page_id", "style", "kind", "holdout", "place")
ATTRIBUTES = {
    "y": "year", "r": "region", "ra": "ref_area", "p": "period", "s": "scope", "b": "base", "c": "change", "u": "unit",
    "v": "value", "lo": "low", "hi": "high", "q": "qualifier", "x": "scale", "n": "note", "rb": "region_basis",
    "yb": "year_basis", "sec": "section",
}  # fmt: skip
FLAGS = {"target": "target", "arguable": "arguable"}
DEFAULTS = {"year", "region", "ref_area", "period", "scope", "base", "region_basis", "year_basis", "section", "scale"}
SCALES = {"百": 1e2, "千": 1e3, "万": 1e4, "百万": 1e6, "亿": 1e8}
OPEN, CLOSE = range(0xE000, 0xF000), "\uf8ff"
TOKEN = re.compile(r"\[\[(?P<quantity>.+?)\]\]|\{\{(?P<trap>.+?)\}\}|\{%(?P<directive>.+?)%\}", re.DOTALL)


class MarkupError(Exception):
    """A marked-up page that cannot be built; the message names the page and the mark."""


@dataclass(frozen=True)
class Reading:
    """A printed number: value in base units, the interval it stands for, and its qualifier."""

    value: float | None
    low: float | None
    high: float | None
    qualifier: str


@dataclass(frozen=True)
class Mark:
    """One annotated stretch of text: gold rows without offsets, or the kind of a trap."""

    rows: tuple[dict[str, str], ...] = ()
    trap: str = ""


@dataclass(frozen=True)
class BuiltPage:
    """A page ready to write: its text, its HTML form if it has one, gold rows, traps, and what is known of it."""

    page_id: str
    text: str
    html: str | None
    gold: list[dict[str, str]]
    traps: list[dict[str, str]]
    meta: dict[str, str] = field(default_factory=dict)
    copies: tuple[tuple[int, int], ...] = ()


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header line."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def codebook(name: str) -> tuple[dict[str, str], ...]:
    """The rows of `codebook/<name>.csv`."""
    return tuple(read_csv(HOME / "codebook" / f"{name}.csv"))


@cache
def metric_entries() -> dict[str, dict[str, str]]:
    """Metric code, alias codes included, to its codebook row: metric, breakdown, unit, period."""
    return {row["code"]: row for row in codebook("metrics")}


# ------------------------------------------------------------------------------------------------ numbers

DIGITS = dict(zip("〇零一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)) | {"兩": 2}
PLACES = {"十": 10, "百": 100, "千": 1000}
NUMBER = re.compile(
    r"(?P<number>[\d,]+(?:\.\d+)?|(?:[〇零一二两兩三四五六七八九十百千]|[万亿](?=[〇零一二三四五六七八九]))+)"
    r"(?P<more>[多余餘])?(?P<scale>[十百千]?[万亿]{0,2})(?P<more_after>[多余餘])?"
)
RANGE_SIGN = re.compile(r"^[^\d]{0,2}?[—–~～\-至到]+")


def plain(surface: str) -> str:
    """The surface without line breaks, inserted pinyin and width or script variants of its signs."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", surface))
    text = re.sub(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]+\)", "", text)
    return text.replace("萬", "万").replace("億", "亿")


def chinese_integer(word: str) -> int:
    """An integer written in Chinese numerals, magnitudes up to 亿 included."""
    for sign, size in (("亿", 10**8), ("万", 10**4)):
        if sign in word:
            head, tail = word.split(sign, 1)
            return chinese_integer(head) * size + (chinese_integer(tail) if tail else 0)
    if not any(sign in PLACES for sign in word):
        return int("".join(str(DIGITS[sign]) for sign in word))
    total, digit = 0, 0
    for sign in word:
        if sign in PLACES:
            total += (digit or 1) * PLACES[sign]
            digit = 0
        else:
            digit = DIGITS[sign]
    return total + digit


def number_and_step(word: str, *, significant: bool = False) -> tuple[float, float]:
    """The number a word spells, and the size of its last printed place, or of its last significant one."""
    if word[0].isdigit():
        digits = word.replace(",", "")
        value = float(digits)
        if "." in digits:
            return value, 10.0 ** -len(digits.partition(".")[2])
    else:
        value = float(chinese_integer(word))
    whole = str(int(value))
    zeros = len(whole) - len(whole.rstrip("0")) if significant and value else 0
    return value, 10.0**zeros


def scale_of(word: str) -> float:
    """The factor of a run of magnitude signs, 1 for none."""
    factor = 1.0
    for sign in word:
        factor *= {**PLACES, "万": 1e4, "亿": 1e8}[sign]
    return factor


def stated_qualifier(text: str, match: re.Match[str]) -> str:
    """The qualifier that words around the number give it, EQ when there are none."""
    if match["more"] or match["more_after"]:
        return "MORE"
    before, after = text[: match.start()], text[match.end() :]
    words = sorted(codebook("qualifiers"), key=lambda row: -len(row["word"]))
    for row in words:
        if (row["place"] == "before" and row["word"] in before) or (row["place"] == "after" and row["word"] in after):
            return row["qualifier"]
    return "EQ"


def interval(
    value: float, step: float, qualifier: str, *, rounded: bool, top: float | None
) -> tuple[float | None, float | None]:
    """Low and high of a value by the qualifier rules; None is an open end."""
    half = step / 2 if rounded else 0.0
    rules: dict[str, tuple[float | None, float | None]] = {
        "EQ": (value - half, value + half),
        "GE": (value, top),
        "GT": (value, top),
        "LE": (0.0, value),
        "LT": (0.0, value),
        "NEAR": (value - step, value),
        "MORE": (value, value + step),
        "APPROX": (value - max(0.05 * value, step / 2), value + max(0.05 * value, step / 2)),
    }
    low, high = rules[qualifier]
    return low if low is None else round(low, 6), high if high is None else round(high, 6)


def read_quantity(surface: str, *, scale: float = 1.0, percent: bool = False) -> Reading:
    """Read a printed number by the rules of the qualifier table. Raises ValueError for what it does not know."""
    text = plain(surface)
    for row in codebook("orders"):
        if text.startswith(row["word"]):
            tail = re.match("[万亿]?", text[len(row["word"]) :])
            size = scale * scale_of(tail[0] if tail else "")
            return Reading(None, float(row["low"]) * size, float(row["high"]) * size, "ORDER")
    text = re.sub("^(.*)[百千]分之", r"\1", text)
    match = NUMBER.search(text)
    if not match:
        raise ValueError(f"no number in {surface!r}")
    second = NUMBER.search(text, match.end())
    if second and RANGE_SIGN.match(text[match.end() :]):
        return read_range(match, second, scale)
    qualifier = stated_qualifier(text, match)
    after_magnitude = match["scale"] and match["more_after"]
    value, step = number_and_step(match["number"], significant=qualifier in {"MORE", "NEAR"} and not after_magnitude)
    factor = scale * scale_of(match["scale"])
    rounded = factor >= 1e4 or "." in match["number"] or bool(set(match["number"]) & set("万亿"))
    value, step = round(value * factor, 6), step * factor
    low, high = interval(value, step, qualifier, rounded=rounded, top=100.0 if percent else None)
    return Reading(value, low, high, qualifier)


def read_range(first: re.Match[str], second: re.Match[str], scale: float) -> Reading:
    """A range A to B as its midpoint; a magnitude printed once belongs to both ends."""
    high_factor = scale_of(second["scale"])
    low_factor = scale_of(first["scale"]) if first["scale"] else high_factor
    low = number_and_step(first["number"])[0] * low_factor * scale
    high = number_and_step(second["number"])[0] * high_factor * scale
    return Reading((low + high) / 2, low, high, "RANGE")


def shown(number: float | None) -> str:
    """A number for a CSV cell: no exponent, no needless zeros, empty for None."""
    if number is None:
        return ""
    return f"{number:.6f}".rstrip("0").rstrip(".")


# ------------------------------------------------------------------------------------------------ mark-up


def parse_attributes(words: str) -> dict[str, str]:
    """`y=2012 c=yoy_pct target n=free words` as a mapping with full names; a note comes last."""
    words, _, note = f" {words}".partition(" n=")
    result = {"note": note.strip('"')} if note else {}
    for word in words.split():
        name, _, value = word.partition("=")
        if name in FLAGS:
            result[FLAGS[name]] = "1"
        elif name in ATTRIBUTES or name in ATTRIBUTES.values():
            result[ATTRIBUTES.get(name, name)] = value
        else:
            raise ValueError(f"unknown attribute {name!r}")
    return result


def parse_cells(words: str) -> Iterator[tuple[str, str]]:
    """`code(dimension=value;…)+code` as (code, breakdown) pairs; one pair of empty strings for an unmapped quantity."""
    for part in words.split("+"):
        code, _, breakdown = part.strip().partition("(")
        yield code, breakdown.rstrip(")")


def joined_breakdown(*parts: str) -> str:
    """Breakdowns merged to the canonical text, dimensions in alphabetical order; `?` says that none is scored."""
    pairs = [pair for part in parts for pair in part.split(";") if pair]
    if "?" in pairs:
        return "?"
    return ";".join(sorted(pairs))


def reading_of(surface: str, said: Mapping[str, str], *, percent: bool) -> Reading:
    """The reading an annotation states, computed from the surface where it states none."""
    scale = said.get("scale") or "1"
    if said.get("value"):
        value = float(said["value"])
        qualifier = said.get("qualifier") or "EQ"
        low, high = float(said.get("low") or value), float(said.get("high") or value)
        if qualifier in {"GE", "GT"} and not said.get("high"):
            return Reading(value, low, 100.0 if percent else None, qualifier)
        return Reading(value, low, high, qualifier)
    reading = read_quantity(surface, scale=SCALES.get(scale) or float(scale), percent=percent)
    return replace(reading, qualifier=said["qualifier"]) if said.get("qualifier") else reading


def gold_row(surface: str, code: str, breakdown: str, said: Mapping[str, str]) -> dict[str, str]:
    """One gold row without page and offsets. Raises ValueError for an unknown code or a metric without year."""
    if code and code not in metric_entries():
        raise ValueError(f"unknown metric {code!r}")
    entry = metric_entries().get(code, {})
    change = said.get("change") or "level"
    unit = said.get("unit") or ("percent" if change == "yoy_pct" else entry.get("unit", ""))
    reading = reading_of(surface, said, percent=unit == "percent" or "%" in plain(surface))
    if code and not said.get("year"):
        raise ValueError("a metric needs a year")
    year = said.get("year", "")
    return {
        "surface": surface,
        "obs_value": shown(reading.value),
        "value_low": shown(reading.low) if code else "",
        "value_high": shown(reading.high) if code else "",
        "qualifier": reading.qualifier,
        "unit_code": unit if code else said.get("unit", ""),
        "metric_code": entry.get("metric", ""),
        "breakdown": joined_breakdown(entry.get("breakdown", ""), breakdown),
        "region": said.get("region", "").strip("-"),
        "ref_area": said.get("ref_area", "").strip("-"),
        "ref_year": year.strip("-"),
        "period_type": (said.get("period") or entry.get("period", "")) if code else "",
        "change_kind": change,
        "reporting_scope": (said.get("scope") or "all_levels") if code else "",
        "base_text": said.get("base", ""),
        "is_target": said.get("target", "0"),
        "confidence": "0" if said.get("arguable") else "1",
        "region_basis": said.get("region_basis") or "text",
        "year_basis": said.get("year_basis") or "text",
        "section": said.get("section", ""),
        "note": said.get("note", ""),
    }


def quantity_mark(content: str, defaults: Mapping[str, str]) -> tuple[str, Mark]:
    """The surface and the gold rows of `surface|cells|attributes`."""
    surface, cells, attributes = (*content.split("|", 2), "", "")[:3]
    said = {**defaults, **parse_attributes(attributes)}
    return surface, Mark(rows=tuple(gold_row(surface, code, breakdown, said) for code, breakdown in parse_cells(cells)))


class Marker:
    """Replaces marks by the marked surfaces between private-use signs, and keeps what the marks said."""

    def __init__(self, defaults: Mapping[str, str]) -> None:
        self.defaults = dict(defaults)
        self.marks: list[Mark] = []
        self.copied = ""

    def fence(self, surface: str, mark: Mark) -> str:
        """The surface between an opening sign that numbers the mark and the closing sign."""
        self.marks.append(mark)
        return f"{chr(OPEN[len(self.marks) - 1])}{surface}{CLOSE}"

    def directive(self, words: str) -> str:
        """Change the defaults for what follows; `copy`, `endcopy` and `paste` leave their names for later."""
        if words in {"copy", "endcopy", "paste"}:
            return f"\x00{words}\x00"
        said = parse_attributes(words)
        if unknown := set(said) - DEFAULTS:
            raise ValueError(f"{sorted(unknown)} cannot be a default")
        self.defaults.update({key: value.strip("-") for key, value in said.items()})
        return ""

    def replace(self, token: re.Match[str]) -> str:
        """The text that stands for one mark."""
        if token["directive"]:
            return self.directive(token["directive"].strip())
        if token["trap"]:
            surface, _, kind = token["trap"].partition("|")
            return self.fence(surface, Mark(trap=kind or "look_alike"))
        surface, mark = quantity_mark(token["quantity"], self.defaults)
        return self.fence(surface, mark)

    def run(self, source: str, page_id: str) -> str:
        """The whole source with its marks fenced. Raises MarkupError that names the mark."""

        def guarded(token: re.Match[str]) -> str:
            try:
                return self.replace(token)
            except (ValueError, KeyError) as problem:
                raise MarkupError(f"{page_id}: {token[0]}: {problem}") from problem

        return paste_copies(TOKEN.sub(guarded, source))


def paste_copies(fenced: str) -> str:
    """Put the stretch between copy and endcopy, without its marks, where paste stands."""
    found = re.search("\x00copy\x00(.*?)\x00endcopy\x00", fenced, re.DOTALL)
    copied = re.sub(f"[{chr(OPEN[0])}-{chr(OPEN[-1])}{CLOSE}]", "", found[1]) if found else ""
    text = fenced.replace("\x00copy\x00", "").replace("\x00endcopy\x00", "")
    return text.replace("\x00paste\x00", f"\x01{copied}\x02")


class TextRenderer(HTMLParser):
    """HTML as text: a line per block and table row, a tab between cells."""

    BLOCKS = frozenset({"p", "div", "tr", "table", "h1", "h2", "h3", "h4", "li", "br", "title", "ul", "caption"})
    SKIPPED = frozenset({"script", "style"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.skipping = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Open a line before a block, a tab between cells."""
        self.skipping += tag in self.SKIPPED
        if tag in self.BLOCKS:
            self.parts.append("\n")
        elif tag in {"td", "th"}:
            self.parts.append("\t")

    def handle_endtag(self, tag: str) -> None:
        """Close a line after a block."""
        self.skipping -= tag in self.SKIPPED
        if tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep text with its runs of space made one."""
        if not self.skipping:
            self.parts.append(re.sub(r"[ \t\r\n]+", " ", data))

    def text(self) -> str:
        """The rendered text without blank lines."""
        lines = re.sub(" *\t *", "\t", "".join(self.parts)).split("\n")
        return "\n".join(line.strip(" ").removeprefix("\t") for line in lines if line.strip()) + "\n"


# ------------------------------------------------------------------------------------------------ pages


def split_source(source: str) -> tuple[dict[str, str], str]:
    """The header lines `key: value` above `---`, and the body."""
    head, _, body = source.partition("\n---\n")
    return dict(line.split(": ", 1) for line in head.splitlines() if line.strip()), body


def place_marks(fenced: str, marks: list[Mark]) -> tuple[str, list[tuple[int, int, Mark]], list[tuple[int, int]]]:
    """Plain text, every mark with its offsets in it, and the offsets of pasted copies."""
    out: list[str] = []
    placed: list[tuple[int, int, Mark]] = []
    copies: list[tuple[int, int]] = []
    length, opened, copy_start, mark = 0, 0, 0, Mark()
    for sign in fenced:
        if ord(sign) in OPEN:
            opened, mark = length, marks[ord(sign) - OPEN[0]]
        elif sign == CLOSE:
            placed.append((opened, length, mark))
        elif sign == "\x01":
            copy_start = length
        elif sign == "\x02":
            copies.append((copy_start, length))
        else:
            out.append(sign)
            length += 1
    return "".join(out), placed, copies


def automatic_traps(text: str, taken: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """Dates, ordinals and the like, by the patterns of the codebook, wherever no mark stands."""
    used = sorted(taken)
    for row in codebook("traps"):
        for match in re.finditer(row["pattern"], text):
            if not any(start < match.end() and match.start() < end for start, end in used):
                used.append(match.span())
                yield *match.span(), row["kind"]


def section_at(text: str, offset: int) -> str:
    """The last heading in 【】 before the offset, brackets included."""
    found = re.findall("【[^】]{1,40}】", text[:offset])
    return found[-1] if found else ""


def build_page(page_id: str, source: str, *, is_html: bool = False) -> BuiltPage:
    """Build one page from its marked-up source. Raises MarkupError."""
    meta, body = split_source(source)
    marker = Marker({key: value for key, value in meta.items() if key in DEFAULTS})
    fenced = marker.run(body, page_id)
    html = None
    if is_html:
        html = re.sub(f"[{chr(OPEN[0])}-{chr(OPEN[-1])}{CLOSE}\x01\x02]", "", fenced)
        renderer = TextRenderer()
        renderer.feed(fenced)
        fenced = renderer.text()
    text, placed, copies = place_marks(fenced, marker.marks)
    gold = [
        {"page_id": page_id, "char_start": str(start), "char_end": str(end), **row,
         "section": row["section"] or (section_at(text, start) if row["metric_code"] else "")}
        for start, end, mark in placed for row in mark.rows
    ]  # fmt: skip
    stretches = [(start, end) for start, end, _ in placed] + copies
    spans = [(start, end, mark.trap) for start, end, mark in placed if mark.trap]
    spans += automatic_traps(text, stretches)
    traps = [
        {"page_id": page_id, "char_start": str(start), "char_end": str(end), "surface": text[start:end], "kind": kind}
        for start, end, kind in sorted(spans)
    ]
    told = {key: meta[key] for key in ("url", "title") if key in meta}
    return BuiltPage(page_id, text, html, gold, traps, told, tuple(copies))


def unmarked_digits(page: BuiltPage) -> list[str]:
    """Arabic numbers of the page that no mark, trap or pasted copy covers: each an oversight of the annotator."""
    covered = [(int(row["char_start"]), int(row["char_end"])) for row in (*page.gold, *page.traps)] + list(page.copies)
    return [
        page.text[max(0, match.start() - 8) : match.end() + 8]
        for match in re.finditer(r"\d+", page.text)
        if not any(start <= match.start() and match.end() <= end for start, end in covered)
    ]


def loose_qualifiers(page: BuiltPage) -> list[str]:
    """Gold surfaces that a qualifier word touches from outside: the surface should hold the word."""
    found = []
    for row in page.gold:
        before, after = page.text[: int(row["char_start"])], page.text[int(row["char_end"]) :]
        for entry in codebook("qualifiers"):
            outside = before.endswith(entry["word"]) if entry["place"] == "before" else after.startswith(entry["word"])
            if outside:
                found.append(f"{before[-6:]}[{row['surface']}]{after[:6]}")
    return found


def marked_pages(folder: Path = HOME / "marked") -> Iterator[BuiltPage]:
    """Every page of the corpus, built, in the order of its id."""
    for path in sorted(folder.glob("*.*")):
        yield build_page(path.stem, path.read_text(encoding="utf-8"), is_html=path.suffix == ".html")


def write_rows(path: Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a CSV file with a header line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def build_corpus(out_dir: Path) -> Path:
    """Write pages/, gold/, traps/ and styles.csv of the whole corpus under `out_dir`, and return it."""
    for page in marked_pages():
        (out_dir / "pages").mkdir(parents=True, exist_ok=True)
        (out_dir / "pages" / f"{page.page_id}.txt").write_text(page.text, encoding="utf-8")
        if page.html is not None:
            (out_dir / "pages" / f"{page.page_id}.html").write_text(page.html, encoding="utf-8")
        if page.meta:
            told = json.dumps(page.meta, ensure_ascii=False, indent=1)
            (out_dir / "pages" / f"{page.page_id}.meta.json").write_text(told + "\n", encoding="utf-8")
        write_rows(out_dir / "gold" / f"{page.page_id}.csv", GOLD_COLUMNS, page.gold)
        write_rows(out_dir / "traps" / f"{page.page_id}.csv", TRAP_COLUMNS, page.traps)
    write_rows(out_dir / "styles.csv", STYLE_COLUMNS, read_csv(HOME / "styles.csv"))
    return out_dir


def report_oversights(pages: Iterable[BuiltPage], say: Callable[[str], object]) -> int:
    """Say every oversight that can be found by rule, and return their number."""
    count = 0
    for page in pages:
        for what, found in (("no mark", unmarked_digits(page)), ("qualifier outside", loose_qualifiers(page))):
            count += len(found)
            for place in found:
                say(f"{page.page_id} {what}: {place!r}\n")
    return count


def main(argv: list[str] | None = None) -> int:
    """Build the corpus, or list what its annotator overlooked."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("out_dir", type=Path, nargs="?", help="where to write the corpus; none: only check it")
    args = parser.parse_args(argv)
    if args.out_dir:
        build_corpus(args.out_dir)
    return 1 if report_oversights(marked_pages(), sys.stderr.write) else 0


if __name__ == "__main__":
    sys.exit(main())

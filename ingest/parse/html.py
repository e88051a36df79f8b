"""HTML to page: visible text in reading order, tables as grids, title and breadcrumb.

Belongs here: markup. The text that is built here is the page's text: all offsets index it. Scripts, styles
and hidden furniture yield no text; blocks end lines; the cells of a data table are separated by tabs.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.parse.charset import Decoded, decode
from ingest.parse.page import parse_text, sha256
from ingest.parse.texttables import find_set_tables
from ingest.records import Cell, Page, Table

SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "head", "select", "button", "textarea", "svg", "iframe", "object"}
)
BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt"),
        *("fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"),
        *("nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul"),
    }
)
BLANK = r"[ \t\r\n\f]"
BLANKS = re.compile(f"{BLANK}{BLANK}*")  # re skips to a set in front, and not to a repeat of one
NUMBER = re.compile(r"\d")
NOTE_NUMBER = re.compile(r"^\s*[\[(（［【]?注?(?:\d{1,2}|[*＊a-z①-⑳])?[\])）］】]?\s*$")
MIN_DATA_CELLS = 4
NOTE_REACH = 160


class _Builder:
    """Collects text and tables while walking the tree."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.tables: list[Table] = []
        self.preformatted = 0

    def add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)

    def newline(self) -> None:
        if self.pieces and not self.pieces[-1].endswith("\n"):
            self.add("\n")

    def walk(self, node: LexborNode) -> None:
        """Append the text of `node` and of everything below it, without recursion over siblings."""
        child = node.child
        while child is not None:
            self._visit(child)
            child = child.next

    def _visit(self, node: LexborNode) -> None:
        tag = node.tag
        if tag == "-text":
            self._text(node)
        elif tag == "br":
            self.add("\n")
        elif tag == "table" and _is_data_table(node):
            self._table(node)
        elif tag is not None and not tag.startswith(("-", "_", "!")) and tag not in SKIPPED:
            is_block = tag in BLOCKS
            if is_block:
                self.newline()
            self.preformatted += tag == "pre"
            self.walk(node)
            self.preformatted -= tag == "pre"
            if is_block:
                self.newline()
            elif tag in ("td", "th"):
                self.add(" ")

    def _text(self, node: LexborNode) -> None:
        if self.preformatted:
            self.add((node.text(deep=False) or "").replace("\r\n", "\n").replace("\r", "\n"))
            return
        text = BLANKS.sub(" ", node.text(deep=False) or "")
        if text == " " and (not self.pieces or self.pieces[-1].endswith(("\n", " "))):
            return
        if text:
            self.add(text)

    def _table(self, node: LexborNode) -> None:
        """Append a data table row by row, remembering where each cell stands."""
        self.newline()
        start = self.length
        cells: list[Cell] = []
        occupied: set[tuple[int, int]] = set()
        for row_number, row in enumerate(_rows(node)):
            column = 0
            for cell in _cells(row):
                while (row_number, column) in occupied:
                    column += 1
                cells.append(self._cell(cell, row_number, column))
                _occupy(occupied, cells[-1])
                column += cells[-1].col_span
            self.add("\n")
        caption = " ".join((found.text() or "").strip() for found in node.css("caption"))
        self.tables.append(Table(caption, "", tuple(cells), start, self.length))

    def _cell(self, node: LexborNode, row: int, column: int) -> Cell:
        printed = _squeezed(node.text(deep=True, separator=" ") or "")
        text = _without_notes(node) if node.css_first("sup") else printed
        start = self.length
        self.add(printed + "\t")
        end = start + len(text if printed.startswith(text) else printed)
        rows, columns = _span(node, "rowspan"), _span(node, "colspan")
        return Cell(row, column, rows, columns, text, start, end, node.tag == "th")


def _squeezed(text: str) -> str:
    return BLANKS.sub(" ", text).strip()


def _without_notes(node: LexborNode) -> str:
    """The text of a cell without the raised numbers and stars that point to notes."""
    pieces = [
        inner.text(deep=False) or ""
        for inner in node.traverse(include_text=True)
        if inner.tag == "-text" and not _is_note_number(inner)
    ]
    return _squeezed(" ".join(pieces))


def _is_note_number(text: LexborNode) -> bool:
    parent = text.parent
    while parent is not None and parent.tag not in ("sup", "td", "th"):
        parent = parent.parent
    return parent is not None and parent.tag == "sup" and bool(NOTE_NUMBER.match(text.text(deep=False) or ""))


def _is_data_table(node: LexborNode) -> bool:
    """A table of figures: no table inside it, several rows, and short cells of which some hold numbers."""
    if _holds_table(node) or len(node.css("tr")) < 2:
        return False
    cells = [cell for row in _rows(node) for cell in _row_of_figures(row)]
    if len(cells) < MIN_DATA_CELLS:
        return False
    texts = [(cell.text() or "").strip() for cell in cells]
    return max(map(len, texts)) < 150 and sum(bool(NUMBER.search(text)) for text in texts) >= 2


def _row_of_figures(row: LexborNode) -> list[LexborNode]:
    """The cells of a row; none of one that holds a single cell over several columns: a title or a note."""
    cells = _cells(row)
    return [] if len(cells) == 1 and _span(cells[0], "colspan") > 1 else cells


def _holds_table(node: LexborNode) -> bool:
    return any(inner.tag == "table" and inner.mem_id != node.mem_id for inner in node.traverse())


def _rows(node: LexborNode) -> list[LexborNode]:
    return list(node.css("tr"))


def _cells(row: LexborNode) -> list[LexborNode]:
    found = []
    child = row.child
    while child is not None:
        if child.tag in ("td", "th"):
            found.append(child)
        child = child.next
    return found


def _span(node: LexborNode, name: str) -> int:
    value = (node.attributes.get(name) or "1").strip()
    return min(max(int(value), 1), 200) if value.isdigit() else 1


def _occupy(occupied: set[tuple[int, int]], cell: Cell) -> None:
    for row in range(cell.row, cell.row + cell.row_span):
        for column in range(cell.col, cell.col + cell.col_span):
            occupied.add((row, column))


def parse_html(
    body: bytes, *, url: str = "", page_id: str, content_type: str | None = None, title: str | None = None
) -> Page:
    """A page from HTML bytes in any Chinese charset. `title` overrides the page's own title."""
    decoded = decode(body, content_type)
    tree = LexborHTMLParser(decoded.text)
    builder = _Builder()
    if tree.body is not None:
        builder.walk(tree.body)
    text = "".join(builder.pieces)
    own_title = title if title is not None else _title(tree)
    tables = [_with_surroundings(table, text) for table in builder.tables]
    tables += find_set_tables(text, [(table.char_start, table.char_end) for table in tables])
    tables.sort(key=lambda table: table.char_start)
    return _page(text, url, page_id, own_title, body, tuple(tables), decoded)


def _page(
    text: str, url: str, page_id: str, title: str, body: bytes, tables: tuple[Table, ...], decoded: Decoded
) -> Page:
    return parse_text(
        text,
        page_id=page_id,
        url=url,
        title=title,
        body_sha256=sha256(body),
        tables=tables,
        decoded=decoded,
    )


def _title(tree: LexborHTMLParser) -> str:
    """The document title followed by the first heading, when that adds something."""
    head = next(iter(tree.tags("title")), None)
    title = BLANKS.sub(" ", (head.text() if head else "") or "").strip()
    first = next(iter(tree.tags("h1") or tree.tags("h2")), None)
    heading = BLANKS.sub(" ", (first.text() if first else "") or "").strip()
    return title if not heading or heading in title else f"{heading} {title}".strip()


def _with_surroundings(table: Table, text: str) -> Table:
    """The table with the lines just before it (title, unit) and after it (notes)."""
    before = text[max(0, table.char_start - NOTE_REACH) : table.char_start].strip().split("\n")[-3:]
    after = text[table.char_end : table.char_end + NOTE_REACH].strip().split("\n")[0]
    caption = "\n".join(part for part in [*before, table.caption] if part)
    return Table(caption, after, table.cells, table.char_start, table.char_end)

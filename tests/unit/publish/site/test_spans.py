"""Text is cut exactly at the ends of its claims: nothing is lost, nothing is marked that no claim stands on."""

from __future__ import annotations

from ingest.publish.site.spans import Cutter, Grid, Line, Span, layout


def told(pieces):
    return [(piece.text, piece.claims) for piece in pieces]


def test_a_claim_marks_exactly_its_characters():
    text = "会员570.8万人,其中女会员200万人。"
    spans = [Span("a", 2, 9, "mapped"), Span("b", 15, 20, "unmapped")]
    pieces = Cutter(text, spans).cut(0, len(text))
    assert told(pieces) == [
        ("会员", ()), ("570.8万人", ("a",)), (",其中女会员", ()), ("200万人。"[:5], ("b",)), ("。", ()),
    ]  # fmt: skip
    assert [piece.is_unmapped for piece in pieces] == [False, False, False, True, False]


def test_overlapping_claims_share_the_characters_they_share():
    text = "0123456789"
    spans = [Span("long", 2, 8, "mapped"), Span("inside", 4, 6, "unmapped"), Span("across", 5, 10, "mapped")]
    pieces = Cutter(text, spans).cut(0, 10)
    assert told(pieces) == [
        ("01", ()),
        ("23", ("long",)),
        ("4", ("long", "inside")),
        ("5", ("long", "inside", "across")),
        ("67", ("long", "across")),
        ("89", ("across",)),
    ]
    # each claim has one anchor: the first piece that it stands on
    assert [piece.first_of for piece in pieces] == [(), ("long",), ("inside",), ("across",), (), ()]
    assert "".join(piece.text for piece in pieces) == text


def test_two_claims_on_one_span_are_one_piece_with_both():
    [before, both] = Cutter("均80%以上", [Span("x", 1, 6, "mapped"), Span("y", 1, 6, "mapped")]).cut(0, 6)
    assert (before.text, before.claims) == ("均", ())
    assert (both.text, both.claims, both.first_of) == ("80%以上", ("x", "y"), ("x", "y"))


def test_a_claim_that_runs_over_a_line_end_is_marked_on_both_lines_and_anchored_once():
    text = "共12\n34人"
    [section] = layout({"tables": [], "sections": []}, Cutter(text, [Span("a", 1, 6, "mapped")]))
    assert [told(line.pieces) for line in section.blocks] == [
        [("共", ()), ("12", ("a",))],
        [("34", ("a",)), ("人", ())],
    ]
    assert [piece.first_of for line in section.blocks for piece in line.pieces] == [(), ("a",), (), ()]


def test_tables_keep_their_cells_and_what_follows_them():
    text = "表一\n指标\t2005\n会员\t1002\n注:摘录"

    def cell(row, col, start, end, **more):
        return {"row": row, "col": col, "row_span": 1, "col_span": 1, "char_start": start, "char_end": end,
                "is_header": row == 0, "text": text[start:end]} | more  # fmt: skip

    table = {"caption": None, "note": "注:摘录", "char_start": 3, "char_end": 18,
             "cells": [cell(1, 1, 14, 18), cell(0, 0, 3, 5, col_span=2), cell(0, 1, 6, 10), cell(1, 0, 11, 13)]}  # fmt: skip
    heading_in_a_cell = {"heading": "会员", "char_start": 11, "char_end": len(text), "duplicate_of": None}
    first = {"heading": "表一", "char_start": 0, "char_end": 11, "duplicate_of": None}
    page = {"tables": [table], "sections": [first, heading_in_a_cell]}
    sections = layout(page, Cutter(text, [Span("a", 14, 18, "mapped")]))
    [title, grid] = sections[0].blocks
    assert isinstance(title, Line)
    assert isinstance(grid, Grid)
    assert [[told(cell.pieces) for cell in row] for row in grid.rows] == [
        [[("指标", ())], [("2005", ())]],
        [[("会员", ())], [("1002", ("a",))]],
    ]
    assert [(cell.col_span, cell.is_header) for cell in grid.rows[0]] == [(2, True), (1, True)]
    assert sections[0].has_claims
    # the section that a cell was taken for goes on after the table
    assert [told(line.pieces) for line in sections[1].blocks] == [[("注:摘录", ())]]


def test_repeated_text_is_known_as_such():
    [once, again] = Cutter("abcabc", [], repeated=[(3, 6)]).cut(0, 6)
    assert (once.text, once.is_repeated, again.text, again.is_repeated) == ("abc", False, "abc", True)

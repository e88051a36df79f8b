"""One page to its claims: brings together view, prose, tables, places and years.

Belongs here: turning readings into claims with evidence offsets into the page's own text.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.extract.bodies import Bodies
from ingest.extract.breakdowns import metric_of_part, with_implied
from ingest.extract.identity import claim_id
from ingest.extract.lexicon import behind_last
from ingest.extract.places import Place, Places, find_page_place, is_municipal, place_names
from ingest.extract.prose import Damage, Reading, read_prose
from ingest.extract.quantities import Quantity
from ingest.extract.sentence import Match, Sentence
from ingest.extract.status import Moment, Status, read_status
from ingest.extract.tables import read_table
from ingest.extract.view import View, make_view
from ingest.extract.years import Years
from ingest.records import Claim, Context, Page, Table
from ingest.versions import EXTRACTOR_VERSION
from ingest.vocabulary import metrics, words

CLAUSE_BREAKS = ",;。!?\n"
PHRASE_REACH = 16


def extract_claims(page: Page, context: Context | None = None) -> list[Claim]:
    """All claims and unmapped quantities of a page, in the order of the text.

    A repeated stretch of the page (the same article printed twice) is read once.
    """
    return read_page(page, context or Context())[0]


def read_page(page: Page, context: Context) -> tuple[list[Claim], list[Damage]]:
    """Claims, and the numbers whose digits are destroyed."""
    view = make_view(_without_repeats(page))
    years = Years(view.text, page, context)
    places = Places(view.text, page, context, years.page_year.year)
    skip = _to_view(
        view, sorted([*page.duplicate_spans, *((table.char_start, table.char_end) for table in page.tables)])
    )
    headings = [(view.place_of(section.char_start), section.heading) for section in page.sections]
    readings, damages = read_prose(view.text, headings, skip)
    bodies = Bodies(view.text, page)
    readings = [reading if bodies.speaks_of_union(reading) else reading._replace(match=None) for reading in readings]
    maker = _ClaimMaker(page, view, years, places)
    claims = [claim for reading in readings for claim in maker.claims(reading)]
    for number, table in enumerate(page.tables):
        if not _is_repeat(table, page):
            found = read_table(table, number, page, years, places, EXTRACTOR_VERSION, maps=bodies.page_is_union)
            claims += (claim for claim in found if not _repeated(claim.char_start, page))
    claims.sort(key=lambda claim: (claim.char_start, claim.char_end, claim.metric_code or ""))
    return _unique(claims), damages


@dataclass(frozen=True, slots=True)
class Placing:
    """What a page as a whole speaks of: its region and its reference year, each None where nothing says it."""

    region_name: str | None
    ref_area: str | None
    reference_year: int | None
    reference_year_basis: str


def place_page(page: Page, context: Context) -> Placing:
    """Region and reference year of a page, as they hold where no clause speaks of another."""
    text = make_view(_without_repeats(page)).text
    year = Years(text, page, context).page_year
    names = place_names()
    place = find_page_place(page, text, context, year.year, names, names.find(text))
    return Placing(place.name, place.ref_area, year.year, year.basis)


def _without_repeats(page: Page) -> str:
    """The text with repeated stretches blanked, so that nothing in them is read; offsets stay."""
    text = page.text
    for start, end in page.duplicate_spans:
        text = text[:start] + "\n" * (end - start) + text[end:]
    return text


def _repeated(place: int, page: Page) -> bool:
    return any(start <= place < end for start, end in page.duplicate_spans)


def _is_repeat(table: Table, page: Page) -> bool:
    """All of the table stands in a repeated stretch; where only its head is printed again (续表), its rows are new."""
    return any(start <= table.char_start and table.char_end <= end for start, end in page.duplicate_spans)


def _to_view(view: View, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(view.place_of(start), view.place_of(end)) for start, end in spans]


class _ClaimMaker:
    """Turns the readings of one page into claims."""

    def __init__(self, page: Page, view: View, years: Years, places: Places) -> None:
        self.page = page
        self.view = view
        self.years = years
        self.places = places
        self._sentence: Sentence | None = None
        self._printed = ""

    def claims(self, reading: Reading) -> list[Claim]:
        """One claim per metric that the reading's label names, or one without a metric."""
        quantity, match, sentence = reading.quantity, reading.match, reading.sentence
        place = quantity.start
        year, year_basis, mark = self.years.at(
            place, quantity.end, sentence.start, reading.paragraph_start, reading.previous_end
        )
        region = self.places.at(place, sentence.start, year)
        if match and match.place:
            region = self.places.named(match.place, year)
        clause_start = behind_last(self.view.text, CLAUSE_BREAKS, sentence.start, place)
        moment = Moment(year, mark, self.years.year_before_aims(mark))
        codes: tuple[str | None, ...] = match.codes if match else (None,)
        claims = []
        for code in codes:
            status = read_status(quantity, self.view.text, clause_start, sentence, code, moment)
            claims.append(self._claim(reading, code, (year, year_basis), region, status))
        return claims

    def _breakdown(self, match: Match, code: str | None, place: Place) -> dict[str, str]:
        """The breakdown of a match; an award named after a region (“白鹭工匠”) is of that region's level.

        In a municipality under the central government what is called 市级 is of a province's level.
        """
        label, told = match.label, with_implied(match.breakdown, code) if code else match.breakdown
        if told.get("award_level") == "prefecture" and is_municipal(place):
            return {**told, "award_level": "province"}
        if code is None or label is None or "award_level" in told:
            return told
        if not label.term.is_award or not label.label.text.endswith(words()["place_award"]):
            return told
        level = self.places.level_named_before(label.start, place)
        return {**told, "award_level": level} if level else told

    def _claim(
        self, reading: Reading, code: str | None, when: tuple[int | None, str], place: Place, status: Status
    ) -> Claim:
        quantity, match, sentence, page = reading.quantity, reading.match, reading.sentence, self.page
        start, end = self.view.span(quantity.start, quantity.end)
        breakdown = self._breakdown(match, code, place) if match else {}
        if code is not None:
            code, breakdown = metric_of_part(code, breakdown)
        unit_code = quantity.unit.unit_code if quantity.unit else None
        note = None
        if match and match.label:
            unit_code = match.label.term.unit_code(quantity.unit)
            note = _unit_note(code, unit_code)
        return Claim(
            claim_id=claim_id(page, start, end, code, breakdown),
            page_id=page.page_id,
            url=page.url,
            body_sha256=page.body_sha256,
            section=sentence.heading,
            char_start=start,
            char_end=end,
            table_cell=None,
            raw_span=page.text[start:end],
            sentence=self._as_printed(sentence),
            metric_code=code,
            obs_value=quantity.value,
            value_low=quantity.low,
            value_high=quantity.high,
            qualifier=quantity.qualifier,
            unit_code=unit_code,
            unit_raw=quantity.unit_raw,
            ref_area=place.ref_area,
            ref_area_name=place.name,
            ref_year=when[0],
            period_type=status.period_type,
            year_basis=when[1],
            region_basis=place.basis,
            reporting_scope=status.reporting_scope,
            statistic=status.statistic,
            change_kind=status.change_kind,
            base_text=status.base_text,
            is_floor_language=status.is_floor_language,
            is_target=status.is_target,
            extractor_version=EXTRACTOR_VERSION,
            rule=match.rule if match else "unmapped",
            phrase=self._phrase(quantity, sentence),
            note=note,
            breakdown=dict(sorted(breakdown.items())) if breakdown else {},
        )

    def _as_printed(self, sentence: Sentence) -> str:
        """The sentence in the page's own text; readings come sentence by sentence, so the last one is kept."""
        if sentence is not self._sentence:
            start, end = self.view.span(sentence.start, sentence.end)
            self._sentence, self._printed = sentence, self.page.text[start:end].strip()
        return self._printed

    def _phrase(self, quantity: Quantity, sentence: Sentence) -> str:
        """The words around the number in its sentence, for finding new metrics."""
        start = max(sentence.start, quantity.start - PHRASE_REACH)
        return self.view.text[start : min(sentence.end, quantity.end + PHRASE_REACH)].strip()


def _unit_note(code: str | None, unit_code: str | None) -> str | None:
    wanted = metrics()[code].unit_code if code else None
    return f"printed unit {unit_code} differs from the metric's {wanted}" if wanted and unit_code != wanted else None


def _unique(claims: list[Claim]) -> list[Claim]:
    seen: set[str] = set()
    result = []
    for claim in claims:
        if claim.claim_id not in seen:
            seen.add(claim.claim_id)
            result.append(claim)
    return result

"""Breakdowns that hold from one number to the next: of the subject, of the level of an award, of a kind of contract.

Belongs here: what a clause leaves unsaid because the one before said it. Does not belong here: which metric a number
has (`attribution`, `inheritance`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.extract.breakdowns import breakdown_of
from ingest.extract.codes import (
    ALL_UNIONS,
    AWARD_LEVEL,
    CONSULTATION_RATE,
    CONTRACT_COVERAGE,
    CONTRACT_SCOPE,
    CONTRACT_TYPE,
    CONTRACTS,
    DEMOCRACY_COUNTS,
    ENTERPRISE_SECTOR,
    ENTERPRISES,
    OWNERSHIP,
    SECTOR,
    TELL_OF_DEMOCRACY,
    TELL_OF_UNIONS,
)
from ingest.extract.labels import Occurrence
from ingest.extract.lexicon import alternation, among, any_of
from ingest.extract.quantities import Quantity
from ingest.extract.sentence import Match, Sentence, strip_linkers
from ingest.vocabulary import breakdown_words, metrics, without_of_which, words

SUBJECTS = (OWNERSHIP, SECTOR)
OF_ANY_SECTOR = frozenset({"unit", "organisation"})  # what these count may be no enterprise
SUBJECT_SIGNS = (",", "、")
PART_RULES = ("part_of", "named_part")
PERCENT = "%"
NO_SUBJECT = "\x00"


def carry_subject(sentence: Sentence, matches: list[Match | None], view: str) -> list[Match | None]:
    """非公企业已建工会236家,会员1.36万人: whose unions were told just before, those the members are in.

    非公企业320家,已建工会236家: counted by their measure word, those are the enterprises that have one.
    """
    result = list(matches)
    subject: dict[str, str] = {}
    counted: Quantity | None = None  # the enterprises of the subject
    is_counted = False  # whether the subject is that of unions counted before, which count no other unions
    begin = sentence.start
    for index, match in enumerate(matches):
        quantity = sentence.quantities[index]
        lead = view[begin : match.label.start if match and match.label else quantity.start]
        whole = _subject_among(lead[: quantity.start - begin]) if _is_some_of(index, sentence) else {}
        begin = quantity.end
        if whole or not _goes_on(lead, match, quantity, counted):
            subject, counted = whole, None
        if match is None:
            found = _subject_counted(lead)
            subject, counted = (found, quantity) if found else (subject, counted)
            is_counted = is_counted and not subject
            continue
        is_other = is_counted and _counts_unions(match)
        result[index] = told = match if is_other else _of_counted(match, quantity, subject, counted)
        if _speaks_for_others(told):
            is_counted = _counts_unions(told)
            subject = {key: value for key, value in told.breakdown.items() if key in SUBJECTS}
            is_part = told.rule.startswith(PART_RULES)
            counted = None if is_part else counted if quantity.unit_raw == PERCENT else quantity
        begin = max(begin, match.label.end if match.label else 0)
    return result


def _of_counted(match: Match, quantity: Quantity, subject: dict[str, str], counted: Quantity | None) -> Match:
    """The match told of the subject, whose enterprises `counted` counts; more than those cannot be some of them."""
    if counted is None or counted.unit_raw != quantity.unit_raw:
        return _of_subject(match, subject)
    is_within = _is_within(quantity, counted)
    if subject and is_within and _has_union(match):
        return _of_subject(match._replace(codes=ENTERPRISES), subject)
    return match if match.codes == ENTERPRISES and not is_within else _of_subject(match, subject)


def _goes_on(lead: str, match: Match | None, quantity: Quantity, counted: Quantity | None) -> bool:
    """Nothing but a comma stands before the next figure; or a semicolon, where both count the same enterprises.

    国有企业实行厂务公开的118家;建立职代会的115家.
    """
    noun = match.label.label.text if match and match.label else ""
    if strip_linkers(without_of_which(lead[1:])) or any_of("whole_area").search(lead + noun):
        return False
    is_democracy = match is not None and not DEMOCRACY_COUNTS.isdisjoint(match.codes)
    if is_democracy and noun.endswith(words()["unit_noun"]):
        return False  # 建立职代会的企事业单位1320家
    is_same = is_democracy and counted is not None and quantity.unit_raw == counted.unit_raw
    return lead[:1] in SUBJECT_SIGNS or (lead[:1] == ";" and is_same)


def _is_within(quantity: Quantity, counted: Quantity) -> bool:
    """Counted by the same measure word, and no more than those of which it may count some."""
    return quantity.unit_raw == counted.unit_raw and (quantity.value or 0.0) <= (counted.value or 0.0)


def _is_some_of(index: int, sentence: Sentence) -> bool:
    """The number before is none, or counts at least as many: 86家外商投资企业中有52家."""
    return not index or _is_within(sentence.quantities[index], sentence.quantities[index - 1])


def _has_union(match: Match) -> bool:
    """已建工会 says of the enterprises counted before that they have a union; 基层工会 counts unions."""
    is_verb = match.label is not None and not match.label.label.text.startswith(words()["union_noun"])
    return match.codes == ALL_UNIONS and is_verb


def _of_subject(match: Match, subject: dict[str, str]) -> Match:
    """The match broken down by the subject too; but whom a year's work brought in is told of all."""
    is_told = any(dimension in match.breakdown for dimension in SUBJECTS)
    if not subject or is_told or any(metrics()[code].statistic == "flow" for code in match.codes):
        return match
    known = {dimension for code in match.codes for dimension in metrics()[code].breakdowns}
    if any(metrics()[code].unit_code not in OF_ANY_SECTOR for code in match.codes):
        known.discard(SECTOR)
    told = {key: value for key, value in subject.items() if key in known and key not in match.breakdown}
    return match._replace(breakdown=told | match.breakdown, rule=match.rule + "+subject") if told else match


@lru_cache(maxsize=1)
def _some_of() -> re.Pattern[str]:
    return re.compile(rf"{among().pattern}(?:{alternation(words()['some_of'])})?$")


def _subject_among(lead: str) -> dict[str, str]:
    """86家外商投资企业中有52家建立工会; 建会企业中,建立职代会的98家: those of which the number counts some."""
    found = _some_of().search(lead)
    if found is None:
        return {}
    noun = lead[: found.start()]
    is_enterprises = any(
        noun.endswith(item.word) for item in breakdown_words() if {item.dimension: item.value} == ENTERPRISE_SECTOR
    )
    return _subject_counted(noun) or (ENTERPRISE_SECTOR if is_enterprises else {})


def _subject_counted(lead: str) -> dict[str, str]:
    """“三资”企业96户,已建会71户: the enterprises counted first are those of which the next figures tell."""
    found = breakdown_of(lead, ENTERPRISES, in_part=True)
    if OWNERSHIP not in found:
        return {}
    named = [item.word for item in breakdown_words() if item.value == found[OWNERSHIP] and item.word in lead]
    longest = max(named, key=len, default="")
    tail = lead.rpartition(longest)[2].strip('”"') if longest else NO_SUBJECT
    is_subject = not tail or tail in words()["subject_noun"]
    return {OWNERSHIP: found[OWNERSHIP]} if is_subject else {}


def _counts_unions(match: Match) -> bool:
    return any(code in TELL_OF_UNIONS and metrics()[code].statistic != "rate" for code in match.codes)


def _speaks_for_others(match: Match) -> bool:
    """Unions and rates are told of the enterprises that the next figures are of."""
    is_rate = any(metrics()[code].statistic == "rate" for code in match.codes)
    return is_rate or not (TELL_OF_UNIONS | TELL_OF_DEMOCRACY).isdisjoint(match.codes)


def carry_award_level(sentence: Sentence, matches: list[Match | None], view: str) -> list[Match | None]:
    """省五一劳动奖状2家、奖章5人: awards in a row are of the level that the first one names."""
    result = list(matches)
    for index, match in enumerate(matches):
        former = result[index - 1] if index else None
        if match is None or former is None or match.label is None or AWARD_LEVEL not in former.breakdown:
            continue
        end = sentence.quantities[index - 1].end
        if (
            end <= match.label.start
            and not view[end : match.label.start].strip("、")
            and AWARD_LEVEL not in match.breakdown
            and match.label.term.is_award
        ):
            result[index] = match._replace(
                breakdown=match.breakdown | {AWARD_LEVEL: former.breakdown[AWARD_LEVEL]},
                rule=match.rule + "+award_level",
            )
    return result


def carry_contract_type(
    sentence: Sentence, matches: list[Match | None], occurrences: list[Occurrence]
) -> list[Match | None]:
    """Coverage told after a kind of contract is coverage by that kind of contract."""
    contracts = [item for item in occurrences if CONTRACTS in item.term.codes or _covers_by_kind(item)]
    if not contracts:
        return matches
    result: list[Match | None] = []
    kind: dict[str, str] = {}
    told_in_segment: list[Match] = []
    begin = sentence.start
    for quantity, match in zip(sentence.quantities, matches, strict=True):
        while contracts and contracts[0].start < quantity.start:
            kind = _kind_of_contract(contracts.pop(0))
        if ";" in sentence.text[begin - sentence.start : quantity.start - sentence.start]:
            told_in_segment = []
            kind = {} if match and CONSULTATION_RATE in match.codes else kind
        begin = quantity.end
        if match and CONTRACTS in match.codes:
            kind = _kind_told(match.breakdown)
            told_in_segment.append(match)
        is_coverage = match is not None and not CONTRACT_COVERAGE.isdisjoint(match.codes)
        told = kind | _scope_of(told_in_segment)
        result.append(_of_kind(match, told) if match and told and is_coverage else match)
    return result


def _covers_by_kind(item: Occurrence) -> bool:
    """工资集体协商覆盖企业: a label of coverage that names the kind of contract."""
    is_coverage = not CONTRACT_COVERAGE.isdisjoint(item.term.codes) and CONSULTATION_RATE not in item.term.codes
    return is_coverage and CONTRACT_TYPE in item.label.breakdown


def _scope_of(told: list[Match]) -> dict[str, str]:
    """行业性集体合同2150份,覆盖企业1.96万个: the scope of the only contracts that a segment counts."""
    scope = told[0].breakdown.get(CONTRACT_SCOPE) if len(told) == 1 else None
    return {CONTRACT_SCOPE: scope} if scope else {}


def _of_kind(match: Match, kind: dict[str, str]) -> Match:
    return match._replace(breakdown=kind | match.breakdown, rule=match.rule + "+contract_type")


def _kind_of_contract(item: Occurrence) -> dict[str, str]:
    return _kind_told(item.term.fixed_breakdown | item.label.breakdown)


def _kind_told(told: dict[str, str]) -> dict[str, str]:
    return {CONTRACT_TYPE: told[CONTRACT_TYPE]} if CONTRACT_TYPE in told else {}

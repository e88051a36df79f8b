"""Figures that take their metric from elsewhere: from a label that another number uses, or from the heading.

Belongs here: what is left unmapped after `attribution` and still says what it counts (赔付1.6万人次、1874万元;
建成39个 under the heading 户外劳动者驿站; 占90.3% after a part and its whole). Does not belong here: labels that
stand beside their own number.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.extract.breakdowns import breakdown_of
from ingest.extract.codes import ALL_UNIONS, COVERED, COVERED_BY_JOINT, JOINT, ORG_FORM, TELL_OF_UNITS
from ingest.extract.labels import Occurrence, Term, label_index
from ingest.extract.lexicon import SERIES_SIGNS, alternation, holds_any
from ingest.extract.listed import respectively
from ingest.extract.quantities import Quantity
from ingest.extract.sentence import Match, Sentence, counts, strip_linkers
from ingest.vocabulary import Label, companions, flows, metrics, shares, words

HEADING_MARK = re.compile(r"[^\u4e00-\u9fff]+")
HEADING_COVERAGE = 0.6
SHARE_TOLERANCE = 0.6
SHARE_OF = "的"
NO_NOUN = "-"  # in the file of companions: the number stands alone in a row
PEOPLE_AND_HOMES = frozenset({"person", "household"})
BUILT_UNITS = frozenset({"facility", "organisation", "person_time"})


def complete(sentence: Sentence, matches: list[Match | None], view: str) -> list[Match | None]:
    """The matches of a sentence with those that follow from a neighbour or from the heading."""
    result = list(matches)
    for index, quantity in enumerate(sentence.quantities):
        match = result[index]
        if _covers_new_unions(result, index) or _counts_in_a_subset(sentence, result, index, view):
            result[index] = None
            continue
        lead = view[sentence.quantities[index - 1].end if index else sentence.start : quantity.start]
        match = _covers_joint_unions(match, result[:index])
        if match is None or _is_generic(match):
            match = _companion(sentence, result, index, view) or match
        if match is None or match.rule.startswith("purpose"):
            found = (
                _shared_label(sentence, result, index, lead, view)
                or _share_of_whole(sentence, result, index, view)
                or _of_heading(sentence, index, lead)
            )
            match = found or match
        result[index] = match
    return _one_code_each(sentence, result, view)


def _one_code_each(sentence: Sentence, matches: list[Match | None], view: str) -> list[Match | None]:
    """分别为84.2%、83.9% after a label of two metrics: each number is of one of them, in order."""
    result = list(matches)
    for index, match in enumerate(matches):
        count = len(match.codes) if match else 0
        if match is None or count < 2:
            continue
        begin = sentence.quantities[index - 1].end if index else sentence.start
        run = matches[index : index + count]
        if not respectively().search(view[begin : sentence.quantities[index].start]):
            continue
        if len(run) == count and all(item is not None and item.codes == match.codes for item in run):
            for place, code in enumerate(match.codes):
                result[index + place] = match._replace(codes=(code,), rule="listed_respectively")
    return result


def _is_generic(match: Match) -> bool:
    """Named only by a noun of everyday use, such as 职工."""
    return match.label is not None and match.label.term.label.text in _everyday_nouns()


@lru_cache(maxsize=1)
def _everyday_nouns() -> frozenset[str]:
    return _leaning_nouns("after") | _leaning_nouns("before") | frozenset(words()["generic_noun"])


@lru_cache(maxsize=2)
def _leaning_nouns(side: str) -> frozenset[str]:
    """The nouns that go with a number on this side of them."""
    return frozenset(noun for item in companions() if item.side == side for noun in item.nouns)


def _companion(sentence: Sentence, matches: list[Match | None], index: int, view: str) -> Match | None:
    """覆盖企业486户,职工3.2万人; 2156个单位、32万名职工参加竞赛: the noun goes with the number beside it."""
    quantity = sentence.quantities[index]
    begin = sentence.quantities[index - 1].end if index else sentence.start
    end = sentence.quantities[index + 1].start if index + 1 < len(sentence.quantities) else quantity.end
    lead, before = view[begin : quantity.start], view[quantity.end : end].rstrip("、,和 及")
    after = NO_NOUN if lead in SERIES_SIGNS and not _goes_on(view, quantity.end) else strip_linkers(lead)
    if after not in _leaning_nouns("after") and before not in _leaning_nouns("before"):
        return None
    nouns = {"after": (after, _last_counted(sentence, index)), "before": (before, index + 1)}
    for item in companions():
        noun, place = nouns[item.side]
        neighbour = matches[place] if 0 <= place < len(matches) else None
        if noun not in item.nouns or neighbour is None or item.neighbour not in neighbour.codes:
            continue
        if not counts(item.code, quantity):
            continue
        kept = _kept_breakdown(neighbour, item.code) | breakdown_of(noun, (item.code,))
        return Match((item.code,), kept, f"companion_{item.side}", _named(noun, item.code, quantity))
    return None


def _last_counted(sentence: Sentence, index: int) -> int:
    """The place of the number before this one, past a rate between: 企业2.06万家,覆盖率83.4%,职工96.4万人."""
    place = index - 1
    while place > 0 and sentence.quantities[place].dimension == "percent":
        place -= 1
    return place


def _named(noun: str, code: str, quantity: Quantity) -> Occurrence:
    """The noun as a label of the metric that its surroundings give it."""
    return Occurrence(quantity.start, quantity.start, _term(noun, code))


@lru_cache(maxsize=256)
def _term(noun: str, code: str) -> Term:
    return Term(Label(noun, (code,), "", (), (), frozenset(), {}, 0))


def _kept_breakdown(neighbour: Match, code: str) -> dict[str, str]:
    """What the neighbour is broken down by, as far as the noun's metric knows it."""
    known = metrics()[code].breakdowns
    return {key: value for key, value in neighbour.breakdown.items() if key in known}


def _covers_new_unions(matches: list[Match | None], index: int) -> bool:
    """新组建工会312家,涵盖单位508家: what new unions cover is not what all unions cover."""
    match, previous = matches[index], matches[index - 1] if index else None
    if match is None or previous is None or TELL_OF_UNITS.isdisjoint(match.codes):
        return False
    return any(code in flows().values() for code in previous.codes)


def _covers_joint_unions(match: Match | None, before: list[Match | None]) -> Match | None:
    """联合基层工会1.27万个,涵盖单位14.6万个: what joint unions cover has a metric of its own.

    Behind unions of one unit and joint ones it is what all of them cover.
    """
    if match is None or match.codes != COVERED or not before or before[-1] is None:
        return match
    is_joint = before[-1].codes == ALL_UNIONS and before[-1].breakdown.get(ORG_FORM) == JOINT[ORG_FORM]
    forms = {item.breakdown.get(ORG_FORM) for item in before if item} - {None}
    return match._replace(codes=COVERED_BY_JOINT) if is_joint and len(forms) == 1 else match


def _counts_in_a_subset(sentence: Sentence, matches: list[Match | None], index: int, view: str) -> bool:
    """乡镇企业工会1304个,会员13.8万人: the members of a kind of unions that has no metric are not all members."""
    match = matches[index]
    if not index or match is None or match.label is None or match.breakdown or matches[index - 1] is not None:
        return False
    if match.label.label.text not in words()["member_noun"]:
        return False
    if any(item and item.codes == ALL_UNIONS and not item.breakdown for item in matches[: index - 1]):
        return False
    previous = sentence.quantities[index - 1]
    unnamed = (item for item in sentence.occurrences if not item.label.metrics and item.end <= previous.start)
    return any(not strip_linkers(view[item.end : previous.start]) for item in unnamed)


@lru_cache(maxsize=1)
def _sharing() -> re.Pattern[str]:
    return re.compile(rf"[、,和及与](?:{alternation(words()['sharing'])})?")


@lru_cache(maxsize=1)
def _share_lead() -> re.Pattern[str]:
    return re.compile(rf"[,、]?(?:{alternation(words()['share_lead'])})*")


def _shared_label(sentence: Sentence, matches: list[Match | None], index: int, lead: str, view: str) -> Match | None:
    """赔付1.6万人次、1874万元: one label before two numbers of different kinds."""
    is_next = index > 0 and (_sharing().fullmatch(lead.strip()) or (not lead.strip() and matches[index - 1] is None))
    if not is_next:
        return None
    quantity, previous = sentence.quantities[index], sentence.quantities[index - 1]
    if quantity.dimension == previous.dimension or ("," in lead and _goes_on(view, quantity.end)):
        return None
    floor = sentence.quantities[index - 2].end if index > 1 else sentence.start
    beside = [
        item
        for item in sentence.occurrences
        if floor <= item.start and item.end <= previous.start and item.label.metrics and _names(item, quantity)
    ]
    beside = _unrefused(beside, quantity, view)
    best = max(beside, key=lambda item: (item.weight, item.end), default=None)
    if {quantity.dimension, previous.dimension} == PEOPLE_AND_HOMES:  # the people of those households
        return None
    if best is None or (strip_linkers(view[best.end : previous.start]) and not _names_former(best, matches[index - 1])):
        return None
    return _match_of(best, "shared_label")


def _names_former(item: Occurrence, former: Match | None) -> bool:
    """The label stands where the one stands that the number before was matched with."""
    return former is not None and former.label is not None and former.label.start == item.start


def _goes_on(view: str, end: int) -> bool:
    """7400余人当场签下意向: a clause of its own says what the number did."""
    return "\u4e00" <= view[end : end + 1] <= "\u9fff"


def _names(item: Occurrence, quantity: Quantity) -> bool:
    return item.label.position != "right" and item.term.unit_code(quantity.unit) is not None


def _unrefused(items: list[Occurrence], quantity: Quantity, view: str) -> list[Occurrence]:
    """Labels that refuse nothing up to the number; where each refuses something, those that refuse only what the
    number before counts (技能培训11期、935人次)."""
    free = [item for item in items if not holds_any(view[item.start : quantity.end], item.term.refused)]
    return free or [item for item in items if not holds_any(view[item.start : quantity.end], item.term.refused_near)]


def _share_of_whole(sentence: Sentence, matches: list[Match | None], index: int, view: str) -> Match | None:
    """职工13420人,其中会员12118人,占90.3%: a share that the two numbers before it confirm, in either order."""
    quantity = sentence.quantities[index]
    if index < 2 or quantity.dimension != "percent" or quantity.value is None:
        return None
    latest, former = sentence.quantities[index - 1], sentence.quantities[index - 2]
    begin = sentence.quantities[index - 3].end if index > 2 else sentence.start
    lead = view[latest.end : quantity.start]
    if lead == SHARE_OF:
        match, part, whole, noun = matches[index - 2], former, latest, view[former.end : latest.start]
    elif _share_lead().fullmatch(lead):
        match, part, whole, noun = matches[index - 1], latest, former, view[begin : former.start]
    else:
        return None
    return _confirmed_share(match, part, whole, strip_linkers(noun), quantity)


def _confirmed_share(match: Match | None, part: Quantity, whole: Quantity, noun: str, share: Quantity) -> Match | None:
    """The rate of a part and the whole that `noun` names, if they give the share that is printed."""
    if match is None or match.breakdown or not part.value or not whole.value or share.value is None:
        return None
    if abs(100 * part.value / whole.value - share.value) > SHARE_TOLERANCE:
        return None
    for rate, part_code, whole_words in shares():
        if part_code in match.codes and noun.endswith(whole_words):
            return Match((rate,), {}, "share_of_whole", _named(noun, rate, share))
    return None


def _of_heading(sentence: Sentence, index: int, lead: str) -> Match | None:
    """建成39个 first thing under the heading 户外劳动者驿站: the heading says what is counted."""
    if (
        index
        or not sentence.heading
        or HEADING_MARK.sub("", sentence.before) not in HEADING_MARK.sub("", sentence.heading)
    ):
        return None
    core = strip_linkers(HEADING_MARK.sub("", lead).replace(HEADING_MARK.sub("", sentence.heading), ""))
    if core and core not in words()["built"]:
        return None
    label = _heading_label(sentence.heading)
    quantity = sentence.quantities[0]
    if label is None or quantity.unit is None or label.term.unit_code(quantity.unit) is None or not _is_built(label):
        return None
    return _match_of(label, "section_heading")


def _is_built(item: Occurrence) -> bool:
    return all(metrics()[code].unit_code in BUILT_UNITS for code in item.label.metrics)


@lru_cache(maxsize=4096)
def _heading_label(heading: str) -> Occurrence | None:
    """The label that a heading consists of, all but for a short rest."""
    core = HEADING_MARK.sub("", heading)
    found = [item for item in label_index().find(core) if item.label.metrics and not item.label.needs]
    best = max(found, key=lambda item: item.weight, default=None)
    return best if best is not None and best.weight >= HEADING_COVERAGE * len(core) else None


def _match_of(item: Occurrence, rule: str) -> Match:
    return Match(item.term.codes, item.term.fixed_breakdown | item.label.breakdown, rule, item)

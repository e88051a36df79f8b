"""Numbers that take their metric from the numbers before them in the sentence or the one before it.

Belongs here: parts (其中女性2万人), series of years, levels reached, new ones and totals. Does not belong here: labels
beside their own number (`attribution`), two rows joined by 分别 (`listed`), rows of places (`placed`), verbs said once
(`elided`), breakdowns that hold on (`carried`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ingest.extract.breakdowns import breakdown_of, tells_part
from ingest.extract.carried import SUBJECTS, carry_award_level, carry_contract_type, carry_subject
from ingest.extract.codes import ALL_UNIONS, AWARD_LEVEL, EMPLOYEES, ENTERPRISE_SECTOR, ENTERPRISES, NEW_UNIONS
from ingest.extract.elided import elided_verb, is_vague, verb_around
from ingest.extract.labels import Occurrence
from ingest.extract.lexicon import ENUMERATORS, SERIES_SIGNS, among, any_of
from ingest.extract.listed import share_listed
from ingest.extract.placed import of_row_of_places
from ingest.extract.places import is_place
from ingest.extract.quantities import Quantity
from ingest.extract.sentence import (
    YEAR_PHRASE,
    Match,
    Sentence,
    can_count,
    same_kind,
    strip_linkers,
)
from ingest.vocabulary import breakdown_words, flows, metrics, words

LONGEST_NOUN = 8
LONGEST_CHANGE = 8
BECOMES = "为"  # behind a comma it is "for": 为126名职工
HEAD_NOUN = 2
SERIES_END = frozenset({"", *",;。、:()\n"})
TOLD_YEAR = re.compile(r"(?:1[89]|20)\d{2}年|年[底末初]")
COMPARED_LEVEL = re.compile(r"[,、]?(?:比|较|与)(?:(?:19|20)\d{2}年|上年|去年|上一年|前年)(?:[末底初]|度)?的")
NAMED_LEVEL = re.compile(r"[\u4e00-\u9fff]{0,3}\x00")
BUILT_UNITS = frozenset({"facility", "organisation"})
TOTAL = "total_of_previous"


def inherit(
    sentence: Sentence, matches: list[Match | None], occurrences: list[Occurrence], view: str
) -> list[Match | None]:
    """The matches of a sentence with those that follow from other numbers of it; `occurrences` are its labels."""
    matches = share_listed(sentence, matches, occurrences, view)
    matches = _new_before_total(_inherit_parts(sentence, matches, occurrences, view))
    matches = carry_award_level(sentence, carry_subject(sentence, matches, view), view)
    return carry_contract_type(sentence, matches, occurrences)


def _new_before_total(matches: list[Match | None]) -> list[Match | None]:
    """创建职工书屋8个,总数达到21个: what is told right before all that exist are the new ones."""
    result = list(matches)
    for index, match in enumerate(matches[1:], 1):
        former = matches[index - 1]
        if match is None or former is None or match.rule != TOTAL or match.codes != former.codes:
            continue
        if any(metrics()[code].unit_code not in BUILT_UNITS for code in match.codes):
            continue
        result[index - 1] = former._replace(codes=tuple(flows().get(code, code) for code in former.codes))
    return result


def _inherit_parts(
    sentence: Sentence, matches: list[Match | None], occurrences: list[Occurrence], view: str
) -> list[Match | None]:
    """其中女性2万人: a part named only by its breakdown takes the metric of the number before it."""
    result = list(matches)
    is_continued = sentence.whole is not None and sentence.text.lstrip().startswith(words()["of_which"])
    parent, parent_quantity = sentence.whole if sentence.whole and is_continued else (None, None)
    known = list(sentence.earlier)
    begin = sentence.start
    for index, quantity in enumerate(sentence.quantities):
        match = result[index]
        lead = view[begin : quantity.start]
        latest = result[index - 1] if index else None
        named = _whole_in_words(begin, quantity, occurrences, view)
        begin = max(quantity.end, match.label.end) if match and match.label else quantity.end
        is_part = named is not None or tells_part(lead)
        if named is not None:
            parent, parent_quantity, lead = named[0], quantity, view[named[1] : quantity.start]
        elif is_part and not (parent_quantity and same_kind(parent_quantity, quantity)):
            parent, parent_quantity = _last_of_kind(known, quantity) or (parent, parent_quantity)
        if parent and parent_quantity and same_kind(parent_quantity, quantity):
            match = _as_part(lead, match, parent, latest if index else parent, is_part=is_part)
        own = known[len(sentence.earlier) :]
        match = (
            of_row_of_places(match, latest, quantity, sentence, lead, known)
            or _of_last_of_kind(lead, quantity, own)
            or _series(lead, quantity, [*_of_nouns(sentence.earlier, quantity, occurrences), *own], latest)
        )
        if is_vague(match):
            match = elided_verb(lead, quantity, sentence, view) or verb_around(quantity, sentence, view) or match
        match = _flow_like(match, latest, lead)
        if match is not None and match.rule == "year_series" and not _stands_alone(view, quantity.end):
            match = None
        result[index] = match
        if match is not None:
            known.append((match, quantity))
        if match is not None and not match.rule.startswith("part_of") and not _narrows(match, parent):
            parent, parent_quantity = match, quantity
    return result


def _whole_in_words(
    begin: int, quantity: Quantity, occurrences: list[Occurrence], view: str
) -> tuple[Match, int] | None:
    """新发展会员中,农民工3.2万人: the noun of a whole of which parts follow, and where the words for the part begin."""
    for item in reversed(occurrences):
        is_before = begin <= item.start and item.end < quantity.start
        found = among().match(view, item.end) if is_before and item.label.metrics else None
        if found and quantity.start - found.end() <= LONGEST_NOUN and can_count(item, quantity):
            breakdown = item.term.fixed_breakdown | item.label.breakdown
            return Match(item.term.codes, breakdown, "whole_in_words", item), found.end()
    return None


def _flow_like(match: Match | None, latest: Match | None, lead: str) -> Match | None:
    """What made the first number of a list a flow holds for the rest, whether of its kind or a bare noun.

    新发展货车司机会员3.7万人、快递员会员1.4万人; 新增基层工会133个、会员9806人.
    """
    if match is None or latest is None or not lead.startswith("、"):
        return match
    codes = tuple(flows().get(code, code) for code in match.codes)
    is_bare = match.label is not None and lead == f"、{match.label.label.text}"
    is_new_too = is_bare and all(code in flows().values() for code in latest.codes)
    return match._replace(codes=codes) if codes == latest.codes or is_new_too else match


def _last_of_kind(known: list[tuple[Match, Quantity]], quantity: Quantity) -> tuple[Match, Quantity] | None:
    """集体合同1043份,覆盖企业5217家,其中区域性合同64份: the whole is the last figure with the part's measure word."""
    return next(
        (
            (match, earlier)
            for match, earlier in reversed(known)
            if earlier.unit_raw == quantity.unit_raw and not match.rule.startswith("part_of")
        ),
        None,
    )


def _of_last_of_kind(lead: str, quantity: Quantity, known: list[tuple[Match, Quantity]]) -> Match | None:
    """集体合同1420份,覆盖企业5068家;区域性118份: figures of other kinds may stand between a whole and its part."""
    former = _last_of_kind(known, quantity)
    if former is None:
        return None
    found = _first(lead, former[0], _total_of_previous, _part)
    is_noun = found is not None and any(found.breakdown.get(key) != former[0].breakdown.get(key) for key in SUBJECTS)
    return None if is_noun else found  # 外商投资企业118户 counts enterprises


def _series(lead: str, quantity: Quantity, known: list[tuple[Match, Quantity]], latest: Match | None) -> Match | None:
    """1994年恢复到83个和9305人: a year, and then numbers that each go on from the last one of their kind."""
    is_next = latest is not None and latest.rule == "year_series" and lead.strip() in SERIES_SIGNS
    for match, earlier in reversed(known):
        if same_kind(earlier, quantity) and not match.rule.startswith("part_of"):
            found = _year_series(lead, match)
            return match._replace(rule="year_series") if found is None and is_next else found
    return None


def _of_nouns(
    earlier: Iterable[tuple[Match, Quantity]], quantity: Quantity, occurrences: list[Occurrence]
) -> list[tuple[Match, Quantity]]:
    """Figures of earlier sentences from which a series may go on: those of the noun that the sentence itself names.

    此后会员、专职干部两项,1990年为17.9万人、1188人: of two nouns for people, nothing tells which is meant.
    """
    nouns = {
        item.term.codes
        for item in occurrences
        if item.end <= quantity.start and item.label.metrics and can_count(item, quantity)
    }
    return [(match, figure) for match, figure in earlier if not nouns or nouns == {match.codes}]


def _stands_alone(view: str, end: int) -> bool:
    """The number of a series ends its clause or is compared; 1959年,2人出席全国群英会 has words of its own."""
    return view[end : end + 1] in SERIES_END or view.startswith(words()["series_goes_on"], end)


def _narrows(match: Match, parent: Match | None) -> bool:
    """女会员15.2万名 after all members: a part, of which the next part is none."""
    return parent is not None and match.codes == parent.codes and parent.breakdown.items() < match.breakdown.items()


def _as_part(lead: str, match: Match | None, parent: Match, latest: Match | None, *, is_part: bool) -> Match | None:
    """What a number counts that may be a part of a whole before it, or go on from the `latest` number."""
    if match is not None and is_part:
        part = (
            _part_of_flow(match, parent)
            or _kind_of_union(match, parent)
            or _same_named_part(lead, match, parent)
            or _employees_among(lead, match, parent)
        )
        if part is not None:
            return part
    if match is not None and latest is not None and lead[:1] in SERIES_SIGNS and _is_kind_of(latest, parent):
        return (
            _kind_of_union(match, parent)
            or _employees_among(lead, match, parent)
            or _like_the_part_before(match, latest, parent)
        )
    is_weak = match is not None and match.rule == "purpose_near"
    if match is not None and not is_weak:
        return match
    return _implied(lead, parent, latest) or match


def _implied(lead: str, parent: Match, latest: Match | None) -> Match | None:
    """A number without a noun of its own that continues a whole named before, or the number right before it."""
    goes_on = _first(lead, parent, _total_of_previous, _year_series, _new_of_previous, _actual)
    if goes_on is None and latest is not None:
        goes_on = _first(lead, latest, _level_reached, _level_compared, _enumerated)
    return goes_on or _part(lead, _of_all(lead, parent, latest)) or _in_place(lead, parent)


def _of_all(lead: str, parent: Match, latest: Match | None) -> Match:
    """新建区级创新工作室5个,累计建成市级6个、区级22个: parts behind 累计 are of all that exist."""
    stocks = {flow: stock for stock, flow in flows().items()}
    all_codes = tuple(stocks.get(code, code) for code in parent.codes)
    goes_on = latest is not None and latest.codes == all_codes and lead[:1] in ENUMERATORS
    tells_all = any_of("existing").search(lead) is not None and not tells_part(lead)
    return parent._replace(codes=all_codes) if goes_on or tells_all else parent


def _in_place(lead: str, parent: Match) -> Match | None:
    """全市4512个,其中东胜区1120个、市本级12个: a clause that holds only a place tells the same of it."""
    rest = lead
    for word in words()["of_which"]:
        rest = rest.replace(word, "")
    name = strip_linkers(rest)
    if tells_part(lead) and name.endswith(words()["own_part"]) and len(name) <= LONGEST_NOUN:
        return Match(parent.codes, parent.breakdown, "part_of_own_level", parent.label)
    return Match(parent.codes, parent.breakdown, "part_of_place", parent.label) if is_place(name) else None


def _first(lead: str, earlier: Match, *rules: Callable[[str, Match], Match | None]) -> Match | None:
    """The first answer of the rules that is one."""
    return next((match for rule in rules if (match := rule(lead, earlier)) is not None), None)


def _level_reached(lead: str, parent: Match) -> Match | None:
    """由60多万人增加到100多万人: the second number is of the first one's metric."""
    core = YEAR_PHRASE.sub("", lead).strip("的,、 ")
    if core == BECOMES and "," in lead:
        return None
    if not core.endswith(words()["change_to"]) or len(core) > LONGEST_CHANGE or strip_linkers(core):
        return None
    return Match(parent.codes, parent.breakdown, "level_reached", parent.label)


def _level_compared(lead: str, latest: Match) -> Match | None:
    """1106户,比2009年底的1237户减少131户: what the level is compared with is a level too."""
    if not COMPARED_LEVEL.fullmatch(lead.strip()):
        return None
    return Match(latest.codes, latest.breakdown, "level_compared", latest.label)


def _new_of_previous(lead: str, parent: Match) -> Match | None:
    """爱心母婴室140间,当年新建26间: the new ones of what was counted before."""
    core = strip_linkers(any_of("this_year").sub("", lead))
    if core not in words()["new_ones"]:
        return None
    if not all(metrics()[code].unit_code in BUILT_UNITS or code in flows() for code in parent.codes):
        return None
    return Match(
        tuple(flows().get(code, code) for code in parent.codes), parent.breakdown, "new_of_previous", parent.label
    )


def _total_of_previous(lead: str, parent: Match) -> Match | None:
    """新命名创新工作室18个,累计达到53个: all that exist, after the new ones."""
    are_new = all(code in flows().values() for code in parent.codes)
    tells_all = any_of("running_total").search(lead) or (are_new and _told(lead).startswith(words()["reached"]))
    if not tells_all or not _repeats(lead, parent):
        return None
    stocks = {flow: stock for stock, flow in flows().items()}
    breakdown = {key: value for key, value in parent.breakdown.items() if key != AWARD_LEVEL or not _tells_all(lead)}
    return Match(tuple(stocks.get(code, code) for code in parent.codes), breakdown, TOTAL, parent.label)


def _repeats(lead: str, parent: Match) -> bool:
    """Nothing but 建成, 至此全市 or the noun and the level of the figure before stand in the words."""
    core = strip_linkers(any_of("whole_area", "this_year", "so_far").sub("", lead))
    if not core or core in words()["built"]:
        return True
    noun = parent.label.label.text if parent.label else ""
    for item in breakdown_words():
        if parent.breakdown.get(item.dimension) == item.value:
            core = core.removeprefix(item.word)
    return len(core) >= HEAD_NOUN and noun.endswith(core)


def _told(lead: str) -> str:
    return YEAR_PHRASE.sub("", lead).strip(",、 ")


def _year_series(lead: str, parent: Match) -> Match | None:
    """1983年44206人,1985年51870人: a year alone before the number continues the series."""
    if strip_linkers(lead) or not TOLD_YEAR.search(lead):
        return None
    return Match(parent.codes, parent.breakdown, "year_series", parent.label)


def _actual(lead: str, parent: Match) -> Match | None:
    """计划发展会员2000人,实际发展2380人: what was reached of the plan before it."""
    core = strip_linkers(lead)
    return Match(parent.codes, parent.breakdown, "actual_of_plan", parent.label) if core in words()["actual"] else None


def _part_of_flow(match: Match, parent: Match) -> Match | None:
    """新发展会员7940人,其中农民工会员5126人: a part of new members is of new members."""
    codes = tuple(flows().get(code, "") for code in match.codes)
    if not codes or codes != parent.codes:
        return None
    return Match(parent.codes, parent.breakdown | match.breakdown, "part_of_previous", match.label)


def _employees_among(lead: str, match: Match, parent: Match) -> Match | None:
    """新增会员13207人,其中女职工5862人: employees of a kind that are a part of other people are those among them."""
    is_people = all(metrics()[code].unit_code == "person" for code in parent.codes)
    return _part(lead, parent) if match.codes == EMPLOYEES and is_people else None


def _kind_of_union(match: Match, parent: Match) -> Match | None:
    """新建工会36个,其中非公企业工会29个: the unions of enterprises among unions are unions, not enterprises."""
    is_union = match.label is not None and match.label.label.text.endswith(words()["union_body"])
    if not is_union or match.codes != ENTERPRISES or parent.codes not in (ALL_UNIONS, NEW_UNIONS):
        return None
    kind = match.breakdown or ENTERPRISE_SECTOR
    return Match(parent.codes, parent.breakdown | kind, "named_part", parent.label)


def _like_the_part_before(match: Match, latest: Match, parent: Match) -> Match:
    """其中区域性合同685份、行业性合同114份: what the first part keeps of the whole, the next one keeps too."""
    keeps = match.codes == parent.codes and parent.breakdown.items() <= latest.breakdown.items()
    return match._replace(breakdown=parent.breakdown | match.breakdown) if keeps else match


def _is_kind_of(latest: Match, parent: Match) -> bool:
    return latest is not parent and latest.codes == parent.codes and latest.breakdown != parent.breakdown


def _same_named_part(lead: str, match: Match, parent: Match) -> Match | None:
    """其中国有企业的建制率: a part named by the end of its whole's label means all that the whole meant."""
    if match.label is None or parent.label is None or match.label.term is parent.label.term:
        return None
    whole, part = parent.label.label.text, match.label.label.text
    announced = match.breakdown or breakdown_of(lead, parent.codes, in_table=True)
    if match.breakdown and match.codes == parent.codes:
        return Match(match.codes, parent.breakdown | match.breakdown, "named_part", match.label)
    if not whole.endswith(part) and not (announced and whole[-HEAD_NOUN:] == part[-HEAD_NOUN:]):
        return None
    return Match(parent.codes, parent.breakdown | announced, "part_of_previous", match.label)


def _enumerated(lead: str, parent: Match) -> Match | None:
    """138个、165个和171个: numbers in a row share the noun before the first."""
    if lead.strip() not in ENUMERATORS:
        return None
    return Match(parent.codes, parent.breakdown, "enumerated", parent.label)


def _tells_all(lead: str) -> bool:
    """全区共有86个: the area is no level of award where the words announce all that exist."""
    return any_of("running_total").search(lead) is not None and any_of("whole_area").search(lead) is not None


def _part(lead: str, parent: Match) -> Match | None:
    """A clause that holds only 其中 and a breakdown word."""
    announced = breakdown_of(lead, parent.codes, in_part=True)
    if not announced or _tells_all(lead):
        return None
    rest = lead
    for item in breakdown_words():
        if announced.get(item.dimension) == item.value:
            rest = rest.replace(item.word, "\x00" if item.dimension == AWARD_LEVEL else "")
    rest = NAMED_LEVEL.sub("", rest)
    for word in words()["of_which"] + words()["part_noun"]:
        rest = rest.replace(word, "")
    if len(strip_linkers(rest)) > 1:
        return None
    is_beside = not tells_part(lead) and any(metrics()[code].statistic == "rate" for code in parent.codes)
    return Match(
        parent.codes, (parent.breakdown if not is_beside else {}) | announced, "part_of_previous", parent.label
    )

"""Numbers that take their metric from the numbers before them in the sentence or the one before it.

Belongs here: parts (其中女性2万人), series of years, levels reached, new ones and totals, verbs said once for several
nouns, labels and numbers in two rows (分别为). Does not belong here: labels beside their own number (`attribution`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from ingest.extract.breakdowns import announced_before, breakdown_of, tells_part
from ingest.extract.labels import GAP, VAGUE, Occurrence, Term, terms
from ingest.extract.lexicon import alternation, any_of, behind_last, holds_any
from ingest.extract.places import is_place
from ingest.extract.quantities import Quantity
from ingest.extract.sentence import (
    CLAUSE_MARK,
    ENUMERATORS,
    YEAR_PHRASE,
    Match,
    Sentence,
    can_count,
    has_context,
    strip_linkers,
)
from ingest.vocabulary import breakdown_words, flows, metrics, words

LOOSE_RULES = ("purpose_near", "label_left_near")
LONGEST_NOUN = 8
LONGEST_PLACE_NAME = 5
LONGEST_CHANGE = 8
BECOMES = "为"  # behind a comma it is "for": 为126名职工
HEAD_NOUN = 2
SERIES_SIGNS = ENUMERATORS | {","}
TOLD_YEAR = re.compile(r"(?:1[89]|20)\d{2}年|年[底末初]")
COMPARED_LEVEL = re.compile(r"[,、]?(?:比|较|与)(?:(?:19|20)\d{2}年|上年|去年|上一年|前年)(?:[末底初]|度)?的")
NAMED_LEVEL = re.compile(r"[\u4e00-\u9fff]{0,3}\x00")
BUILT_UNITS = frozenset({"facility", "organisation"})
OWNERSHIP = "ownership"
SUBJECTS = (OWNERSHIP, "sector")
SUBJECT_SIGNS = (",", "、")
NO_SUBJECT = "\x00"
ENTERPRISES = ("enterprises_with_union",)
UNIONS = frozenset({"grassroots_unions", "new_grassroots_unions", "enterprises_with_union", "enterprise_union_rate"})
AWARD_LEVEL = "award_level"
CONTRACTS = "collective_contracts"
CONTRACT_KINDS = ("contract_type",)
RATE = "collective_consultation_rate"
CONTRACT_COVERAGE = frozenset({"collective_contract_enterprises", "collective_contract_workers", RATE})


def inherit(
    sentence: Sentence, matches: list[Match | None], occurrences: list[Occurrence], view: str
) -> list[Match | None]:
    """The matches of a sentence with those that follow from other numbers of it; `occurrences` are its labels."""
    matches = _share_listed(sentence, matches, occurrences, view)
    matches = _inherit_parts(sentence, matches, view)
    matches = _carry_award_level(sentence, _carry_subject(sentence, matches, view), view)
    return _carry_contract_type(sentence, matches, occurrences)


@lru_cache(maxsize=1)
def respectively() -> re.Pattern[str]:
    """The word after which numbers belong to the labels before it, one to one."""
    return re.compile(rf"{alternation(words()['respectively'])}|各(?=达|为|有|\d)")


def _share_listed(
    sentence: Sentence, matches: list[Match | None], occurrences: list[Occurrence], view: str
) -> list[Match | None]:
    """会员、女会员分别为5万人、2万人: as many labels in a row as numbers in a row, on either side of the word."""
    marker = respectively().search(sentence.text)
    if marker is None:
        return matches
    place = sentence.start + marker.start()
    begin = max(max(view.rfind(mark, sentence.start, place) for mark in ",;:") + 1, sentence.start)
    after = [index for index, quantity in enumerate(sentence.quantities) if quantity.start >= place]
    listed = _counting(sentence, after, [item for item in occurrences if begin <= item.start and item.end <= place])
    split = _split_label(listed, after) or _split_values(listed, after, view, place)
    if split is None:
        split = _one_to_one(sentence, after[: len(listed)], listed)
    if split is None:
        return _name_numbers_before(sentence, matches, occurrences, view, (begin, sentence.start + marker.end()))
    return [split.get(index, match) for index, match in enumerate(matches)] if split else matches


def _counting(sentence: Sentence, indices: list[int], items: list[Occurrence]) -> list[Occurrence]:
    """The items that stand in no other and can count any of the numbers."""
    counted = [sentence.quantities[index] for index in indices]
    return [
        item
        for item in items
        if not any(o is not item and o.start <= item.start and item.end <= o.end for o in items)
        and any(can_count(item, quantity) for quantity in counted)
    ]


def _one_to_one(sentence: Sentence, indices: list[int], listed: list[Occurrence]) -> dict[int, Match] | None:
    """The numbers and the labels of two rows of one length, if each label can count its number."""
    if len(listed) < 2 or len(indices) != len(listed):
        return None
    pairs = list(zip(indices, listed, strict=True))
    if not all(can_count(item, sentence.quantities[index]) for index, item in pairs):
        return None
    return {
        index: Match(item.term.codes, item.term.fixed_breakdown | item.label.breakdown, "listed_respectively", item)
        for index, item in pairs
    }


def _name_numbers_before(
    sentence: Sentence, matches: list[Match | None], occurrences: list[Occurrence], view: str, lead: tuple[int, int]
) -> list[Match | None]:
    """3名职工、2个集体分别获省五一劳动奖章、工人先锋号: numbers in a row in the `lead`, their labels behind it.

    A label behind the word names none of the numbers alone.
    """
    begin, end = lead
    before = [i for i, quantity in enumerate(sentence.quantities) if begin <= quantity.start < end]
    if len(before) < 2:
        return matches
    stop = CLAUSE_MARK.search(view, end, sentence.end)
    last = stop.start() if stop else sentence.end
    listed = [item for item in occurrences if end <= item.start and item.end <= last and item.label.metrics]
    pairs = _one_to_one(sentence, before, _counting(sentence, before, listed))
    if pairs is None:
        return [
            None if index in before and _stands_behind(match, end) else match for index, match in enumerate(matches)
        ]
    result, level = list(matches), dict[str, str]()
    for index, match in pairs.items():
        place = match.label.start if match.label else end
        level |= announced_before(view[end:place].rpartition("、")[2], match.codes)
        result[index] = match._replace(breakdown=level | match.breakdown)
    return result


def _stands_behind(match: Match | None, place: int) -> bool:
    return match is not None and match.label is not None and match.label.start >= place


def _split_label(listed: list[Occurrence], after: list[int]) -> dict[int, Match] | None:
    """职代会、厂务公开建制率分别为91.3%和90.6%: one label that names as many metrics as numbers follow."""
    if len(listed) != 1 or len(listed[0].label.metrics) < 2 or len(after) < len(listed[0].label.metrics):
        return None
    result: dict[int, Match] = {}
    for index, code in zip(after, listed[0].label.metrics, strict=False):
        metric = metrics()[code]
        result[index] = Match((metric.canonical_code,), dict(metric.fixed_breakdown), "listed_respectively", listed[0])
    return result


def _split_values(listed: list[Occurrence], after: list[int], view: str, marker: int) -> dict[int, Match] | None:
    """职工书屋全国、省、市级分别为3家、7家、22家: one label, and as many values of a breakdown as numbers follow."""
    if not listed:
        return None
    item = max(listed, key=lambda other: (other.end, other.weight))
    names = [name for name in re.split("[、,和及与]", view[item.end : marker].strip("的中有")) if name]
    if len(names) < 2 or len(names) > len(after):
        return None
    told = [breakdown_of(name, item.term.codes, in_table=True) for name in names]
    if any(len(values) != 1 for values in told) or len({key for values in told for key in values}) != 1:
        return None
    own = item.term.fixed_breakdown | item.label.breakdown
    return {
        index: Match(item.term.codes, own | values, "listed_respectively", item)
        for index, values in zip(after, told, strict=False)
    }


def _inherit_parts(sentence: Sentence, matches: list[Match | None], view: str) -> list[Match | None]:
    """其中女性2万人: a part named only by its breakdown takes the metric of the number before it."""
    result = list(matches)
    is_continued = sentence.whole is not None and sentence.text.lstrip().startswith(words()["of_which"])
    parent, parent_quantity = sentence.whole if sentence.whole and is_continued else (None, None)
    known = list(sentence.earlier)
    begin = sentence.start
    for index, quantity in enumerate(sentence.quantities):
        match = result[index]
        lead = view[begin : quantity.start]
        lead_start, begin = begin, max(quantity.end, match.label.end) if match and match.label else quantity.end
        if tells_part(lead) and not (parent_quantity and _same_kind(parent_quantity, quantity)):
            parent, parent_quantity = _last_of_kind(known, quantity) or (parent, parent_quantity)
        if parent and parent_quantity and _same_kind(parent_quantity, quantity):
            match = _as_part(lead, match, parent, result[index - 1] if index else parent)
        if match is None or match.rule in LOOSE_RULES:
            is_named = match is not None and match.rule != "purpose_near"
            announced = match if is_named else _label_between(sentence, lead_start, quantity)
            match = _among_places(lead, quantity, result[index - 1] if index else None, announced, known) or match
        if match is None:
            match = _of_last_of_kind(lead, quantity, known[len(sentence.earlier) :])
        if match is None:
            match = _series(lead, quantity, known, result[index - 1] if index else None)
        if _is_vague(match):
            match = _elided_verb(lead, quantity, sentence, view) or _verb_around(quantity, sentence, view) or match
        match = _flow_like(match, result[index - 1] if index else None, lead)
        result[index] = match
        if match is not None:
            known.append((match, quantity))
        if match is not None and not match.rule.startswith("part_of") and not _narrows(match, parent):
            parent, parent_quantity = match, quantity
    return result


def _flow_like(match: Match | None, latest: Match | None, lead: str) -> Match | None:
    """新发展货车司机会员3.7万人、快递员会员1.4万人: what made the first number a flow holds for the rest of a list."""
    if match is None or latest is None or not lead.startswith("、"):
        return match
    codes = tuple(flows().get(code, code) for code in match.codes)
    return match._replace(codes=codes) if codes == latest.codes else match


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
        if _same_kind(earlier, quantity) and not match.rule.startswith("part_of"):
            found = _year_series(lead, match)
            return match._replace(rule="year_series") if found is None and is_next else found
    return None


def _narrows(match: Match, parent: Match | None) -> bool:
    """女会员15.2万名 after all members: a part, of which the next part is none."""
    return parent is not None and match.codes == parent.codes and parent.breakdown.items() < match.breakdown.items()


def _as_part(lead: str, match: Match | None, parent: Match, latest: Match | None) -> Match | None:
    """What a number counts that may be a part of a whole before it, or go on from the `latest` number."""
    if match is not None and tells_part(lead):
        part = _part_of_flow(match, parent) or _same_named_part(lead, match, parent)
        if part is not None:
            return part
    is_weak = match is not None and match.rule == "purpose_near"
    if match is not None and not is_weak:
        return match
    return _implied(lead, parent, latest) or match


def _same_kind(parent: Quantity, part: Quantity) -> bool:
    """Of one measure word; one that is left out (女12.91万) is that of the whole."""
    if part.unit is None:
        return parent.dimension in (part.dimension, "person")
    return parent.dimension == part.dimension and (part.unit_raw == parent.unit_raw or part.dimension != "count")


def _implied(lead: str, parent: Match, latest: Match | None) -> Match | None:
    """A number without a noun of its own that continues a whole named before, or the number right before it."""
    goes_on = _first(lead, parent, _total_of_previous, _year_series, _new_of_previous, _actual)
    if goes_on is None and latest is not None:
        goes_on = _first(lead, latest, _level_reached, _level_compared, _enumerated)
    return goes_on or _part(lead, parent) or _in_place(lead, parent)


def _in_place(lead: str, parent: Match) -> Match | None:
    """全市4512个,其中东胜区1120个、市本级12个: a clause that holds only a place tells the same of it."""
    rest = lead
    for word in words()["of_which"]:
        rest = rest.replace(word, "")
    name = strip_linkers(rest)
    if tells_part(lead) and name.endswith(words()["own_part"]) and len(name) <= LONGEST_NOUN:
        return Match(parent.codes, parent.breakdown, "part_of_own_level", parent.label)
    return Match(parent.codes, parent.breakdown, "part_of_place", parent.label) if is_place(name) else None


def _among_places(
    lead: str, quantity: Quantity, latest: Match | None, label: Match | None, known: list[tuple[Match, Quantity]]
) -> Match | None:
    """分县区看:东湾区142个、浮山区118个: each of the places that a row names, also where no register knows them.

    A row is announced; from then on each place goes on with the figure of the one before it. What the row tells is
    named in its announcement (新增会员前三位的是…), or was the last figure of its kind.
    """
    told = _row_of_places().search(lead)
    if told is None:
        return None
    if told["announced"] is None:
        goes_on = latest is not None and latest.place is not None and told.start() == 0
        return latest._replace(place=told["name"], rule="part_of_place") if goes_on and latest else None
    wholes = [match for match, earlier in reversed(known) if _same_kind(earlier, quantity) and not match.breakdown]
    whole = label or next(iter(wholes), None)
    return whole._replace(place=told["name"], rule="part_of_place") if whole else None


def _label_between(sentence: Sentence, begin: int, quantity: Quantity) -> Match | None:
    """What the last label in the words before a number names, if the number can count it."""
    between = [
        item
        for item in sentence.occurrences
        if begin <= item.start and item.end <= quantity.start and item.label.metrics and can_count(item, quantity)
    ]
    last = max(between, key=lambda item: (item.end, item.weight), default=None)
    if last is None:
        return None
    return Match(last.term.codes, last.term.fixed_breakdown | last.label.breakdown, "part_of_place", last)


@lru_cache(maxsize=1)
def _row_of_places() -> re.Pattern[str]:
    """A place right before a number: in a row that goes on, or behind what announces a row."""
    name = rf"(?P<name>[\u4e00-\u9fff]{{1,{LONGEST_PLACE_NAME}}}(?:{alternation(words()['place_suffix'])}))"
    announced = alternation(words()["by_place"])
    return re.compile(
        rf"(?:^[,、;]|(?P<announced>{announced})[^,;。\d]{{0,6}}?(?:是|为|有|以)?[:,]?){name}(?:\([^()]*\))?有?$"
    )


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


def _is_vague(match: Match | None) -> bool:
    """No metric yet, or one that only a noun of everyday use suggests (职工, 企业)."""
    if match is None:
        return True
    term = match.label.term if match.label else None
    return term is not None and term.weight <= VAGUE and bool(term.needs)


def _new_of_previous(lead: str, parent: Match) -> Match | None:
    """爱心母婴室140间,当年新建26间: the new ones of what was counted before."""
    core = strip_linkers(lead)
    for word in words()["this_year"]:
        core = core.removeprefix(word)
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
    return Match(tuple(stocks.get(code, code) for code in parent.codes), breakdown, "total_of_previous", parent.label)


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


def _elided_verb(lead: str, quantity: Quantity, sentence: Sentence, view: str) -> Match | None:
    """覆盖企业8230家,职工31.6万人: the verb of the clause before holds for this noun too."""
    noun = strip_linkers(lead)
    if not 1 < len(noun) <= LONGEST_NOUN:
        return None
    begin = behind_last(view, ";", sentence.start, quantity.start)
    return _verb_with_noun(noun, view[begin : quantity.start - len(lead)], quantity, sentence)


def _verb_around(quantity: Quantity, sentence: Sentence, view: str) -> Match | None:
    """覆盖2.3万家企业、86万名职工: the number stands between the verb and the noun of a label."""
    following = _noun_behind().match(view, quantity.end)
    if following is None or quantity.unit is None:
        return None
    begin = behind_last(view, ",;", sentence.start, quantity.start)
    return _verb_with_noun(following["noun"], view[begin : quantity.start], quantity, sentence)


def _verb_with_noun(noun: str, before: str, quantity: Quantity, sentence: Sentence) -> Match | None:
    """The label made of the last fitting verb told in `before` and of `noun`, if its context is there."""
    known = _terms_by_noun().get(noun)
    if known is None:
        return None
    verbs = sorted((place, verb) for verb in known if (place := _last_verb(before, verb)) >= 0)
    context = f"{sentence.heading}\n{sentence.before}\n{sentence.text}"
    told = sentence.text[: quantity.end - sentence.start]
    for _, verb in reversed(verbs):
        for term in known[verb]:
            if (
                term.label.metrics
                and term.unit_code(quantity.unit) is not None
                and has_context(term, context, sentence.text)
                and not holds_any(told, term.refused)
            ):
                here = Occurrence(quantity.start, quantity.start, term)
                return Match(term.codes, dict(term.label.breakdown), "elided_verb", here)
    return None


@lru_cache(maxsize=1)
def _noun_behind() -> re.Pattern[str]:
    """The noun of a label behind a number, with an attribute before it that adds nothing."""
    attributes = alternation(words()["noun_attribute"])
    return re.compile(rf"(?:{attributes})*(?P<noun>{alternation(_terms_by_noun())})")


@lru_cache(maxsize=1)
def _terms_by_noun() -> dict[str, dict[str, list[Term]]]:
    """The terms that begin with a verb that may be carried over, by the noun behind it and the verb."""
    found: dict[str, dict[str, list[Term]]] = {}
    for term in terms():
        for verb in dict.fromkeys(words()["carried_verb"]):
            if term.label.text.startswith(verb):
                noun = term.label.text.removeprefix(verb).removeprefix(GAP)
                if noun:
                    found.setdefault(noun, {}).setdefault(verb, []).append(term)
    return found


def _last_verb(text: str, verb: str) -> int:
    """Where `verb` stands last, not counting 发展到 and the like; -1 if nowhere."""
    place = text.rfind(verb)
    return -1 if place >= 0 and text[place + len(verb) :].startswith(words()["change_to"]) else place


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
            rest = rest.replace(item.word, "\x00" if item.dimension == "award_level" else "")
    rest = NAMED_LEVEL.sub("", rest)
    for word in words()["of_which"] + words()["part_noun"]:
        rest = rest.replace(word, "")
    if len(strip_linkers(rest)) > 1:
        return None
    is_beside = not tells_part(lead) and any(metrics()[code].statistic == "rate" for code in parent.codes)
    return Match(
        parent.codes, (parent.breakdown if not is_beside else {}) | announced, "part_of_previous", parent.label
    )


def _carry_subject(sentence: Sentence, matches: list[Match | None], view: str) -> list[Match | None]:
    """非公企业已建工会236家,会员1.36万人: whose unions were told just before, those the members are in."""
    result = list(matches)
    subject: dict[str, str] = {}
    begin = sentence.start
    for index, match in enumerate(matches):
        quantity = sentence.quantities[index]
        lead = view[begin : match.label.start if match and match.label else quantity.start]
        begin = quantity.end
        if lead[:1] not in SUBJECT_SIGNS or strip_linkers(lead):
            subject = {}
        if match is None:
            subject = _subject_counted(lead) or subject
            continue
        result[index] = told = _of_subject(match, subject)
        if _speaks_for_others(told):
            subject = {key: value for key, value in told.breakdown.items() if key in SUBJECTS}
        begin = max(begin, match.label.end if match.label else 0)
    return result


def _of_subject(match: Match, subject: dict[str, str]) -> Match:
    """The match broken down by the subject too; but whom a year's work brought in is told of all."""
    if not subject or any(metrics()[code].statistic == "flow" for code in match.codes):
        return match
    known = {dimension for code in match.codes for dimension in metrics()[code].breakdowns}
    told = {key: value for key, value in subject.items() if key in known and key not in match.breakdown}
    return match._replace(breakdown=told | match.breakdown, rule=match.rule + "+subject") if told else match


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


def _speaks_for_others(match: Match) -> bool:
    """Unions and rates are told of the enterprises that the next figures are of."""
    return not UNIONS.isdisjoint(match.codes) or any(metrics()[code].statistic == "rate" for code in match.codes)


def _carry_award_level(sentence: Sentence, matches: list[Match | None], view: str) -> list[Match | None]:
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


def _carry_contract_type(
    sentence: Sentence, matches: list[Match | None], occurrences: list[Occurrence]
) -> list[Match | None]:
    """Coverage told after a kind of contract is coverage by that kind of contract."""
    contracts = [item for item in occurrences if CONTRACTS in item.term.codes]
    if not contracts:
        return matches
    result: list[Match | None] = []
    kind: dict[str, str] = {}
    begin = sentence.start
    for quantity, match in zip(sentence.quantities, matches, strict=True):
        while contracts and contracts[0].start < quantity.start:
            kind = _kind_of_contract(contracts.pop(0))
        if (
            match
            and RATE in match.codes
            and ";" in sentence.text[begin - sentence.start : quantity.start - sentence.start]
        ):
            kind = {}
        begin = quantity.end
        if match and CONTRACTS in match.codes:
            kind = {key: value for key, value in match.breakdown.items() if key in CONTRACT_KINDS}
        is_coverage = match is not None and not CONTRACT_COVERAGE.isdisjoint(match.codes)
        result.append(_of_kind(match, kind) if match and kind and is_coverage else match)
    return result


def _of_kind(match: Match, kind: dict[str, str]) -> Match:
    return match._replace(breakdown=kind | match.breakdown, rule=match.rule + "+contract_type")


def _kind_of_contract(item: Occurrence) -> dict[str, str]:
    told = item.term.fixed_breakdown | item.label.breakdown
    return {key: value for key, value in told.items() if key in CONTRACT_KINDS}

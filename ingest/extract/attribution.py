"""Which quantity counts what: pairs the quantities of a sentence with the labels around them.

Belongs here: the grammar of counting (a noun left of its number, right of it, shared by two nouns, carried
over from the clause before). Does not belong here: where and when (`places`, `years`).

A pair is rated by how directly label and number stand together and how much the label spells out. The best
pairs are taken first; each quantity and each label is used once. What no pair reaches stays unmapped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ingest.extract.labels import GAP, Occurrence
from ingest.extract.quantities import Quantity
from ingest.vocabulary import Label, breakdown_words, flows, labels, metrics, words

CLAUSE_MARK = re.compile(r"[,;。!?\n]")
CONTINUED = re.compile(r",(?=达|共|为|已达|总数|在|由|从)")
PHRASE_MARK = re.compile(r"[,、;。!?\n\d]")
BRACKETS = re.compile(r"\([^()]{0,12}\)|[“”\"<>《》\[\]\x00]")
NEEDS_NOUN = frozenset({"count", "person"})
ENOUGH = 40.0
TEN_THOUSAND = 10_000
VAGUE = 2
PURPOSE_REACH = 30
AWARD_REACH = 8
NEW_WITHIN = 8
LONGEST_NOUN = 8
HEAD_NOUN = 2
ENUMERATORS = frozenset("、和及与")
CONDITIONS = ("LT", "LE", "GE", "GT")
ANNOUNCED_WITHIN = 20
ANNOUNCED_REACH = 6
REFUSED_BEFORE, REFUSED_AFTER = 8, 6
YEAR_PHRASE = re.compile(
    r"(?:截至|截止|由|从|自)?(?:(?:1[89]|20)\d{2}年(?:底|末|初|度)?|年[底末初])(?:\d{1,2}月)?(?:底|末)?的?|[由从自](?=\d|$)"
    r"|(?:截至)?(?:\d{1,2}月[底末]|现在|目前|如今|当前)的?"
)
RESPECTIVELY = re.compile(r"分别|各(?=达|为|有|\d)")
QUOTES = "“”‘’\"'"
COMPARED_LEVEL = re.compile(r"[,、]?(?:比|较|与)(?:(?:19|20)\d{2}年|上年|去年|上一年|前年)(?:[末底初]|度)?的")
WHOLE_AREA_MARKS = ("全", "该", "本", "我")
NAMED_LEVEL = re.compile(r"(?:(?<=^)|(?<=[,、;:]))?[\u4e00-\u9fff]{0,3}\x00")
MONEY = "yuan"
WORKPLACES = frozenset({"enterprise", "unit"})
BUILT_UNITS = frozenset({"facility", "organisation"})
CONTRACT_COVERAGE = frozenset({"collective_contract_enterprises", "collective_contract_workers"})


@dataclass(frozen=True, slots=True)
class Match:
    """What a quantity counts: canonical metric codes with the breakdown, and the rule that decided."""

    codes: tuple[str, ...]
    breakdown: dict[str, str]
    rule: str
    label: Occurrence | None
    note: str | None = None


@dataclass(slots=True)
class Sentence:
    """A sentence of the view with its quantities and labels; offsets index the view."""

    text: str
    start: int
    end: int
    heading: str
    before: str
    quantities: list[Quantity] = field(default_factory=list)
    occurrences: list[Occurrence] = field(default_factory=list)
    whole: tuple[Match, Quantity] | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A quantity and a label that may name it."""

    score: float
    quantity: int
    occurrence: Occurrence
    rule: str


def attribute(sentence: Sentence, view: str) -> list[Match | None]:
    """One match (or None) per quantity of the sentence, in order."""
    admissible = _admissible(sentence)
    pairs = _pairs(sentence, admissible, view)
    matches = _choose(sentence, pairs, admissible, view)
    matches = _share_listed(sentence, matches, admissible, view)
    matches = _inherit_parts(sentence, matches, view)
    return _carry_contract_type(matches)


def allows(label: Label, quantity: Quantity) -> bool:
    """Whether the measure word can count what the label names."""
    return unit_of(label, quantity) is not None


def counts(code: str, quantity: Quantity) -> bool:
    """Whether the measure word can count a metric."""
    own, unit = metrics()[code].unit_code, quantity.unit
    return unit is not None and (unit.unit_code == own or own in unit.accepts)


def unit_of(label: Label, quantity: Quantity) -> str | None:
    """The unit code of the claim, or None when the measure word cannot count this metric.

    A measure word with a unit of its own wins over the metric's unit (户 beats 人数).
    """
    unit = quantity.unit
    if not label.metrics:
        return (unit.unit_code or "") if unit else None
    own = metrics()[metrics()[label.metrics[0]].canonical_code].unit_code
    wanted = label.units or {own}
    if unit is None:
        return None if wanted & {MONEY, "percent"} else own
    if unit.unit_code is None:
        fitting = wanted & unit.accepts
        return own if own in fitting else min(fitting, default=None)
    if own in WORKPLACES and own in unit.accepts and own in wanted:
        return own
    if unit.word in words()["polite_person"] and own in unit.accepts and own in wanted:
        return own
    return unit.unit_code if unit.unit_code in wanted or wanted & unit.accepts else None


def _admissible(sentence: Sentence) -> list[Occurrence]:
    """Occurrences whose context is there, without those inside a longer admissible one."""
    context = f"{sentence.heading}\n{sentence.before}\n{sentence.text}"
    own = f"{sentence.heading}\n{sentence.text}"
    kept = [item for item in sentence.occurrences if _has_context(item.label, context, own)]
    kept = [item for item in kept if not _refuses_itself(item, sentence)]
    return [item for item in kept if not any(_swallows(other, item) for other in kept)]


def _refuses_itself(item: Occurrence, sentence: Sentence) -> bool:
    """A refused word stands in the gap that the label spans, or a vague label lacks its evidence nearby."""
    span = sentence.text[item.start - sentence.start : item.end - sentence.start]
    for piece in item.label.text.split(GAP):
        span = span.replace(piece, "", 1)
    if GAP in item.label.text and any(word.lstrip("-~") in span for word in item.label.refuses):
        return True
    if item.label.text not in words()["generic_noun"] or not item.label.needs:
        return False
    place = item.start - sentence.start
    segment = sentence.text[sentence.text.rfind(";", 0, place) + 1 :].split(";")[0]
    return not any(word in segment or word in sentence.heading for word in item.label.needs)


def _has_context(label: Label, context: str, sentence: str) -> bool:
    """A needed word is near, and no word that the label refuses in its whole sentence (marked ~)."""
    if label.needs and not any(word in context for word in label.needs):
        return False
    return not any(word[0] == "~" and word[1:] in sentence for word in label.refuses)


def _swallows(longer: Occurrence, item: Occurrence) -> bool:
    """A longer label over the same place that can count the same kind of thing wins."""
    if longer.end - longer.start <= item.end - item.start or longer.start > item.start or longer.end < item.end:
        return False
    return "any" in (_dimension(longer.label), _dimension(item.label)) or _dimension(longer.label) == _dimension(
        item.label
    )


def _dimension(label: Label) -> str:
    if not label.metrics:
        return "any"
    units = label.units or {metrics()[label.metrics[0]].unit_code}
    if MONEY in units or "percent" in units:
        return min(units)
    return "person" if units & {"person", "person_time", "household"} else "count"


def _pairs(sentence: Sentence, occurrences: list[Occurrence], view: str) -> list[Pair]:
    pairs: list[Pair] = []
    for index, quantity in enumerate(sentence.quantities):
        if is_per_head(quantity, view, sentence.start):
            continue
        floor = sentence.quantities[index - 1].end if index else sentence.start
        ceiling = sentence.quantities[index + 1].start if index + 1 < len(sentence.quantities) else sentence.end
        for item in occurrences:
            if item.start < floor or item.end > ceiling or not allows(item.label, quantity):
                continue
            if item.end <= quantity.number_start and item.label.position != "right":
                pair = _left_pair(index, item, view, floor, sentence, occurrences)
            elif item.start >= quantity.end and item.label.position != "left":
                pair = _right_pair(index, quantity, item, view, sentence)
            else:
                continue
            if pair is not None:
                pairs.append(replace(pair, score=pair.score + _evidence(item, sentence)))
        if quantity.dimension == "money":
            pairs += _purposes(index, quantity, occurrences, view)
    return pairs


def is_per_head(quantity: Quantity, view: str, sentence_start: int) -> bool:
    """人均2500元, 不足200人的企业: an amount per head, a limit or a condition, and no total."""
    begin = max(sentence_start, *(view.rfind(mark, sentence_start, quantity.start) + 1 for mark in ",;、。"))
    lead = view[begin : quantity.start]
    if any(word in lead for word in words()["per_head"] + words()["removal"]):
        return True
    following = view[quantity.end : quantity.end + 3]
    if following[:1] == "的" and following[1:2].isdigit():
        return True
    return (
        quantity.dimension in ("person", "count")
        and quantity.qualifier in CONDITIONS
        and following.startswith(words()["condition_tail"])
    )


def _purposes(index: int, quantity: Quantity, occurrences: list[Occurrence], view: str) -> list[Pair]:
    """What money is for may stand on the far side of another number; the nearest purpose is the last resort."""
    found = []
    begin = max(view.rfind(mark, 0, quantity.start) + 1 for mark in ",;、。\n")
    own = [word for word in words()["other_money"] if word in view[begin : quantity.start]]
    for item in occurrences:
        if any(word not in item.label.text for word in own):
            continue
        gap = (item.end, quantity.start) if item.end <= quantity.start else (quantity.end, item.start)
        if _dimension(item.label) != MONEY or item.weight < 4 or not 0 <= gap[1] - gap[0] <= PURPOSE_REACH:
            continue
        if ";" not in view[gap[0] : gap[1]] and not _refused(item, quantity, view, 0):
            found.append(Pair(ENOUGH - (gap[1] - gap[0]) / 10, index, item, "purpose_near"))
    return found


def _left_pair(
    index: int, item: Occurrence, view: str, floor: int, sentence: Sentence, occurrences: list[Occurrence]
) -> Pair | None:
    """The label stands before the number: 会员570.8万人."""
    quantity = sentence.quantities[index]
    gap = CONTINUED.sub("", view[item.end : quantity.start])
    residue = strip_linkers(gap)
    commas = sum(gap.count(mark) for mark in ",;")
    headed = heads_right(quantity, view) and not _next_is_named(quantity, occurrences, sentence, view)
    if _refused(item, quantity, view, floor):
        return None
    if not residue and not commas:
        score, rule = 100.0, "label_left"
    elif not commas and len(residue) <= 16:
        score, rule = 78.0 - 2.5 * len(residue), "label_left_near"
    elif commas == 1 and ";" not in gap and _dimension(item.label) == MONEY and len(residue) <= 20:
        score, rule = 46.0 - 1.0 * len(residue), "purpose_before"
    else:
        return None
    if headed:
        score -= 60.0 if rule != "label_left" or not gap else 45.0
    if quantity.unit is None:
        score -= 0.0 if rule == "label_left" else 100.0
    if item.label.text.endswith(words()["rate_ending"]) or rule == "label_left":
        score += 4.0
    return _enough(Pair(score + _weight(item), index, item, rule))


def _right_pair(index: int, quantity: Quantity, item: Occurrence, view: str, sentence: Sentence) -> Pair | None:
    """The label stands after the number: 吸引2万多名求职者."""
    gap = view[quantity.end : item.start]
    if not _may_name_from_right(item, quantity, gap, view, sentence):
        return None
    rated = _rate_right(strip_linkers(gap), len(CLAUSE_MARK.findall(gap)))
    if rated is None:
        return None
    score, rule = rated
    if _named_by_next(item, sentence, view):
        score -= 40.0
    if not item.label.metrics:
        score -= 25.0
    return _enough(Pair(score + _weight(item), index, item, rule))


def _may_name_from_right(item: Occurrence, quantity: Quantity, gap: str, view: str, sentence: Sentence) -> bool:
    """Nothing between number and label, and nothing after it, makes the label another's noun."""
    commas = len(CLAUSE_MARK.findall(gap))
    if quantity.unit is None and (gap or quantity.numeral.ulp < TEN_THOUSAND / 10):
        return False
    if gap.startswith("、") or commas > 1 or (commas and _dimension(item.label) != MONEY):
        return False
    if _wins_an_award(item, view) or (not gap and _only_acts(item, quantity, view, sentence)):
        return False
    return not _refused(item, quantity, view, 0)


def _rate_right(residue: str, commas: int) -> tuple[float, str] | None:
    """Score and rule by what stands between number and label."""
    if not residue and not commas:
        return 96.0, "label_right"
    if not commas and len(residue) <= 18:
        return 74.0 - 2.5 * len(residue), "label_right_near"
    if commas and len(residue) <= 16:
        return 44.0 - 1.0 * len(residue), "purpose_after"
    return None


def _wins_an_award(item: Occurrence, view: str) -> bool:
    """2家企业工会被命名为模范职工之家: the noun is the winner, the award is what is counted."""
    is_award = any("award_level" in metrics()[code].breakdowns for code in item.label.metrics)
    following = view[item.end : item.end + AWARD_REACH]
    return not is_award and any(verb in CLAUSE_MARK.split(following)[0] for verb in words()["award_verb"])


def _only_acts(item: Occurrence, quantity: Quantity, view: str, sentence: Sentence) -> bool:
    """8个基层工会作交流发言: some of a stock that do something are not the stock."""
    if any(metrics()[code].statistic != "stock" for code in item.label.metrics) or quantity.dimension != "count":
        return False
    begin = max(sentence.start, *(view.rfind(mark, sentence.start, quantity.start) + 1 for mark in ",;。"))
    exists = any(word in view[begin : quantity.start] for word in words()["existence"])
    following = view[item.end : item.end + 1]
    if view.startswith(words()["all_of_them"], item.end):
        return False
    if view.startswith(words()["acting"], item.end) and not _named_by_next(item, sentence, view):
        return True
    return not exists and "\u4e00" <= following <= "\u9fff" and not _named_by_next(item, sentence, view)


def _enough(pair: Pair) -> Pair | None:
    return pair if pair.score >= ENOUGH else None


def _weight(item: Occurrence) -> float:
    return min(2.0 * item.weight, 20.0) - (24.0 if item.weight <= VAGUE else 0.0)


def _evidence(item: Occurrence, sentence: Sentence) -> float:
    """How near the words stand that the label needs: next to it before far from it, the heading last."""
    if not item.label.needs:
        return 0.0
    places = [
        place for word in item.label.needs if (place := sentence.text.rfind(word, 0, item.end - sentence.start)) >= 0
    ]
    if places:
        return -min((item.start - sentence.start - max(places)) / 10.0, 5.0)
    if any(word in sentence.text for word in item.label.needs):
        return -5.0
    return -6.0 if any(word in sentence.before for word in item.label.needs) else -10.0


def _named_by_next(item: Occurrence, sentence: Sentence, view: str) -> bool:
    """The label stands directly before the next number, whose noun it is then."""
    following = next((other for other in sentence.quantities if other.start >= item.end), None)
    if following is None:
        return False
    gap = view[item.end : following.start]
    return not strip_linkers(gap) and not CLAUSE_MARK.search(gap) and "、" not in gap


def _refused(item: Occurrence, quantity: Quantity, view: str, floor: int) -> bool:
    """A word that the label refuses stands in the phrase.

    Plain words count from a little before the pair to its end, words marked `-` only behind the label.
    """
    start, end = min(item.start, quantity.start), max(item.end, quantity.end)
    marks = (view.rfind(mark, max(0, start - REFUSED_BEFORE), start) + 1 for mark in ",、;。!?\n")
    phrase = view[max([start - REFUSED_BEFORE, floor, *marks]) : end]
    if item.start > quantity.start or heads_right(quantity, view):
        stop = PHRASE_MARK.search(view, end, min(len(view), end + REFUSED_AFTER))
        phrase += view[end : stop.start() if stop else min(len(view), end + REFUSED_AFTER)]
    behind = CLAUSE_MARK.split(view[item.end : max(end, item.end + 4)])[0] if end <= item.end else view[item.end : end]
    return any(word[1:] in behind if word[0] == "-" else word in phrase for word in item.label.refuses)


def _next_is_named(quantity: Quantity, occurrences: list[Occurrence], sentence: Sentence, view: str) -> bool:
    """What follows is the noun of the next number, the punctuation between being lost: 中心共9个帮扶站67个."""
    return any(
        quantity.end <= item.start <= quantity.end + 4 and _named_by_next(item, sentence, view) for item in occurrences
    )


@lru_cache(maxsize=1)
def _linkers() -> re.Pattern[str]:
    vocabulary = words()
    options = set(vocabulary["linker"])
    kinds = [kind for kind in vocabulary if kind.startswith("left_qualifier") and not kind.endswith("_order")]
    options |= {item for kind in kinds for item in vocabulary[kind]}
    ordered = sorted(options, key=len, reverse=True)
    return re.compile("|".join(re.escape(word) for word in ordered) + r"|[\s,、;:。\x00]")


@lru_cache(maxsize=65536)
def strip_linkers(gap: str) -> str:
    """What is left of the text between a label and a number without brackets, quotes and linking words."""
    return _linkers().sub("", YEAR_PHRASE.sub("", BRACKETS.sub("", gap)))


def heads_right(quantity: Quantity, view: str) -> bool:
    """True when a noun follows the measure word, so that the number counts that noun: 12个盟市."""
    if quantity.dimension not in NEEDS_NOUN or quantity.unit_raw in words()["plain_person"]:
        return False
    following = view[quantity.end : quantity.end + 6]
    if not following or not "\u4e00" <= following[0] <= "\u9fff":
        return following[:1] in "“《"
    return not any(following.startswith(word) for word in words()["predicate"])


def _choose(sentence: Sentence, pairs: list[Pair], occurrences: list[Occurrence], view: str) -> list[Match | None]:
    """The best pairs first; each quantity once, each label once per dimension of its neighbours."""
    chosen: dict[int, Pair] = {}
    used: set[tuple[int, int]] = set()
    for pair in sorted(
        pairs, key=lambda item: (-item.score, item.quantity, item.occurrence.start, item.occurrence.label.line)
    ):
        place = (pair.occurrence.start, pair.occurrence.end)
        taken = place in used and not _is_purpose(pair)
        if pair.quantity in chosen or taken:
            continue
        chosen[pair.quantity] = pair
        used.add(place)
    return [_match(sentence, index, chosen.get(index), occurrences, view) for index in range(len(sentence.quantities))]


def _is_purpose(pair: Pair) -> bool:
    """Money takes its purpose from a label that may also name the people served."""
    return _dimension(pair.occurrence.label) == MONEY


def _match(sentence: Sentence, index: int, pair: Pair | None, occurrences: list[Occurrence], view: str) -> Match | None:
    if pair is None or not pair.occurrence.label.metrics:
        return None
    quantity = sentence.quantities[index]
    extra = _coordinated(pair, occurrences, view, quantity)
    codes = [*(code for item in extra for code in item.label.metrics), *pair.occurrence.label.metrics]
    start = min([pair.occurrence.start, *(item.start for item in extra)])
    breakdown = dict(pair.occurrence.label.breakdown)
    for code in pair.occurrence.label.metrics:
        breakdown |= metrics()[code].fixed_breakdown
    breakdown = breakdown_around(sentence, index, pair, view, tuple(codes), start) | breakdown
    canonical = tuple(dict.fromkeys(metrics()[code].canonical_code for code in codes))
    if _announces_new(view[max(0, start - NEW_WITHIN) : start]):
        canonical = tuple(flows().get(code, code) for code in canonical)
    return Match(canonical, breakdown, pair.rule + ("+coordinated" if extra else ""), pair.occurrence)


def _announces_new(before: str) -> bool:
    """新授牌市级 before a label: a verb of making, with nothing but a short attribute after it."""
    phrase = before[max(before.rfind(mark) for mark in ",、;。:和") + 1 :]
    return any(word in phrase for word in words()["new_ones"])


def _coordinated(pair: Pair, occurrences: list[Occurrence], view: str, quantity: Quantity) -> list[Occurrence]:
    """Labels joined to the chosen one by a conjunction, which share its number: A和B达到80%以上."""
    if pair.rule != "label_left" and not pair.rule.startswith("label_left"):
        return []
    found: list[Occurrence] = []
    head = pair.occurrence
    for item in sorted(occurrences, key=lambda other: -other.end):
        is_joined = item.end <= head.start and view[item.end : head.start] in words()["conjunction"]
        is_other = item.label.metrics != pair.occurrence.label.metrics and item.label.position != "right"
        if is_joined and is_other and allows(item.label, quantity):
            found.append(item)
            head = item
    return found if quantity.dimension == "percent" else []


def breakdown_around(
    sentence: Sentence, index: int, pair: Pair, view: str, codes: tuple[str, ...], start: int
) -> dict[str, str]:
    """Breakdown values that the words next to the label announce, among the dimensions its metric has.

    `start` is where the label (or the first of several joined ones) begins. A word counts only when nothing
    but a short noun stands between it and the label.
    """
    quantity, item = sentence.quantities[index], pair.occurrence
    floor = sentence.quantities[index - 1].end if index else sentence.start
    begin = max([floor, start - ANNOUNCED_WITHIN, *(view.rfind(mark, floor, start) + 1 for mark in ",;:。\n")])
    is_left = item.end <= quantity.number_start
    window = view[begin:start] if is_left else view[quantity.end : item.start].rpartition("的")[2]
    found = _announced_before(window, codes)
    if is_left:
        found |= breakdown_of(view[item.end : quantity.number_start], codes)
    return found


def _announced_before(window: str, codes: tuple[str, ...]) -> dict[str, str]:
    """Breakdown words at the end of `window`: 国有企业 before 职代会建制率."""
    allowed = _dimensions(codes)
    found: dict[str, str] = {}
    for item in breakdown_words():
        place = window.rfind(item.word)
        if place < 0 or item.where != "any" or item.dimension not in allowed or item.dimension in found:
            continue
        tail = window[place + len(item.word) :].strip(QUOTES)
        reach = 0 if len(item.word) == 1 and item.dimension == "award_level" else ANNOUNCED_REACH
        if (
            len(tail.replace("\x00", "")) <= reach
            and not tail.startswith(("以上", "及以上"))
            and not (item.word[0] == "全" and _is_facility(codes) and not _tells_part(window))
            and not (len(item.word) == 1 and window[:place].endswith(WHOLE_AREA_MARKS))
            and not any(mark in tail for mark in "、和及与")
            and "\x00" not in window[place : place + len(item.word)]
        ):
            found[item.dimension] = item.value
            window = window[:place] + "\x00" * len(item.word) + tail
    return found


def _tells_part(window: str) -> bool:
    return any(word in window for word in words()["of_which"])


def _is_facility(codes: tuple[str, ...]) -> bool:
    """Places are not awards: 全国 before them says where they stand, not who named them."""
    return any(metrics()[code].unit_code == "facility" for code in codes)


def _dimensions(codes: tuple[str, ...]) -> set[str]:
    return {dimension for code in codes for dimension in metrics()[metrics()[code].canonical_code].breakdowns}


def breakdown_of(
    window: str, codes: tuple[str, ...], *, in_table: bool = False, in_part: bool = False
) -> dict[str, str]:
    """Breakdown values announced in `window`, longest words first, restricted to what the metrics are broken by."""
    allowed = _dimensions(codes)
    found: dict[str, str] = {}
    rest = window
    for item in breakdown_words():
        is_plain = item.where == "any" and (len(item.word) > 1 or item.dimension == "sex")
        is_leftover = item.where != "any" and bool(found)
        usable = is_plain or (in_table and not is_leftover) or (in_part and item.where == "part")
        if usable and item.dimension in allowed and item.dimension not in found and item.word in rest:
            found[item.dimension] = item.value
            rest = rest.replace(item.word, "\x00" * len(item.word))
    return found


def _share_listed(
    sentence: Sentence, matches: list[Match | None], occurrences: list[Occurrence], view: str
) -> list[Match | None]:
    """会员、女会员分别为5万人、2万人: as many labels in a row as numbers in a row."""
    marker = RESPECTIVELY.search(sentence.text)
    if marker is None:
        return matches
    place = sentence.start + marker.start()
    begin = max(view.rfind(mark, sentence.start, place) for mark in ",;:") + 1
    listed = [item for item in occurrences if max(begin, sentence.start) <= item.start and item.end <= place]
    listed = [
        item
        for item in listed
        if not any(o is not item and o.start <= item.start and item.end <= o.end for o in listed)
    ]
    after = [index for index, quantity in enumerate(sentence.quantities) if quantity.start >= place]
    listed = [item for item in listed if after and allows(item.label, sentence.quantities[after[0]])]
    split = _split_label(listed, after)
    if split is not None:
        return [split.get(index, match) for index, match in enumerate(matches)]
    after = after[: len(listed)]
    if len(listed) < 2 or len(after) != len(listed):
        return matches
    result = list(matches)
    for index, item in zip(after, listed, strict=True):
        if not allows(item.label, sentence.quantities[index]):
            return matches
        codes = tuple(metrics()[code].canonical_code for code in item.label.metrics)
        fixed = {k: v for code in item.label.metrics for k, v in metrics()[code].fixed_breakdown.items()}
        result[index] = Match(codes, fixed | item.label.breakdown, "listed_respectively", item)
    return result


def _split_label(listed: list[Occurrence], after: list[int]) -> dict[int, Match] | None:
    """职代会、厂务公开建制率分别为91.3%和90.6%: one label that names as many metrics as numbers follow."""
    if len(listed) != 1 or len(listed[0].label.metrics) < 2 or len(after) < len(listed[0].label.metrics):
        return None
    result = {}
    for index, code in zip(after, listed[0].label.metrics, strict=False):
        metric = metrics()[code]
        result[index] = Match((metric.canonical_code,), dict(metric.fixed_breakdown), "listed_respectively", listed[0])
    return result


def _inherit_parts(sentence: Sentence, matches: list[Match | None], view: str) -> list[Match | None]:
    """其中女性2万人: a part named only by its breakdown takes the metric of the number before it."""
    result = list(matches)
    is_continued = sentence.text.lstrip().startswith(words()["of_which"])
    parent, parent_quantity = sentence.whole if sentence.whole and is_continued else (None, None)
    for index, quantity in enumerate(sentence.quantities):
        begin = sentence.quantities[index - 1].end if index else sentence.start
        lead = view[begin : quantity.start]
        if parent and parent_quantity and _same_kind(parent_quantity, quantity):
            flow = _part_of_flow(lead, result[index], parent) or _same_named_part(lead, result[index], parent)
            weak = result[index] if _is_weak(result[index]) else None
            latest = result[index - 1] if index else parent
            result[index] = flow or (None if weak else result[index]) or _implied(lead, parent, latest) or weak
        if _is_vague(result[index]):
            result[index] = _elided_verb(lead, quantity, sentence, view) or result[index]
        match = result[index]
        if match is not None and not match.rule.startswith("part_of") and not _narrows(match, parent):
            parent, parent_quantity = match, quantity
    return result


def _narrows(match: Match, parent: Match | None) -> bool:
    """女会员15.2万名 after all members: a part, of which the next part is none."""
    return parent is not None and match.codes == parent.codes and parent.breakdown.items() < match.breakdown.items()


def _same_kind(parent: Quantity, part: Quantity) -> bool:
    return parent.dimension == part.dimension and (part.unit_raw == parent.unit_raw or part.dimension != "count")


def _implied(lead: str, parent: Match, latest: Match | None) -> Match | None:
    """A number without a noun of its own that continues a whole named before, or the number right before it."""
    continuing = (_total_of_previous, _year_series, _new_of_previous, _actual)
    matches = (rule(lead, parent) for rule in continuing)
    following = (rule(lead, latest) for rule in (_level_reached, _level_compared, _enumerated) if latest is not None)
    found = next((match for match in (*matches, *following) if match is not None), None)
    return found or _part(lead, parent)


def _level_reached(lead: str, parent: Match) -> Match | None:
    """由60多万人增加到100多万人: the second number is of the first one's metric."""
    core = YEAR_PHRASE.sub("", lead).strip("的,、 ")
    if not core.endswith(words()["change_to"]) or len(core) > 5 or strip_linkers(core):
        return None
    return Match(parent.codes, parent.breakdown, "level_reached", parent.label)


def _level_compared(lead: str, latest: Match) -> Match | None:
    """1106户,比2009年底的1237户减少131户: what the level is compared with is a level too."""
    if not COMPARED_LEVEL.fullmatch(lead.strip()):
        return None
    return Match(latest.codes, latest.breakdown, "level_compared", latest.label)


def _is_weak(match: Match | None) -> bool:
    """Only a purpose somewhere near, so that a part of the number before it is the better reading."""
    return match is not None and match.rule == "purpose_near"


def _is_vague(match: Match | None) -> bool:
    """No metric yet, or one that only a noun of everyday use suggests (职工, 企业)."""
    return match is None or (match.label is not None and match.label.weight <= VAGUE and bool(match.label.label.needs))


def _new_of_previous(lead: str, parent: Match) -> Match | None:
    """爱心母婴室140间,当年新建26间: the new ones of what was counted before."""
    core = strip_linkers(lead)
    for word in words()["this_year"]:
        core = core.removeprefix(word)
    countable = all(metrics()[code].unit_code in BUILT_UNITS or code in flows() for code in parent.codes)
    if core not in words()["new_ones"] or not countable:
        return None
    return Match(
        tuple(flows().get(code, code) for code in parent.codes), parent.breakdown, "new_of_previous", parent.label
    )


def _total_of_previous(lead: str, parent: Match) -> Match | None:
    """新命名创新工作室18个,累计达到53个: all that exist, after the new ones."""
    stocks = {flow: stock for stock, flow in flows().items()}
    core = strip_linkers(lead)
    if (core and core not in words()["built"]) or not any(word in lead for word in words()["running_total"]):
        return None
    return Match(
        tuple(stocks.get(code, code) for code in parent.codes), parent.breakdown, "total_of_previous", parent.label
    )


def _year_series(lead: str, parent: Match) -> Match | None:
    """1983年44206人,1985年51870人: a year alone before the number continues the series."""
    if not YEAR_PHRASE.search(lead) or strip_linkers(lead):
        return None
    return Match(parent.codes, parent.breakdown, "year_series", parent.label)


def _actual(lead: str, parent: Match) -> Match | None:
    """计划发展会员2000人,实际发展2380人: what was reached of the plan before it."""
    core = strip_linkers(lead)
    return Match(parent.codes, parent.breakdown, "actual_of_plan", parent.label) if core in words()["actual"] else None


def _part_of_flow(lead: str, match: Match | None, parent: Match) -> Match | None:
    """新发展会员7940人,其中农民工会员5126人: a part of new members is of new members."""
    if match is None or not any(word in lead for word in words()["of_which"]):
        return None
    codes = tuple(flows().get(code, "") for code in match.codes)
    if not codes or codes != parent.codes:
        return None
    return Match(parent.codes, parent.breakdown | match.breakdown, "part_of_previous", match.label)


def _elided_verb(lead: str, quantity: Quantity, sentence: Sentence, view: str) -> Match | None:
    """覆盖企业8230家,职工31.6万人: the verb of the clause before holds for this noun too."""
    noun = strip_linkers(lead)
    if not 1 < len(noun) <= LONGEST_NOUN:
        return None
    begin = max(sentence.start, view.rfind(";", sentence.start, quantity.start) + 1)
    before = view[begin : quantity.start - len(lead)]
    verbs = sorted((place, verb) for verb in words()["carried_verb"] if (place := _last_verb(before, verb)) >= 0)
    context = f"{sentence.heading}\n{sentence.before}\n{sentence.text}"
    for _, verb in reversed(verbs):
        for label in _labels_by_text().get(verb + noun, ()):
            told = sentence.text[: quantity.end - sentence.start]
            refused = any(word.lstrip("-~") in told for word in label.refuses)
            if (
                label.metrics
                and allows(label, quantity)
                and _has_context(label, context, sentence.text)
                and not refused
            ):
                codes = tuple(metrics()[code].canonical_code for code in label.metrics)
                return Match(
                    codes, dict(label.breakdown), "elided_verb", Occurrence(quantity.start, quantity.start, label)
                )
    return None


def _last_verb(text: str, verb: str) -> int:
    """Where `verb` stands last, not counting 发展到 and the like; -1 if nowhere."""
    place = text.rfind(verb)
    return -1 if place >= 0 and text[place + len(verb) :].startswith(words()["change_to"]) else place


@lru_cache(maxsize=1)
def _labels_by_text() -> dict[str, list[Label]]:
    found: dict[str, list[Label]] = {}
    for label in labels():
        found.setdefault(label.text, []).append(label)
    return found


def _same_named_part(lead: str, match: Match | None, parent: Match) -> Match | None:
    """其中国有企业的建制率: a part named by the end of its whole's label means all that the whole meant."""
    if match is None or match.label is None or parent.label is None or match.label.label == parent.label.label:
        return None
    if not any(word in lead for word in words()["of_which"]):
        return None
    whole, part = parent.label.label.text, match.label.label.text
    announced = match.breakdown or breakdown_of(lead, parent.codes, in_table=True)
    if match.breakdown and match.codes == parent.codes:
        return Match(match.codes, match.breakdown, "named_part", match.label)
    if not whole.endswith(part) and not (announced and whole[-HEAD_NOUN:] == part[-HEAD_NOUN:]):
        return None
    return Match(parent.codes, parent.breakdown | announced, "part_of_previous", match.label)


def _enumerated(lead: str, parent: Match) -> Match | None:
    """138个、165个和171个: numbers in a row share the noun before the first."""
    if lead.strip() not in ENUMERATORS:
        return None
    return Match(parent.codes, parent.breakdown, "enumerated", parent.label)


def _part(lead: str, parent: Match) -> Match | None:
    """A clause that holds only 其中 and a breakdown word."""
    announced = breakdown_of(lead, parent.codes, in_part=True)
    if not announced:
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
    return Match(parent.codes, parent.breakdown | announced, "part_of_previous", parent.label)


def _carry_contract_type(matches: list[Match | None]) -> list[Match | None]:
    """Coverage told after a kind of contract is coverage by that kind of contract."""
    result: list[Match | None] = []
    kind: dict[str, str] = {}
    for match in matches:
        if match and "collective_contracts" in match.codes:
            kind = {key: value for key, value in match.breakdown.items() if key == "contract_type"}
        is_coverage = match is not None and not CONTRACT_COVERAGE.isdisjoint(match.codes)
        if match and kind and is_coverage:
            result.append(Match(match.codes, kind | match.breakdown, match.rule + "+contract_type", match.label))
        else:
            result.append(match)
    return result

"""Which quantity counts what: pairs the quantities of a sentence with the labels around them.

Belongs here: the grammar of counting (a noun left of its number, right of it, shared by two nouns, carried
over from the clause before). Does not belong here: where and when (`places`, `years`).

A pair is rated by how directly label and number stand together and how much the label spells out. The best
pairs are taken first; each quantity and each label is used once. What no pair reaches stays unmapped.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from ingest.extract.labels import GAP, MONEY, VAGUE, Occurrence, Term, terms
from ingest.extract.lexicon import alternation, any_of, behind_last, holds_any
from ingest.extract.places import is_place
from ingest.extract.quantities import Quantity
from ingest.vocabulary import BreakdownWord, Label, breakdown_words, flows, metrics, words

CLAUSE_MARK = re.compile(r"[,;。!?\n]")
CONTINUED = re.compile(r",(?=达|共|为|已达|总数|在|由|从)")
PHRASE_MARK = re.compile(r"[,、;。!?\n\d]")
BRACKETS = re.compile(r"\([^()]{0,12}\)|[“”\"<>《》\[\]\x00]")
NEEDS_NOUN = frozenset({"count", "person"})
ENOUGH = 40.0
BESIDE = 100.0, "label_left"
TEN_THOUSAND = 10_000
PURPOSE_REACH = 30
AWARD_REACH = 8
NEW_WITHIN = 8
LONGEST_NOUN = 8
LONGEST_CHANGE = 8
BECOMES = "为"  # behind a comma it is "for": 为126名职工
LONGEST_LIST = 40
HEAD_NOUN = 2
NEAR, NEAR_STOCK = 16, 6
ENUMERATORS = frozenset("、和及与")
SERIES_SIGNS = ENUMERATORS | {","}
CONDITIONS = ("LT", "LE", "GE", "GT")
ANNOUNCED_WITHIN = 20
ANNOUNCED_REACH = 6
REFUSED_BEFORE, REFUSED_AFTER = 8, 6
YEAR_PHRASE = re.compile(
    r"(?:截至|截止|由|从|自)?(?:(?:1[89]|20)\d{2}年(?:底|末|初|度)?|年[底末初])(?:\d{1,2}月)?(?:底|末)?的?|[由从自](?=\d|$)"
    r"|(?:截至)?(?:\d{1,2}月[底末]|现在|目前|如今|当前)的?"
)
TOLD_YEAR = re.compile(r"(?:1[89]|20)\d{2}年|年[底末初]")
QUOTES = "“”‘’\"'"
COMPARED_LEVEL = re.compile(r"[,、]?(?:比|较|与)(?:(?:19|20)\d{2}年|上年|去年|上一年|前年)(?:[末底初]|度)?的")
WHOLE_AREA_MARKS = ("全", "该", "本", "我")
NAMED_LEVEL = re.compile(r"[\u4e00-\u9fff]{0,3}\x00")
BUILT_UNITS = frozenset({"facility", "organisation"})
ANYWHERE = frozenset({"any"})
IN_PART = frozenset({"any", "part"})
IN_TABLE = frozenset({"any", "part", "table"})
CONTRACTS = "collective_contracts"
MEMBERS = "union_members"
CONTRACT_KINDS = ("contract_type",)
CONTRACT_COVERAGE = frozenset(
    {"collective_contract_enterprises", "collective_contract_workers", "collective_consultation_rate"}
)


class Match(NamedTuple):
    """What a quantity counts: canonical metric codes with the breakdown, and the rule that decided."""

    codes: tuple[str, ...]
    breakdown: dict[str, str]
    rule: str
    label: Occurrence | None


@dataclass(slots=True)
class Sentence:
    """A sentence of the view with its quantities and labels; offsets index the view.

    `whole` is the figure before it of which it may tell parts, `earlier` the last figures before it, which a
    series of years may go on from, `told` the kinds of status words in it.
    """

    text: str
    start: int
    end: int
    heading: str
    before: str
    quantities: list[Quantity] = field(default_factory=list)
    occurrences: list[Occurrence] = field(default_factory=list)
    whole: tuple[Match, Quantity] | None = None
    earlier: tuple[tuple[Match, Quantity], ...] = ()
    told: frozenset[str] | None = None


class Pair(NamedTuple):
    """A quantity and a label that may name it."""

    score: float
    quantity: int
    occurrence: Occurrence
    rule: str


def attribute(sentence: Sentence, view: str) -> list[Match | None]:
    """One match (or None) per quantity of the sentence, in order."""
    admissible = _admissible(sentence)
    pairs = _pairs(sentence, admissible, view) if admissible else []
    matches = _choose(sentence, pairs, admissible, view)
    matches = _share_listed(sentence, matches, admissible, view)
    matches = _inherit_parts(sentence, matches, view)
    return _carry_contract_type(sentence, matches, admissible)


def allows(label: Label, quantity: Quantity) -> bool:
    """Whether the measure word can count what the label names."""
    return unit_of(label, quantity) is not None


def unit_of(label: Label, quantity: Quantity) -> str | None:
    """The unit code of the claim, or None when the measure word cannot count this metric."""
    return _terms_by_line()[label.line].unit_code(quantity.unit)


@lru_cache(maxsize=1)
def _terms_by_line() -> dict[int, Term]:
    return {term.label.line: term for term in terms()}


def counts(code: str, quantity: Quantity) -> bool:
    """Whether the measure word can count a metric."""
    own, unit = metrics()[code].unit_code, quantity.unit
    return unit is not None and (unit.unit_code == own or own in unit.accepts)


def _can_count(item: Occurrence, quantity: Quantity) -> bool:
    return item.term.unit_code(quantity.unit) is not None


def _admissible(sentence: Sentence) -> list[Occurrence]:
    """Occurrences whose context is there, without those inside a longer admissible one."""
    if not sentence.occurrences:
        return []
    context = f"{sentence.heading}\n{sentence.before}\n{sentence.text}"
    own = f"{sentence.heading}\n{sentence.text}"
    kept = [
        item
        for item in sentence.occurrences
        if item.term.is_free or (_has_context(item.term, context, own) and not _refuses_itself(item, sentence))
    ]
    return _without_swallowed(kept)


def _without_swallowed(occurrences: list[Occurrence]) -> list[Occurrence]:
    """The occurrences without those inside a longer one; only one that ends behind no other can be inside it."""
    kept = []
    reach = 0
    for place, item in enumerate(occurrences):
        if item.end > reach:
            reach = item.end
            kept.append(item)
        elif not _is_swallowed(item, occurrences[:place]):
            kept.append(item)
    return kept


def _refuses_itself(item: Occurrence, sentence: Sentence) -> bool:
    """A refused word stands in the gap that the label spans, or a vague label lacks its evidence nearby."""
    term = item.term
    if term.later_pieces and _refuses_gap(item, sentence):
        return True
    if not term.is_generic:
        return False
    place = item.start - sentence.start
    segment = sentence.text[sentence.text.rfind(";", 0, place) + 1 :].partition(";")[0]
    return not (holds_any(segment, term.needs) or holds_any(sentence.heading, term.needs))


def _refuses_gap(item: Occurrence, sentence: Sentence) -> bool:
    span = sentence.text[item.start - sentence.start : item.end - sentence.start]
    for piece in item.term.pieces:
        span = span.replace(piece, "", 1)
    return holds_any(span, item.term.refused)


def _has_context(term: Term, context: str, sentence: str) -> bool:
    """A needed word is near, and no word that the label refuses in its whole sentence (marked ~)."""
    if term.needs and not holds_any(context, term.needs):
        return False
    return not (term.refused_anywhere and holds_any(sentence, term.refused_anywhere))


def _is_swallowed(item: Occurrence, earlier: list[Occurrence]) -> bool:
    """A longer label over the same place that can count the same kind of thing wins.

    `earlier` are the labels before it in order of start, the longest first: no other can be longer and cover it.
    """
    start, end, term = item
    for other in earlier:
        if other.end >= end and (other.end > end or other.start < start):
            kind = other.term.dimension
            if kind in (term.dimension, "any") or term.dimension == "any":
                return True
    return False


def _pairs(sentence: Sentence, occurrences: list[Occurrence], view: str) -> list[Pair]:
    """All pairs of a quantity and a label between its neighbours that rate well enough."""
    pairs: list[Pair] = []
    quantities = sentence.quantities
    ends = [sentence.start, *(quantity.end for quantity in quantities)]
    starts = [*(quantity.start for quantity in quantities[1:]), sentence.end]
    places = [item.start for item in occurrences]
    excludes = any_of("per_head", "removal").search(sentence.text) is not None
    for index, (quantity, floor, ceiling) in enumerate(zip(quantities, ends, starts, strict=False)):
        between = occurrences[bisect_left(places, floor) : bisect_left(places, ceiling)]
        near = [item for item in between if item.end <= ceiling and _can_count(item, quantity)]
        is_money = quantity.dimension == "money"
        if (near or is_money) and not (
            (excludes and _is_per_head(quantity, view, sentence.start)) or _is_condition(quantity, view)
        ):
            rater = _Rater(sentence, index, view, occurrences, floor)
            pairs += rater.pairs(near)
            if is_money:
                pairs += rater.purposes()
    return pairs


def _is_per_head(quantity: Quantity, view: str, sentence_start: int) -> bool:
    """人均2500元: an amount per head or a limit, and no total."""
    begin = behind_last(view, ",;、。", sentence_start, quantity.start)
    return any_of("per_head", "removal").search(view, begin, quantity.start) is not None


def _is_condition(quantity: Quantity, view: str) -> bool:
    """不足200人的企业: the number says which ones, and not how many."""
    following = view[quantity.end : quantity.end + 3]
    if following[:1] == "的" and following[1:2].isdigit():
        return True
    return (
        quantity.qualifier in CONDITIONS
        and quantity.dimension in ("person", "count")
        and following.startswith(words()["condition_tail"])
    )


class _Rater:
    """Rates how well the labels around one quantity of a sentence name it."""

    __slots__ = ("floor", "index", "is_headed", "occurrences", "quantity", "sentence", "view")

    def __init__(self, sentence: Sentence, index: int, view: str, occurrences: list[Occurrence], floor: int) -> None:
        self.sentence = sentence
        self.index = index
        self.quantity = sentence.quantities[index]
        self.view = view
        self.occurrences = occurrences
        self.floor = floor
        self.is_headed = heads_right(self.quantity, view)

    def pairs(self, near: list[Occurrence]) -> list[Pair]:
        """The pairs with labels of either side."""
        found = []
        for item in near:
            position = item.term.label.position
            if item.end <= self.quantity.number_start and position != "right":
                rated = self._left(item)
            elif item.start >= self.quantity.end and position != "left":
                rated = self._right(item)
            else:
                continue
            if rated is None:
                continue
            score = rated[0] + item.term.specificity
            if score >= ENOUGH:
                found.append(Pair(score + _evidence(item, self.sentence), self.index, item, rated[1]))
        return found

    def purposes(self) -> list[Pair]:
        """What money is for may stand on the far side of another number; the nearest purpose is the last resort."""
        found = []
        quantity = self.quantity
        begin = behind_last(self.view, ",;、。\n", self.sentence.start, quantity.start)
        own = set(any_of("other_money").findall(self.view, begin, quantity.start))
        for item in self.occurrences:
            if item.term.dimension != MONEY or item.term.weight < 4 or any(word not in item.label.text for word in own):
                continue
            is_before = item.end <= quantity.start
            begin, end = (item.end, quantity.start) if is_before else (quantity.end, item.start)
            is_near = 0 <= end - begin <= PURPOSE_REACH and ";" not in self.view[begin:end]
            if is_near and not self._refused(item, 0):
                found.append(Pair(ENOUGH - (end - begin) / 10, self.index, item, "purpose_near"))
        return found

    def _left(self, item: Occurrence) -> tuple[float, str] | None:
        """The label stands before the number: 会员570.8万人."""
        gap = self.view[item.end : self.quantity.start]
        if "," in gap:
            gap = CONTINUED.sub("", gap)
        rated = _rate_left(strip_linkers(gap), gap.count(",") + 2 * gap.count(";"), item.term) if gap else BESIDE
        if rated is None or _ends_inside_quotes(gap) or self._refused(item, self.floor):
            return None
        score, rule = rated
        if self.is_headed and not self._next_is_named():
            score -= 60.0 if rule != "label_left" or not gap else 45.0
        if self.quantity.unit is None:
            score -= 0.0 if rule == "label_left" else 100.0
        if rule == "label_left" or item.term.is_rate:
            score += 4.0
        return score, rule

    def _right(self, item: Occurrence) -> tuple[float, str] | None:
        """The label stands after the number: 吸引2万多名求职者."""
        gap = self.view[self.quantity.end : item.start]
        commas = len(CLAUSE_MARK.findall(gap)) if gap else 0
        if not self._may_name_from_right(item, gap, commas):
            return None
        rated = _rate_right(strip_linkers(gap), commas)
        if rated is None:
            return None
        score, rule = rated
        if _named_by_next(item, self.sentence, self.view):
            score -= 40.0
        if not item.label.metrics:
            score -= 25.0
        return score, rule

    def _may_name_from_right(self, item: Occurrence, gap: str, commas: int) -> bool:
        """Nothing between number and label, and nothing after it, makes the label another's noun."""
        if self.quantity.unit is None and (gap or self.quantity.numeral.ulp < TEN_THOUSAND / 10):
            return False
        if gap.startswith("、") or commas > 1 or (commas and item.term.dimension != MONEY):
            return False
        if _wins_an_award(item, self.view) or (not gap and self._only_acts(item)):
            return False
        return not self._refused(item, 0)

    def _only_acts(self, item: Occurrence) -> bool:
        """8个基层工会作交流发言: some of a stock that do something are not the stock."""
        quantity, view = self.quantity, self.view
        if not item.term.is_stock or quantity.dimension != "count":
            return False
        if not "\u4e00" <= view[item.end : item.end + 1] <= "\u9fff":
            return False
        if view.startswith(words()["all_of_them"], item.end):
            return False
        if view.startswith(words()["acting"], item.end) and not _named_by_next(item, self.sentence, view):
            return True
        begin = behind_last(view, ",;。", self.sentence.start, quantity.start)
        exists = any_of("existence", "whole_area").search(view, begin, quantity.start) is not None
        return not exists and not _named_by_next(item, self.sentence, view)

    def _refused(self, item: Occurrence, floor: int) -> bool:
        """A word that the label refuses stands in the phrase.

        Plain words count from a little before the pair to its end, words marked `-` only behind the label.
        """
        quantity, view = self.quantity, self.view
        start, end = min(item.start, quantity.start), max(item.end, quantity.end)
        begin = max(start - REFUSED_BEFORE, floor, 0)
        if not holds_any(view[begin : end + REFUSED_AFTER], item.term.refused):
            return False
        phrase = view[behind_last(view, ",、;。!?\n", begin, start) : end]
        if item.start > quantity.start or self.is_headed:
            reach = min(len(view), end + REFUSED_AFTER)
            stop = PHRASE_MARK.search(view, end, reach)
            phrase += view[end : stop.start() if stop else reach]
        if holds_any(phrase, item.term.refused_near):
            return True
        behind = item.term.refused_behind
        if not behind:
            return False
        tail = view[item.end : end] if end > item.end else CLAUSE_MARK.split(view[item.end : item.end + 4])[0]
        return holds_any(tail, behind)

    def _next_is_named(self) -> bool:
        """What follows is the noun of the next number, the punctuation between being lost: 中心共9个帮扶站67个."""
        end = self.quantity.end
        near = (item for item in self.occurrences if end <= item.start <= end + 4)
        return any(
            CLAUSE_MARK.search(self.view, end, item.start) is None and _named_by_next(item, self.sentence, self.view)
            for item in near
        )


def _ends_inside_quotes(gap: str) -> bool:
    """“关爱职工优秀企业家”15名: the label is a word within a name, and not what the name is."""
    closing = gap.find("”")
    return closing > 0 and "“" not in gap[:closing]


def _rate_left(residue: str, commas: int, term: Term) -> tuple[float, str] | None:
    """Score and rule by what stands between label and number."""
    if not residue and not commas:
        return BESIDE
    if not commas and len(residue) <= (NEAR_STOCK if term.is_stock and term.dimension == "count" else NEAR):
        return 78.0 - 2.5 * len(residue), "label_left_near"
    if commas == 1 and term.dimension == MONEY and len(residue) <= 20:
        return 46.0 - 1.0 * len(residue), "purpose_before"
    return None


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
    if item.term.is_award:
        return False
    reach = min(item.end + AWARD_REACH, len(view))
    verb = any_of("award_verb").search(view, item.end, reach)
    return verb is not None and CLAUSE_MARK.search(view, item.end, verb.end()) is None


def _evidence(item: Occurrence, sentence: Sentence) -> float:
    """How near the words stand that the label needs: next to it before far from it, the heading last."""
    needs = item.term.needs
    if not needs:
        return 0.0
    nearest = max([sentence.text.rfind(word, 0, item.end - sentence.start) for word in needs])
    if nearest >= 0:
        return -min((item.start - sentence.start - nearest) / 10.0, 5.0)
    if holds_any(sentence.text, needs):
        return -5.0
    return -6.0 if holds_any(sentence.before, needs) else -10.0


def _named_by_next(item: Occurrence, sentence: Sentence, view: str) -> bool:
    """The label stands directly before the next number, whose noun it is then."""
    following = next((other for other in sentence.quantities if other.start >= item.end), None)
    if following is None:
        return False
    gap = view[item.end : following.start]
    return not gap or (not strip_linkers(gap) and not CLAUSE_MARK.search(gap) and "、" not in gap)


@lru_cache(maxsize=1)
def _linkers() -> re.Pattern[str]:
    vocabulary = words()
    options = set(vocabulary["linker"])
    kinds = [kind for kind in vocabulary if kind.startswith("left_qualifier") and not kind.endswith("_order")]
    options |= {item for kind in kinds for item in vocabulary[kind]}
    reached = rf"(?:{alternation(vocabulary['level_verb'])})了?(?:{alternation(vocabulary['change_to'])})"
    return re.compile(rf"{reached}|{alternation(options)}|[\s,、;:。\x00]")


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
    return not following.startswith(words()["predicate"])


def _choose(sentence: Sentence, pairs: list[Pair], occurrences: list[Occurrence], view: str) -> list[Match | None]:
    """The best pairs first; each quantity once, each label once per dimension of its neighbours."""
    chosen: dict[int, Pair] = {}
    used: set[tuple[int, int]] = set()
    pairs.sort(key=_rank)
    for pair in pairs:
        item = pair.occurrence
        place = (item.start, item.end)
        taken = place in used and item.term.dimension != MONEY  # money may take a label of the people served
        if pair.quantity in chosen or taken:
            continue
        chosen[pair.quantity] = pair
        used.add(place)
    return [
        _match(sentence, index, chosen[index], occurrences, view) if index in chosen else None
        for index in range(len(sentence.quantities))
    ]


def _rank(pair: Pair) -> tuple[float, int, int, int]:
    return -pair.score, pair.quantity, pair.occurrence.start, pair.occurrence.term.label.line


def _match(sentence: Sentence, index: int, pair: Pair, occurrences: list[Occurrence], view: str) -> Match | None:
    item = pair.occurrence
    own = item.label.metrics
    if not own:
        return None
    extra = _coordinated(pair, occurrences, view, sentence.quantities[index])
    codes, start = own, item.start
    if extra:
        codes = (*(code for other in extra for code in other.label.metrics), *own)
        start = min(start, *(other.start for other in extra))
    breakdown = breakdown_around(sentence, index, pair, view, codes, start)
    breakdown |= item.label.breakdown
    breakdown |= item.term.fixed_breakdown
    canonical = _canonical(codes)
    number = sentence.quantities[index].number_start
    floor = sentence.quantities[index - 1].end if index else sentence.start
    if _announces_new(view, start) or _joins(view, item, floor) or _is_of_new(view, item.end, number):
        canonical = tuple(flows().get(code, code) for code in canonical)
    return Match(canonical, breakdown, pair.rule + ("+coordinated" if extra else ""), item)


@lru_cache(maxsize=4096)
def _canonical(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(metrics()[code].canonical_code for code in codes))


def _announces_new(view: str, start: int) -> bool:
    """新授牌市级 before a label: a verb of making, with nothing but a short attribute after it."""
    begin, verb = max(0, start - NEW_WITHIN), any_of("new_ones")
    if verb.search(view, begin, start) is None:
        return False
    return verb.search(view, behind_last(view, ",、;。:和", begin, start), start) is not None


def _is_of_new(view: str, end: int, number: int) -> bool:
    """职工书屋新增2家: a verb of making between the label and its number."""
    return end < number <= end + NEW_WITHIN and any_of("new_ones").search(view, end, number) is not None


def _joins(view: str, item: Occurrence, floor: int) -> bool:
    """年内新就业形态劳动者入会3862人, 吸收货车司机等群体会员1312人: who joined, and not who is in."""
    begin = behind_last(view, ",;。:\n", max(floor, item.start - LONGEST_LIST), item.start)
    if item.label.text.endswith(words()["joining"]) and any_of("within_year").search(view, begin, item.end):
        return True
    return MEMBERS in item.term.codes and _enrolling().search(view, begin, item.start) is not None


@lru_cache(maxsize=1)
def _enrolling() -> re.Pattern[str]:
    """A verb of taking in members, but not 发展到, which tells how many there are."""
    ends = alternation(words()["change_to"])
    return re.compile(rf"(?:{alternation(words()['enrolling'])})(?!{ends}|壮大)")


def _coordinated(pair: Pair, occurrences: list[Occurrence], view: str, quantity: Quantity) -> list[Occurrence]:
    """Labels joined to the chosen one by a conjunction, which share its number: A和B达到80%以上."""
    if quantity.dimension != "percent" or not pair.rule.startswith("label_left"):
        return []
    found: list[Occurrence] = []
    head = pair.occurrence
    for item in sorted(occurrences, key=lambda other: -other.end):
        is_joined = item.end <= head.start and view[item.end : head.start] in words()["conjunction"]
        is_other = item.label.metrics != pair.occurrence.label.metrics and item.label.position != "right"
        if is_joined and is_other and _can_count(item, quantity):
            found.append(item)
            head = item
    return found


def breakdown_around(
    sentence: Sentence, index: int, pair: Pair, view: str, codes: tuple[str, ...], start: int
) -> dict[str, str]:
    """Breakdown values that the words next to the label announce, among the dimensions its metric has.

    `start` is where the label (or the first of several joined ones) begins. A word counts only when nothing
    but a short noun stands between it and the label.
    """
    if not _dimensions(codes):
        return {}
    quantity, item = sentence.quantities[index], pair.occurrence
    floor = sentence.quantities[index - 1].end if index else sentence.start
    is_left = item.end <= quantity.number_start
    if is_left:
        window = view[behind_last(view, ",;:。\n", max(floor, start - ANNOUNCED_WITHIN), start) : start]
        found = _announced_before(window, codes)
        return found | breakdown_of(view[item.end : quantity.number_start], codes)
    return _announced_before(view[quantity.end : item.start].rpartition("的")[2], codes)


class _Announcers(NamedTuple):
    """The words that may announce a breakdown, the longest first, and a pattern that finds any of them."""

    items: tuple[BreakdownWord, ...]
    pattern: re.Pattern[str]


@lru_cache(maxsize=4096)
def _announcers(codes: tuple[str, ...], where: frozenset[str], *, with_short: bool) -> _Announcers | None:
    """The words of the dimensions that the metrics are broken by; None where there are none.

    A single character is no announcement of its own, but for the sexes, unless `with_short`.
    """
    allowed = _dimensions(codes)
    items = tuple(
        item
        for item in breakdown_words()
        if item.dimension in allowed
        and item.where in where
        and (with_short or item.where != "any" or len(item.word) > 1 or item.dimension == "sex")
    )
    return _Announcers(items, re.compile(alternation(item.word for item in items))) if items else None


def _announced_before(window: str, codes: tuple[str, ...]) -> dict[str, str]:
    """Breakdown words at the end of `window`: 国有企业 before 职代会建制率."""
    found: dict[str, str] = {}
    known = _announcers(codes, ANYWHERE, with_short=True)
    if known is None or not known.pattern.search(window):
        return found
    for item in known.items:
        place = window.rfind(item.word)
        if place < 0 or item.dimension in found:
            continue
        tail = window[place + len(item.word) :].strip(QUOTES)
        reach = 0 if len(item.word) == 1 and item.dimension == "award_level" else ANNOUNCED_REACH
        if (
            len(tail.replace("\x00", "")) <= reach
            and not tail.startswith(("以上", "及以上", *words()["and_so_on"]))
            and not (item.word[0] == "全" and _is_facility(codes) and not _tells_part(window))
            and not (len(item.word) == 1 and window[:place].endswith(WHOLE_AREA_MARKS))
            and not any(mark in tail for mark in "、和及与")
            and "\x00" not in window[place : place + len(item.word)]
        ):
            found[item.dimension] = item.value
            window = window[:place] + "\x00" * len(item.word) + tail
    return found


def _tells_part(text: str) -> bool:
    return any_of("of_which").search(text) is not None


def _is_facility(codes: tuple[str, ...]) -> bool:
    """Places are not awards: 全国 before them says where they stand, not who named them."""
    return any(metrics()[code].unit_code == "facility" for code in codes)


@lru_cache(maxsize=4096)
def _dimensions(codes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(dimension for code in codes for dimension in metrics()[metrics()[code].canonical_code].breakdowns)


def breakdown_of(
    window: str, codes: tuple[str, ...], *, in_table: bool = False, in_part: bool = False
) -> dict[str, str]:
    """Breakdown values announced in `window`, longest words first, restricted to what the metrics are broken by."""
    found: dict[str, str] = {}
    known = _announcers(codes, IN_TABLE if in_table else IN_PART if in_part else ANYWHERE, with_short=in_table)
    if known is None or not known.pattern.search(window):
        return found
    rest = window
    examples = _exemplified(window, known.items)
    for item in known.items:
        is_leftover = item.where != "any" and bool(found)  # 企业 in 港澳台商投资企业 is no second answer
        if item.dimension not in found and item.word in rest and not is_leftover:
            found[item.dimension] = item.value
            rest = rest.replace(item.word, "\x00" * len(item.word))
    return {dimension: value for dimension, value in found.items() if dimension not in examples}


def _exemplified(window: str, items: tuple[BreakdownWord, ...]) -> set[str]:
    """Dimensions of which the words only give examples: 货车司机、快递员等八大群体 are more than couriers."""
    place = max(window.find(word) for word in words()["and_so_on"])
    return {item.dimension for item in items if window.endswith(item.word, 0, place)} if place > 0 else set()


@lru_cache(maxsize=1)
def respectively() -> re.Pattern[str]:
    """The word after which numbers belong to the labels before it, one to one."""
    return re.compile(rf"{alternation(words()['respectively'])}|各(?=达|为|有|\d)")


def _share_listed(
    sentence: Sentence, matches: list[Match | None], occurrences: list[Occurrence], view: str
) -> list[Match | None]:
    """会员、女会员分别为5万人、2万人: as many labels in a row as numbers in a row."""
    marker = respectively().search(sentence.text)
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
    counted = [sentence.quantities[index] for index in after]
    listed = [item for item in listed if any(_can_count(item, quantity) for quantity in counted)]
    split = _split_label(listed, after)
    if split is not None:
        return [split.get(index, match) for index, match in enumerate(matches)]
    after = after[: len(listed)]
    if len(listed) < 2 or len(after) != len(listed):
        return matches
    result = list(matches)
    for index, item in zip(after, listed, strict=True):
        if not _can_count(item, sentence.quantities[index]):
            return matches
        breakdown = item.term.fixed_breakdown | item.label.breakdown
        result[index] = Match(item.term.codes, breakdown, "listed_respectively", item)
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
    is_continued = sentence.whole is not None and sentence.text.lstrip().startswith(words()["of_which"])
    parent, parent_quantity = sentence.whole if sentence.whole and is_continued else (None, None)
    known = list(sentence.earlier)
    begin = sentence.start
    for index, quantity in enumerate(sentence.quantities):
        match = result[index]
        lead = view[begin : quantity.start]
        begin = max(quantity.end, match.label.end) if match and match.label else quantity.end
        if _tells_part(lead) and not (parent_quantity and _same_kind(parent_quantity, quantity)):
            parent, parent_quantity = _last_of_kind(known, quantity) or (parent, parent_quantity)
        if parent and parent_quantity and _same_kind(parent_quantity, quantity):
            match = _as_part(lead, match, parent, result[index - 1] if index else parent)
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
    if match is not None and _tells_part(lead):
        part = _part_of_flow(match, parent) or _same_named_part(lead, match, parent)
        if part is not None:
            return part
    is_weak = match is not None and match.rule == "purpose_near"
    if match is not None and not is_weak:
        return match
    return _implied(lead, parent, latest) or match


def _same_kind(parent: Quantity, part: Quantity) -> bool:
    return parent.dimension == part.dimension and (part.unit_raw == parent.unit_raw or part.dimension != "count")


def _implied(lead: str, parent: Match, latest: Match | None) -> Match | None:
    """A number without a noun of its own that continues a whole named before, or the number right before it."""
    goes_on = _first(lead, parent, _total_of_previous, _year_series, _new_of_previous, _actual)
    if goes_on is None and latest is not None:
        goes_on = _first(lead, latest, _level_reached, _level_compared, _enumerated)
    return goes_on or _part(lead, parent) or _in_place(lead, parent)


def _in_place(lead: str, parent: Match) -> Match | None:
    """全市4512个,其中东胜区1120个、准格尔旗812个: a clause that holds only a place tells the same of it."""
    rest = lead
    for word in words()["of_which"]:
        rest = rest.replace(word, "")
    name = strip_linkers(rest)
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
    core = strip_linkers(lead)
    are_new = all(code in flows().values() for code in parent.codes)
    tells_all = any_of("running_total").search(lead) or (are_new and _told(lead).startswith(words()["reached"]))
    if (core and core not in words()["built"]) or not tells_all:
        return None
    stocks = {flow: stock for stock, flow in flows().items()}
    return Match(
        tuple(stocks.get(code, code) for code in parent.codes), parent.breakdown, "total_of_previous", parent.label
    )


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
                and _has_context(term, context, sentence.text)
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


def _carry_contract_type(
    sentence: Sentence, matches: list[Match | None], occurrences: list[Occurrence]
) -> list[Match | None]:
    """Coverage told after a kind of contract is coverage by that kind of contract."""
    contracts = [item for item in occurrences if CONTRACTS in item.term.codes]
    if not contracts:
        return matches
    result: list[Match | None] = []
    kind: dict[str, str] = {}
    for quantity, match in zip(sentence.quantities, matches, strict=True):
        while contracts and contracts[0].start < quantity.start:
            kind = _kind_of_contract(contracts.pop(0))
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

"""Which quantity counts what: pairs the quantities of a sentence with the labels around them.

Belongs here: the grammar of counting (a noun left of its number, right of it, shared by two nouns). Does not belong
here: numbers that take their metric from other numbers (`inheritance`), where and when (`places`, `years`).

A pair is rated by how directly label and number stand together and how much the label spells out. The best
pairs are taken first; each quantity and each label is used once. What no pair reaches stays unmapped.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import NamedTuple

from ingest.extract.breakdowns import announced_before, breakdown_of, dimensions_of, without_joined
from ingest.extract.codes import AID_FUNDS, AWARD_LEVEL, MEMBERS, OWNERSHIP
from ingest.extract.inheritance import inherit
from ingest.extract.labels import MONEY, Occurrence, Term
from ingest.extract.lexicon import ENUMERATORS, alternation, any_of, behind_last, holds_any
from ingest.extract.quantities import Quantity
from ingest.extract.sentence import CLAUSE_MARK, Match, Sentence, can_count, has_context, strip_linkers
from ingest.vocabulary import flows, metrics, words

CONTINUED = re.compile(r",(?=达|共|为|已达|总数|在|由|从)")
PHRASE_MARK = re.compile(r"[,、;。!?\n\d]")
NEEDS_NOUN = frozenset({"count", "person"})
ENOUGH = 40.0
BESIDE = (100.0, "label_left")
TEN_THOUSAND = 10_000
PURPOSE_REACH = 30
AWARD_REACH = 8
NEW_WITHIN = 8
LONGEST_LIST = 40
NEAR = 16
NEAR_STOCK = 6
CONDITIONS = ("LT", "LE", "GE", "GT")
ANNOUNCED_WITHIN = 20
REFUSED_BEFORE = 8
REFUSED_AFTER = 6
CLOSING = '”"」 '
OF = "的"
FOR = "为"
PEOPLE = frozenset({"person", "person_time", "household"})


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
    return inherit(sentence, matches, admissible, view)


def _admissible(sentence: Sentence) -> list[Occurrence]:
    """Occurrences whose context is there, without those inside a longer admissible one."""
    if not sentence.occurrences:
        return []
    context = f"{sentence.heading}\n{sentence.before}\n{sentence.text}"
    kept = [item for item in sentence.occurrences if item.term.is_free or _is_told(item, sentence, context)]
    return _without_swallowed(kept)


def _is_told(item: Occurrence, sentence: Sentence, context: str) -> bool:
    """What a label needs stands around it, and nothing that it refuses between the semicolons where it stands."""
    own = f"{sentence.heading}\n{_segment(item, sentence)}" if item.term.refused_anywhere else ""
    return has_context(item.term, context, own) and not _refuses_itself(item, sentence)


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
    return not (holds_any(_segment(item, sentence), term.needs) or holds_any(sentence.heading, term.needs))


def _segment(item: Occurrence, sentence: Sentence) -> str:
    """The part of the sentence between semicolons in which a label stands."""
    place = item.start - sentence.start
    return sentence.text[sentence.text.rfind(";", 0, place) + 1 :].partition(";")[0]


def _refuses_gap(item: Occurrence, sentence: Sentence) -> bool:
    span = sentence.text[item.start - sentence.start : item.end - sentence.start]
    for piece in item.term.pieces:
        span = span.replace(piece, "", 1)
    return holds_any(span, item.term.refused)


def _is_swallowed(item: Occurrence, earlier: list[Occurrence]) -> bool:
    """A longer label over the same place that can count the same kind of thing wins.

    `earlier` are the labels before it in order of start, the longest first: no other can be longer and cover it.
    """
    start, end, term = item
    for other in earlier:
        if other.end >= end and (other.end > end or other.start < start):
            kind = other.term.dimension
            if other.term.codes == term.codes and other.label.position not in ("", term.label.position):
                continue  # 报名参赛 is for the left of a number: 参赛 says the same to the right of one
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
        near = [item for item in between if item.end <= ceiling and can_count(item, quantity)]
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
        if self._belongs_elsewhere(item, gap):
            return None
        if "," in gap:
            gap = CONTINUED.sub("", gap)
        rated = _rate_left(strip_linkers(gap), gap.count(",") + 2 * gap.count(";"), item.term) if gap else BESIDE
        if rated is None or _ends_inside_quotes(gap) or self._refused(item, self.floor) or self._is_of_subset(item):
            return None
        score, rule = rated
        if self.is_headed and not self._next_is_named():
            score -= 60.0 if rule != "label_left" or not gap else 45.0
        if self.quantity.unit is None:
            score -= 0.0 if rule == "label_left" else 100.0
        if rule == "label_left" or item.term.is_rate:
            score += 4.0
        return score, rule

    def _belongs_elsewhere(self, item: Occurrence, gap: str) -> bool:
        """What stands between a label and a number behind it tells that the number counts something else."""
        if gap in ENUMERATORS and self._stands_before_label():
            return True
        if not gap and item.term.is_award and self._wins_another():
            return True
        if gap.endswith(FOR) and "," not in gap and self._does_something():
            return True
        if item.term.is_award:
            return False
        is_prize = self.quantity.dimension == "count" and gap.startswith(words()["award_behind"])
        is_title = gap.rstrip(CLOSING).endswith(words()["honour"])
        return is_prize or is_title or (item.term.is_stock and _owned_noun().search(gap) is not None)

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
        if item.term.is_stock and (gap.startswith(words()["attains"]) or _does_to().search(gap)):
            return False
        return not (self._serves(item) or self._refused(item, 0))

    def _serves(self, item: Occurrence) -> bool:
        """为8.2万名会员赠送保险, 组织152名劳模疗养: people for whom something is done are neither all nor awarded."""
        if self.quantity.dimension != "person" or not (item.term.is_stock or item.term.is_award):
            return False
        lead = self.view[self.floor : self.quantity.start]
        return lead.endswith(words()["serving"]) and not lead.endswith(words()["union_noun"])

    def _only_acts(self, item: Occurrence) -> bool:
        """8个基层工会作交流发言: some of a stock that do something are not the stock."""
        quantity, view = self.quantity, self.view
        if not item.term.is_stock or quantity.dimension not in NEEDS_NOUN:
            return False
        if not "\u4e00" <= view[item.end : item.end + 1] <= "\u9fff":
            return False
        if view.startswith(words()["all_of_them"], item.end):
            return False
        if view.startswith(words()["acting"], item.end) and not _named_by_next(item, self.sentence, view):
            return True
        if quantity.dimension == "person":
            return False
        begin = behind_last(view, ",;。", self.sentence.start, quantity.start)
        exists = any_of("existence", "whole_area").search(view, begin, quantity.start) is not None
        return not exists and not _named_by_next(item, self.sentence, view)

    def _refused(self, item: Occurrence, floor: int) -> bool:
        """A word that the label refuses stands in the phrase.

        Plain words count from a little before the pair to its end, words marked `-` only behind the label.
        """
        quantity, view = self.quantity, self.view
        if item.term.dimension == MONEY and self._benefits_others(item):
            return True
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

    def _stands_before_label(self) -> bool:
        """11个帮扶中心、186个帮扶站: each number of a row has its noun behind it."""
        return any(item.start == self.quantity.end and can_count(item, self.quantity) for item in self.occurrences)

    def _wins_another(self) -> bool:
        """3人获全国五一劳动奖章12人获省五一劳动奖章: where a comma is lost, the award behind the number is its own."""
        end = self.quantity.end
        if not self.view.startswith(words()["winning"], end):
            return False
        following = next((item for item in self.occurrences if item.start > end and item.term.is_award), None)
        return following is not None and CLAUSE_MARK.search(self.view, end, following.start) is None

    def _does_something(self) -> bool:
        """医疗互助为5.2万人次给付互助金: behind 为 people for whom something is done, as a verb behind them tells."""
        following = self.view[self.quantity.end : self.quantity.end + 1]
        is_verb = "\u4e00" <= following <= "\u9fff" and following not in ENUMERATORS
        return is_verb and self.quantity.dimension in PEOPLE

    def _is_of_subset(self, item: Occurrence) -> bool:
        """建立女职工组织的基层工会: those of a stock that do something are not the stock."""
        place = item.start - 1
        if not item.term.is_stock or place < self.floor or self.view[place] != OF:
            return False
        begin = behind_last(self.view, ",、;:。!?\n", self.floor, place)
        return _restricts().match(self.view, begin, place) is not None

    def _benefits_others(self, item: Occurrence) -> bool:
        """慰问劳模316人次,发放帮扶资金186万元: model workers alone are visited, and not workers in need."""
        if AID_FUNDS.isdisjoint(item.term.codes):
            return False
        before = self.view[behind_last(self.view, ";。!?\n", self.sentence.start, item.start) : item.start]
        return holds_any(before, words()["other_beneficiary"]) and not holds_any(before, words()["beneficiary"])

    def _next_is_named(self) -> bool:
        """What follows is the noun of the next number, the punctuation between being lost: 中心共9个帮扶站67个."""
        end = self.quantity.end
        near = (item for item in self.occurrences if end <= item.start <= end + 4)
        return any(
            CLAUSE_MARK.search(self.view, end, item.start) is None and _named_by_next(item, self.sentence, self.view)
            for item in near
        )


@lru_cache(maxsize=1)
def _restricts() -> re.Pattern[str]:
    """A clause whose verb takes something other than the union or the stock itself."""
    members = alternation(words()["subset_object"])
    return re.compile(rf"[^\d]*(?:{alternation(words()['subset_verb'])})了?(?![^\d]*(?:{members}))[^\d]{{2,}}$")


@lru_cache(maxsize=1)
def _owned_noun() -> re.Pattern[str]:
    """有互助储金会 behind 基层工会: the number counts what the unions have."""
    ends = alternation(words()["owned_ending"])
    return re.compile(rf"^(?:{alternation(words()['owning'])})[\u4e00-\u9fff]{{2,}}(?:{ends})$")


@lru_cache(maxsize=1)
def _does_to() -> re.Pattern[str]:
    """个设区市全部成立 before 工会联合会: the number counts those who set up what the label names."""
    return re.compile(rf"[\u4e00-\u9fff]{{2}}(?:{alternation(words()['sets_up'])})(?!的)")


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
    if following is None or not can_count(item, following):
        return False
    gap = view[item.end : following.start]
    return not gap or (not strip_linkers(gap) and not CLAUSE_MARK.search(gap) and "、" not in gap)


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
    used: set[tuple[int, int, bool]] = set()
    pairs.sort(key=_rank)
    for pair in pairs:
        item = pair.occurrence
        place = (item.start, item.end, item.term.dimension == MONEY)  # money may take a label of the people served
        if pair.quantity in chosen or place in used:
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
    if item.term.later_pieces:
        breakdown |= _spanned(item, codes, view)
    breakdown |= without_joined(item.label.breakdown | item.term.fixed_breakdown, view[max(0, start - NEAR) : start])
    canonical = _canonical(codes)
    number = sentence.quantities[index].number_start
    floor = sentence.quantities[index - 1].end if index else sentence.start
    if _announces_new(view, start) or _joins(view, item, floor) or _is_of_new(view, item.end, number):
        canonical = tuple(flows().get(code, code) for code in canonical)
    return Match(canonical, breakdown, pair.rule + ("+coordinated" if extra else ""), item)


def _spanned(item: Occurrence, codes: tuple[str, ...], view: str) -> dict[str, str]:
    """命名为省级劳模创新工作室, 已建工会的私营企业: the level of an award or the kind of enterprises within a label."""
    wanted = AWARD_LEVEL if item.term.is_award else OWNERSHIP
    return {key: value for key, value in breakdown_of(view[item.start : item.end], codes).items() if key == wanted}


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
        if is_joined and is_other and can_count(item, quantity):
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
    if not dimensions_of(codes):
        return {}
    quantity, item = sentence.quantities[index], pair.occurrence
    floor = sentence.quantities[index - 1].end if index else sentence.start
    is_left = item.end <= quantity.number_start
    if is_left:
        window = view[behind_last(view, ",;:。\n", max(floor, start - ANNOUNCED_WITHIN), start) : start]
        found = announced_before(window, codes)
        return found | breakdown_of(view[item.end : quantity.number_start], codes)
    noun = next((word for word in words()["unit_noun"] if item.label.text.startswith(word)), "")
    window = view[quantity.end : item.start + len(noun)]  # 84个事业|单位建立了职代会制度
    return announced_before(window.rpartition(OF)[2], codes)

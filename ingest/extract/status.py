"""What kind of statement a figure is: a level or a change, a plan, a floor, a running total; for which period.

Belongs here: reading the words around a number for its status. Does not belong here: its value or metric.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from ingest.extract.lexicon import alternation, any_of
from ingest.extract.quantities import Quantity
from ingest.extract.sentence import Sentence
from ingest.extract.years import TimeMark
from ingest.vocabulary import metrics, words

NEAR = 6
OPENING = re.compile(r"[^,。;\d]{2,12},")
KINDS = ("cumulative", "per_year", "festival", "event", "own_level", "all_levels", "floor", "target", "intention")
BASE = re.compile(r"(?:占|达到|达|为)([^,。;、占]{2,14}?)(?:总数|总量|总人数)?的$")


class Status(NamedTuple):
    """Flags and period of one figure; `statistic` is None for an unmapped quantity."""

    change_kind: str
    statistic: str | None
    period_type: str
    reporting_scope: str
    is_target: bool
    is_floor_language: bool
    base_text: str | None


class Moment(NamedTuple):
    """The year of a figure, the mark it was read from, and the year its page speaks of."""

    year: int | None
    mark: TimeMark | None
    page_year: int | None


def read_status(
    quantity: Quantity, view: str, clause_start: int, sentence: Sentence, code: str | None, moment: Moment
) -> Status:
    """The status of `quantity`, read from its clause (`clause_start` to the number) and its sentence."""
    if sentence.told is None:
        sentence.told = _kinds_told(sentence.text, KINDS)
    lead, told = view[clause_start : quantity.start], sentence.told
    near = _kinds_told(lead, told) if told else told
    cumulative = "cumulative" in near or _opens_as_total(sentence, told, moment.mark)
    statistic = metrics()[code].statistic if code else None
    if cumulative and statistic == "flow":
        statistic = "cumulative"
    return Status(
        change_kind=change_kind(quantity, lead),
        statistic=statistic,
        period_type=_period(statistic, near, told, moment.mark, cumulative=cumulative),
        reporting_scope=_scope(near, told),
        is_target=_is_target(quantity, sentence, told, moment),
        is_floor_language=quantity.qualifier in ("GE", "GT", "EQ") and "floor" in near,
        base_text=base_of(lead) if quantity.dimension == "percent" else None,
    )


def _kinds_told(text: str, kinds: Iterable[str]) -> frozenset[str]:
    """The kinds of status words that stand in a text, out of `kinds`; most texts hold none, which one search says."""
    if any_of(*KINDS).search(text) is None:
        return frozenset()
    return frozenset([kind for kind in kinds if any_of(kind).search(text)])


def _opens_as_total(sentence: Sentence, told: frozenset[str], mark: TimeMark | None) -> bool:
    """五年来,新建基层工会1862个,发展会员12.6万人: the opening holds until the sentence tells another time."""
    opening = OPENING.match(sentence.text) if "cumulative" in told else None
    if opening is None or (mark is not None and mark.start >= sentence.start + opening.end()):
        return False
    return any_of("cumulative").search(opening[0]) is not None


def change_kind(quantity: Quantity, lead: str) -> str:
    """`level`, or the kind of change when a change verb stands directly before the number."""
    if quantity.dimension == "points":
        return "yoy_pp"
    if quantity.dimension == "multiple":
        return "multiple"
    if not _change_pattern().search(lead[-NEAR:]) and not _respective_change().search(lead):
        return "level"
    return "yoy_pct" if quantity.dimension == "percent" else "yoy_abs"


@lru_cache(maxsize=1)
def _change_pattern() -> re.Pattern[str]:
    verbs = "|".join(re.escape(word) for word in words()["rise"] + words()["fall"] if len(word) > 1)
    return re.compile(rf"(?:{verbs})(?:了|约|近|超过|幅度)?$")


@lru_cache(maxsize=1)
def _respective_change() -> re.Pattern[str]:
    """分别增加83家和: the verb holds for every number of the row."""
    verbs = "|".join(re.escape(word) for word in words()["rise"] + words()["fall"] if len(word) > 1)
    return re.compile(rf"(?:{alternation(words()['respectively'])})(?:{verbs})[^,;。为到至]*[、和及]$")


def base_of(lead: str) -> str | None:
    """What a percentage is a share of, as printed: 建会企业 in 达到建会企业的80%."""
    match = BASE.search(lead)
    return match[1] if match else None


def _is_target(quantity: Quantity, sentence: Sentence, told: frozenset[str], moment: Moment) -> bool:
    """A year to come, a word of planning before the number with no word of doing behind it, or a heading of plans."""
    ahead = moment.year - moment.page_year if moment.mark and moment.year and moment.page_year else 0
    if ahead > 1:
        return True
    lead = sentence.text[: quantity.start - sentence.start] if told else ""
    if ahead == 1 and "intention" in told and any_of("intention").search(lead):
        return True
    if "target" in told and _is_planned(lead):
        return True
    return _heads_plans(sentence.heading)


def _is_planned(plan: str) -> bool:
    """The last word of planning stands behind the last word of doing; names of plans plan nothing."""
    for name in words()["plan_noun"]:
        plan = plan.replace(name, "\x00" * len(name))
    plan = _plan_reached().sub("", plan)
    planned = max(plan.rfind(word) for word in words()["target"])
    reached = max(plan.rfind(word) for word in words()["actual"])
    return planned > reached


@lru_cache(maxsize=1)
def _plan_reached() -> re.Pattern[str]:
    """完成年计划的107.5%: what of a plan was reached is no plan."""
    verbs = alternation(words()["plan_reached"])
    return re.compile(
        rf"(?:{verbs})[^,;。\d]{{0,8}}?(?:{alternation(words()['target'])}|任务)(?:任务|数|指标)?的?(?=\d|$)"
    )


@lru_cache(maxsize=4096)
def _heads_plans(heading: str) -> bool:
    return any_of("plan_heading").search(heading) is not None


def _period(
    statistic: str | None, near: frozenset[str], told: frozenset[str], mark: TimeMark | None, *, cumulative: bool
) -> str:
    if cumulative:
        return "multi_year" if mark is None or mark.first_year is None else "since_start"
    if mark is not None and mark.first_year is not None:
        return "multi_year"
    if statistic in ("stock", "rate"):
        return "year_end"
    if "per_year" in near:
        return "per_year"
    if "festival" in told or "event" in near:
        return "festival" if "festival" in told else "event"
    return "year" if statistic else "unknown"


def _scope(near: frozenset[str], told: frozenset[str]) -> str:
    for scope in ("event", "own_level"):
        if scope in near:
            return scope
    return "all_levels" if "all_levels" in told else "unknown"

"""What kind of statement a figure is: a level or a change, a plan, a floor, a running total; for which period.

Belongs here: reading the words around a number for its status. Does not belong here: its value or metric.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.extract.attribution import Sentence
from ingest.extract.quantities import Quantity
from ingest.extract.years import TimeMark
from ingest.vocabulary import metrics, words

NEAR = 6
OPENING = re.compile(r"[^,。;\d]{2,12},")
BASE = re.compile(r"(?:占|达到|达|为)([^,。;、占]{2,14}?)(?:总数|总量|总人数)?的$")


@dataclass(frozen=True, slots=True)
class Status:
    """Flags and period of one figure; `statistic` is None for an unmapped quantity."""

    change_kind: str
    statistic: str | None
    period_type: str
    reporting_scope: str
    is_target: bool
    is_floor_language: bool
    base_text: str | None


@dataclass(frozen=True, slots=True)
class Moment:
    """The year of a figure, the mark it was read from, and the year its page speaks of."""

    year: int | None
    mark: TimeMark | None
    page_year: int | None


def read_status(
    quantity: Quantity, view: str, clause_start: int, sentence: Sentence, code: str | None, moment: Moment
) -> Status:
    """The status of `quantity`, read from its clause (`clause_start` to the number) and its sentence."""
    mark = moment.mark
    lead = view[clause_start : quantity.start]
    change = change_kind(quantity, lead)
    cumulative = _has(lead, "cumulative") or _opens_as_total(sentence, mark)
    statistic = metrics()[code].statistic if code else None
    if code and cumulative and statistic == "flow":
        statistic = "cumulative"
    return Status(
        change_kind=change,
        statistic=statistic,
        period_type=_period(statistic, lead, sentence.text, mark, cumulative=cumulative),
        reporting_scope=_scope(lead, sentence.text),
        is_target=_is_target(view[sentence.start : quantity.start], sentence.heading, moment),
        is_floor_language=quantity.qualifier in ("GE", "GT", "EQ") and _has(lead, "floor"),
        base_text=base_of(lead) if quantity.dimension == "percent" else None,
    )


def _opens_as_total(sentence: Sentence, mark: TimeMark | None) -> bool:
    """五年来,新建基层工会1862个,发展会员12.6万人: the opening holds until the sentence tells another time."""
    opening = OPENING.match(sentence.text)
    is_told_later = mark is not None and opening is not None and mark.start >= sentence.start + opening.end()
    return opening is not None and not is_told_later and _has(opening[0], "cumulative")


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
    return re.compile(rf"分别(?:{verbs})[^,;。为到至]*[、和及]$")


def base_of(lead: str) -> str | None:
    """What a percentage is a share of, as printed: 建会企业 in 达到建会企业的80%."""
    match = BASE.search(lead)
    return match[1] if match else None


def _is_target(plan: str, heading: str, moment: Moment) -> bool:
    """`plan` is the sentence up to the number."""
    ahead = moment.year - moment.page_year if moment.mark and moment.year and moment.page_year else 0
    if ahead > 1 or (ahead == 1 and any(word in plan for word in words()["intention"])):
        return True
    for name in words()["plan_noun"]:
        plan = plan.replace(name, "\x00" * len(name))
    planned = max((plan.rfind(word) for word in words()["target"]), default=-1)
    reached = max((plan.rfind(word) for word in words()["actual"]), default=-1)
    return planned > reached or any(word in heading for word in words()["plan_heading"])


def _period(statistic: str | None, lead: str, sentence: str, mark: TimeMark | None, *, cumulative: bool) -> str:
    if cumulative:
        return "multi_year" if mark is None or mark.first_year is None else "since_start"
    if mark is not None and mark.first_year is not None:
        return "multi_year"
    if statistic in ("stock", "rate"):
        return "year_end"
    for period, text in (("per_year", lead), ("festival", sentence), ("event", lead)):
        if _has(text, period):
            return period
    return "year" if statistic else "unknown"


def _scope(lead: str, sentence: str) -> str:
    for scope in ("event", "own_level", "all_levels"):
        if _has(lead, scope):
            return scope
    return "all_levels" if _has(sentence, "all_levels") else "unknown"


def _has(text: str, kind: str) -> bool:
    return any(word in text for word in words()[kind])

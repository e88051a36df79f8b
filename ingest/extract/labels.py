"""Where the words that name metrics stand in a text: one automaton over the whole vocabulary.

Belongs here: finding labels. Does not belong here: deciding which number a label names (`attribution`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick_rs

from ingest.vocabulary import Label, labels, words

GAP = "…"
LONGEST_GAP = 14
BREAKS = ",。;!?\n0123456789"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A label found at `start:end` of the view."""

    start: int
    end: int
    label: Label

    @property
    def weight(self) -> int:
        """How specific the label is: the number of characters it spells out."""
        return len(self.label.text.replace(GAP, ""))


class LabelIndex:
    """Finds all labels of a vocabulary in a text in one pass."""

    def __init__(self, vocabulary: Iterable[Label]) -> None:
        by_head: dict[str, list[Label]] = defaultdict(list)
        for label in vocabulary:
            by_head[label.text.split(GAP)[0]].append(label)
        self._heads = list(by_head)
        self._labels = [by_head[head] for head in self._heads]
        self._automaton = ahocorasick_rs.AhoCorasick(self._heads, implementation=ahocorasick_rs.Implementation.DFA)

    def find(self, text: str) -> list[Occurrence]:
        """All occurrences, overlapping ones too, in order of their start."""
        found: list[Occurrence] = []
        for word, other in _synonyms():
            text = text.replace(word, other)
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for label in self._labels[index]:
                stop = _end_of(label, text, end)
                if stop:
                    found.append(Occurrence(start, stop, label))
        found.sort(key=lambda item: (item.start, -item.end))
        return found


def _end_of(label: Label, text: str, head_end: int) -> int:
    """Where the label ends, following its later pieces over short gaps; 0 when one is missing."""
    end = head_end
    for piece in label.text.split(GAP)[1:]:
        place = text.find(piece, end, end + LONGEST_GAP + len(piece))
        if place < 0 or any(mark in text[end:place] for mark in BREAKS):
            return 0
        end = place + len(piece)
    return end


@lru_cache(maxsize=1)
def _synonyms() -> tuple[tuple[str, str], ...]:
    """Words read as others of the same length, so that offsets stay."""
    pairs = (item.partition(":")[::2] for item in words()["synonym"])
    return tuple((word, other) for word, other in pairs if len(word) == len(other))


@lru_cache(maxsize=1)
def label_index() -> LabelIndex:
    """The index of the project's own vocabulary."""
    return LabelIndex(labels())

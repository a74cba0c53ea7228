"""What labels say when all answers are looked at together: which are confused, and how well each is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

OTHER = "(none of them)"
"""Stands for an answer in which no label, or more than one, was recognised."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """`table[row][column]`: how often `labels[row]` was expected and `labels[column]` given. `OTHER` comes last, where
    it is needed."""

    labels: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]

    @property
    def worst(self) -> tuple[tuple[str, str, int], ...]:
        """(expected, given, how often) of what was confused, the most frequent first."""
        found = [
            (self.labels[row], self.labels[column], count)
            for row, counts in enumerate(self.table)
            for column, count in enumerate(counts)
            if row != column and count
        ]
        return tuple(sorted(found, key=lambda one: (-one[2], one[0], one[1])))


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Of all that were given as this label, the share that was right (precision); of all that are this label, the share
    that was found (recall); F1 is their harmonic mean. 0 where there is nothing to divide by."""

    label: str
    expected: int
    given: int
    precision: float
    recall: float
    f1: float


def confusion(expected: Sequence[str], given: Sequence[str | None]) -> Confusion:
    """The confusion matrix. `expected` and `given` (n,) in the same order; None = no label was recognised. Raises
    ValueError when their lengths differ."""
    counts = Counter((want, OTHER if got is None else got) for want, got in zip(expected, given, strict=True))
    labels = sorted({label for pair in counts for label in pair} - {OTHER})
    if any(OTHER in pair for pair in counts):
        labels.append(OTHER)
    return Confusion(tuple(labels), tuple(tuple(counts[row, column] for column in labels) for row in labels))


def by_label(expected: Sequence[str], given: Sequence[str | None]) -> tuple[LabelScore, ...]:
    """How well each label is told, in alphabetical order; labels that are only ever given are among them."""
    wants, gots = Counter(expected), Counter(got for got in given if got is not None)
    right = Counter(want for want, got in zip(expected, given, strict=True) if want == got)
    found = []
    for label in sorted(wants.keys() | gots.keys()):
        precision = right[label] / gots[label] if gots[label] else 0.0
        recall = right[label] / wants[label] if wants[label] else 0.0
        f1 = 2 * right[label] / (wants[label] + gots[label])
        found.append(LabelScore(label, wants[label], gots[label], precision, recall, f1))
    return tuple(found)


def macro_f1(expected: Sequence[str], given: Sequence[str | None]) -> float:
    """The average F1 over the labels, each counted alike, so that rare ones matter as much as frequent ones. Over all
    labels that are expected or given; 0 when there are none."""
    found = by_label(expected, given)
    return sum(one.f1 for one in found) / len(found) if found else 0.0


def accuracy(expected: Sequence[str], given: Sequence[str | None]) -> float:
    """The share of answers with the right label; 0 when there are none."""
    right = sum(want == got for want, got in zip(expected, given, strict=True))
    return right / len(expected) if expected else 0.0

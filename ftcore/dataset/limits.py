"""The thresholds of the checks: a project's to change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import Any


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number that a user may change, as a form shows it: from `low` to `high` in steps of `step`. Numbers of type int are
    whole. `help` is one or two plain sentences."""

    name: str
    label: str
    help: str
    unit: str
    default: float
    low: float
    high: float
    step: float

    @property
    def whole(self) -> bool:
        return isinstance(self.default, int)

    def clamp(self, value: object) -> float:
        """The number inside the allowed range; the default for what is no number."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            return self.default
        inside = min(max(value, self.low), self.high)
        return round(inside) if self.whole else float(inside)


LIMITS: tuple[Threshold, ...] = (
    Threshold(
        "min_chars",
        "Answers are longer than",
        "Shorter answers are shown as short. Labels and yes or no are short by nature: there it is only said.",
        "characters",
        10,
        0,
        500,
        1,
    ),
    Threshold(
        "max_chars",
        "Answers are shorter than",
        "Longer answers are shown as long.",
        "characters",
        2000,
        50,
        1_000_000,
        50,
    ),
    Threshold(
        "max_tokens",
        "An example has at most",
        "What a server takes of one example; most take 65,536 tokens or more. A token is about four letters of English.",
        "tokens",
        65_536,
        256,
        2_000_000,
        256,
    ),
    Threshold(
        "similarity",
        "Examples are nearly the same when they share",
        "How much of their wording two examples share. Lower finds more pairs, and more that only look alike.",
        "of the wording",
        0.6,
        0.5,
        0.95,
        0.05,
    ),
    Threshold(
        "outlier",
        "A text is unusually long or short beyond",
        "Most texts are longer or shorter than the middle one by about the usual difference; a few by many times that. "
        "Lower shows more examples.",
        "times the usual difference",
        5.0,
        2.0,
        20.0,
        0.5,
    ),
    Threshold(
        "repetition",
        "An answer goes round in circles when it repeats",
        "The part of an answer that only says again what it said before.",
        "of the answer",
        0.3,
        0.1,
        1.0,
        0.05,
    ),
    Threshold(
        "echo",
        "An answer only says the question again when they share",
        "How much of question and answer are the same words in the same order.",
        "of the text",
        0.8,
        0.5,
        1.0,
        0.05,
    ),
    Threshold(
        "uncommon",
        "Something is unusual when it is found in at most",
        "When more of the examples have it, it counts as the way your examples are, and nothing is said.",
        "of the examples",
        0.05,
        0.0,
        0.5,
        0.01,
    ),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Characters of an answer: longer than `min_chars`, shorter than `max_chars` (the seed's rule). `max_tokens` is what a
    server takes of one example (gpt-4o's figure); `similarity` the Jaccard similarity from which two rows are near-duplicates;
    `outlier` a robust z-score; `repetition`, `echo` and `uncommon` are shares in [0, 1]. The table `LIMITS` explains each.

    `off` are the codes of problems that the project does not want to hear of.
    """

    min_chars: int = 10
    max_chars: int = 2000
    max_tokens: int = 65_536
    similarity: float = 0.6
    outlier: float = 5.0
    repetition: float = 0.3
    echo: float = 0.8
    uncommon: float = 0.05
    off: frozenset[str] = field(default=frozenset())

    def to_json(self) -> dict[str, Any]:
        """A plain value for a JSON column."""
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"off": sorted(self.off)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Limits:
        """Takes what it knows, each number inside its range, and the default for what is missing or is no number."""
        numbers: dict[str, Any] = {t.name: t.clamp(value[t.name]) for t in LIMITS if t.name in value}
        off = value.get("off", ())
        if isinstance(off, str) or not isinstance(off, Iterable):
            off = ()
        return cls(**numbers, off=frozenset(code for code in off if isinstance(code, str)))

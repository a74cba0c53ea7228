"""The health of a data set as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ftcore.dataset.health.enough import Advice


@dataclass(frozen=True, slots=True)
class Count:
    """So many rows have this."""

    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class Bar:
    """So many rows are at least `low` and below `high` long; the last bar has the longest row in it."""

    low: int
    high: int
    rows: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Lengths of all rows, exact below 4,096 and to 1% above. `p95`: 95 of 100 rows are at most so long."""

    rows: int = 0
    total: int = 0
    median: int = 0
    p95: int = 0
    longest: int = 0
    bars: tuple[Bar, ...] = ()

    @property
    def mean(self) -> float:
        return self.total / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class Balance:
    """How often each label is the answer: the commonest 30, the rarest 5 (rarest first), how many there are, and how many come once.

    `effective` is how many equally frequent labels would be as hard to guess: e to the power of the entropy (Hill 1973).
    """

    commonest: tuple[Count, ...]
    rarest: tuple[Count, ...]
    different: int
    single: int
    few: int
    """Labels that have fewer than 10 examples and less than half of an equal share."""
    effective: float
    rows: int


@dataclass(frozen=True, slots=True)
class Systems:
    """The commonest 10 system prompts, how many different ones there are (a lower bound when `more`), and rows without one."""

    commonest: tuple[Count, ...] = ()
    different: int = 0
    without: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a model would learn badly: a plain sentence, the rows behind it, and how to show them: by a problem's code, or
    by a label; both empty when no filter shows them."""

    sentence: str
    rows: int
    code: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """What one look at all examples found. Counts are rows, the commonest first; lengths are characters.

    `languages` names a script where the language is not told apart, and "not clear" for short or mixed texts. `shapes` of
    answers: label, JSON, list, code, tool call, text, empty. `key_sets` are the keys of JSON answers, joined by commas;
    `tools` the names of the tools offered. `worst` comes worst first.
    """

    rows: int
    kind: Literal["labels", "json", "text"]
    tokens: Spread
    prompts: Spread
    answers: Spread
    labels: Balance | None
    systems: Systems
    languages: tuple[Count, ...]
    shapes: tuple[Count, ...]
    key_sets: tuple[Count, ...]
    turns: tuple[Count, ...]
    tools: tuple[Count, ...]
    offering_tools: int
    calling_tools: int
    worst: tuple[Finding, ...]
    enough: tuple[Advice, ...]

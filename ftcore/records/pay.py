"""What fine-tuning costs against the best other way, and when it pays: worked out, in words, and where each figure is from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """`depends`: it pays at one end of the figures' ranges and not at the other. `unknown`: a figure is missing."""

    PAYS = "pays"
    DEPENDS = "depends"
    NEVER = "never"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Where a figure is from. `counted`: by our own tokenizer, in the project's prompts and examples. `blank`: nobody knows it."""

    MEASURED = "measured"
    COUNTED = "counted"
    PRICE = "price"
    YOU = "you"
    ASSUMED = "assumed"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class PayFigure:
    """One figure that goes in: a range, or a point where `low` equals `high`; None where it is blank. `text` is the range as people
    read it, with its unit; `source` a few words ("measured in run 3", "price: a third party, read 2026-06", "you", "assumed")."""

    key: str
    label: str
    low: float | None
    high: float | None
    text: str
    origin: Origin
    source: str


@dataclass(frozen=True, slots=True)
class PayLine:
    """One line of the arithmetic: what it is, how it comes about, the result as text and as a range, where its figures are from.
    `unit` is "$", "months", or "": a number of its own."""

    what: str
    how: str
    amount: str
    low: float | None
    high: float | None
    source: str
    unit: str = "$"


@dataclass(frozen=True, slots=True)
class PayPoint:
    """What each way has cost in all after `at` months (or calls), in US dollars."""

    at: float
    tuned_low: float
    tuned_high: float
    other_low: float
    other_high: float


@dataclass(frozen=True, slots=True)
class PayStory:
    """All money is in US dollars. A payback is (soonest, latest); latest None = at the unfavourable ends never, None = never at
    all, or not known. `tuned_total` and `other_total` are (low, high) over `horizon` months from now, which end at the model's
    `shutdown` (ISO date, "" = none known). `by_month` and `by_calls` are empty where the outcome is unknown."""

    outcome: Outcome
    sentence: str
    """The verdict, in one sentence. With figures missing it says which."""
    money: str
    """For a report's money line: "$1,200 to $2,900 in the first year; pays back in 4 to 11 months"."""
    because: str = ""
    """Why it never pays, or on what it depends, and what would have to change. "" where it pays."""
    quality: str = ""
    """What each additional right answer costs, where fine-tuning costs more and is better; else ""."""
    tuned: str = "Fine-tuned"
    other: str = "Your prompt"
    other_kind: str = "prompt"
    """What decides the other way's colour: see `report/palette.py`."""
    months: tuple[float, float | None] | None = None
    calls: tuple[float, float | None] | None = None
    saving_per_call: tuple[float, float] | None = None
    """By tokens and prices alone; below zero where a call to the tuned model is dearer."""
    tuned_total: tuple[float, float] | None = None
    other_total: tuple[float, float] | None = None
    horizon: float = 12.0
    shutdown: str = ""
    shutdown_month: float | None = None
    """The same in months from the day on which this was told."""
    lines: tuple[PayLine, ...] = ()
    by_month: tuple[PayPoint, ...] = ()
    by_calls: tuple[PayPoint, ...] = ()
    drawn: str = ""
    """How the chart is to be read. Where it never pays it is drawn at the ends that favour fine-tuning most, so that no lines cross;
    else, where both ways share a range, its bands lie over each other further than the ways can."""
    would_pay_later: bool = False
    """It does not pay, and only because the model is shut down before: with a model that stays it would."""
    figures: tuple[PayFigure, ...] = ()
    """Everything that went in, with its source: the assumptions."""
    missing: tuple[str, ...] = ()
    """Labels of the figures without which nothing is concluded."""
    notes: tuple[str, ...] = ()
    """What a reader must know: prices that are old, tokens measured on another model, a model that is shut down."""

    @property
    def never_pays(self) -> bool:
        """At both ends of every range: not even with each figure at its most favourable."""
        return self.outcome is Outcome.NEVER

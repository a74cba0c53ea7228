"""The nouns of the decision framework: questions with their follow-ups, reasons, the words of an advice, and all of it together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ftcore.records import Action, Reply

QUESTIONS = ("best_base_model", "prompt_optimized", "rag_would_solve", "high_volume_narrow", "quality_training_data")
"""The five questions in the seed's order: step_1 to step_5."""
GOOD_REASONS = ("style_consistency", "domain_terminology", "format_reliability", "efficiency_at_scale")
BAD_REASONS = ("adding_knowledge", "one_off_task", "prompt_is_too_long", "following_hype")
SAID = {"yes": "yes", "no": "no", "unsure": "not sure", "": "not answered"}
"""A reply as people say it."""
Kind = Literal["text", "number", "choice", "examples"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a consultant would ask next. `kind` says what answers it: some lines of `text`, a `number` of `unit`s (zero or
    more), one of the `choices` (key -> words; the key is kept), or `examples` pasted from elsewhere. `help` is one or two sentences."""

    key: str
    ask: str
    kind: Kind
    help: str
    unit: str = ""
    choices: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """One of the five. `words` explains its terms, `meaning` what follows from each reply, `settle` how to find out;
    `follow_ups` are for those who answered "not sure"."""

    key: str
    short: str
    question: str
    example: str
    words: dict[str, str]
    meaning: dict[Reply, str]
    follow_ups: tuple[FollowUp, ...]
    settle: str


@dataclass(frozen=True, slots=True)
class GoodReason:
    """`alternative` is the cheaper way to the same end, `measured_by` what would show that the reason holds."""

    key: str
    name: str
    description: str
    example: str
    alternative: str
    when: str
    measured_by: str


@dataclass(frozen=True, slots=True)
class BadReason:
    """`solution` is what to do instead, and `action` the advice that stands for it."""

    key: str
    name: str
    problem: str
    solution: str
    action: Action


@dataclass(frozen=True, slots=True)
class Advice:
    """The words of one action. `headline_measured` replaces the headline when all of it was measured,
    `headline_open` when questions are unanswered ({open} and {are} are filled in). `what_practised` replaces `what` when the
    examples were seen to teach the practice model, `what_trained` when they were seen to teach another."""

    name: str
    headline: str
    what: str
    would_change: str
    headline_measured: str = ""
    headline_open: str = ""
    what_practised: str = ""
    what_trained: str = ""


@dataclass(frozen=True, slots=True)
class Framework:
    """`version` and `read_on` are what the file says of itself; `own` is the first characters of the SHA-256 of a file that is
    not the shipped one, so that a decision can name the words it was made with even if nobody raised the version."""

    version: int
    read_on: date
    questions: tuple[Question, ...]
    good_reasons: tuple[GoodReason, ...]
    bad_reasons: tuple[BadReason, ...]
    actions: dict[Action, Advice]
    own: str = ""

    @property
    def edition(self) -> str:
        """For the screen and the decision record: "version 2", or "version 2, own copy 1f3a9c2e"."""
        return f"version {self.version}" + (f", own copy {self.own}" if self.own else "")

    def question(self, key: str) -> Question:
        return next(q for q in self.questions if q.key == key)

    def follow_up(self, key: str) -> FollowUp | None:
        return next((one for q in self.questions for one in q.follow_ups if one.key == key), None)

    def reason_name(self, key: str) -> str:
        """A reason's name for the screen; its key when the framework has none of that key."""
        reasons: tuple[GoodReason | BadReason, ...] = (*self.good_reasons, *self.bad_reasons)
        return next((r.name for r in reasons if r.key == key), key)

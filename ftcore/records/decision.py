"""The decision: the five answers, the evidence beside them, and what is recommended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ftcore.records.evaluation import Comparison, Verdict

Reply = Literal["yes", "no", "unsure"]


class Action(StrEnum):
    TRY_BETTER_MODEL = "try_better_model"
    IMPROVE_PROMPT = "improve_prompt"
    USE_RAG = "use_rag"
    COLLECT_DATA = "collect_data"
    FINE_TUNE = "fine_tune"
    DO_NOT_FINE_TUNE = "do_not_fine_tune"
    MEASURE_FIRST = "measure_first"


class Confidence(StrEnum):
    """What a recommendation rests on: opinion only, some measurement, or measurement throughout."""

    BELIEVED = "believed"
    PARTLY_MEASURED = "partly measured"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that speaks for an answer to `question` (the key of a question or of a reason).

    `claim` is a sentence, `source` where it is from (a run, the checks, a person), `model` whose answers it is about; `practice`
    marks what the small embedded model showed. `comparison` is fine-tuned minus the cheaper way, unless `supports` is given
    too. Left out, `supports` follows from the comparison ("unsure" without one), and `measured` says whether there is one.
    """

    question: str
    claim: str
    source: str = ""
    model: str = ""
    practice: bool = False
    comparison: Comparison | None = None
    supports: Reply = None  # type: ignore[assignment]  # never None outside: see __post_init__
    measured: bool = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.measured is None:
            object.__setattr__(self, "measured", self.comparison is not None)
        if self.supports is None:
            object.__setattr__(self, "supports", _shown(self.question, self.comparison))


AHEAD = (Verdict.BETTER, Verdict.CLEARLY_BETTER)
"""The candidate was measured to do better."""
GAINLESS = (Verdict.EQUIVALENT, Verdict.WORSE)
"""The other way was measured to do as well, or better."""


def _shown(question: str, comparison: Comparison | None) -> Reply:
    """A tuned model that is ahead speaks for tuning; a cheaper way that does as well, against it. Of looking things up the
    question is asked the other way round."""
    if comparison is None or comparison.verdict not in (*AHEAD, *GAINLESS):
        return "unsure"
    ahead = comparison.verdict in AHEAD
    return "yes" if ahead is (question != "rag_would_solve") else "no"


@dataclass(frozen=True, slots=True)
class Because:
    """One reason for the advice. `about` is the key of the question or reason that it is tied to; `kind` says whether it rests on
    an answer, on a reason given, or on evidence."""

    text: str
    kind: Literal["answer", "reason", "evidence"]
    about: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do: its action, the action's name, and what to do in a sentence."""

    action: Action
    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.name}. {self.what}"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do first and why. `next_steps` begin with the action itself; `reverses_if` says what would reverse the advice."""

    action: Action
    headline: str
    because: tuple[Because, ...]
    next_steps: tuple[Step, ...]
    alternatives: tuple[str, ...]
    risks: tuple[str, ...]
    confidence: Confidence
    reverses_if: tuple[str, ...]

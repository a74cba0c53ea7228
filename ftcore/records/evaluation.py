"""What is measured: test cases, answers, scores, comparisons and the result of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ftcore.records.example import Message


@dataclass(frozen=True, slots=True)
class TestCase:
    """One question with its expected answer. `messages` is the whole conversation before the answer when there is
    more than the input; items of one `cluster` (a document, a customer) are not independent of each other."""

    __test__ = False  # pytest: this is no test class

    input: str
    expected: str
    id: str = ""
    messages: tuple[Message, ...] = ()
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an arm answered. `text` is None when none arrived (`error` says why): a missing answer, not a bad one."""

    case_id: str
    arm: str
    model: str
    text: str | None
    error: str = ""
    seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    finish_reason: str = ""
    score: float | None = None
    repeat: int = 0
    sources: tuple[str, ...] = ()
    """Where it was looked up."""


class Verdict(StrEnum):
    CLEARLY_BETTER = "clearly better"
    BETTER = "better"
    EQUIVALENT = "equivalent"
    NOT_WORSE = "not worse"
    WORSE = "worse"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Candidate minus baseline on the same items. Scores and differences are in [0, 1] and [-1, 1].

    `low` and `high` bound the mean difference at confidence 1 - alpha; `method` names the interval, `rough` says that
    it is a small-sample approximation. `missing` counts the pairs without both scores.
    """

    n: int
    baseline_avg: float
    candidate_avg: float
    mean_difference: float
    low: float
    high: float
    p_value: float
    wins: int
    ties: int
    losses: int
    missing: int
    verdict: Verdict
    method: str
    rough: bool = False
    delta: float = 0.05
    alpha: float = 0.05
    seed: int = 0
    detectable_difference: float = 1.0
    """The smallest difference that so many items would show with 80% power."""


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """The seed's result: two averages and their difference, with everything they rest on."""

    fine_tuned_avg: float
    base_avg: float
    improvement: float
    comparison: Comparison | None = None
    scorer: str = ""
    fine_tuned_model: str = ""
    base_model: str = ""
    answers: tuple[Answer, ...] = field(default=())

"""Everything that a report says, as one value: the report's pages and decks are drawn from it and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

from ftcore.records.around import Brand, Cited, DataSheet, Decided, Place
from ftcore.records.decision import Recommendation
from ftcore.records.evaluation import Comparison
from ftcore.records.pay import PayStory


@dataclass(frozen=True, slots=True)
class ArmResult:
    """One arm's average score in [0, 1] with its own 95% interval, and what it cost and took."""

    arm: str
    label: str
    model: str
    average: float
    low: float
    high: float
    n: int
    missing: int = 0
    tokens_in: float = 0.0
    """Mean a question."""
    tokens_out: float = 0.0
    seconds_median: float = 0.0
    system_prompt: str = ""
    kind: str = ""
    """What decides its colour: see `evaluation/arms/plan.py`."""
    digest: str = ""
    """sha256 of what it asks."""
    seconds_p95: float = 0.0
    usd: float | None = None
    """Mean price of a question; None = not known, 0 = free."""
    scores: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    """(average, low, high) by each further scorer."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One test row with every arm's answer and score, for the list of the worst regressions and of all answers."""

    case_id: str
    input: str
    expected: str
    answers: dict[str, str | None]
    scores: dict[str, float | None]
    private: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """`comparisons[0]` is the primary one (the candidate against the arm it must beat); the others follow, by name of arm."""

    project: str
    made_at: str
    made_by: str
    practice: bool
    recommendation: Recommendation | None
    answers: dict[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    train: int = 0
    validation: int = 0
    test: int = 0
    tokens: int = 0
    snapshot: str = ""
    """The snapshot's sha256."""
    base_model: str = ""
    fine_tuned_model: str = ""
    endpoint: str = ""
    job_id: str = ""
    job_seconds: float | None = None
    trained_tokens: int | None = None
    hyperparameters: dict[str, str] = field(default_factory=dict)
    seed: int = 0
    losses: tuple[tuple[int, float], ...] = ()
    """(step, training loss)."""
    scorer: str = ""
    scorer_label: str = ""
    arms: tuple[ArmResult, ...] = ()
    comparisons: tuple[tuple[str, Comparison], ...] = ()
    """(name of the arm compared against, fine-tuned minus that arm)."""
    best_chosen: bool = False
    """The primary comparison's other arm was the best on the validation examples, where every other arm was tried. Only
    then may a report call it the best alternative."""
    comparator_why: str = ""
    """Why fine-tuning was compared with that arm first, in a sentence."""
    rows: tuple[SideBySide, ...] = ()
    run_id: int | None = None
    """The run that all of this is about."""
    candidate: str = "fine_tuned"
    """Name of the arm that is to be better."""
    p_holm: dict[str, float] = field(default_factory=dict)
    """By arm compared against: the p value, adjusted for how many comparisons were made (Holm)."""
    looks: int = 1
    """How many declared runs have looked at these test rows, this one among them."""
    stronger: str = ""
    """A sentence where an earlier comparison knew a better rival than the one that this verdict is against."""
    spent: float | None = None
    """US dollars that the run's answers cost; None = not known."""
    noun: str = "questions"
    """What is asked, in the plural, as the people of the project call it ("tickets")."""
    decide_by: str = ""
    """By when the decision is wanted, an ISO date; "" = nobody has said."""
    brand: Brand = field(default_factory=Brand)
    places: tuple[Place, ...] = ()
    """Every server that got data of the project, in whichever training, comparison or trial."""
    asked_at: tuple[Place, ...] = ()
    """The servers that the run's ways were asked at: whose seconds its times are."""
    house_words: dict[str, str] = field(default_factory=dict)
    """By its key, each question in full, and the names of the reasons and the actions, in the words of the house."""
    pay: PayStory | None = None
    """What it costs and when it pays; None = not worked out."""
    sheet: DataSheet | None = None
    decided: Decided | None = None
    research: tuple[Cited, ...] = ()
    shutdown: str = ""
    """The day on which the tuned model or its base is shut down, an ISO date; "" = none known."""
    test_snapshot: str = ""
    """The sha256 of the snapshot whose test examples were asked, where it is another one than `snapshot`."""
    measured_on: str = ""
    """The day on which the run ended, an ISO date."""
    run_seed: int = 0
    """Of the run: intervals, and the examples that are drawn by lot."""
    trial: str = ""
    """The question that a small comparison before any training was about; "" = no trial, a tuned model was compared."""
    private_rows: int = 0
    """How many of the test examples that were asked are private: they count in the averages and stand in no file."""

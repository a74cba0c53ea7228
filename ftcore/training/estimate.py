"""What a launch will take: tokens, money and time, each as a range with the reason for it.

Training is paid by the token: tokens of the examples x passes over them x price. How many tokens an example has depends on
the server's tokenizer, and ours is one of several (o200k): on English text others count 2 to 11% more (SmolLM2's on banking77
and self-instruct), on other scripts up to 2.7 times as many. Some servers bill the validation rows too, once a pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ftcore.records import Job
from ftcore.training.settings import Part, Settings, auto_epochs
from ftcore.training.survey import Survey
from ftcore.training.terms import Terms

TOKENS_LOW, TOKENS_HIGH, FOREIGN_HIGH = 0.9, 1.35, 2.8
"""Other tokenizers than ours, and what a server puts around each message: times our count."""
FOREIGN = 0.05
"""From this share of letters outside ASCII on, the range is the one of other scripts."""
PRACTICE_TOKENS_A_SECOND = 450.0
"""The practice model on two cores (docs/decisions.md, 2026-11-24); used until this computer has trained once."""
PRACTICE_START_SECONDS = 20.0
SHORT_SECONDS = 5.0
"""A training below this says more about starting than about speed."""
LATEST = 5
"""Past jobs that the speed is taken from."""


@dataclass(frozen=True, slots=True)
class PartEstimate:
    """One job: `tokens` are those of all its passes, by our count; `cost` a low and a high guess in US dollars."""

    part: Part
    rows: int
    epochs: int
    tokens: int
    cost: tuple[float, float] | None
    seconds: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A launch. `cost` None: the price is not known; `seconds` None: nothing is known of the endpoint's speed. `measured` is the
    number of past jobs that the time is taken from, 0 for a constant."""

    parts: tuple[PartEstimate, ...]
    measured: int = 0

    @property
    def tokens(self) -> int:
        return sum(part.tokens for part in self.parts)

    @property
    def epochs(self) -> int:
        """Passes over all examples: those of the largest part."""
        return self.parts[-1].epochs

    @property
    def cost(self) -> tuple[float, float] | None:
        """Of all jobs together."""
        return _sum([part.cost for part in self.parts])

    @property
    def seconds(self) -> tuple[float, float] | None:
        """Of all jobs: the high guess is one after the other, the low one, where a server may run them side by side, the longest."""
        total = _sum([part.seconds for part in self.parts])
        if total is None or len(self.parts) == 1 or self.measured == 0:
            return total
        return max(part.seconds[0] for part in self.parts if part.seconds is not None), total[1]


@dataclass(frozen=True, slots=True)
class Speed:
    """`start` seconds go by from the launch until the training begins."""

    tokens_a_second: float
    start: float
    jobs: int = 0


def estimate(survey: Survey, settings: Settings, terms: Terms, past: Sequence[Job] = ()) -> Estimate:
    """What a launch with these settings takes; `past` are jobs of the endpoint that made a model, the newest first."""
    speed = speed_of(past, terms)
    parts = tuple(_of_part(part, survey, settings, terms, speed) for part in settings.parts())
    return Estimate(parts, speed.jobs if speed is not None else 0)


def epochs_of(settings: Settings, rows: int) -> int:
    """The passes over so many training rows: as set, else by the rule."""
    return settings.epochs or auto_epochs(rows)


def speed_of(past: Sequence[Job], terms: Terms) -> Speed | None:
    """How fast the endpoint is: the middle one of its latest jobs, those of the same base model if there are any. Without past
    jobs the constants of the practice model, or None elsewhere."""
    mine = [job for job in past if job.base_model == terms.base_model] or list(past)
    measured = [pair for job in mine if (pair := _measured(job)) is not None][:LATEST]
    if measured:
        return Speed(median(speed for speed, _ in measured), median(start for _, start in measured), len(measured))
    return Speed(PRACTICE_TOKENS_A_SECOND, PRACTICE_START_SECONDS) if terms.endpoint.practice else None


def range_reason(survey: Survey, terms: Terms) -> str:
    """Why the price is a range, in a sentence."""
    more = f"{high_of(survey) - 1:.0%} more" if high_of(survey) < 2 else f"{high_of(survey):.1f} times as many"
    billed = " Some servers bill the validation rows too." if survey.validation else ""
    return f"The tokens are an estimate: {terms.label} counts them in its own way, {1 - TOKENS_LOW:.0%} fewer to {more}.{billed}"


def high_of(survey: Survey) -> float:
    return FOREIGN_HIGH if survey.foreign > FOREIGN else TOKENS_HIGH


def _of_part(part: Part, survey: Survey, settings: Settings, terms: Terms, speed: Speed | None) -> PartEstimate:
    rows = survey.trained(part.share)
    epochs = epochs_of(settings, rows)
    tokens = epochs * survey.tokens(part.share)
    seconds = None
    if speed is not None:
        middle = speed.start + tokens / speed.tokens_a_second
        seconds = (middle * 0.6, middle * 2.0)
    return PartEstimate(part, rows, epochs, tokens, _cost(part, survey, epochs, terms), seconds)


def _cost(part: Part, survey: Survey, epochs: int, terms: Terms) -> tuple[float, float] | None:
    """The low guess is billed by what the server cuts long examples to, the high one by all of them and the validation rows."""
    rate = terms.rate
    if rate is None:
        return None
    longest = terms.limit("tokens_per_example")
    train = survey.train[: survey.trained(part.share)]
    least = sum(train) if longest is None else sum(min(tokens, longest) for tokens in train)
    most = sum(train) + sum(survey.validation)
    return epochs * least * TOKENS_LOW * rate / 1e6, epochs * most * high_of(survey) * rate / 1e6


def _measured(job: Job) -> tuple[float, float] | None:
    """(trained tokens a second, seconds until it began) of a job that has ended."""
    tokens = job.trained_tokens or job.estimated_tokens
    if not tokens or job.started_at is None or job.finished_at is None:
        return None
    seconds = (job.finished_at - job.started_at).total_seconds()
    if seconds <= SHORT_SECONDS:
        return None
    waited = (job.started_at - job.created_at).total_seconds() if job.created_at is not None else 0.0
    return tokens / seconds, max(0.0, waited)


def _sum(ranges: Sequence[tuple[float, float] | None]) -> tuple[float, float] | None:
    known = [one for one in ranges if one is not None]
    if len(known) != len(ranges):
        return None
    return sum(low for low, _ in known), sum(high for _, high in known)

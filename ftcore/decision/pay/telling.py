"""From figures to everything that is said of them: `PayStory`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from ftcore.decision.pay import arithmetic, curves, quality, verdicts, weights
from ftcore.decision.pay.catalogue import FIGURES
from ftcore.decision.pay.figures import inputs_of, range_of
from ftcore.decision.pay.quality import Better
from ftcore.decision.pay.ranges import Range
from ftcore.decision.pay.reckoning import Reckoning
from ftcore.decision.pay.saying import DAYS_A_MONTH, joined, numbers
from ftcore.records.pay import Origin, Outcome, PayFigure, PayStory


@dataclass(frozen=True, slots=True)
class About:
    """What is calculated besides the figures. `other` is the other way's label as people wrote it; `horizon` in months;
    `closing` what the provider ends of its trainings, for the sentence; `doubt` what the prices are that have to be checked ("from memory")."""

    other: str = "Your prompt"
    other_kind: str = "prompt"
    tuned: str = "Fine-tuned"
    horizon: float = 12.0
    today: date | None = None
    shutdown: date | None = None
    better: Better | None = None
    notes: tuple[str, ...] = ()
    closing: str = ""
    doubt: tuple[str, ...] = ()


FAVOURABLE = "The chart is drawn with every figure at the end that favours fine-tuning most."
SHARED = (
    "Both bands widen with what both ways share, such as the calls, and so overlap more than the ways can. The payback takes the "
    "same number for both."
)
LENGTHS = ("tuned_in", "tuned_out", "other_in", "other_out", "example_tokens")
PRICES = ("tuned_price_in", "tuned_price_out", "other_price_in", "other_price_out")


def pay_story_of(figures: Mapping[str, PayFigure], about: About) -> PayStory:
    """All of it, or which figures are missing: nothing is concluded from a blank."""
    missing = missing_of(figures)
    plain = PayStory(
        outcome=Outcome.UNKNOWN,
        sentence=_unknown(missing),
        money=f"Not worked out: {_several(missing)} missing.",
        tuned=about.tuned,
        other=about.other,
        other_kind=about.other_kind,
        horizon=about.horizon,
        shutdown=about.shutdown.isoformat() if about.shutdown else "",
        figures=tuple(figures.values()),
        missing=missing,
        notes=about.notes,
    )
    return plain if missing else _concluded(plain, figures, about)


def _concluded(plain: PayStory, figures: Mapping[str, PayFigure], about: About) -> PayStory:
    left = (about.shutdown - about.today).days / DAYS_A_MONTH if about.shutdown and about.today else None
    found = Reckoning(inputs_of(figures, horizon=about.horizon, shutdown=left))
    other = f"“{about.other}”"
    case = verdicts.Case(found, other, about.shutdown, _assumed(figures), about.closing, _doubt(figures, about))
    kind, ahead = verdicts.outcome(found), found.horizon
    drawn = curves.favourable(found) if kind is Outcome.NEVER else found
    tuned, its = found.tuned_cost(ahead), found.other_cost(ahead)
    return replace(
        plain,
        outcome=kind,
        sentence=verdicts.verdict(case),
        money=verdicts.money(case),
        because=" ".join(one for one in (verdicts.because(case), weights.sentence(figures, found)) if one),
        quality=quality.sentence(found, about.better, other),
        months=_ends(found.months, kind),
        calls=_ends(found.calls, kind),
        saving_per_call=(found.saving.low, found.saving.high),
        tuned_total=(tuned.low, tuned.high) if ahead > 0 else None,
        other_total=(its.low, its.high) if ahead > 0 else None,
        horizon=ahead,
        shutdown_month=left,
        lines=arithmetic.lines(found, figures, other),
        by_month=curves.by_month(drawn),
        by_calls=curves.by_calls(drawn),
        drawn=FAVOURABLE if kind is Outcome.NEVER else SHARED if curves.widen_together(found) else "",
        would_pay_later=verdicts.pays_later(found),
    )


def _assumed(figures: Mapping[str, PayFigure]) -> str:
    """What nobody has said or measured and everything hangs on; "" where there is no such figure."""
    calls = range_of(figures, "calls")
    told = []
    if calls is not None and figures["calls"].origin is Origin.ASSUMED:
        told.append(f"{numbers(calls)} calls a month")
    if any(figures[key].origin is Origin.ASSUMED for key in LENGTHS):
        told.append("texts of typical length")
    return joined(told)


def _doubt(figures: Mapping[str, PayFigure], about: About) -> str:
    guessed = any(figures[key].origin is Origin.ASSUMED for key in PRICES)
    said = [one for one in ("guessed" if guessed else "", *about.doubt) if one]
    return f"prices to check: {joined(said, 'or')}" if said else ""


def missing_of(figures: Mapping[str, PayFigure]) -> tuple[str, ...]:
    """Labels of the figures that are needed and blank, in the catalogue's order."""
    return tuple(asked.label for asked in FIGURES if asked.needed and range_of(figures, asked.key) is None)


def _unknown(missing: tuple[str, ...]) -> str:
    named = [f"“{name}”" for name in missing[:3]]
    more = len(missing) - len(named)
    which = joined([*named, f"{more} more"] if more else named)
    return f"Whether it would pay is not known yet: {_several(missing)} missing ({which})."


def _several(missing: tuple[str, ...]) -> str:
    return "1 figure is" if len(missing) == 1 else f"{len(missing)} figures are"


def _ends(found: Range, kind: Outcome) -> tuple[float, float | None] | None:
    if kind is Outcome.NEVER:
        return None
    return found.low, None if kind is Outcome.DEPENDS else found.high

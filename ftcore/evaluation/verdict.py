"""A comparison in plain words, and against which arm to compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftcore.evaluation.statistics import MISSING_ALLOWED, needed_items
from ftcore.records import Comparison, Verdict

PRACTICE = (
    "Measured on the small practice model. It shows your examples can teach; it does not show that a larger model "
    "needs teaching."
)
MOST_ITEMS = 10_000
"""Beyond so many further test examples the advice would be of no use."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the sentences call things. `noun` is what is counted ("tickets"); `alternative` the arm compared against;
    `counted` = every answer is right or wrong, so that one may say "of every 100"."""

    alternative: str = "the alternative"
    noun: str = "answers"
    counted: bool = True
    practice: bool = False


def headline(comparison: Comparison, words: Words | None = None) -> str:
    """The verdict in one or two sentences, for somebody who never saw a statistic."""
    words = words or Words()
    if _too_much_missing(comparison):
        return _say_missing(comparison)
    verdict = comparison.verdict
    if verdict in (Verdict.CLEARLY_BETTER, Verdict.BETTER):
        start = "On the practice model, fine-tuning helps" if words.practice else _WORTH[verdict]
        return f"{start}: {_amount(comparison, words)} than {words.alternative} ({_range(comparison)})."
    if verdict is Verdict.WORSE:
        return f"Don't use this fine-tuned model. It gets {_amount(comparison, words)} than {words.alternative} ({_range(comparison)})."
    if verdict is Verdict.EQUIVALENT:
        return (
            f"Fine-tuning changes nothing that matters: {words.alternative} does as well on {comparison.n} unseen "
            f"examples. Without it you keep something that can be changed in an afternoon."
        )
    if verdict is Verdict.NOT_WORSE:
        return (
            f"Fine-tuning is not worse than {words.alternative}, perhaps better ({_range(comparison)}). "
            f"As it stands, it pays only if it is cheaper to run."
        )
    return (
        f"Too close to call: {_examples(comparison.n)} only differences above about "
        f"{_points(comparison.detectable_difference)}. Nothing failed; {_more(comparison)}."
    )


def details(comparison: Comparison, words: Words | None = None) -> tuple[str, ...]:
    """What belongs beneath the headline: wins and losses, what weakens the verdict, the practice model's stamp."""
    words = words or Words()
    said = []
    if comparison.n:
        said.append(
            f"Of {comparison.n} {words.noun}, fine-tuning was better on {comparison.wins}, the same on "
            f"{comparison.ties} and worse on {comparison.losses}."
        )
    if comparison.rough:
        said.append("There are few examples, or few that differ, so the range is rough.")
    if comparison.missing and not _too_much_missing(comparison):
        answers = "1 answer" if comparison.missing == 1 else f"{comparison.missing} answers"
        said.append(f"{answers} never arrived; {comparison.n} pairs were compared.")
    said.append("This is one training run; a repeat may differ.")
    if words.practice:
        said.append(PRACTICE)
    return tuple(said)


def label(verdict: Verdict) -> str:
    """The verdict in two or three words: "clearly better"."""
    return verdict.value


def before_spending(n: int, detectable: float) -> str:
    """What `n` test examples can show, said before anything is paid."""
    return f"Before spending anything: your {n} test rows can show differences above about {_points(detectable)}."


@dataclass(frozen=True, slots=True)
class Comparator:
    arm: str
    why: str


def choose_comparator(
    averages: Mapping[str, float | None], others: Sequence[str] = ("base",), *, candidate: str = "fine_tuned"
) -> Comparator:
    """The arm that fine-tuning must beat: the best other one on the *validation* split. Choosing it on the test split
    would favour whatever was lucky there, so without validation scores it is the first of `others` (the base).

    `averages` are validation averages by arm; `others` the arms of the run besides the candidate, the simplest first,
    which wins a tie. `why` says "best" only where there was something to choose from.
    """
    order = [arm for arm in others if arm != candidate]
    if len(order) == 1:
        return Comparator(order[0], "It is the only other way that was tried.")
    known = {arm: average for arm in order if (average := averages.get(arm)) is not None}
    if not known:
        first = order[0] if order else "base"
        return Comparator(
            first, "No validation scores are there to choose the best alternative by, so it is the simplest."
        )
    best = max(known, key=lambda arm: known[arm])
    if len(known) < len(order):
        return Comparator(best, "It did best among those that were tried on the validation examples; others were not.")
    return Comparator(
        best, "It was the best alternative on the validation examples, chosen before the test examples were seen."
    )


_WORTH = {
    Verdict.CLEARLY_BETTER: "Fine-tuning is worth it",
    Verdict.BETTER: "Fine-tuning is better, perhaps by less than matters",
}


def _amount(comparison: Comparison, words: Words) -> str:
    """18 more of every 100 answers right, or 18 points better on average."""
    points = round(abs(comparison.mean_difference) * 100)
    more = comparison.mean_difference > 0
    if words.counted and points >= 1:
        return f"{points} {'more' if more else 'fewer'} of every 100 {words.noun} right"
    return f"{_points(abs(comparison.mean_difference))} {'better' if more else 'worse'} on average"


def _range(comparison: Comparison) -> str:
    """The interval in points, in the direction of the sentence."""
    low, high = comparison.low * 100, comparison.high * 100
    if comparison.verdict is Verdict.WORSE:
        low, high = -high, -low
    return f"{_number(low)} to {_number(high)}"


def _number(points: float) -> str:
    """Whole points; one decimal below 1, so that "0 to 4" is never said of a range that leaves zero out."""
    text = f"{points:.1f}" if 0 < abs(points) < 1 else f"{points:.0f}"
    return {"0.0": "0", "-0": "0", "-0.0": "0"}.get(text, text)


def _points(share: float) -> str:
    points = share * 100
    text = f"{points:.0f}" if points >= 1 else f"{points:.1f}"
    return f"{text} point" if text == "1" else f"{text} points"


def _examples(n: int) -> str:
    return f"{n} example shows" if n == 1 else f"{n} examples show"


def _more(comparison: Comparison) -> str:
    """How many further test examples would show a difference of the size that matters, or of the size seen."""
    wanted = max(abs(comparison.mean_difference), comparison.delta)
    spread = comparison.detectable_difference / 2.8 * max(comparison.n, 1) ** 0.5
    if not comparison.n or comparison.detectable_difference >= 1:
        return "add test examples"
    further = needed_items(min(1.0, wanted), spread) - comparison.n
    if 0 < further <= MOST_ITEMS:
        return f"about {further:,} more test examples would settle a difference of {_points(wanted)}"
    return "add test examples"


def _too_much_missing(comparison: Comparison) -> bool:
    return comparison.missing > MISSING_ALLOWED * (comparison.n + comparison.missing)


def _say_missing(comparison: Comparison) -> str:
    total = comparison.n + comparison.missing
    return (
        f"{comparison.missing} of {total} pairs of answers never arrived ({comparison.missing / total:.1%}), so there "
        f"is no verdict. {comparison.n} are kept; ask for only the {comparison.missing}."
    )

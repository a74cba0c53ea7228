"""A comparison in plain words, and against which arm to compare. Pages, reports and the command line say it with these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftcore.evaluation.numbers import counted_points, points, signed, span
from ftcore.evaluation.statistics import MISSING_ALLOWED, required_n
from ftcore.records import Comparison, Verdict

PRACTICE = (
    "Measured on the small practice model. It shows your examples can teach; it does not show that a larger model "
    "needs teaching."
)
ONE_TRAINING = "One training run; repeats may differ."
MOST_ITEMS = 10_000
"""Beyond so many further test examples the advice would be of no use."""
NAMES = {
    Verdict.CLEARLY_BETTER: "Clearly better",
    Verdict.BETTER: "Better",
    Verdict.EQUIVALENT: "No difference that matters",
    Verdict.NOT_WORSE: "Not worse",
    Verdict.WORSE: "Worse",
    Verdict.NOT_ENOUGH_EVIDENCE: "Not enough evidence",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What the sentences call things. `noun` is what is counted ("tickets"); `alternative` the arm compared against, and
    `name` its own name, where `alternative` is a description ("your best alternative") that doesn't say which one it is;
    `counted` = every answer is right or wrong, so that one may say "of every 100"; `measure` the scorer's name."""

    alternative: str = "the alternative"
    noun: str = "answers"
    counted: bool = True
    practice: bool = False
    measure: str = ""
    name: str = ""

    @property
    def named(self) -> str:
        return self.name or self.alternative


def headline(comparison: Comparison, words: Words | None = None) -> str:
    """What was found, in a sentence, for somebody who never saw a statistic."""
    words = words or Words()
    if too_much_missing(comparison):
        return f"{_missing(comparison)} {comparison.n} are kept; ask for only the {comparison.missing}."
    said = _found(comparison, words)
    return f"On the practice model, {_lower(said)}" if words.practice else said


def advice(comparison: Comparison, words: Words | None = None) -> str:
    """What follows from it, in a sentence, for somebody who decides: it opens a report."""
    words = words or Words()
    if too_much_missing(comparison):
        return f"{_missing(comparison)} Ask for only those again."
    other, verdict = words.alternative, comparison.verdict
    gain = f"{_gain(comparison, words)} than"
    between = span(comparison.low, comparison.high)
    if verdict is Verdict.CLEARLY_BETTER:
        return f"Fine-tuning is worth it: {gain} {other} ({between})."
    if verdict is Verdict.BETTER:
        return f"Fine-tuning helps, perhaps not enough: {gain} {other} ({between})."
    if verdict is Verdict.EQUIVALENT:
        return f"Don't fine-tune. {_upper(words.named)} does as well on {comparison.n} unseen examples, and you can change it in an afternoon."
    if verdict is Verdict.NOT_WORSE:
        return f"Fine-tune only for the cost: the tuned model is not worse than {words.named}, perhaps better, and not shown to be."
    if verdict is Verdict.WORSE:
        loss = f"{_gain(comparison, words, once='the tuned model')} than {words.named}"
        return f"Don't fine-tune: {loss} ({between})."
    return (
        f"Too close to call: {_examples(comparison.n)} only differences above about "
        f"{counted_points(comparison.detectable_difference)}. Nothing failed; add test examples."
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
    if comparison.missing and not too_much_missing(comparison):
        answers = "1 answer" if comparison.missing == 1 else f"{comparison.missing} answers"
        said.append(f"{answers} never arrived; {comparison.n} pairs were compared.")
    said.append(ONE_TRAINING)
    if words.practice:
        said.append(PRACTICE)
    return tuple(said)


def certainty(comparison: Comparison) -> tuple[str, ...]:
    """How sure the difference is, in sentences for somebody who never took a course in statistics."""
    level = f"{(1 - comparison.alpha):.0%}"
    said = [
        f"The difference on these {comparison.n} test examples is {signed(comparison.mean_difference)} of 100. Other examples of the same "
        f"kind would give another figure: anything from {signed(comparison.low)} to {signed(comparison.high)} fits what was seen "
        f"({level} interval{', a rough one, for so few examples' if comparison.rough else ''}).",
        f"Example by example: {comparison.wins} better, {comparison.ties} the same, {comparison.losses} worse.",
        f"A difference matters here from {points(comparison.delta)} of 100. With so many examples, differences above about "
        f"{points(comparison.detectable_difference)} can be seen.",
    ]
    if comparison.missing:
        said.append(f"{comparison.missing} pairs without both answers were left out, not counted as wrong.")
    return tuple(said)


def method(comparison: Comparison) -> str:
    """How the interval came about, for the notes and the engineer."""
    return (
        f"Paired by example, fine-tuned minus the alternative; interval by {comparison.method} at "
        f"{1 - comparison.alpha:.0%}, p = {comparison.p_value:.3g}, seed {comparison.seed}. Missing answers are missing, not wrong."
    )


def label(verdict: Verdict) -> str:
    """The verdict in two or three words: "clearly better"."""
    return verdict.value


def looked(looks: int) -> str:
    """How often the test examples were looked at; "" for the first time."""
    if looks < 2:
        return ""
    times = "twice" if looks == 2 else f"{looks} times"
    return f"These test examples have been looked at {times}. The more often one looks, the likelier a lucky result."


def before_spending(n: int, detectable: float) -> str:
    """What `n` test examples can show, said before anything is paid."""
    if detectable >= 1:
        return f"Before spending anything: {n} test row{'' if n == 1 else 's'} can show nothing. 100 is a good number."
    rows = "row" if n == 1 else "rows"
    return (
        f"Before spending anything: your {n} test {rows} can show differences above about {counted_points(detectable)}."
    )


def too_much_missing(comparison: Comparison) -> bool:
    """Whether so many answers are missing that there is no verdict."""
    return comparison.missing > MISSING_ALLOWED * (comparison.n + comparison.missing)


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


def _found(comparison: Comparison, words: Words) -> str:
    other, verdict = words.alternative, comparison.verdict
    by = f"by {counted_points(comparison.mean_difference)} ({span(comparison.low, comparison.high)}), on {_unseen(comparison.n)}"
    if verdict is Verdict.CLEARLY_BETTER:
        return f"Fine-tuning is better than {other} {by}."
    if verdict is Verdict.BETTER:
        return f"Fine-tuning is better than {other} {by}; it may be by less than matters to you."
    if verdict is Verdict.WORSE:
        return f"Fine-tuning is worse than {other} {by}."
    between = f"({signed(comparison.low)} to {signed(comparison.high)} points, on {_unseen(comparison.n)})"
    if verdict is Verdict.EQUIVALENT:
        return f"Fine-tuning brings nothing that matters: {other} does as well {between}."
    if verdict is Verdict.NOT_WORSE:
        return f"Fine-tuning is not worse than {other}, perhaps better {between}. It pays only if it is cheaper to run."
    return (
        f"Not enough evidence: with {comparison.n} test example{'s' if comparison.n != 1 else ''} only differences above "
        f"about {counted_points(comparison.detectable_difference)} can be seen; {_more(comparison)}."
    )


def _gain(comparison: Comparison, words: Words, *, once: str = "") -> str:
    """18 more of every 100 tickets handled correctly, or 18 points of 100 higher on the measure; with `once`, who did so is said."""
    more, amount = comparison.mean_difference >= 0, points(comparison.mean_difference)
    if words.counted:
        what = f"{amount} {'more' if more else 'fewer'} of every 100 {words.noun}"
        return f"{once} handled {what} correctly" if once else f"{what} handled correctly"
    on = f" on “{words.measure}”" if words.measure else ""
    scored = f"{once} scored " if once else ""
    return f"{scored}{amount} points of 100 {'higher' if more else 'lower'}{on}"


def _missing(comparison: Comparison) -> str:
    total = comparison.n + comparison.missing
    return (
        f"{comparison.missing} of {total} pairs of answers never arrived ({comparison.missing / total:.1%}), so there "
        f"is no verdict."
    )


def _more(comparison: Comparison) -> str:
    """How many further test examples would show a difference of the size that matters, or of the size seen."""
    wanted = max(abs(comparison.mean_difference), comparison.delta)
    spread = comparison.detectable_difference / 2.8 * max(comparison.n, 1) ** 0.5
    if not comparison.n or comparison.detectable_difference >= 1:
        return "add test examples"
    further = required_n(spread, min(1.0, wanted)) - comparison.n
    if 0 < further <= MOST_ITEMS:
        return f"about {further:,} more would show a difference of {counted_points(wanted)}"
    return "add test examples"


def _examples(n: int) -> str:
    return f"{n} example shows" if n == 1 else f"{n} examples show"


def _unseen(n: int) -> str:
    return f"{n:,} unseen example{'s' if n != 1 else ''}"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]

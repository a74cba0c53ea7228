"""The sentences of a report, drawn from its figures: the same ones on the page, in the file and in the deck."""

from __future__ import annotations

from ftcore.decision.framework import load
from ftcore.records import LOCAL, Action, Comparison, Story, Verdict

# Pages speak through this module alone: it hands on the names it does not use itself.
from ftcore.report.facts import (  # noqa: F401
    alternative,
    arm_of,
    change,
    counts_right_answers,
    day,
    duration,
    label_of,
    points,
    primary,
    regressions,
    score_words,
    scorer_name,
    shown_rows,
    signed,
    tuned_arm,
)

PRACTICE_STAMP = "Practice model"
MISSING_LIMIT = 0.02
"""Above this share of missing answers there is no verdict."""

STANDING = {"believed": "Believed", "partly_measured": "Partly measured", "measured": "Measured"}
STANDING_MEANING = {
    "believed": "the advice rests on answers to questions; nothing behind it has been measured.",
    "partly_measured": "some of what the advice rests on was measured, some is belief.",
    "measured": "everything the advice rests on was measured.",
}
VERDICTS = {
    Verdict.CLEARLY_BETTER: "Clearly better",
    Verdict.BETTER: "Better",
    Verdict.EQUIVALENT: "No difference that matters",
    Verdict.NOT_WORSE: "Not worse",
    Verdict.WORSE: "Worse",
    Verdict.NOT_ENOUGH_EVIDENCE: "Not enough evidence",
}
_AHEAD = (Verdict.CLEARLY_BETTER, Verdict.BETTER)


def headline(story: Story) -> str:
    """The answer in one sentence. What was measured speaks, unless the advice stands in its way or it was measured on
    the practice model, which can't decide; nothing measured leaves the advice, which is then belief."""
    found, advice = primary(story), story.recommendation
    if found is None:
        return advice.headline if advice else "Nothing has been decided or measured yet."
    if advice and (story.practice or (found[1].verdict in _AHEAD and advice.action is not Action.FINE_TUNE)):
        return advice.headline
    if story.practice:
        said = finding(story)
        start = "it is " if said.startswith("Too close") else ""
        return (
            f"On the small practice model {start}{_lower(said)}"
            if start
            else f"On the small practice model only: {_lower(said)}"
        )
    return _verdict_sentence(story, *found)


def second_sentence(story: Story) -> str:
    """What was measured, where the headline does not say it already; "" otherwise."""
    found = primary(story)
    said = found is None or headline(story) in (_verdict_sentence(story, *found), _no_verdict(found[1]))
    return "" if said or headline(story).endswith(_lower(finding(story))) else finding(story)


def finding(story: Story) -> str:
    """What the comparison showed, in one sentence; "" when nothing was measured."""
    found = primary(story)
    if found is None:
        return ""
    name, comparison = found
    other = label_of(story, name)
    if comparison.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        return _no_verdict(comparison)
    if comparison.verdict is Verdict.NOT_WORSE:
        return f"On {comparison.n} unseen examples the tuned model was not worse than “{other}”, perhaps better ({_interval(comparison)} of 100)."
    if comparison.verdict is Verdict.EQUIVALENT:
        return f"On {comparison.n} unseen examples the tuned model and “{other}” did about equally well ({_interval(comparison)} of 100)."
    gain = _gain(story, comparison)
    return f"On unseen examples, {gain} with the tuned model than with “{other}” ({_interval(comparison)})."


def _verdict_sentence(story: Story, name: str, comparison: Comparison) -> str:
    other = label_of(story, name)
    verdict = comparison.verdict
    if verdict in _AHEAD:
        gain = f"{_gain(story, comparison)} than {alternative(story)} ({_interval(comparison)})"
        return (
            f"Fine-tuning is worth it: {gain}."
            if verdict is Verdict.CLEARLY_BETTER
            else f"Fine-tuning helps, perhaps not enough: {gain}."
        )
    if verdict is Verdict.EQUIVALENT:
        return f"Don't fine-tune. “{other}” does as well on {comparison.n} unseen examples, and you can change it in an afternoon."
    if verdict is Verdict.NOT_WORSE:
        return f"Fine-tune only for the cost: the tuned model is not worse than “{other}”, perhaps better, and not shown to be."
    if verdict is Verdict.WORSE:
        return f"Don't fine-tune. There were {_gain(story, comparison)} than with “{other}” ({_interval(comparison)})."
    return _no_verdict(comparison)


def _gain(story: Story, comparison: Comparison) -> str:
    word = "more" if comparison.mean_difference >= 0 else "fewer"
    amount = points(comparison.mean_difference)
    if counts_right_answers(story):
        return f"{amount} {word} of every 100 questions handled correctly"
    return (
        f"{amount} points of 100 {'higher' if comparison.mean_difference >= 0 else 'lower'} on “{scorer_name(story)}”"
    )


def _interval(comparison: Comparison) -> str:
    if comparison.low > 0:
        return f"{points(comparison.low)} to {points(comparison.high)}"
    if comparison.high < 0:
        return f"{points(comparison.high)} to {points(comparison.low)}"
    return f"{signed(comparison.low)} to {signed(comparison.high)}"


def _no_verdict(comparison: Comparison) -> str:
    asked = comparison.n + comparison.missing
    if asked and comparison.missing / asked > MISSING_LIMIT:
        share = comparison.missing / asked
        return f"{comparison.missing} of {asked} pairs of answers never arrived ({share:.1%}), so there is no verdict. Ask for only those again."
    return (
        f"Too close to call: {comparison.n} examples show only differences above about {points(comparison.detectable_difference)} points. "
        "Nothing failed; add test examples."
    )


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


def standing(story: Story) -> str:
    """What the advice rests on; "" without advice."""
    return STANDING[story.recommendation.standing] if story.recommendation else ""


def standing_meaning(story: Story) -> str:
    """The standing explained in a sentence; "" without advice."""
    return STANDING_MEANING[story.recommendation.standing] if story.recommendation else ""


def axis_title(story: Story) -> str:
    """What the bars count."""
    if counts_right_answers(story):
        return "Right answers of every 100"
    return f"{scorer_name(story)}, points of 100" if scorer_name(story) else "Points of 100"


def stamp(story: Story) -> str:
    """What must stand on everything that the practice model measured; "" for any other model."""
    if not story.practice:
        return ""
    return "Measured on the small practice model. It shows your examples can teach; it does not show that a larger model needs teaching."


def money(story: Story) -> str:
    """What it cost, and what each question costs against the primary alternative, as far as the story knows."""
    said = []
    if story.job_id and story.endpoint == LOCAL:
        took = f" and took {duration(story.job_seconds)}" if story.job_seconds is not None else ""
        said.append(f"The training ran on your own computer{took}: no bill.")
    elif story.job_id and story.trained_tokens:
        said.append(f"The training read {story.trained_tokens:,} tokens; the provider's bill is not recorded here.")
    found, tuned = primary(story), tuned_arm(story)
    other = arm_of(story, found[0]) if found else None
    if tuned and other and tuned.tokens_in and other.tokens_in:
        said.append(
            f"A question to the tuned model reads {tuned.tokens_in:,.0f} tokens instead of {other.tokens_in:,.0f}"
            f"{_percent(tuned.tokens_in, other.tokens_in)}; what that is in money depends on each model's price."
        )
    return " ".join(said) or "No money has been spent, and none is asked for yet."


def _percent(now: float, before: float) -> str:
    share = (now - before) / before
    return "" if abs(share) < 0.01 else f" ({abs(share):.0%} {'fewer' if share < 0 else 'more'})"


def risk(story: Story) -> str:
    """The biggest risk of acting on this report, one only."""
    found = primary(story)
    if found is None:
        return "Nothing here has been measured: the advice rests on answers to questions."
    name, comparison = found
    if story.practice:
        return "The measurement comes from a small practice model; a larger model may already do this without training."
    if comparison.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        return "Deciding on so little: the difference could go either way."
    if comparison.verdict in (Verdict.EQUIVALENT, Verdict.WORSE):
        return "It holds for questions like these. When the task or the volume changes, measure again."
    if comparison.losses:
        of = comparison.wins + comparison.ties + comparison.losses
        return f"On {comparison.losses} of {of} test examples the tuned model did worse than “{label_of(story, name)}”. Read them before you decide."
    return "It was trained once. Another training on the same examples may come out differently."


def decision_wanted(story: Story) -> str:
    """What the reader is asked to agree to."""
    found, advice = primary(story), story.recommendation
    verdict = found[1].verdict if found else None
    if not story.practice and verdict in _AHEAD and (advice is None or advice.action is Action.FINE_TUNE):
        return "Agree to a pilot with the tuned model, with a person reading the answers, and name who keeps the examples current."
    if not story.practice and verdict in (Verdict.EQUIVALENT, Verdict.WORSE):
        return f"Agree not to fine-tune, and to go on with “{label_of(story, found[0]) if found else ''}”."
    if not story.practice and verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        return "Agree to collect more test examples before any money is spent."
    if advice is None:
        return "Agree who answers the five questions, and by when."
    if advice.action is Action.MEASURE_FIRST and len(advice.would_change) > 1:
        return f"Agree to this trial: {_lower(advice.would_change[1])}"
    return f"Agree to this next step: {_lower(load().actions[advice.action].what)}"


def data_sentences(story: Story) -> tuple[str, ...]:
    """What the data was. Empty when nothing was imported."""
    if not (story.read or story.train or story.test):
        return ()
    said = []
    if story.read:
        said.append(
            f"{story.read:,} examples read: {story.accepted:,} kept, {story.rejected:,} set aside. Each of those is listed with its reason in the app."
        )
    said.append(
        f"{story.train:,} to learn from, {story.validation:,} to watch the training, {story.test:,} kept aside for the test. "
        "The model never saw the test examples."
    )
    return tuple(said)


def training_sentences(story: Story) -> tuple[str, ...]:
    """How it was trained. Empty when no job ran."""
    if not (story.job_id or story.fine_tuned_model):
        return ()
    where = (
        "on this project's own server"
        if story.endpoint == LOCAL
        else f"at {story.endpoint or 'an endpoint without a name'}"
    )
    took = f", in {duration(story.job_seconds)}" if story.job_seconds is not None else ""
    tokens = f"{story.trained_tokens:,} tokens" if story.trained_tokens is not None else "the training examples"
    said = [f"{story.base_model or 'The base model'} was trained {where} on {tokens}{took}."]
    if story.losses:
        first, last = story.losses[0], story.losses[-1]
        said.append(
            f"Its loss, the training's own measure of error, went from {first[1]:.2f} to {last[1]:.2f}. That is no measure of use: the test is."
        )
    return tuple(said)


def limits(story: Story) -> tuple[str, ...]:
    """What this report does not show."""
    said = [stamp(story)] if story.practice else []
    if not story.comparisons:
        return (*said, "Nothing has been measured. All of this is marked “believed”.")
    said.append("One training run; repeats may differ.")
    if not story.best_chosen:
        name = label_of(story, story.comparisons[0][0])
        said.append(
            f"Fine-tuning was compared with “{name}”, which need not be the best other way. {story.comparator_why}".strip()
        )
    said.append(
        "The test examples come from the same source as the training examples. Questions of another kind may be answered differently."
    )
    if scorer_name(story):
        said.append(f"“{scorer_name(story)}” was the measure. What it does not look at was not measured.")
    if hidden := sum(row.private for row in story.rows):
        said.append(
            f"{hidden} private row{'s count' if hidden > 1 else ' counts'} in the averages, and no private text is shown."
        )
    return tuple(said)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]

"""The sentences of a report, drawn from its figures: the same ones on the page, in the file and in the deck."""

from __future__ import annotations

from ftcore.decision.framework import load
from ftcore.evaluation import verdict
from ftcore.evaluation.statistics import MISSING_ALLOWED as MISSING_LIMIT  # noqa: F401
from ftcore.evaluation.verdict import NAMES as VERDICTS  # noqa: F401
from ftcore.evaluation.verdict import advice, certainty, method  # noqa: F401
from ftcore.records import LOCAL, Action, Story, Verdict

# Pages speak through this module alone: it hands on the names it does not use itself.
from ftcore.report.facts import (  # noqa: F401
    alternative,
    arm_of,
    change,
    counts_right_answers,
    day,
    dollars,
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
STANDING = {"believed": "Believed", "partly measured": "Partly measured", "measured": "Measured"}
STANDING_MEANING = {
    "believed": "the advice rests on answers to questions; nothing behind it has been measured.",
    "partly measured": "some of what the advice rests on was measured, some is belief.",
    "measured": "everything the advice rests on was measured.",
}
_AHEAD = (Verdict.CLEARLY_BETTER, Verdict.BETTER)


def headline(story: Story) -> str:
    """The answer in one sentence. What was measured speaks, unless the advice stands in its way or it was measured on
    the practice model, which can't decide; nothing measured leaves the advice, which is then belief."""
    found, advised = primary(story), story.recommendation
    if found is None:
        return advised.headline if advised else "Nothing has been decided or measured yet."
    if advised and (story.practice or (found[1].verdict in _AHEAD and advised.action is not Action.FINE_TUNE)):
        return advised.headline
    return finding(story) if story.practice else advice(found[1], as_words(story, alternative(story)))


def second_sentence(story: Story) -> str:
    """What was measured, where the headline does not say it already; "" otherwise."""
    found, said = primary(story), headline(story)
    if found is None or said in (finding(story), advice(found[1], as_words(story, alternative(story)))):
        return ""
    return finding(story)


def finding(story: Story) -> str:
    """What the comparison showed, in one sentence; "" when nothing was measured."""
    found = primary(story)
    return verdict.headline(found[1], as_words(story)) if found else ""


def as_words(story: Story, other: str = "") -> verdict.Words:
    """What the sentences about the primary comparison call things in this story. `other` describes the arm compared
    against, where that is not to be called by its label."""
    found = primary(story)
    name = f"“{label_of(story, found[0])}”" if found else ""
    return verdict.Words(
        alternative=other or name,
        name=name,
        noun="questions",
        counted=counts_right_answers(story),
        practice=story.practice,
        measure=scorer_name(story),
    )


def standing(story: Story) -> str:
    """What the advice rests on; "" without advice."""
    return STANDING[story.recommendation.confidence] if story.recommendation else ""


def standing_meaning(story: Story) -> str:
    """The standing explained in a sentence; "" without advice."""
    return STANDING_MEANING[story.recommendation.confidence] if story.recommendation else ""


def axis_title(story: Story) -> str:
    """What the bars count."""
    if counts_right_answers(story):
        return "Right answers of every 100"
    return f"{scorer_name(story)}, points of 100" if scorer_name(story) else "Points of 100"


def stamp(story: Story) -> str:
    """What must stand on everything that the practice model measured; "" for any other model."""
    if not story.practice:
        return ""
    return verdict.PRACTICE


def money(story: Story) -> str:
    """What it cost, and what each question costs against the primary alternative, as far as the story knows."""
    said = []
    if story.job_id and story.endpoint == LOCAL:
        took = f" and took {duration(story.job_seconds)}" if story.job_seconds is not None else ""
        said.append(f"The training ran on your own computer{took}: no bill.")
    elif story.job_id and story.trained_tokens:
        said.append(f"The training read {story.trained_tokens:,} tokens; the provider's bill is not recorded here.")
    if story.spent:
        said.append(f"The answers of the comparison cost {dollars(story.spent)}.")
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
    found, advised = primary(story), story.recommendation
    seen = found[1].verdict if found else None
    if not story.practice and seen in _AHEAD and (advised is None or advised.action is Action.FINE_TUNE):
        return "Agree to a pilot with the tuned model, with a person reading the answers, and name who keeps the examples current."
    if not story.practice and seen in (Verdict.EQUIVALENT, Verdict.WORSE):
        return f"Agree not to fine-tune, and to go on with “{label_of(story, found[0]) if found else ''}”."
    if not story.practice and seen is Verdict.NOT_ENOUGH_EVIDENCE:
        return "Agree to collect more test examples before any money is spent."
    if advised is None:
        return "Agree who answers the five questions, and by when."
    if advised.action is Action.MEASURE_FIRST and len(advised.reverses_if) > 1:
        return f"Agree to this trial: {_lower(advised.reverses_if[1])}"
    return f"Agree to this next step: {_lower(load().actions[advised.action].what)}"


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
    said.append(verdict.ONE_TRAINING)
    if story.stronger:
        said.append(story.stronger)
    if again := verdict.looked(story.looks):
        said.append(again)
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

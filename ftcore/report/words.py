"""The sentences of a report, drawn from its figures: the same ones on the page, in the file and in the deck."""

from __future__ import annotations

from ftcore.evaluation import verdict
from ftcore.evaluation.statistics import MISSING_ALLOWED as MISSING_LIMIT  # noqa: F401
from ftcore.evaluation.verdict import NAMES as VERDICTS  # noqa: F401
from ftcore.evaluation.verdict import advice, certainty, method
from ftcore.records import LOCAL, Action, Confidence, Story
from ftcore.report import trial_words

# Pages speak through this module alone: it hands on the names it does not use itself.
from ftcore.report.facts import (  # noqa: F401
    alternative,
    arm_of,
    change,
    counts_right_answers,
    day,
    dollars,
    duration,
    is_tuned,
    label_of,
    points,
    primary,
    regressions,
    score_words,
    scorer_name,
    shown_rows,
    signed,
    subject,
    tuned_arm,
)
from ftcore.report.slide_one import (  # noqa: F401
    AHEAD,
    answer_is_no,
    by_when,
    decision_wanted,
    instead,
    money,
    risk,
    where_data_goes,
)

PRACTICE_STAMP = "Practice model"
STANDING = {"believed": "Believed", "partly measured": "Partly measured", "measured": "Measured"}
STANDING_MEANING = {
    "believed": "the advice rests on answers to questions; nothing behind it has been measured.",
    "partly measured": "some of what the advice rests on was measured, some is belief.",
    "measured": "everything the advice rests on was measured.",
}


def headline(story: Story) -> str:
    """The answer in one sentence. What was measured speaks, unless the advice stands in its way or it was measured on
    the practice model, which can't decide; nothing measured leaves the advice, which is then belief."""
    found, advised = primary(story), story.recommendation
    if found is None:
        return advised.headline if advised else "Nothing has been decided or measured yet."
    weak = story.practice or not is_tuned(story)  # neither may say whether to train
    if advised and (weak or (found[1].verdict in AHEAD and advised.action is not Action.FINE_TUNE)):
        return advised.headline
    return finding(story) if weak else advice(found[1], as_words(story, alternative(story)))


def question(story: Story) -> str:
    """What the report answers."""
    if story.recommendation or story.comparisons:
        return f"Should we fine-tune a language model for “{story.project}”?"
    return f"Report on “{story.project}”"


def second_sentence(story: Story) -> str:
    """What was measured, where the headline does not say it already; "" otherwise."""
    found, said = primary(story), headline(story)
    if found is None or said == finding(story):
        return ""
    if is_tuned(story) and said == advice(found[1], as_words(story, alternative(story))):
        return ""
    return finding(story)


def finding(story: Story) -> str:
    """What the comparison showed, in one sentence; "" when nothing was measured."""
    found = primary(story)
    if not is_tuned(story):
        return trial_words.finding(story)
    return verdict.headline(found[1], as_words(story)) if found else ""


def as_words(story: Story, other: str = "") -> verdict.Words:
    """What the sentences about the primary comparison call things in this story. `other` describes the arm compared
    against, where that is not to be called by its label."""
    found = primary(story)
    name = f"“{label_of(story, found[0])}”" if found else ""
    return verdict.Words(
        alternative=other or name,
        name=name,
        noun=story.noun,
        counted=counts_right_answers(story),
        practice=story.practice,
        measure=scorer_name(story),
    )


def sure(story: Story) -> tuple[str, ...]:
    """How sure the difference is, in sentences; () when nothing was measured."""
    found = primary(story)
    said = certainty(found[1]) if found else ()
    return said if is_tuned(story) else tuple(one.replace(" test examples", " examples") for one in said)


def how(story: Story) -> str:
    """How the interval came about; "" when nothing was measured."""
    found = primary(story)
    said = method(found[1]) if found else ""
    return (
        said
        if is_tuned(story)
        else said.replace("fine-tuned minus the alternative", f"{subject(story)} minus the other way")
    )


def standing(story: Story) -> str:
    """What the advice rests on; "" without advice."""
    return STANDING[story.recommendation.confidence] if story.recommendation else ""


def standing_meaning(story: Story) -> str:
    """The standing explained in a sentence; "" without advice."""
    if not story.recommendation:
        return ""
    confidence = story.recommendation.confidence
    if confidence is Confidence.BELIEVED and story.comparisons:
        what = "the practice model showed" if story.practice else "was measured"
        return f"the advice rests on answers; what {what} does not decide it."
    return STANDING_MEANING[confidence]


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


def data_sentences(story: Story) -> tuple[str, ...]:
    """What the data was. Empty when nothing was imported."""
    if not (story.read or story.train or story.test):
        return ()
    said = []
    if story.read:
        said.append(
            f"{story.read:,} examples read: {story.accepted:,} kept, {story.rejected:,} set aside. Each of those is listed with its reason in the app."
        )
    unseen = " The model never saw the test examples." if story.job_id else ""
    said.append(
        f"{story.train:,} to learn from, {story.validation:,} to watch the training, {story.test:,} kept aside for the test.{unseen}{_rest(story)}"
    )
    return tuple(said)


def _rest(story: Story) -> str:
    """What was kept and stands in none of the three parts, so that the figures add up."""
    left = story.accepted - story.train - story.validation - story.test
    if left <= 0:
        return ""
    return (
        " 1 more is still to be approved, or was rejected."
        if left == 1
        else f" {left:,} more are still to be approved, or were rejected."
    )


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


def asked_sentence(story: Story) -> str:
    """Who answered what, in a sentence that stands above every table of ways to answer."""
    n = max((arm.n for arm in story.arms), default=0)
    if is_tuned(story):
        return f"Every way answered the same {n:,} test examples, which the tuned model never saw in training."
    return f"Every way answered the same {n:,} examples. No model was trained."


def compared_thing(story: Story) -> str:
    """What was compared, as the subject of a sentence."""
    return "fine-tuning" if is_tuned(story) else subject(story)


def private_rows(story: Story) -> int:
    """How many private rows count in the averages and stand in no file."""
    return max(story.private_rows, sum(row.private for row in story.rows))


def limits(story: Story) -> tuple[str, ...]:
    """What this report does not show."""
    said = [stamp(story)] if story.practice else []
    if not story.comparisons:
        return (*said, "Nothing has been measured. All of this is marked “believed”.")
    said += [verdict.ONE_TRAINING] if is_tuned(story) else trial_words.limits(story)
    if story.stronger:
        said.append(story.stronger)
    if again := verdict.looked(story.looks):
        said.append(again)
    if not story.best_chosen:
        name = label_of(story, story.comparisons[0][0])
        said.append(
            f"{upper(compared_thing(story))} was compared with “{name}”, which need not be the best other way. {story.comparator_why}".strip()
        )
    said.append(
        "The test examples come from the same source as the training examples. Questions of another kind may be answered differently."
    )
    if scorer_name(story):
        said.append(f"“{scorer_name(story)}” was the measure. What it does not look at was not measured.")
    if hidden := private_rows(story):
        said.append(
            f"{hidden} private row{'s count' if hidden > 1 else ' counts'} in the averages, and no private text is shown."
        )
    return tuple(said)


def upper(sentence: str) -> str:
    """With a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]

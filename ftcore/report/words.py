"""The sentences of a report, drawn from its figures: the same ones on the page, in the file and in the deck."""

from __future__ import annotations

from ftcore.evaluation import verdict
from ftcore.evaluation.statistics import MISSING_ALLOWED as MISSING_LIMIT  # noqa: F401
from ftcore.evaluation.verdict import NAMES as VERDICTS  # noqa: F401
from ftcore.evaluation.verdict import advice, certainty, method
from ftcore.records import Comparison, Confidence, Story, Verdict
from ftcore.report import trial_words

# Pages speak through this module alone: it hands on the names it does not use itself.
from ftcore.report.data_words import data_sentences, training_sentences  # noqa: F401
from ftcore.report.facts import (  # noqa: F401
    alternative,
    arm_of,
    change,
    counts_right_answers,
    day,
    dollars,
    duration,
    house_word,
    is_tuned,
    label_of,
    never_pays,
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
from ftcore.report.opening import AHEAD, answer_is_no, decides  # noqa: F401
from ftcore.report.places import told as where_data_goes  # noqa: F401
from ftcore.report.slide_one import by_when, decision_wanted, instead, money, risk  # noqa: F401

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
    if found and decides(story):
        return _decided_by(story, found[1])
    if advised:
        return advised.headline
    return finding(story) or "Nothing has been decided or measured yet."


def _decided_by(story: Story, one: Comparison) -> str:
    """What follows from the measurement, beside a money line that may say that it never pays back."""
    said = advice(one, as_words(story, alternative(story)))
    if verdict.too_much_missing(one) or not never_pays(story):
        return said
    if one.verdict in AHEAD:
        return f"Fine-tuning gives better answers and does not pay for itself: {said.partition(': ')[2]}"
    if one.verdict is Verdict.NOT_WORSE:
        name = as_words(story).name
        return (
            f"Don't fine-tune. The tuned model is not shown to be better than {name}, and it does not pay for itself."
        )
    return said


def question(story: Story) -> str:
    """What the report answers."""
    if story.recommendation or story.comparisons:
        return f"Should we fine-tune a language model for “{story.project}”?"
    return f"Report on “{story.project}”"


def second_sentence(story: Story) -> str:
    """What was measured, where the headline does not say it already; "" otherwise."""
    said = finding(story)
    return "" if decides(story) or said == headline(story) else said


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


def confidence(story: Story) -> Confidence | None:
    """What the answer rests on; None without advice. A measurement that opens the report is not called belief, whatever the advice
    behind it rests on."""
    if not story.recommendation:
        return None
    found = story.recommendation.confidence
    return Confidence.PARTLY_MEASURED if found is Confidence.BELIEVED and decides(story) else found


def standing(story: Story) -> str:
    """The same as a word; "" without advice."""
    found = confidence(story)
    return STANDING[found] if found else ""


def standing_meaning(story: Story) -> str:
    """The standing explained in a sentence; "" without advice."""
    found = confidence(story)
    if found is None:
        return ""
    if found is Confidence.BELIEVED and story.comparisons:
        what = "the practice model showed" if story.practice else "was measured"
        return f"the advice rests on answers; what {what} does not decide it."
    return STANDING_MEANING[found]


def nothing_compared(story: Story) -> str:
    """What is to be said where no ways to answer were compared: the checks, or the money, may have been measured all the same."""
    if story.recommendation is None or story.recommendation.confidence is Confidence.BELIEVED:
        return "Nothing has been measured. All of this is marked “believed”."
    return "No ways to answer have been compared yet. What else was measured stands with the advice."


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


def asked_sentence(story: Story) -> str:
    """Who answered what, in a sentence that stands above every table of ways to answer."""
    n = max((arm.n for arm in story.arms), default=0)
    if is_tuned(story):
        return f"Every way answered the same {n:,} test examples, which the tuned model never saw in training."
    return f"Every way answered the same {n:,} examples. No tuned model was among them."


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
        return (*said, nothing_compared(story))
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
    if is_tuned(story):
        said.append("The test examples come from the same source as the training examples.")
    said.append("Questions of another kind may be answered differently.")
    if scorer_name(story):
        said.append(f"“{scorer_name(story)}” was the measure. What it does not look at was not measured.")
    if hidden := private_rows(story):
        said.append(
            f"{hidden} private row{'s count' if hidden > 1 else ' counts'} in the averages, and no private text is shown or stands in a file."
        )
    return tuple(said)


def upper(sentence: str) -> str:
    """With a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]

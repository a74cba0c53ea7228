"""What a story holds, looked up and written as numbers: the rows that may be shown, the arms, points, days."""

from __future__ import annotations

from datetime import datetime

from ftcore.evaluation.arms.plan import TUNED
from ftcore.evaluation.numbers import points, signed  # noqa: F401 - reports take their numbers from here
from ftcore.evaluation.scorers import describe
from ftcore.records import ArmResult, Comparison, SideBySide, Story
from ftcore.report.palette import arm_family

VARIED = ("prompt", "few_shot", "rag", "fine_tuned_rag")
"""Ways of which one alternative is chosen, and named after a comma."""
IS_THERE = {
    "contains": ("contains the wanted answer", "does not contain it"),
    "json_valid": ("valid JSON", "not valid JSON"),
}
"""Measures that see one thing, and what they see of an answer: neither says that it is right."""
LONGEST_LABEL = 60
"""Characters of an arm's label in a sentence."""


def primary(story: Story) -> tuple[str, Comparison] | None:
    """(arm compared against, candidate minus that arm) of the primary comparison; None when nothing was measured."""
    return story.comparisons[0] if story.comparisons else None


def arm_of(story: Story, name: str) -> ArmResult | None:
    return next((arm for arm in story.arms if arm.arm == name), None)


def tuned_arm(story: Story) -> ArmResult | None:
    """The arm that is to be better."""
    named = arm_of(story, story.candidate)
    return named or next((arm for arm in story.arms if arm_family(arm.arm) == "fine_tuned"), None)


def is_tuned(story: Story) -> bool:
    """Whether the arm that is to be better is a tuned model: in a trial it is a prompt, or pages looked up."""
    arm = tuned_arm(story)
    if arm is None:
        return not story.trial
    return arm.kind in TUNED if arm.kind else arm_family(arm.arm) == "fine_tuned"


def subject(story: Story) -> str:
    """What the arm that is to be better is called in a sentence."""
    return "the tuned model" if is_tuned(story) else f"“{label_of(story, story.candidate)}”"


def kind_of(arm: ArmResult) -> str:
    """What decides its colour: its kind, or in runs of the first version its name."""
    return arm.kind or arm.arm


def kind_named(story: Story, name: str) -> str:
    arm = arm_of(story, name)
    return kind_of(arm) if arm else name


def label_of(story: Story, name: str) -> str:
    """How an arm is called in a sentence: its label, or its name in words; a very long one is cut. Which alternative of it was
    chosen ("…, the nearest ones") stands in the tables, and here only where it tells two ways apart."""
    arm = arm_of(story, name)
    label = (arm.label if arm else "") or name.replace("_", " ")
    if arm is not None:
        begins = called(label, arm.kind)
        if sum(called(other.label, arm.kind) == begins for other in story.arms) == 1:
            label = begins
    return short(label, LONGEST_LABEL)


def called(label: str, kind: str) -> str:
    """A way's label without the alternative that was chosen of it ("…, the nearest ones")."""
    return label.partition(", ")[0] if kind in VARIED else label


def house_word(story: Story, key: str) -> str:
    """A question, a reason or an action as this house calls it; its key where that is not known."""
    return story.house_words.get(key, key)


def never_pays(story: Story) -> bool:
    """Whether it was worked out that fine-tuning does not pay back, even with every figure at its most favourable."""
    return story.pay is not None and story.pay.never_pays


def short(text: str, limit: int) -> str:
    """The text in one line of at most `limit` characters."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def counts_right_answers(story: Story) -> bool:
    """True when the measure itself tells right from wrong, so that an average is a share of answers that are right.
    Scores that happen to be all 0 or 1 do not: valid JSON can hold nothing but wrong values."""
    known = describe(story.scorer)
    return known is not None and known.binary


def alternative(story: Story) -> str:
    """What the candidate is compared with first: "your best alternative" only where it was chosen beforehand, on
    examples that the verdict does not rest on; its name otherwise. "" when nothing was measured."""
    found = primary(story)
    if found is None:
        return ""
    return "your best alternative" if story.best_chosen else f"“{label_of(story, found[0])}”"


def scorer_name(story: Story) -> str:
    return story.scorer_label or story.scorer.replace("_", " ")


def shown_rows(story: Story) -> tuple[SideBySide, ...]:
    """The rows that may leave the machine, the worst for the candidate first. Private ones are never among them."""
    order = sorted((row for row in story.rows if not row.private), key=lambda row: _loss_order(story, row))
    return tuple(order)


def regressions(story: Story, limit: int = 5) -> tuple[SideBySide, ...]:
    """The worst rows where the candidate scored below the primary alternative, at most `limit`."""
    return tuple(row for row in shown_rows(story) if (change(story, row) or 0) < 0)[:limit]


def change(story: Story, row: SideBySide) -> float | None:
    """Candidate minus the primary alternative on one row; None when a score is missing."""
    found, tuned = primary(story), tuned_arm(story)
    if found is None or tuned is None:
        return None
    ours, theirs = row.scores.get(tuned.arm), row.scores.get(found[0])
    return None if ours is None or theirs is None else ours - theirs


def _loss_order(story: Story, row: SideBySide) -> tuple[bool, float, str]:
    difference = change(story, row)
    return (difference is None, difference or 0.0, row.case_id)


def dollars(amount: float) -> str:
    """A bill: "$12.40", "less than a cent", "nothing"."""
    return "nothing" if not amount else "less than a cent" if 0 < amount < 0.01 else f"${amount:,.2f}"


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"


def day(made_at: str) -> str:
    """The date as people write it, from ISO 8601; the text itself when it is something else."""
    try:
        found = datetime.fromisoformat(made_at)
    except ValueError:
        return made_at
    return f"{found.day} {found:%B %Y}"


def score_words(story: Story, score: float | None) -> str:
    """One answer's score as a reader wants it: right or wrong, there or not, where there is nothing between."""
    if score is None:
        return "no score"
    if counts_right_answers(story):
        return "right" if score >= 1 else "wrong"
    if story.scorer in IS_THERE:
        return IS_THERE[story.scorer][score < 1]
    return f"{points(score)} of 100"

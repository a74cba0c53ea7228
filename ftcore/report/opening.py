"""What opens a report, the measurement or the advice, and whether the answer is no: everything on slide one goes by it."""

from __future__ import annotations

from ftcore.records import Action, Story, Verdict
from ftcore.report.facts import is_tuned, never_pays, primary

AHEAD = (Verdict.CLEARLY_BETTER, Verdict.BETTER)
GAINLESS = (Verdict.EQUIVALENT, Verdict.WORSE)


def decides(story: Story) -> bool:
    """Whether what was measured opens the report, and not the advice: never on the practice model or where no tuned model was
    asked; and a gain, or a doubt, does not push aside an advice to do something else first."""
    found, advised = primary(story), story.recommendation
    if found is None or story.practice or not is_tuned(story):
        return False
    verdict = found[1].verdict
    if advised is None or advised.action is Action.FINE_TUNE or verdict in GAINLESS:
        return True
    return advised.action is Action.MEASURE_FIRST and verdict not in AHEAD


def answer_is_no(story: Story) -> bool:
    """Whether the report advises against fine-tuning, at least for now."""
    found, advised = primary(story), story.recommendation
    if found and decides(story):
        verdict = found[1].verdict
        return verdict in GAINLESS or (verdict is Verdict.NOT_WORSE and never_pays(story))
    return advised is not None and advised.action not in (Action.FINE_TUNE, Action.MEASURE_FIRST)

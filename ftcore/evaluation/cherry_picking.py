"""What may make a verdict look better than it is: corrections that all favour one arm, and a strong rival that is left out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from ftcore.evaluation.arms.plan import TUNED
from ftcore.evaluation.corrections import CORRECTIONS, LEFT_OUT
from ftcore.store import corrected, runs
from ftcore.store.runs import Run

CANDIDATE = "fine_tuned"
ENOUGH = 2
"""One correction always favours somebody, or nobody."""
_SMALLEST = 1e-9


@dataclass(frozen=True, slots=True)
class Step:
    """A run of the chain. `correction` says what was corrected to come to it; None for the first run. `effect` is by how much
    the correction moved the difference, candidate minus the other arm, at its row (in [-2, 2]); None while it is not scored."""

    run: Run
    correction: dict[str, Any] | None = None
    effect: float | None = None


@dataclass(frozen=True, slots=True)
class History:
    """`candidate` and `other` are the arms that the effects are about."""

    steps: tuple[Step, ...]
    candidate: str
    other: str

    @property
    def favoured(self) -> str:
        """The arm that all corrections with an effect favour, when they are two or more; "" otherwise."""
        moved = [step.effect for step in self.steps if step.effect is not None and abs(step.effect) > _SMALLEST]
        if len(moved) < ENOUGH:
            return ""
        if all(effect > 0 for effect in moved):
            return self.candidate
        return self.other if all(effect < 0 for effect in moved) else ""


def history(c: Connection, run_id: int) -> History:
    """The chain that the run belongs to, from the first run to the last correction, with what each correction did."""
    found = corrected.chain(c, run_id)
    candidate, other = arms_compared(found)
    steps = [Step(found[0])]
    for before, after in itertools.pairwise(found):
        said = (after.settings.get(CORRECTIONS) or [{}])[-1]
        steps.append(Step(after, said, _effect(c, before, after, said, candidate, other)))
    return History(tuple(steps), candidate, other)


def arms_compared(chain: Sequence[Run]) -> tuple[str, str]:
    """(candidate, the arm that it was first compared with), by the first run that has a result."""
    for run in chain:
        compared = run.result.get("comparisons") or []
        if compared:
            other = run.result.get("comparator") or compared[0]["against"]
            return str(run.result.get("candidate") or run.settings.get("candidate") or CANDIDATE), str(other)
    names = [arm["name"] for arm in chain[0].arms]
    candidate = str(chain[0].settings.get("candidate") or CANDIDATE)
    return candidate, next((name for name in names if name != candidate), "")


def _effect(c: Connection, before: Run, after: Run, said: dict[str, Any], candidate: str, other: str) -> float | None:
    """The row's difference after the correction minus the one before. A row that was left out has none any more: 0."""
    case_id = str(said.get("case_id", ""))
    first = _difference(c, before, case_id, candidate, other)
    second = 0.0 if said.get("kind") == LEFT_OUT else _difference(c, after, case_id, candidate, other)
    return None if first is None or second is None else second - first


def _difference(c: Connection, run: Run, case_id: str, candidate: str, other: str) -> float | None:
    scores = corrected.scores_of_case(c, run.id, case_id, run.scorer)
    return scores[candidate] - scores[other] if candidate in scores and other in scores else None


def stronger_before(c: Connection, run: Run) -> str:
    """Whether a way that this run leaves out did better than the one it was compared with, when an earlier comparison asked it
    the same test rows by the same measure: a sentence, or "". Leaving the strongest rival out makes anything look good."""
    rival = next((one for one in run.result.get("arms", ()) if one["arm"] == run.result.get("comparator")), None)
    if rival is None or not run.settings.get("test_rows"):
        return ""
    here = {one.get("digest") for one in run.result["arms"]}
    found: list[tuple[float, str, int]] = []
    for other in runs.of_project(c, run.project_id):
        alike = other.settings.get("test_rows") == run.settings["test_rows"] and other.scorer == run.scorer
        if other.id == run.id or other.state != "done" or not alike:
            continue
        found += [
            (float(one["average"]), str(one["label"]), other.id)
            for one in other.result.get("arms", ())
            if one.get("kind") not in TUNED and one.get("digest") not in here
        ]
    best = max(found, default=(0.0, "", 0))
    if best[0] <= rival["average"]:
        return ""
    return (
        f"Left out here: “{best[1]}” scored {best[0] * 100:.0f} of 100 on the same test examples in comparison {best[2]}, more "
        f"than “{rival['label']}” ({rival['average'] * 100:.0f}). This verdict is not one against the best other way."
    )

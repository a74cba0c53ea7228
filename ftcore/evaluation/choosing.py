"""What the validation examples choose: which alternative of each arm the test examples are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ftcore.evaluation.arms import ArmPlan


@dataclass(frozen=True, slots=True)
class Choice:
    """`plan` is what the test examples are asked, under the arm's own name. `average` is its validation average, None where
    it was not asked there. `averages` are those of all alternatives, by label."""

    plan: ArmPlan
    average: float | None = None
    averages: dict[str, float | None] = field(default_factory=dict)


def choose(plan: ArmPlan, averages: Mapping[str, float | None]) -> Choice:
    """The alternative with the highest validation average (`averages` by the candidates' names); the first of equals, and the
    first where none was answered."""
    found: Sequence[ArmPlan] = plan.candidates()
    known = [(at, average) for at, one in enumerate(found) if (average := averages.get(one.name)) is not None]
    if not known:
        return Choice(plan.chosen(0))
    best, average = max(known, key=lambda pair: (pair[1], -pair[0]))
    told = {} if len(found) == 1 else {_label(plan, at): averages.get(one.name) for at, one in enumerate(found)}
    return Choice(plan.chosen(best), average, told)


def _label(plan: ArmPlan, at: int) -> str:
    return str(plan.variants[at]["label"])

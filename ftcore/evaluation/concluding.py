"""From a run's answers to its result: scores, averages, comparisons, and what they rest on. Makes no call."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ftcore.evaluation.arms import Arm, content_hash
from ftcore.evaluation.budget import AskingPrice, usd_of
from ftcore.evaluation.choosing import Choice
from ftcore.evaluation.multiplicity import holm
from ftcore.evaluation.results import compare_arms, scores_of, summarise
from ftcore.evaluation.statistics import mean_interval
from ftcore.evaluation.verdict import Comparator, choose_comparator
from ftcore.records import Answer, TestCase

DECLARED = "It was declared before any answer was seen."
LEAST_FOR_TAIL = 20
"""Fewer answers than these have no slowest twentieth."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run has asked and heard. `answers` are scored by the primary scorer; `further` are the scores of the others: by
    scorer, then by (arm, case id, repeat). `choices` say what validation chose, by the arm's name."""

    arms: Sequence[Arm]
    answers: Sequence[Answer]
    cases: Sequence[TestCase]
    choices: Mapping[str, Choice] = field(default_factory=dict)
    further: Mapping[str, Mapping[tuple[str, str, int], float]] = field(default_factory=dict)
    prices: Mapping[str, AskingPrice | None] = field(default_factory=dict)


def conclude(
    asked: Asked, *, candidate: str, delta: float, seed: int, tuned: Sequence[str], against: str = ""
) -> dict[str, Any]:
    """The result of a run as it is kept: `arms`, `comparisons` (candidate minus each other arm; the one it must beat first),
    `comparator` and `why`, `validation` (averages), `chosen`. `tuned` are the arms whose model was fine-tuned: the candidate
    is not measured against its own kind first. `against`: the arm it must beat, where that was declared."""
    others = [arm.name for arm in asked.arms if arm.name != candidate]
    rivals = [name for name in others if name not in tuned] or others
    averages = {name: asked.choices[name].average if name in asked.choices else None for name in others}
    result: dict[str, Any] = {
        "candidate": candidate,
        "arms": [asdict(arm) for arm in _arms(asked, seed)],
        "validation": averages,
        "chosen": {
            name: {"variant": choice.plan.label, "averages": choice.averages}
            for name, choice in asked.choices.items()
            if choice.averages
        },
        "comparisons": [],
    }
    if not rivals:
        return result
    chosen = choose_comparator({name: averages[name] for name in rivals}, rivals, candidate=candidate)
    if against in others:
        chosen = Comparator(against, DECLARED)
    order = [chosen.arm, *(name for name in others if name != chosen.arm)]
    compared = [
        asdict(compare_arms(asked.answers, asked.cases, name, candidate, delta=delta, seed=seed)) for name in order
    ]
    adjusted = holm([one["p_value"] for one in compared[1:]]) if len(compared) > 1 else []
    result["comparisons"] = [
        {"against": name, "p_holm": p, **one}
        for name, p, one in zip(order, [None, *(float(p) for p in adjusted)], compared, strict=True)
    ]
    return {**result, "comparator": chosen.arm, "why": chosen.why}


def average_of(arm: str, answers: Iterable[Answer], cases: Sequence[TestCase]) -> float | None:
    """The mean score of an arm; None where nothing was answered."""
    scores = [score for score in scores_of(arm, answers, cases) if score is not None]
    return sum(scores) / len(scores) if scores else None


def _arms(asked: Asked, seed: int) -> list[Any]:
    found = summarise(asked.arms, asked.answers, asked.cases, seed=seed)
    return [replace(one, **_more(asked, arm, seed)) for arm, one in zip(asked.arms, found, strict=True)]


def _more(asked: Asked, arm: Arm, seed: int) -> dict[str, Any]:
    mine = [answer for answer in asked.answers if answer.arm == arm.name and answer.text is not None]
    costs = [usd_of(answer, asked.prices.get(arm.name)) for answer in mine]
    known = [cost for cost in costs if cost is not None]
    return {
        "kind": str(arm.content()["kind"]),
        "digest": content_hash(arm),
        "seconds_p95": _tail([answer.seconds for answer in mine]),
        "usd": sum(known) / len(known) if known and len(known) == len(costs) else None,
        "scores": {name: _further(asked, arm.name, scores, seed) for name, scores in asked.further.items()},
    }


def _further(
    asked: Asked, arm: str, scores: Mapping[tuple[str, str, int], float], seed: int
) -> tuple[float, float, float]:
    """One arm's average by another scorer, repeats of a case averaged first."""
    by_case: dict[str, list[float]] = {}
    for (name, case_id, _), score in scores.items():
        if name == arm:
            by_case.setdefault(case_id, []).append(score)
    return mean_interval([sum(found) / len(found) for found in by_case.values()] or [None], seed=seed)


def _tail(seconds: list[float]) -> float:
    """The time that 95% of the answers took at most; with few answers the longest."""
    if not seconds:
        return 0.0
    ordered = sorted(seconds)
    if len(ordered) < LEAST_FOR_TAIL:
        return ordered[-1]
    return ordered[math.ceil(0.95 * len(ordered)) - 1]

"""What a comparison says about the answers: from the figures of a run to evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ftcore.records import Comparison, Evidence, Reply, Verdict
from ftcore.records.decision import AHEAD, GAINLESS

_SHOWS: dict[str, str] = {
    "base": "prompt_optimized",
    "prompt": "prompt_optimized",
    "few_shot": "prompt_optimized",
    "structured": "format_reliability",
    "rag": "rag_would_solve",
    "larger": "best_base_model",
}
"""What a comparison of the tuned model with an arm of this kind speaks about."""


def evidence_from(
    kind: str,
    comparison: Comparison,
    *,
    label: str,
    model: str,
    practice: bool,
    source: str = "",
    elsewhere: bool = False,
) -> tuple[Evidence, ...]:
    """Evidence from "fine-tuned minus an arm of this kind" on test examples; none where it shows nothing.

    What it supports follows from the comparison: see `Evidence`. A gain against the base says that the examples teach, and no
    more. `label` names the arm for the reader, `source` the run. `elsewhere`: the arm asks another model than the one that was
    tuned. That it does as well speaks for that model; that it falls behind says nothing of the model that was tuned.
    """
    about = _SHOWS.get(kind)
    if about is None:
        return ()
    if elsewhere or kind == "larger":
        if comparison.verdict not in GAINLESS:
            return ()
        about = "best_base_model"
    elif kind == "base" and comparison.verdict in AHEAD:  # asked with short instructions: nothing about a good prompt
        about = "quality_training_data"
    found = Evidence(about, _sentence(comparison, label), source, model, practice, comparison)
    if practice and kind == "rag" and comparison.verdict is Verdict.EQUIVALENT:
        # Two ways that a small model fails at alike do equally well: only a lead shows that looking up helps.
        found = replace(found, supports="unsure")
    return (found,)


def comparison_of(kept: Mapping[str, Any]) -> Comparison:
    """A comparison as it was kept in a run's result or a decision record. Raises KeyError or ValueError for one that is none."""
    values = {name: kept[name] for name in Comparison.__dataclass_fields__}
    return Comparison(**{**values, "verdict": Verdict(kept["verdict"])})


ALL_RIGHT = 0.9
"""A way that is right so often with all but certainty leaves little to gain."""


def trial_evidence(
    question: str,
    comparison: Comparison,
    *,
    label: str,
    other: str,
    model: str,
    practice: bool,
    source: str,
    lowest: float = 0.0,
) -> Evidence:
    """What a trial says of its question: `label` is the way that was tried, minus `other`, the way it is done today.

    A stronger model, or examples in the prompt, that do better: the easy gain has not been taken ("no"); that do as well: there
    is none ("yes"). Looking things up that does better would do ("yes"). `lowest` is the lower end of the tried way's share
    of right answers (0 where the measure counts none): from 0.9 on there is little left for training, whatever was compared.
    """
    ahead, level = comparison.verdict in AHEAD, comparison.verdict in GAINLESS
    enough = lowest >= ALL_RIGHT
    gain: Reply = "yes" if question == "rag_would_solve" else "no"
    none: Reply = "no" if question == "rag_would_solve" else "yes"
    supports: Reply = gain if ahead or enough else none if level else "unsure"
    claim = _sentence(comparison, other, candidate=f"“{label}”")
    if enough:
        claim = f"“{label}” is right on at least {lowest:.0%} of such questions. {claim}"
    return Evidence(question, claim, source, model, practice, comparison, supports=supports)


def _sentence(comparison: Comparison, label: str, *, candidate: str = "The tuned model") -> str:
    held = candidate[:1].lower() + candidate[1:]
    on = f"on {comparison.n} unseen examples"
    points = f"({comparison.low * 100:+.0f} to {comparison.high * 100:+.0f} points)"
    if comparison.verdict in AHEAD:
        return f"{candidate} did better than “{label}” {on} {points}."
    if comparison.verdict is Verdict.WORSE:
        return f"“{label}” did better than {held} {on} {points}."
    if comparison.verdict is Verdict.EQUIVALENT:
        return f"“{label}” did as well as {held} {on} {points}."
    return f"Between {held} and “{label}” it is too close to call {on} {points}."

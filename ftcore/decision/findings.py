"""What a comparison says about the answers: from the figures of a run to evidence."""

from __future__ import annotations

from ftcore.records import Comparison, Evidence, Reply, Verdict

_SHOWS: dict[str, str] = {
    "base": "prompt_optimized",
    "prompt": "prompt_optimized",
    "few_shot": "prompt_optimized",
    "structured": "format_reliability",
    "rag": "rag_would_solve",
}
"""What a comparison of the tuned model with an arm of this kind speaks about."""


def evidence_from(
    kind: str, comparison: Comparison, *, label: str, model: str, practice: bool, source: str = ""
) -> tuple[Evidence, ...]:
    """Evidence from "fine-tuned minus an arm of this kind" on test examples.

    A cheaper way that does as well or better speaks against tuning (for looking things up: speaks for it); a tuned
    model that is better speaks for it; everything else supports "unsure". A gain against the base says that the examples
    teach, and no more. `label` names the arm for the reader, `source` the run.
    """
    about = _SHOWS.get(kind)
    if about is None:
        return ()
    ahead = comparison.verdict in (Verdict.BETTER, Verdict.CLEARLY_BETTER)
    level = comparison.verdict in (Verdict.EQUIVALENT, Verdict.WORSE)
    tuned: Reply = "yes" if ahead else "no" if level else "unsure"
    flipped: dict[Reply, Reply] = {"yes": "no", "no": "yes", "unsure": "unsure"}
    text = _sentence(comparison, label, ahead=ahead, level=level)

    def speak(question: str, supports: Reply) -> Evidence:
        return Evidence(question, text, source, model, practice, comparison, supports=supports)

    if kind == "base" and ahead:  # asked with short instructions: that examples teach, and nothing about a good prompt
        return (speak("quality_training_data", "yes"),)
    return (speak(about, flipped[tuned] if about == "rag_would_solve" else tuned),)


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
    ahead = comparison.verdict in (Verdict.BETTER, Verdict.CLEARLY_BETTER)
    level = comparison.verdict in (Verdict.EQUIVALENT, Verdict.WORSE)
    enough = lowest >= ALL_RIGHT
    gain: Reply = "yes" if question == "rag_would_solve" else "no"
    none: Reply = "no" if question == "rag_would_solve" else "yes"
    supports: Reply = gain if ahead or enough else none if level else "unsure"
    claim = _sentence(comparison, other, ahead=ahead, level=level, candidate=f"“{label}”")
    if enough:
        claim = f"“{label}” is right on at least {lowest:.0%} of such questions. {claim}"
    return Evidence(question, claim, source, model, practice, comparison, supports=supports)


def _sentence(
    comparison: Comparison, label: str, *, ahead: bool, level: bool, candidate: str = "The tuned model"
) -> str:
    held = candidate[:1].lower() + candidate[1:]
    on = f"on {comparison.n} unseen examples"
    points = f"({comparison.low * 100:+.0f} to {comparison.high * 100:+.0f} points)"
    if ahead:
        return f"{candidate} did better than “{label}” {on} {points}."
    if level and comparison.verdict is Verdict.WORSE:
        return f"“{label}” did better than {held} {on} {points}."
    if level:
        return f"“{label}” did as well as {held} {on} {points}."
    return f"Between {held} and “{label}” it is too close to call {on} {points}."

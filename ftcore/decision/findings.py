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


def _sentence(comparison: Comparison, label: str, *, ahead: bool, level: bool) -> str:
    on = f"on {comparison.n} unseen examples"
    points = f"({comparison.low * 100:+.0f} to {comparison.high * 100:+.0f} points)"
    if ahead:
        return f"The tuned model did better than {label} {on} {points}."
    if level and comparison.verdict is Verdict.WORSE:
        return f"{label} did better than the tuned model {on} {points}."
    if level:
        return f"{label} did as well as the tuned model {on} {points}."
    return f"Between the tuned model and {label} it is too close to call {on} {points}."

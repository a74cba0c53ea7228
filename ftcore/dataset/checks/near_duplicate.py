"""Questions that are asked in nearly the same words: they add little, and leak when one of them is tested."""

from __future__ import annotations

from ftcore.dataset.answers import meaning
from ftcore.records import Problem, Severity, TrainingExample, text_of

CODE = "near_duplicate"
MOST_ALIKE = 0.99
"""So that nothing that differs is called "100% alike"."""


def question(example: TrainingExample, with_answer: bool) -> str:
    """What is compared: all that the user says, and the answer too where answers are free text, so that a form letter filled
    in for two customers is told from one question asked twice."""
    said, answer = [], ""
    for message in example.messages:
        role = message.get("role")
        if role == "user":
            said.append(text_of(message))
        elif role == "assistant":
            answer = text_of(message)
    if with_answer:
        said.append(answer)
    return "\n".join(said)


def answers_differ(one: TrainingExample, other: TrainingExample) -> bool:
    return meaning(one.response) != meaning(other.response)


def problem(similarity: float, other: int, differ: bool) -> Problem | None:
    """Of a row, with the most similar earlier one. None for the same question with another answer: that is a contradiction, and
    reported as one."""
    if similarity == 1.0 and differ:
        return None
    alike = "the same but for case and punctuation" if similarity == 1.0 else f"{min(similarity, MOST_ALIKE):.0%} alike"
    answers = " with another answer" if differ else ""
    message = f"Nearly the same question is there already{answers} ({alike})."
    return Problem(CODE, Severity.WARNING, message, "prompt", related=other)

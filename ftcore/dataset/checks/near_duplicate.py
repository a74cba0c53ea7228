"""Questions that are asked in nearly the same words: they add little, and leak when one of them is tested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ftcore.dataset.answers import Profile, meaning
from ftcore.dataset.checks.exact_duplicate import conversation
from ftcore.dataset.duplicates import near_duplicates
from ftcore.dataset.limits import Limits
from ftcore.records import Problem, Severity, TrainingExample, text_of


def check(examples: Sequence[TrainingExample], limits: Limits, light: Profile) -> Iterator[tuple[int, Problem]]:
    """Each row once, with the most similar earlier one. Exact copies are another check's."""
    best: dict[int, tuple[float, int]] = {}
    copies = [conversation(example) for example in examples]
    for pair in near_duplicates([question(example, light) for example in examples], limits.similarity):
        same = pair.similarity == 1.0 and copies[pair.earlier] == copies[pair.later]
        if not same and pair.similarity > best.get(pair.later, (0.0, 0))[0]:
            best[pair.later] = (pair.similarity, pair.earlier)
    for row, (similarity, other) in best.items():
        differ = light.kind != "text" and meaning(examples[row].response) != meaning(examples[other].response)
        if similarity == 1.0 and differ:
            continue  # That is a contradiction, and reported as one.
        alike = "the same but for case and punctuation" if similarity == 1.0 else f"{similarity:.0%} alike"
        answers = " with another answer" if differ else ""
        message = f"Nearly the same question is there already{answers} ({alike})."
        yield row, Problem("near_duplicate", Severity.WARNING, message, "prompt", related=other)


def question(example: TrainingExample, light: Profile) -> str:
    """What is compared: all that the user says, and the answer too where answers are free text, so that a form letter filled
    in for two customers is told from one question asked twice."""
    asked = [text_of(message) for message in example.messages if message.get("role") == "user"]
    return "\n".join([*asked, example.response] if light.kind == "text" else asked)

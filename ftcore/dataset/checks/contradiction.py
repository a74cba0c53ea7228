"""The same question with different answers: the model can learn neither, and one of the two is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ftcore.dataset.answers import Profile, meaning, normal
from ftcore.dataset.limits import Limits
from ftcore.records import Problem, Severity, TrainingExample, text_of

ALIKE = 80


def check(examples: Sequence[TrainingExample], _limits: Limits, light: Profile) -> Iterator[tuple[int, Problem]]:
    """Every row of a disagreement, each with the first row that answers otherwise. Free texts may differ in their words: there
    it is a hint, and only when they share little."""
    rows: dict[tuple[tuple[str, str], ...], list[int]] = defaultdict(list)
    for row, example in enumerate(examples):
        if example.response.strip() and example.prompt.strip():
            rows[_asked(example)].append(row)
    for several in rows.values():
        if len(several) > 1:
            yield from _disagreements(several, examples, light)


def _asked(example: TrainingExample) -> tuple[tuple[str, str], ...]:
    return tuple((str(message.get("role")), normal(text_of(message))) for message in example.asked())


def _disagreements(
    rows: list[int], examples: Sequence[TrainingExample], light: Profile
) -> Iterator[tuple[int, Problem]]:
    answers = {row: meaning(examples[row].response) for row in rows}
    firsts: dict[str, int] = {}
    for row in rows:
        firsts.setdefault(answers[row], row)
    if len(firsts) < 2:
        return
    for row in rows:
        other = next(first for answer, first in firsts.items() if answer != answers[row])
        if light.kind == "text" and _alike(answers[row], answers[other]):
            continue
        severity = Severity.HINT if light.kind == "text" else Severity.WARNING
        message = "The same question has a different answer in another example: which one is right?"
        yield row, Problem("contradiction", severity, message, "response", related=other)


def _alike(one: str, other: str) -> bool:
    from rapidfuzz.fuzz import token_set_ratio

    return token_set_ratio(one, other) >= ALIKE

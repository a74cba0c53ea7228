"""The same question with different answers: the model can learn neither, and one of the two is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ftcore.dataset.answers import Profile, meaning, normal
from ftcore.dataset.likeness.digests import NOTHING, digest
from ftcore.records import Message, Problem, Severity, TrainingExample, text_of

CODE = "contradiction"
ALIKE = 80


def asked(example: TrainingExample) -> int:
    """A digest of the conversation before the answer, but for case and outer punctuation; `NOTHING` when the question or the answer
    is empty."""
    messages = example.messages
    answer = _last(messages, len(messages), "assistant")
    if answer < 0 or not text_of(messages[answer]).strip():
        return NOTHING
    question = _last(messages, answer, "user")
    if not (text_of(messages[question]) if question >= 0 else example.prompt).strip():
        return NOTHING
    parts = []
    for message in messages[:answer]:
        parts.append(str(message.get("role")))
        parts.append(normal(text_of(message)))
    return digest(parts)


def _last(messages: Sequence[Message], end: int, role: str) -> int:
    """The place of the last message of this role before `end`; -1 when there is none."""
    for at in range(end - 1, -1, -1):
        if messages[at].get("role") == role:
            return at
    return -1


def disagreements(group: Iterable[tuple[int, TrainingExample]], light: Profile) -> Iterator[tuple[int, Problem]]:
    """Every row of a disagreement, each with the first row that answers otherwise; `group` are the rows that ask the same.
    Free texts may differ in their words: there it is a hint, and only when they share little."""
    first: tuple[int, str] | None = None
    second: tuple[int, str] | None = None
    waiting: list[int] = []  # the rows that answer as the first one does, until another answer comes
    for row, example in group:
        answer = meaning(example.response)
        if first is None:
            first = (row, answer)
        if answer != first[1]:
            if second is None:
                second = (row, answer)
                for early in waiting:
                    yield from _disagree(early, first[1], second, light)
            yield from _disagree(row, answer, first, light)
        elif second is None:
            waiting.append(row)
        else:
            yield from _disagree(row, answer, second, light)


def _disagree(row: int, answer: str, other: tuple[int, str], light: Profile) -> Iterator[tuple[int, Problem]]:
    if light.kind == "text" and _alike(answer, other[1]):
        return
    severity = Severity.HINT if light.kind == "text" else Severity.WARNING
    message = "The same question has a different answer in another example: which one is right?"
    yield row, Problem(CODE, severity, message, "response", related=other[0])


def _alike(one: str, other: str) -> bool:
    from rapidfuzz.fuzz import token_set_ratio

    return token_set_ratio(one, other) >= ALIKE

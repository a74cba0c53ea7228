"""The base model with its full prompt and a few examples from the training split."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ftcore.evaluation.arms.arm import Plain, asked
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers.json_fields import flatten
from ftcore.evaluation.scorers.json_text import find_json
from ftcore.evaluation.scorers.normal_form import normal_form
from ftcore.records import Endpoint, Message, TestCase, TrainingExample


@dataclass(frozen=True, slots=True)
class FewShotArm(Plain):
    """`shots` are shown as turns of the conversation: asked, answered, asked, answered."""

    model: str
    shots: tuple[TrainingExample, ...]
    system_prompt: str | None = None
    name: str = "few_shot"
    label: str = "Base model with examples"
    endpoint: Endpoint | None = None

    def messages(self, case: TestCase) -> list[Message]:
        return asked(case, self.system_prompt, as_turns(self.shots))

    def content(self) -> dict[str, Any]:
        return {
            "kind": "few_shot",
            "system": self.system_prompt,
            "shots": [[shot.prompt, shot.response] for shot in self.shots],
        }


def choose_shots(
    train: Sequence[TrainingExample], k: int = 3, *, seed: int = 0, never: Iterable[TestCase] = ()
) -> tuple[TrainingExample, ...]:
    """`k` examples of the training split: short ones (the shorter half) whose answers differ as much as possible. The
    same for the same seed.

    Only examples of one question and one answer are taken; one whose question is also a test case's (`never`) is left
    out, since showing it would give the answer away. Raises EvaluationError when none is left.
    """
    usable = showable(train, never)
    if not usable:
        raise EvaluationError(
            "No training example can be shown as an example: each needs one question and one answer, and must not be "
            "a test question."
        )
    usable.sort(key=lambda example: len(example.prompt) + len(example.response))
    waiting = usable[: max(len(usable) // 2, 4 * k)]
    # Not the very shortest: those are seldom typical.
    random.Random(seed).shuffle(waiting)
    chosen: list[TrainingExample] = []
    shown: set[object] = set()
    while waiting and len(chosen) < k:
        best = max(waiting, key=lambda example: _news(example, shown))
        chosen.append(best)
        shown |= _features(best)
        waiting.remove(best)
    return tuple(chosen)


def showable(train: Iterable[TrainingExample], never: Iterable[TestCase] = ()) -> list[TrainingExample]:
    """The examples that may stand in a prompt: one question, one answer, and no question of `never`."""
    tested = {normal_form(case.input) for case in never}
    return [example for example in train if _is_simple(example) and normal_form(example.prompt) not in tested]


def as_turns(shots: Iterable[TrainingExample]) -> tuple[Message, ...]:
    """Examples as turns of a conversation."""
    turns: list[Message] = []
    for shot in shots:
        turns += [{"role": "user", "content": shot.prompt}, {"role": "assistant", "content": shot.response}]
    return tuple(turns)


def _is_simple(example: TrainingExample) -> bool:
    answers = sum(1 for message in example.messages if message.get("role") == "assistant")
    return example.turns == 1 and answers == 1 and bool(example.prompt.strip()) and bool(example.response.strip())


def _news(example: TrainingExample, shown: set[object]) -> float:
    """The share of the answer's parts that no chosen example has shown."""
    parts = _features(example)
    return len(parts - shown) / len(parts)


def _features(example: TrainingExample) -> set[object]:
    """What an answer consists of: its JSON leaves, or the label it is, or its words."""
    found = find_json(example.response)
    if found.there and isinstance(found.value, dict | list):
        return set(flatten(found.value))
    text = normal_form(example.response)
    return {text} if len(text) <= 60 else set(text.split())

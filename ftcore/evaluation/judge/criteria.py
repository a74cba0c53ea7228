"""What a judge is asked: marks from 1 to 5 with described steps, a list of yes/no questions, or which of two is better.

Each says the form of the reply (a JSON schema) and reads it into a value in [0, 1].
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ftcore.evaluation.errors import EvaluationError

QUESTIONS = 20
_REASON = {"type": "string", "description": "One sentence, written before the verdict."}
USUAL_STEPS = (
    "Wrong or useless: it does not answer the question, or contradicts the expected answer in what matters.",
    "Poor: a small part is right, but somebody who relies on it would be misled or would have to ask again.",
    "Fair: the main point is right, but something that matters is missing or wrong.",
    "Good: right and complete but for details; wording or form could be better.",
    "As good as the expected answer: right, complete, and in a wording and form that could be sent as it is.",
)


@dataclass(frozen=True, slots=True)
class Rubric:
    """Marks from 1 to 5. `steps` describe them, the lowest first. A mark s counts as (s - 1) / 4."""

    criterion: str = "How well does the answer serve the person who asked, measured by the expected answer?"
    steps: tuple[str, ...] = USUAL_STEPS
    kind: ClassVar[str] = "rubric"

    def __post_init__(self) -> None:
        if len(self.steps) != 5 or not all(step.strip() for step in self.steps) or not self.criterion.strip():
            raise EvaluationError("A rubric needs a question and a description of each of its five marks.")

    def instructions(self) -> str:
        steps = "\n".join(f"{mark}: {step}" for mark, step in enumerate(self.steps, 1))
        return f"Give the answer a mark from 1 to 5.\n{self.criterion}\n{steps}\nA long answer is no better than a short one."

    def schema(self) -> dict[str, Any]:
        return _object({"reason": _REASON, "score": {"type": "integer", "enum": [1, 2, 3, 4, 5]}})

    def value(self, said: Mapping[str, Any]) -> float | None:
        mark = said.get("score")
        return (mark - 1) / 4 if type(mark) is int and 1 <= mark <= 5 else None


@dataclass(frozen=True, slots=True)
class CheckList:
    """Questions that are answered by yes or no, each so that yes is good. The value is the share of yes."""

    questions: tuple[str, ...]
    kind: ClassVar[str] = "checks"

    def __post_init__(self) -> None:
        if not 1 <= len(self.questions) <= QUESTIONS or not all(question.strip() for question in self.questions):
            raise EvaluationError(f"A check list needs 1 to {QUESTIONS} questions that can be answered by yes or no.")

    def instructions(self) -> str:
        questions = "\n".join(
            f"{name}: {question}" for name, question in zip(self._names(), self.questions, strict=True)
        )
        return f"Answer each question about the answer by yes or no. Where you are not sure, it is no.\n{questions}"

    def schema(self) -> dict[str, Any]:
        return _object(
            {"reason": _REASON, **{name: {"type": "string", "enum": ["yes", "no"]} for name in self._names()}}
        )

    def value(self, said: Mapping[str, Any]) -> float | None:
        replies = [said.get(name) for name in self._names()]
        if any(reply not in ("yes", "no") for reply in replies):
            return None
        return replies.count("yes") / len(replies)

    def _names(self) -> list[str]:
        return [f"q{number}" for number in range(1, len(self.questions) + 1)]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which of two answers is better? Asked in both orders. 1 = the one that was shown first, 0 = the other, 1/2 = equal."""

    criterion: str = "Which answer serves the person who asked better, measured by the expected answer?"
    kind: ClassVar[str] = "pairs"

    def __post_init__(self) -> None:
        if not self.criterion.strip():
            raise EvaluationError("A judge of pairs needs a question.")

    def instructions(self) -> str:
        return (
            f"Compare the two answers.\n{self.criterion}\nThe verdict is first, second, or, where neither is clearly better, tie. Their "
            "order says nothing, and a long answer is no better than a short one."
        )

    def schema(self) -> dict[str, Any]:
        return _object({"reason": _REASON, "better": {"type": "string", "enum": ["first", "second", "tie"]}})

    def value(self, said: Mapping[str, Any]) -> float | None:
        better = said.get("better")
        return {"first": 1.0, "second": 0.0, "tie": 0.5}.get(better) if isinstance(better, str) else None


Criteria = Rubric | CheckList | Pairs


def judge_name(criteria: Criteria, model: str, endpoint: str) -> str:
    """What a judge is known by in the store: its kind, and a digest of everything that it is asked and of whom."""
    content = [criteria.instructions(), model, endpoint]
    return f"{criteria.kind}:{hashlib.sha256(json.dumps(content).encode('ascii')).hexdigest()[:20]}"


def read_reply(criteria: Criteria, text: str) -> tuple[float | None, str]:
    """(value in [0, 1], "") of a judge's reply, or (None, what is wrong with it). Read strictly: one JSON object, bare or
    alone inside a code fence, with exactly the fields that were asked for, none of them twice."""
    from ftcore.evaluation.scorers.json_text import find_json

    found = find_json(text)
    if not found.there or not isinstance(found.value, dict):
        return None, f"The judge's reply cannot be read. {found.problem or 'It is no JSON object.'}"
    wanted = criteria.schema()["required"]
    if sorted(found.value) != sorted(wanted) or _twice(text):
        return None, f"The judge's reply must have exactly the fields {', '.join(wanted)}."
    value = criteria.value(found.value)
    return (None, "The judge's verdict is none of those it was offered.") if value is None else (value, "")


def _twice(text: str) -> bool:
    """Whether an object names a field twice: which of the two is meant nobody knows."""
    start, end = text.find("{"), text.rfind("}")
    twice = False

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        twice = twice or len({name for name, _ in pairs}) < len(pairs)
        return dict(pairs)

    json.loads(text[start : end + 1], object_pairs_hook=look)
    return twice


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }

"""The base model with the training examples that are nearest to each question (BM25), the nearest one last, where a model
looks most."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from ftcore.evaluation.arms.arm import Plain, asked
from ftcore.evaluation.arms.few_shot import as_turns
from ftcore.evaluation.documents.ranking import Ranking, ranking_of
from ftcore.records import Endpoint, Message, TestCase, TrainingExample


@dataclass(frozen=True, slots=True)
class NearestShotArm(Plain):
    """`pool`: the training examples that may be shown, in the order of the snapshot."""

    model: str
    pool: tuple[TrainingExample, ...] = field(hash=False)
    k: int = 3
    system_prompt: str | None = None
    name: str = "few_shot"
    label: str = "Base model with the nearest examples"
    endpoint: Endpoint | None = None
    ranking: Ranking = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ranking", ranking_of(tuple(example.prompt for example in self.pool)))

    def shots(self, case: TestCase) -> tuple[TrainingExample, ...]:
        """At most `k`, the nearest last; fewer where no other example shares a word with the question."""
        return tuple(self.pool[at] for at in reversed(self.ranking.nearest(case.input, self.k)))

    def messages(self, case: TestCase) -> list[Message]:
        return asked(case, self.system_prompt, as_turns(self.shots(case)))

    def content(self) -> dict[str, Any]:
        shown = json.dumps([[one.prompt, one.response] for one in self.pool], ensure_ascii=True)
        return {
            "kind": "few_shot",
            "choose": "nearest",
            "k": self.k,
            "system": self.system_prompt,
            "pool": hashlib.sha256(shown.encode("ascii")).hexdigest(),
        }

"""The fine-tuned model with the prompt that it was trained with."""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.evaluation.arms.arm import asked
from ftcore.records import Endpoint, Message, TestCase


@dataclass(frozen=True, slots=True)
class FineTunedArm:
    model: str
    system_prompt: str | None = None
    name: str = "fine_tuned"
    label: str = "Fine-tuned"
    endpoint: Endpoint | None = None

    def messages(self, case: TestCase) -> list[Message]:
        return asked(case, self.system_prompt)

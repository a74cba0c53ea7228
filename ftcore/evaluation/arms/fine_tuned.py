"""The fine-tuned model with the prompt that it was trained with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ftcore.evaluation.arms.arm import Plain, asked
from ftcore.records import Endpoint, Message, TestCase


@dataclass(frozen=True, slots=True)
class FineTunedArm(Plain):
    model: str
    system_prompt: str | None = None
    name: str = "fine_tuned"
    label: str = "Fine-tuned"
    endpoint: Endpoint | None = None

    def messages(self, case: TestCase) -> list[Message]:
        return asked(case, self.system_prompt)

    def content(self) -> dict[str, Any]:
        return {"kind": "fine_tuned", "system": self.system_prompt}

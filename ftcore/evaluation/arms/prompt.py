"""The base model with the best instructions that somebody wrote for it; of several versions, validation chooses.

On the embedded practice model this never counts as "prompt optimised": a small model cannot follow what a larger one can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ftcore.evaluation.arms.arm import Plain, asked
from ftcore.records import Endpoint, Message, TestCase


@dataclass(frozen=True, slots=True)
class PromptArm(Plain):
    model: str
    system_prompt: str | None = None
    name: str = "prompt"
    label: str = "Base with the full instructions"
    endpoint: Endpoint | None = None

    def messages(self, case: TestCase) -> list[Message]:
        return asked(case, self.system_prompt)

    def content(self) -> dict[str, Any]:
        return {"kind": "prompt", "system": self.system_prompt}

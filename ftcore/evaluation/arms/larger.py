"""A larger model, at any endpoint, with the best instructions: what one could buy instead of training.

"Best model tried" is said of this arm only where its endpoint is not the practice model's (`Endpoint.practice`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ftcore.evaluation.arms.arm import Plain, asked
from ftcore.records import Endpoint, Message, TestCase


@dataclass(frozen=True, slots=True)
class LargerArm(Plain):
    model: str
    system_prompt: str | None = None
    name: str = "larger"
    label: str = "A larger model"
    endpoint: Endpoint | None = None

    def messages(self, case: TestCase) -> list[Message]:
        return asked(case, self.system_prompt)

    def content(self) -> dict[str, Any]:
        return {"kind": "larger", "system": self.system_prompt}

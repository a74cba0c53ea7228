"""The base model, zero-shot: with the short instructions that stand in the case itself.

What the embedded practice model answers this way is stamped; it never counts as "best model tried".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ftcore.evaluation.arms.arm import Plain, asked
from ftcore.records import Endpoint, Message, TestCase


@dataclass(frozen=True, slots=True)
class BaseArm(Plain):
    model: str
    system_prompt: str | None = None
    name: str = "base"
    label: str = "Base model"
    endpoint: Endpoint | None = None

    def messages(self, case: TestCase) -> list[Message]:
        return asked(case, self.system_prompt)

    def content(self) -> dict[str, Any]:
        return {"kind": "base", "system": self.system_prompt}

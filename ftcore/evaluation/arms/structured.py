"""The base model with the full instructions, held to a JSON schema by the server: without this arm, "it keeps to the format"
would be a cheap win for the tuned model.

Where the answers are a few short labels, the schema is an object around the label, since servers want an object; the label is
taken out again before anything is scored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ftcore.evaluation.arms.arm import Plain, asked
from ftcore.evaluation.scorers.json_text import find_json
from ftcore.records import Endpoint, Message, TestCase

ANSWER = "answer"
"""The field that holds the label."""
NAME = "answer"
"""What the schema is called in the request: letters, digits, _ and -."""


@dataclass(frozen=True, slots=True)
class StructuredArm(Plain):
    """`schema` is a JSON schema of an object. `wrapped`: its only field is the label. `strict`: the server is asked to keep to
    it word for word, for which every field must be required."""

    model: str
    schema: dict[str, Any] = field(hash=False)
    wrapped: bool = False
    strict: bool = True
    system_prompt: str | None = None
    name: str = "structured"
    label: str = "Base with a fixed form"
    endpoint: Endpoint | None = None

    def messages(self, case: TestCase) -> list[Message]:
        return asked(case, self.system_prompt)

    def extras(self, case: TestCase) -> dict[str, Any]:
        named = {"name": NAME, "strict": self.strict, "schema": self.schema}
        return {"response_format": {"type": "json_schema", "json_schema": named}}

    def read(self, text: str) -> str:
        """The label without the object around it; whatever is no such object stays as it was said."""
        if not self.wrapped:
            return text
        found = find_json(text).value
        if isinstance(found, dict) and list(found) == [ANSWER] and isinstance(found[ANSWER], str):
            return found[ANSWER]
        return text

    def content(self) -> dict[str, Any]:
        return {
            "kind": "structured",
            "system": self.system_prompt,
            "schema": self.schema,
            "strict": self.strict,
            "wrapped": self.wrapped,
        }

"""One training conversation: as a value (`TrainingExample`) and as a stored row (`Example`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

Message = dict[str, Any]
"""A chat message in the protocol's shape: `{"role": ..., "content": ...}` and what else the role allows."""


class Status(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    REJECTED = "rejected"


class Split(StrEnum):
    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """A conversation whose last message is the ideal answer.

    `system` is its first system (or developer) message, `prompt` its last user message and `response` its last
    assistant message; each is "" when there is none. The `with_...` methods change that one turn only.
    """

    messages: list[Message]
    tools: list[dict[str, Any]] | None = None
    parallel_tool_calls: bool | None = None

    @property
    def system(self) -> str:
        return self._text(self._find(("system", "developer"), first=True))

    @property
    def prompt(self) -> str:
        return self._text(self._find(("user",)))

    @property
    def response(self) -> str:
        return self._text(self._find(("assistant",)))

    @property
    def turns(self) -> int:
        """How many user messages there are."""
        return sum(1 for message in self.messages if message.get("role") == "user")

    def with_system(self, text: str) -> TrainingExample:
        """The same conversation under another system message; "" takes it away."""
        at = self._find(("system", "developer"), first=True)
        rest = [m for i, m in enumerate(self.messages) if i != at]
        if not text:
            return replace(self, messages=rest)
        role = self.messages[at]["role"] if at is not None else "system"
        return replace(self, messages=[{"role": role, "content": text}, *rest])

    def with_prompt(self, text: str) -> TrainingExample:
        return self._with_text(self._find(("user",)), "user", text)

    def with_response(self, text: str) -> TrainingExample:
        return self._with_text(self._find(("assistant",)), "assistant", text)

    def asked(self) -> list[Message]:
        """Everything before the last assistant message: what a model is shown when this is a test case."""
        at = self._find(("assistant",))
        return self.messages if at is None else self.messages[:at]

    def to_wire(self) -> dict[str, Any]:
        """The line of a training file, as the protocol wants it."""
        line: dict[str, Any] = {"messages": self.messages}
        if self.tools is not None:
            line["tools"] = self.tools
        if self.parallel_tool_calls is not None:
            line["parallel_tool_calls"] = self.parallel_tool_calls
        return line

    def _find(self, roles: tuple[str, ...], *, first: bool = False) -> int | None:
        places = range(len(self.messages)) if first else range(len(self.messages) - 1, -1, -1)
        return next((i for i in places if self.messages[i].get("role") in roles), None)

    def _text(self, at: int | None) -> str:
        return "" if at is None else text_of(self.messages[at])

    def _with_text(self, at: int | None, role: str, text: str) -> TrainingExample:
        if at is None:
            return replace(self, messages=[*self.messages, {"role": role, "content": text}])
        changed = {**self.messages[at], "content": text}
        return replace(self, messages=[*self.messages[:at], changed, *self.messages[at + 1 :]])


@dataclass(frozen=True, slots=True)
class Example:
    """A row of a project: a `TrainingExample` with its id, version and what people decided about it."""

    id: int
    project_id: int
    version: int
    training: TrainingExample
    status: Status = Status.DRAFT
    split: Split | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    tokens: int = 0
    private: bool = False
    source: str = ""
    line: int | None = None
    changed_by: str = ""
    changed_at: datetime | None = None
    problems: tuple[str, ...] = field(default=())
    """Codes of the open problems."""
    ignored: tuple[str, ...] = ()
    """Codes of problems that somebody chose to ignore at this row."""
    worse: str = ""
    """An answer that somebody judged to be worse than this one: the rejected half of a preference pair."""
    key: str = ""
    """What names the row in the user's own file, from an import by a key column."""
    grouping: str = ""
    """Rows of one group (a customer, a document) are never divided by the split."""
    trashed: bool = False


def text_of(message: Message) -> str:
    """A message's text: its content, or the text parts of a list content joined by line breaks."""
    content = message.get("content")
    return content if isinstance(content, str) else "\n".join(_parts(content))


def _parts(content: Any) -> Iterator[str]:
    if isinstance(content, list):
        for part in content:
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                yield part["text"]

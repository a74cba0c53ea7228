"""What an arm is, and how a test case becomes a conversation under its system message."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol

from ftcore.records import Endpoint, Message, TestCase


class Arm(Protocol):
    """One way to answer: a small frozen value. Two arms with the same content ask the same questions."""

    @property
    def name(self) -> str:
        """Unique in a run: `base`, `few_shot_3`, `fine_tuned`."""
        ...

    @property
    def label(self) -> str:
        """For people: "Base model"."""
        ...

    @property
    def model(self) -> str: ...

    @property
    def system_prompt(self) -> str | None:
        """None keeps each case's own system message; "" sends none."""
        ...

    @property
    def endpoint(self) -> Endpoint | None:
        """Where the model answers; None = where the run says."""
        ...

    def messages(self, case: TestCase) -> list[Message]:
        """The conversation that the model is to continue."""
        ...

    def extras(self, case: TestCase) -> dict[str, Any]:
        """What the request holds besides (`response_format`); mostly nothing."""
        ...

    def sources(self, case: TestCase) -> tuple[str, ...]:
        """Where the answer was looked up: the chunks that the prompt shows, as "document, part"; mostly nothing."""
        ...

    def read(self, text: str) -> str:
        """The answer in what the model said: what a form put around it is taken off. Mostly the text as it is."""
        ...

    def content(self) -> dict[str, Any]:
        """Everything that decides what is asked, as plain values. Neither the name nor the label is in it."""
        ...


class Plain:
    """What most arms have: no extras, no sources, and the answer is what the model said."""

    __slots__ = ()

    def extras(self, case: TestCase) -> dict[str, Any]:
        return {}

    def sources(self, case: TestCase) -> tuple[str, ...]:
        return ()

    def read(self, text: str) -> str:
        return text


SYSTEM_ROLES = ("system", "developer")


def content_hash(arm: Arm) -> str:
    """sha256 of what the arm asks and of whom: equal hashes, equal questions. No API key is in it."""
    where = arm.endpoint.identity if arm.endpoint else ""
    content = {"model": arm.model, "endpoint": where, **arm.content()}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def asked(case: TestCase, system_prompt: str | None, shots: tuple[Message, ...] = ()) -> list[Message]:
    """The case's conversation, under the given system message instead of its own; `shots` stand before it."""
    own = list(case.messages) or [{"role": "user", "content": case.input}]
    if system_prompt is None:
        kept = next((at for at, message in enumerate(own) if message.get("role") not in SYSTEM_ROLES), len(own))
        return [*own[:kept], *shots, *own[kept:]]
    turns = [message for message in own if message.get("role") not in SYSTEM_ROLES]
    system: list[Message] = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return [*system, *shots, *turns]

"""What an arm is, and how a test case becomes a conversation under its system message."""

from __future__ import annotations

from typing import Protocol

from ftcore.records import Endpoint, Message, TestCase


class Arm(Protocol):
    """One way to answer: a small frozen value."""

    @property
    def name(self) -> str:
        """Unique in a run: `base`, `few_shot`, `fine_tuned`."""
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


SYSTEM_ROLES = ("system", "developer")


def asked(case: TestCase, system_prompt: str | None, shots: tuple[Message, ...] = ()) -> list[Message]:
    """The case's conversation, under the given system message instead of its own; `shots` stand before it."""
    own = list(case.messages) or [{"role": "user", "content": case.input}]
    if system_prompt is None:
        kept = next((at for at, message in enumerate(own) if message.get("role") not in SYSTEM_ROLES), len(own))
        return [*own[:kept], *shots, *own[kept:]]
    turns = [message for message in own if message.get("role") not in SYSTEM_ROLES]
    system: list[Message] = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return [*system, *shots, *turns]

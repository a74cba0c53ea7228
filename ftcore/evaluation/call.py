"""One call: what is sent, by which key it is known again, and what came back."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ftcore.chat import clean, clean_value, count_tokens
from ftcore.evaluation.arms import Arm
from ftcore.evaluation.errors import EvaluationError
from ftcore.records import Answer, Message, TestCase

VERSION = "2"
"""Part of every call's key: counted up when the same request would be answered or read differently."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How every question of a run is asked."""

    temperature: float = 0.0
    seed: int = 0
    max_tokens: int = 256
    extra_body: dict[str, Any] = field(default_factory=dict)

    def request(self, model: str, messages: list[Message], extras: dict[str, Any] | None = None) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": model,
            "messages": clean_value(messages)[0],
            "temperature": self.temperature,
            "seed": self.seed,
            "max_tokens": self.max_tokens,
        }
        request |= extras or {}
        return {**request, "extra_body": self.extra_body} if self.extra_body else request


@dataclass(frozen=True, slots=True)
class Call:
    key: str
    case_id: str
    arm: Arm
    base_url: str
    request: dict[str, Any]
    repeat: int = 0
    sources: tuple[str, ...] = ()


def call_key(request: dict[str, Any], endpoint: str, repeat: int = 0) -> str:
    """sha256 of the canonical request, the endpoint's identity, the repeat and the version. No API key is in it."""
    content = {"request": request, "endpoint": endpoint.rstrip("/"), "repeat": repeat, "version": VERSION}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def answer_limit(expected: Iterable[str]) -> int:
    """How many tokens an answer may have: one and a half times the longest expected one, and 16.

    Small models cut letters beyond ASCII into bytes, so their bytes are counted besides.
    """
    texts = set(expected)
    longest = max((count_tokens(text) + _strange_bytes(text) // 2 for text in texts), default=0)
    return math.ceil(1.5 * longest) + 16


def _strange_bytes(text: str) -> int:
    return sum(1 for byte in text.encode("utf-8", "replace") if byte > 127)


def read_reply(call: Call, reply: Any, seconds: float) -> Answer:
    """The answer in a chat completion. Raises ValueError when it is something else: the client lets anything pass."""
    choices = getattr(reply, "choices", None)
    if not isinstance(choices, list) or not choices or getattr(choices[0], "message", None) is None:
        raise ValueError("not a chat completion")
    content = choices[0].message.content
    if content is not None and not isinstance(content, str):
        raise ValueError("an answer that is no text")
    usage = getattr(reply, "usage", None)
    return Answer(
        case_id=call.case_id,
        arm=call.arm.name,
        model=call.arm.model,
        text=call.arm.read(clean(content or "")[0]),  # a refusal or a tool call is an answer, and a bad one
        seconds=seconds,
        tokens_in=_whole(getattr(usage, "prompt_tokens", 0)),
        tokens_out=_whole(getattr(usage, "completion_tokens", 0)),
        finish_reason=str(choices[0].finish_reason or ""),
        repeat=call.repeat,
        sources=call.sources,
    )


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def with_ids(cases: Iterable[TestCase]) -> list[TestCase]:
    """The cases, those without an id numbered by their place. Raises EvaluationError when an id comes twice."""
    found = [case if case.id else replace(case, id=f"case {at}") for at, case in enumerate(cases, 1)]
    seen: set[str] = set()
    for case in found:
        if case.id in seen:
            raise EvaluationError(f"Two test cases have the same id, '{case.id}'.")
        seen.add(case.id)
    return found

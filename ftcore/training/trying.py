"""One question to several models at once, their answers as they come: for trying a model out, not for measuring it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import openai

from ftcore.endpoints import EndpointError, connect, explain
from ftcore.records import Endpoint, Message

LONGEST = 512
"""Tokens of an answer. Trying is for looking; nobody reads more side by side."""
TIMEOUT = 120.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A model and the system message it is used with; "" = none."""

    endpoint: Endpoint
    model: str
    system: str = ""


@dataclass(slots=True)
class Reply:
    """An answer that is growing. `first` and `seconds` are from the question to the first words and to the end."""

    text: str = ""
    first: float | None = None
    seconds: float = 0.0
    done: bool = False
    cut: bool = False
    """It had more to say than LONGEST tokens."""
    error: str = ""


@dataclass
class Trial:
    """Asks every model at once, each in a thread of its own; `replies` grow in the order of `asked`.

    `with Trial(asked, question) as trial:` stops what is still under way at its end, so that a page that is left asks no more.
    """

    asked: Sequence[Asked]
    question: str
    longest: int = LONGEST
    replies: list[Reply] = field(init=False)

    def __post_init__(self) -> None:
        self.replies = [Reply() for _ in self.asked]
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=pair, daemon=True)
            for pair in zip(self.asked, self.replies, strict=True)
        ]

    def __enter__(self) -> Trial:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()

    @property
    def done(self) -> bool:
        return all(reply.done for reply in self.replies)

    def _ask(self, asked: Asked, reply: Reply) -> None:
        began = time.monotonic()
        try:
            self._stream(asked, reply, began)
        except (openai.OpenAIError, EndpointError, ValueError, OSError) as error:
            reply.error = explain(error)
        finally:
            reply.seconds = time.monotonic() - began
            reply.done = True

    def _stream(self, asked: Asked, reply: Reply, began: float) -> None:
        system: list[Message] = [{"role": "system", "content": asked.system}] if asked.system else []
        messages: Any = [*system, {"role": "user", "content": self.question}]
        with (
            connect(asked.endpoint, timeout=TIMEOUT, max_retries=0) as client,
            closing(
                client.chat.completions.create(
                    model=asked.model, messages=messages, temperature=0, max_tokens=self.longest, stream=True
                )
            ) as stream,
        ):
            for part in stream:
                if self._stopped.is_set():
                    return
                choice = part.choices[0] if part.choices else None
                if choice is None:
                    continue
                if words := choice.delta.content:
                    reply.first = reply.first if reply.first is not None else time.monotonic() - began
                    reply.text += words
                reply.cut |= choice.finish_reason == "length"

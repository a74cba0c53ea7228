"""A question to a model, and its answer while it grows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

BROKEN = "�"


@dataclass(frozen=True, slots=True)
class Piece:
    """Something new for the asker: text to add; at the end a `finish` reason and the token counts, or an `error`."""

    text: str = ""
    finish: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Temperature 0 is greedy. `seed` None: another answer every time (unless greedy)."""

    model: str
    messages: list[dict[str, str]]
    max_tokens: int = 512
    temperature: float = 1.0
    top_p: float = 1.0
    stop: tuple[str, ...] = ()
    seed: int | None = None


@dataclass(slots=True, eq=False)
class Answering:
    """One answer in the making. `tell` is called from the engine's thread."""

    ask: Ask
    prompt: list[int]
    tell: Callable[[Piece], None]
    streamed: bool = False
    ids: list[int] = field(default_factory=list)
    told: int = 0
    finish: str | None = None
    generator: Any = None
    left: threading.Event = field(default_factory=threading.Event)
    """Set when nobody waits for the answer any more."""

    def add(self, token: int, ends: frozenset[int], decode: Callable[[list[int]], str]) -> None:
        """Takes the next token; `finish` says afterwards whether it was the last."""
        if token in ends:
            self._close("stop", decode)
            return
        self.ids.append(token)
        text = decode(self.ids) if self.ask.stop or self.streamed else ""
        cut = min((at for at in map(text.find, self.ask.stop) if at >= 0), default=-1)
        if cut >= 0:
            self._say(text[:cut], "stop")
        elif len(self.ids) >= self.ask.max_tokens:
            self._close("length", decode)
        elif self.streamed:
            self._stream(text)

    def fail(self, error: Exception) -> None:
        self.finish = "error"
        self.tell(Piece(error=error))

    def _stream(self, text: str) -> None:
        """Holds back half characters, and what may become a stop text."""
        if text.endswith(BROKEN):
            return
        hold = max((n for stop in self.ask.stop for n in range(1, len(stop)) if text.endswith(stop[:n])), default=0)
        upto = len(text) - hold
        if upto > self.told:
            self.tell(Piece(text[self.told : upto]))
            self.told = upto

    def _close(self, reason: str, decode: Callable[[list[int]], str]) -> None:
        text = decode(self.ids)
        cut = min((at for at in map(text.find, self.ask.stop) if at >= 0), default=-1)
        self._say(text if cut < 0 else text[:cut], reason if cut < 0 else "stop")

    def _say(self, text: str, reason: str) -> None:
        self.finish = reason
        self.tell(Piece(text[self.told :], reason, len(self.prompt), len(self.ids)))

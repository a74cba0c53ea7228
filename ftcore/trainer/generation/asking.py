"""A question to a model, and its answer while it grows."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ftcore.trainer.generation.calls import OPENS

BROKEN = "�"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A chosen token. With `logprobs` asked for: its logprob, and the most likely tokens (id, logprob), best first."""

    id: int
    logprob: float = 0.0
    top: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """Something new for the asker: text to add; at the end a `finish` reason and the token counts, or an `error`.

    `weighed` are the tokens of the text, when their logprobs were asked for.
    """

    text: str = ""
    finish: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    error: BaseException | None = None
    weighed: tuple[Weighed, ...] = ()


@dataclass(frozen=True, slots=True)
class Tools:
    """The functions that may be called, as the protocol lists them. `choice`: auto, required, or the name of one of them."""

    offered: tuple[dict[str, Any], ...]
    choice: str = "auto"
    parallel: bool = True
    named: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Temperature 0 is greedy. `seed` None: another answer every time (unless greedy).

    `form` is the JSON schema that the answer must have; `logprobs` how many of the most likely tokens are told with
    each token (None: no logprobs at all); `bias` is added to the logits of these tokens.
    """

    model: str
    messages: list[dict[str, Any]]
    max_tokens: int = 512
    temperature: float = 1.0
    top_p: float = 1.0
    stop: tuple[str, ...] = ()
    seed: int | None = None
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    bias: tuple[tuple[int, float], ...] = ()
    logprobs: int | None = None
    form: dict[str, Any] | None = None
    tools: Tools | None = None


@dataclass(slots=True, eq=False)
class Answering:
    """One answer in the making. `tell` is called from the engine's thread.

    `matcher` holds the answer to a form (llguidance); `asker` is whose question it is, for a fair order.
    """

    ask: Ask
    prompt: list[int]
    tell: Callable[[Piece], None]
    streamed: bool = False
    matcher: Any = None
    asker: str = ""
    ids: list[int] = field(default_factory=list)
    counts: Counter[int] = field(default_factory=Counter)
    weighed: list[Weighed] = field(default_factory=list)
    told: int = 0
    told_tokens: int = 0
    finish: str | None = None
    generator: Any = None
    left: threading.Event = field(default_factory=threading.Event)
    """Set when nobody waits for the answer any more."""

    @property
    def is_open(self) -> bool:
        return self.finish is None and not self.left.is_set()

    def add(
        self, token: int, ends: frozenset[int], decode: Callable[[list[int]], str], weighed: Weighed | None = None
    ) -> None:
        """Takes the next token; `finish` says afterwards whether it was the last."""
        if token in ends:
            self._close("stop", decode)
            return
        self.ids.append(token)
        self.counts[token] += 1
        if weighed is not None and self.ask.logprobs is not None:
            self.weighed.append(weighed)
        whole = self.matcher is not None and self.matcher.consume_token(token) and self.matcher.is_stopped()
        text = decode(self.ids) if self.ask.stop or self.streamed else ""
        cut = self._stop(text)
        if cut >= 0 or whole:
            self._close("stop", decode)
        elif len(self.ids) >= self.ask.max_tokens:
            self._close("length", decode)
        elif self.streamed:
            self._stream(text)

    def fail(self, error: BaseException) -> None:
        self.finish = "error"
        self.tell(Piece(error=error))

    def _stop(self, text: str) -> int:
        return min((at for at in map(text.find, self.ask.stop) if at >= 0), default=-1)

    def _stream(self, text: str) -> None:
        """Holds back half characters, and what may become a stop text or belongs to a tool call."""
        if text.endswith(BROKEN):
            return
        marks = (*self.ask.stop, OPENS) if self.ask.tools else self.ask.stop
        hold = max((n for mark in marks for n in range(1, len(mark)) if text.endswith(mark[:n])), default=0)
        call = text.find(OPENS) if self.ask.tools else -1
        upto = call if call >= 0 else len(text) - hold
        if upto > self.told:
            # The tokens of a text that is partly held back follow with the rest of it.
            known = tuple(self.weighed[self.told_tokens :]) if upto == len(text) else ()
            self.tell(Piece(text[self.told : upto], weighed=known))
            self.told, self.told_tokens = upto, self.told_tokens + len(known)

    def _close(self, reason: str, decode: Callable[[list[int]], str]) -> None:
        text, weighed = decode(self.ids), self.weighed
        cut = self._stop(text)
        if cut >= 0:
            text, reason = text[:cut], "stop"
            while weighed and len(decode(self.ids[: len(weighed) - 1])) >= cut:
                weighed = weighed[:-1]  # it lies wholly behind the cut
        self.finish = reason
        known = tuple(weighed[self.told_tokens :])
        self.tell(Piece(text[self.told :], reason, len(self.prompt), len(self.ids), weighed=known))

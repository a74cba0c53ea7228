"""Answers in the protocol's shapes: whole, and as the events of a stream."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from ftcore.trainer.database import new_id, now
from ftcore.trainer.errors import TrainerError, envelope
from ftcore.trainer.generation.asking import Ask, Piece, Weighed
from ftcore.trainer.generation.calls import Call, calls_of
from ftcore.trainer.generation.engine import Prepared


@dataclass(frozen=True, slots=True)
class Reply:
    """Shapes the pieces of one question's answers."""

    prepared: Prepared
    count: int
    with_usage: bool

    @property
    def _ask(self) -> Ask:
        return self.prepared.ask

    async def whole(self, pieces: AsyncIterator[tuple[int, Piece]]) -> dict[str, Any]:
        """The body of an answer that is not streamed."""
        texts, reasons, tokens = [""] * self.count, [""] * self.count, 0
        weighed: list[list[Weighed]] = [[] for _ in texts]
        async for at, piece in pieces:
            texts[at] += piece.text
            reasons[at] = piece.finish or ""
            weighed[at] += piece.weighed
            tokens += piece.tokens_out
        choices = [self._choice(*of) for of in zip(range(self.count), texts, reasons, weighed, strict=True)]
        usage = _usage(len(self.prepared.prompt), tokens)
        return {**self._head("chat.completion"), "choices": choices, "usage": usage}

    async def events(self, pieces: AsyncIterator[tuple[int, Piece]]) -> AsyncIterator[str]:
        """The lines of a stream. A failure comes as an event: the status has been sent already."""
        head = self._head("chat.completion.chunk")
        extra = {"usage": None} if self.with_usage else {}

        def chunk(at: int, delta: dict[str, Any], reason: str | None, weighed: tuple[Weighed, ...] = ()) -> str:
            choice = {"index": at, "delta": delta, "finish_reason": reason, "logprobs": self._logprobs(weighed)}
            return _event({**head, "choices": [choice], **extra})

        for at in range(self.count):
            yield chunk(at, {"role": "assistant", "content": ""}, None)
        tokens = 0
        try:
            async for at, piece in pieces:
                text, calls = self._calls(piece.text) if piece.finish else (piece.text, [])
                if text or piece.weighed:
                    yield chunk(at, {"content": text}, None, piece.weighed)
                for index, call in enumerate(calls):
                    yield chunk(at, {"tool_calls": [{"index": index, **_call(call)}]}, None)
                if piece.finish:
                    tokens += piece.tokens_out
                    yield chunk(at, {}, _reason(piece.finish, calls))
        except TrainerError as error:
            yield _event(envelope(error.status, error.message, code=error.code, param=error.param))
            return
        if self.with_usage:
            yield _event({**head, "choices": [], "usage": _usage(len(self.prepared.prompt), tokens)})
        yield "data: [DONE]\n\n"

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": new_id("chatcmpl-"), "object": kind, "created": now(), "model": self._ask.model}

    def _choice(self, at: int, text: str, reason: str, weighed: list[Weighed]) -> dict[str, Any]:
        content, calls = self._calls(text)
        message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": None}
        if calls:
            message |= {"content": content or None, "tool_calls": [_call(call) for call in calls]}
        logprobs = self._logprobs(tuple(weighed), always=True)
        return {"index": at, "message": message, "finish_reason": _reason(reason, calls), "logprobs": logprobs}

    def _calls(self, text: str) -> tuple[str, list[Call]]:
        tools = self._ask.tools
        if tools is None:
            return text, []
        return calls_of(text, frozenset(tool["function"]["name"] for tool in tools.offered))

    def _logprobs(self, weighed: tuple[Weighed, ...], *, always: bool = False) -> dict[str, Any] | None:
        if self._ask.logprobs is None or not (weighed or always):
            return None
        content = [
            {**self._said(one.id, one.logprob), "top_logprobs": [self._said(*likely) for likely in one.top]}
            for one in weighed
        ]
        return {"content": content, "refusal": None}

    def _said(self, token: int, logprob: float) -> dict[str, Any]:
        text, raw = self.prepared.reader.token(token)
        return {"token": text, "logprob": max(logprob, -9999.0), "bytes": raw}


def _reason(reason: str, calls: list[Call]) -> str:
    return "tool_calls" if calls and reason == "stop" else reason


def _call(call: Call) -> dict[str, Any]:
    return {"id": new_id("call_"), "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


def _usage(asked: int, answered: int) -> dict[str, Any]:
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}

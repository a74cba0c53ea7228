"""`/v1/chat/completions`."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from ftcore.chat import validate
from ftcore.records import Severity, TrainingExample
from ftcore.trainer.database import new_id, now
from ftcore.trainer.errors import TrainerError, envelope
from ftcore.trainer.generation.asking import Answering, Ask, Piece
from ftcore.trainer.state import State, state_of
from ftcore.trainer.tuning.encoding import plain_messages

ANSWER = (
    "model",
    "messages",
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "seed",
    "n",
    "stream",
)
SERVICE = ("stream_options", "user", "metadata", "store", "safety_identifier", "prompt_cache_key", "service_tier")
KNOWN = frozenset((*ANSWER, *SERVICE))
"""What concerns the service and not the answer changes nothing here."""
DEFAULTS: dict[str, tuple[Any, ...]] = {
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logprobs": (False,),
    "response_format": ({"type": "text"},),
    "tool_choice": ("none",),
    "tools": ([],),
    "logit_bias": ({},),
    "modalities": (["text"],),
}
"""What is not supported yet may be sent at the value that asks for nothing."""
LEAVING = 1.0

router = APIRouter(prefix="/v1/chat")


@router.post("/completions", response_model=None)
async def create(
    request: Request, body: Annotated[dict[str, Any], Body()], state: State = Depends(state_of)
) -> dict[str, Any] | StreamingResponse:
    ask, count, stream, with_usage = read(body)
    ask, prompt = await run_in_threadpool(state.engine.prepare, ask)
    if stream:
        pieces = _pieces(request, state, ask, prompt, count, streamed=True)
        return StreamingResponse(_events(pieces, ask.model, count, with_usage), media_type="text/event-stream")
    texts, reasons, tokens = [""] * count, [""] * count, 0
    async for at, piece in _pieces(request, state, ask, prompt, count, streamed=False):
        texts[at] += piece.text
        reasons[at] = piece.finish or ""
        tokens += piece.tokens_out
    choices = [
        {
            "index": at,
            "message": {"role": "assistant", "content": text, "refusal": None},
            "finish_reason": reason,
            "logprobs": None,
        }
        for at, (text, reason) in enumerate(zip(texts, reasons, strict=True))
    ]
    head = {"id": new_id("chatcmpl-"), "object": "chat.completion", "created": now(), "model": ask.model}
    return {**head, "choices": choices, "usage": _usage(len(prompt), tokens)}


def read(body: dict[str, Any]) -> tuple[Ask, int, bool, bool]:
    """(question, how many answers, streamed, with usage). Raises `TrainerError` for what cannot be done as asked."""
    for name in body:
        if name in DEFAULTS and (body[name] is None or body[name] in DEFAULTS[name]):
            continue
        if name not in KNOWN:
            raise TrainerError(f"{name!r} is not supported by this server.", code="unsupported_parameter", param=name)
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise TrainerError("model is required, as a text.", code="missing_required_parameter", param="model")
    stop = body.get("stop") or []
    stops = (stop,) if isinstance(stop, str) else tuple(stop) if isinstance(stop, list) else (None,)
    if len(stops) > 4 or not all(isinstance(text, str) and text for text in stops):
        raise TrainerError("stop must be a text or a list of up to 4 texts.", code="invalid_value", param="stop")
    longest = "max_completion_tokens" if body.get("max_completion_tokens") is not None else "max_tokens"
    ask = Ask(
        model=model,
        messages=_messages(body.get("messages")),
        max_tokens=int(_number(body, longest, 512, 1, 8_192, whole=True)),
        temperature=_number(body, "temperature", 1.0, 0, 2),
        top_p=_number(body, "top_p", 1.0, 0, 1),
        stop=stops,
        seed=None if body.get("seed") is None else int(_number(body, "seed", 0, -(2**63), 2**63 - 1, whole=True)),
    )
    options = body.get("stream_options") or {}
    with_usage = isinstance(options, dict) and options.get("include_usage") is True
    return ask, int(_number(body, "n", 1, 1, 16, whole=True)), body.get("stream") is True, with_usage


def _number(body: dict[str, Any], name: str, default: float, low: float, high: float, *, whole: bool = False) -> float:
    value = body.get(name)
    if value is None:
        return default
    fits = isinstance(value, int) if whole else isinstance(value, int | float)
    if not fits or isinstance(value, bool) or not math.isfinite(value) or not low <= value <= high:
        kind = "a whole number" if whole else "a number"
        raise TrainerError(f"{name} must be {kind} from {low} to {high}.", code="invalid_value", param=name)
    return value


def _messages(value: Any) -> list[dict[str, str]]:
    """The conversation so far. It is judged as a training example would be, with an answer put at its end."""
    if not isinstance(value, list) or not value or not all(isinstance(message, dict) for message in value):
        raise TrainerError("messages must be a list of at least one message.", code="invalid_value", param="messages")
    asked = TrainingExample([*value, {"role": "assistant", "content": "."}])
    problems = [
        p for p in validate(asked) if p.severity == Severity.ERROR and p.code not in ("no_user", "order", "empty")
    ]
    if problems:
        raise TrainerError(problems[0].message, code="invalid_value", param="messages")
    try:
        return plain_messages(value)
    except TrainerError as error:
        raise TrainerError(error.message, code="unsupported_value", param="messages") from None


async def _pieces(
    request: Request, state: State, ask: Ask, prompt: list[int], count: int, *, streamed: bool
) -> AsyncIterator[tuple[int, Piece]]:
    """What the engine says, as (choice, piece), until all choices are finished. An asker who leaves stops costing."""
    loop = asyncio.get_running_loop()
    inbox: asyncio.Queue[tuple[int, Piece]] = asyncio.Queue()
    answers: list[Answering] = []
    try:
        for at in range(count):
            one = ask if ask.seed is None else replace(ask, seed=(ask.seed + at) % 2**63)

            def tell(piece: Piece, at: int = at) -> None:
                loop.call_soon_threadsafe(inbox.put_nowait, (at, piece))

            answers.append(state.engine.ask(one, prompt, tell, streamed=streamed))
        open_answers = count
        while open_answers:
            try:
                at, piece = await asyncio.wait_for(inbox.get(), LEAVING)
            except TimeoutError:
                if await request.is_disconnected():
                    return
                continue
            if piece.error is not None:
                raise _failed(piece.error)
            open_answers -= piece.finish is not None
            yield at, piece
    finally:
        for answer in answers:
            answer.left.set()


def _failed(error: Exception) -> TrainerError:
    if isinstance(error, TrainerError):
        return error
    return TrainerError(
        "The model failed at this question; the server's log says why.", status=500, code="generation_failed"
    )


async def _events(
    pieces: AsyncIterator[tuple[int, Piece]], model: str, count: int, with_usage: bool
) -> AsyncIterator[str]:
    head = {"id": new_id("chatcmpl-"), "object": "chat.completion.chunk", "created": now(), "model": model}
    extra = {"usage": None} if with_usage else {}

    def chunk(at: int, delta: dict[str, Any], reason: str | None) -> str:
        choice = {"index": at, "delta": delta, "finish_reason": reason, "logprobs": None}
        return _event({**head, "choices": [choice], **extra})

    for at in range(count):
        yield chunk(at, {"role": "assistant", "content": ""}, None)
    prompt_tokens, tokens = 0, 0
    try:
        async for at, piece in pieces:
            if piece.text:
                yield chunk(at, {"content": piece.text}, None)
            if piece.finish:
                prompt_tokens, tokens = piece.tokens_in, tokens + piece.tokens_out
                yield chunk(at, {}, piece.finish)
    except TrainerError as error:
        yield _event(envelope(error.status, error.message, code=error.code))
        return
    if with_usage:
        yield _event({**head, "choices": [], "usage": _usage(prompt_tokens, tokens)})
    yield "data: [DONE]\n\n"


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


def _usage(asked: int, answered: int) -> dict[str, Any]:
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}

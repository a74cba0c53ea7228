"""`/v1/chat/completions`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from ftcore.trainer.database import new_id
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.generation.asking import Answering, Piece
from ftcore.trainer.generation.engine import Prepared
from ftcore.trainer.routes.chat_reply import Reply
from ftcore.trainer.routes.chat_request import Question, read
from ftcore.trainer.state import State, state_of

LEAVING = 1.0
"""Seconds between two looks whether the asker is still there."""

router = APIRouter(prefix="/v1/chat")


@router.post("/completions", response_model=None)
async def create(
    request: Request, body: Annotated[dict[str, Any], Body()], state: State = Depends(state_of)
) -> dict[str, Any] | StreamingResponse:
    question = read(body)
    prepared = await run_in_threadpool(state.engine.prepare, question.ask)
    reply = Reply(prepared, question.count, question.with_usage)
    inbox: asyncio.Queue[tuple[int, Piece]] = asyncio.Queue()
    answers = _ask(state, question, prepared, inbox)  # before the first byte: a full line is still a 429
    pieces = _pieces(request, inbox, answers)
    if question.stream:
        return StreamingResponse(reply.events(pieces), media_type="text/event-stream")
    return await reply.whole(pieces)


def _ask(
    state: State, question: Question, prepared: Prepared, inbox: asyncio.Queue[tuple[int, Piece]]
) -> list[Answering]:
    loop = asyncio.get_running_loop()

    def tell(at: int, piece: Piece) -> None:
        loop.call_soon_threadsafe(inbox.put_nowait, (at, piece))

    tells = [partial(tell, at) for at in range(question.count)]
    # A request that does not say who asks is an asker by itself.
    asker = question.user or new_id("asker-")
    return state.engine.ask(prepared, tells, streamed=question.stream, asker=asker)


async def _pieces(
    request: Request, inbox: asyncio.Queue[tuple[int, Piece]], answers: list[Answering]
) -> AsyncIterator[tuple[int, Piece]]:
    """What the engine says, as (choice, piece), until all choices are finished. An asker who leaves stops costing."""
    loop = asyncio.get_running_loop()
    unfinished, looked = len(answers), loop.time()
    try:
        while unfinished:
            try:
                at, piece = await asyncio.wait_for(inbox.get(), LEAVING)
            except TimeoutError:
                piece = None
            if piece is None or loop.time() - looked > LEAVING:
                looked = loop.time()
                if await request.is_disconnected():
                    return
            if piece is None:
                continue
            if piece.error is not None:
                raise _failed(piece.error)
            unfinished -= piece.finish is not None
            yield at, piece
    finally:
        for answer in answers:
            answer.left.set()


def _failed(error: BaseException) -> TrainerError:
    if isinstance(error, TrainerError):
        return error
    return TrainerError(
        "The model failed at this question; the server's log says why.", status=500, code="generation_failed"
    )

"""The engine under load: nobody starves, who leaves stops costing, and an idle server is a small one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai
import psutil
import pytest
import uvicorn
from openai import OpenAI

from ftcore.trainer import starter
from ftcore.trainer.generation.asking import Ask, Piece
from ftcore.trainer.generation.engine import Engine
from ftcore.trainer.server import create_app
from tests.fixtures_trainer import TrainerProcess
from tests.trainer.chat_models import PLAIN, TOOLS, write_models

pytestmark = pytest.mark.model
ASK: list[Any] = [{"role": "user", "content": "Say something."}]
ENDLESS: Any = {"0": -100, "2": -100}
"""Bans the tokens that end an answer."""


@dataclass(frozen=True)
class Live:
    """A server within this process, so that its engine can be looked at."""

    engine: Engine
    port: int

    def client(self, timeout: float = 60) -> OpenAI:
        return OpenAI(base_url=f"http://127.0.0.1:{self.port}/v1", api_key="k", max_retries=0, timeout=timeout)


@pytest.fixture(scope="module")
def live(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    models = write_models(tmp_path_factory.mktemp("models"), starter_model)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUNEWORTHY_MODELS", str(models))
        app = create_app(tmp_path_factory.mktemp("home"), "k")
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until(lambda: server.started, 30)
        yield Live(app.state.trainer.engine, server.servers[0].sockets[0].getsockname()[1])
        server.should_exit = True
        thread.join(10)


def until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


def started(engine: Engine, model: str, count: int, asker: str, **asked: Any) -> tuple[Any, list[Piece]]:
    """(the answers in the making, where what is told of them arrives)."""
    told: list[Piece] = []
    prepared = engine.prepare(Ask(model, ASK, **asked))
    return engine.ask(prepared, [told.append] * count, streamed=False, asker=asker), told


def left(answers: list[Any]) -> None:
    for answer in answers:
        answer.left.set()


LONG: dict[str, Any] = {"max_tokens": 1_900, "bias": ((0, -100.0), (2, -100.0))}


@pytest.mark.parametrize("model", [TOOLS, PLAIN])
def test_many_long_answers_of_one_asker_hold_nobody_else_up(live: Live, model: str) -> None:
    """A hundred answers of 1,900 tokens are in progress or wait; a short question is answered before any of them."""
    crowd, told = started(live.engine, TOOLS, 100, "crowd", **LONG)
    try:
        until(lambda: live.engine.in_progress() > 0, 30)
        _, answer = started(live.engine, model, 1, "somebody", max_tokens=5)
        until(lambda: any(piece.finish for piece in answer), 30)
        assert [piece for piece in told if piece.finish] == []
    finally:
        left(crowd)
    until(lambda: live.engine.in_progress() == 0, 5)


def test_an_asker_who_leaves_a_stream_stops_costing(live: Live) -> None:
    stream = live.client().chat.completions.create(
        model=TOOLS, messages=ASK, n=16, max_tokens=1_900, logit_bias=ENDLESS, stream=True
    )
    for _ in range(20):
        next(stream)
    assert live.engine.in_progress() == 16
    stream.close()
    until(lambda: live.engine.in_progress() == 0, 2.5)


def test_an_asker_who_gives_up_waiting_stops_costing(live: Live) -> None:
    with pytest.raises(openai.APITimeoutError):
        live.client(timeout=0.7).chat.completions.create(
            model=TOOLS, messages=ASK, n=16, max_tokens=1_900, logit_bias=ENDLESS
        )
    until(lambda: live.engine.in_progress() == 0, 2.5)


def test_one_of_many_who_leaves_gives_its_place_back_too(live: Live) -> None:
    answers, _ = started(live.engine, TOOLS, 16, "crowd", **LONG)
    until(lambda: live.engine.in_progress() == 16, 30)
    answers[3].left.set()
    until(lambda: live.engine.in_progress() == 15, 2)
    left(answers)
    until(lambda: live.engine.in_progress() == 0, 5)


def test_a_full_line_is_a_429_with_the_seconds_after_which_to_ask_again(live: Live) -> None:
    def ask(at: int) -> openai.APIError | None:
        try:
            live.client(timeout=6).chat.completions.create(
                model=TOOLS, messages=ASK, n=16, max_tokens=1_900, logit_bias=ENDLESS, user="crowd"
            )
        except openai.APIError as error:
            return error
        return None

    with ThreadPoolExecutor(40) as pool:
        found = list(pool.map(ask, range(40)))
    refused = [error for error in found if isinstance(error, openai.RateLimitError)]
    assert refused
    assert {error.code for error in refused} == {"queue_full"}
    assert all(1 <= int(error.response.headers["Retry-After"]) <= 120 for error in refused)
    until(lambda: live.engine.in_progress() == 0, 10)
    assert live.client().chat.completions.create(model=TOOLS, messages=ASK, max_tokens=2).choices


def test_a_model_that_cannot_be_loaded_fails_alone(live: Live) -> None:
    folder = starter.models_folder() / "broken"
    write_models(folder.parent / ".spare", folder.parent / PLAIN)
    (folder.parent / ".spare" / PLAIN).rename(folder)
    (folder / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    with pytest.raises(openai.APIStatusError) as caught:
        live.client().chat.completions.create(model="broken", messages=ASK)
    assert (caught.value.status_code, caught.value.code) == (503, "model_damaged")
    assert live.client().chat.completions.create(model=PLAIN, messages=ASK, max_tokens=2).choices


def test_an_idle_server_is_small_loads_at_the_first_question_and_gives_its_memory_back(
    starter_model: Path, tmp_path: Path
) -> None:
    server = TrainerProcess(
        tmp_path / "ws", {"TUNEWORTHY_TRAINER_IDLE": "1.5", "TUNEWORTHY_MODELS": str(starter_model.parent)}
    ).start()
    try:
        assert server.process is not None
        process, client = psutil.Process(server.process.pid), server.client()

        def megabytes() -> float:
            return process.memory_info().rss / 1e6

        assert client.models.list().data
        assert megabytes() < 300
        asked: dict[str, Any] = {"model": starter.NAME, "messages": ASK, "temperature": 0, "max_tokens": 4}
        first = client.chat.completions.create(**asked).choices[0].message.content
        loaded = megabytes()
        until(lambda: megabytes() < loaded - 200, 15)
        assert client.chat.completions.create(**asked).choices[0].message.content == first
    finally:
        server.stop()

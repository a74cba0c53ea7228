"""Answering: 16 questions at once against plain transformers and its own server, and what our server adds to one question.

All in one run on the same model, precision and questions; every answer has exactly `TOKENS` tokens.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from openai import OpenAI

from ftcore.trainer import starter
from tests.bench.measure import Row, in_turn
from tests.fixtures_trainer import TrainerProcess

AT_ONCE = 16
TOKENS = 32
RUNS = 2
ENDLESS = {"0": -100, "2": -100}
"""Bans the tokens that end an answer; `transformers serve` does not know the field and is asked without it."""


def run() -> Iterator[Row]:
    starter.fetch()
    with tempfile.TemporaryDirectory() as folder:
        server = TrainerProcess(Path(folder)).start()
        try:
            client = server.client()
            client.models.list()
            assert server.process is not None
            idle = psutil.Process(server.process.pid).memory_info().rss / 1e6
            yield Row("memory of the idle server", idle, 300, "resident, before a model is loaded; 300 MB wanted", "MB")
            yield from _against_generate(client)
            yield from _against_serve(client)
            yield _first_token(client)
        finally:
            server.stop()


def _questions() -> list[list[dict[str, str]]]:
    return [[{"role": "user", "content": f"Write a long story about the number {i}."}] for i in range(AT_ONCE)]


def _ask(client: OpenAI, messages: Any, model: str = starter.NAME, **more: Any) -> int:
    reply = client.chat.completions.create(model=model, messages=messages, max_tokens=TOKENS, temperature=0, **more)
    return reply.usage.completion_tokens if reply.usage else 0


def _together(client: OpenAI, model: str = starter.NAME, **more: Any) -> int:
    """How many tokens were answered in all."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(lambda messages: _ask(client, messages, model, **more), _questions()))


class Plain:
    """transformers' `generate`, one question after the other, and our own loop without the server."""

    def __init__(self) -> None:
        from ftcore.trainer.generation.model import Speaker, load_base
        from ftcore.trainer.generation.readers import Reader

        self.reader = Reader(starter.folder())
        self.model = load_base(starter.folder())
        self.speaker = Speaker(self.model, starter.folder(), self.reader)

    def generate(self, messages: Any) -> None:
        import torch

        ids = torch.tensor([self._prompt(messages)])
        more = {"max_new_tokens": TOKENS, "min_new_tokens": TOKENS, "do_sample": False, "pad_token_id": 2}
        with torch.inference_mode():
            self.model.generate(ids, attention_mask=torch.ones_like(ids), **more)

    def loop(self, messages: Any) -> None:
        """What the engine does for a question, and nothing else."""
        from ftcore.trainer.generation.asking import Answering, Ask
        from ftcore.trainer.generation.choosing import choose

        bias = tuple((int(token), float(added)) for token, added in ENDLESS.items())
        ask = Ask("m", messages, max_tokens=TOKENS, temperature=0, bias=bias)
        one = Answering(ask, self._prompt(messages), lambda piece: None)
        scores = self.speaker.admit([one])
        while one.finish is None:
            (chosen,) = choose(scores, [one])
            self.speaker.put([chosen.id], 0)
            one.add(chosen.id, self.reader.ends, self.reader.decode)
            if one.finish is None:
                scores = self.speaker.step()
        self.speaker.keep([])

    def _prompt(self, messages: Any) -> list[int]:
        from ftcore.trainer.generation.asking import Ask

        return self.reader.prepare(Ask("m", messages))[1]


def _against_generate(client: OpenAI) -> Iterator[Row]:
    plain = Plain()
    one = _questions()[0]

    def by_itself() -> None:
        for messages in _questions():
            plain.generate(messages)

    times = in_turn(lambda: _together(client, logit_bias=ENDLESS), by_itself, RUNS)
    what = f"{AT_ONCE} answers of {TOKENS} tokens at once"
    yield Row(what, *times, "against transformers' generate, one by one; 1/5 wanted")
    times = in_turn(lambda: _ask(client, one, logit_bias=ENDLESS), lambda: plain.loop(one), 7)
    yield Row("one answer through the server", *times, "against our own loop without a server; below 1.10 wanted")
    times = in_turn(lambda: _ask(client, one, logit_bias=ENDLESS), lambda: plain.generate(one), 5)
    yield Row("one answer through the server", *times, "against transformers' generate")


def _against_serve(client: OpenAI) -> Iterator[Row]:
    with transformers_serve() as (other, model):
        counts = {"ours": 0, "theirs": 0}

        def ours() -> None:
            counts["ours"] = _together(client)

        def theirs() -> None:
            counts["theirs"] = _together(other, model)

        seconds = in_turn(ours, theirs, RUNS)
        each = (seconds[0] / counts["ours"], seconds[1] / counts["theirs"])
        told = f"against transformers serve --continuous-batching; {counts['ours']} and {counts['theirs']} tokens"
        yield Row(f"a token, {AT_ONCE} questions at once", *each, told)


@contextmanager
def transformers_serve() -> Iterator[tuple[OpenAI, str]]:
    """(its client, the name of the starter there). It runs offline: the model is a folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = str(starter.folder())
    command = [str(Path(sys.executable).with_name("transformers")), "serve", folder, "--continuous-batching"]
    command += ["--port", str(port), "--host", "127.0.0.1", "--device", "cpu", "--dtype", "bfloat16"]
    with tempfile.TemporaryFile() as log:
        environ = {**os.environ, "HF_HUB_OFFLINE": "1"}
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environ)
        try:
            client = OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0, timeout=300)
            _until(lambda: _listens(port), 120)
            yield client, folder
        finally:
            process.terminate()
            process.wait(20)


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("transformers serve did not start")
        time.sleep(0.2)


def _first_token(client: OpenAI) -> Row:
    def first() -> None:
        stream = client.chat.completions.create(
            model=starter.NAME,
            messages=_questions()[0],  # type: ignore[arg-type]
            max_tokens=TOKENS,
            temperature=0,
            stream=True,
        )
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                break
        stream.close()

    def whole() -> None:
        _ask(client, _questions()[0])

    return Row("the first token of a stream", *in_turn(first, whole, 5), f"against the whole answer of {TOKENS} tokens")

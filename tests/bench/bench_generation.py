"""32 questions asked at once, which the trainer server answers in a batch, against the same ones one after the other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ftcore.trainer import starter
from tests.bench.measure import Row, in_turn
from tests.fixtures_trainer import TrainerProcess

AT_ONCE = 32


def run() -> Iterator[Row]:
    starter.fetch()
    with tempfile.TemporaryDirectory() as folder:
        server = TrainerProcess(Path(folder)).start()
        client = server.client()

        def ask(i: int) -> str | None:
            messages = [{"role": "user", "content": f"Write one sentence about the number {i}."}]
            reply = client.chat.completions.create(model=starter.NAME, messages=messages, max_tokens=24, temperature=0)  # type: ignore[arg-type]
            return reply.choices[0].message.content

        def batch() -> None:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(ask, range(AT_ONCE)))

        def alone() -> None:
            for i in range(AT_ONCE):
                ask(i)

        yield Row(
            f"{AT_ONCE} questions of 24 tokens", *in_turn(batch, alone, 1), "through the openai SDK, one run each"
        )
        server.stop()

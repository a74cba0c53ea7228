"""A file of hundreds of megabytes is taken without ever being held in memory."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import openai
import psutil
import pytest

from tests.conftest import times
from tests.fixtures_trainer import TrainerProcess, training_lines

MEGABYTES = times(300, 511)


def written(path: Path, megabytes: int, last: str = "") -> int:
    """A training file of so many megabytes, and how many lines it has."""
    lines = training_lines()
    for at, line in enumerate(lines):
        line["messages"][1]["content"] += f" I looked in row {at} and did not find it." * 40
    block = "".join(json.dumps(line) + "\n" for line in lines).encode()
    repeats = (megabytes << 20) // len(block)
    with path.open("wb") as file:
        for _ in range(repeats):
            file.write(block)
        file.write(last.encode())
    return repeats * len(lines)


class Watched:
    """The most memory that a process held while it was watched."""

    def __init__(self, pid: int):
        self._process, self._done = psutil.Process(pid), threading.Event()
        self.before = self.most = self._process.memory_info().rss
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.most = max(self.most, self._process.memory_info().rss)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> TrainerProcess:
    return TrainerProcess(tmp_path_factory.mktemp("large"))


def test_a_large_upload_does_not_go_through_memory(server: TrainerProcess, tmp_path: Path) -> None:
    server.start()
    try:
        path = tmp_path / "large.jsonl"
        written(path, MEGABYTES)
        client = server.client().with_options(timeout=600)
        client.files.list()
        assert server.process is not None
        with Watched(server.process.pid) as watched, path.open("rb") as file:
            taken = client.files.create(file=("large.jsonl", file), purpose="fine-tune")
        assert taken.bytes == path.stat().st_size > MEGABYTES * 0.95 * (1 << 20)
        grown = (watched.most - watched.before) >> 20
        assert grown < 100, "megabytes"
        number = written(path, 30, last='{"messages": 3}\n') + 1
        with path.open("rb") as file, pytest.raises(openai.BadRequestError, match=f"line {number}: "):
            client.files.create(file=("large.jsonl", file), purpose="fine-tune")
        assert [one.id for one in client.files.list()] == [taken.id]
        assert len(list((server.workspace / "trainer" / "files").iterdir())) == 1, "nothing of the refused one is left"
    finally:
        server.stop()

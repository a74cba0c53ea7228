"""The starter model and a running trainer server, for every folder of tests that needs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI

from ftcore.supervision import share_processor

ROOT = Path(__file__).parent.parent

share_processor()


@pytest.fixture(scope="session")
def starter_model() -> Path:
    """The folder of the starter model; fetched once, if the machine does not have it."""
    from ftcore.trainer import starter
    from ftcore.trainer.errors import TrainerError

    try:
        return starter.fetch()
    except TrainerError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(error.message)
        pytest.skip(error.message)


@dataclass
class TrainerProcess:
    """A trainer server as a process, which may be killed and started again over the same workspace."""

    workspace: Path
    environ: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return (self.workspace / "trainer-address").read_text()

    @property
    def token(self) -> str:
        return (self.workspace / "trainer-token").read_text().strip()

    def client(self) -> OpenAI:
        return OpenAI(base_url=self.base_url, api_key=self.token, max_retries=0, timeout=120)

    def start(self, seconds: float = 60) -> TrainerProcess:
        self.workspace.mkdir(parents=True, exist_ok=True)
        (self.workspace / "trainer-address").unlink(missing_ok=True)
        with (self.workspace / "trainer.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ftcore.trainer", "--workspace", str(self.workspace), "--port", "0"],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environ},
            )
        until = time.monotonic() + seconds
        while not (self.workspace / "trainer-address").is_file():
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError(
                    f"the trainer did not start:\n{(self.workspace / 'trainer.log').read_text()[-3000:]}"
                )
            time.sleep(0.02)
        return self

    def kill(self) -> None:
        """As a crash would: no goodbye."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


@pytest.fixture(scope="session")
def trainer_server(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainerProcess]:
    """One server with the starter model, shared by the session, on a free port."""
    server = TrainerProcess(tmp_path_factory.mktemp("trainer")).start()
    yield server
    server.stop()


def training_lines(count: int = 12) -> list[dict[str, Any]]:
    """Short examples that a small model learns in a few steps: which shelf a thing is on."""
    things = ["lamp", "chair", "kettle", "clock", "mirror", "rug", "vase", "stool", "basket", "candle", "tray", "shelf"]
    pairs = ((things[i % len(things)] + ("" if i < len(things) else f" {i}"), i) for i in range(count))
    return [
        {
            "messages": [
                {"role": "system", "content": "Say the aisle."},
                {"role": "user", "content": f"Where is the {thing}?"},
                {"role": "assistant", "content": f'{{"aisle": "{"ABC"[i % 3]}", "item": "{thing}"}}'},
            ]
        }
        for thing, i in pairs
    ]


def jsonl(lines: list[Any]) -> bytes:
    return "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines).encode()


def upload(client: OpenAI, lines: list[Any], name: str = "train.jsonl") -> str:
    return client.files.create(file=(name, jsonl(lines)), purpose="fine-tune").id


def wait_for_job(client: OpenAI, job_id: str, seconds: float = 240) -> Any:
    """The job when it has ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = client.fine_tuning.jobs.retrieve(job_id)
        if job.status in ("succeeded", "failed", "cancelled"):
            return job
        time.sleep(0.1)
    raise AssertionError(f"{job_id} is still {job.status} after {seconds} seconds")


def steps_of(client: OpenAI, job_id: str) -> list[int]:
    """The steps of the metrics events, oldest first."""
    events = list(client.fine_tuning.jobs.list_events(job_id, limit=100))
    return [int(event.data["step"]) for event in reversed(events) if event.type == "metrics"]  # type: ignore[index,call-overload]

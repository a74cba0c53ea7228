"""`tuneworthy up` as a process that tests may kill, with everything that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

import psutil

from ftcore.supervisor import answers
from ftcore.workspace import Workspace
from tests.conftest import ROOT

KINDS = {
    "app": "ftcore.ui.process",
    "worker": "ftcore.worker",
    "trainer": "ftcore.trainer",
    "child": "ftcore.trainer.child",
}


@dataclass
class Supervised:
    workspace: Workspace
    process: subprocess.Popen[bytes] | None = None
    ours: list[psutil.Process] = field(default_factory=list)

    def start(self, seconds: float = 90) -> Supervised:
        """Returns when the app and the trainer server answer."""
        command = [sys.executable, "-m", "ftcore.cli", "up", "--no-browser", "--workspace", str(self.workspace.root)]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TUNEWORTHY_SUPERVISOR")}
        with (self.workspace.folder("logs") / "supervisor.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=environment)
        wait_for(lambda: self.workspace.address.exists() and self.trainer_answers(), seconds, "the start")
        return self

    def trainer_answers(self) -> bool:
        if not self.workspace.trainer_address.exists():
            return False
        return answers(self.workspace.trainer_address.read_text().strip().removesuffix("/v1") + "/health")

    def find(self, kind: str) -> psutil.Process | None:
        """The running process of a kind: app, worker, trainer, or the trainer's training child."""
        assert self.process is not None
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                arguments = process.cmdline()
            except psutil.Error:
                continue
            if KINDS[kind] in arguments and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None

    def kill(self, kind: str) -> None:
        """As a crash would: no goodbye."""
        wait_for(lambda: self.find(kind) is not None, 60, f"the {kind}")
        found = self.find(kind)
        assert found is not None
        found.kill()

    def everybody(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)


def wait_for(what: object, seconds: float, name: str) -> None:
    until = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        if time.monotonic() > until:
            raise AssertionError(f"{name} did not come within {seconds} s")
        time.sleep(0.05)

"""A port that another program takes between the looking and the starting."""

from __future__ import annotations

import time
from pathlib import Path

from ftcore.supervisor import Child


def test_a_server_that_cannot_have_its_port_is_started_at_another_one(tmp_path: Path) -> None:
    code = "import sys; sys.exit(1)"  # as the trainer ends when its port is taken
    child = Child("trainer server", ["-c", code, "--port", "1"], tmp_path / "log", {})
    told: list[str] = []
    child.start()
    until = time.monotonic() + 20
    while child.failures < 2 and time.monotonic() < until:
        child.due = 0.0
        child.look(told.append)
    child.stop(time.monotonic() + 5)
    assert len(told) == 2
    assert child.arguments[:3] == ["-c", code, "--port"]
    assert int(child.arguments[3]) >= 8701

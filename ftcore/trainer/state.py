"""What the routes share: the folders, the database, the queue and the engine of one server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request

from ftcore.trainer.database import Database

if TYPE_CHECKING:
    from ftcore.trainer.generation.engine import Engine
    from ftcore.trainer.runner import Runner


@dataclass(frozen=True, slots=True)
class State:
    """`home` is `<workspace>/trainer`. Every file name below it is made from an id, never from input."""

    home: Path
    database: Database
    runner: Runner
    engine: Engine

    def file(self, file_id: str) -> Path:
        return self.home / "files" / f"{file_id}.data"

    @property
    def takeaway(self) -> Path:
        """What is being sent to somebody; emptied at each start."""
        return self.home / "takeaway"

    def job(self, job_id: str) -> Path:
        return self.home / "jobs" / job_id


def state_of(request: Request) -> State:
    state: State = request.app.state.trainer
    return state

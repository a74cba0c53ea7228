"""A project, the people in it, and tasks for the worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Project:
    id: int
    name: str
    revision: int = 0
    """Counts the writes: caches are keyed by (id, revision)."""
    base_prompt: str = ""
    """The full system prompt that the base model is asked with."""
    tuned_prompt: str = ""
    """The short system prompt that the tuned model is trained and asked with."""
    sample: bool = False
    created_at: datetime | None = None


class TaskState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Task:
    """Work for the worker: leased (until `lease_until`) and fenced (`fence` grows with every lease: a worker that
    lost its lease can no longer write)."""

    id: int
    kind: str
    project_id: int | None
    payload: dict[str, Any]
    state: TaskState
    fence: int = 0
    attempts: int = 0
    done: int = 0
    total: int = 0
    message: str = ""
    error: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    finished_at: datetime | None = None

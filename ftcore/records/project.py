"""A project, the people in it, and tasks for the worker."""

from __future__ import annotations

import re
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
    limits: dict[str, Any] = field(default_factory=dict)
    """Thresholds of the checks that were changed, and `off`: the codes that this project ignores."""
    profile: dict[str, Any] = field(default_factory=dict)
    """What the answers have in common, as the last check of the whole saw it: single rows are re-checked in its light."""
    good_note: str = ""
    """What good looks like, in the curators' words: pinned beside the review."""
    archived_at: datetime | None = None

    @property
    def file_name(self) -> str:
        """Its name as every system takes it in a download's name: small letters, digits, hyphens. Never a path: two projects may
        share it."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:40].strip("-") or f"project-{self.id}"


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

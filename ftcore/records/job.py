"""One fine-tuning at an endpoint."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """Ours, not the server's: what we know of the job. `unknown` = we asked for it and got no answer."""

    PLANNED = "planned"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def ended(self) -> bool:
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class JobEvent:
    id: str
    created_at: datetime
    level: str
    message: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """One step of training. Losses are mean negative log-likelihoods per answer token, accuracies in [0, 1]."""

    step: int
    total_steps: int
    train_loss: float | None = None
    train_accuracy: float | None = None
    valid_loss: float | None = None
    valid_accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Job:
    id: int
    project_id: int
    snapshot_id: int
    endpoint_id: int
    key: str
    """Our own id, sent as metadata, by which the job is found again after a lost reply."""
    state: JobState
    base_model: str
    remote_id: str = ""
    remote_status: str = ""
    fine_tuned_model: str = ""
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    system_prompt: str = ""
    seed: int = 0
    trained_tokens: int | None = None
    step: int = 0
    total_steps: int = 0
    error: str = ""
    cancel_requested: bool = False
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    created_by: str = ""
    method: str = "supervised"
    """`supervised`, or `dpo` for pairs of answers."""
    suffix: str = ""
    group: str = ""
    """Jobs that were launched together (several seeds, a size series) share it; "" = alone."""
    share: float = 1.0
    """The part of the training rows that it learns from, in (0, 1]; smaller parts are inside the larger ones."""
    wish: str = ""
    """What somebody asked for and the server has not been told yet: `pause` or `resume`."""
    estimated_tokens: int = 0
    """All epochs, before the launch."""
    rate: float | None = None
    """US dollars for a million training tokens, as they were when it was launched; None = not known."""
    cost_low: float | None = None
    cost_high: float | None = None
    """The estimate before the launch, in US dollars."""
    origin: str = ""
    """`found` for a job that existed at the endpoint and was brought in; "" for one that was launched here."""
    seen_at: datetime | None = None
    """When the server last answered for this job."""
    estimated_finish: datetime | None = None
    queue_position: int | None = None
    files_removed_at: datetime | None = None

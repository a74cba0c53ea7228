"""Who answers: the model of a job, or, where nothing has been trained, a base model as it comes."""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.records import Job


@dataclass(frozen=True, slots=True)
class Untrained:
    """A base model at an endpoint, and the snapshot of the examples. What a comparison asks of a job, it has under the same
    names."""

    project_id: int
    snapshot_id: int
    endpoint_id: int
    base_model: str
    id: None = None
    fine_tuned_model: str = ""
    group: str = ""
    share: float = 1.0
    method: str = "supervised"
    seed: int = 0


Answering = Job | Untrained

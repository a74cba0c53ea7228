"""A model at an endpoint: a tuned one, or a checkpoint on the way to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Model:
    """`job_id` None = not made here. `gone_at`: it was deleted at the endpoint, or the endpoint no longer lists it."""

    id: int
    endpoint_id: int
    job_id: int | None
    name: str
    base_model: str
    created_at: datetime | None = None
    kind: str = "tuned"
    """`tuned`, or `checkpoint`, the state at `step`."""
    step: int = 0
    metrics: dict[str, Any] = field(default_factory=dict)
    shutdown_date: str = ""
    """YYYY-MM-DD as the server told it; "" = it told none."""
    served_as: str = ""
    """The name under which it answers, where that is another one: some servers want a deployment of its own."""
    note: str = ""
    listed_at: datetime | None = None
    gone_at: datetime | None = None
    removed_at: datetime | None = None

    @property
    def asked_as(self) -> str:
        """What is sent as `model` with a question."""
        return self.served_as or self.name

    def days_left(self, today: date | None = None) -> int | None:
        """Days until the server's own shutdown date; None where it told none that can be read."""
        try:
            return (date.fromisoformat(self.shutdown_date) - (today or date.today())).days
        except ValueError:
            return None

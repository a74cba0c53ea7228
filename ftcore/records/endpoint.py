"""A server that speaks the fine-tuning protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

LOCAL = "local"
"""The name of the project's own trainer server."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to send files, jobs and questions. The key itself is never here: `key_source` says where it is found
    (`file:PATH`, `env:NAME`, `keyring:NAME`, `secret:NAME`), and it is read at the moment of the call."""

    id: int
    name: str
    base_url: str
    key_source: str = ""
    practice: bool = False
    """True for the embedded small model, whose evidence is stamped."""
    provider: str = ""
    """Its name in `data/providers.yaml`; "" = none of them."""
    limits: dict[str, float] = field(default_factory=dict)
    """The user's own, in US dollars: `job_usd` (no launch above it), `month_usd` (no launch that would lead above it),
    `train_usd` (what a million training tokens cost there)."""
    checked_at: datetime | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)
    """What the last test of the connection said: dicts of `what`, `ok`, `sentence`."""
    removed_at: datetime | None = None

    @property
    def identity(self) -> str:
        """What the same server is known by: our own trainer listens elsewhere after every start and is the same."""
        return LOCAL if self.name == LOCAL else self.base_url.rstrip("/")

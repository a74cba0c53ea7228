"""A server that speaks the fine-tuning protocol."""

from __future__ import annotations

from dataclasses import dataclass

LOCAL = "local"
"""The name of the project's own trainer server."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to send files, jobs and questions. The key itself is never here: `key_source` says where it is found
    (`file:PATH`, `env:NAME`), and it is read at the moment of the call."""

    id: int
    name: str
    base_url: str
    key_source: str = ""
    practice: bool = False
    """True for the embedded small model, whose evidence is stamped."""

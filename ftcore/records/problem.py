"""What a check finds in an example."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: `message` is one plain sentence; `where` says in which text (`prompt`, `response`, `system`),
    `start` and `end` are character offsets in it. `related` is the index or id of the other example of a pair."""

    code: str
    severity: Severity
    message: str
    where: str = ""
    start: int | None = None
    end: int | None = None
    related: int | None = None

"""Decisions: each save is a new row, so that what was believed when can be read later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from ftcore.records import Recommendation
from ftcore.store.projects import touch
from ftcore.store.schema import decisions, now


@dataclass(frozen=True, slots=True)
class Decision:
    id: int
    project_id: int
    answers: dict[str, str]
    reasons: list[str]
    recommendation: dict[str, Any]
    note: str
    who: str
    created_at: datetime
    known: dict[str, dict[str, Any]]
    """By question, how its answer is known: `note`, `link`, `attached` (names of evidence in this project)."""
    details: dict[str, Any]
    """What the follow-ups were answered, by key."""
    choice: str
    """The action that was decided on; "" = not decided yet. `note` says why."""
    review_on: str
    """ISO 8601 date; "" = none."""


def save(
    c: Connection,
    project_id: int,
    *,
    answers: Mapping[str, str],
    reasons: Sequence[str],
    recommendation: Recommendation,
    who: str,
    note: str = "",
    known: Mapping[str, dict[str, Any]] | None = None,
    details: Mapping[str, Any] | None = None,
    choice: str = "",
    review_on: str = "",
) -> Decision:
    """Keeps a decision, unless it is the one that stands already."""
    said: dict[str, Any] = {
        "answers": dict(answers),
        "reasons": list(reasons),
        "note": note,
        "known": dict(known or {}),
        "details": dict(details or {}),
        "choice": choice,
        "review_on": review_on,
    }
    standing = latest(c, project_id)
    if standing and all(getattr(standing, name) == value for name, value in said.items()):
        return standing
    said["recommendation"] = asdict(recommendation)
    c.execute(insert(decisions).values(project_id=project_id, who=who, created_at=now(), **said))
    touch(c, project_id)
    saved = latest(c, project_id)
    assert saved is not None
    return saved


def latest(c: Connection, project_id: int) -> Decision | None:
    return next(iter(history(c, project_id, limit=1)), None)


def history(c: Connection, project_id: int, *, limit: int = 50) -> list[Decision]:
    query = select(decisions).where(decisions.c.project_id == project_id).order_by(decisions.c.id.desc()).limit(limit)
    return [_decision(row) for row in c.execute(query).mappings()]


def _decision(row: RowMapping) -> Decision:
    return Decision(**{name: row[name] for name in Decision.__dataclass_fields__})

"""What the checks found in the approved examples, from the tallies: at once for a million rows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from ftcore.records import Split, Status
from ftcore.store.filters import WARNING
from ftcore.store.schema import tallies


@dataclass(frozen=True, slots=True)
class ApprovedChecked:
    """Approved examples outside the trash, those whose worst open problem is an error, a warning, and those on the test side."""

    approved: int = 0
    errors: int = 0
    warnings: int = 0
    test: int = 0


def approved(c: Connection, project_id: int) -> ApprovedChecked:
    mine = (tallies.c.project_id == project_id, tallies.c.status == Status.APPROVED, ~tallies.c.trashed)
    query = select(tallies.c.split, tallies.c.worst, func.sum(tallies.c.number).label("number")).where(*mine)
    rows = c.execute(query.group_by(tallies.c.split, tallies.c.worst)).mappings().all()
    return ApprovedChecked(
        approved=sum(row["number"] for row in rows),
        errors=sum(row["number"] for row in rows if row["worst"] > WARNING),
        warnings=sum(row["number"] for row in rows if row["worst"] == WARNING),
        test=sum(row["number"] for row in rows if row["split"] == Split.TEST),
    )

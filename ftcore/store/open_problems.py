"""How many approved examples have problems that nobody has solved."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from ftcore.records import Severity, Status
from ftcore.store.problems import RANKS
from ftcore.store.schema import tallies


def of_approved(c: Connection, project_id: int) -> dict[Severity, int]:
    """Approved examples by their worst open problem; those with none are left out."""
    mine = (tallies.c.project_id == project_id, ~tallies.c.trashed, tallies.c.status == Status.APPROVED)
    query = select(tallies.c.worst, func.sum(tallies.c.number)).where(*mine).group_by(tallies.c.worst)
    numbers = {int(worst): int(number) for worst, number in c.execute(query)}
    return {severity: numbers[rank] for severity, rank in RANKS.items() if numbers.get(rank)}

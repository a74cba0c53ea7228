"""The health of a project: of its approved rows, which are what a model would learn from and be tested on."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from ftcore.dataset import bulk, health
from ftcore.dataset.health import Health
from ftcore.dataset.splitting import Progress
from ftcore.records import Example, Filter, Status
from ftcore.store import examples, problems
from ftcore.store.database import Database

READING = "Reading the examples"


def examine(db: Database, project_id: int, progress: Progress = bulk.silent) -> Health:
    """Reads every approved row once; memory does not grow with their number."""
    with db.read() as c:
        counts = examples.counts(c, project_id)

        def walked() -> Iterator[Example]:
            done = 0
            for part in examples.stream(c, project_id, Filter(status=Status.APPROVED)):
                yield from part
                done += len(part)
                progress(done, max(done, counts.approved), READING)

        return health.examine(walked(), problems_of(c, project_id), training_rows=counts.train)


def problems_of(c: Connection, project_id: int) -> dict[str, int]:
    """How many approved rows have each open problem, by code (counted to 10,000)."""
    codes = [code for code, _, _ in problems.tally(c, project_id)]
    return {code: examples.count(c, project_id, Filter(status=Status.APPROVED, problem=code))[0] for code in codes}

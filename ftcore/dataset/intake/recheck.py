"""Checks a whole project again: after edits, what concerns pairs of rows may have come or gone."""

from __future__ import annotations

from ftcore.dataset.intake.checking import WholeCheck
from ftcore.dataset.intake.progress import Progress, silent
from ftcore.dataset.intake.scratch import scratch
from ftcore.store.database import Database


def recheck(db: Database, project_id: int, *, progress: Progress = silent) -> None:
    """Under the project's own limits. Other people's edits wait at most a moment; doing it twice finds the same."""
    with scratch(db) as folder:
        whole = WholeCheck(db, project_id, folder, progress)
        whole.look()
        whole.check()

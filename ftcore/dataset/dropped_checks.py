"""What a project does not want to hear of: a kind of problem is left out for good, and looked for again when somebody says so."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from ftcore.dataset.limits import Limits
from ftcore.records import Filter
from ftcore.store import examples, problems, projects, tasks
from ftcore.store.database import Database

AT_ONCE = 20_000
"""Findings of more rows than these are taken away by the check of the whole."""
CHECK = "check"


def drop(db: Database, project_id: int, code: str) -> None:
    """The checks do not look for this any more in the project, and what they found goes."""
    with db.write() as c:
        limits = Limits.from_json(projects.get(c, project_id).limits)
        keep_limits(c, project_id, replace(limits, off=limits.off | {code}))
        _, more = examples.count(c, project_id, Filter(problem=code), up_to=AT_ONCE)
        if more:
            ask_for_check(c, project_id)
        else:
            ids = examples.ids(c, project_id, Filter(problem=code))
            problems.replace(c, project_id, {id_: [] for id_ in ids}, codes=[code])


def look_again(db: Database, project_id: int, code: str) -> None:
    with db.write() as c:
        limits = Limits.from_json(projects.get(c, project_id).limits)
        keep_limits(c, project_id, replace(limits, off=limits.off - {code}))
        ask_for_check(c, project_id)


def keep_limits(c: Connection, project_id: int, limits: Limits) -> None:
    """Beside what else the project keeps there."""
    projects.set_limits(c, project_id, {**projects.get(c, project_id).limits, **limits.to_json()})


def ask_for_check(c: Connection, project_id: int) -> None:
    """Has the worker look through the whole project, once however many wait."""
    if not any(task.state == "queued" for task in tasks.open_tasks(c, project_id, CHECK)):
        tasks.put(c, CHECK, {"project_id": project_id}, project_id=project_id)

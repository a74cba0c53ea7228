"""How many rows a filter matches: at once up to 10,000, then "10,000+" until the worker has counted; and what there is to
choose from. An edit does not count everything anew: tallies go by the findings, and a slow count is good for a while."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from ftcore.dataset import labels
from ftcore.records import Filter, Project, Task, TaskState
from ftcore.store import examples, facets, row_sets, tasks
from ftcore.ui import session
from ftcore.ui.table.filter_words import matching

PATIENCE = 60
"""Seconds for which a worker's count of a filter is good enough after edits."""
COUNT = "count"
SLOW, SLOW_KEPT = 0.1, 15.0
"""Seconds: a count that took longer than the one is good for the other."""
REMEMBERED = 60


@st.cache_data(show_spinner=False, max_entries=32, ttl=20)
def choices(path: str, project_id: int) -> facets.Facets:
    """Tags, files and people to choose from; at most 20 seconds old."""
    with session.db().read() as c:
        return facets.of_project(c, project_id)


@st.cache_data(show_spinner=False, max_entries=32, ttl=20)
def answers(path: str, project_id: int) -> tuple[str, ...]:
    """The labels to choose from, in the order of the alphabet; none where answers are no labels."""
    with session.db().read() as c:
        return tuple(sorted(labels.known(c, project_id), key=str.lower))


def sets_of(project: Project, where: Filter) -> dict[int, tuple[str, str]]:
    """The stored set that the filter names, by id: (kind, label); nothing when it is gone."""
    if where.row_set is None:
        return {}
    try:
        with session.db().read() as c:
            found = row_sets.get(c, where.row_set)
    except LookupError:
        return {}
    return {found.id: (found.kind, found.label)} if found.project_id == project.id else {}


def count(project: Project, where: Filter) -> tuple[int, bool]:
    """Counted anew after each write; only a count that took long stays good for a while."""
    kept: dict[str, dict[str, Any]] = st.session_state.setdefault(f"counts-{project.id}", {})
    name = json.dumps(where.to_json())
    known = kept.get(name)
    began = time.monotonic()
    if known is not None and (known["revision"] == project.revision or known["until"] > began):
        return known["number"], known["more"]
    with session.db().read() as c:
        number, more = examples.count(c, project.id, where)
    ends = time.monotonic()
    until = ends + SLOW_KEPT if ends - began > SLOW else ends
    kept[name] = {"revision": project.revision, "number": number, "more": more, "until": until}
    for old in list(kept)[:-REMEMBERED]:
        del kept[old]
    return number, more


def forget(project: Project) -> None:
    """Everything is counted anew: after a bulk action, an undo, an import."""
    st.session_state.pop(f"counts-{project.id}", None)


def part(project: Project, name: str, value: Any) -> tuple[int, bool]:
    """How many rows one part of a filter matches by itself."""
    return count(project, Filter(**{name: value}))


def draw_matching(project: Project, where: Filter, number: int, more: bool, prefix: str) -> None:
    """ "Page 2 · 412 rows match". Beyond 10,000 the worker is asked, and its number shown once it is there."""
    if not more:
        st.text(f"{prefix}{matching(number)}")
        return
    last = ask(project, where)
    if last.state in (TaskState.QUEUED, TaskState.RUNNING):
        _follow(last.id, f"{prefix}{matching(number, more)}")
        return
    st.text(f"{prefix}{counted(project, last) or matching(number, more)}")


def ask(project: Project, where: Filter) -> Task:
    """The worker's last count of this filter; a new one is asked for when there is none that is good enough."""
    with session.db().read() as c:
        last = tasks.last(c, project.id, COUNT)
    if last is not None and last.payload.get("filter") == where.to_json() and _good(project, last):
        return last
    with session.db().write() as c:
        waiting = [task for task in tasks.open_tasks(c, project.id, COUNT) if task.state is TaskState.QUEUED]
        for task in waiting:  # nobody waits for the number of a filter that was left
            tasks.request_cancel(c, task.id)
        payload = {"project_id": project.id, "filter": where.to_json(), "revision": project.revision}
        return tasks.put(c, COUNT, payload, project_id=project.id)


def counted(project: Project, task: Task) -> str:
    """The worker's number in words: "about" when something changed since; "" when it has none."""
    if task.state is not TaskState.DONE or "number" not in task.result:
        return ""
    # The end of a task is a revision of its own.
    about = "" if project.revision <= task.payload.get("revision", 0) + 1 else "about "
    return f"{about}{matching(int(task.result['number']))}"


def _good(project: Project, task: Task) -> bool:
    if task.state in (TaskState.QUEUED, TaskState.RUNNING):
        return True
    if project.revision <= task.payload.get("revision", 0) + 1:
        return True
    return task.finished_at is not None and (datetime.now(UTC) - task.finished_at).total_seconds() < PATIENCE


@st.fragment(run_every=0.7)
def _follow(task_id: int, said: str) -> None:
    with session.db().read() as c:
        task = tasks.get(c, task_id)
    if task.state not in (TaskState.QUEUED, TaskState.RUNNING):
        st.rerun()
    st.text(f"{said} (counting)")

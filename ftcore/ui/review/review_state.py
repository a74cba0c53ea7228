"""Where somebody stands in the review: the queue, the row, the way back. What must outlive the session is in the store."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from ftcore.dataset import triage
from ftcore.dataset.deciding import ASK
from ftcore.dataset.triage import STAGES, Queue, Sample
from ftcore.records import Example, Filter, Problem, Project
from ftcore.store import examples, problems, projects, reviews
from ftcore.store.reviews import Course, Place
from ftcore.ui import session
from ftcore.ui.curate import curate_state

CHOOSER = "review-queue"
LONGEST_PAUSE = 90.0
"""Seconds: whoever looks at a row for longer was elsewhere, and does not get slower by it."""
TRAIL = 500
NOTHING_DRAWN = (0, 0.0)
FRESH = 10.0
"""Seconds that the counts of the other queues may be old."""


@dataclass(frozen=True, slots=True)
class Left:
    """How much each queue still holds; `drafts` are those without a problem."""

    problems: int
    groups: int
    sample: Sample | None
    table: tuple[int, bool]
    asked: int
    drafts: int

    def of(self, queue: Queue) -> tuple[int, bool]:
        """(rows, or groups of them; True when there are more)"""
        if queue is Queue.TABLE:
            return self.table
        sample = self.sample.left if self.sample else min(self.drafts, triage.sampling.TRIAGE)
        known = {
            Queue.PROBLEMS: self.problems,
            Queue.GROUPS: self.groups,
            Queue.ASKED: self.asked,
            Queue.SAMPLE: sample,
        }
        return known[queue], queue is Queue.GROUPS and self.groups >= reviews.GROUPS_COUNTED


@dataclass(frozen=True, slots=True)
class View:
    """All that one drawing of the review shows, read at once. `example` is None at the end of the queue."""

    project: Project
    queue: Queue
    course: Course
    place: Place
    left: Left
    remaining: tuple[int, bool]
    example: Example | None
    problems: tuple[Problem, ...]
    group: tuple[Example, ...]


def of(project: Project) -> dict[str, Any]:
    """This session's record: queue, at (a row's id), exact (that very row), ended, trail, own (changes made here), versions."""
    return curate_state.remembered("review", project)


def begin(project: Project) -> None:
    """Takes up where this person stopped, on any screen; another person begins where they stopped. A table that shows other
    rows by now is another queue."""
    here, shown = of(project), curate_state.view(project).where
    if here.get("who") == session.who() and "queue" in here:
        if here["live"] != shown:
            here.update(live=shown, table=shown, table_left=None)
            if here["queue"] is Queue.TABLE:
                enter(project, Queue.TABLE)
        return
    here.clear()
    here.update(who=session.who(), live=shown, table=shown)
    with session.db().read() as c:
        last = reviews.last_queue(c, project.id, session.who())
    if last.get("queue") in set(Queue):
        here["table"] = Filter.from_json(last["where"]) if "where" in last else shown
        enter(project, Queue(last["queue"]))
        return
    enter(project, next((q for q in STAGES if _holds(project, q)), Queue.PROBLEMS))


def enter(project: Project, queue: Queue, *, anew: bool = False) -> None:
    """Goes to a queue, to the row where this person stopped in it."""
    triage.prepare(session.db(), project.id, queue, who=session.who())
    here = of(project)
    here.update(queue=queue, exact=False, ended=False, trail=[], editing=0, alike=None, fixing="")
    here.update(table_left=None, elsewhere=None)
    with session.db().read() as c:
        stopped = reviews.place(c, project.id, session.who(), course(c, project).digest)
    here["at"] = None if anew else stopped.at_id
    if anew:
        keep(project, None)


def next_stage(project: Project, queue: Queue, left: Left) -> Queue | None:
    """The stage after this one that still holds something."""
    if queue not in STAGES:
        return None
    return next((q for q in STAGES[STAGES.index(queue) + 1 :] if left.of(q)[0]), None)


def course(c: Connection, project: Project) -> Course:
    return triage.course(c, project.id, of(project)["queue"], table_filter(project))


def table_filter(project: Project) -> Filter:
    """What the table showed when its queue was entered; the trash is not reviewed."""
    return replace(of(project)["table"], trashed=False)


def query(project: Project) -> dict[str, Any]:
    """What the store keeps of the queue, so that another session finds back."""
    queue = of(project)["queue"]
    return {"queue": queue.value} | ({"where": table_filter(project).to_json()} if queue is Queue.TABLE else {})


def look(project: Project) -> View:
    """Reads what is to be drawn. A row that is gone meanwhile is passed over."""
    here = of(project)
    queue = here["queue"]
    with session.db().read() as c:
        way = course(c, project)
        example = _row(c, project, way)
        standing = reviews.place(c, project.id, here["who"], way.digest)
        left = _left(c, project)
        found = tuple(problems.of_example(c, example.id)) if example else ()
        others = triage.grouped(c, project.id, example.id) if example else []
        if example and here.get("alike") and here["alike"][0] == example.id:
            others = here["alike"][1]
        group = tuple(row for row in examples.get_many(c, others) if not row.trashed)
        remaining = left.of(queue)
        if queue is Queue.GROUPS:
            remaining = (reviews.left_in_set(c, way.set_id or 0), False)
        fresh = projects.get(c, project.id)
    if example is None:
        here["ended"] = True
    elif here.get("shown", (0, 0.0))[0] != example.id:
        here["shown"] = (example.id, time.monotonic())
    return View(fresh, queue, way, standing, left, remaining, example, found, group)


def drawn(project: Project, example_id: int) -> None:
    """Everything of the row is on its way to the screen. There it stays until a key goes on, though an edit may have taken away
    what brought it into the queue."""
    here, now = of(project), time.monotonic()
    row, since = here.get("drawn", NOTHING_DRAWN)
    here.update(drawn=(example_id, since if row == example_id else now), at=example_id, exact=True)
    if here.pop("keyed", False):
        here["last_drawn"] = now


def on_screen(project: Project, example_id: int) -> float:
    """Seconds since this row stood there whole; 0 while another does, or none. A key that comes between a decision and the
    next drawing was meant for the row before."""
    row, since = of(project).get("drawn", NOTHING_DRAWN)
    return time.monotonic() - float(since) if row == example_id else 0.0


def still(project: Project) -> float:
    """Seconds since a key was answered by a drawing: one that is held down comes again at once. What is drawn because a field
    was left does not count: the click that left it comes right behind."""
    return time.monotonic() - float(of(project).get("last_drawn", 0.0))


def spent(project: Project) -> float:
    """Seconds since the row came on the screen."""
    shown = of(project).get("shown", (0, time.monotonic()))
    return min(LONGEST_PAUSE, time.monotonic() - float(shown[1]))


def keep(project: Project, at_id: int | None) -> None:
    with session.db().write() as c:
        stand(c, project, course(c, project), at_id)


def stand(
    c: Connection, project: Project, course: Course, at_id: int | None, *, decided: int = 0, seconds: float = 0.0
) -> None:
    """Keeps in the store where this person is in the queue."""
    here = query(project)
    reviews.move(c, project.id, session.who(), course.digest, query=here, at_id=at_id, decided=decided, seconds=seconds)


def step(project: Project, from_id: int, to_id: int | None) -> None:
    """Goes on from a row; None is the end of the queue."""
    here = of(project)
    here["trail"] = [*here["trail"][-TRAIL:], from_id]
    here.update(
        drawn=NOTHING_DRAWN, hasty=False, at=to_id, exact=False, ended=to_id is None, editing=0, alike=None, fixing=""
    )
    if here["queue"] is Queue.TABLE and here.get("table_left") is not None:
        number, more = here["table_left"]
        here["table_left"] = (max(0, number - 1), more)


def come_to(project: Project, example_id: int) -> None:
    """Shows this very row, whatever was decided about it."""
    of(project).update(
        drawn=NOTHING_DRAWN, hasty=False, at=example_id, exact=True, ended=False, editing=0, alike=None, fixing=""
    )
    of(project).update(table_left=None, elsewhere=None)


def version_of(project: Project, example_id: int, drawn: int) -> int:
    """The version that was seen: as drawn, or as this person's own last write made it since."""
    return max(drawn, int(of(project).setdefault("versions", {}).get(example_id, 0)))


def wrote(project: Project, example_id: int, version: int, change_id: int) -> None:
    """Remembers an own change: what is drawn next is newer by it, and Undo takes it back."""
    here = of(project)
    if change_id:
        here.setdefault("versions", {})[example_id] = version + 1
        here.setdefault("own", []).append(change_id)


def _row(c: Connection, project: Project, way: Course) -> Example | None:
    here = of(project)
    if here.get("ended"):
        return None
    if here.get("exact") and here.get("at"):
        found = [row for row in examples.get_many(c, [here["at"]]) if not row.trashed]
        if found:
            return found[0]
    next_id = reviews.ahead(c, project.id, way, here.get("at"), itself=True)
    return examples.get(c, next_id) if next_id is not None else None


def _left(c: Connection, project: Project) -> Left:
    here = of(project)
    counts = examples.counts(c, project.id)
    if here.get("table_left") is None:
        at = here.get("at") if here["queue"] is Queue.TABLE else None
        here["table_left"] = reviews.left_from(c, project.id, table_filter(project), at)
    groups, sample, asked = _elsewhere(c, project)
    return Left(counts.need_a_look, groups, sample, here["table_left"], asked, counts.clean_drafts)


def _elsewhere(c: Connection, project: Project) -> tuple[int, Sample | None, int]:
    """What the groups, the sample and the questions hold: read anew at each key in their own queue only, elsewhere when some
    seconds have passed."""
    here = of(project)
    known = here.get("elsewhere")
    if known and here["queue"] in (Queue.PROBLEMS, Queue.TABLE) and time.monotonic() - known[0] < FRESH:
        found: tuple[int, Sample | None, int] = known[1]
        return found
    set_id = triage.course(c, project.id, Queue.GROUPS).set_id
    groups = reviews.groups_left(c, set_id) if set_id else 0
    found = (groups, triage.sample_of(c, project.id), examples.count(c, project.id, Filter(tag=ASK))[0])
    here["elsewhere"] = (time.monotonic(), found)
    return found


def _holds(project: Project, queue: Queue) -> bool:
    with session.db().read() as c:
        counts = examples.counts(c, project.id)
        if queue is Queue.PROBLEMS:
            return counts.need_a_look > 0
        if queue is Queue.GROUPS:
            return reviews.groups_left(c, triage.course(c, project.id, queue).set_id or 0) > 0
        return counts.clean_drafts > 0

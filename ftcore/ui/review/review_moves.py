"""What the keys of the review do. Each is a callback: one transaction, before anything is drawn."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import curation, deciding, triage
from ftcore.dataset.deciding import ASK, Decided
from ftcore.dataset.split_lock import SplitLocked
from ftcore.dataset.triage import Queue
from ftcore.records import Project, Status
from ftcore.store import reviews
from ftcore.ui import page, session
from ftcore.ui.review import review_edit, review_state

INFO = ":material/info:"
TOO_QUICK = 0.2
"""Seconds that a row must have been on the screen before a key decides about it: nobody can have read it sooner."""
HELD = 0.1
"""A key that comes so many seconds after a drawing is held down: it would decide about all rows, one after the other."""
TOGETHER = {Status.APPROVED: "Approved", Status.REJECTED: "Rejected"}


def choose(project: Project, key: str) -> None:
    """Goes to the queue that was chosen."""
    queue = Queue(st.session_state[key])
    review_state.enter(project, queue)
    review_state.keep(project, review_state.of(project)["at"])


def go_to(project: Project, queue: Queue, *, anew: bool = False) -> None:
    review_state.enter(project, queue, anew=anew)
    review_state.keep(project, review_state.of(project)["at"])


def decide(project: Project, example_id: int, drawn: int, status: Status) -> None:
    """Decides about what was on the screen: an edit under way goes first, and a newer text is shown before it counts."""
    if too_quick(project, example_id) or not _typed(project, example_id):
        return
    version = seen_version(project, example_id, drawn)
    with session.db().write() as c:
        course = review_state.course(c, project)
        sample = course.set_id if review_state.of(project)["queue"] is Queue.SAMPLE else None
        decided = deciding.decide(c, project.id, example_id, status, who=session.who(), version=version, sample=sample)
        next_id = reviews.ahead(c, project.id, course, example_id)
        if decided.stands:
            review_state.stand(c, project, course, next_id, decided=1, seconds=review_state.spent(project))
    if stood(decided) or decided.gone:
        review_state.wrote(project, example_id, version, decided.change_id)
        review_state.step(project, example_id, next_id)


def ask(project: Project, example_id: int, drawn: int) -> None:
    """Tags the row with "ask" and goes on; its status stays."""
    if too_quick(project, example_id) or not _typed(project, example_id):
        return
    version = seen_version(project, example_id, drawn)
    with session.db().write() as c:
        asked = deciding.toggle_tag(c, project.id, example_id, ASK, who=session.who(), version=version, on=True)
    if stood(asked):
        review_state.wrote(project, example_id, version, asked.change_id)
        review_state.of(project)["elsewhere"] = None
        skip(project, example_id)


def skip(project: Project, example_id: int) -> None:
    if not _typed(project, example_id):
        return
    with session.db().write() as c:
        course = review_state.course(c, project)
        next_id = reviews.ahead(c, project.id, course, example_id)
        review_state.stand(c, project, course, next_id)
    review_state.step(project, example_id, next_id)


def previous(project: Project, example_id: int) -> None:
    """Back the way that was come, also to rows that are decided by now; from there on to what stands before."""
    if example_id and not _typed(project, example_id):
        return
    here = review_state.of(project)
    with session.db().read() as c:
        course = review_state.course(c, project)
        before = here["trail"].pop() if here["trail"] else None
        if before is None and example_id:
            before = reviews.behind(c, project.id, course, example_id)
    if before is None:
        page.flash("This is the first one.", icon=INFO)
        return
    review_state.come_to(project, before)
    review_state.keep(project, before)


def undo(project: Project, example_id: int) -> None:
    """Takes this person's own last change back and comes back to its row; of another's it says whose it is."""
    if too_quick(project):
        return
    if example_id and not _typed(project, example_id):
        return
    here = review_state.of(project)
    own: list[int] = here.setdefault("own", [])
    try:
        taken = deciding.take_back(session.db(), project.id, who=session.who(), own=own[-1] if own else 0)
    except SplitLocked as refused:
        page.flash(str(refused), icon=INFO)
        return
    if taken.change is None:
        page.flash("There is nothing to take back.", icon=INFO)
        return
    if not taken.mine:
        said = f"The last change is by {taken.change.who or 'somebody'} ({taken.change.label}). Undo in the table takes it back."
        page.flash(said, icon=INFO)
        return
    here.get("versions", {}).clear()
    reviewed = taken.change.id in own
    if reviewed:
        own.remove(taken.change.id)
    page.flash(f"Taken back: {taken.change.label}")
    if not taken.ids or (taken.change.examples > 1 and not reviewed):
        return
    here_or_before = (*here["trail"][-1:], here.get("at"))
    back_to = next((id_ for id_ in here_or_before if id_ in taken.ids), taken.ids[0])
    while here["trail"] and here["trail"][-1] in taken.ids:
        here["trail"].pop()
    review_state.come_to(project, back_to)
    with session.db().write() as c:
        course = review_state.course(c, project)
        decided = -1 if reviewed and _was_decision(taken.change.label) else 0
        review_state.stand(c, project, course, back_to, decided=decided)


def edit(project: Project, example_id: int) -> None:
    """Opens the fields, or closes them when what was typed is saved."""
    here = review_state.of(project)
    if here.get("editing") == example_id:
        if _typed(project, example_id):
            here["editing"] = 0
        return
    here["editing"] = example_id


def together(project: Project, example_id: int, drawn: dict[int, int], status: Status) -> None:
    """Decides a row and those that are like it: one change, one undo."""
    _several(project, example_id, drawn, dict.fromkeys(drawn, status), f"{TOGETHER[status]} {len(drawn)} alike")


def keep_this(project: Project, example_id: int, drawn: dict[int, int]) -> None:
    """Approves this row and rejects those that are like it."""
    wanted = {id_: Status.APPROVED if id_ == example_id else Status.REJECTED for id_ in drawn}
    _several(project, example_id, drawn, wanted, f"Kept 1, rejected {len(drawn) - 1} alike")


def draw_again(project: Project) -> None:
    """Draws another sample of the drafts that have no problem."""
    triage.prepare(session.db(), project.id, Queue.SAMPLE, who=session.who(), again=True)
    go_to(project, Queue.SAMPLE)


def approve_rest(project: Project) -> None:
    number = curation.approve_clean(session.db(), project.id, who=session.who())
    page.flash(f"{number:,} approved. One Undo takes it back.")


def _several(project: Project, example_id: int, drawn: dict[int, int], wanted: dict[int, Status], label: str) -> None:
    if not _typed(project, example_id):
        return
    versions = {id_: seen_version(project, id_, version) for id_, version in drawn.items()}
    with session.db().write() as c:
        course = review_state.course(c, project)
        decided = deciding.decide_together(c, project.id, wanted, who=session.who(), versions=versions, label=label)
        if decided.stands and course.set_id and review_state.of(project)["queue"] is Queue.SAMPLE:
            reviews.mark_seen(c, course.set_id, wanted)
        next_id = reviews.ahead(c, project.id, course, example_id)
        if decided.stands:
            review_state.stand(c, project, course, next_id, decided=1, seconds=review_state.spent(project))
    if stood(decided):
        review_state.of(project).setdefault("own", []).append(decided.change_id)
        review_state.of(project).update(table_left=None, elsewhere=None)
        review_state.step(project, example_id, next_id)
        page.flash(f"{label}. One Undo takes it back.")


def too_quick(project: Project, example_id: int = 0) -> bool:
    """Whether a key came before its row could be read, or is held down: it does not count, and the screen says so. Without a
    row only a key that is held down does not."""
    seen = not example_id or review_state.on_screen(project, example_id) >= TOO_QUICK
    hasty = not seen or review_state.still(project) < min(HELD, TOO_QUICK)
    review_state.of(project).update(hasty=hasty, keyed=True)
    return hasty


def _typed(project: Project, example_id: int) -> bool:
    """Writes what was typed in the fields; False when the row has to stay as it is on the screen."""
    return review_edit.ready(project, example_id)


def seen_version(project: Project, example_id: int, drawn: int) -> int:
    seen = review_edit.version_seen(project, example_id, drawn)
    return review_state.version_of(project, example_id, seen)


def stood(decided: Decided) -> bool:
    """Says why nothing was decided, if so."""
    if decided.gone:
        page.flash("This example is not in the project any more. Nothing was decided.", icon=INFO)
    elif decided.conflict is not None:
        who = decided.conflict.changed_by or "Somebody"
        page.flash(f"{who} changed it meanwhile. Nothing was decided: look again.", icon=INFO)
    return decided.stands


def _was_decision(label: str) -> bool:
    return label.startswith((*TOGETHER.values(), "Kept"))

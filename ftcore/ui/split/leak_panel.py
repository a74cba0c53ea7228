"""Leaks between the splits, side by side, and the ways out: move, reject, or all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from ftcore.dataset import curation, split_leaks, split_lock, splitting
from ftcore.dataset.leakage import Leak
from ftcore.dataset.split_lock import SplitLocked
from ftcore.records import Example, Project, Severity, Split, Status
from ftcore.store import examples
from ftcore.store.database import Database
from ftcore.store.examples import Counts
from ftcore.store.journal import Saved
from ftcore.ui import differences, page, say, session
from ftcore.ui.split import split_tasks
from ftcore.ui.table import grid

LEAKS = "leaks"
SHOWN = 5
"""Pairs drawn at once."""
IGNORE = (
    "A false alarm? Open the training row in the table and choose “Ignore here” at its problem: then the pair counts no more. "
    "The same question word for word always counts."
)


def draw(project: Project, counts: Counts) -> bool:
    """Draws what leaks; True while something stands in the way of a training."""
    found, number = _found(project, counts)
    blocking = split_leaks.blocking(found)
    others = [leak for leak in found if leak.severity is not Severity.ERROR]
    if blocking:
        _blocked(project, blocking, number)
    if others:
        _others(project, others)
    if not blocking and counts.test and counts.train and counts.approved <= splitting.AT_ONCE:
        st.markdown(
            ":material/check: Nothing leaks: no test example is among those learnt from, word for word or nearly."
        )
    return bool(blocking)


def _found(project: Project, counts: Counts) -> tuple[list[Leak], int]:
    """The leaks (of very many rows: as the worker last saw them), and how many there are of all kinds."""
    if counts.approved <= splitting.AT_ONCE:
        found = _leaks(str(session.db().path), project.id, project.revision)
        return found, len(found)
    task = split_tasks.newest(project, LEAKS)
    if split_tasks.follow(project, task):
        return [], 0
    done = split_tasks.finished(task)
    kept: dict[str, Any] = done.result if done else {"leaks": [], "number": 0}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if done is None:
            st.markdown("Whether test questions stand in training too was not looked at yet.")
        else:
            st.markdown(f"{say.count(kept['number'], 'leak')} between the splits, {split_tasks.as_of(done)}.")
        label = "Look for leaks" if done is None else "Look again"
        st.button(label, key="look-for-leaks", on_click=split_tasks.ask, args=(project, LEAKS, {}))
    return [_leak(one) for one in kept["leaks"]], kept["number"]


@st.cache_data(show_spinner=False, max_entries=16)
def _leaks(path: str, project_id: int, revision: int) -> list[Leak]:
    with session.db().read() as c:
        return split_leaks.find(c, project_id)


def _leak(kept: dict[str, Any]) -> Leak:
    test, train = map(Split, kept["splits"])
    return Leak(kept["test_id"], kept["train_id"], (test, train), kept["similarity"], kept["exact"])


def _blocked(project: Project, leaks: list[Leak], number: int) -> None:
    tested = len({leak.test_id for leak in leaks})
    rows = "1 test example is" if tested == 1 else f"{tested:,} test examples are"
    st.error(
        f"{rows} in training too, word for word or nearly. A test on what was learnt by heart measures memory: "
        "nothing is trained until this is put right.",
        icon=":material/error:",
    )
    with session.db().read() as c:
        locked = split_lock.find(c, project.id) is not None
    _all(project, leaks, locked)
    for leak in leaks[:SHOWN]:
        _pair(project, leak, locked)
    if len(leaks) > SHOWN:
        st.caption(f"{SHOWN} of {len(leaks):,} pairs are shown; the next ones follow as these are put right.")
    st.caption(IGNORE)


def _all(project: Project, leaks: list[Leak], locked: bool) -> None:
    twins = len(split_leaks.training_twins(leaks))
    one = twins == 1
    with st.container(horizontal=True, gap="small"):
        if not locked:
            label = "Move the training twin to the test" if one else f"Move the {twins:,} training twins to the test"
            help_ = "With them go rows that are nearly the same as they are. One Undo brings all of them back."
            args = (project, split_leaks.move_all)
            st.button(label, key="leaks-move-all", type="primary", help=help_, on_click=_resolve, args=args)
        label = "Reject the training twin" if one else f"Reject the {twins:,} training twins"
        st.button(
            label,
            key="leaks-reject-all",
            type="primary" if locked else "secondary",
            on_click=_resolve,
            args=(project, split_leaks.reject_all),
        )


def _pair(project: Project, leak: Leak, locked: bool) -> None:
    with session.db().read() as c:
        rows = {row.id: row for row in examples.get_many(c, [leak.test_id, leak.train_id])}
    if len(rows) < 2:
        return
    test, train = rows[leak.test_id], rows[leak.train_id]
    names = [str(side) for side in leak.splits]
    with st.container(border=True):
        left, right = st.columns(2, gap="medium")
        with left:
            _row(f"**{names[0].capitalize()}**, row {test.id}", test)
        with right:
            _row(f"**{names[1].capitalize()}**, row {train.id}, {_alike(leak)}", train, against=test)
        for column, row, goal in ((left, test, leak.splits[1]), (right, train, leak.splits[0])):
            with column, st.container(horizontal=True, gap="small"):
                key, crossing = f"{row.id}-{leak.test_id}-{leak.train_id}", Split.TEST in leak.splits
                st.button(
                    f"Move to {goal}",
                    key=f"leak-move-{key}",
                    disabled=locked and crossing,
                    help="The test split is locked." if locked and crossing else None,
                    on_click=_move,
                    args=(project, row.id, goal),
                )
                st.button("Reject", key=f"leak-reject-{key}", on_click=_reject, args=(project, row.id))


def _row(title: str, row: Example, against: Example | None = None) -> None:
    st.markdown(title)
    if against is None:
        st.text(row.training.prompt or "(nothing asked)")
    else:
        differences.draw(against.training.prompt, row.training.prompt)
    st.caption("Answer")
    if against is None:
        st.text(row.training.response)
    else:
        differences.draw(against.training.response, row.training.response)


def _alike(leak: Leak) -> str:
    return "the same question" if leak.exact else f"{min(leak.similarity, 0.99):.0%} alike"


def _others(project: Project, leaks: list[Leak]) -> None:
    fold = st.expander(
        f"{say.count(len(leaks), 'pair')} between validation and another split",
        icon=":material/info:",
        key="leaks-others",
        on_change="rerun",
    )
    if fold.open:
        with fold:
            st.markdown(
                "What is chosen on such rows looks a little better than it is. That does not block a training.",
                width=page.PROSE,
            )
            with session.db().read() as c:
                locked = split_lock.find(c, project.id) is not None
            for leak in leaks[:SHOWN]:
                _pair(project, leak, locked)
            if len(leaks) > SHOWN:
                st.caption(f"{SHOWN} of {len(leaks):,} pairs are shown.")


def _resolve(project: Project, act: Callable[..., Saved]) -> None:
    _done(project, lambda db: act(db, project.id, who=session.who()))


def _move(project: Project, row: int, goal: Split) -> None:
    _done(project, lambda db: curation.move(db, project.id, [row], goal, who=session.who()))


def _reject(project: Project, row: int) -> None:
    _done(project, lambda db: curation.decide(db, project.id, [row], Status.REJECTED, who=session.who()))


def _done(project: Project, act: Callable[[Database], Saved]) -> None:
    try:
        saved = act(session.db())
    except SplitLocked as error:
        page.flash(str(error), icon=":material/lock:")
        return
    grid.refresh(project)
    page.flash(f"{say.count(len(saved.changed), 'row')} changed. One Undo takes it back.")

"""What the imports of a project have brought, and what they set aside."""

from __future__ import annotations

import csv
import io
from functools import partial

import streamlit as st

from ftcore.dataset import sampling, triage
from ftcore.dataset.formulas import escape
from ftcore.records import Filter, Project
from ftcore.store import examples, imports, tasks
from ftcore.store.imports import Import
from ftcore.ui import page, session
from ftcore.ui.curate import curate_state
from ftcore.ui.review import review_state

SHOWN = 10


def draw(project: Project) -> None:
    with session.db().read() as c:
        taken = imports.of_project(c, project.id)
        ready = examples.count(c, project.id, Filter())[0]
    for place, one in enumerate(taken[:SHOWN]):
        _result(project, one, open_=place == 0)
    if len(taken) > SHOWN:
        st.text(f"{len(taken) - SHOWN:,} earlier imports are not shown.")
    _look_first(project)
    if taken and ready < 13:
        st.warning("So few cannot be trained on: 10 examples to learn from are the least, and 50 are a sensible start.")


def _look_first(project: Project) -> None:
    """Before everything is approved at one click, a random sample shows what is in it."""
    clean = session.counts(project).clean_drafts
    with session.db().read() as c:
        drawn = triage.sample_of(c, project.id)
    if clean <= sampling.TRIAGE or drawn is not None:
        return
    st.markdown(
        f"{clean:,} have no problem that a check can see. Before you approve them all, look at {sampling.TRIAGE} at random: "
        "it takes about half an hour, and says how many of the rest you would have changed.",
        width=page.PROSE,
    )
    st.button(f"Look at {sampling.TRIAGE} at random", key="look-first", on_click=_sample, args=(project,))


def _sample(project: Project) -> None:
    review_state.begin(project)
    review_state.enter(project, triage.Queue.SAMPLE)
    curate_state.go("Review")


def _result(project: Project, one: Import, *, open_: bool) -> None:
    if one.state != imports.DONE:
        _unfinished(project, one)
        return
    told = f"{one.read:,} read: {one.accepted:,} kept, {one.rejected:,} set aside."
    st.markdown(f"**{page.plain(one.file_name)}**: {told}" if open_ else f"{page.plain(one.file_name)}: {told}")
    for note in one.notes:
        st.text(note)
    if one.held:
        where = Filter(row_set=one.held)
        st.button("Show those held out", key=f"held-{one.id}", on_click=curate_state.show, args=(project, where))
    if one.rejected:
        _set_aside(one, open_=open_)


def _unfinished(project: Project, one: Import) -> None:
    """An import that nobody is carrying out now: begun on the command line, or its task has failed."""
    st.warning(
        f"{page.plain(one.file_name)}: not finished. {one.accepted:,} rows have come in so far. If it was begun on the command "
        "line, the same command goes on.",
        icon=":material/pause_circle:",
    )
    st.button("Take these rows back", key=f"take-back-{one.id}", on_click=take_back, args=(project, one.id))


def take_back(project: Project, import_id: int) -> None:
    """Asks the worker to take back what an unfinished import has brought: for callbacks."""
    with session.db().write() as c:
        key = f"take_back:{import_id}"
        tasks.put(c, "take_back", {"import_id": import_id}, project_id=project.id, key=key)
        tasks.revive(c, key)


def _set_aside(one: Import, *, open_: bool) -> None:
    if open_:
        st.text("Each is listed with its row and reason; nothing was deleted.")
    with st.expander(
        f"The {one.rejected:,} set aside", expanded=open_ and one.rejected <= 20, key=f"rejected-{one.id}"
    ):
        with session.db().read() as c:
            rows = imports.rejected(c, one.id)
        st.dataframe(
            [{"Line": row.line, "Reason": row.reason, "As it was found": row.raw[:1000]} for row in rows],
            hide_index=True,
            column_config={"Line": st.column_config.NumberColumn(width=70, format="%d")},
        )
        if one.rejected > len(rows):
            st.text(f"The first {len(rows):,} of {one.rejected:,}; the download holds all of them.")
        st.download_button(
            f"Download all {one.rejected:,} as CSV",
            data=partial(rejected_file, one.id),
            file_name=f"set-aside-{one.id}.csv",
            mime="text/csv",
            icon=":material/download:",
            key=f"rejected-file-{one.id}",
            on_click="ignore",
        )


def rejected_file(import_id: int) -> bytes:
    """All rows set aside as CSV for a spreadsheet: whole, and with formulas escaped."""
    with session.db().read() as c:
        rows = imports.rejected(c, import_id, limit=None)
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(["Line", "Reason", "As it was found"])
    lines.writerows((row.line, escape(row.reason), escape(row.raw)) for row in rows)
    return out.getvalue().encode("utf-8-sig", errors="replace")

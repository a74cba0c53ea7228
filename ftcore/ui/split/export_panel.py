"""Export for a trainer or for people: which shape, which rows, what would be lost, and the file."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import bulk, exports
from ftcore.dataset.bulk import Selection
from ftcore.dataset.exports import APPROVED, Look, Made, Wanted
from ftcore.dataset.targets import TARGETS, ExportError, Fate, Kind, LossCount
from ftcore.records import Filter, Project
from ftcore.store import examples
from ftcore.store.examples import Counts
from ftcore.ui import page, say, session
from ftcore.ui.curate import curate_state
from ftcore.ui.split import split_tasks
from ftcore.ui.table import filter_words, table_counts

LOOK, EXPORT = "export_look", "export"
KINDS = {
    Kind.SFT: "Training",
    Kind.PREFERENCE: "Pairs of answers",
    Kind.PEOPLE: "A table for people",
}
APPROVED_ROWS, TABLE_ROWS, TICKED_ROWS = "approved", "table", "ticked"
BRING_BACK = (
    "Rows that nobody changed stay as they are when the file is imported again on Import: it is recognised by itself. "
    "Importing again changes nothing else."
)


def draw(project: Project, counts: Counts) -> None:
    fold = st.expander(
        "Export for another trainer, or a table for people",
        icon=":material/download:",
        key="export-fold",
        on_change="rerun",
    )
    if not fold.open:
        return
    with fold:
        wanted = _wanted(project, counts)
        if wanted is None:
            return
        target = TARGETS[wanted.target]
        number = _number(project, wanted)
        seen = _look(project, wanted, number)
        if seen is not None:
            _before(project, wanted, seen, number)
        if target.kind is Kind.PEOPLE:
            st.caption(BRING_BACK)


def _wanted(project: Project, counts: Counts) -> Wanted | None:
    kinds, target, rows = st.columns((3, 5, 3), vertical_alignment="bottom")
    kind = kinds.selectbox("What for", list(KINDS), format_func=KINDS.__getitem__, key="export-kind")
    names = [name for name, one in TARGETS.items() if one.kind is kind]
    chosen = target.selectbox("Shape", names, format_func=lambda name: TARGETS[name].label, key=f"export-target-{kind}")
    ticked = curate_state.ticked(project)
    where = curate_state.view(project).where
    labels = {APPROVED_ROWS: f"The {counts.approved:,} approved"}
    if where.parts() and not where.trashed:
        labels[TABLE_ROWS] = f"The table’s: {filter_words.sentence(where, table_counts.sets_of(project, where))}"
    if ticked:
        labels[TICKED_ROWS] = f"The {len(ticked):,} ticked"
    which = rows.selectbox("Which rows", list(labels), format_func=labels.__getitem__, key="export-rows")
    if chosen is None or which is None:
        return None
    st.text(TARGETS[chosen].help)
    selection = {
        APPROVED_ROWS: APPROVED,
        TABLE_ROWS: Selection(where=where),
        TICKED_ROWS: Selection(ids=tuple(sorted(ticked))),
    }[which]
    private = _private(project, selection)
    with_private = False
    if private:
        label = f"Put in the {say.count(private, 'private row')} too"
        with_private = st.checkbox(
            label, key="export-private", help="Rows that are marked private are left out otherwise."
        )
    return Wanted(chosen, selection, with_private)


def _private(project: Project, selection: Selection) -> int:
    with session.db().read() as c:
        if selection.ids is not None:
            return sum(row.private for row in examples.get_many(c, selection.ids))
        where = Filter(**{**(selection.where or Filter()).parts(), "private": True})
        return examples.count(c, project.id, where)[0]


def _number(project: Project, wanted: Wanted) -> int:
    with session.db().read() as c:
        return bulk.number(c, project.id, wanted.selection)


def _look(project: Project, wanted: Wanted, number: int) -> Look | None:
    if number <= exports.AT_ONCE:
        with st.spinner("Looking at what this shape can hold"):
            return _looked(str(session.db().path), project.id, project.revision, wanted)
    task = split_tasks.newest(project, LOOK, {"wanted": wanted.to_json()})
    if split_tasks.follow(project, task):
        return None
    if (done := split_tasks.finished(task)) is not None:
        st.caption(f"Looked at {split_tasks.as_of(done)}.")
        return Look.from_json(done.result)
    payload = {"wanted": wanted.to_json()}
    st.button(
        "See what this shape can hold", key="export-look", on_click=split_tasks.ask, args=(project, LOOK, payload)
    )
    return None


@st.cache_resource(show_spinner=False, max_entries=32)
def _looked(path: str, project_id: int, revision: int, wanted: Wanted) -> Look:
    return exports.look(session.db(), project_id, wanted)


def _before(project: Project, wanted: Wanted, seen: Look, number: int) -> None:
    if seen.pairs is not None:
        st.markdown(
            f"{say.count(seen.pairs, 'pair')} of a better and a worse answer, from {say.count(seen.rows, 'row')}."
        )
    else:
        st.markdown(f"{seen.written:,} of {say.count(seen.rows, 'row')} can be written.")
    if seen.private:
        st.text(f"{say.count(seen.private, 'private row')} left out.")
    for at, loss in enumerate(seen.losses):
        _loss(project, wanted, loss, at)
    if not seen.written:
        nothing = (
            "Correct answers, or choose the better of two, and pairs will be here." if seen.pairs is not None else ""
        )
        st.markdown(f"There is nothing to write. {nothing}")
        return
    if number > exports.AT_ONCE:
        _in_the_worker(project, wanted)
        return
    state = curate_state.remembered("export", project)
    st.button("Write the files", key="export-go", on_click=_write, args=(project, wanted))
    if state.get("wanted") == wanted:
        if state["revision"] != project.revision:
            st.caption("Something in the project was changed after these files were written.")
        _after(state["made"], listed=False)


def _loss(project: Project, wanted: Wanted, loss: LossCount, at: int) -> None:
    told, button = st.columns((8, 2), vertical_alignment="center")
    fate = "left out" if loss.fate is Fate.LEFT_OUT else "changed"
    told.text(f"{say.count(loss.rows, 'row')} {fate}: {loss.sentence}")
    button.button("Show these", key=f"loss-{at}", on_click=_show, args=(project, wanted, loss), width="stretch")


def _show(project: Project, wanted: Wanted, loss: LossCount) -> None:
    """Of very many rows the first ones only: looking again would keep the page waiting."""
    ids = (
        exports.losing(session.db(), project.id, wanted, loss.sentence)
        if _number(project, wanted) <= exports.AT_ONCE
        else list(loss.first_ids)
    )
    label = f"{TARGETS[wanted.target].label}: {loss.sentence}"
    curate_state.show_rows(project, ids, kind="export", label=label)


def _write(project: Project, wanted: Wanted) -> None:
    state = curate_state.remembered("export", project)
    try:
        made = exports.make(session.db(), project.id, wanted, session.workspace().folder("exports"))
    except ExportError as error:
        page.flash(str(error), icon=":material/error:")
        return
    state.update(wanted=wanted, made=made, revision=project.revision)
    page.flash(f"{say.count(made.rows, 'row')} written. Now download the file.")


def _in_the_worker(project: Project, wanted: Wanted) -> None:
    payload = {"wanted": wanted.to_json()}
    task = split_tasks.newest(project, EXPORT, payload)
    if split_tasks.follow(project, task):
        return
    done = split_tasks.finished(task)
    label = "Write the files" if done is None else "Write the files again"
    st.button(label, key="export-go", on_click=split_tasks.ask, args=(project, EXPORT, payload))
    if done is not None:
        st.caption(f"Written {split_tasks.as_of(done)}.")
        _after(Made.from_json(done.result), listed=True)


def _after(made: Made, *, listed: bool) -> None:
    """The file to take away, what is in it, and what its reader should know."""
    path = session.workspace().folder("exports") / made.file
    if not path.is_file():
        st.markdown("The file is not there any more. Write it again.")
        return
    st.download_button(
        f"Download {made.name}",
        data=path.read_bytes,
        file_name=made.name,
        key="export-download",
        on_click="ignore",
        icon=":material/download:",
    )
    inside = ", ".join(f"{name} ({say.count(rows, 'row')})" if rows else name for name, rows in made.files)
    st.text(f"In it: {inside}")
    for note in made.notes:
        st.text(note)
    if listed:
        for loss in made.losses:
            fate = "left out" if loss.fate is Fate.LEFT_OUT else "changed"
            st.text(f"{say.count(loss.rows, 'row')} {fate}: {loss.sentence}")

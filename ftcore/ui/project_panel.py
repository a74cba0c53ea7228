"""What can be done with a project as a whole: rename, hand over, archive, erase; and taking one in from a file."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import streamlit as st

from ftcore.handover import erase as erasing
from ftcore.records import Filter, Project, Task
from ftcore.store import carrying, examples, projects, tasks, tombstones
from ftcore.store.schema import now
from ftcore.store.tombstones import Tombstone
from ftcore.ui import page, session

MAX_NAME = 80
RENAME, HAND_OVER, ARCHIVE, ERASE = "Rename …", "Hand over …", "Archive", "Erase everywhere …"
KINDS = ("hand_over", "take_over", "erase")
TOLD_FOR = timedelta(hours=1)
IN_MEMORY = 200_000_000
"""Bytes: a larger file is not sent through the browser, which would hold it in memory twice."""


def menu(project: Project) -> None:
    """The quiet menu of one project. What needs a word more opens a dialog."""
    chosen = st.menu_button(
        "",
        (RENAME, HAND_OVER, ARCHIVE, ERASE),
        key=f"menu-{project.id}",
        icon=":material/more_horiz:",
        type="tertiary",
        help="Rename, hand over, archive, erase",
        on_click=_at_once,
        args=(project,),
    )
    dialogs = {RENAME: _ask_name, HAND_OVER: _ask_private, ERASE: _ask}
    if chosen in dialogs:
        dialogs[chosen](project)


def _at_once(project: Project) -> None:
    if st.session_state.get(f"menu-{project.id}") == ARCHIVE:
        _archive(project)


@st.dialog("Rename")
def _ask_name(project: Project) -> None:
    key = f"name-{project.id}-{project.name}"
    st.text_input("Name", value=project.name, max_chars=MAX_NAME, key=key)
    if st.button("Rename", key=f"name-save-{project.id}", on_click=_rename, args=(project, key)):
        st.rerun()  # the dialog closes


@st.dialog("Hand over")
def _ask_private(project: Project) -> None:
    with session.db().read() as c:
        number = len(examples.private_ids(c, project.id))
    st.text(f"“{project.name}”")
    st.markdown("One file for a colleague: rows, notes, decisions, versions, prompts. Never servers, keys or paths.")
    leave = True
    if number:
        several = "private row" if number == 1 else "private rows"
        leave = st.checkbox(f"Leave the {number:,} {several} out", True, key=f"leave-{project.id}")
        st.text("Versions that hold a private row are left out with them.")
    if st.button("Write the file", key=f"hand-over-{project.id}", on_click=_queue, args=(project, not leave)):
        st.rerun()


def _queue(project: Project, private: bool) -> None:
    with session.db().write() as c:
        if not tasks.open_tasks(c, project.id, "hand_over"):
            tasks.put(c, "hand_over", {"project_id": project.id, "private": private}, project_id=project.id)
    page.flash("The file is being written. It is offered here when it is complete.")


def handed_over(known: list[Project]) -> None:
    """Files that were written for handing over, ready to be saved."""
    names = {project.id: project.name for project in known}
    with session.db().read() as c:
        found = carrying.tasks_of(c, "hand_over")
    newest = {task.project_id: task for task in reversed(found) if task.project_id in names}
    for project_id, task in newest.items():
        name = names[project_id or 0]
        path = session.workspace().folder("exports") / Path(str(task.result.get("file", "none"))).name
        if task.state in ("queued", "running"):
            _progress(f"“{name}” is being written into a file", task)
        elif task.state == "failed":
            st.warning(page.plain(f"“{name}” could not be written into a file: {task.error}"), icon=":material/error:")
        elif path.is_file():
            _offer(name, path, task.result)


def _offer(name: str, path: Path, made: dict[str, Any]) -> None:
    told = f"“{name}”: {made['examples']:,} rows, {made['versions']:,} versions"
    if made["private_rows"]:
        told += f"; {made['private_rows']:,} private left out"
    if made["private_versions"]:
        told += f", and {len(made['private_versions']):,} versions that hold one"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(told)
        if path.stat().st_size > IN_MEMORY:
            st.text(f"It is large; take it from {path}")
            return
        st.download_button(
            "Save the file",
            data=path.read_bytes,
            file_name=path.name,
            key=f"save-{path.name}",
            on_click="ignore",
            icon=":material/download:",
        )


def from_file() -> None:
    """Folded: a project file becomes a new project. What became of the last one stands above, for an hour."""
    with session.db().read() as c:
        found = carrying.tasks_of(c, "take_over", limit=1)
    for task in found:
        _taken(task)
    fold = st.expander("Take in a project file", icon=":material/input:", key="take-over-fold", on_change="rerun")
    with fold:
        st.markdown("A colleague’s project, as a file that ends in .tuneworthy, becomes a new project here.")
        turn = st.session_state.setdefault("take-over-turn", 0)
        uploaded = st.file_uploader(
            "Project file", type=["tuneworthy"], key=f"take-over-{turn}", label_visibility="collapsed"
        )
        st.button("Take it in", key="take-over", disabled=uploaded is None, on_click=_take, args=(uploaded,))
    _keep_looking()


def _take(uploaded: Any) -> None:
    name = f"take-over-{uuid.uuid4().hex}.tuneworthy"
    (session.workspace().folder("uploads") / name).write_bytes(uploaded.getvalue())
    with session.db().write() as c:
        tasks.put(c, "take_over", {"file": name, "name": uploaded.name, "who": session.who()})
    st.session_state["take-over-turn"] += 1
    page.flash("It is being taken in.")


def _taken(task: Task) -> None:
    if task.finished_at is not None and now() - task.finished_at > TOLD_FOR:
        return
    if task.state in ("queued", "running"):
        _progress("A project file is being taken in", task)
    elif task.state == "failed":
        st.error(page.plain(task.error), icon=":material/block:")
    elif task.state == "done":
        made = task.result
        with session.db().read() as c:
            new = next((one for one in projects.every(c) if one.id == made["project_id"]), None)
        if new is None:
            return
        broken = (
            f" {made['broken']:,} lines could not be read: each is listed on Curate, Import." if made["broken"] else ""
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(f"“{new.name}” was taken in: {made['examples']:,} rows, {made['versions']:,} versions.{broken}")
            st.button("Open it", key="take-over-open", on_click=session.open_project, args=(new.id,))
        for said in made["left_out"]:
            st.warning(page.plain(said), icon=":material/report:")


def archived() -> None:
    """Folded: what is out of sight, and what was erased."""
    with session.db().read() as c:
        stones = tombstones.every(c)
        hidden = {stone.project_id for stone in stones} | set(carrying.half_way(c))
        found = [one for one in projects.archived(c) if one.id not in hidden]
    if not found and not stones:
        return
    with st.expander(
        f"Archived: {len(found):,}", icon=":material/inventory_2:", key="archived-fold", on_change="rerun"
    ):
        for project in found:
            name, since, button, gone = st.columns((5, 3, 2, 2), vertical_alignment="center")
            name.text(project.name)
            since.text(f"since {project.archived_at.astimezone():%d %b %Y}" if project.archived_at else "")
            button.button(
                "Bring back", key=f"back-{project.id}", on_click=_bring_back, args=(project,), width="stretch"
            )
            if gone.button("Erase …", key=f"erase-{project.id}", width="stretch"):
                _ask(project)
        for stone in stones:
            st.text(_told(stone))


def _told(stone: Tombstone) -> str:
    n = stone.numbers
    much = f"{n.get('examples', 0):,} examples, {n.get('snapshots', 0):,} versions, {n.get('runs', 0):,} comparisons"
    at = f"{stone.created_at.astimezone():%d %b %Y}"
    if n.get("state") != tombstones.ERASED:
        return f"Project {stone.project_id} ({much}) is being erased since {at}."
    said = f"Project {stone.project_id} ({much}) was erased on {at} by {stone.who or 'somebody'}."
    left = sum(len(one["files"]) + len(one["models"]) + len(one["jobs"]) for one in stone.left)
    if left:
        why = "; ".join(dict.fromkeys(str(one.get("why", "not asked yet")) for one in stone.left))
        said += f" {left} things at a server are still there ({why}); this is tried again every minute."
    return said


@st.dialog("Erase everywhere")
def _ask(project: Project) -> None:
    with session.db().read() as c:
        number = examples.counts(c, project.id).total + examples.count(c, project.id, Filter(trashed=True))[0]
    st.text(f"“{project.name}”: {number:,} examples")
    st.markdown(
        "Its rows, history, versions, comparisons and answers, its uploads, exports and reports, its training files and "
        "models at the servers, and backups that were made here are erased for good. Files in the inbox and what you "
        "saved elsewhere stay. That there was a project, and how large it was, is kept."
    )
    typed = st.text_input("Type the project’s name to confirm", key=f"erase-name-{project.id}")
    sure = " ".join(typed.split()) == " ".join(project.name.split())
    done = st.button(
        "Erase it for good",
        key=f"erase-sure-{project.id}",
        disabled=not sure,
        icon=":material/delete_forever:",
        on_click=_erase,
        args=(project,),
    )
    if done:
        st.rerun()  # the dialog closes


def _erase(project: Project) -> None:
    erasing.begin(session.db(), project.id, who=session.who())
    page.flash("It is being erased. It is out of sight already.")


def _rename(project: Project, key: str) -> None:
    name = " ".join(str(st.session_state[key]).split())[:MAX_NAME]
    if not name or name == project.name:
        return
    with session.db().write() as c:
        projects.rename(c, project.id, name)
    page.flash(f"Renamed to “{name}”.")


def _archive(project: Project) -> None:
    with session.db().write() as c:
        projects.archive(c, project.id)
    page.flash(f"“{project.name}” is archived: it is below, under Archived.")


def _bring_back(project: Project) -> None:
    with session.db().write() as c:
        projects.bring_back(c, project.id)
    page.flash(f"“{project.name}” is back.")


def _progress(said: str, task: Task) -> None:
    at = f": {task.done:,}" + (f" of {task.total:,}" if task.total else "") if task.done else ""
    st.text(f"{said}{at}.")


def _keep_looking() -> None:
    """Draws the page again when something of this has ended. What a server holds may take days: that is not waited for."""
    with session.db().read() as c:
        busy = [task for task in carrying.tasks_of(c, *KINDS) if task.state in ("queued", "running")]
        gone = {stone.id for stone in tombstones.every(c) if stone.numbers.get("state") == tombstones.ERASED}
    waiting = tuple(task.id for task in busy if task.payload.get("tombstone_id") not in gone)
    if waiting:
        _look(waiting)


@st.fragment(run_every=1.5)
def _look(waiting: tuple[int, ...]) -> None:
    with session.db().read() as c:
        ended = any(tasks.get(c, id_).state not in ("queued", "running") for id_ in waiting)
    if ended:
        st.rerun()

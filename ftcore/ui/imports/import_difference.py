"""A file that is here already, beside what is here: what it would change, shown before anything is taken."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.dataset.reimport import SHOWN, Difference, Kind, Shown
from ftcore.dataset.shapes import people_table
from ftcore.records import Preview, Project, Task, TaskState
from ftcore.store import examples, imports, tasks
from ftcore.ui import differences, page, say, session
from ftcore.ui.curate import curate_state
from ftcore.ui.imports import import_plan
from ftcore.ui.imports.import_plan import FirstLook, Waiting

HOW = {
    "id": "Its rows were found again by their number in this project.",
    "key": "Its rows were found again by their key.",
    "conversation": "It has no key, so its rows were found again by what they say, word for word.",
}
CHOICES = {
    Kind.NEW: ("Add {} that the file has more", True),
    Kind.CHANGED: ("Take the changes of {}", True),
    Kind.BOTH: ("Overwrite {} that you edited here and that the file changed too", False),
    Kind.MISSING: ("Move {} that the file has no more to the trash", False),
}
TITLES = {
    Kind.NEW: "New",
    Kind.CHANGED: "Changed in the file",
    Kind.BOTH: "Changed in the file and edited here",
    Kind.MISSING: "Not in the file any more",
}


def seems_known(project: Project, one: Waiting, seen: Preview, mapping: dict[str, str], look: FirstLook) -> str:
    """Why the file should be compared before it is imported, in a sentence; "" when it seems new."""
    with session.db().read() as c:
        if not examples.count(c, project.id, up_to=1)[0]:
            return ""
        before = imports.of_file(c, project.id, import_plan.digest(one))
        if before is not None:
            when = say.moment(before.created_at)
            return f"This very file was imported on {when} ({say.count(before.accepted, 'row')} kept)."
        if seen.shape == people_table.NAME:
            return "This is a table that Tuneworthy wrote. Comparing shows what was changed in it since."
        if mapping.get("key") and imports.has_keys(c, project.id):
            return "The rows of this project have keys, and so have those of the file. Comparing shows what is new and what changed."
        here = sum(imports.holds(c, project.id, training) for training in look.probe)
    if here * 2 >= len(look.probe) > 0:
        return f"{here} of the first {say.count(len(look.probe), 'row')} are in this project already, word for word."
    return ""


def draw(project: Project) -> bool:
    """The newest difference that nobody has answered yet; True when there is one."""
    task = _waiting(project)
    if task is None:
        return False
    found = Difference.from_json(task.result["difference"])
    name = str(task.payload["name"])
    st.markdown(f"**{page.plain(name)}**: {_summary(found)}", width=page.PROSE)
    st.text(HOW[found.by])
    for sentence in _besides(found):
        st.text(sentence)
    with st.container(horizontal=True):
        choice = {} if found.is_nothing else _choose(found, task.id)
        _buttons(project, task, found, choice)
    for kind in TITLES:
        _rows(kind, found)
    return True


def _summary(found: Difference) -> str:
    if found.is_nothing:
        return f"all {found.read:,} rows are here already. Nothing changed."
    several = ((found.new, "new"), (found.changed, "changed"), (found.both, "changed there and here"))
    told = [
        f"{number:,} {word}" for number, word in (*several, (found.missing, "missing"), (found.unchanged, "unchanged"))
    ]
    return f"{found.read:,} read: {', '.join(told)}."


def _besides(found: Difference) -> list[str]:
    told = []
    if found.edited_here:
        told.append(
            f"{say.count(found.edited_here, 'row')} that you edited here stay: the file says what it said before."
        )
    if found.trashed:
        told.append(f"{say.count(found.trashed, 'row')} of the file lie in the trash here, and stay there.")
    if found.repeated:
        told.append(
            f"{say.count(found.repeated, 'row')} of the file have a key that came before in it, and are not taken."
        )
    if found.set_aside:
        told.append(f"{say.count(found.set_aside, 'row')} of the file cannot be read, and will be listed.")
    return told


def _choose(found: Difference, task_id: int) -> dict[str, bool]:
    with st.container():
        chosen = {}
        for kind, (label, default) in CHOICES.items():
            number = getattr(found, kind)
            chosen[kind.value] = bool(
                number and st.checkbox(label.format(say.count(number, "row")), default, key=f"take-{kind}-{task_id}")
            )
        return chosen


def _buttons(project: Project, task: Task, found: Difference, choice: dict[str, bool]) -> None:
    if not found.is_nothing:
        st.button(
            "Take what is ticked",
            type="primary",
            icon=":material/download:",
            key="take-difference",
            disabled=not any(choice.values()),
            on_click=_take,
            args=(project, task, choice),
        )
    if found.by == "conversation" or found.is_nothing:
        st.button("Import all rows as new", key="add-all", on_click=_add_all, args=(project, task))
    st.button("Leave everything as it is", key="leave-difference", on_click=_leave, args=(project, task))


def _rows(kind: Kind, found: Difference) -> None:
    rows = found.first.get(kind, ())
    number = getattr(found, kind)
    if not rows:
        return
    title = f"{TITLES[kind]}: {number:,}" + (f" (the first {SHOWN})" if number > SHOWN else "")
    with st.expander(title, expanded=kind in (Kind.CHANGED, Kind.BOTH) and number <= 20, key=f"difference-{kind}"):
        for row in rows:
            st.markdown(f"**{_where(row)}**")
            differences.draw(row.old, row.new)


def _where(row: Shown) -> str:
    line = f"line {row.line:,}" if row.line and row.kind is not Kind.MISSING else ""
    return page.plain(", ".join(part for part in (row.key, line) if part) or "row")


def _waiting(project: Project) -> Task | None:
    """The last comparison, unless it was answered, its file has gone, or it is not wanted any more."""
    with session.db().read() as c:
        task = tasks.last(c, project.id, "compare")
        later = [tasks.last(c, project.id, kind) for kind in ("reimport", "import")]
    if task is None or task.state is not TaskState.DONE or _left(project) >= task.id:
        return None
    if any(other is not None and other.id > task.id for other in later):
        return None
    upload = str(task.payload.get("file", ""))
    return None if upload and not import_plan.path_of(upload).exists() else task


def _left(project: Project) -> int:
    return int(_state(project).get("left", 0))


def _state(project: Project) -> dict[str, Any]:
    return curate_state.remembered("difference", project)


def _take(project: Project, task: Task, choice: dict[str, bool]) -> None:
    import_plan.ask_to_take(project, task, choice)


def _add_all(project: Project, task: Task) -> None:
    import_plan.ask_to_add_all(project, task)


def _leave(project: Project, task: Task) -> None:
    """Nothing is taken. An upload goes; a file of the inbox stays where it is."""
    _state(project)["left"] = task.id
    import_plan.forget(str(task.payload.get("file", "")))

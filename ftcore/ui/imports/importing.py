"""Import: files are dropped, looked at, mapped, compared with what is here, and taken in by the worker."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ftcore.dataset import split_lock
from ftcore.dataset.sources import SourceError
from ftcore.dataset.split import propose_test_rows
from ftcore.dataset.split_plan import what_it_shows
from ftcore.records import Filter, Preview, Project, Split
from ftcore.store import examples, projects
from ftcore.ui import page, say, session, sidebar
from ftcore.ui.imports import (
    import_difference,
    import_mapping,
    import_plan,
    import_progress,
    import_results,
    import_waiting,
)
from ftcore.ui.imports.import_plan import FirstLook, Waiting
from ftcore.ui.imports.import_results import rejected_file

__all__ = ["draw", "rejected_file"]
NAME, INITIALS = "project-name", "first-initials"


def draw(project: Project) -> bool:
    """Draws the import; True while something waits for its primary button here."""
    if import_progress.draw(project):
        return True
    if import_difference.draw(project):
        return True
    files = import_waiting.waiting(project)
    if not files:
        import_waiting.draw_inbox(project)
        import_progress.draw_last(project)
        import_results.draw(project)
        return False
    try:
        return _plan(project, files)
    except SourceError as error:
        st.error(page.plain(str(error)), icon=":material/error:")
        st.button("Leave it out", key="leave-out", on_click=_leave_out, args=(project, files[:1]))
        return len(files) > 1


def _plan(project: Project, files: list[Waiting]) -> bool:
    """The plan for the first file and for those that have the same columns; True when it can be carried out."""
    first, seen = files[0], import_plan.preview(files[0])
    together, others = _alike(files, seen)
    if len(files) > 1:
        st.markdown(f"**{import_waiting.names(together)}**")
        if others:
            st.text(f"{say.count(len(others), 'file')} with other columns, or none that can be read, come after this.")
    import_mapping.recognised(seen)
    mapping = import_mapping.mapping(seen, first.id)
    if not import_mapping.is_enough(seen, mapping):
        return True
    look = import_plan.first_look(first, mapping)
    why = import_difference.seems_known(project, first, seen, mapping, look) if len(together) == 1 else ""
    if why:
        st.info(page.plain(why), icon=":material/difference:")
    import_mapping.conversations(look)
    if not look.accepted:
        said = f"No row can be read this way ({look.first_reason}). Nothing was imported. Choose other columns."
        st.error(page.plain(said), icon=":material/error:")
        return True
    test_rows = _test_rows(project, together, look, mapping, first.id)
    prompts = _prompts(project, look, first.id)
    _introduction(project, first)
    _buttons(project, together, mapping, test_rows, prompts, known=bool(why))
    return True


def _introduction(project: Project, first: Waiting) -> None:
    """Asked once: what the project is called, and who works on it. Both can be left as they are."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if project.name == sidebar.UNNAMED:
            st.text_input(
                "What is this project called?",
                value=name_from(first.name) or project.name,
                max_chars=sidebar.MAX_NAME,
                key=f"{NAME}-{project.id}-{first.id}",
                help="Proposed after the file. It heads the record and the report: say what the project is about. The dots "
                "beside “Tuneworthy” change it later.",
                width=420,
            )
        if not session.who():
            st.text_input(
                "Your initials",
                max_chars=16,
                key=f"{INITIALS}-{first.id}",
                placeholder="for example DK",
                help="Every change is kept with who made it and when.",
                width=160,
            )


def name_from(file_name: str) -> str:
    """ "tickets_2024-final.csv" as "Tickets 2024 final"."""
    name = " ".join(Path(file_name).stem.replace("_", " ").replace("-", " ").split())[: sidebar.MAX_NAME]
    return f"{name[:1].upper()}{name[1:]}"


def _introduce(project: Project, first: Waiting) -> None:
    name = " ".join(str(st.session_state.get(f"{NAME}-{project.id}-{first.id}", "")).split())
    initials = str(st.session_state.get(f"{INITIALS}-{first.id}", "")).strip()
    if initials:
        session.sign(initials)
    if name and name != project.name:
        with session.db().write() as c:
            projects.rename(c, project.id, name[: sidebar.MAX_NAME])


def _alike(files: list[Waiting], seen: Preview) -> tuple[list[Waiting], list[Waiting]]:
    """(those for which the first one's mapping holds, the others)."""
    together, others = files[:1], []
    for one in files[1:]:
        try:
            other = import_plan.preview(one)
        except SourceError:
            others.append(one)
            continue
        same = (other.shape, other.columns) == (seen.shape, seen.columns)
        (together if same else others).append(one)
    return together, others


def _buttons(
    project: Project,
    together: list[Waiting],
    mapping: dict[str, str],
    test_rows: int | None,
    prompts: tuple[str, str] | None,
    *,
    known: bool,
) -> None:
    """Import; or, for a file that seems to be here already, the comparison first."""
    with st.container(horizontal=True):
        if known:
            st.button(
                "Compare with what is here",
                type="primary",
                icon=":material/difference:",
                key="compare-file",
                on_click=_compare,
                args=(project, together, mapping),
            )
        st.button(
            "Import all rows as new" if known else "Import" if len(together) == 1 else f"Import {len(together)} files",
            type="secondary" if known else "primary",
            icon=":material/download:",
            key="import-file",
            on_click=_import,
            args=(project, together, mapping, test_rows, prompts),
        )
        st.button("Leave it out", key="leave-out", type="tertiary", on_click=_leave_out, args=(project, together))


def _test_rows(
    project: Project, together: list[Waiting], look: FirstLook, mapping: dict[str, str], file: str
) -> int | None:
    with session.db().read() as c:
        before, _ = examples.count(c, project.id)
        locked = split_lock.find(c, project.id)
    if locked is not None:
        st.text(f"{locked.sentence} New rows are learnt from; what is nearly the same as a test row is held out.")
        return None
    rows = look.rows + sum(import_plan.first_look(one, mapping).rows for one in together[1:]) + before
    number, why = propose_test_rows(rows)
    left, right = st.columns((1, 3), vertical_alignment="bottom", gap="medium")
    chosen = int(left.number_input("Rows kept for the test", 0, rows, number, key=f"test-rows-{file}"))
    right.text(
        why
        if chosen == number and not look.more
        else "They are never trained on: only they can show whether it worked."
    )
    right.text(what_it_shows(chosen))
    return chosen


def _prompts(project: Project, look: FirstLook, file: str) -> tuple[str, str] | None:
    """The two instructions, derived from the data and editable; none for examples that bring their own."""
    if look.has_instructions:
        st.text("The examples bring their own instructions; they stay as they are.")
        return None
    with st.expander("Instructions for the models", icon=":material/settings:", expanded=not project.base_prompt):
        st.markdown(
            "The base model gets the full ones: one that was never told the labels could only lose. The tuned model is "
            "trained and asked with the short ones; not needing the long ones is a reason to tune."
        )
        full, short = st.columns(2, gap="medium")
        base = full.text_area(
            "Full, for the base model", project.base_prompt or look.full_prompt, height=180, key=f"full-{file}"
        )
        tuned = short.text_area(
            "Short, for the tuned model", project.tuned_prompt or look.short_prompt, height=180, key=f"short-{file}"
        )
    return str(base or ""), str(tuned or "")


def _import(
    project: Project,
    together: list[Waiting],
    mapping: dict[str, str],
    test_rows: int | None,
    prompts: tuple[str, str] | None,
) -> None:
    _introduce(project, together[0])
    with session.db().read() as c:
        tested = examples.count(c, project.id, Filter(split=Split.TEST))[0]
    import_plan.ask_for(project, together, mapping=mapping, test_rows=test_rows, prompts=prompts, tested=tested)
    import_waiting.done_with(project, together)


def _compare(project: Project, together: list[Waiting], mapping: dict[str, str]) -> None:
    import_plan.ask_to_compare(project, together[0], mapping)
    import_waiting.done_with(project, together)


def _leave_out(project: Project, several: list[Waiting]) -> None:
    import_waiting.done_with(project, several, forget=True)

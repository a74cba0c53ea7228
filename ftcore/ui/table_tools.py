"""Above and below the table: the filter, actions on ticked rows, undo and redo, the row in full."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import curation
from ftcore.records import Example, Filter, Project, Split, Status
from ftcore.store import examples, journal
from ftcore.store.journal import Change
from ftcore.ui import conversation, curate_state, grid, page, session
from ftcore.ui.problem_words import name_of

WIDTH = 60
"""Characters of a label on a button."""


def filters(project: Project) -> Filter:
    per_code = {code: number for code, _severity, number in session.problem_tally(project)}
    names = {"": "All", "any": "Any error or warning", "none": "No problem"}
    names |= {code: f"{name_of(code)} ({number:,})" for code, number in per_code.items()}
    chosen = st.session_state.get(curate_state.PROBLEM, "")
    names.setdefault(chosen, f"{name_of(chosen)} (0)")
    text, status, split, problem = st.columns((4, 2, 2, 3), gap="small")
    text.text_input(
        "Words", key=curate_state.TEXT, placeholder="in what they write or you answer", persist_state="session"
    )
    _choice(status, "Status", curate_state.STATUS, {"": "All"} | {s.value: s.value.capitalize() for s in Status})
    _choice(split, "Split", curate_state.SPLIT, {"": "All"} | {s.value: s.value.capitalize() for s in Split})
    _choice(problem, "Problems", curate_state.PROBLEM, names)
    return curate_state.chosen_filter()


def bulk(project: Project, where: Filter) -> None:
    """Actions on the ticked rows, and what can be taken back."""
    ticked = curate_state.ticked(project)
    nothing = not ticked
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Tick this page", key="tick-page", on_click=_tick_page, args=(project,))
        st.button(
            "Approve ticked" if nothing else f"Approve {len(ticked):,} ticked",
            key="approve-ticked",
            disabled=nothing,
            on_click=_decide,
            args=(project, Status.APPROVED),
        )
        st.button(
            "Reject ticked" if nothing else f"Reject {len(ticked):,} ticked",
            key="reject-ticked",
            disabled=nothing,
            on_click=_decide,
            args=(project, Status.REJECTED),
        )
        if not nothing:
            with st.popover("More"):
                for side in Split:
                    st.button(
                        f"Move to {side}", key=f"move-{side}", on_click=_move, args=(project, side), width="stretch"
                    )
                st.button(
                    "Make drafts again",
                    key="draft-ticked",
                    on_click=_decide,
                    args=(project, Status.DRAFT),
                    width="stretch",
                )
                if where.problem not in ("", "any", "none"):
                    label = f"Ignore “{name_of(where.problem)}” there"
                    st.button(
                        page.plain(label),
                        key="ignore-ticked",
                        on_click=_ignore,
                        args=(project, where.problem),
                        width="stretch",
                    )
                st.button("Untick all", key="untick", on_click=_untick, args=(project,), width="stretch")
        _history(project)


def matching(project: Project, where: Filter) -> str:
    with session.db().read() as c:
        number, more = examples.count(c, project.id, where)
    return f"{number:,}{'+' if more else ''} {'row matches' if number == 1 else 'rows match'}"


def row_in_full(project: Project, rows: list[Example]) -> None:
    """Folded: the whole conversation of a chosen row, its problems, and a form for long texts."""
    fold = st.expander(
        "One row in full: the whole conversation", icon=":material/forum:", on_change="rerun", key="row-fold"
    )
    if not fold.open or not rows:
        return
    by_id = {row.id: row for row in rows}
    ticked = [id_ for id_ in by_id if id_ in curate_state.ticked(project)]
    with fold:
        chosen = st.selectbox(
            "Row",
            list(by_id),
            index=list(by_id).index(ticked[0]) if ticked else 0,
            format_func=lambda id_: f"{id_}: {by_id[id_].training.prompt[:80]}" if id_ in by_id else "",
            help="The first ticked row is chosen by itself.",
        )
        if chosen not in by_id:
            return
        read, edit = st.columns(2, gap="large")
        with read:
            conversation.show_problems(project, chosen, on_change="table")
            conversation.show(by_id[chosen].training)
        with edit:
            conversation.edit_fields(project, by_id[chosen], key="table-edit")


def _history(project: Project) -> None:
    with session.db().read() as c:
        recent = journal.last(c, project.id, limit=30)
    done = next((change for change in recent if change.state == "done"), None)
    undone = next((change for change in reversed(recent) if change.state == "undone"), None)
    if done is None and undone is None:
        return
    for change, label, icon, action in (
        (done, "Undo", ":material/undo:", _undo),
        (undone, "Redo", ":material/redo:", _redo),
    ):
        if change is not None:
            name = f"{label}: {_told(change)}"
            st.button(name, key=label.lower(), icon=icon, type="tertiary", on_click=action, args=(project,))


def _told(change: Change) -> str:
    text = change.label if len(change.label) <= WIDTH else change.label[: WIDTH - 1] + "…"
    return page.plain(f"{text} ({change.who or 'somebody'}, {change.at.astimezone():%H:%M})")


def _choice(place: st.delta_generator.DeltaGenerator, label: str, key: str, names: dict[str, str]) -> None:
    place.selectbox(
        label, list(names), key=key, format_func=lambda value: names.get(value, value), persist_state="session"
    )


def _tick_page(project: Project) -> None:
    curate_state.ticked(project).update(curate_state.remembered("grid", project).get("ids") or [])


def _untick(project: Project) -> None:
    curate_state.ticked(project).clear()


def _decide(project: Project, status: Status) -> None:
    ids = sorted(curate_state.ticked(project))
    saved = curation.decide(session.db(), project.id, ids, status, who=session.who())
    _done(project, f"{len(saved.changed):,} are {status} now. Undo takes it back.")


def _move(project: Project, side: Split) -> None:
    ids = sorted(curate_state.ticked(project))
    saved = curation.move(session.db(), project.id, ids, side, who=session.who())
    _done(project, f"{len(saved.changed):,} were moved to {side}. Undo takes it back.")


def _ignore(project: Project, code: str) -> None:
    ids = sorted(curate_state.ticked(project))
    curation.ignore(session.db(), project.id, ids, code, who=session.who())
    _done(project, f"“{name_of(code)}” is ignored at {len(ids):,} rows.")


def _done(project: Project, said: str) -> None:
    curate_state.ticked(project).clear()
    grid.refresh(project)
    page.flash(said)


def _undo(project: Project) -> None:
    change = curation.undo(session.db(), project.id, who=session.who())
    grid.refresh(project)
    page.flash(f"Taken back: {change.label}" if change else "There is nothing to take back.")


def _redo(project: Project) -> None:
    change = curation.redo(session.db(), project.id, who=session.who())
    grid.refresh(project)
    page.flash(f"Done again: {change.label}" if change else "There is nothing to do again.")

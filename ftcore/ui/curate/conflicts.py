"""Two people edited one row: both texts are shown, and one of them chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from ftcore.dataset import curation, turn_edits
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.split_lock import SplitLocked
from ftcore.dataset.turns import TurnError
from ftcore.records import Example, Project
from ftcore.store import examples
from ftcore.store.journal import Saved
from ftcore.ui import page, session
from ftcore.ui.curate import curate_state
from ftcore.ui.detail import detail_fields
from ftcore.ui.table import grid_edits

FIELDS = {
    "prompt": "what they write",
    "response": "this answer",
    "system": "these instructions",
    "status": "this status",
    "split": "this split",
    "note": "this note",
    "tags": "these tags",
    "worse": "this worse answer",
}
CHOICES = ("status", "split")


def remember(project: Project, found: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Keeps (example id, my values) until they are settled."""
    mine = curate_state.remembered("conflicts", project)
    for id_, values in found:
        mine.setdefault(str(id_), {}).update(values)


def draw(project: Project) -> None:
    mine = curate_state.remembered("conflicts", project)
    if not mine:
        return
    with session.db().read() as c:
        rows = examples.get_many(c, [int(id_) for id_ in mine])
    for row in rows:
        for field, value in list(mine[str(row.id)].items()):
            _one(project, row, field, value)


def _one(project: Project, row: Example, field: str, value: Any) -> None:
    who = row.changed_by or "Somebody"
    with st.container(border=True):
        said = f"{who} changed {_named(field)} (row {row.id}) while you were editing. Both versions are kept: choose one, or combine them."
        st.warning(page.plain(said), icon=":material/call_merge:")
        key = f"conflict-{row.id}-{field}"
        theirs, ours = st.columns(2, gap="medium")
        with theirs:
            st.markdown("**Theirs, which stands**")
            st.text(str(_stored(row, field) or "(empty)"))
            st.button("Keep theirs", key=f"{key}-theirs", on_click=_settle, args=(project, row.id, field))
        with ours:
            st.markdown("**Yours**")
            if field in CHOICES:
                st.text(str(value))
                st.session_state[key] = value
            else:
                st.text_area("Yours, or a combination of both", _typed(value), key=key, label_visibility="collapsed")
            st.button("Take mine", key=f"{key}-mine", on_click=_take, args=(project, row.id, row.version, field, key))


def _named(field: str) -> str:
    kind, *places = field.split(":")
    return f"turn {int(places[0]) + 1}" if kind in ("turn", "call") else FIELDS.get(field, field)


def _typed(value: Any) -> str:
    """As it stands in a field."""
    return grid_edits.told_tags(value) if isinstance(value, list | tuple) else str(value)


def _stored(row: Example, field: str) -> Any:
    if field in CHOICES:
        return getattr(row, field)
    known = detail_fields.texts_of(row)
    return known[field] if field in known else getattr(row.training, field, "")


def _settle(project: Project, example_id: int, field: str) -> None:
    mine = curate_state.remembered("conflicts", project)
    mine.get(str(example_id), {}).pop(field, None)
    if not mine.get(str(example_id)):
        mine.pop(str(example_id), None)


def _take(project: Project, example_id: int, version: int, field: str, key: str) -> None:
    """Mine over the version that was on the screen: if theirs changed again meanwhile, it is asked again."""
    value = st.session_state[key]
    try:
        saved = _save(project, example_id, version, field, value)
    except (TurnError, SplitLocked) as error:
        page.flash(str(error), icon=":material/info:")
        return
    if saved.conflicts:
        remember(project, [(example_id, {field: value})])
        page.flash("It was changed once more meanwhile. Look again.", icon=":material/info:")
        return
    _settle(project, example_id, field)
    page.flash("Yours is saved. The other version is in the history.")


def _save(project: Project, example_id: int, version: int, field: str, value: Any) -> Saved:
    """A field of the table, or one of a row in full."""
    if field in grid_edits.COLUMNS:
        stored = grid_edits.storable({field: value})
        return curation.save(session.db(), project.id, [CellEdit(example_id, version, stored)], who=session.who())
    with session.db().read() as c:
        row = examples.get(c, example_id)
    values, wrong = detail_fields.values_of(row, {field: value})
    for said in wrong.values():
        raise TurnError(said)
    label = detail_fields.label_of(values, example_id)
    return turn_edits.save(
        session.db(), project.id, example_id, values, version=version, who=session.who(), label=label
    )

"""Split again: what it would come to, and then one change that one Undo takes back."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.dataset import splitting
from ftcore.dataset.split import propose_test_rows
from ftcore.dataset.split_lock import Lock, SplitLocked
from ftcore.dataset.splitting import BY_ANSWER, BY_NOTHING, BY_TAG, Outcome, SplitWish
from ftcore.records import Project, Split
from ftcore.store import examples
from ftcore.store.examples import Counts
from ftcore.ui import page, say, session
from ftcore.ui.curate import curate_state
from ftcore.ui.split import split_tasks
from ftcore.ui.table import grid, table_counts

PREVIEW, SPLIT = "split_preview", "split"
FAIR = {
    BY_NOTHING: "Nothing",
    BY_ANSWER: "Answer",
    BY_TAG: "Tag",
}
KEPT_TOGETHER = "Examples that are nearly the same always stay together, so that no test row has its twin in training."


def draw(project: Project, counts: Counts, lock: Lock | None) -> None:
    fold = st.expander("Split again", icon=":material/call_split:", key="again-fold", on_change="rerun")
    if not fold.open:
        return
    with fold:
        wish = _wish(project, counts, lock)
        rows = counts.draft + counts.approved
        task = split_tasks.newest(project, SPLIT)
        if split_tasks.follow(project, task if task and task.payload["wish"] == wish.to_json() else None):
            return
        outcome = _previewed(project, wish, rows)
        if outcome is not None:
            _show(project, wish, outcome, rows)


def _wish(project: Project, counts: Counts, lock: Lock | None) -> SplitWish:
    rows = counts.draft + counts.approved
    proposed, why = propose_test_rows(rows)
    st.markdown(
        f"Divides the {rows:,} examples that are not rejected anew. {KEPT_TOGETHER} {'' if lock else why}",
        width=page.PROSE,
    )
    tests, share, fair, seed = st.columns((2, 2, 3, 2), vertical_alignment="bottom")
    number = tests.number_input(
        "Test rows",
        0,
        max(rows - 1, 0),
        min(lock.rows if lock else proposed, max(rows - 1, 0)),
        key=f"again-test-{project.id}-{lock is None}",
        disabled=lock is not None,
        help="Locked: a model is measured on them." if lock else "Kept aside until the end.",
    )
    percent = share.number_input(
        "Validation, %", 0, 50, 10, step=5, key=f"again-validation-{project.id}", help="Of what the test leaves."
    )
    ways = _ways(project)
    by = fair.selectbox(
        "Fair shares by",
        ways,
        format_func=FAIR.__getitem__,
        index=min(1, len(ways) - 1),
        key=f"again-by-{project.id}",
        help="Every label, or every first tag, gives its share of rows to each split.",
    )
    sown = seed.number_input(
        "Seed", 0, 2**31 - 1, 0, key=f"again-seed-{project.id}", help="The same seed gives the same split again."
    )
    groups = True
    if _grouped(str(session.db().path), project.id, project.revision):
        label = "Keep rows of one group together (the group column of your import)"
        groups = st.checkbox(label, True, key=f"again-groups-{project.id}")
    return SplitWish(int(sown), int(number), int(percent) / 100, by, groups)


@st.cache_data(show_spinner=False, max_entries=16)
def _grouped(path: str, project_id: int, revision: int) -> bool:
    """Whether rows have groups, as far as some from all over the project tell. Without the question groups stay together."""
    with session.db().read() as c:
        return any(row.grouping for row in examples.some(c, project_id, limit=300))


def _ways(project: Project) -> list[str]:
    """By answer where answers are labels, by tag where there are tags."""
    found = [BY_NOTHING]
    if project.profile.get("kind") == "labels":
        found.append(BY_ANSWER)
    if table_counts.choices(str(session.db().path), project.id).tags:
        found.append(BY_TAG)
    return found


def _previewed(project: Project, wish: SplitWish, rows: int) -> Outcome | None:
    """What was worked out for this wish; else the button that asks for it."""
    state = curate_state.remembered("again", project)
    if rows > splitting.AT_ONCE:
        task = split_tasks.newest(project, PREVIEW, {"wish": wish.to_json()})
        if split_tasks.follow(project, task):
            return None
        if (done := split_tasks.finished(task)) is not None:
            st.caption(f"Worked out {split_tasks.as_of(done)}.")
            return Outcome.from_json(done.result)
        ask: dict[str, Any] = {"on_click": split_tasks.ask, "args": (project, PREVIEW, {"wish": wish.to_json()})}
    elif state.get("wish") == wish:
        with st.spinner("Looking for examples that belong together"):
            return _outcome(str(session.db().path), project.id, project.revision, wish)
    else:
        ask = {"on_click": state.update, "kwargs": {"wish": wish}}
    st.button("Preview", key="again-preview", **ask)
    return None


@st.cache_data(show_spinner=False, max_entries=16)
def _outcome(path: str, project_id: int, revision: int, wish: SplitWish) -> Outcome:
    return splitting.plan(session.db(), project_id, wish).outcome()


def _show(project: Project, wish: SplitWish, outcome: Outcome, rows: int) -> None:
    for sentence in outcome.sentences:  # the split, what its test can show, and what could not be done
        st.text(sentence)
    if outcome.strata:
        names, *numbers = zip(*outcome.strata, strict=True)
        columns = dict(zip(map(str, Split), numbers, strict=True))
        table = {"Label" if wish.by == BY_ANSWER else "Tag": names}
        table |= {name.capitalize(): values for name, values in columns.items()}
        st.dataframe(table, hide_index=True, height=min(38 + 35 * len(names), 280), width=page.PROSE)
        if outcome.different > len(outcome.strata):
            st.caption(f"The {len(outcome.strata)} largest of {outcome.different:,}.")
    if not outcome.moves:
        st.markdown("That is how they are divided now. Another seed gives another split.")
        return
    label = f"Split again: {say.count(outcome.moves, 'row')} would move"
    if rows > splitting.AT_ONCE:
        payload = {"wish": wish.to_json(), "who": session.who()}
        st.button(label, key="again-go", on_click=split_tasks.ask, args=(project, SPLIT, payload))
    else:
        st.button(label, key="again-go", on_click=_split, args=(project, wish))


def _split(project: Project, wish: SplitWish) -> None:
    try:
        done = splitting.carry_out(session.db(), project.id, wish, who=session.who())
    except SplitLocked as error:
        page.flash(str(error), icon=":material/lock:")
        return
    grid.refresh(project)
    curate_state.remembered("again", project).pop("wish", None)
    page.flash(f"{say.count(done.changed, 'row')} moved. One Undo takes it back.")

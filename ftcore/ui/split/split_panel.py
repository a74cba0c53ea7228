"""What each split is for, how many examples are in it, the files to take away, and everything about dividing and exporting."""

from __future__ import annotations

import random
import uuid

import streamlit as st

from ftcore.dataset import curation, exports
from ftcore.dataset.split_lock import SplitLocked
from ftcore.records import Filter, Project, Severity, Split, Status
from ftcore.store import examples, projects
from ftcore.store.examples import Counts
from ftcore.ui import page, say, session, way
from ftcore.ui.curate import curate_state, health_panel
from ftcore.ui.problems.problem_words import name_of
from ftcore.ui.split import export_panel, leak_panel, pack_panel, split_again, split_lock_bar, versions_panel
from ftcore.ui.table import grid, table_tools

PURPOSE = {
    Split.TRAIN: "The model learns from these.",
    Split.VALIDATION: "Watched while it learns, to stop in time and to choose between ways.",
    Split.TEST: "Kept aside until the end: only they can show whether it worked.",
}


def draw(project: Project, counts: Counts) -> None:
    numbers = {Split.TRAIN: counts.train, Split.VALIDATION: counts.validation, Split.TEST: counts.test}
    if not counts.approved:
        st.subheader("Nothing is approved yet.", anchor=False)
        st.markdown(
            "Only approved examples are trained on, tested on and exported. Approve some first.", width=page.PROSE
        )
        return
    blocked = _blocking(project)
    leaking = leak_panel.draw(project, counts)
    lock = split_lock_bar.find(project)
    st.markdown(f"Of the {counts.approved:,} approved examples:")
    private = _private(project) if counts.approved <= exports.AT_ONCE else 0
    for side, number in numbers.items():
        with st.container(horizontal=False, gap="xxsmall"):
            name, value, purpose, file = st.columns((2, 1, 5, 3), vertical_alignment="center")
            name.markdown(f"**{side.value.capitalize()}**")
            value.text(f"{number:,}")
            purpose.text(PURPOSE[side])
            with file:
                _download(project, side, 0 if blocked else number, many=counts.approved)
    if private:
        rows = "1 private row is" if private == 1 else f"{private:,} private rows are"
        st.markdown(f"{rows} not in these files. “Export” below can put them in.", width=page.PROSE)
    st.markdown(shows(counts.test), width=page.PROSE)
    _not_counted(project)
    if can_train(counts) and not (blocked or leaking):
        way.button(project, "train", "Go on to Train", primary=True)
    split_lock_bar.draw(project, lock)
    with st.container(horizontal=True):
        table_tools.undo_and_redo(project)
    health_panel.draw(project, counts)
    split_again.draw(project, counts, lock)
    export_panel.draw(project, counts)
    _versions(project)
    _mover(project, numbers, locked=lock is not None)


def can_train(counts: Counts) -> bool:
    """Whether enough is approved for a training to be begun; until then approving comes first."""
    from ftcore.training.preflight import MINIMUM

    return counts.train >= MINIMUM


def shows(test_rows: int) -> str:
    """What so many test rows can show, in a sentence."""
    if not test_rows:
        return "Without test examples nothing can be shown. Move some to the test split."
    from ftcore.evaluation.statistics import detectable_difference

    points = round(detectable_difference(test_rows) * 100)
    rows = say.count(test_rows, "test row")
    return f"Before spending anything: your {rows} can show differences above about {points} points."


def _not_counted(project: Project) -> None:
    """Rows of the test split that are drafts or rejected: fewer are tested on than were put aside, which is said aloud."""
    found = {}
    with session.db().read() as c:
        for status in (Status.DRAFT, Status.REJECTED):
            found[status] = examples.count(c, project.id, Filter(status=status, split=Split.TEST))
    told = []
    for status, said in ((Status.DRAFT, "not decided yet"), (Status.REJECTED, "rejected")):
        number, more = found[status]
        if number:
            told.append(f"{number:,}{'+' if more else ''} {said}")
    if not told:
        return
    text, button = st.columns((8, 3), vertical_alignment="center")
    text.text(f"Put aside for the test, but not among these: {' and '.join(told)}.")
    if found[Status.DRAFT][0]:
        where = Filter(status=Status.DRAFT, split=Split.TEST)
        args = (project, where)
        button.button("Show the drafts", key="test-drafts", on_click=curate_state.show, args=args, width="stretch")


def _blocking(project: Project) -> bool:
    """Approved rows with an error keep the files from being written: says which, and leads there."""
    codes = [code for code, severity, _ in session.problem_tally(project) if severity is Severity.ERROR]
    with session.db().read() as c:
        found = {code: examples.count(c, project.id, Filter(status=Status.APPROVED, problem=code))[0] for code in codes}
    for code, number in found.items():
        if number:
            told, button = st.columns((6, 2), vertical_alignment="center")
            rows = "1 approved row has" if number == 1 else f"{number:,} approved rows have"
            said = f"{rows} an error ({name_of(code)}). Mend or reject before exporting."
            told.error(page.plain(said), icon=":material/error:")
            button.button("Show these", key=f"blocked-{code}", on_click=curate_state.show_problem, args=(code,))
    return any(found.values())


def _versions(project: Project) -> None:
    fold = st.expander("Versions", icon=":material/bookmarks:", key="versions-fold", on_change="rerun")
    if fold.open:
        with fold:
            versions_panel.draw(project)
    fold = st.expander(
        "Have somebody review in a spreadsheet", icon=":material/assignment_ind:", key="pack-fold", on_change="rerun"
    )
    if fold.open:
        with fold:
            pack_panel.draw(project, curate_state.view(project).where)


def _mover(project: Project, numbers: dict[Split, int], *, locked: bool) -> None:
    with st.expander("Move a few between splits", icon=":material/swap_horiz:"):
        st.markdown(
            "A random few are moved; one Undo brings them back. To choose them yourself, tick them in the table."
        )
        sides = [side for side in Split if not (locked and side is Split.TEST)]
        origin, target, how_many, button = st.columns((2, 2, 2, 2), vertical_alignment="bottom")
        source = origin.selectbox("From", sides, format_func=str.capitalize, key="move-from")
        goal = target.selectbox("To", sides, index=len(sides) - 1, format_func=str.capitalize, key="move-to")
        most = max(numbers[source], 1)
        number = how_many.number_input("How many", 1, most, min(20, most), key=f"move-number-{source}-{most}")
        button.button(
            "Move",
            key="move-some",
            disabled=source == goal or not numbers[source],
            on_click=_move,
            args=(project, source, goal, int(number)),
            width="stretch",
        )


def _move(project: Project, source: Split, goal: Split, number: int) -> None:
    with session.db().read() as c:
        ids = examples.ids(c, project.id, Filter(status=Status.APPROVED, split=source))
    chosen = sorted(random.Random(project.revision).sample(ids, min(number, len(ids))))
    try:
        saved = curation.move(session.db(), project.id, chosen, goal, who=session.who())
    except SplitLocked as error:
        page.flash(str(error), icon=":material/lock:")
        return
    grid.refresh(project)
    page.flash(f"{len(saved.changed):,} moved to {goal}. Undo takes it back.")


def _private(project: Project) -> int:
    with session.db().read() as c:
        return examples.count(c, project.id, Filter(status=Status.APPROVED, private=True))[0]


def _download(project: Project, side: Split, number: int, *, many: int) -> None:
    if many > exports.AT_ONCE:
        st.caption("Very many rows: “Export” below writes the files.")
        return
    st.download_button(
        f"Download {side}.jsonl",
        data=lambda: _file(project.id, side),
        file_name=f"{project.file_name}-{side}.jsonl",
        mime="application/jsonl",
        disabled=not number,
        key=f"download-{side}",
        on_click="ignore",
        width="stretch",
        help="OpenAI chat format: one conversation a line. It is written and read back when you click.",
    )


def _file(project_id: int, side: Split) -> bytes:
    """The split's approved examples as a job would train on them, but for private ones: under the short instructions where they
    have none."""
    from ftcore.dataset.targets import openai_chat

    with session.db().read() as c:
        approved = examples.every(c, project_id, status=Status.APPROVED)
        short = projects.get(c, project_id).tuned_prompt
    rows = [row.training for row in approved if (row.split or Split.TRAIN) is side and not row.private]
    path = session.workspace().folder("exports") / f"project-{project_id}-{side}-{uuid.uuid4().hex}.jsonl"
    try:
        openai_chat.export([row if row.system else row.with_system(short) for row in rows], path)
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)

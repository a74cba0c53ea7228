"""Curate: import, review, table, problems, split and export."""

import streamlit as st

from ftcore.store import tasks
from ftcore.ui import page, session
from ftcore.ui.curate import curate_head, curate_state
from ftcore.ui.imports import importing
from ftcore.ui.problems import problem_panel
from ftcore.ui.review import review
from ftcore.ui.split import split_panel
from ftcore.ui.table import table, table_address

project = page.header("curate")
counts = session.counts(project)
with session.db().read() as connection:
    checking = bool(tasks.open_tasks(connection, project.id, "check"))

mode = curate_state.mode(not counts.total)
in_review = mode == "Review" and counts.total > 0
if not in_review:
    curate_head.draw(project, counts)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        curate_state.choose_mode()
        action = st.container(width="content")
file_waits = importing.draw(project) if mode == "Import" else False
if not in_review and not file_waits and not (mode == "Split and export" and split_panel.can_train(counts)):
    with action:
        curate_head.primary(project, counts, mode)

if mode != "Table":
    table_address.leave()
if mode != "Import" and not counts.total and not (mode == "Table" and counts.trashed):
    st.markdown("There are no examples yet. Import a spreadsheet first: one column people write, one you answer.")
    st.button("Go to Import", type="primary", on_click=curate_state.go, args=("Import",))
elif mode == "Review":
    review.draw(project, top=curate_head.draw_above_review)
elif mode == "Table":
    table.draw(project)
elif mode == "Problems":
    problem_panel.draw(project)
elif mode == "Split and export":
    split_panel.draw(project, counts)

if checking and mode in ("Table", "Problems"):
    problem_panel.follow_checks(project.id, project.revision)
page.for_the_engineer(
    {
        "Project": f"{project.id}, revision {project.revision}",
        "Examples": f"{counts.total:,} ({counts.draft:,} draft, {counts.approved:,} approved, {counts.rejected:,} rejected)",
        "Approved": f"{counts.train:,} train, {counts.validation:,} validation, {counts.test:,} test",
        "Tokens": f"{counts.tokens:,}",
    },
    command="tuneworthy check FILE --json",
)

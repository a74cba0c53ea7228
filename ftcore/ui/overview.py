"""What the overview draws: the next action, the six steps, the projects, what runs and what was changed."""

from __future__ import annotations

from typing import cast

import streamlit as st

from ftcore.dataset.raw import SourceError
from ftcore.records import Project, Reply
from ftcore.store import decisions, examples, jobs, journal, projects, tasks
from ftcore.ui import (
    guide_recorded,
    guide_words,
    page,
    project_panel,
    sample_tiles,
    session,
    sidebar,
    task_words,
    workspace_panel,
)
from ftcore.ui.decide import decide_state
from ftcore.ui.journey import NextAction, Situation, next_action, steps

MARKS = {
    "done": (":material/check_circle:", "Done"),
    "now": (":material/arrow_circle_right:", "Next"),
    "later": (":material/radio_button_unchecked:", "Later"),
}
SHOWN_PROJECTS = 20


def welcome() -> None:
    """The first screen of an empty workspace: three ways in. What the samples say of themselves was measured in them."""
    st.title("Should you fine-tune a language model?", anchor=False, help=guide_words.of_page("overview"))
    st.markdown("Three ways in: look at a finished sample, bring your own file, or answer five questions.")
    st.subheader("A finished sample", anchor=False)
    sample_tiles.draw(_open_sample)
    ways = st.columns(2, gap="medium")
    with ways[0]:
        st.subheader("My file", anchor=False)
        st.markdown(
            "A spreadsheet: one column people write, one you answer. A minute later you know how much is usable."
        )
        if st.button("Import a spreadsheet", key="start-import", icon=":material/upload_file:"):
            sidebar.create(sidebar.UNNAMED)
            st.switch_page(page.PAGES["curate"][0], query_params={"curate": "Import"})
    with ways[1]:
        st.subheader("Only the questions", anchor=False)
        st.markdown("Five of them, about ten minutes to a recommendation. “Not sure” is a good answer.")
        if st.button("Answer the five questions", key="start-decide", icon=":material/balance:"):
            sidebar.create(sidebar.UNNAMED)
            st.switch_page(page.PAGES["decide"][0])
    st.space("small")
    project_panel.from_file()
    project_panel.archived()
    workspace_panel.draw()


def samples() -> None:
    """Both samples, side by side, in a workspace that has projects already."""
    st.subheader("Samples", anchor=False)
    there = [name for name in sample_tiles.NAMES if _samples(name)[0] is not None]
    sample_tiles.draw(_open_sample, open_already=there)


def next_step(project: Project, situation: Situation) -> None:
    """The next action as the page's title, with its one primary button."""
    action = next_action(situation)
    st.text(project.name)
    st.title(page.plain(action.sentence), anchor=False, help=guide_words.of_page("overview"))
    if st.button(action.label, type="primary", icon=":material/arrow_forward:", key="next-action"):
        go(action, project)


def go(to: NextAction, project: Project) -> None:
    st.switch_page(page.PAGES[to.page][0], query_params=_address(to, project))


def _address(to: NextAction, project: Project) -> dict[str, str]:
    return {session.PROJECT: str(project.id)} | ({"curate": to.mode} if to.mode else {})


def step_row(situation: Situation) -> None:
    every = steps(situation)
    for column, step in zip(st.columns(len(every), gap="small"), every, strict=True):
        with column, st.container(gap="xxsmall"):
            icon, word = MARKS[step.state]
            st.markdown(f"{icon} **{step.name}**")
            st.text(step.told)
            if step.state != "later":
                # Streamlit's tinted badge of the theme's own colour has too little contrast in the dark: 2.6:1.
                st.badge(word, color="blue" if step.state == "now" else "gray")


def project_list(current: Project) -> None:
    """The projects, each with its quiet menu; below them a new one, one from a file, the archived ones and the workspace."""
    with session.db().read() as c:
        known = projects.every(c)
    st.subheader("Projects", anchor=False)
    for project in known[:SHOWN_PROJECTS]:
        here = project.id == current.id
        name, since, button, menu = st.columns((6, 3, 2, 1), vertical_alignment="center")
        name.text(project.name)
        since.text(f"since {project.created_at.astimezone():%d %b %Y}" if project.created_at else "")
        button.button(
            "Open",
            key=f"open-{project.id}",
            on_click=session.open_project,
            args=(project.id,),
            disabled=here,
            help="This is the project you see." if here else None,
            width="stretch",
        )
        with menu:
            project_panel.menu(project)
    if len(known) > SHOWN_PROJECTS:
        st.caption(f"The {SHOWN_PROJECTS} newest of {len(known):,}. The others are in the list at the left.")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "New project", key="overview-new", max_chars=sidebar.MAX_NAME, placeholder="What is it about?", width=320
        )
        st.button("Create", key="overview-create", on_click=_create)
    project_panel.handed_over(known)
    st.space("small")
    samples()
    project_panel.from_file()
    project_panel.archived()
    workspace_panel.draw()


def running(project: Project) -> None:
    """Folded: the worker's tasks of this project and its jobs that have not ended."""
    from ftcore.ui.train import job_words

    with session.db().read() as c:
        open_tasks = tasks.open_tasks(c, project.id)
        open_jobs = [job for job in jobs.of_project(c, project.id) if not job.state.ended]
    number = len([task for task in open_tasks if task.kind != "reconcile"]) + len(open_jobs)
    with st.expander(f"Running now: {number}", icon=":material/pending:"):
        if not number:
            st.write("Nothing runs. What you start goes on when you close this tab, and is listed here.")
        for job in open_jobs:
            st.text(f"{job_words.title(job)}: {job_words.standing(job)}")
        for task in open_tasks:
            if task.kind != "reconcile":
                st.text(task_words.said(task))


def recent_changes(project: Project) -> None:
    with st.expander("Recent changes", icon=":material/history:"):
        with session.db().read() as c:
            found = journal.last(c, project.id, limit=10)
        if not found:
            st.write("Nothing was changed yet. Each edit, approval and rejection is listed here with who and when.")
        for change in found:
            undone = " (undone)" if change.state == "undone" else ""
            st.text(f"{change.at.astimezone():%d %b %H:%M}   {change.who or 'somebody'}   {change.label}{undone}")


def keep_fresh(project: Project) -> None:
    """Draws the page again while something runs, so that its sentence never lags behind."""
    with session.db().read() as c:
        busy = bool(tasks.open_tasks(c, project.id))
    if busy:
        _watch(project.id, project.revision)


@st.fragment(run_every=1.5)
def _watch(project_id: int, revision: int) -> None:
    with session.db().read() as c:
        changed = projects.get(c, project_id).revision != revision or not tasks.open_tasks(c, project_id)
    if changed:
        st.rerun()


def _create() -> None:
    name = str(st.session_state["overview-new"]).strip()
    if not name:
        page.flash("Give the project a name first.", icon=":material/info:")
        return
    sidebar.create(name)
    st.session_state["overview-new"] = ""
    page.flash(f"Created “{name}”.")


def _open_sample(name: str) -> None:
    """A callback, for a second click ends a script that is running half-way, and a callback not. The second click then
    finds the sample that the first one made."""
    from ftcore.dataset.sample import load_sample, open_sample

    complete, begun = _samples(name)
    opened = complete
    try:
        if opened is None:
            opened = open_sample(session.db(), name, who=session.who(), begun=begun)
            if not decide_state.read(session.db(), opened.id).answers:
                said = load_sample(name)
                answers = cast("dict[str, Reply]", dict(said.answers))
                reasons = tuple(said.reasons)
                decide_state.fill(session.db(), opened.id, answers, reasons, known=said.notes(), who=session.who())
            guide_recorded.bring(opened.id, name)
    except (OSError, SourceError) as error:
        told = f"The sample could not be opened: {error} What was read is kept; the button goes on from there."
        page.flash(told, icon=":material/error:")
        return
    session.open_project(opened.id)
    if page.FLASH not in st.session_state:  # what could not be done is more worth saying
        page.flash(f"“{opened.name}” is open.")


def _samples(name: str) -> tuple[Project | None, Project | None]:
    """(the newest project of that sample with rows approved and questions answered, the newest that lacks some of it)."""
    from ftcore.dataset.sample import which

    complete, begun = None, None
    with session.db().read() as c:
        for project in (one for one in projects.every(c) if which(c, one) == name):
            decision = decisions.latest(c, project.id)
            if decision and decision.answers and examples.counts(c, project.id).approved:
                complete = complete or project
            else:
                begun = begun or project
    return complete, begun

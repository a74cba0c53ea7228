"""What is done about problems in many rows: at once, or by the worker when they are very many. For callbacks."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import bulk, curation, dropped_checks
from ftcore.dataset.bulk import Selection
from ftcore.dataset.bulk_actions import FIX, IGNORE, Action, Repair
from ftcore.dataset.limits import Limits
from ftcore.records import Filter, Project
from ftcore.store import projects
from ftcore.ui import page, say, session
from ftcore.ui.curate import curate_state
from ftcore.ui.problems.problem_words import name_of
from ftcore.ui.table import grid, table_tasks

ROWS, PROJECT = "rows", "project"
"""Where a kind of problem is ignored."""
BUSY, LATER = ":material/info:", ":material/hourglass_top:"


def with_problem(code: str) -> Selection:
    """Every row at which the problem is open."""
    return Selection(where=Filter(problem=code))


def repair_of(project: Project, code: str) -> Action:
    with session.db().read() as c:
        light, limits = curation.light_of(c, project.id)
    return Action(FIX, Repair(code, limits, light))


def fix_all(project: Project, action: Action) -> None:
    code = action.value.code
    done = _carry_out(project, with_problem(code), action)
    if done is not None:
        curate_state.check_again(project, session.counts(project).total)
        page.flash(f"“{name_of(code)}” repaired in {say.count(done, 'row')}. Undo takes it back.")


def ignore(project: Project, code: str, at: int) -> None:
    """What was chosen from the menu of one kind of problem, which stands at place `at` of the list."""
    if st.session_state.get(f"ignore-{code}") == PROJECT:
        ignore_in_project(project, code)
        dropped_here(project)[code] = at
    else:
        ignore_all(project, code)


def ignore_all(project: Project, code: str) -> None:
    done = _carry_out(project, with_problem(code), Action(IGNORE, code))
    if done is not None:
        page.flash(f"“{name_of(code)}” is ignored at {say.count(done, 'row')}. Undo brings it back.")


def ignore_in_project(project: Project, code: str) -> None:
    dropped_checks.drop(session.db(), project.id, code)
    page.flash(
        f"“{name_of(code)}” is not looked for any more in this project. In its place is a button to look for it again."
    )


def dropped_here(project: Project) -> dict[str, int]:
    """The kinds of problems that were ignored in the project from this screen, with the place where each stood."""
    return curate_state.remembered("dropped", project)


def look_again(project: Project, code: str) -> None:
    dropped_checks.look_again(session.db(), project.id, code)
    page.flash(f"“{name_of(code)}” is looked for again.", icon=LATER)


def keep_limits(project: Project, limits: Limits) -> None:
    """Keeps thresholds and has everything checked by them."""
    with session.db().write() as c:
        known = Limits.from_json(projects.get(c, project.id).limits)
        if limits == known:
            page.flash("Nothing was changed: these are the thresholds already.", icon=BUSY)
            return
        dropped_checks.keep_limits(c, project.id, limits)
        dropped_checks.ask_for_check(c, project.id)
    page.flash("Kept. Everything is being checked again.", icon=LATER)


def busy(project: Project) -> bool:
    """Says so while a change of very many rows is under way: another one waits until it is finished."""
    if table_tasks.waiting(project) is None:
        return False
    page.flash("Wait until the change under way is finished.", icon=BUSY)
    return True


def _carry_out(project: Project, selection: Selection, action: Action) -> int | None:
    """The number of rows that were changed; None when it waits, or is the worker's."""
    if busy(project):
        return None
    with session.db().read() as c:
        number = bulk.number(c, project.id, selection)
    if number > bulk.AT_ONCE:
        table_tasks.put(project, selection, action)
        page.flash("These are many rows. It goes on in the background.", icon=LATER)
        return None
    done = bulk.carry_out(session.db(), project.id, selection, action, who=session.who())
    grid.refresh(project)
    return done.changed

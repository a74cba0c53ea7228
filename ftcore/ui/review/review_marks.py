"""What is put on a row in the review without deciding about it: tags, a note, a problem ignored, a fix, a pin."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import curation, deciding, triage
from ftcore.dataset.checks import fixes
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.deciding import ASK
from ftcore.dataset.triage import GOOD
from ftcore.records import Project, TrainingExample
from ftcore.store import examples, journal, projects, reviews
from ftcore.ui import page, session
from ftcore.ui.curate import conflicts, curate_state
from ftcore.ui.problems.problem_words import name_of
from ftcore.ui.review import review_moves, review_state

NUMBERED = 9
NEW_TAG = "review-new-tag"
GOOD_NOTE = "review-good-note"


def tags(project: Project) -> list[str]:
    """The tags that the keys 1 to 9 stand for: the most used ones, then those chosen for this review. They keep their numbers."""
    here = review_state.of(project)
    if "tags" not in here:
        with session.db().read() as c:
            known = reviews.most_used_tags(c, project.id, NUMBERED + 2)
        here["tags"] = [tag for tag in known if tag not in (ASK, GOOD)][:NUMBERED]
    found: list[str] = here["tags"]
    return found


def toggle(project: Project, example_id: int, drawn: int, tag: str) -> None:
    if review_moves.too_quick(project, example_id):
        return
    version = review_moves.seen_version(project, example_id, drawn)
    with session.db().write() as c:
        done = deciding.toggle_tag(c, project.id, example_id, tag, who=session.who(), version=version)
    if review_moves.stood(done):
        review_state.wrote(project, example_id, version, done.change_id)


def tag_field(project: Project) -> str:
    """Another field for each new tag: an empty one that has not the focus, so that the next key is one of the review's."""
    return f"{NEW_TAG}-{review_state.of(project).get('new_tags', 0)}"


def add_tag(project: Project, example_id: int, drawn: int) -> None:
    """A new tag gets the next number and is put on the row; when all nine are taken, the last one gives way."""
    here = review_state.of(project)
    tag = " ".join(str(st.session_state[tag_field(project)]).split())[:40]
    here["new_tags"] = here.get("new_tags", 0) + 1
    if not tag:
        return
    known = tags(project)
    if tag not in known and tag not in (ASK, GOOD):
        here["tags"] = [*known[: NUMBERED - 1], tag]
    version = review_moves.seen_version(project, example_id, drawn)
    with session.db().write() as c:
        done = deciding.toggle_tag(c, project.id, example_id, tag, who=session.who(), version=version, on=True)
    if review_moves.stood(done):
        review_state.wrote(project, example_id, version, done.change_id)


def note(project: Project, example_id: int, drawn: int, key: str) -> None:
    """Saves the note as it is left."""
    _save(project, example_id, drawn, {"note": str(st.session_state[key])})


def ignore(project: Project, example_id: int, drawn: int, code: str) -> None:
    """The problem is not shown at this row any more."""
    curation.ignore(session.db(), project.id, [example_id], code, who=session.who())
    with session.db().read() as c:
        review_state.wrote(project, example_id, drawn, reviews.last_change(c, project.id))
    page.flash(f"“{name_of(code)}” is ignored at this row. Undo brings it back.")


def show_fix(project: Project, code: str) -> None:
    here = review_state.of(project)
    here["fixing"] = "" if here.get("fixing") == code else code


def fixed(project: Project, training: TrainingExample, code: str) -> TrainingExample | None:
    """The conversation as the fix would make it; None when it can do nothing safely."""
    with session.db().read() as c:
        light, limits = curation.light_of(c, project.id)
    return fixes.fix(training, code, limits, light)


def take_fix(project: Project, example_id: int, drawn: int, code: str) -> None:
    review_state.of(project)["fixing"] = ""
    with session.db().read() as c:
        found = examples.get_many(c, [example_id])
    repaired = fixed(project, found[0].training, code) if found else None
    if repaired is not None:
        texts = {name: getattr(repaired, name) for name in curation.TEXTS}
        _save(project, example_id, drawn, texts)


def pin(project: Project, example_id: int, drawn: int) -> None:
    toggle(project, example_id, drawn, GOOD)


def unpin(project: Project, example_id: int) -> None:
    with session.db().write() as c:
        row = next(iter(examples.get_many(c, [example_id])), None)
        if row is not None:
            deciding.toggle_tag(c, project.id, row.id, GOOD, who=session.who(), version=row.version, on=False)


def good_note(project: Project) -> None:
    with session.db().write() as c:
        projects.set_good_note(c, project.id, str(st.session_state[GOOD_NOTE]).strip())


def find_alike(project: Project, example_id: int) -> None:
    """Looks for rows that are like this one, which takes a moment; what was found stays until the next row."""
    with session.db().read() as c:
        found = triage.alike(c, session.workspace(), project.id, examples.get(c, example_id))
    review_state.of(project)["alike"] = (example_id, found)
    if not found:
        page.flash("Nothing like this one was found.", icon=review_moves.INFO)


def _save(project: Project, example_id: int, drawn: int, values: dict[str, str]) -> None:
    version = review_moves.seen_version(project, example_id, drawn)
    saved = curation.save(session.db(), project.id, [CellEdit(example_id, version, values)], who=session.who())
    if saved.conflicts:
        conflicts.remember(project, [(example_id, dict(values))])
        page.flash("Somebody changed it meanwhile: both versions are shown at the top.", icon=":material/call_merge:")
        return
    if saved.changed:
        with session.db().read() as c:
            change = journal.next_undo(c, project.id)
        review_state.wrote(project, example_id, version, change.id if change else 0)
        curate_state.check_again(project, session.counts(project).total)
        page.flash("Saved.")

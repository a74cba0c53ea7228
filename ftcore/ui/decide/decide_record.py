"""The decision record: what was decided, written down as a version that never changes."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import streamlit as st

from ftcore.decision import Framework
from ftcore.decision.differences import bare, changed_by_evidence, only_missing
from ftcore.decision.document import answers_in
from ftcore.journey import deciding
from ftcore.records import Action, Project
from ftcore.store import decision_records, projects
from ftcore.store.decision_records import KeptRecord
from ftcore.ui import page, session, sidebar
from ftcore.ui.decide import decide_state, decide_versions
from ftcore.ui.decide.decide_state import Decided

MONTHS = 3
"""After so many a review is proposed."""
LONGEST = 4_000


def notices(project: Project, decided: Decided) -> None:
    """Under the advice: that what was recorded would be advised otherwise today, and that its review is due."""
    with session.db().read() as c:
        newest = decision_records.latest(c, project.id)
    if newest is None:
        return
    if (said := _since(newest, decided)) is not None:
        st.warning(page.plain(said), icon=":material/update:")
    due = _day(str(newest.document.get("review_on", "")))
    if due is not None and due <= date.today():
        st.info(
            page.plain(
                f"The review of version {newest.number} was due on {due:%d %b %Y}. Look at the answers again, and record what you find."
            ),
            icon=":material/event:",
        )


def draw(project: Project, framework: Framework, decided: Decided) -> None:
    with session.db().read() as c:
        versions = decision_records.of_project(c, project.id)
    st.markdown(
        "What was asked, answered, advised and decided, by whom and on what evidence. Each version stands for ever; "
        "nothing is written over.",
        width=page.PROSE,
    )
    _form(project, framework, decided, versions[0] if versions else None)
    if versions:
        decide_versions.draw(project, versions)


def _form(project: Project, framework: Framework, decided: Decided, newest: KeptRecord | None) -> None:
    """What was decided, why, by whom, and when to look again. The reason is saved when its field is left, the rest when it is
    recorded, and waits for that while somebody looks at the questions. What is proposed follows the advice until somebody chooses."""
    choice, note, by, review = (_key(project.id, name) for name in ("choice", "note", "by", "review"))
    names = {action.value: advice.name for action, advice in framework.actions.items()}
    touched = _key(project.id, "touched")
    if not st.session_state.get(touched) or st.session_state.get(choice) not in names:
        st.session_state[choice] = _proposed(decided, newest)
    st.session_state.setdefault(note, decided.note)
    st.session_state.setdefault(by, session.who())
    kept = _day(decided.review_on)
    coming = kept if kept and kept > date.today() else months_later(date.today(), MONTHS)
    st.session_state.setdefault(review, coming)
    advised = decided.advice.action.value
    _name(project)
    st.selectbox(
        "What you decided",
        list(names),
        format_func=lambda one: names.get(one, str(one)) + (" (as advised)" if one == advised else ""),
        key=choice,
        on_change=_touch,
        args=(touched,),
        persist_state="session",
        width=page.PROSE,
    )
    st.text_area(
        "Why",
        key=note,
        max_chars=LONGEST,
        help="It may be otherwise than the advice; say so here. It is saved when you leave the field.",
        on_change=_note,
        args=(project.id, note),
        width=page.PROSE,
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Decided by",
            key=by,
            max_chars=80,
            placeholder="A name, initials or a role",
            persist_state="session",
            width=280,
        )
        st.date_input(
            "Look at it again on",
            key=review,
            min_value=date(2000, 1, 1),
            max_value=date(2200, 1, 1),
            format="YYYY-MM-DD",
            persist_state="session",
            width=200,
        )
        st.button(
            "Record this decision",
            type="primary",
            key="record-decision",
            on_click=_record,
            args=(project.id, framework),
        )


def _proposed(decided: Decided, newest: KeptRecord | None) -> str:
    """What was decided last, as long as the advice is what it was then; else what is advised."""
    advised = decided.advice.action.value
    then = newest.document.get("recommendation", {}).get("action") if newest else None
    return decided.choice if decided.choice in set(Action) and then == advised else advised


def _since(newest: KeptRecord, decided: Decided) -> str | None:
    """That evidence, or other answers, have changed the advice since; None where it is the same."""
    then = bare(str(newest.document.get("recommendation", {}).get("headline", "")))
    other = changed_by_evidence(newest.document, decided.evidence)
    if other is not None and only_missing(newest.document, decided.evidence):
        return f"Version {newest.number} rests on measurements that are not in this project. It said “{then}”; without them the advice on the same answers would be “{bare(other.headline)}”."
    if other is not None:
        return f"Since version {newest.number}, evidence has changed the advice: it was “{then}”, and on the same answers it is now “{bare(other.headline)}”."
    action = str(newest.document.get("recommendation", {}).get("action", ""))
    if action in set(Action) and action != decided.advice.action and answers_in(newest.document) != decided.answers:
        return f"Since version {newest.number}, answers were changed, and with them the advice: it was “{then}”. Record the decision again when it stands."
    return None


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or that month's last."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _key(project_id: int, name: str) -> str:
    return f"decision-{name}-{project_id}"


def _touch(key: str) -> None:
    st.session_state[key] = True


def _name(project: Project) -> None:
    """For a project that was begun with the questions, before anybody was asked: its name stands on the record and on reports."""
    if project.name == sidebar.UNNAMED:
        key = _key(project.id, "name")
        st.text_input(
            "What is this project called?",
            key=key,
            max_chars=sidebar.MAX_NAME,
            placeholder=sidebar.UNNAMED,
            on_change=_rename,
            args=(project, key),
            help="The record and the report are headed with it. The dots beside “Tuneworthy” change it later.",
            width=page.PROSE,
        )


def _rename(project: Project, key: str) -> None:
    name = " ".join(str(st.session_state[key]).split())[: sidebar.MAX_NAME]
    if name:
        with session.db().write() as c:
            projects.rename(c, project.id, name)
        page.flash(f"It is called “{name}” from now on.")


def _note(project_id: int, key: str) -> None:
    decide_state.note(session.db(), project_id, str(st.session_state[key])[:LONGEST], who=session.who())
    page.flash("Saved.")


def _record(project_id: int, framework: Framework) -> None:
    said = {name: st.session_state.get(_key(project_id, name)) for name in ("choice", "note", "by", "review")}
    if said["choice"] not in set(Action):
        page.flash("Choose what you decided first.", icon=":material/info:")
        return
    review = said["review"]
    kept, new = deciding.record(
        session.db(),
        project_id,
        framework,
        choice=str(said["choice"]),
        why=str(said["note"] or "").strip()[:LONGEST],
        review_on=review.isoformat() if isinstance(review, date) else "",
        who=session.who(),
        by=str(said["by"] or "").strip()[:80],
    )
    for name in ("shown", "older", "touched"):
        st.session_state.pop(_key(project_id, name), None)
    page.flash(
        f"Recorded as version {kept.number}."
        if new
        else f"Nothing has changed since version {kept.number}, so nothing was written."
    )

"""How an answer is known: its badge, and a note, a link or evidence from this project that people attach to it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ftcore.decision.case import weigh
from ftcore.decision.framework import Question
from ftcore.decision.known import LONGEST_LINK, LONGEST_NOTE, link_of, standing
from ftcore.decision.questions import SAID
from ftcore.records import Project
from ftcore.ui import page, session
from ftcore.ui.decide import decide_state
from ftcore.ui.decide.decide_state import Decided

There = Mapping[str, Mapping[str, str]]
"""By question, what can be attached: its name and what it says."""
BADGES = {
    "believed": ("Believed", ":material/chat_bubble:"),
    "measured": ("Measured", ":material/straighten:"),
    "measured on the practice model": ("Measured on the practice model", ":material/science:"),
}
"""No tick and no green: that something was measured doesn't make it good news."""


def badge(question: str, decided: Decided) -> None:
    """Whether the answer is believed or measured, with the reason on hover; nothing before there is either."""
    found = standing(question, decided.evidence)
    if question not in decided.answers and found.word == "believed":
        return
    name, icon = BADGES[found.word]
    st.badge(name, icon=icon, color="gray", help=page.plain(found.why))
    shown = weigh(decided.answers, decided.reasons, decided.evidence).findings.get(question)
    answered = decided.answers.get(question, shown)
    if shown and answered != shown:
        otherwise = "" if answered == "unsure" else " otherwise"
        st.text(f"It was measured{otherwise}: {SAID[shown]}. The advice goes by the measurement.")


def there_is(project: Project, decided: Decided) -> There:
    """What can be attached, by question: read once for all of them."""
    if not decided.answers:
        return {}
    from ftcore.report.attached import attachable  # scipy loads with it: not before anything is answered

    with session.db().read() as c:
        return {
            question: {one.name: one.sentence for one in found}
            for question, found in attachable(c, project.id, decided.details).items()
        }


def draw(project: Project, question: Question, decided: Decided, there: There) -> None:
    """The fold under an answer. What is typed is kept when its field is left. `there` is what `there_is` gave."""
    known = decided.known.get(question.key, {})
    with st.expander("How do you know?", icon=":material/help:", key=f"known-{project.id}-{question.key}"):
        found = standing(question.key, decided.evidence)
        st.text(f"{found.word.capitalize()}. {found.why}")  # a badge's words are out of the keyboard's reach
        st.text_area(
            "A note: who says so, since when, what was tried",
            key=_field(project.id, question.key, "note", known.get("note", "")),
            max_chars=LONGEST_NOTE,
            height=88,
            on_change=_keep_note,
            args=(project.id, question.key),
        )
        st.text_input(
            "A link to where it stands",
            key=_field(project.id, question.key, "link", known.get("link", "")),
            max_chars=LONGEST_LINK,
            placeholder="https://",
            help="It is kept as text and shown in the record. Nothing is fetched from it.",
            on_change=_keep_link,
            args=(project.id, question.key),
        )
        _evidence(project, question, there.get(question.key, {}), list(known.get("attached") or []))
    told = _told(known)
    if told:
        st.caption(page.plain(told))


def _evidence(project: Project, question: Question, there: Mapping[str, str], attached: list[str]) -> None:
    gone = {name: f"{name}: no longer in this project" for name in attached if name not in there}
    every = {**there, **gone}
    if not every:
        st.text("Evidence from this project: none speaks to this question yet.")
        return
    chosen = st.multiselect(
        "Evidence from this project",
        list(every),
        format_func=lambda name: every.get(name, str(name)),
        key=_field(project.id, question.key, "attached", attached),
        placeholder="Choose what shows it",
        select_all=False,
        help="The newest comparison and the newest trial count by themselves, those on the practice model beside the others; what "
        "you choose here stays with the answer.",
        on_change=_keep_attached,
        args=(project.id, question.key),
    )
    st.session_state[_shown(project.id, question.key)] = list(chosen)
    for name in attached:
        st.text(every[name])


def _told(known: dict[str, object]) -> str:
    """What is attached, below the closed fold."""
    parts = [name for part, name in (("note", "a note"), ("link", "a link")) if known.get(part)]
    number = len(known.get("attached") or [])  # type: ignore[arg-type]
    parts += [f"{number} from this project"] if number else []
    return f"Known from: {', '.join(parts)}." if parts else ""


def _field(project_id: int, question: str, name: str, stands: object) -> str:
    key = f"known-{project_id}-{question}-{name}"
    st.session_state.setdefault(key, stands)
    return key


def _keep_note(project_id: int, question: str) -> None:
    text = str(st.session_state[f"known-{project_id}-{question}-note"]).strip()[:LONGEST_NOTE]
    decide_state.know(session.db(), project_id, question, "note", text, who=session.who())
    page.flash("Saved.")


def _keep_link(project_id: int, question: str) -> None:
    typed = str(st.session_state[f"known-{project_id}-{question}-link"]).strip()
    link = link_of(typed)
    if typed and not link:
        page.flash("That is no web address that could be followed, so it was not kept. Begin with https://.")
        return
    decide_state.know(session.db(), project_id, question, "link", link, who=session.who())
    page.flash("Saved.")


def _shown(project_id: int, question: str) -> str:
    """Where it stands what this tab has shown as attached: only what changes against that is this person's doing."""
    return f"known-{project_id}-{question}-shown"


def _keep_attached(project_id: int, question: str) -> None:
    names = [str(name) for name in st.session_state[f"known-{project_id}-{question}-attached"]]
    shown = st.session_state.get(_shown(project_id, question), [])
    decide_state.attach(session.db(), project_id, question, names, shown, who=session.who())
    page.flash("Saved.")

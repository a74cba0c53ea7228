"""The versions of the full instructions: read, compared with the one before, and a new one kept."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Project
from ftcore.store import prompts
from ftcore.store.prompts import Prompt
from ftcore.ui import differences, page, say, session
from ftcore.ui.imports.instructions import MOST

HEIGHT = 220
LONGEST_NOTE = 120


def draw(project: Project) -> None:
    with session.db().read() as c:
        versions = prompts.versions(c, project)
    st.subheader("Instructions for the models that are not trained", anchor=False)
    st.markdown(
        "Make them as good as you can: beating a poor prompt shows nothing. Every version is kept, and the examples of the "
        "validation split choose the best, never the test.",
        width=page.PROSE,
    )
    _new(project, versions)
    if versions:
        _look(project, versions)


def settle(project: Project, who: str) -> bool:
    """Keeps as a version what was typed and not kept yet: whoever starts a comparison means it. False = there was nothing."""
    text = str(st.session_state.get(_draft(project)) or "").strip()
    if not text:
        return False
    st.session_state.pop(_draft(project))
    with session.db().write() as c:
        known = {one.text.strip() for one in prompts.versions(c, project)}
        if text not in known:
            prompts.add(c, project.id, text, who=who)
    return text not in known


def _new(project: Project, versions: list[Prompt]) -> None:
    last = versions[-1].text if versions else ""
    place = f"{project.id}-{len(versions)}"
    key = f"prompt-text-{place}"
    if key not in st.session_state:  # after a visit elsewhere what was typed is still there
        st.session_state[key] = st.session_state.get(_draft(project)) or project.base_prompt or last
    st.text_area(
        f"Version {len(versions) + 1}",
        key=key,
        height=HEIGHT,
        max_chars=MOST,
        help="Begin with the newest version and change it. A comparison that is started keeps what stands here.",
        on_change=_remember,
        args=(project, key),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "What is new in it?", key=f"prompt-note-{place}", max_chars=LONGEST_NOTE, placeholder="optional", width=420
        )
        st.button(
            "Keep as a new version", icon=":material/add:", key="prompt-keep", on_click=_keep, args=(project, place)
        )


def _draft(project: Project) -> str:
    return f"prompt-draft-{project.id}"


def _remember(project: Project, key: str) -> None:
    st.session_state[_draft(project)] = st.session_state[key]


def _keep(project: Project, place: str) -> None:
    st.session_state.pop(_draft(project), None)
    text = str(st.session_state[f"prompt-text-{place}"] or "").strip()
    note = " ".join(str(st.session_state[f"prompt-note-{place}"] or "").split())
    if not text:
        page.flash("There is nothing in it yet. Nothing was kept.", icon=":material/info:")
        return
    with session.db().write() as c:
        known = {one.text.strip(): one.number for one in prompts.kept(c, project.id)}
        kept = prompts.add(c, project.id, text, note=note, who=session.who())
    if text in known:
        page.flash(f"That is version {kept.number} already. It is the current one now.", icon=":material/info:")
        return
    page.flash(f"Version {kept.number} is kept, and is the current one.")


def _look(project: Project, versions: list[Prompt]) -> None:
    by_number = {one.number: one for one in reversed(versions)}
    with st.expander(f"{say.count(len(versions), 'version')} so far", icon=":material/history:"):
        number = st.selectbox(
            "Version",
            list(by_number),
            format_func=lambda one: _name(by_number[one]),
            key=f"prompt-version-{project.id}-{len(versions)}",
        )
        chosen = by_number[number]
        before = by_number.get(number - 1)
        if before is not None:
            st.caption(f"What changed since version {before.number}")
            differences.draw(before.text, chosen.text, legend=True)
        else:
            st.text(chosen.text)


def _name(one: Prompt) -> str:
    told = [f"Version {one.number}", one.note, one.who, say.moment(one.created_at)]
    if one.id is None:
        told.append("not asked with yet")
    return " · ".join(part for part in told if part)  # a list of choices renders no marks

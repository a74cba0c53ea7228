"""The documents to look things up in: added, listed, looked at part by part, taken away."""

from __future__ import annotations

import streamlit as st

from ftcore.evaluation.documents.adding import Added, add_files, warnings
from ftcore.evaluation.documents.chunks import Chunk, chunks_of
from ftcore.evaluation.documents.reading import MAX_BYTES
from ftcore.evaluation.proposing import LOOKED_UP
from ftcore.records import Project
from ftcore.store import documents
from ftcore.store.documents import Document
from ftcore.ui import page, say, session
from ftcore.ui.imports.import_waiting import size

TYPES = ["pdf", "docx", "md", "txt", "csv"]
A_PAGE = 10
PART = LOOKED_UP[0][1]
"""Characters of the parts that are shown: those that are tried first."""


def draw(project: Project) -> None:
    st.subheader("Documents to look things up in", anchor=False)
    st.markdown(
        "Before a model answers, it can be shown the parts of your documents that are nearest to the question (this is called "
        "RAG). Nothing is trained on them, so a page that changes tomorrow changes the answers.",
        width=page.PROSE,
    )
    _uploader(project)
    _last(project)
    with session.db().read() as c:
        known = documents.of_project(c, project.id)
    if not known:
        st.text("No document yet. Add the pages in which a new colleague would look things up.")
        return
    for sentence in _warnings(str(session.db().path), project.id, project.revision):
        st.warning(page.plain(sentence), icon=":material/content_copy:")
    for one in known:
        _row(project, one)


def _uploader(project: Project) -> None:
    key = f"documents-{project.id}-{st.session_state.get(_turn(project), 0)}"
    st.file_uploader(
        "Add documents",
        type=TYPES,
        accept_multiple_files=True,
        max_upload_size=MAX_BYTES // 1_048_576,
        key=key,
        on_change=_add,
        args=(project, key),
        help="PDF, DOCX, MD, TXT or CSV, up to 20 MB each. Scans need their text recognised first.",
    )


def _add(project: Project, key: str) -> None:
    files = [(one.name, one.getvalue()) for one in st.session_state.get(key) or ()]
    if not files:
        return
    added = add_files(session.db(), project.id, files, who=session.who())
    st.session_state[f"documents-last-{project.id}"] = added
    st.session_state[_turn(project)] = st.session_state.get(_turn(project), 0) + 1
    if added.names:
        page.flash(f"{say.count(len(added.names), 'document')} added.")


def _last(project: Project) -> None:
    """What was refused of the files that were dropped last, and why."""
    last: Added | None = st.session_state.get(f"documents-last-{project.id}")
    for sentence in last.refused if last else ():
        st.error(page.plain(sentence), icon=":material/error:")
    for note in last.notes if last else ():
        st.info(page.plain(note), icon=":material/info:")


def _row(project: Project, one: Document) -> None:
    parts = _parts(one.id, one.digest, one)
    name, told, look, gone = st.columns((5, 4, 2, 2), vertical_alignment="center")
    name.text(one.name)
    told.text(f"{size(one.bytes)}, {say.count(len(parts), 'part')}")
    open_ = st.session_state.get(_opened(project)) == one.id
    look.button(
        "Close" if open_ else "Look",
        key=f"document-look-{one.id}",
        on_click=_look,
        args=(project, None if open_ else one.id),
        width="stretch",
    )
    gone.button(
        "Remove",
        key=f"document-remove-{one.id}",
        on_click=_remove,
        args=(project, one),
        width="stretch",
        help="It is no longer offered. Comparisons that looked things up in it keep it.",
    )
    if open_:
        _show(parts)


def _show(parts: tuple[Chunk, ...]) -> None:
    """The parts as a model would be shown them, a page at a time."""
    pages = max(1, -(-len(parts) // A_PAGE))
    at = st.number_input(f"Page of {pages:,}", 1, pages, 1, key="document-page", width=160) - 1 if pages > 1 else 0
    with st.container(border=True):
        for part in parts[int(at) * A_PAGE : (int(at) + 1) * A_PAGE]:
            st.caption(page.plain(part.source))
            st.text(part.text)


def _look(project: Project, id_: int | None) -> None:
    st.session_state[_opened(project)] = id_
    st.session_state.pop("document-page", None)


def _remove(project: Project, one: Document) -> None:
    with session.db().write() as c:
        documents.remove(c, one.id)
    st.session_state.pop(f"documents-last-{project.id}", None)
    page.flash(f"“{one.name}” is no longer looked up. Add it again to bring it back.")


@st.cache_data(show_spinner=False, max_entries=256)
def _parts(id_: int, digest: str, _one: Document) -> tuple[Chunk, ...]:
    return chunks_of(_one, PART)


@st.cache_data(show_spinner=False, max_entries=16)
def _warnings(path: str, project_id: int, revision: int) -> tuple[str, ...]:
    return warnings(session.db(), project_id)


def _turn(project: Project) -> str:
    return f"documents-turn-{project.id}"


def _opened(project: Project) -> str:
    return f"document-open-{project.id}"

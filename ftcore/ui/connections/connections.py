"""The mode "Connections" of Train: the servers one by one, adding one, and what is at one of them."""

from __future__ import annotations

import streamlit as st

from ftcore.endpoints.facts import FILES, Facts, copy_to_edit, facts_of
from ftcore.records import LOCAL, Project
from ftcore.store import endpoints
from ftcore.training import spending
from ftcore.ui import page, session
from ftcore.ui.connections import connection_form, connection_row, provider_facts, rescue_panel


def draw(project: Project) -> None:
    facts = facts_of(session.workspace())
    with session.db().read() as c:
        known = endpoints.every(c)
        month = spending.month(c)
    for said in facts.faults:
        st.warning(page.plain(said), icon=":material/edit_off:")
    st.markdown(
        "A connection is a server that trains models for you. The key stays on this computer: it is in no file that you hand over.",
        width=page.PROSE,
    )
    for endpoint in known:
        connection_row.draw(endpoint, facts, month.of(endpoint), what_is_there=rescue_panel.toggle)
        rescue_panel.draw(project, endpoint, facts)
        st.divider()
    others = [endpoint for endpoint in known if endpoint.name != LOCAL]
    connection_form.draw(facts, primary=not others)
    _export_only(facts)
    _own_copies(facts)


def _export_only(facts: Facts) -> None:
    """Providers with a protocol of their own: their training file can be made, and that is said here, not found out later."""
    others = [one for one in facts.providers if not one.speaks]
    if not others:
        return
    with st.expander("Other providers: training files only", icon=":material/upload_file:", key="export-only"):
        st.markdown(
            "These speak a protocol of their own, so nothing can be started or watched from here. Their training files can be made "
            "on **Curate**, under **Split and export**; what is trained there is uploaded on the provider's own page.",
            width=page.PROSE,
        )
        provider_facts.table({one.label: one.note for one in others}, alt="Providers for which only files can be made")


def _own_copies(facts: Facts) -> None:
    with st.expander("Where these facts are from", icon=":material/source:", key="facts-fold"):
        st.markdown(
            "What differs at each provider, what it costs and what closes when stands in two files that you can read and edit. "
            "Every figure there has its source and the date on which it was read; older than 90 days is said.",
            width=page.PROSE,
        )
        for name in FILES:
            with st.container(horizontal=True, vertical_alignment="center"):
                if name in facts.own:
                    st.text(f"{name}: your own copy, {session.workspace().root / name}")
                else:
                    st.text(f"{name}: as it came with Tuneworthy")
                    st.button("Edit a copy of my own", key=f"own-{name}", on_click=_copy, args=(name,))


def _copy(name: str) -> None:
    path = copy_to_edit(session.workspace(), name)
    page.flash(f"{path} is yours to edit. What you save there holds at once.")

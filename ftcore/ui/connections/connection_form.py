"""Adding a connection: which provider and what that means first, then the address, the key and the limits."""

from __future__ import annotations

import streamlit as st

from ftcore.endpoints import EndpointError, connections
from ftcore.endpoints.facts import Facts
from ftcore.endpoints.providers import Provider
from ftcore.ui import page, session
from ftcore.ui.connections import connection_row, key_field, provider_facts

PREFIX = "add"
OTHER = ""
CHOSEN = "add-provider"


def draw(facts: Facts, *, primary: bool) -> None:
    """`primary` while there is no other connection: it is then the page's primary action."""
    st.subheader("Add a connection", anchor=False)
    offered = {one.name: one for one in facts.providers if one.speaks and not one.practice}
    name = st.selectbox(
        "Provider",
        [*offered, OTHER],
        index=None,
        placeholder="Choose who trains for you",
        format_func=lambda one: offered[one].label if one else "Another server that speaks the protocol",
        key=CHOSEN,
        width=page.PROSE // 2,
    )
    if name is None:
        return
    provider = offered.get(name)
    if provider is not None:
        provider_facts.draw(provider, facts)
    which = provider.name if provider else "other"
    way = key_field.choose(f"{PREFIX}-{which}")
    with st.form(f"{PREFIX}-form-{which}", border=False):
        _fields(provider, which, way)
        key_field.say_refusal(PREFIX)
        st.form_submit_button(
            "Add this connection",
            type="primary" if primary else "secondary",
            icon=":material/add:",
            key="add-connection",
            on_click=_add,
            args=(name,),
        )


def _fields(provider: Provider | None, which: str, way: str) -> None:
    with st.container(width=page.PROSE):
        left, right = st.columns((1, 2))
        left.text_input(
            "Name", value=provider.name if provider else "", key=f"{PREFIX}-name-{which}", placeholder="one short word"
        )
        right.text_input(
            "Address",
            value=provider.base_url if provider else "",
            key=f"{PREFIX}-address-{which}",
            placeholder="https://api.example.com/v1",
            help="A word in capitals is to be replaced by your own.",
        )
        key_field.draw(f"{PREFIX}-{which}", way, variable=provider.key_variable if provider else "")
        connection_row.limits(f"{PREFIX}-{which}")


def _add(provider: str) -> None:
    which = provider or "other"
    key = key_field.take(f"{PREFIX}-{which}")
    state = st.session_state
    name = str(state[f"{PREFIX}-name-{which}"]).strip()
    if key_field.is_missing(f"{PREFIX}-{which}", key):
        key_field.refuse(PREFIX, "Give the key, or say that none is needed. Nothing was added.", key)
        return
    try:
        connections.add(
            session.db(),
            session.workspace(),
            name,
            base_url=str(state[f"{PREFIX}-address-{which}"]),
            key=key,
            provider=provider,
            limits=connection_row.limits_given(f"{PREFIX}-{which}"),
        )
    except EndpointError as error:
        key_field.refuse(PREFIX, f"{error} Nothing was added.", key)
        return
    state[CHOSEN] = None
    page.flash(f"{name} is added. Test it before you train there.")

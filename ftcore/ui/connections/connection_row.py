"""One connection: where it leads, where its key is, what the last test said, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from ftcore.endpoints import EndpointError, connections
from ftcore.endpoints.facts import Facts
from ftcore.endpoints.keys import say_source
from ftcore.records import LOCAL, Endpoint
from ftcore.store import endpoints, jobs
from ftcore.store.schema import now
from ftcore.training.spending import Spent
from ftcore.ui import ledger, page, say, session
from ftcore.ui.connections import key_field, provider_facts

STEPS = {
    "address": "Address",
    "reachable": "Answers",
    "authorised": "Key",
    "models": "Models",
    "files": "Files",
    "jobs": "Jobs",
    "new_jobs": "New jobs",
}
MARKS = {True: "Works", False: "Does not work", None: "Not known"}


def draw(endpoint: Endpoint, facts: Facts, spent: Spent, *, what_is_there: Callable[[int], None]) -> None:
    """`what_is_there` is called with the endpoint's id when somebody wants to see what it holds."""
    with st.container(key=f"connection-{endpoint.id}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{page.plain(_called(endpoint))}**", width="stretch")
            _test(endpoint)
            st.button(
                "What is there",
                icon=":material/inventory_2:",
                key=f"there-{endpoint.id}",
                disabled=not endpoint.base_url,
                on_click=what_is_there,
                args=(endpoint.id,),
            )
            if endpoint.name != LOCAL:
                _edit(endpoint)
                _remove(endpoint)
        st.text("  ·  ".join(part for part in _facts(endpoint, facts, spent) if part))
        _last_test(endpoint)


def _facts(endpoint: Endpoint, facts: Facts, spent: Spent) -> list[str]:
    provider = facts.provider_of(endpoint)
    where = endpoint.base_url.partition("://")[2] or "its server has not started yet"
    source = say_source(endpoint.key_source)
    key = "its own key" if endpoint.name == LOCAL else f"key: {source}" if endpoint.key_source else source
    kind = provider.label if provider and not provider.practice else ""
    return [where, kind, key, *_money(endpoint, spent)]


OWN_PRICE_HELP = "If you know better than the list of prices, or the server is in no list. 0 for a server of your own."


def _money(endpoint: Endpoint, spent: Spent) -> list[str]:
    if endpoint.practice:
        return ["costs electricity only"]
    limits = endpoint.limits
    said = [f"${limits['train_usd']:,.2f} for a million training tokens"] if "train_usd" in limits else []
    said += [f"at most ${limits['job_usd']:,.2f} a job"] if "job_usd" in limits else []
    month = f"${spent.low:,.2f}" if spent.certain else f"${spent.low:,.2f} to ${spent.high:,.2f}"
    if "month_usd" in limits:
        return [*said, f"{month} of ${limits['month_usd']:,.2f} this month"]
    return [*said, f"{month} this month, no limit" if spent.jobs else "no limit for a month"]


def _last_test(endpoint: Endpoint) -> None:
    if endpoint.checked_at is None:
        st.caption("Not tested yet.")
        return
    failed = [finding for finding in endpoint.findings if finding["ok"] is False]
    said = "everything that was tried works" if not failed else f"{STEPS.get(failed[0]['what'], '')} does not work"
    label = f"Tested {ago(endpoint.checked_at)}: {said[0].lower()}{said[1:]}"
    icon = ":material/error:" if failed else ":material/check_circle:"
    with st.expander(label, icon=icon, expanded=bool(failed), key=f"findings-{endpoint.id}"):
        steps = [finding for finding in endpoint.findings if finding["what"] in STEPS]
        lines = {STEPS[one["what"]]: f"{MARKS[one['ok']]}. {one['sentence']}" for one in steps}
        ledger.draw(lines, alt=f"What the test of {endpoint.name} said")
        closes = [str(one["sentence"]) for one in endpoint.findings if one["what"] == "closes"]
        if closes:
            st.markdown(f"**What closes when**\n\n{provider_facts.bullets(closes)}", width=page.PROSE)


def _test(endpoint: Endpoint) -> None:
    with st.popover("Test", icon=":material/network_check:", key=f"test-{endpoint.id}", disabled=not endpoint.base_url):
        st.markdown("Asks for its models, files and jobs. Costs nothing, changes nothing.")
        file = st.checkbox("Also send a small file, and delete it again", key=f"test-file-{endpoint.id}")
        jobs_too = st.checkbox(
            "Also see whether it may start jobs",
            key=f"test-jobs-{endpoint.id}",
            help="Asks for a job whose training file does not exist. No server can start it; how it refuses tells whether it would.",
        )
        if st.button("Test connection", type="primary", key=f"test-now-{endpoint.id}"):
            with st.spinner(f"Asking {page.plain(_called(endpoint))}"):
                connections.check(session.db(), session.workspace(), endpoint, send_file=file, may_start_jobs=jobs_too)
            st.rerun()


def _edit(endpoint: Endpoint) -> None:
    with st.popover("Edit", icon=":material/edit:", key=f"edit-{endpoint.id}"):
        kept = say_source(endpoint.key_source) if endpoint.key_source else "not needed"
        st.markdown(f"The key is {page.plain(kept)}. Leave its field empty to keep that.")
        way = key_field.choose(f"edit-{endpoint.id}", optional=True)
        with st.form(f"edit-form-{endpoint.id}", border=False):
            key_field.draw(f"edit-{endpoint.id}", way)
            st.text_input("Address", value=endpoint.base_url, key=f"edit-address-{endpoint.id}")
            limits(f"edit-{endpoint.id}", endpoint)
            key_field.say_refusal(f"edit-{endpoint.id}")
            st.form_submit_button(
                "Save", type="primary", key=f"edit-save-{endpoint.id}", on_click=_save, args=(endpoint.id,)
            )


def limits(prefix: str, endpoint: Endpoint | None = None) -> None:
    """Two fields for the most that may be spent, and one for a price that no file knows."""
    known = endpoint.limits if endpoint else {}
    above = "Nothing is started above it."
    fields = (
        ("job_usd", "Most a job may cost (USD)", "no limit", above),
        ("month_usd", "Most a month may cost (USD)", "no limit", above),
        ("train_usd", "Price of a million training tokens (USD)", "as prices.yaml says", OWN_PRICE_HELP),
    )
    left, right = st.columns(2)
    for column, (name, label, empty, told) in zip((left, right, left), fields, strict=True):
        column.number_input(
            label,
            min_value=0.0,
            max_value=1e8,
            value=known.get(name),
            step=1.0,
            placeholder=empty,
            key=f"{prefix}-{name}",
            help=told,
        )


def limits_given(prefix: str) -> dict[str, float | None]:
    return {name: st.session_state.get(f"{prefix}-{name}") for name in connections.LIMITS}


def _save(endpoint_id: int) -> None:
    prefix = f"edit-{endpoint_id}"
    key = key_field.take(prefix)
    with session.db().read() as c:
        endpoint = endpoints.get(c, endpoint_id)
    try:
        connections.edit(
            session.db(),
            session.workspace(),
            endpoint,
            base_url=str(st.session_state[f"edit-address-{endpoint_id}"]),
            key=key or None,
            limits=limits_given(prefix),
        )
    except EndpointError as error:
        key_field.refuse(prefix, f"{error} Nothing was changed.", key)
    else:
        page.flash(f"{endpoint.name} is changed." + (" Test it again." if key else ""))


def _remove(endpoint: Endpoint) -> None:
    with st.popover("Remove", icon=":material/delete:", key=f"remove-{endpoint.id}"):
        with session.db().read() as c:
            running = sum(1 for job in jobs.open_jobs(c) if job.endpoint_id == endpoint.id)
        if running:
            st.warning(
                f"{say.count(running, 'job')} there has not ended. It goes on at the provider, and nobody here would follow it.",
                icon=":material/warning:",
            )
        st.markdown("Its jobs and models stay listed. Its key is forgotten. The provider deletes nothing.")
        st.button(
            f"Remove {page.plain(endpoint.name)}",
            key=f"remove-now-{endpoint.id}",
            on_click=_take_away,
            args=(endpoint.id,),
        )


def _take_away(endpoint_id: int) -> None:
    with session.db().read() as c:
        endpoint = endpoints.get(c, endpoint_id)
    try:
        said = connections.remove(session.db(), session.workspace(), endpoint)
    except EndpointError as error:
        page.flash(str(error), icon=":material/block:")
        return
    page.flash(
        f"{endpoint.name} is removed and its key forgotten." if not said else f"{endpoint.name} is removed. {said}"
    )


def _called(endpoint: Endpoint) -> str:
    return "This computer" if endpoint.name == LOCAL else endpoint.name


def ago(when: datetime) -> str:
    """ "just now", "12 minutes ago", "3 days ago"."""
    seconds = (now() - when).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{say.count(int(seconds // 60), 'minute')} ago"
    if seconds < 86_400:
        return f"{say.count(int(seconds // 3600), 'hour')} ago"
    return f"{say.count(int(seconds // 86_400), 'day')} ago"

"""The health of the approved examples, calmly: is it enough, what would be learnt worst, how long, how balanced, in which shapes."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import health_of, splitting
from ftcore.dataset.health import Count, Finding, Health
from ftcore.dataset.profiles import normal
from ftcore.records import Filter, Project, Status
from ftcore.store import examples
from ftcore.store.examples import Counts
from ftcore.ui import charts, ledger, page, say, session
from ftcore.ui.curate import curate_state
from ftcore.ui.split import split_figures, split_tasks

HEALTH = "health"


def draw(project: Project, counts: Counts) -> None:
    fold = st.expander("How healthy these examples are", icon=":material/monitor_heart:", expanded=True)
    with fold:
        found = _health(project, counts)
        if found is None:
            return
        _enough(found)
        _worst(project, found)
        _balance(found)
        _lengths(found)
        _kinds(found)


def _health(project: Project, counts: Counts) -> Health | None:
    """At once for so many rows as a page can wait for; else as the worker last saw it."""
    if counts.approved <= splitting.AT_ONCE:
        with st.spinner("Reading the examples"):
            return _examined(str(session.db().path), project.id, project.revision)
    task = split_tasks.newest(project, HEALTH)
    busy = split_tasks.follow(project, task)
    done = split_tasks.finished(task)
    if busy:
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        told = f"Of very many rows, {split_tasks.as_of(done)}." if done else "Very many rows: the worker looks at them."
        st.markdown(told)
        label = "Look again" if done else "Look at them"
        st.button(label, key="look-at-health", on_click=split_tasks.ask, args=(project, HEALTH, {}))
    if done is None:
        return None
    import msgspec

    return msgspec.convert(done.result["health"], Health)


@st.cache_resource(show_spinner=False, max_entries=16)
def _examined(path: str, project_id: int, revision: int) -> Health:
    return health_of.examine(session.db(), project_id)


def _enough(found: Health) -> None:
    for advice in found.enough:
        st.markdown(f"{page.plain(advice.sentence)} *({page.plain(advice.source)})*", width=page.PROSE)


def _worst(project: Project, found: Health) -> None:
    st.markdown("**What a model would learn worst from them**")
    if not found.worst:
        st.markdown("The checks found nothing that would be learnt badly.")
    for at, finding in enumerate(found.worst):
        told, button = st.columns((8, 2), vertical_alignment="center")
        told.text(finding.sentence)
        if finding.code or finding.label:
            button.button("Show these", key=f"worst-{at}", on_click=_show, args=(project, finding), width="stretch")


def _show(project: Project, finding: Finding) -> None:
    if finding.code:
        curate_state.show(project, Filter(status=Status.APPROVED, problem=finding.code))
        return
    label = normal(finding.label)
    with session.db().read() as c:
        parts = examples.stream(c, project.id, Filter(status=Status.APPROVED))
        ids = [row.id for part in parts for row in part if normal(row.training.response) == label]
    curate_state.show_rows(project, ids, kind="label", label=f"Answer: {finding.label}")


def _balance(found: Health) -> None:
    labels = found.labels
    if labels is None or labels.different < 2:
        return
    st.markdown("**How often each label is the answer**")
    shown = len(labels.commonest)
    few = f", the {shown} commonest below" if labels.different > shown else ""
    said = (
        f"{labels.different:,} labels{few}. They are as hard to guess as {labels.effective:.0f} equally frequent ones."
    )
    if labels.single:
        said += f" {say.count(labels.single, 'label')} come{'s' if labels.single == 1 else ''} only once."
    st.markdown(said, width=page.PROSE)
    fold = st.container(height=320, border=True) if shown > 12 else st.container()
    with fold:
        figure = split_figures.balance(labels, dark=charts.is_dark())
        most = labels.commonest[0]
        alt = f"Bars: rows by label, from {most.name} with {most.rows} rows down."
        charts.show(figure, key="health-balance", alt=alt)


def _lengths(found: Health) -> None:
    st.markdown("**How long they are**")
    both = st.columns(2, gap="medium")
    for place, name, spread, unit in (
        (both[0], "tokens", found.tokens, "tokens of an example"),
        (both[1], "answers", found.answers, "characters of an answer"),
    ):
        with place:
            charts.show(
                split_figures.lengths(spread, unit=unit, dark=charts.is_dark()),
                key=f"health-{name}",
                alt=f"Bars: rows by {unit}. Half have at most {spread.median:,}, the longest has {spread.longest:,}.",
            )
            st.caption(
                f"Half have at most {spread.median:,}, 95 of 100 at most {spread.p95:,}; the longest has {spread.longest:,}."
            )
    st.caption(f"{found.tokens.total:,} tokens in all.")


def _kinds(found: Health) -> None:
    systems = found.systems
    named = (
        f"{systems.different:,}{' or more' if systems.more else ''} different"
        if systems.different
        else "none of their own"
    )
    if systems.different and systems.without:
        named += f", {systems.without:,} rows without"
    lines = {
        "Instructions": named,
        "Languages": _told(found.languages, found.rows),
        "Shapes of answers": _told(found.shapes, found.rows),
        "Keys of JSON answers": _told(found.key_sets, 0),
        "Turns": _told(found.turns, found.rows) if len(found.turns) > 1 else "",
        "Tools": _told(found.tools, 0),
    }
    ledger.draw(lines, alt="What the examples have in common")


def _told(counts: tuple[Count, ...], rows: int) -> str:
    """ "English 1,950 rows, not clear 26 rows"."""
    if rows and len(counts) == 1 and counts[0].rows == rows:
        return f"{counts[0].name}, all {rows:,} rows"
    told = [f"{one.name[:60]} ({one.rows:,})" for one in counts[:6]]
    return ", ".join(told) + (f" and {len(counts) - 6} more" if len(counts) > 6 else "")

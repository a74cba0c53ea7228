"""The models of a project: what each was made from, what was measured of it, how long it lives; and trying it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from ftcore.endpoints.adapter import Adapter
from ftcore.endpoints.facts import facts_of
from ftcore.evaluation.verdict import Words, headline
from ftcore.records import LOCAL, Model, Project, Task, TaskState
from ftcore.report.telling import comparison_of
from ftcore.store import tasks
from ftcore.store.runs import Run
from ftcore.training import registry
from ftcore.training.registry import DELETE, DEPLOY, LOOK, Lineage
from ftcore.ui import ledger, page, say, session, way
from ftcore.ui.train import job_words, train_state, try_panel

SOON = 60
"""Days left from which a warning stands beside the model."""
CHOSEN = "model-chosen"
_UNDER_WAY = {
    DELETE: "Deleting it at the server…",
    LOOK: "Asking which models are still there…",
    DEPLOY: "Asking the server to let it answer…",
}


def draw(project: Project) -> None:
    """The list on top, the chosen model below it. The newest is chosen."""
    providers = facts_of(session.workspace()).providers
    with session.db().read() as c:
        known = registry.lineages(c, project.id, providers)
        looked = tasks.last(c, project.id, LOOK)
        deleted, deployed = tasks.last(c, project.id, DELETE), tasks.last(c, project.id, DEPLOY)
    if not known:
        st.subheader("No models yet", anchor=False)
        st.text("A training that has finished leaves its model here, with the examples it was made from.")
        st.button(
            "Go to Train", type="primary", icon=":material/model_training:", on_click=train_state.go, args=("Train",)
        )
        return
    _follow([task for task in (looked, deleted, deployed) if task])
    by_id = {one.model.id: one for one in known}
    if st.session_state.get(CHOSEN) not in by_id:
        st.session_state[CHOSEN] = known[0].model.id
    st.selectbox("Model", list(by_id), format_func=lambda id_: _name(by_id[id_]), key=CHOSEN)
    chosen = by_id[st.session_state[CHOSEN]]
    _warn(chosen)
    adapter = facts_of(session.workspace()).adapter(chosen.endpoint)
    if chosen.model.gone_at is None and adapter.deployment and not chosen.model.served_as:
        _serving(project, chosen, adapter)
    elif chosen.model.gone_at is None:
        try_panel.draw(project, chosen, known)
    _lineage(project, chosen)
    _note(chosen.model)
    _away(project, chosen)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Look what is still there",
            icon=":material/refresh:",
            key="look-at-models",
            on_click=_look,
            args=(project.id,),
        )
        if looked is not None and looked.state is TaskState.FAILED:
            st.caption(page.plain(looked.error))
        elif (when := max((one.model.listed_at for one in known if one.model.listed_at), default=None)) is not None:
            st.caption(f"Last looked: {say.moment(when)}.")


def _name(one: Lineage) -> str:
    where = "this computer" if one.endpoint.name == LOCAL else one.endpoint.name
    state = " · gone" if one.model.gone_at else ""
    found = " · brought in" if one.job.origin == "found" else ""
    return f"{one.model.name} · {say.moment(one.job.created_at)} · {where}{found}{state}"


def _warn(one: Lineage) -> None:
    if one.model.gone_at is not None:
        said = f"This model is no longer at {one.endpoint.name}. Its history stays here; the same examples can be trained again."
        st.warning(page.plain(said), icon=":material/info:")
    elif one.ending is not None and one.ending.days_left() <= SOON:
        left = one.ending.days_left()
        when = f"stops answering in {say.count(left, 'day')}" if left > 0 else "has stopped answering"
        said = f"This model {when}, on {one.ending.day:%-d %B %Y} ({one.ending.origin}). Its examples can be trained elsewhere."
        st.warning(page.plain(said), icon=":material/event_busy:")


def _serving(project: Project, one: Lineage, adapter: Adapter) -> None:
    """The step that some servers want before a tuned model answers."""
    st.warning(page.plain(f"This model does not answer yet. {adapter.deployment}"), icon=":material/cloud_upload:")
    asked, key = f"model-deploy-{one.model.id}", f"model-served-{one.model.id}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("The name under which it answers", key=key, placeholder="as the server's page names it")
        st.button("Use this name", key=f"{key}-keep", on_click=_serve, args=(one.model.id, key))
        if adapter.deploys and not st.session_state.get(asked):
            st.button("Make it answer", key=asked + "-ask", on_click=_set, args=(asked, "yes"))
    if st.session_state.get(asked):
        st.text(
            f"Ask {one.endpoint.name} to let this model answer? It may be paid by the hour from then on, until you delete it."
        )
        with st.container(horizontal=True):
            st.button("Yes, ask it", key=f"{asked}-yes", on_click=_deploy, args=(project.id, one.model.id, asked))
            st.button("No", key=f"{asked}-no", on_click=_set, args=(asked, ""))


def _lineage(project: Project, one: Lineage) -> None:
    snapshot, job = one.snapshot, one.job
    trained = round(snapshot.train * job.share)
    lines = {
        "Learnt from": f"{say.count(trained, 'example')} of {say.moment(snapshot.created_at)}, fingerprint {snapshot.digest[:12]}",
        "By": f"{job_words.title(job)}, {say.moment(job.created_at)}"
        + (f", {job.created_by}" if job.created_by else ""),
        "Base model": job.base_model,
        "Answers as": one.model.served_as,
        "Settings": ", ".join(f"{name} {value}" for name, value in job_words.settings(job).items()),
        "Took": job_words.facts(job).rpartition(" · ")[0],
        "Where": f"{one.endpoint.name}" if one.endpoint.name != LOCAL else "this computer",
        "Stops answering": _end(one),
        "Checkpoints": ", ".join(f"step {step.step:,}" for step in one.checkpoints),
    }
    st.markdown("**Where it comes from**")
    ledger.draw(lines, alt="What this model was made from")
    done = [run for run in one.runs if run.state == "done"]
    if done:
        st.markdown("**What was measured**")
        for run in done[:3]:
            st.text(f"{say.moment(run.finished_at)}: {_measured(run, one)}")
    elif one.model.gone_at is None:
        way.button(project, "evaluate", "Compare it with the cheaper ways")


def _end(one: Lineage) -> str:
    if one.ending is not None:
        return f"{one.ending.day:%-d %B %Y}, in {say.count(one.ending.days_left(), 'day')}"
    return "" if one.endpoint.name == LOCAL else "no date is known"


def _measured(run: Run, one: Lineage) -> str:
    kept = run.result.get("comparisons")
    if not kept:
        return "a comparison without a result"
    return headline(comparison_of(kept[0]), Words(practice=one.endpoint.practice))


def _note(model: Model) -> None:
    key = f"model-note-{model.id}"
    st.session_state.setdefault(key, model.note)
    st.text_area(
        "Note",
        key=key,
        height=80,
        placeholder="What this model is for, who uses it, what to watch.",
        on_change=_keep_note,
        args=(model.id, key),
    )


def _away(project: Project, one: Lineage) -> None:
    asked = f"model-away-{one.model.id}"
    with st.expander("Take it away or remove it", icon=":material/delete:", key=f"away-{one.model.id}"):
        if one.endpoint.name == LOCAL and one.model.gone_at is None:
            st.text("To take the model away, with its card (--as adapter, merged or ollama):")
            st.code(
                f"tuneworthy models export {one.model.name} NEW_FOLDER --as ollama", language="bash", wrap_lines=True
            )
        if not st.session_state.get(asked):
            with st.container(horizontal=True):
                _button("Remove it from this list", f"{asked}-here", asked, "here")
                if one.model.gone_at is None:
                    _button(f"Delete it at {one.endpoint.name}", f"{asked}-there", asked, "there")
            return
        action: Callable[..., None]
        args: tuple[Any, ...]
        if st.session_state[asked] == "there":
            st.text(
                f"Delete {one.model.name} at {one.endpoint.name}? Nobody can ask it any more, and this can't be undone."
            )
            action, args = _delete, (project.id, one.model.id, asked)
        else:
            st.text("Remove it from this list? The server keeps it, and what was measured stays.")
            action, args = _take_off, (one.model.id, asked)
        with st.container(horizontal=True):
            st.button("Yes, do it", key=f"{asked}-yes", on_click=action, args=args)
            st.button("No, keep it", key=f"{asked}-no", on_click=_set, args=(asked, ""))


def _button(label: str, key: str, asked: str, what: str) -> None:
    st.button(page.plain(label), key=key, on_click=_set, args=(asked, what))


def _follow(under_way: Sequence[Task]) -> None:
    """Draws anew while the worker is busy with what was asked of it here."""
    for task in under_way:
        if task.state in (TaskState.QUEUED, TaskState.RUNNING):
            _look_again(task.id)
        elif task.kind != LOOK and task.state is TaskState.FAILED:
            st.error(page.plain(task.error), icon=":material/error:")


@st.fragment(run_every=1.0)
def _look_again(task_id: int) -> None:
    with session.db().read() as c:
        task = tasks.get(c, task_id)
    if task.state not in (TaskState.QUEUED, TaskState.RUNNING):
        st.rerun()
    st.caption(_UNDER_WAY[task.kind])


def _serve(model_id: int, key: str) -> None:
    if name := str(st.session_state[key]).strip():
        registry.serve_as(session.db(), model_id, name)


def _deploy(project_id: int, model_id: int, asked: str) -> None:
    registry.ask_to_deploy(session.db(), project_id, model_id)
    st.session_state[asked] = ""


def _look(project_id: int) -> None:
    registry.ask_to_look(session.db(), project_id)


def _keep_note(model_id: int, key: str) -> None:
    registry.note(session.db(), model_id, str(st.session_state[key]))


def _set(key: str, value: str) -> None:
    st.session_state[key] = value


def _take_off(model_id: int, asked: str) -> None:
    registry.take_off(session.db(), model_id)
    st.session_state[asked] = ""


def _delete(project_id: int, model_id: int, asked: str) -> None:
    registry.ask_to_delete(session.db(), project_id, model_id)
    st.session_state[asked] = ""

"""What is at an endpoint already, what of it dies when, and bringing it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from ftcore.endpoints.facts import Facts
from ftcore.records import LOCAL, Endpoint, Project, Task, TaskState
from ftcore.store import endpoints, found, tasks
from ftcore.training import rescue_jobs
from ftcore.training.rescue import BRING, LOOK, FoundJob, FoundModel, Inventory
from ftcore.ui import page, say, session, task_progress
from ftcore.ui.connections import connection_row, provider_facts, rescue_retrain

SHOWN = "rescue-at"
SOON = 180
"""Days before a model stops answering from which that stands as a warning."""


def toggle(endpoint_id: int) -> None:
    """Opens the panel for this endpoint, or closes it: for callbacks. The first time, the worker looks at once."""
    if st.session_state.get(SHOWN) == endpoint_id:
        st.session_state[SHOWN] = None
        return
    st.session_state[SHOWN] = endpoint_id
    with session.db().read() as c:
        known = found.task(c, _key(endpoint_id))
    if known is None:
        _look(endpoint_id)


def draw(project: Project, endpoint: Endpoint, facts: Facts) -> None:
    if st.session_state.get(SHOWN) != endpoint.id:
        return
    with session.db().read() as c:
        looking = found.task(c, _key(endpoint.id))
        bringing = found.tasks_of(c, BRING, endpoint.id)
    with st.container(key=f"rescue-{endpoint.id}"):
        st.subheader(f"What is at {page.plain(_called(endpoint))}", anchor=False)
        if looking is not None and looking.state in task_progress.UNDER_WAY:
            task_progress.follow(project, looking.id)
            return
        _look_again(endpoint, looking)
        if looking is None or looking.state is not TaskState.DONE:
            return
        there = Inventory.from_json(looking.result)
        with session.db().read() as c:
            here = set(found.at_server(c, endpoint.base_url))
        for note in there.notes:
            st.text(note)
        _endings(endpoint, facts, there)
        _jobs(endpoint, there, here)
        _brought(project, bringing)
        rescue_retrain.draw(endpoint, there)
        _rest(there)


def _look_again(endpoint: Endpoint, looking: Task | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "Look what is there" if looking is None else "Look again"
        st.button(label, icon=":material/refresh:", key=f"look-{endpoint.id}", on_click=_look, args=(endpoint.id,))
        if looking is not None and looking.state is TaskState.DONE and looking.finished_at:
            st.caption(f"Looked {connection_row.ago(looking.finished_at)}. Looking changes nothing there.")
    if looking is not None and looking.state in (TaskState.FAILED, TaskState.CANCELLED):
        st.error(page.plain(f"It could not be looked at. {looking.error}"), icon=":material/cloud_off:")


def _look(endpoint_id: int) -> None:
    key = _key(endpoint_id)
    with session.db().write() as c:
        tasks.put(c, LOOK, {"endpoint_id": endpoint_id}, key=key)
        tasks.revive(c, key)


def _key(endpoint_id: int) -> str:
    return f"{LOOK}:{endpoint_id}"


def _endings(endpoint: Endpoint, facts: Facts, there: Inventory) -> None:
    """What dies when: tuned models by their day, then what the provider itself closes."""
    today = date.today()
    days: dict[tuple[str, str], list[FoundModel]] = {}
    for model in there.models:
        if model.tuned and model.ends and (model.days_left(today) or 0) <= SOON:
            days.setdefault((model.ends, model.says), []).append(model)
    said = [_say_days(models, today) for _, models in sorted(days.items())]
    provider = facts.provider_of(endpoint)
    closing = [one for one in (provider.ends if provider else ()) if not one.models and one.day >= today]
    said += [provider_facts.say_ending(one, today) for one in sorted(closing, key=lambda one: one.day)]
    if said:
        st.warning(provider_facts.bullets(said), icon=":material/event_busy:")


def _say_days(models: Sequence[FoundModel], today: date) -> str:
    left = models[0].days_left(today) or 0
    many = len(models) > 1
    names = ", ".join(model.id for model in models[:3]) + (" and others" if len(models) > 3 else "")
    what = say.count(len(models), "tuned model")
    when = f"{'stop' if many else 'stops'} answering in {say.count(left, 'day')}"
    if left <= 0:
        when = f"{'have' if many else 'has'} stopped answering"
    return f"{what} {when}, on {models[0].ends} ({models[0].says}): {names}"


def _jobs(endpoint: Endpoint, there: Inventory, here: set[str]) -> None:
    if not there.jobs:
        st.text("There are no jobs.")
        return
    new = [job for job in there.jobs if not job.known and job.id not in here]
    ticked = st.dataframe(
        [_row(job, there, here) for job in there.jobs],
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"found-jobs-{endpoint.id}",
    )
    chosen = [there.jobs[at] for at in ticked["selection"]["rows"] if at < len(there.jobs)]
    wanted = [job for job in chosen if job in new] if chosen else new
    if not new:
        st.caption("All of them are here already.")
        return
    lost = sum(1 for job in wanted if not there.has_file(job.training_file))
    if lost:
        several = "1 of them has" if lost == 1 else f"{lost} of them have"
        st.text(
            f"{several} no training file there any more: the curve and the settings can be brought in, the rows cannot."
        )
    st.button(
        f"Bring in {say.count(len(wanted), 'job')}" + (" that you ticked" if chosen else ""),
        type="primary",
        icon=":material/download:",
        key=f"bring-in-{endpoint.id}",
        disabled=not wanted,
        on_click=_bring,
        args=(endpoint.id, tuple(job.id for job in wanted)),
        help="Their training files become projects, their settings and curves stand under Train there. Nothing is changed at the server.",
    )


def _row(job: FoundJob, there: Inventory, here: set[str]) -> Mapping[str, Any]:
    model = there.model(job.fine_tuned_model)
    left = model.days_left() if model else None
    file = next((one.name for one in there.files if one.id == job.training_file), "gone")
    standing = "launched here" if job.ours else "brought in" if job.known or job.id in here else "not yet"
    return {
        "Job": job.id,
        "When": f"{datetime.fromtimestamp(job.created_at, UTC).astimezone():%-d %b %Y}" if job.created_at else "",
        "Here": standing,
        "Answers for": "" if left is None else say.count(left, "day") if left > 0 else "no longer",
        "Train again": "anywhere" if file != "gone" else "rows are gone",
        "Base model": job.base_model,
        "State": job.status,
        "Training file": file,
        "Tuned model": job.fine_tuned_model,
    }


def _bring(endpoint_id: int, ids: tuple[str, ...]) -> None:
    db = session.db()
    with db.read() as c:
        endpoint = endpoints.get(c, endpoint_id)
        looking = found.task(c, _key(endpoint_id))
    if looking is None:
        return
    put = rescue_jobs.ask(db, endpoint, Inventory.from_json(looking.result), ids, who=session.who())
    if not put:
        page.flash("They are being brought in, or are here already.", icon=":material/info:")


def _brought(project: Project, bringing: Sequence[Task]) -> None:
    for task in bringing:
        if task.state in task_progress.UNDER_WAY:
            task_progress.follow(project, task.id)
        elif task.state in (TaskState.FAILED, TaskState.CANCELLED):
            st.error(
                page.plain(f"{task.error} What had come is kept; bring it in again to go on."), icon=":material/error:"
            )
    done = [task for task in bringing if task.state is TaskState.DONE]
    if not done:
        return
    with st.expander(f"Brought in ({len(done)})", icon=":material/inventory_2:", key="brought-in"):
        for task in done:
            _tell(task)


def _tell(task: Task) -> None:
    result = task.result
    aside = f", {result['rejected']:,} set aside" if result["rejected"] else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{say.count(result['jobs'], 'job')} and {say.count(result['rows'], 'row')}{aside}")
        st.button(
            "Open its project",
            key=f"open-brought-{task.id}",
            on_click=_open,
            args=(int(result["project_id"]),),
        )
    for note in result["notes"]:
        st.text(note)


def _open(project_id: int) -> None:
    from ftcore.ui.train import train_state

    session.open_project(project_id)
    train_state.go("Train")


def _rest(there: Inventory) -> None:
    models = [model for model in there.models if model.tuned]
    with st.expander(
        f"Files ({len(there.files):,}) and tuned models ({len(models):,})", icon=":material/folder:", key="found-rest"
    ):
        if there.files:
            st.dataframe(
                [
                    {"File": file.name, "Bytes": file.bytes, "Purpose": file.purpose, "Id": file.id}
                    for file in there.files
                ],
                hide_index=True,
                key="found-files",
            )
        if models:
            st.dataframe(
                [
                    {"Model": model.id, "Answers until": model.ends or "not told", "Source": model.says}
                    for model in models
                ],
                hide_index=True,
                key="found-models",
            )


def _called(endpoint: Endpoint) -> str:
    return "this computer" if endpoint.name == LOCAL else endpoint.name

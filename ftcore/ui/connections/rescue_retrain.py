"""A job that was brought in, trained once more: here or at another endpoint, and which of the two models is better."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.evaluation import scorers
from ftcore.records import LOCAL, Endpoint, Job, JobState, Task, TaskState
from ftcore.store import endpoints, found, jobs, projects, snapshots
from ftcore.training import outlook, rescue_again
from ftcore.training.launch import NotFit
from ftcore.training.rescue import Inventory
from ftcore.ui import page, say, session, task_progress
from ftcore.ui.train import launch_findings, launch_place, launch_words, train_state
from ftcore.ui.train.job_words import STATES

CHOSEN = "retrain-job"


def draw(endpoint: Endpoint, there: Inventory) -> None:
    """For the jobs of this endpoint that were brought in with their rows."""
    with session.db().read() as c:
        known = found.every(c, endpoint.id)
        rows = {job.id: snapshots.get(c, job.snapshot_id).train for job in known}
    able = {job.id: job for job in known if rows[job.id] and job.state.ended}
    if not able:
        return
    st.subheader("Train it again elsewhere", anchor=False)
    st.markdown(
        "The same rows with the same settings. When it has ended, the old model and the new one answer the same rows.",
        width=page.PROSE,
    )
    if st.session_state.get(CHOSEN) not in able:
        st.session_state[CHOSEN] = next(iter(able))
    chosen = able[st.selectbox("Job", list(able), format_func=lambda id_: _name(able[id_], there), key=CHOSEN)]
    _offer(chosen)
    with session.db().read() as c:
        since = rescue_again.again(c, chosen)
    for made in since:
        _outcome(chosen, made)


def _name(job: Job, there: Inventory) -> str:
    model = there.model(job.fine_tuned_model)
    left = model.days_left() if model else None
    dies = f" · answers for {say.count(left, 'more day', 'more days')}" if left is not None and left > 0 else ""
    return f"{job.remote_id} · {job.base_model} · {say.moment(job.created_at)}{dies}"


def _offer(job: Job) -> None:
    place = launch_place.choose()
    if not place.ready.ok:
        st.info(page.plain(place.ready.sentence), icon=":material/info:")
        if place.ready.command:
            st.code(place.ready.command, language=None)
        return
    with session.db().read() as c:
        settings = rescue_again.settings_of(c, job)
        held = rescue_again.held_out(c, job)
        project = projects.get(c, job.project_id)
    load = _load(str(session.db().path), job.snapshot_id, project.revision)
    with session.db().read() as c:
        seen = outlook.look(c, session.workspace().root, load, place.endpoint, place.base_model, settings)
    launch_findings.errors(project, seen, primary=False)
    ticked = launch_findings.warnings(project, seen)
    _say_rows(held)
    if not place.local:
        st.text(launch_words.question(seen))
    where = "on this computer" if place.local else f"at {place.endpoint.name}"
    st.button(
        page.plain(f"Train again {where}: {launch_words.price(seen)}"),
        icon=":material/replay:",
        key="retrain",
        disabled=bool(seen.errors or seen.open_warnings(ticked)),
        on_click=_start,
        args=(job.id, place.endpoint.id, place.base_model, tuple(ticked)),
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def _load(path: str, snapshot_id: int, revision: int) -> outlook.Load:
    """The rows of a snapshot, walked through once as long as the project stays as it is."""
    with session.db().read() as c:
        return outlook.load_of_snapshot(c, snapshots.get(c, snapshot_id))


def _say_rows(held: rescue_again.HeldOut) -> None:
    if not held.rows:
        st.text(
            "There is no row that neither model was trained on, so the two could not be compared. "
            "Import some as test rows on Curate, and approve them."
        )
        return
    rows = say.count(len(held.rows), f"{held.source} row")
    st.text(f"Afterwards both models answer {rows}. The old model's server bills these questions as any others.")


def _start(job_id: int, endpoint_id: int, base_model: str, ticked: Sequence[str]) -> None:
    with session.db().read() as c:
        job, endpoint = jobs.get(c, job_id), endpoints.get(c, endpoint_id)
    try:
        rescue_again.retrain(
            session.db(),
            job,
            endpoint,
            base_model=base_model,
            who=session.who(),
            acknowledged=list(ticked),
        )
    except NotFit as error:
        page.flash(str(error), icon=":material/block:")


def _outcome(before: Job, after: Job) -> None:
    """How far the new training is, then how the two compare."""
    with session.db().read() as c:
        comparing = found.task(c, rescue_again.key_of(before, after))
        endpoint = endpoints.get(c, after.endpoint_id)
        project = projects.get(c, after.project_id)
    where = "on this computer" if endpoint.name == LOCAL else f"at {endpoint.name}"
    st.markdown(f"**Trained again {page.plain(where)}**, {say.moment(after.created_at)}")
    if comparing is None:
        _not_compared(before, after)
    elif comparing.state in task_progress.UNDER_WAY:
        task_progress.follow(project, comparing.id, message="Waiting for the new training to end")
        st.button("Watch the training", key=f"watch-again-{after.id}", on_click=_watch, args=(after.project_id,))
    elif comparing.state is TaskState.DONE:
        st.text(told(comparing))
        st.caption("Asked directly, of these two models only. It is no run of Evaluate: a better prompt was not tried.")
    else:
        st.error(page.plain(comparing.error), icon=":material/error:")
        if after.state is JobState.SUCCEEDED:
            st.button("Compare again", key=f"compare-again-{after.id}", on_click=_compare, args=(before.id, after.id))


def _not_compared(before: Job, after: Job) -> None:
    """There was no row to compare them on when the training was started; there may be one now."""
    if not after.state.ended:
        st.button("Watch the training", key=f"watch-again-{after.id}", on_click=_watch, args=(after.project_id,))
        return
    with session.db().read() as c:
        held = rescue_again.held_out(c, before)
    if after.state is JobState.SUCCEEDED and held.rows:
        st.button("Compare the two", key=f"compare-again-{after.id}", on_click=_compare, args=(before.id, after.id))
    else:
        said = "There is no row yet that neither model was trained on." if not held.rows else "It made no model."
        st.text(f"It has ended: {STATES[after.state]}. {said}")


def told(comparing: Task) -> str:
    """ "On 12 validation rows that neither was trained on, the new model reaches 63 of 100 (exact match), the old one 70: 7 less,
    between 20 less and 6 more." """
    result = comparing.result
    compared, averages = result["comparison"], result["averages"]
    if averages["before"] is None or averages["after"] is None:
        return "One of the models has not answered any of the rows, so there is nothing to compare."
    rows = say.count(result["rows"], f"{result['source']} row")
    measure = scorers.get(result["scorer"]).label.lower()
    new, old = (round(100 * averages[name]) for name in ("after", "before"))
    bounds = f"{_points(compared['low'])} and {_points(compared['high'])}"
    missing = f" {say.count(result['missing'], 'answer')} never arrived." if result["missing"] else ""
    return (
        f"On {rows} that neither was trained on, the new model reaches {new} of 100 ({measure}) and the old one {old}. "
        f"With so few rows the true difference may lie between {bounds}.{missing}"
    )


def _points(value: float) -> str:
    points = round(100 * value)
    if points == 0:
        return "none"
    return f"{abs(points)} {'more' if points > 0 else 'less'}"


def _compare(before_id: int, after_id: int) -> None:
    with session.db().read() as c:
        before, after = jobs.get(c, before_id), jobs.get(c, after_id)
    rescue_again.compare_later(session.db(), before, after)


def _watch(project_id: int) -> None:
    session.open_project(project_id)
    train_state.go("Train")

"""A comparison under way: live counts, cancel; and one that ended early: what is kept, and how it goes on."""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st
from sqlalchemy import Connection

from ftcore.records import Project, Task, TaskState
from ftcore.store import runs, tasks
from ftcore.store.runs import Run
from ftcore.ui import ledger, page, say, session

PACE_SECONDS = 60.0
"""How far back the pace is taken from: long prompts come slower than short ones."""
ENDED = (TaskState.DONE, TaskState.FAILED, TaskState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Standing:
    """A run with its newest task. A task that ended without its run (a worker given up) ends the run for the reader."""

    run: Run
    task: Task | None
    arrived: int

    @property
    def open(self) -> bool:
        return self.run.state in ("queued", "running") and not (self.task and self.task.state in ENDED)

    @property
    def missing(self) -> int:
        return max(0, self.run.total - self.arrived)

    @property
    def error(self) -> str:
        return self.run.error or (self.task.error if self.task else "")


def standing(c: Connection, run: Run) -> Standing:
    task = tasks.last(c, run.project_id, "evaluate")
    mine = task if task and task.payload.get("run_id") == run.id else None
    return Standing(run, mine, runs.progress(c, run.id))


@st.fragment(run_every=1.0)
def watch(project: Project, run_id: int) -> None:
    with session.db().read() as c:
        now = standing(c, runs.get(c, run_id))
    if not now.open:
        st.rerun()
    run = now.run
    if run.state == "queued" and not now.arrived:
        st.subheader("The comparison is about to begin", anchor=False)
    else:
        st.subheader(f"{now.arrived:,} of {run.total:,} answers{_left(run, now.arrived)}", anchor=False)
    st.progress(min(1.0, now.arrived / run.total) if run.total else 0.0)
    st.text("Every answer is kept as it arrives. It goes on when you close this tab.")
    ledger.draw(_ways(run), alt="The ways to answer and their models")
    _cancel(now)


def ended_early(project: Project, now: Standing, *, primary: bool) -> None:
    """A comparison that failed or was stopped: nothing that arrived is lost."""
    kept = (
        f"{now.arrived:,} of {now.run.total:,} answers arrived and are kept" if now.arrived else "No answer had arrived"
    )
    if now.run.state == "cancelled" or (now.task and now.task.state is TaskState.CANCELLED):
        st.info(f"The comparison was stopped, as asked. {kept}.", icon=":material/stop_circle:")
    else:
        st.error(page.plain(f"The comparison did not end. {now.error} {kept}."), icon=":material/error:")
    go_on(now, primary=primary)


def say_which(run: Run) -> None:
    """Above the verdict of an earlier comparison, while the newest has none."""
    st.caption(page.plain(f"What follows is the comparison before, run {run.id} of {say.moment(run.created_at)}."))


def missing(now: Standing, *, no_verdict: bool) -> None:
    """Answers that never arrived in a comparison that ended: said, and asked for again without the others."""
    if not now.missing:
        return
    share = now.missing / now.run.total
    said = f"{now.missing} of {now.run.total:,} answers never arrived ({share:.1%})"
    if no_verdict:
        kept = f"{now.arrived:,} are kept; ask for only the {now.missing}"
        st.warning(page.plain(f"{said}, so there is no verdict. {kept}."), icon=":material/hourglass_empty:")
    else:
        st.caption(page.plain(f"{said}. They are left out, not counted as wrong."))
    go_on(now, primary=no_verdict)


def go_on(now: Standing, *, primary: bool) -> None:
    label = f"Ask for only the {now.missing:,}" if now.missing and now.arrived else "Finish the comparison"
    st.button(
        label,
        type="primary" if primary else "secondary",
        icon=":material/redo:",
        key="go-on",
        on_click=_go_on,
        args=(now,),
    )


def _go_on(now: Standing) -> None:
    run, after = now.run, now.task.id if now.task else 0
    with session.db().write() as c:
        runs.change(c, run.id, state="queued", error="")
        tasks.put(c, "evaluate", {"run_id": run.id}, project_id=run.project_id, key=f"evaluate:{run.id}:{after}")


def _left(run: Run, arrived: int) -> str:
    """The time that is left at the pace of the last minute, as this tab saw it; nothing while answers stay away."""
    moment = time.monotonic()
    seen: list[tuple[float, int]] = st.session_state.setdefault(f"run-seen-{run.id}", [])
    seen.append((moment, arrived))
    while seen[0][0] < moment - PACE_SECONDS:
        seen.pop(0)
    passed, fresh = moment - seen[0][0], arrived - seen[0][1]
    if passed < 5 or fresh < 5:
        return ""
    return f", {say.left((run.total - arrived) * passed / fresh)}"


def _cancel(now: Standing) -> None:
    asked = f"run-cancel-asked-{now.run.id}"
    stopping = f"run-stopping-{now.run.id}"
    if st.session_state.get(stopping):
        st.text("Stopping; answers that are on their way may still arrive.")
    elif not st.session_state.get(asked):
        st.button("Cancel", icon=":material/stop:", key="run-cancel", on_click=_set, args=(asked, True))
    else:
        st.text("Stop this comparison? The answers so far are kept, and it can be finished later.")
        with st.container(horizontal=True):
            st.button("Yes, stop it", key="run-cancel-yes", on_click=_stop, args=(now, asked, stopping))
            st.button("No, go on", key="run-cancel-no", on_click=_set, args=(asked, False))


def _set(name: str, value: bool) -> None:
    st.session_state[name] = value


def _stop(now: Standing, asked: str, stopping: str) -> None:
    with session.db().write() as c:
        task = tasks.get(c, now.task.id) if now.task else None
        at_work = task is not None and task.state is TaskState.RUNNING
        if task is not None:
            tasks.request_cancel(c, task.id)
        if not at_work:  # nobody else will end it
            said = "Stopped, as asked. The answers that had arrived are kept."
            runs.change(c, now.run.id, state="cancelled", error=said)
    st.session_state[asked], st.session_state[stopping] = False, at_work


def _ways(run: Run) -> dict[str, str]:
    """Each way's model, with the number of alternatives of which validation chooses one."""
    from ftcore.evaluation.arms import plan_from_json

    told = {}
    for plan in (plan_from_json(kept) for kept in run.arms):
        choice = (
            f" · the best of {len(plan.variants)} is chosen on validation examples" if len(plan.variants) > 1 else ""
        )
        told[plan.label] = f"{plan.model}{choice}"
    return told

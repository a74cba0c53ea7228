"""The trainings of a project that have ended, each with its curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from ftcore.records import Job, JobState, Metric
from ftcore.store import jobs
from ftcore.ui import page, say, session
from ftcore.ui.train import job_panel

_ENDED = {JobState.SUCCEEDED: "finished", JobState.FAILED: "failed", JobState.CANCELLED: "stopped"}
CURVE_POINTS = 60


def draw(past: Sequence[Job]) -> None:
    """A table, newest first; choosing a row shows its curve and its events."""
    if not past:
        return
    with st.expander(f"Past jobs ({len(past)})", icon=":material/history:", key="past-jobs"):
        with session.db().read() as c:
            measured = {job.id: jobs.metrics(c, job.id) for job in past}
        chosen = st.dataframe(
            [_row(job, measured[job.id]) for job in past],
            hide_index=True,
            column_config={
                "Loss": st.column_config.LineChartColumn("Loss", width="small", y_min=0),
                "Model": st.column_config.TextColumn("Model", width="medium"),
            },
            on_select="rerun",
            selection_mode="single-row",
            key="job-table",
        )
        rows = chosen["selection"]["rows"]
        if not rows or rows[0] >= len(past):
            st.caption("Tick a row for its curve and what the server said.")
            return
        _details(past[rows[0]], measured[past[rows[0]].id])


def _details(job: Job, measured: Sequence[Metric]) -> None:
    st.text(job_panel.facts(job))
    if job.error:
        st.error(page.plain(job.error), icon=":material/error:")
    job_panel.curve(measured, key=f"past-curve-{job.id}")
    with session.db().read() as c:
        job_panel.show_events(jobs.events(c, job.id))


def _row(job: Job, measured: Sequence[Metric]) -> dict[str, Any]:
    losses = [m.train_loss for m in measured if m.train_loss is not None]
    seconds = job_panel.seconds_of(job)
    return {
        "Job": job.id,
        "When": say.moment(job.created_at),
        "Ended": _ENDED.get(job.state, job.state.value),
        "Loss": losses[:: max(1, len(losses) // CURVE_POINTS)],
        "Last loss": round(losses[-1], 2) if losses else None,
        "Epochs": str(job.hyperparameters.get("n_epochs", "auto")),
        "Seed": job.seed,
        "Tokens": job.trained_tokens,
        "Time": say.duration(seconds) if seconds else "",
        "Model": job.fine_tuned_model,
        "By": job.created_by,
    }

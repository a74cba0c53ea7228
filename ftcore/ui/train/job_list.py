"""The trainings of a project that have ended; one ticked is shown whole, several are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ftcore.records import Job, JobState, Metric
from ftcore.store import endpoints, jobs, snapshots
from ftcore.ui import page, say, session
from ftcore.ui.train import job_compare, job_curves, job_leavings, job_panel, job_words
from ftcore.ui.train.job_watch import show_events

CURVE_POINTS = 60


def draw(past: Sequence[Job]) -> None:
    """A table, newest first."""
    if not past:
        return
    with st.expander(f"Past trainings ({len(past)})", icon=":material/history:", key="past-jobs"):
        with session.db().read() as c:
            measured = {job.id: jobs.metrics(c, job.id) for job in past}
            rows = {job.id: snapshots.get(c, job.snapshot_id).train for job in past}
        chosen = st.dataframe(
            [_row(job, measured[job.id]) for job in past],
            hide_index=True,
            column_config={
                "Loss": st.column_config.LineChartColumn("Loss", width="small", y_min=0),
                "Model": st.column_config.TextColumn("Model", width="medium"),
            },
            on_select="rerun",
            selection_mode="multi-row",
            key="job-table",
        )
        ticked = [past[at] for at in chosen["selection"]["rows"] if at < len(past)]
        if not ticked:
            st.caption("Tick a row for its curve and what the server said, or several to compare them.")
        elif len(ticked) == 1:
            _details(ticked[0], measured[ticked[0].id])
        else:
            job_compare.draw(ticked, measured, rows)


def _details(job: Job, measured: Sequence[Metric]) -> None:
    st.text(f"{job_words.title(job)}: {job_words.facts(job)}")
    if job.state is JobState.FAILED:
        job_panel.failed(job)
    elif job.error:
        st.info(page.plain(job.error), icon=":material/info:")
    job_curves.draw(measured, key=f"past-curve-{job.id}")
    with session.db().read() as c:
        endpoint = endpoints.get(c, job.endpoint_id)
    job_leavings.draw(job, endpoint)
    if job.state is not JobState.FAILED:
        with session.db().read() as c:
            show_events(jobs.events(c, job.id))


def _row(job: Job, measured: Sequence[Metric]) -> Mapping[str, Any]:
    losses = [m.train_loss for m in measured if m.train_loss is not None]
    watched = [m.valid_loss for m in measured if m.valid_loss is not None]
    seconds = job_words.seconds_of(job)
    return {
        "Job": job.id,
        "When": say.moment(job.created_at),
        "Ended": job_words.STATES[job.state],
        "Loss": losses[:: max(1, len(losses) // CURVE_POINTS)],
        "Last loss": round(losses[-1], 2) if losses else None,
        "Validation": round(min(watched), 2) if watched else None,
        "Examples": f"{job.share:.0%}" if job.share < 1 else "all",
        "Epochs": str(job.hyperparameters.get("n_epochs", "auto")),
        "Seed": job.seed,
        "Tokens": job.trained_tokens,
        "Time": say.duration(seconds) if seconds else "",
        "Cost": job_words.cost(job),
        "Model": job.fine_tuned_model,
        "By": job.created_by,
    }

"""Several trainings beside each other: their curves, what was set differently, and what more examples brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from ftcore.records import Job, Metric
from ftcore.training.overfitting import best_step
from ftcore.ui import charts, say
from ftcore.ui.train import job_curves, job_words

MOST = 6
"""Lines that can be told apart."""
VALIDATION, TRAINING = "Validation", "Training"


def draw(chosen: Sequence[Job], measured: Mapping[int, Sequence[Metric]], rows: Mapping[int, int]) -> None:
    """`measured` and `rows` (training rows of the snapshot) by the id of the job."""
    from ftcore.report.curves import curves_compared

    shown = list(chosen)[:MOST]
    if len(chosen) > MOST:
        st.caption(f"The first {MOST} of {len(chosen)} are drawn.")
    watched = [job for job in shown if any(m.valid_loss is not None for m in measured[job.id])]
    sides = [side for side, there in ((VALIDATION, len(watched) > 1), (TRAINING, True)) if there]
    side = sides[0]
    if len(sides) > 1:
        side = st.segmented_control(
            "Loss on the examples for", sides, default=sides[0], required=True, key="compare-side"
        )
    lines = [(job_words.title(job), job_curves.points(measured[job.id])[side == VALIDATION]) for job in shown]
    drawn = [(name, line) for name, line in lines if line]
    if drawn:
        told = "; ".join(f"{name} ends at {line[-1][1]:.2f}" for name, line in drawn)
        charts.show(
            curves_compared(drawn, dark=charts.is_dark(), axis=f"{side} loss"),
            key="compare-curves",
            alt=f"{side} loss by step: {told}.",
        )
    _settings(shown, measured, rows)
    _learning_curve(shown, measured, rows)
    st.caption(
        "A lower validation loss says that a training guesses the answers of unseen examples better. Which model answers better, "
        "the comparison on the test examples says."
    )


def _settings(shown: Sequence[Job], measured: Mapping[int, Sequence[Metric]], rows: Mapping[int, int]) -> None:
    """Only what differs, and how it ended."""
    told = [
        {"Examples": f"{round(rows[job.id] * job.share):,}", "Base model": job.base_model, **job_words.settings(job)}
        for job in shown
    ]
    names = [
        name for name in dict.fromkeys(name for one in told for name in one) if len({one.get(name) for one in told}) > 1
    ]
    table = []
    for job, one in zip(shown, told, strict=True):
        validated = [m.valid_loss for m in measured[job.id] if m.valid_loss is not None]
        seconds = job_words.seconds_of(job)
        table.append(
            {
                "Training": job_words.title(job),
                **{name: one.get(name, "") for name in names},
                "Best validation loss": f"{min(validated):.3f}" if validated else "",
                "at step": best_step(measured[job.id]),
                "Time": say.duration(seconds) if seconds else "",
                "Cost": job_words.cost(job),
            }
        )
    st.dataframe(table, hide_index=True, key="compare-table")


def _learning_curve(shown: Sequence[Job], measured: Mapping[int, Sequence[Metric]], rows: Mapping[int, int]) -> None:
    """For a size series: the best validation loss by the number of examples."""
    from ftcore.report.curves import curves_compared

    parts = [job for job in shown if job.group and job.group == shown[0].group]
    line = sorted(
        (round(rows[job.id] * job.share), min(losses))
        for job in parts
        if (losses := [m.valid_loss for m in measured[job.id] if m.valid_loss is not None])
    )
    if len({number for number, _ in line}) < 2:
        return
    st.markdown("**What more examples brought**")
    charts.show(
        curves_compared(
            [("best validation loss", line)], dark=charts.is_dark(), axis="Validation loss", by="Training examples"
        ),
        key="size-series",
        alt="Best validation loss by the number of training examples: "
        + ", ".join(f"{loss:.2f} at {number:,}" for number, loss in line)
        + ".",
    )

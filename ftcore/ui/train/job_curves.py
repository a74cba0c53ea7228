"""What a training measured of itself, step by step: the loss, and how many tokens of the answers it got right."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.records import Metric
from ftcore.training.overfitting import overfitting_since
from ftcore.ui import charts

CHART_POINTS = 400
LOSS, ACCURACY = "Loss", "Accuracy"
Points = list[tuple[int, float]]
_EXPLAINED = {
    LOSS: "Loss is the training's own measure of error. Falling means that it learns; whether that helps, the test says.",
    ACCURACY: "The share of the answers' tokens that it would have guessed. Whether whole answers are right, the test says.",
}


def draw(measured: Sequence[Metric], *, key: str) -> None:
    """The curve, thinned for the screen, on the training and the validation examples; a switch to the accuracy where the
    server tells one."""
    from ftcore.report.curves import loss_curve

    kinds = [kind for kind in (LOSS, ACCURACY) if points(measured, kind)[0]]
    if not kinds:
        return
    kind = kinds[0]
    if len(kinds) > 1:
        kind = st.segmented_control(
            "Curve", kinds, default=LOSS, required=True, label_visibility="collapsed", key=f"{key}-kind"
        )
    training, validation = points(measured, kind)
    best = overfitting_since(measured) if kind == LOSS else None
    last = training[-1]
    charts.show(
        loss_curve(training, validation, dark=charts.is_dark(), axis=kind, best=best),
        key=f"{key}-{kind}",
        alt=f"Training {kind.lower()} by step; {last[1]:.2f} at step {last[0]}.",
    )
    st.caption(_EXPLAINED[kind])


def points(measured: Sequence[Metric], kind: str = LOSS) -> tuple[Points, Points]:
    """(training, validation) by step; the training's thinned to at most about 400 points, its last one among them."""
    loss = kind == LOSS
    told = [(m.step, m.train_loss if loss else m.train_accuracy) for m in measured]
    training = [(step, value) for step, value in told if value is not None]
    watched = [(m.step, m.valid_loss if loss else m.valid_accuracy) for m in measured]
    every = max(1, len(training) // CHART_POINTS)
    return training[::-1][::every][::-1], [(step, value) for step, value in watched if value is not None]

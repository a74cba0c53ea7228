"""Will more data help? What a series of trainings on growing shares of the examples says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from ftcore.records import Story
from ftcore.report import words
from ftcore.store.runs import Run
from ftcore.ui import charts, page
from ftcore.ui.evaluate import measured

if TYPE_CHECKING:
    from ftcore.evaluation.learning_curve import LearningCurve

HOW = (
    "Train the model on a quarter, on half and on all of the examples (Train, “Three sizes”), and compare the three in "
    "one run: then the curve stands here."
)


def draw(story: Story, run: Run) -> None:
    from ftcore.evaluation.errors import EvaluationError
    from ftcore.evaluation.statistics import learning_curve
    from ftcore.report.learning_figure import learning_plot

    series = sizes(run.arms, story.train)
    if len(series) < 2:
        st.text(HOW, width=page.PROSE)
        return
    found = measured.of_run(run)
    points = [(rows, found.scores[arm]) for rows, arm in series.items() if arm in found.scores]
    averages = [(rows, _average(scores)) for rows, scores in points]
    told = "; ".join(f"{rows:,} training examples: {words.points(average)} of 100" for rows, average in averages)
    try:
        curve = learning_curve(points, seed=run.seed)
    except EvaluationError as error:
        charts.show(
            learning_plot(averages, (), dark=charts.is_dark(), axis=words.axis_title(story)), key="learning", alt=told
        )
        st.text(f"{error} {HOW if len(series) < 3 else ''}".strip(), width=page.PROSE)
        return
    drawn = sorted([*curve.band(), curve.at(curve.sizes[-1])], key=lambda one: one.examples)
    band = [(one.examples, one.average, one.low, one.high) for one in drawn]
    said = forecast(curve)
    st.text(said, width=page.PROSE)
    figure = learning_plot(averages, band, dark=charts.is_dark(), axis=words.axis_title(story))
    charts.show(figure, key="learning", alt=f"{told}. {said}")
    st.caption(
        f"Dashed is a forecast. It ends at {curve.farthest:,} examples, twice as many as were tried: beyond that nothing is "
        "said. The band holds what other test examples would change, not what another training would."
    )


def sizes(arms: list[dict[str, Any]], train: int) -> dict[int, str]:
    """By number of training examples the tuned arm that was trained on so many, the smallest first."""
    found = {
        round(train * float(arm["settings"].get("share") or 1)): str(arm["name"])
        for arm in arms
        if arm.get("kind") == "fine_tuned" and train
    }
    return dict(sorted(found.items()))


def forecast(curve: LearningCurve) -> str:
    """What twice as many examples would bring, in a sentence."""
    gain = curve.gain(curve.farthest)
    if gain.low >= 0.01:
        return (
            f"More data would probably help: {curve.farthest:,} examples instead of {curve.sizes[-1]:,} would bring about "
            f"{words.points(gain.average)} points of 100 ({words.points(gain.low)} to {words.points(gain.high)})."
        )
    if gain.high < 0.02:
        return (
            f"More data of the same kind would hardly help: {curve.farthest:,} examples instead of {curve.sizes[-1]:,} would "
            f"bring at most about {words.points(gain.high)} points of 100."
        )
    return (
        f"It cannot be told whether more data would help: {curve.farthest:,} examples instead of {curve.sizes[-1]:,} would "
        f"bring {words.points(gain.low)} to {words.points(gain.high)} points of 100."
    )


def _average(scores: tuple[float | None, ...]) -> float:
    there = [score for score in scores if score is not None]
    return sum(there) / len(there) if there else 0.0

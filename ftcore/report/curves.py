"""The figures of trainings: what was measured step by step, alone or several beside each other."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ftcore.report.facts import short
from ftcore.report.figures import blank
from ftcore.report.palette import ARMS, arm_colour, arm_marker, ground

if TYPE_CHECKING:
    import plotly.graph_objects as go


def loss_curve(
    points_: Sequence[tuple[int, float]],
    valid_points: Sequence[tuple[int, float]] = (),
    *,
    dark: bool = False,
    axis: str = "Loss",
    best: int | None = None,
) -> go.Figure:
    """The loss (or what else `axis` names) by step, on the training examples and, where known, on the validation ones. Both
    carry their name. `best` marks the step after which the validation loss only rose."""
    on, figure = ground(dark), blank(dark, height=300)
    lines = (
        ("training", points_, arm_colour("fine_tuned", dark=dark), "solid"),
        ("validation", valid_points, arm_colour("prompt", dark=dark), "dash"),
    )
    ends = [line[-1][1] for _, line, _, _ in lines if line]
    top = max((loss for _, line, _, _ in lines for _, loss in line), default=0.0)
    close = len(ends) == 2 and abs(ends[0] - ends[1]) < top / 8  # their names would lie on each other
    for name, line, colour, dash in lines:
        if line:
            figure.add_trace(_by_step(name, line, colour, dash))
            figure.add_annotation(
                x=line[-1][0],
                y=line[-1][1],
                text=f"{name} {line[-1][1]:.2f}",
                showarrow=False,
                xanchor="left",  # behind its end no line goes on that it could lie on
                xshift=8,
                yshift=(9 if line[-1][1] == max(ends) else -9) if close else 0,
                font={"color": on.text},
            )
    if best is not None:
        figure.add_vline(x=best, line_color=on.border, line_dash="dot", line_width=1.5)
        figure.add_annotation(
            x=best, y=1, yref="paper", yanchor="bottom", showarrow=False, text=f"best at step {best}", font={"size": 12}
        )
        figure.update_layout(margin_t=28)
    figure.update_xaxes(title_text="Step", rangemode="tozero")
    figure.update_yaxes(title_text=axis, rangemode="tozero")
    return figure


def curves_compared(
    lines: Sequence[tuple[str, Sequence[tuple[int, float]]]],
    *,
    dark: bool = False,
    axis: str = "Loss",
    by: str = "Step",
) -> go.Figure:
    """One line a training, in the order given: each has its colour, its marker shape and a name in the legend."""
    figure = blank(dark, height=340)
    for at, (name, line) in enumerate(lines):
        arm = ARMS[at % len(ARMS)]
        trace = _by_step(
            html.escape(short(name, 48)), line, arm_colour(arm, dark=dark), "solid" if at < len(ARMS) else "dash"
        )
        trace.marker.symbol = arm_marker(arm)
        figure.add_trace(trace)
    figure.update_layout(
        showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}, margin_t=64
    )
    figure.update_xaxes(title_text=html.escape(by), rangemode="tozero")
    figure.update_yaxes(title_text=html.escape(axis), rangemode="tozero")
    return figure


def _by_step(name: str, line: Sequence[tuple[int, float]], colour: str, dash: str) -> Any:
    import plotly.graph_objects as go

    return go.Scatter(
        x=[step for step, _ in line],
        y=[value for _, value in line],
        name=name,
        mode="lines+markers" if len(line) < 40 else "lines",
        line={"color": colour, "width": 2.5, "dash": dash},
        marker={"size": 7},
        hovertemplate=f"{name}, %{{x}}: %{{y:.3f}}<extra></extra>",
    )

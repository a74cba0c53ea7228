"""Will more data help? Scores by the number of training examples, with the curve that fits them and its band."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ftcore.report.facts import points, short
from ftcore.report.figures import blank
from ftcore.report.palette import arm_colour, ground

if TYPE_CHECKING:
    import plotly.graph_objects as go


def learning_plot(
    measured: Sequence[tuple[float, float]],
    curve: Sequence[tuple[float, float, float, float]],
    *,
    dark: bool = False,
    axis: str = "Score of 100",
) -> go.Figure:
    """`measured` are (training rows, score in [0, 1]); `curve` (rows, score, low, high), in rising order: beyond the last
    measured size it is a forecast and is dashed. The figure ends where the curve does."""
    import plotly.graph_objects as go

    on, figure = ground(dark), blank(dark, height=340)
    colour = arm_colour("fine_tuned", dark=dark)
    last = max((rows for rows, _ in measured), default=0.0)
    if curve:
        rows = [one[0] for one in curve]
        figure.add_trace(
            go.Scatter(
                x=[*rows, *reversed(rows)],
                y=[*(one[3] * 100 for one in curve), *(one[2] * 100 for one in reversed(curve))],
                fill="toself",
                fillcolor=f"rgba({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))}, 0.18)",
                line={"width": 0},
                hoverinfo="skip",
            )
        )
        for dash, part in (
            ("solid", [one for one in curve if one[0] <= last]),
            ("dash", [one for one in curve if one[0] >= last]),
        ):
            figure.add_trace(
                go.Scatter(
                    x=[one[0] for one in part],
                    y=[one[1] * 100 for one in part],
                    mode="lines",
                    line={"color": colour, "width": 2.5, "dash": dash},
                    hovertemplate="%{x:.0f} examples: %{y:.0f} of 100<extra></extra>",
                )
            )
    figure.add_trace(
        go.Scatter(
            x=[rows for rows, _ in measured],
            y=[score * 100 for _, score in measured],
            mode="markers",
            marker={"symbol": "diamond", "size": 13, "color": colour, "line": {"color": on.text, "width": 1.5}},
            hovertemplate="%{x:.0f} examples: %{y:.0f} of 100<extra></extra>",
        )
    )
    for rows_, score in measured:
        figure.add_annotation(
            x=rows_, y=score * 100, text=f"<b>{points(score)}</b>", showarrow=False, yshift=18, font={"color": on.text}
        )
    figure.update_xaxes(title_text="Training examples", rangemode="tozero")
    figure.update_yaxes(title_text=html.escape(short(axis, 48)), range=[-3, 108], tickvals=[0, 25, 50, 75, 100])
    return figure

"""How often the tuned model was better, the same and worse: one bar, told apart by words, places and patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftcore.records import Comparison
from ftcore.report.figures import blank
from ftcore.report.palette import arm_colour, ground

if TYPE_CHECKING:
    import plotly.graph_objects as go

NARROW = 0.09
"""Of the bar: into a narrower part its words do not fit, and stand above it."""


def outcome_bar(comparison: Comparison, *, dark: bool = False) -> go.Figure:
    """Better (▲, filled), the same (=, empty) and worse (▼, hatched), each with its number, from the left."""
    import plotly.graph_objects as go

    on, figure = ground(dark), blank(dark, height=118)
    tuned = arm_colour("fine_tuned", dark=dark)
    parts = (
        ("▲ better", comparison.wins, tuned, ""),
        ("= the same", comparison.ties, on.surface, ""),
        ("▼ worse", comparison.losses, on.background, "/"),
    )
    start, above = 0, 0
    for name, count, colour, pattern in parts:
        figure.add_trace(
            go.Bar(
                x=[count],
                y=[0],
                base=start,
                orientation="h",
                width=0.7,
                marker={
                    "color": colour,
                    "line": {"color": on.text, "width": 1.5},
                    "pattern": {"shape": pattern, "fgcolor": on.text, "size": 7, "solidity": 0.25},
                },
                hovertemplate=f"{name}: {count}<extra></extra>",
            )
        )
        outside = bool(pattern) or count < NARROW * max(1, comparison.n)
        if count:
            figure.add_annotation(
                x=start + count / 2,
                y=0.42 if outside else 0,
                yanchor="bottom" if outside else "middle",
                yshift=20 * above if outside else 0,
                text=f"<b>{count}</b> {name}",
                showarrow=False,
                xanchor="center" if not outside else ("left" if start + count / 2 < comparison.n / 2 else "right"),
                xshift=0 if not outside else (-8 if start + count / 2 < comparison.n / 2 else 8),
                font={"color": "#0F1719" if colour == tuned else on.text},
            )
            above += outside
        start += count
    figure.update_layout(barmode="overlay", margin={"l": 4, "r": 4, "t": 8, "b": 8})
    figure.update_xaxes(visible=False, range=[0, max(1, comparison.n)])
    figure.update_yaxes(visible=False, range=[-0.45, 0.95 + 0.3 * max(0, above - 1)])
    return figure

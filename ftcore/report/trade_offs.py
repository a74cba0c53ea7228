"""What quality costs: score against price or tokens, and how long an answer takes."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ftcore.records import ArmResult
from ftcore.report.facts import kind_of, points
from ftcore.report.figures import blank, short
from ftcore.report.palette import arm_colour, arm_marker, ground

if TYPE_CHECKING:
    import plotly.graph_objects as go

WIDE, HIGH = 640.0, 300.0
"""About the pixels inside the axes, by which names are kept apart from each other."""
LETTER, LINE = 7.6, 19.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds that an arm's answers took: the middle one, and what 95 of 100 stay below."""

    arm: ArmResult
    median: float
    p95: float


def priced(arms: Sequence[ArmResult]) -> bool:
    """Whether any answer has a price: tokens are drawn where none has."""
    return any(arm.usd for arm in arms)


def cost_of(arm: ArmResult, *, dollars: bool) -> float | None:
    """US dollars per 1,000 questions, or tokens a question; None = not known."""
    if dollars:
        return None if arm.usd is None else arm.usd * 1000
    return arm.tokens_in + arm.tokens_out


def cost_plot(arms: Sequence[ArmResult], *, dark: bool = False, axis: str = "Score of 100") -> go.Figure:
    """One point an arm with its name at it; better is up, cheaper is left. Arms of unknown cost are not drawn."""
    import plotly.graph_objects as go

    on, figure, dollars = ground(dark), blank(dark, height=400), priced(arms)
    drawn = [(arm, cost) for arm in arms if (cost := cost_of(arm, dollars=dollars)) is not None]
    top = max((cost for _, cost in drawn), default=0.0) or 1.0
    for arm, cost in drawn:
        kind = kind_of(arm)
        figure.add_trace(
            go.Scatter(
                x=[cost],
                y=[arm.average * 100],
                mode="markers",
                marker={
                    "symbol": arm_marker(kind),
                    "size": 15,
                    "color": arm_colour(kind, dark=dark),
                    "line": {"color": on.text, "width": 1.5},
                },
                hovertemplate=f"{html.escape(short(arm.label, 60))}: {points(arm.average)} of 100<extra></extra>",
            )
        )
    places = _apart(
        [(cost / (top * 1.1) * WIDE, arm.average * HIGH, short(arm.label or arm.arm, 26)) for arm, cost in drawn]
    )
    for (arm, cost), (anchor, shift, lift) in zip(drawn, places, strict=True):
        figure.add_annotation(
            x=cost,
            y=arm.average * 100,
            text=html.escape(short(arm.label or arm.arm, 26)),
            showarrow=False,
            xanchor=anchor,
            xshift=shift,
            yshift=lift,
            font={"size": 13},
        )
    unit = "US dollars per 1,000 questions" if dollars else "Tokens a question, read and written"
    figure.update_xaxes(title_text=unit, range=[-0.03 * top, top * 1.1], rangemode="tozero")
    figure.update_yaxes(title_text=html.escape(short(axis, 60)), range=[-4, 106], tickvals=[0, 25, 50, 75, 100])
    return figure


def wait_plot(waits: Sequence[Wait], *, dark: bool = False) -> go.Figure:
    """A row an arm: its marker at the median, a line to what 95 of 100 answers stay below."""
    import plotly.graph_objects as go

    on, figure = ground(dark), blank(dark, height=80 + 62 * max(1, len(waits)))
    for at, wait in enumerate(waits):
        kind = kind_of(wait.arm)
        colour = arm_colour(kind, dark=dark)
        figure.add_trace(
            go.Scatter(
                x=[wait.median, wait.p95],
                y=[at, at],
                mode="lines+markers",
                line={"color": colour, "width": 3},
                marker={
                    "symbol": [arm_marker(kind), "line-ns"],
                    "size": [14, 14],
                    "color": colour,
                    "line": {"color": on.text, "width": [1.5, 2.5]},
                },
                hovertemplate="%{x:.2f} s<extra></extra>",
            )
        )
        name = html.escape(short(wait.arm.label or wait.arm.arm, 34))
        figure.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            y=at,
            yanchor="bottom",
            yshift=9,
            showarrow=False,
            text=f"{name}: <b>{seconds(wait.median)}</b>, 95 of 100 below {seconds(wait.p95)}",
        )
    figure.update_xaxes(title_text="Seconds until the answer was there", rangemode="tozero")
    figure.update_yaxes(visible=False, range=[max(1, len(waits)) - 0.6, -0.85])
    return figure


def seconds(value: float) -> str:
    """ "0.25 s", "1.4 s", "23 s"."""
    return f"{value:.2f} s" if value < 0.995 else f"{value:.1f} s" if value < 9.95 else f"{value:.0f} s"


def _apart(names: Sequence[tuple[float, float, str]]) -> list[tuple[str, int, int]]:
    """(anchor, shift right, shift up) for each (x, y, name), in pixels, so that the fewest names lie on each other."""
    taken: list[tuple[float, float, float, float]] = [(x - 9, y - 9, x + 9, y + 9) for x, y, _ in names]
    chosen = []
    for x, y, name in names:
        wide = len(name) * LETTER
        best: tuple[float, str, int, int, tuple[float, float, float, float]] | None = None
        for anchor, shift, lift in _PLACES:
            left = x + shift - {"left": 0.0, "right": wide, "center": wide / 2}[anchor]
            box = (left, y + lift - LINE / 2, left + wide, y + lift + LINE / 2)
            outside = max(0.0, -left) + max(0.0, box[2] - WIDE - 30)
            cost = sum(_common(box, other) for other in taken) + outside * LINE
            if best is None or cost < best[0] - 1e-9:
                best = (cost, anchor, shift, lift, box)
        assert best is not None
        chosen.append(best[1:4])
        taken.append(best[4])
    return chosen


_PLACES: tuple[tuple[Any, int, int], ...] = (
    ("left", 13, 0),
    ("right", -13, 0),
    ("center", 0, 20),
    ("center", 0, -20),
    ("left", 8, 22),
    ("right", -8, 22),
    ("left", 8, -22),
    ("right", -8, -22),
    ("left", 13, 40),
    ("left", 13, -40),
)


def _common(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """The area that two boxes share."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 and math.isfinite(wide * high) else 0.0

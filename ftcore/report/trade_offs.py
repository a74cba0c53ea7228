"""What quality costs: score against price or tokens, and how long an answer takes."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from ftcore.records import ArmResult
from ftcore.report.facts import kind_of, points, short
from ftcore.report.figures import blank
from ftcore.report.palette import arm_colour, arm_marker, ground

if TYPE_CHECKING:
    import plotly.graph_objects as go

WIDE, HIGH = 590.0, 310.0
"""About the pixels inside the axes, by which names are kept apart from each other."""
LINE, NAME, AWAY, CLOSE = 19.0, 190.0, 26.0, 60.0
"""Pixels: the height and the width of a name, its distance from its point, and how close points share a column."""
ROOM = 1.55
"""Of the largest cost: the names of the dearest stand on its right."""


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
    low, high = _room([arm.average * 100 for arm, _ in drawn])
    names = [html.escape(short(arm.label or arm.arm, 26)) for arm, _ in drawn]
    spots = [(cost / (top * ROOM) * WIDE, (arm.average * 100 - low) / (high - low) * HIGH) for arm, cost in drawn]
    for (arm, cost), name, (shift, lift) in zip(drawn, names, beside(spots), strict=True):
        figure.add_annotation(
            x=cost,
            y=arm.average * 100,
            text=f"{name} <b>{points(arm.average)}</b>",
            ax=shift,
            ay=-lift,
            xanchor="left",
            showarrow=True,
            arrowhead=0,
            arrowwidth=1,
            arrowcolor=on.border,
            standoff=9,
            font={"size": 13},
        )
    unit = "US dollars per 1,000 questions" if dollars else "Tokens a question, read and written"
    figure.update_xaxes(title_text=unit, range=[-0.03 * top, top * ROOM], rangemode="tozero")
    figure.update_yaxes(title_text=html.escape(short(axis, 60)), range=[low, high], tickvals=list(range(0, 101, 10)))
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
                    "opacity": 1,
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


def beside(spots: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where the names of points at (x, y) stand, in pixels to the right and up from each: in columns on the right of
    points that lie close together, one name below another. Where a name would reach another column, both are one."""
    groups: list[list[int]] = []
    for at in sorted(range(len(spots)), key=lambda at: spots[at][0]):
        if groups and spots[at][0] - spots[groups[-1][-1]][0] < CLOSE:
            groups[-1].append(at)
        else:
            groups.append([at])
    columns = [_column(group, spots) for group in groups]
    while pair := next((pair for pair in combinations(range(len(columns)), 2) if _meet(pair, columns, spots)), None):
        first, last = pair  # everything between them goes along
        joined = [at for column in columns[first : last + 1] for at in column.places]
        columns[first : last + 1] = [_column(joined, spots)]
    found: list[tuple[float, float]] = [(0.0, 0.0)] * len(spots)
    for column in columns:
        for at, height in zip(column.places, column.heights, strict=True):
            found[at] = (column.left - spots[at][0], height - spots[at][1])
    return found


@dataclass(frozen=True, slots=True)
class _Column:
    """Names below each other, from the lowest: of which points, how high each stands, and where they begin."""

    places: list[int]
    heights: list[float]
    left: float


def _column(group: Sequence[int], spots: Sequence[tuple[float, float]]) -> _Column:
    places = sorted(group, key=lambda at: spots[at][1])
    return _Column(places, spread([spots[at][1] for at in places]), max(spots[at][0] for at in places) + AWAY)


def _meet(pair: tuple[int, int], columns: Sequence[_Column], spots: Sequence[tuple[float, float]]) -> bool:
    """Whether a name of the column on the left lies on a name or a point of the one on the right."""
    left, right = columns[pair[0]], columns[pair[1]]
    begins = min(spots[at][0] for at in right.places) - AWAY / 2
    taken = [*right.heights, *(spots[at][1] for at in right.places)]
    return left.left + NAME > begins and any(abs(one - other) < LINE for one in left.heights for other in taken)


def spread(heights: Sequence[float]) -> list[float]:
    """The heights, in rising order, moved as little as need be so that each is a line away from the next."""
    blocks: list[list[float]] = []
    for height in heights:
        blocks.append([height])
        while len(blocks) > 1 and _bottom(blocks[-1]) < _bottom(blocks[-2]) + LINE * len(blocks[-2]):
            last = blocks.pop()
            blocks[-1] += last
    return [_bottom(block) + LINE * at for block in blocks for at in range(len(block))]


def _bottom(block: Sequence[float]) -> float:
    """Where the lowest of a block of names stands, which is centred on the points it names."""
    return sum(block) / len(block) - LINE * (len(block) - 1) / 2


def _room(values: Sequence[float]) -> tuple[float, float]:
    """The part of the scale that is drawn: what was measured, at least thirty points, with room around it."""
    if not values:
        return 0.0, 100.0
    middle, half = (min(values) + max(values)) / 2, max(15.0, (max(values) - min(values)) / 2 + 6)
    return middle - half, middle + half

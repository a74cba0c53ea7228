"""The map as plotly draws it: a point a row, coloured by what people ask for, the areas named by their words.

Plotly reads text as a little HTML, and people's texts are anything: they are escaped.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ftcore.dataset.project_map import Area
from ftcore.report.figures import template
from ftcore.report.palette import ARMS, FONT, arm_colour, ground
from ftcore.ui.map import map_names
from ftcore.ui.map.map_names import Name

if TYPE_CHECKING:
    import plotly.graph_objects as go

NAMED = 12
"""So many groups have a colour and a shape that no other has; the others are one. What a point is, is told over it too."""
OTHERS, NO_GROUP = "others", "no label"
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
HEIGHT, LEGEND = 480, 20
"""Pixels: the map with one row of the legend, and each further row."""
COLUMNS, ENTRY = 3, 34
"""Of the legend; and the characters of one name there."""
MARGIN = 0.06
HOVER = 90
"""Characters of a text that are shown over its point."""
CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True, "scrollZoom": True, "doubleClick": "reset"}


def draw(
    ids: Sequence[int],
    places: tuple[Sequence[float], Sequence[float]],
    groups: Sequence[str],
    texts: Sequence[str],
    areas: Sequence[Area],
    *,
    dark: bool,
    order: Sequence[str] = (),
) -> go.Figure:
    """All sequences are aligned with `ids`. `order` are groups that have their colour whether they are frequent or not."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for at, (group, members) in enumerate(_grouped(groups, order).items()):
        named = group != OTHERS
        figure.add_scattergl(
            x=[places[0][i] for i in members],
            y=[places[1][i] for i in members],
            mode="markers",
            name=escaped(group or NO_GROUP, ENTRY),
            customdata=[ids[i] for i in members],
            text=[f"{ids[i]}: {escaped(texts[i], HOVER)}<br>{escaped(groups[i] or NO_GROUP, HOVER)}" for i in members],
            hovertemplate="%{text}<extra></extra>",
            marker={
                "size": 6 if len(ids) > 1_500 else 8,
                "opacity": 0.75 if named else 0.45,
                "symbol": _marker(at) if named else "circle",
                "color": arm_colour(ARMS[at % len(ARMS)] if named else "", dark=dark),
            },
            unselected={"marker": {"opacity": 0.15}},
        )
    ranges = [_range(several) for several in places]
    for label in map_names.place(areas, ranges):
        _write(figure, label, dark=dark)
    figure.update_layout(
        template=template(dark),
        height=HEIGHT + LEGEND * ((len(figure.data) - 1) // COLUMNS),
        margin={"l": 0, "r": 0, "t": 8, "b": 8},
        xaxis={"visible": False, "range": ranges[0]},
        yaxis={"visible": False, "range": ranges[1]},
        dragmode="lasso",
        showlegend=True,
        legend={
            "orientation": "h",
            "y": -0.02,
            "yanchor": "top",
            "x": 0,
            "itemsizing": "constant",
            "entrywidth": 1 / COLUMNS,
            "entrywidthmode": "fraction",
        },
        uirevision="map",
        newselection={"line": {"color": ground(dark).text, "width": 2, "dash": "dot"}},
    )
    return figure


def _range(several: Sequence[float]) -> list[float]:
    """From the first point to the last, with room for names at the edge. A map has no scale: it fills its frame."""
    low, high = min(several, default=-1.0), max(several, default=1.0)
    room = MARGIN * ((high - low) or 1.0)
    return [low - room, high + room]


def escaped(text: str, most: int) -> str:
    """The start of a text, in one line."""
    line = " ".join(text[: most * 4].split())
    return html.escape(line if len(line) <= most else f"{line[: most - 1]}…", quote=False)


def most_frequent(groups: Sequence[str]) -> list[str]:
    """Every group, the most frequent first."""
    return [group for group, _ in Counter(groups).most_common() if group]


def _marker(at: int) -> str:
    """With its colour, different from all others: the shapes move on by one when the colours begin again."""
    return MARKERS[(at + at // len(ARMS)) % len(MARKERS)]


def _grouped(groups: Sequence[str], order: Sequence[str]) -> Mapping[str, list[int]]:
    """The points of each group, those with a colour of their own first, the others last: what is drawn later lies above."""
    counts = Counter(groups)
    wanted = [group for group in order if group in counts] or most_frequent(groups)
    found: dict[str, list[int]] = {group: [] for group in wanted[:NAMED]}
    rest: list[int] = []
    for at, group in enumerate(groups):
        found.get(group, rest).append(at)
    return {**found, OTHERS: rest} if rest else found


def _write(figure: go.Figure, name: Name, *, dark: bool) -> None:
    on = ground(dark)
    figure.add_annotation(
        x=name.x,
        y=name.y,
        xanchor=name.anchor,
        yshift=name.shift,
        text=escaped(name.text, map_names.LONGEST),
        showarrow=False,
        captureevents=False,
        bgcolor=on.surface,
        opacity=0.8,
        borderpad=3,
        font={"family": FONT, "size": map_names.SIZE, "color": on.text},
    )

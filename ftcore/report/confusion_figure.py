"""What was expected against what was answered, as a map of counts."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ftcore.report.facts import short
from ftcore.report.figures import blank
from ftcore.report.palette import ground

if TYPE_CHECKING:
    import plotly.graph_objects as go


def confusion_map(
    rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]], *, dark: bool = False
) -> go.Figure:
    """`counts` is (rows, columns): how often the label of a row was expected and that of a column was answered. The darker
    (on a dark ground: the lighter) the more, as a share of the row; the count stands in its cell."""
    import plotly.graph_objects as go

    on = ground(dark)
    figure = blank(dark, height=150 + 34 * len(rows))
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    figure.add_trace(
        go.Heatmap(
            z=shares,
            x=list(range(len(columns))),
            y=list(range(len(rows))),
            colorscale=[[0, on.background], [1, "#6FB3AB" if not dark else "#1F8A7E"]],
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=2,
            ygap=2,
            hoverinfo="skip",
        )
    )
    for at, row in enumerate(counts):
        for place, count in enumerate(row):
            if count:
                same = place < len(rows) and rows[at] == columns[place]
                figure.add_annotation(
                    x=place,
                    y=at,
                    text=f"<b>{count}</b>" if same else str(count),
                    showarrow=False,
                    font={"color": on.text},
                )
    names = [html.escape(short(name, 18)) for name in columns]
    figure.update_xaxes(
        tickvals=list(range(len(columns))),
        ticktext=names,
        side="top",
        tickangle=-35 if len(columns) > 5 else 0,
        title_text="answered",
        showgrid=False,
        tickfont={"size": 13},
    )
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[html.escape(short(name, 22)) for name in rows],
        autorange="reversed",
        title_text="expected",
        showgrid=False,
        tickfont={"size": 13},
    )
    figure.update_layout(margin={"t": 104, "l": 8, "r": 90 if len(columns) > 5 else 8, "b": 8})
    return figure

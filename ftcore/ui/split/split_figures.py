"""How long rows are and how often each label is the answer, as plotly draws it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from ftcore.dataset.health import Balance, Spread
from ftcore.report.figures import template
from ftcore.report.palette import ground

if TYPE_CHECKING:
    import plotly.graph_objects as go

SHORTEST = 26
"""Characters of a label on an axis."""


def lengths(spread: Spread, *, unit: str, dark: bool = False) -> go.Figure:
    """A histogram; the last bar holds everything that is longer."""
    import plotly.graph_objects as go

    names = [_range(bar.low, bar.high) for bar in spread.bars]
    figure = go.Figure(
        go.Bar(
            x=list(range(len(names))),
            y=[bar.rows for bar in spread.bars],
            customdata=names,
            hovertemplate=f"%{{customdata}} {unit}: %{{y:,}} rows<extra></extra>",
            **_look(dark),
        )
    )
    step = max(1, len(names) // 6)
    places = list(range(0, len(names), step))
    figure.update_layout(template=template(dark), height=220, bargap=0.12)
    figure.update_xaxes(tickvals=places, ticktext=[f"{spread.bars[at].low:,}" for at in places], title_text=unit)
    figure.update_yaxes(title_text="rows", nticks=4)
    return figure


def balance(labels: Balance, *, dark: bool = False) -> go.Figure:
    """One bar a label, the commonest first, each with its number."""
    import plotly.graph_objects as go

    names = [_short(one.name) for one in labels.commonest]
    rows = [one.rows for one in labels.commonest]
    figure = go.Figure(
        go.Bar(
            x=rows,
            y=list(range(len(rows))),
            orientation="h",
            text=[f"{number:,}" for number in rows],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
            **_look(dark),
        )
    )
    figure.update_layout(template=template(dark), height=70 + 22 * len(rows), bargap=0.25)
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=names, autorange="reversed", showgrid=False, ticklabelstandoff=8
    )
    figure.update_xaxes(title_text="rows", nticks=5)
    return figure


def _look(dark: bool) -> dict[str, Any]:
    return {"marker": {"color": ground(dark).accent, "line": {"width": 0}}}


def _range(low: int, high: int) -> str:
    return f"{low:,}" if high - low == 1 else f"{low:,} to {high - 1:,}"


def _short(label: str) -> str:
    text = " ".join(label.split())
    return html.escape(text if len(text) <= SHORTEST else f"{text[: SHORTEST - 1]}…")

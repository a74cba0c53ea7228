"""The figures, as plotly draws them. They take plain values, so that pages and reports draw the same ones.

Everything from outside (labels, models) is escaped, since plotly reads text as a little HTML.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ftcore.records import ArmResult, Comparison
from ftcore.report.facts import kind_of, points, short, signed
from ftcore.report.palette import FONT, arm_colour, arm_marker, ground

if TYPE_CHECKING:
    import plotly.graph_objects as go

CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
"""How plotly shows them: no tool bar, no zoom by accident."""


def template(dark: bool = False) -> go.layout.Template:
    """The look of every figure: transparent ground, quiet grid, the app's type."""
    import plotly.graph_objects as go

    on = ground(dark)
    axis = {
        "gridcolor": on.grid,
        "zeroline": False,
        "linecolor": on.border,
        "tickcolor": on.border,
        "title": {"standoff": 12},
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 15, "color": on.text},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 8, "r": 24, "t": 16, "b": 48},
            "xaxis": axis,
            "yaxis": axis,
            "showlegend": False,
            "hoverlabel": {"bgcolor": on.surface, "bordercolor": on.border, "font": {"color": on.text, "family": FONT}},
            "dragmode": False,
        }
    )


def arm_bars(arms: Sequence[ArmResult], *, dark: bool = False, axis: str = "Score of 100") -> go.Figure:
    """One bar an arm, in the order given, with its 95% interval, its figure written at it and its own marker shape."""
    import plotly.graph_objects as go

    on, figure = ground(dark), blank(dark, height=70 + 88 * max(1, len(arms)))
    for at, arm in enumerate(arms):  # by number, not by name: two arms may bear one name
        value = arm.average * 100
        low, high = max(0.0, arm.average - arm.low) * 100, max(0.0, arm.high - arm.average) * 100
        colour = arm_colour(kind_of(arm), dark=dark)
        hover = (
            f"{points(arm.average)} of 100 ({points(arm.low)} to {points(arm.high)}), {arm.n} examples<extra></extra>"
        )
        figure.add_trace(
            go.Bar(
                x=[value],
                y=[at],
                orientation="h",
                width=0.26,
                # Half see-through, so that the interval is seen on it.
                marker={"color": _faint(colour), "line": {"color": colour, "width": 2}},
                hovertemplate=hover,
            )
        )
        figure.add_trace(
            go.Scatter(
                x=[value],
                y=[at],
                mode="markers",
                marker={
                    "symbol": arm_marker(kind_of(arm)),
                    "size": 13,
                    "color": colour,
                    "line": {"color": on.text, "width": 1.5},
                },
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [high],
                    "arrayminus": [low],
                    "color": on.text,
                    "thickness": 1.5,
                    "width": 6,
                },
                hovertemplate=hover,
            )
        )
        figure.add_annotation(
            x=max(value, arm.high * 100),
            y=at,
            text=f"<b>{points(arm.average)}</b>",
            showarrow=False,
            xanchor="left",
            xshift=12,
        )
    figure.update_xaxes(range=[0, 109], tickvals=[0, 25, 50, 75, 100], tickangle=0, title_text=html.escape(axis))
    _name_rows(figure, [_label(arm.label or arm.arm, arm.model) for arm in arms], above=12)
    return figure


def difference_plot(
    comparison: Comparison,
    label: str,
    *,
    dark: bool = False,
    others: Sequence[tuple[str, Comparison]] = (),
    kinds: Sequence[str] = (),
    notes: Sequence[str] = (),
    before: str = "against ",
) -> go.Figure:
    """A difference with its interval, against zero and the band of differences that do not matter (+-delta): large, in
    the tuned model's colour. `others` (label, comparison) stand below it, smaller. `kinds` (of all rows) give each the
    shape of the arm it speaks of, and `notes` stand behind the figures. `before` is written before each label.
    """
    on = ground(dark)
    rows = [(label, comparison), *others]
    two_lines = any(notes)  # with a note behind it a row's text would be too long for a telephone
    figure = blank(dark, height=118 + (84 if two_lines else 64) * len(rows))
    band = comparison.delta * 100
    figure.add_vrect(x0=-band, x1=band, fillcolor=on.border, opacity=0.16, line_width=0)
    figure.add_vline(x=0, line_color=on.text, line_width=1.5)
    for at, (_, one) in enumerate(rows):
        kind = kinds[at] if at < len(kinds) else ""
        colour = arm_colour("fine_tuned" if at == 0 else kind, dark=dark) if at == 0 or kind else on.text
        shape = "diamond" if at == 0 else arm_marker(kind) if kind else "circle"
        figure.add_trace(_interval(at, one, colour, shape, first=at == 0))
    reach = max(band * 1.6, 8.0, *(abs(edge) * 112 for _, one in rows for edge in (one.low, one.high)))
    figure.update_xaxes(range=[-reach, reach], title_text="← worse    points of 100    better →")
    told = []
    for at, (name, one) in enumerate(rows):
        note = f", {html.escape(notes[at])}" if at < len(notes) and notes[at] else ""
        value = f"<b>{signed(one.mean_difference)}</b> ({signed(one.low)} to {signed(one.high)}){note}"
        told.append(f"{_label(f'{before}{name}', limit=44)}{'<br>' if two_lines else ': '}{value}")
    _name_rows(figure, told, above=10, ground_colour=on.background)
    figure.add_annotation(
        x=0,
        y=1,
        yref="paper",
        yanchor="bottom",
        showarrow=False,
        font={"size": 12},
        text=f"grey: smaller than {points(comparison.delta)}, does not matter here",
    )
    figure.update_layout(margin_t=34)
    return figure


def _interval(at: int, one: Comparison, colour: str, shape: str, *, first: bool) -> Any:
    import plotly.graph_objects as go

    value, low, high = one.mean_difference * 100, one.low * 100, one.high * 100
    return go.Scatter(
        x=[value],
        y=[at],
        mode="markers",
        marker={"symbol": shape, "size": 15 if first else 11, "color": colour},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [max(0, high - value)],
            "arrayminus": [max(0, value - low)],
            "color": colour,
            "thickness": 3 if first else 2,
            "width": 8,
        },
        hovertemplate=f"{signed(one.mean_difference)} ({signed(one.low)} to {signed(one.high)})<extra></extra>",
    )


def blank(dark: bool, *, height: int) -> go.Figure:
    """A figure in the app's look, `height` pixels high, with nothing on it."""
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.update_layout(template=template(dark), height=height)
    return figure


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.5)"


def _name_rows(figure: go.Figure, names: Sequence[str], *, above: int, ground_colour: str | None = None) -> None:
    """Names the rows 0, 1, ... from the top, each `above` pixels over its middle: beside them there would be no room
    on a telephone. `ground_colour` keeps a name readable where it crosses a line."""
    for at, name in enumerate(names):
        figure.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            y=at,
            yanchor="bottom",
            yshift=above,
            text=name,
            align="left",
            bgcolor=ground_colour,
            showarrow=False,
        )
    figure.update_yaxes(showticklabels=False, range=[len(names) - 0.6, -0.8], showgrid=False, ticks="", visible=False)


def _label(text: str, second: str = "", *, limit: int = 34) -> str:
    """A row's name, short enough for a telephone; the model stands small below it."""
    first = html.escape(short(text, limit))
    return f"{first}<br><span style='font-size:12px'>{html.escape(short(second, 64))}</span>" if second else first

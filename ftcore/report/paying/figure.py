"""What both ways cost in all, by month or by calls: two bands, the payback and the model's last day marked."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from datetime import date
from operator import attrgetter
from textwrap import wrap
from typing import TYPE_CHECKING, Literal

from ftcore.decision.pay.ranges import Range
from ftcore.decision.pay.saying import DAYS_A_MONTH, after_calls, day, duration, in_months, rough_count, rough_dollars
from ftcore.records.pay import Outcome, PayPoint, PayStory
from ftcore.report.facts import short
from ftcore.report.figures import blank
from ftcore.report.palette import arm_colour, ground

if TYPE_CHECKING:
    import plotly.graph_objects as go

By = Literal["month", "calls"]
HEIGHT = 380
NAME, LINE, APART = 42, 16, 0.25
"""Characters of a name and of a line of it, and how far apart the two names stand at least, as a part of the height."""
SHORT = 3.0
"""Months: a chart that ends before them counts weeks."""
ROOM, HEADROOM = 134, 1.14
"""Pixels behind the bands for their names, and how far the axis goes on above them."""


def pay_plot(story: PayStory, *, by: By = "month", dark: bool = False) -> go.Figure:
    """From the points of the story. Fine-tuning is drawn solid, the other way dashed, each in its colour, with its name and what it
    has cost at the end behind it. Empty where nothing is known."""
    on, figure = ground(dark), blank(dark, height=HEIGHT)
    points = story.by_calls if by == "calls" else story.by_month
    if not points:
        return figure
    last, top = points[-1].at, max(max(one.tuned_high, one.other_high) for one in points) or 1.0
    for name, colour, dash, low, high in (
        (
            story.other,
            arm_colour(story.other_kind, dark=dark),
            "dash",
            attrgetter("other_low"),
            attrgetter("other_high"),
        ),
        (story.tuned, arm_colour("fine_tuned", dark=dark), "solid", attrgetter("tuned_low"), attrgetter("tuned_high")),
    ):
        _band(figure, points, html.escape(short(name, 60)), colour, dash, low, high)
    _payback(figure, story, by, last, on.text, on.border)
    if by == "month":
        _shutdown(figure, story, last, on.text)
    _names(figure, story, points[-1], top)
    if by == "month":
        unit, ticks = time_axis(last)
        figure.update_xaxes(tickvals=[at for at, _ in ticks], ticktext=[str(number) for _, number in ticks])
    else:
        unit = "Calls"
        figure.update_xaxes(tickformat="~s")
    figure.update_xaxes(title_text=unit, range=[0, last])
    figure.update_yaxes(
        title_text="Spent in all, US dollars", range=[0, top * HEADROOM], tickprefix="$", tickformat="~s"
    )
    figure.update_layout(margin_t=40, margin_r=ROOM)
    return figure


def alt_text(story: PayStory) -> str:
    """What the chart shows, for those who do not see it."""
    if story.tuned_total is None or story.other_total is None:
        return story.sentence
    both = [rough_dollars(Range(*ends)) for ends in (story.tuned_total, story.other_total)]
    return f"{story.sentence} Spent in all by then: {both[0]} for “{story.tuned}”, {both[1]} for “{story.other}”."


Edge = Callable[[PayPoint], float]


def _band(
    figure: go.Figure, points: Sequence[PayPoint], name: str, colour: str, dash: str, low: Edge, high: Edge
) -> None:
    import plotly.graph_objects as go

    at = [one.at for one in points]
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    figure.add_trace(
        go.Scatter(
            x=[*at, *reversed(at)],
            y=[*(high(one) for one in points), *(low(one) for one in reversed(points))],
            mode="lines",
            fill="toself",
            fillcolor=f"rgba({red}, {green}, {blue}, 0.22)",
            line={"width": 0},
            hoverinfo="skip",
        )
    )
    for edge in (low, high):
        figure.add_trace(
            go.Scatter(
                x=at,
                y=[edge(one) for one in points],
                mode="lines",
                line={"color": colour, "width": 2.5, "dash": dash},
                hovertemplate=f"{name}: %{{y:$,.2f}}<extra></extra>",
            )
        )


def _payback(figure: go.Figure, story: PayStory, by: By, last: float, text: str, shade: str) -> None:
    """A shaded stretch from the soonest to the latest payback, open at the end where the latest is never."""
    ends = story.calls if by == "calls" else story.months
    if ends is None or ends[0] > last:
        return
    until = last if ends[1] is None else min(ends[1], last)
    if story.outcome is Outcome.PAYS and ends[1] == 0:
        return
    figure.add_vrect(x0=ends[0], x1=until, fillcolor=shade, opacity=0.13, line_width=0, layer="below")
    figure.add_vline(x=ends[0], line_color=text, line_width=1.5)
    if ends[1] is not None and ends[1] <= last:
        figure.add_vline(x=ends[1], line_color=text, line_width=1.5)
    when = _when(ends, by)
    right = ends[0] > 0.6 * last
    figure.add_annotation(
        x=ends[0],
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="right" if right else "left",
        text=f"pays back {when}",
        showarrow=False,
        font={"size": 13},
    )


def _when(ends: tuple[float, float | None], by: By) -> str:
    """As the sentence says it."""
    low, high = ends
    if high is not None:
        return after_calls(Range(low, high)) if by == "calls" else in_months(Range(low, high))
    if not low:
        return "from the first day, or never"
    soonest = f"after {rough_count(low, up=False)} calls" if by == "calls" else f"in {duration(low, up=False)}"
    return f"{soonest}, or never"


def _shutdown(figure: go.Figure, story: PayStory, last: float, text: str) -> None:
    """Drawn only where the chart reaches the day: there the bands end."""
    if story.shutdown_month is None or story.shutdown_month > last:
        return
    figure.add_vline(x=last, line_color=text, line_width=1.5, line_dash="dot")
    figure.add_annotation(
        x=last,
        y=0.02,
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        xshift=6,
        align="left",
        text=f"model shut down<br>{day(date.fromisoformat(story.shutdown))}",
        showarrow=False,
        font={"size": 12},
    )


def _names(figure: go.Figure, story: PayStory, end: PayPoint, top: float) -> None:
    """At the end of each band, kept apart from each other."""
    wanted = [
        (story.tuned, end.tuned_low, end.tuned_high),
        (story.other, end.other_low, end.other_high),
    ]
    wanted.sort(key=lambda one: one[1] + one[2])
    heights = [(low + high) / 2 / (top * HEADROOM) for _, low, high in wanted]
    middle = sum(heights) / 2
    if heights[1] - heights[0] < APART:
        heights = [middle - APART / 2, middle + APART / 2]
    floor = 0.28 if story.shutdown else 0.12  # above what is said of the last day
    lift = max(0.0, floor - heights[0])
    heights = [min(heights[0] + lift, 0.9 - APART), min(max(heights[1], heights[0] + lift + APART), 0.9)]
    for (name, low, high), height in zip(wanted, heights, strict=True):
        figure.add_annotation(
            x=end.at,
            y=height,
            yref="paper",
            yanchor="middle",
            xanchor="left",
            xshift=8,
            align="left",
            text=f"<b>{_lines(name)}</b><br>{rough_dollars(Range(low, high))}",
            showarrow=False,
            font={"size": 13},
        )


def _lines(name: str) -> str:
    return "<br>".join(html.escape(line) for line in wrap(short(name, NAME), LINE))


def time_axis(last: float) -> tuple[str, list[tuple[float, int]]]:
    """What the axis counts, and at most nine ticks: each where it stands in months, and the whole number that it is. Weeks where
    there are fewer than three months."""
    name, size = ("Weeks from today", 7 / DAYS_A_MONTH) if last < SHORT else ("Months from today", 1.0)
    whole = math.floor(last / size + 1e-9)
    step = next((one for one in (1, 2, 3, 6, 12, 24) if one >= whole / 8), 24)
    return name, [(number * size, number) for number in range(0, whole + 1, step)]

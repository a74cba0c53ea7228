"""The native chart of what both ways cost in all, on an axis of whole months or weeks. Lengths are inches."""

from __future__ import annotations

from typing import Any

from ftcore.records.pay import PayStory
from ftcore.report.charts import quiet
from ftcore.report.facts import short
from ftcore.report.palette import arm_colour
from ftcore.report.slide_table import describe
from ftcore.report.slide_text import FONT, label, rgb

LONGEST = 40
"""Characters of a way's name in the legend."""


def pay_chart(slide: Any, pay: PayStory, left: float, top: float, width: float, height: float) -> Any:
    """Four lines: the low and the high end of each way, in its arm's colour, the low ends broken; two where both ends are the same.
    Each point stands where its time is: an axis of names would give half a month as much room as a whole one."""
    from pptx.chart.data import XyChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.enum.dml import MSO_LINE
    from pptx.util import Inches, Pt

    from ftcore.report.paying import time_axis

    unit, ticks = time_axis(pay.by_month[-1].at)
    size = ticks[1][0] / ticks[1][1] if len(ticks) > 1 else 1.0
    lines = _lines(pay)
    data = XyChartData(number_format='"$"#,##0')
    for name, values, _, _ in lines:
        series = data.add_series(label(name))
        for point, value in zip(pay.by_month, values, strict=True):
            series.add_data_point(round(point.at / size, 3), round(value, 2))
    kind = XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS
    shape = slide.shapes.add_chart(kind, Inches(left), Inches(top), Inches(width), Inches(height), data)
    describe(shape, f"What each way has cost in all, by time. {pay.sentence} {pay.drawn}")
    chart = shape.chart
    quiet(chart, "US dollars in all")
    chart.value_axis.tick_labels.number_format, chart.value_axis.tick_labels.number_format_is_linked = '"$"#,##0', False
    _time(chart, unit.replace("today", "now"), pay.by_month[-1].at / size, ticks[1][1] if len(ticks) > 1 else 1)
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.legend.font.size, chart.legend.font.name = Pt(11), FONT
    for series, (_, _, colour, low) in zip(chart.plots[0].series, lines, strict=True):
        series.smooth = False
        series.format.line.color.rgb, series.format.line.width = rgb(colour), Pt(2.5)
        if low:
            series.format.line.dash_style = MSO_LINE.DASH
        _no_marker(series)
    return shape


def _lines(pay: PayStory) -> list[tuple[str, list[float], str, bool]]:
    """(name, dollars at each point, colour, whether it is broken)."""
    ours, other = arm_colour("fine_tuned"), arm_colour(pay.other_kind)
    ways = (
        (short(pay.tuned, LONGEST), ours, [(p.tuned_low, p.tuned_high) for p in pay.by_month]),
        (short(pay.other, LONGEST), other, [(p.other_low, p.other_high) for p in pay.by_month]),
    )
    found: list[tuple[str, list[float], str, bool]] = []
    for name, colour, ends in ways:
        most, least = [high for _, high in ends], [low for low, _ in ends]
        if most == least:
            found.append((name, most, colour, False))
        else:
            found += [(f"{name}, at most", most, colour, False), (f"{name}, at least", least, colour, True)]
    return found


def _time(chart: Any, title: str, last: float, step: int) -> None:
    """The axis of time: numbers, whole ones, up to the last point."""
    from pptx.util import Pt

    axis = chart.category_axis
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, last, step
    axis.has_major_gridlines = False
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "0", False
    axis.has_title = True
    axis.axis_title.text_frame.text = title
    run = axis.axis_title.text_frame.paragraphs[0].runs[0]
    run.font.size, run.font.bold = Pt(13), False


def _no_marker(series: Any) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE

    series.marker.style = XL_MARKER_STYLE.NONE

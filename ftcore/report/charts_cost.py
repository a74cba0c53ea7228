"""The native line chart of what both ways cost in all, month by month. Lengths are inches."""

from __future__ import annotations

import math
from typing import Any

from ftcore.records.pay import PayStory
from ftcore.report.charts import quiet
from ftcore.report.facts import short
from ftcore.report.palette import arm_colour
from ftcore.report.slide_table import describe
from ftcore.report.slide_text import FONT, label, rgb

MOST = 36
"""Points of a line: more than a slide has room for."""

LONGEST = 16
"""Characters of a way's name in the legend."""


def pay_chart(slide: Any, pay: PayStory, left: float, top: float, width: float, height: float) -> Any:
    """Four lines: the low and the high end of each way, in its arm's colour, the low ends broken."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.enum.dml import MSO_LINE
    from pptx.util import Inches, Pt

    every = max(1, math.ceil(len(pay.by_month) / MOST))
    points = pay.by_month[::every]
    data = CategoryChartData(number_format='"$"#,##0')
    data.categories = [f"{point.at:g}" for point in points]
    ours, other = arm_colour("fine_tuned"), arm_colour(pay.other_kind)
    tuned_name, other_name = short(pay.tuned, LONGEST), short(pay.other, LONGEST)
    lines = (
        (f"{tuned_name}, at most", [p.tuned_high for p in points], ours, False),
        (f"{tuned_name}, at least", [p.tuned_low for p in points], ours, True),
        (f"{other_name}, at most", [p.other_high for p in points], other, False),
        (f"{other_name}, at least", [p.other_low for p in points], other, True),
    )
    for name, values, _, _ in lines:
        data.add_series(label(name), [round(value, 2) for value in values])
    shape = slide.shapes.add_chart(XL_CHART_TYPE.LINE, Inches(left), Inches(top), Inches(width), Inches(height), data)
    describe(shape, f"What each way has cost in all, by month. {pay.sentence}")
    chart = shape.chart
    quiet(chart, "US dollars in all")
    chart.value_axis.tick_labels.number_format, chart.value_axis.tick_labels.number_format_is_linked = '"$"#,##0', False
    chart.category_axis.has_title = True
    chart.category_axis.axis_title.text_frame.text = "Months from now"
    chart.category_axis.axis_title.text_frame.paragraphs[0].runs[0].font.size = Pt(13)
    chart.category_axis.axis_title.text_frame.paragraphs[0].runs[0].font.bold = False
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


def _no_marker(series: Any) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE

    series.marker.style = XL_MARKER_STYLE.NONE

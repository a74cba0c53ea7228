"""The native charts of a deck, which PowerPoint and LibreOffice can edit. Lengths are inches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ftcore.records import ArmResult
from ftcore.report.facts import kind_of, points, short
from ftcore.report.palette import LIGHT, arm_colour
from ftcore.report.slide_table import describe
from ftcore.report.slide_text import FONT, label, one_line, rgb

HIGH_END = "Upper end of the interval"
"""Name of the series that is not drawn: at its ends stand the figures."""
ROOM = 115
"""Where the axis of 100 ends: behind the highest interval there is room for a figure."""


def bar_chart(
    slide: Any, arms: Sequence[ArmResult], left: float, top: float, width: float, height: float, axis: str
) -> Any:
    """A native bar chart of the arms' averages of 100, each bar in its arm's colour with its interval as error bars. The figure
    stands behind the interval's upper end, where no line strikes it through."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
    from pptx.util import Inches, Pt

    data = CategoryChartData(number_format="0")
    arms = arms[::-1]  # a bar chart counts its rows from below
    many = len(arms) > 5
    data.categories = [label(short(arm.label or arm.arm, 27 if many else 34)) for arm in arms]
    data.add_series(label(axis), [round(arm.average * 100, 2) for arm in arms])
    data.add_series(HIGH_END, [round(max(arm.average, arm.high) * 100, 2) for arm in arms])
    shape = slide.shapes.add_chart(
        XL_CHART_TYPE.BAR_CLUSTERED, Inches(left), Inches(top), Inches(width), Inches(height), data
    )
    describe(shape, "; ".join(f"{arm.label or arm.arm}: {points(arm.average)} of 100" for arm in reversed(arms)))
    chart = shape.chart
    quiet(chart, axis)
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale, chart.value_axis.major_unit = 0, ROOM, 25
    _every_label(chart, Pt(11 if many else 14))
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 55, 100
    plot.series[1].format.fill.background()
    plot.series[1].format.line.fill.background()
    for at, arm in enumerate(arms):
        beside = plot.series[1].points[at].data_label
        beside.text_frame.text = points(arm.average)
        beside.position = XL_LABEL_POSITION.OUTSIDE_END
        font = beside.text_frame.paragraphs[0].runs[0].font
        font.size, font.bold, font.name = Pt(20 if len(arms) <= 4 else 14), True, FONT
        font.color.rgb = rgb(LIGHT.text)
    for at, arm in enumerate(arms):
        look, colour = plot.series[0].points[at].format, arm_colour(kind_of(arm))
        look.fill.solid()
        look.fill.fore_color.rgb = rgb(tint(colour))  # light, so that the interval is seen on it
        look.line.color.rgb, look.line.width = rgb(colour), Pt(2)
    _error_bars(
        plot.series[0],
        [max(0.0, a.high - a.average) * 100 for a in arms],
        [max(0.0, a.average - a.low) * 100 for a in arms],
    )
    return shape


def count_chart(
    slide: Any,
    counts: Sequence[tuple[str, int]],
    left: float,
    top: float,
    width: float,
    height: float,
    colour: str = LIGHT.accent,
) -> Any:
    """A native bar chart of counts, each written at its bar, all in one quiet colour: words tell them apart."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION
    from pptx.util import Inches, Pt

    data = CategoryChartData(number_format="0")
    data.categories = [label(name) for name, _ in reversed(counts)]
    data.add_series("Test examples", [count for _, count in reversed(counts)])
    shape = slide.shapes.add_chart(
        XL_CHART_TYPE.BAR_CLUSTERED, Inches(left), Inches(top), Inches(width), Inches(height), data
    )
    describe(shape, ", ".join(f"{name}: {count}" for name, count in counts))
    quiet(shape.chart, "Test examples")
    shape.chart.value_axis.minimum_scale = 0
    shape.chart.value_axis.has_major_gridlines = False
    shape.chart.value_axis.tick_label_position = XL_TICK_LABEL_POSITION.NONE
    plot = shape.chart.plots[0]
    plot.gap_width, plot.has_data_labels = 55, True
    plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
    plot.data_labels.font.size, plot.data_labels.font.bold, plot.data_labels.font.name = Pt(18), True, FONT
    plot.series[0].format.fill.solid()
    plot.series[0].format.fill.fore_color.rgb = rgb(colour)
    return shape


def line_chart(
    slide: Any, line: Sequence[tuple[int, float]], left: float, top: float, width: float, height: float
) -> Any:
    """A native line chart of (step, loss); at most 400 points, evenly chosen, so that the deck stays light."""
    from pptx.chart.data import XyChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches, Pt

    every = math.ceil(len(line) / 400)
    data = XyChartData(number_format="0.00")
    series = data.add_series("Training loss")
    for step, loss in line[::every]:
        series.add_data_point(step, loss)
    kind = XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS
    shape = slide.shapes.add_chart(kind, Inches(left), Inches(top), Inches(width), Inches(height), data)
    describe(shape, f"Training loss from {line[0][1]:.2f} to {line[-1][1]:.2f} in {line[-1][0]} steps")
    quiet(shape.chart, "Training loss")
    shape.chart.value_axis.minimum_scale = 0
    shape.chart.category_axis.minimum_scale = 0
    shape.chart.category_axis.maximum_scale = max(1, line[-1][0])
    _axis_title(shape.chart.category_axis, "Step")
    drawn = shape.chart.plots[0].series[0]
    drawn.smooth = False
    drawn.format.line.color.rgb, drawn.format.line.width = rgb(arm_colour("fine_tuned")), Pt(2.5)
    return shape


def quiet(chart: Any, axis: str) -> None:
    """No legend, no title, a light grid; `axis` names what is counted."""
    from pptx.util import Pt

    chart.has_legend, chart.has_title = False, False
    chart.font.size, chart.font.name = Pt(14), FONT
    chart.font.color.rgb = rgb(LIGHT.text)
    chart.value_axis.major_gridlines.format.line.color.rgb = rgb(LIGHT.grid)
    chart.value_axis.format.line.fill.background()
    chart.category_axis.has_major_gridlines = False
    chart.category_axis.format.line.color.rgb = rgb(LIGHT.border)
    _axis_title(chart.value_axis, axis)


def _axis_title(axis: Any, words: str) -> None:
    from pptx.util import Pt

    axis.has_title = True
    frame = axis.axis_title.text_frame
    frame.text = one_line(words)
    frame.paragraphs[0].runs[0].font.size, frame.paragraphs[0].runs[0].font.bold = Pt(13), False


def _every_label(chart: Any, size: Any) -> None:
    """No way's name is left out for want of room: `c:tickLblSkip` stands before `c:noMultiLvlLbl`."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    chart.category_axis.tick_labels.font.size = size
    axis = chart.category_axis._element
    skip = parse_xml(f'<c:tickLblSkip {nsdecls("c")} val="1"/>')
    last = axis.find(qn("c:noMultiLvlLbl"))
    if last is None:
        axis.append(skip)
    else:
        last.addprevious(skip)


def _error_bars(series: Any, plus: Sequence[float], minus: Sequence[float]) -> None:
    """Custom error bars, which python-pptx does not write: `c:errBars` stands before the categories."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    def numbers(tag: str, values: Sequence[float]) -> str:
        cells = "".join(f'<c:pt idx="{at}"><c:v>{value:.4f}</c:v></c:pt>' for at, value in enumerate(values))
        return f'<c:{tag}><c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{cells}</c:numLit></c:{tag}>'

    line = f'<a:ln w="19050"><a:solidFill><a:srgbClr val="{LIGHT.text.lstrip("#")}"/></a:solidFill></a:ln>'
    bars = parse_xml(
        f'<c:errBars {nsdecls("c", "a")}><c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"{numbers('plus', plus)}{numbers('minus', minus)}<c:spPr>{line}</c:spPr></c:errBars>"
    )
    series._element.find(qn("c:cat")).addprevious(bars)


def tint(colour: str) -> str:
    """A colour (#RRGGBB) half way to white."""
    return "#" + "".join(f"{(int(colour[at : at + 2], 16) + 255) // 2:02X}" for at in (1, 3, 5))

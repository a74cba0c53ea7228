"""Figures of the web page as SVG: places across in per cent, so that letters keep their size on a telephone; one script adds tips.

A mark is a group that the keyboard reaches, with what it says as its name. Colours come from classes in page.css.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ftcore.records import ArmResult, Comparison, Story
from ftcore.records.pay import PayStory
from ftcore.report import words
from ftcore.report.facts import kind_named, kind_of, label_of, points, short, signed
from ftcore.report.html_parts import escaped
from ftcore.report.palette import arm_family, arm_marker
from ftcore.report.paying.figure import time_axis

FULL = 110.0
"""What the width stands for in the chart of averages: 100 and room for the figure behind a full bar."""
ROW = 64
LONGEST = 60


def figure(name: str, drawn: str, alt: str, height: int, legend: str = "") -> str:
    """A figure with what it shows as its name. Its figures stand in a table near by for those who see none of it."""
    return (
        f'<figure id="{name}"><svg role="group" aria-label="{escaped(alt)}" width="100%" height="{height}">{drawn}</svg>'
        f"{legend}</figure>"
    )


def ways(story: Story) -> str:
    """A bar a way with its 95% interval, its figure and its marker; "" when nothing was measured."""
    if not story.arms:
        return ""
    foot = ROW * len(story.arms) + 8
    grid = "".join(
        f'<line class="grid" x1="{_x(at)}" x2="{_x(at)}" y1="0" y2="{foot}"/>'
        f'<text class="tick" x="{_x(at)}" y="{foot + 18}" text-anchor="{"start" if not at else "middle"}">{at}</text>'
        for at in (0, 25, 50, 75, 100)
    )
    title = f'<text class="tick" x="0" y="{foot + 40}">{escaped(words.axis_title(story))}</text>'
    drawn = "".join(_bar(at, arm) for at, arm in enumerate(story.arms))
    alt = "; ".join(f"{arm.label or arm.arm}: {points(arm.average)} of 100" for arm in story.arms)
    return figure("figure-ways", grid + drawn + title, alt, foot + 48)


def differences(story: Story) -> str:
    """Each difference with its interval against zero and the band that does not matter; "" when nothing was compared."""
    if not story.comparisons:
        return ""
    shown = story.comparisons
    delta = shown[0][1].delta
    reach = max(delta * 1.6, 0.08, *(abs(edge) * 1.12 for _, one in shown for edge in (one.low, one.high)))
    foot = ROW * len(shown) + 8

    def at(value: float) -> str:
        return f"{50 + value / reach * 48:.2f}%"

    band = f'<rect class="band" x="{at(-delta)}" width="{delta / reach * 96:.2f}%" y="0" height="{foot}"/>'
    zero = f'<line class="zero" x1="50%" x2="50%" y1="0" y2="{foot}"/>'
    told = (
        f'<text class="tick" x="0" y="{foot + 18}">← worse</text><text class="tick" x="100%" y="{foot + 18}" text-anchor="end">better →</text>'
        f'<text class="tick" x="50%" y="{foot + 18}" text-anchor="middle">points of 100</text>'
        f'<text class="tick" x="50%" y="{foot + 40}" text-anchor="middle">grey: smaller than {points(delta)}, does not matter here</text>'
    )
    drawn = "".join(_interval(story, row, name, one, at) for row, (name, one) in enumerate(shown))
    name, one = shown[0]
    alt = f"Difference against {label_of(story, name)}: {signed(one.mean_difference)} of 100, {signed(one.low)} to {signed(one.high)}"
    return figure("figure-difference", band + zero + drawn + told, alt, foot + 48)


def loss(story: Story) -> str:
    """The training loss by step; "" where there are fewer than two."""
    line = story.losses[:: max(1, len(story.losses) // 300)]
    if len(story.losses) < 2:
        return ""
    highest, last = max(value for _, value in line) or 1.0, line[-1][0] or 1
    path = " ".join(f"{step / last * 100:.2f},{100 - value / highest * 100:.2f}" for step, value in line)
    alt = f"Training loss from {line[0][1]:.2f} to {story.losses[-1][1]:.2f} in {last} steps"
    drawn = _plot([("fine_tuned", "", path)], f"{highest:.2f}", "0", f"step 0 to {last}", alt)
    return figure("figure-loss", drawn, alt, 230)


def cost(pay: PayStory | None) -> str:
    """What both ways have cost in all by month, each as two lines; "" where it was not worked out."""
    if pay is None or len(pay.by_month) < 2:
        return ""
    last = pay.by_month[-1].at or 1.0
    highest = max(max(p.tuned_high, p.other_high) for p in pay.by_month) or 1.0

    def path(values: Sequence[float]) -> str:
        places = zip(pay.by_month, values, strict=True)
        return " ".join(f"{p.at / last * 100:.2f},{100 - value / highest * 100:.2f}" for p, value in places)

    lines = [
        ("fine_tuned", "", path([p.tuned_high for p in pay.by_month])),
        ("fine_tuned", " low", path([p.tuned_low for p in pay.by_month])),
        (pay.other_kind, "", path([p.other_high for p in pay.by_month])),
        (pay.other_kind, " low", path([p.other_low for p in pay.by_month])),
    ]
    unit, ticks = time_axis(last)
    span = f"{unit.lower()}, 0 to {ticks[-1][1]}"
    drawn = _plot(lines, f"${highest:,.0f}", "$0", span, pay.sentence)
    drawn += "".join(
        _month(pay, at, last) for at in range(len(pay.by_month)) if at % max(1, len(pay.by_month) // 13) == 0
    )
    legend = (
        f'<figcaption><span class="dot {_family("fine_tuned")}"></span>{escaped(short(pay.tuned, LONGEST))} '
        f'<span class="dot {_family(pay.other_kind)}"></span>{escaped(short(pay.other, LONGEST))}. '
        f"Whole lines: at most; broken lines: at least. {escaped(pay.drawn)}</figcaption>"
    )
    return figure("figure-cost", drawn, pay.sentence, 300, legend)


def _bar(at: int, arm: ArmResult) -> str:
    top, family = ROW * at, _family(kind_of(arm))
    said = f"{arm.label or arm.arm}: {points(arm.average)} of 100 ({points(arm.low)} to {points(arm.high)}), {arm.n} examples"
    middle = top + 40
    return (
        f'<g class="mark way-{at} {family}" tabindex="0" role="img" aria-label="{escaped(said)}"><title>{escaped(said)}</title>'
        f'<rect class="hit" x="0" width="100%" y="{top}" height="{ROW}"/>'
        f'<text class="name" x="0" y="{top + 20}">{escaped(short(arm.label or arm.arm, LONGEST))}</text>'
        f'<rect class="bar" x="0" width="{_x(arm.average * 100)}" y="{top + 30}" height="20"/>'
        f"{_whisker(_x(arm.low * 100), _x(arm.high * 100), middle)}{_marker(kind_of(arm), _x(arm.average * 100), middle)}"
        f'<text class="value" x="{_x(max(arm.average, arm.high) * 100)}" dx="8" y="{middle + 6}">{points(arm.average)}</text></g>'
    )


def _interval(story: Story, row: int, name: str, one: Comparison, place: Callable[[float], str]) -> str:
    top, middle = ROW * row, ROW * row + 42
    kind = kind_named(story, name if row else story.candidate)
    said = f"{signed(one.mean_difference)} ({signed(one.low)} to {signed(one.high)}) against {label_of(story, name)}"
    low, mean, high = (place(value) for value in (one.low, one.mean_difference, one.high))
    first = " first" if row == 0 else ""
    return (
        f'<g class="mark{first} {_family(kind)}" tabindex="0" role="img" aria-label="{escaped(said)}"><title>{escaped(said)}</title>'
        f'<rect class="hit" x="0" width="100%" y="{top}" height="{ROW}"/>'
        f'<text class="name" x="0" y="{top + 22}">against {escaped(short(label_of(story, name), 44))}: '
        f'<tspan class="strong">{signed(one.mean_difference)}</tspan> ({signed(one.low)} to {signed(one.high)})</text>'
        f"{_whisker(low, high, middle)}{_marker(kind, mean, middle)}</g>"
    )


def _month(pay: PayStory, at: int, last: float) -> str:
    point = pay.by_month[at]
    said = (
        f"Month {point.at:g}: {short(pay.tuned, LONGEST)} ${point.tuned_low:,.0f} to ${point.tuned_high:,.0f}, "
        f"{short(pay.other, LONGEST)} ${point.other_low:,.0f} to ${point.other_high:,.0f}"
    )
    x = f"{9 + point.at / last * 89:.2f}%"
    return (
        f'<g class="mark" tabindex="0" role="img" aria-label="{escaped(said)}"><title>{escaped(said)}</title>'
        f'<line class="month" x1="{x}" x2="{x}" y1="10" y2="240"/></g>'
    )


def _plot(lines: Sequence[tuple[str, str, str]], highest: str, lowest: str, axis: str, alt: str) -> str:
    """Lines given as points in per cent of a plot that fills the figure between its labels."""
    high = 230 if len(lines) > 1 else 170
    drawn = "".join(
        f'<polyline class="line {_family(kind)}{more}" points="{path}" vector-effect="non-scaling-stroke"/>'
        for kind, more, path in lines
    )
    return (
        f'<line class="grid" x1="9%" x2="98%" y1="10" y2="10"/><line class="zero" x1="9%" x2="98%" y1="{high + 10}" y2="{high + 10}"/>'
        f'<text class="tick" x="8.5%" y="16" text-anchor="end">{escaped(highest)}</text>'
        f'<text class="tick" x="8.5%" y="{high + 14}" text-anchor="end">{escaped(lowest)}</text>'
        f'<svg x="9%" y="10" width="89%" height="{high}" viewBox="0 0 100 100" preserveAspectRatio="none">{drawn}</svg>'
        f'<text class="tick" x="9%" y="{high + 32}">{escaped(axis)}</text>'
    )


def _whisker(low: str, high: str, y: int) -> str:
    ends = "".join(f'<line class="whisker" x1="{x}" x2="{x}" y1="{y - 6}" y2="{y + 6}"/>' for x in (low, high))
    return f'<line class="whisker" x1="{low}" x2="{high}" y1="{y}" y2="{y}"/>{ends}'


def _marker(kind: str, x: str, y: int) -> str:
    """A shape of its own for each kind, so that colour is not all that tells them apart."""
    shapes = {
        "diamond": "M0 -8L8 0L0 8L-8 0Z",
        "square": "M-6 -6H6V6H-6Z",
        "circle": "M-7 0A7 7 0 1 0 7 0A7 7 0 1 0 -7 0Z",
        "triangle-up": "M0 -8L8 6H-8Z",
        "cross": "M-3 -8H3V-3H8V3H3V8H-3V3H-8V-3H-3Z",
        "hexagon": "M-8 0L-4 -7H4L8 0L4 7H-4Z",
        "star": "M0 -9L2.5 -3L9 -3L4 1.5L6 8L0 4L-6 8L-4 1.5L-9 -3L-2.5 -3Z",
    }
    path = shapes.get(arm_marker(kind).removesuffix("-open"), "M-6 -6L6 6M6 -6L-6 6")
    return f'<svg x="{x}" y="{y}" overflow="visible"><path class="shape" d="{path}"/></svg>'


def _family(kind: str) -> str:
    return arm_family(kind) or "other"


def _x(value: float) -> str:
    return f"{min(FULL, max(0.0, value)) / FULL * 100:.2f}%"

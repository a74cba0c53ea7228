"""What it costs and when it pays: the lines of both ways with their ranges, or what is missing to draw them."""

from __future__ import annotations

from typing import Any

from ftcore.records import Story
from ftcore.records.pay import PayStory
from ftcore.report import charts_cost, slides, ways, words
from ftcore.report.deck.paper import Paper
from ftcore.report.paying import gathered
from ftcore.report.slide_table import SPARE, table
from ftcore.report.slide_text import height_of, text
from ftcore.report.slides import BOTTOM, EDGE, INNER, Block

CHART = 6.2
TITLE = (26, 24, 22, 20, 18)
MOST_LINES = 8
READ = slides.SIZES[3:-1]
HEAD, AIR, LEAST_CHART = 0.36, 0.15, 2.6
"""Inches of the table's head, between chart and words, and of the chart at least."""
ASKED_THERE = (
    "To work it out, the app needs how many there are a month, people's hours, and the prices of both models. It asks for them on "
    "the Decide page."
)


def draw(paper: Paper) -> None:
    story = paper.story
    if story.pay is not None and story.pay.by_month:
        _paid(paper, story.pay)
    elif story.arms or story.pay is not None:
        _unpaid(paper)


def _paid(paper: Paper, pay: PayStory) -> None:
    about = (
        "All money in US dollars. Each way has a line for the low and one for the high end of what is known or assumed.",
        *(f"{line.what}: {line.how} = {line.amount} ({line.source})" for line in pay.lines),
        *(f"{figure.label}: {figure.text} ({figure.source})" for figure in pay.figures),
        *(part for part in (pay.money, pay.drawn, pay.because, pay.quality) if part),
        *pay.notes,
    )
    slide, top = paper.slide(pay.sentence, about, sizes=TITLE)
    told = [f"{pay.money}.", *(part for part in (pay.because, pay.quality, pay.drawn) if part)]
    block = _fitting(told, CHART, BOTTOM - top - LEAST_CHART - AIR)
    high = slides.stacked([block], CHART, READ[-1])
    charts_cost.pay_chart(slide, pay, EDGE, top, CHART, BOTTOM - top - high - AIR)
    slides.headed(slide, block, (EDGE, BOTTOM - high, CHART, high), paper.look, sizes=READ)
    _figures(slide, pay, top)


def _figures(slide: Any, pay: PayStory, top: float) -> None:
    """What went in, gathered into a few lines, beside the chart; the other figures stand in the notes."""
    lines, more = gathered(pay)
    if not lines:
        return
    more, lines = more + max(0, len(lines) - MOST_LINES), lines[:MOST_LINES]
    left, wide = EDGE + CHART + 0.35, INNER - CHART - 0.35
    widths = (wide * 0.31, wide * 0.39, wide * 0.3)
    room = BOTTOM - top - (0.34 if more else 0.0)
    alt = "The figures that went in"
    high = min(room, HEAD + sum(_row(line, widths) for line in lines))
    table(slide, ("Figure", "Value", "From"), lines, left, top, widths, high, sizes=(12, 11, 10), alt=alt)
    if more:
        text(slide, [f"and {more} more in the notes below this slide"], left, BOTTOM - 0.26, wide, 0.26, (11,))


def _row(line: tuple[str, str, str], widths: tuple[float, ...]) -> float:
    """Inches of a line in the table's largest size, with some air."""
    cells = zip(line, widths, strict=True)
    return max(height_of([cell], (width - 0.16) * SPARE, 12) for cell, width in cells) + 0.16


def _fitting(told: list[str], wide: float, high: float) -> Block:
    """Whole paragraphs, the first ones first: what has no room stands in the notes, and no sentence is cut in the middle."""
    for many in range(len(told), 1, -1):
        block = Block("What it comes to", told[:many])
        if slides.stacked([block], wide, READ[-1]) <= high:
            return block
    return Block("What it comes to", told[:1])


def _unpaid(paper: Paper) -> None:
    story, pay = paper.story, paper.story.pay
    about = ("When fine-tuning pays was not worked out; here is what was measured of each way.",)
    title = pay.sentence if pay is not None else "When it pays has not been worked out"
    slide, top = paper.slide(title, about, sizes=TITLE)
    missing = f"Not known: {'; '.join(pay.missing)}." if pay is not None and pay.missing else ""
    said = [part for part in (words.money(story), missing, ASKED_THERE) if part]
    head, rows = _measured(story)
    low = 0.36 + 0.34 * len(rows) if rows else 0.0
    blocks = [[Block("What is known of the money", said)]]
    ends = slides.columns(slide, blocks, (EDGE, top, INNER, max(1.2, BOTTOM - top - low - 0.2)), paper.look)
    if rows:
        widths = (INNER - 2.3 * (len(head) - 1), *(2.3 for _ in head[1:]))
        alt = "What each way reads, writes and takes"
        table(slide, head, rows, EDGE, ends + 0.2, widths, BOTTOM - ends - 0.2, alt=alt)


def _measured(story: Story) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    priced = ways.price_head(story)
    head = ("Way to answer", "Tokens in / out", f"Median time {_where(story)}", *((priced,) if priced else ()))
    rows = [(cells[0], cells[4], cells[5], *cells[7:]) for cells in ways.rows(story)[:10]]
    return head, rows


def _where(story: Story) -> str:
    """Whose seconds they are: another computer's would not be these."""
    if story.asked_at and all(place.elsewhere_made for place in story.asked_at):
        return "on another computer"
    return "on this computer" if all(place.here for place in story.asked_at) else "as this computer waited"

"""What it costs and when it pays: the lines of both ways with their ranges, or what is missing to draw them."""

from __future__ import annotations

from ftcore.records import Story
from ftcore.records.pay import PayStory
from ftcore.report import charts_cost, slides, ways, words
from ftcore.report.deck.paper import Paper
from ftcore.report.slide_table import table
from ftcore.report.slides import BOTTOM, EDGE, INNER, Block

CHART = 6.9
TITLE = (26, 24, 22, 20, 18)
MOST_FIGURES = 8
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
        *pay.notes,
    )
    slide, top = paper.slide(pay.sentence, about, sizes=TITLE)
    charts_cost.pay_chart(slide, pay, EDGE, top, CHART, BOTTOM - top)
    left, wide = EDGE + CHART + 0.35, INNER - CHART - 0.35
    told = [part for part in (pay.money, pay.because, pay.quality, *pay.notes) if part]
    figures = [(figure.label, figure.text or "not known", figure.source) for figure in pay.figures][:MOST_FIGURES]
    block = Block("What it comes to", told)
    high = BOTTOM - top - (0.2 + 0.36 + 0.34 * len(figures) if figures else 0)
    ends = slides.columns(slide, [[block]], (left, top, wide, high), paper.look, sizes=slides.SIZES[2:])
    if figures:
        widths = (wide * 0.42, wide * 0.28, wide * 0.3)
        free = BOTTOM - ends - 0.2
        alt = "The figures that went in"
        table(
            slide,
            ("Figure", "Value", "From"),
            figures,
            left,
            ends + 0.2,
            widths,
            min(free, 0.36 + 0.5 * len(figures)),
            alt=alt,
        )


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
    head = ("Way to answer", "Tokens in / out", "Median time", *((priced,) if priced else ()))
    rows = [(cells[0], cells[4], cells[5], *cells[7:]) for cells in ways.rows(story)[:10]]
    return head, rows

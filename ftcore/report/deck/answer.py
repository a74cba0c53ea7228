"""Slide one, which stands alone: the answer, the money, the biggest risk, the decision wanted and by when."""

from __future__ import annotations

from ftcore.report import slides, words
from ftcore.report.deck.paper import Paper
from ftcore.report.slide_text import fitted, height_of, one_line, text
from ftcore.report.slides import APART, BOTTOM, EDGE, INNER, Block

SECOND = 0.95
"""The most room that the second sentence and what the advice rests on may take."""


def draw(paper: Paper) -> None:
    story = paper.story
    standing = f"{words.standing(story)}: {words.standing_meaning(story)}" if story.recommendation else ""
    about = (
        "The answer, and what is asked of the reader. Every figure here stands in the same words in the app and in the web page.",
        standing,
    )
    title = words.headline(story)
    slide, top = paper.slide(title, about, sizes=(34, 30, 26, 22), eyebrow=words.question(story), high=1.45)
    second = [one_line(part) for part in (words.second_sentence(story), standing) if part]
    if second:
        size, lines = fitted(second, INNER, SECOND, (18, 17, 16, 15, 14, 13))
        high = height_of(lines, INNER, size) + 0.05
        text(slide, lines, EDGE, top, INNER, high, (size,))
        top += high + APART
    upper = [
        [Block("Money", [words.money(story)])],
        [Block("Biggest risk", [words.risk(story)])],
        [Block("Decision wanted", [words.decision_wanted(story), words.by_when(story)])],
    ]
    lower = [[Block("Where does our data go?", [words.where_data_goes(story)])]]
    if instead := words.instead(story):
        lower.insert(0, [Block("What instead, what it costs, and when", [instead])])
    room = BOTTOM - top - APART
    both = next((size for size in slides.SIZES if _high(upper, size) + _high(lower, size) <= room), 0)
    sizes = (both,) if both else slides.SIZES
    high = _high(upper, both) if both else room * 0.6
    ends = slides.columns(slide, upper, (EDGE, top, INNER, high), paper.look, sizes=sizes)
    slides.columns(slide, lower, (EDGE, ends + APART, INNER, BOTTOM - ends - APART), paper.look, sizes=sizes)


def _high(blocks: list[list[Block]], size: int) -> float:
    """The height of columns side by side."""
    wide = (INNER - slides.GAP * (len(blocks) - 1)) / len(blocks)
    return max(slides.stacked(column, wide, size) for column in blocks) + 0.01

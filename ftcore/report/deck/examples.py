"""Examples, chosen honestly: the worst losses first, then a win and a tie by lot."""

from __future__ import annotations

from ftcore.records import SideBySide, Story
from ftcore.report import examples, words
from ftcore.report.deck.paper import Paper
from ftcore.report.plain import fields
from ftcore.report.slide_table import table
from ftcore.report.slide_text import text
from ftcore.report.slides import BOTTOM, EDGE, INNER

WHY, HIGH = 1.25, 0.8
"""Inches of the first column, and of the words above the table."""


def draw(paper: Paper) -> None:
    story = paper.story
    found, ours, picked = words.primary(story), words.tuned_arm(story), examples.chosen(story)
    if not (found and ours and picked):
        return
    told = " ".join(part for part in (examples.rule(story), examples.blind_to(story)) if part)
    slide, top = paper.slide(f"Examples: {_losses(found[1].losses, picked[0].why == examples.LOST)}", (told,))
    text(slide, [told], EDGE, top, INNER, HIGH, (15, 14, 13, 12, 11))
    top += HIGH + 0.1
    ways = (ours.arm, found[0])
    head = ("Chosen as", "Asked", "Wanted", *(words.label_of(story, name) for name in ways))
    rows = [
        (one.why, one.row.input, fields(one.row.expected), *(_said(story, one.row, name) for name in ways))
        for one in picked
    ]
    wide = (INNER - WHY) / 4
    high = min(BOTTOM - top, 0.36 + 1.25 * len(rows))
    table(slide, head, rows, EDGE, top, (WHY, wide, wide, wide, wide), high, first_bold=True, alt=told)


def _losses(number: int, shown: bool) -> str:
    if not shown:
        return "no loss that may be shown" if number else "nothing was lost"
    return f"the worst of {number} losses first" if number > 1 else "the one loss first"


def _said(story: Story, row: SideBySide, way: str) -> str:
    """The answer behind its score, which stands first: a long answer is cut at its end."""
    answer = row.answers.get(way)
    if answer is None:
        return "No answer arrived"
    return f"{words.upper(words.score_words(story, row.scores.get(way)))}: {fields(answer) if answer.strip() else '(empty)'}"

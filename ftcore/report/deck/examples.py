"""Examples, chosen honestly: the worst losses first, then a win and a tie by lot."""

from __future__ import annotations

from ftcore.report import examples, words
from ftcore.report.deck.paper import Paper
from ftcore.report.plain import fields
from ftcore.report.slide_table import table
from ftcore.report.slide_text import text
from ftcore.report.slides import BOTTOM, EDGE, INNER

WHY = 1.25


def draw(paper: Paper) -> None:
    story = paper.story
    found, ours, picked = words.primary(story), words.tuned_arm(story), examples.chosen(story)
    if not (found and ours and picked):
        return
    losses = f"the worst of {found[1].losses} losses first" if found[1].losses else "nothing was lost"
    slide, top = paper.slide(f"Examples: {losses}", (examples.rule(story),))
    text(slide, [examples.rule(story)], EDGE, top, INNER, 0.55, (15, 14, 13, 12))
    top += 0.65
    head = ("Chosen as", "Asked", "Wanted", words.label_of(story, ours.arm), words.label_of(story, found[0]))
    rows = [
        (
            one.why,
            one.row.input,
            fields(one.row.expected),
            *(_said(one.row.answers.get(name)) for name in (ours.arm, found[0])),
        )
        for one in picked
    ]
    wide = (INNER - WHY) / 4
    high = min(BOTTOM - top, 0.36 + 1.25 * len(rows))
    table(slide, head, rows, EDGE, top, (WHY, wide, wide, wide, wide), high, first_bold=True, alt=examples.rule(story))


def _said(answer: str | None) -> str:
    if answer is None:
        return "no answer arrived"
    return fields(answer) if answer.strip() else "(empty)"

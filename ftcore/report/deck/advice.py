"""What speaks for it, what next, what may go wrong, and what would reverse it."""

from __future__ import annotations

from ftcore.report import slides, words
from ftcore.report.deck.paper import Paper
from ftcore.report.facts import short
from ftcore.report.slides import BOTTOM, EDGE, INNER, Block

LONGEST = 360
"""Characters of one reason."""


def draw(paper: Paper) -> None:
    story = paper.story
    advice = story.recommendation
    if not advice:
        return
    about = (
        f"The advice follows from a table of rules, applied in order. It is {words.standing(story).lower()}.",
        *(f"A cheaper way to the same end: {one}" for one in advice.alternatives),
    )
    slide, top = paper.slide("Why, what next, risks, and what would reverse it", about)
    steps = [f"{at}. {step}" for at, step in enumerate(advice.next_steps, 1)]
    risks = [short(one, LONGEST) for one in advice.risks] or [words.risk(story)]
    why = Block("Because", [short(str(one), LONGEST) for one in advice.because], bullets=True)
    after = Block("What next, in this order", steps)
    mind = Block("Risks", risks, bullets=True)
    back = Block("What would reverse it", [short(one, LONGEST) for one in advice.reverses_if], bullets=True)
    layouts = [
        [[block for block in column if block.paragraphs] for column in columns if any(one.paragraphs for one in column)]
        for columns in (((why,), (after, mind, back)), ((why, after), (mind, back)), ((why, back), (after, mind)))
    ]
    place = (EDGE, top, INNER, BOTTOM - top)
    slides.columns(slide, slides.best(layouts, place), place, paper.look)

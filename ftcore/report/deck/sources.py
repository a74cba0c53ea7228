"""Sources and limits: what none of it shows, the research that is cited, and the hashes by which the evidence is known again: their
beginnings on the slide, all of them in its notes."""

from __future__ import annotations

from ftcore.report import slides, words
from ftcore.report.citing import cite, evidence_lines
from ftcore.report.deck.paper import Paper
from ftcore.report.facts import short
from ftcore.report.plain import fingerprint
from ftcore.report.slides import BOTTOM, EDGE, INNER, Block

LONGEST = 360


def draw(paper: Paper) -> None:
    story = paper.story
    slide, top = paper.slide("What this does not show, and where it is from", evidence_lines(story))
    right = [
        Block("Research", [short(cite(one), LONGEST) for one in story.research], bullets=True),
        Block("Evidence", [fingerprint(line) for line in evidence_lines(story)]),
    ]
    both = [
        [Block("Limits", [short(said, LONGEST) for said in words.limits(story)], bullets=True)],
        [block for block in right if block.paragraphs],
    ]
    place = (EDGE, top, INNER, BOTTOM - top)
    slides.columns(slide, [column for column in both if column], place, paper.look)

"""Sources and limits: what none of it shows, the research that is cited, and the hashes by which the evidence is known again."""

from __future__ import annotations

import re

from ftcore.report import slides, words
from ftcore.report.citing import cite, evidence_lines
from ftcore.report.deck.paper import Paper
from ftcore.report.facts import short
from ftcore.report.slides import BOTTOM, EDGE, INNER, Block

_HASH = re.compile(r"\b([0-9a-f]{16})[0-9a-f]{48}\b")
"""A slide shows the beginning of a hash; the notes have all of it."""
LONGEST = 360


def draw(paper: Paper) -> None:
    story = paper.story
    slide, top = paper.slide("What this does not show, and where it is from", evidence_lines(story))
    right = [
        Block("Research", [short(cite(one), LONGEST) for one in story.research], bullets=True),
        Block("Evidence", [_HASH.sub(r"\1…", line) for line in evidence_lines(story)]),
    ]
    both = [
        [Block("Limits", [short(said, LONGEST) for said in words.limits(story)], bullets=True)],
        [block for block in right if block.paragraphs],
    ]
    place = (EDGE, top, INNER, BOTTOM - top)
    slides.columns(slide, [column for column in both if column], place, paper.look)

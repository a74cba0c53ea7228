"""Sources and limits: what none of it shows, the research that is cited, and the hashes by which the evidence is known again."""

from __future__ import annotations

import re

from ftcore.records import Cited, Story
from ftcore.report import slides, words
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


def cite(one: Cited) -> str:
    """A card as it is cited: what it says, its figure, its source, and whether a seller says so."""
    year = f" {one.year}" if one.year and str(one.year) not in one.source else ""
    vendor = ", a seller's own figure" if one.vendor else ""
    link = f", {one.url.removeprefix('https://')}" if one.url else ""
    return f"{one.claim} {one.figure} ({one.source}{year}{vendor}{link})".replace("  ", " ")


def evidence_lines(story: Story) -> list[str]:
    """The run, the snapshots and the decision record with their hashes."""
    taken = story.decided
    lines = [
        f"Comparison: run {story.run_id}, seed {story.run_seed}" if story.run_id else "",
        f"Training examples: sha256 {story.snapshot}" if story.snapshot else "",
        f"Test examples: sha256 {story.test_snapshot}" if story.test_snapshot not in ("", story.snapshot) else "",
        f"Decision record: version {taken.version}, sha256 {taken.digest}" if taken and taken.digest else "",
    ]
    return [line for line in lines if line]

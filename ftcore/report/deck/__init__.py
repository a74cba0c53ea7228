"""The report as a deck of at most eight slides with native charts and tables. The first one stands alone."""

from __future__ import annotations

import io
from pathlib import Path

from ftcore.records import Story
from ftcore.report import slides, words
from ftcore.report.deck import advice, answer, cost, data, evidence, examples, sources
from ftcore.report.deck.paper import Paper
from ftcore.report.file import replace_file

__all__ = ["write_deck"]
PARTS = (
    answer.draw,
    evidence.ways_of,
    evidence.certainty,
    cost.draw,
    advice.draw,
    examples.draw,
    data.draw,
    sources.draw,
)
"""Each draws a slide, or nothing where the story holds nothing for it."""


def write_deck(story: Story, path: Path) -> Path:
    """Writes the deck to `path`, atomically. Raises OSError when that can't be done."""
    look = slides.look_of(story.brand)
    paper = Paper(slides.new_deck(words.headline(story), story.made_by, look), story, look)
    for part in PARTS:
        part(paper)
    held = io.BytesIO()
    paper.deck.save(held)
    return replace_file(path, held.getvalue())

"""The whole story for a program to read: JSON, versioned, without the private rows."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ftcore.records import Story
from ftcore.report import ways, words
from ftcore.report.archive import finite
from ftcore.report.file import replace_file

FORMAT = "tuneworthy-story"
VERSION = 1


def write_json(story: Story, path: Path) -> Path:
    """Writes the story to `path`, atomically. Raises OSError when that can't be done."""
    return replace_file(path, as_json(story).encode("ascii"))


def as_json(story: Story) -> str:
    """`{"format", "version", "headline", "stamp", "limits", "shown", "story"}`; a figure that is no number becomes null."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "headline": words.headline(story),
        "stamp": words.stamp(story),
        "limits": words.limits(story),
        "shown": shown(story),
        "private_rows_left_out": sum(row.private for row in story.rows),
        "story": asdict(replace(story, rows=tuple(row for row in story.rows if not row.private))),
    }
    return json.dumps(finite(document), indent=1, allow_nan=False) + "\n"


def shown(story: Story) -> dict[str, Any]:
    """What the screen, the deck and the web page say, in their very words."""
    return {
        "money": words.money(story),
        "biggest_risk": words.risk(story),
        "decision_wanted": words.decision_wanted(story),
        "by_when": words.by_when(story),
        "what_instead": words.instead(story),
        "where_data_goes": words.where_data_goes(story),
        "ways": [dict(zip(ways.head(story), row, strict=True)) for row in ways.rows(story)],
        "differences": [dict(zip(ways.DIFFERENCES, row, strict=True)) for row in ways.differences(story)],
    }

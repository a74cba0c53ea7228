"""The data sheet and the model card as Markdown files."""

from __future__ import annotations

from pathlib import Path

from ftcore.records import Story
from ftcore.report import data_sheet, model_card
from ftcore.report.file import replace_file


def write_data_sheet(story: Story, path: Path) -> Path:
    """Writes the data sheet to `path`, atomically. Raises OSError when that can't be done."""
    return replace_file(path, data_sheet.as_markdown(story).encode("utf-8"))


def write_model_card(story: Story, path: Path) -> Path:
    """Writes the model card to `path`, atomically. Raises OSError when that can't be done."""
    return replace_file(path, model_card.as_markdown(story).encode("utf-8"))


def write_papers(story: Story, path: Path) -> Path:
    """Writes both to one file, the model card first. Raises OSError when that can't be done."""
    both = f"{model_card.as_markdown(story)}\n---\n\n{data_sheet.as_markdown(story)}"
    return replace_file(path, both.encode("utf-8"))

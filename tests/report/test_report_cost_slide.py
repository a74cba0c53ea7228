"""The slide of the cost: an axis of whole numbers, lines of figures that differ, and no sentence that is cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import stories

from ftcore.records import Place
from ftcore.records.pay import Origin, PayFigure, PayPoint, PayStory
from ftcore.report import write_deck

LAST = 47 / (365.25 / 12)


def slide_of(pay: PayStory | None, folder: Path, **changes: Any) -> Any:
    from pptx import Presentation

    story = replace(stories.believable(), pay=pay, **changes)
    deck = Presentation(str(write_deck(story, folder / "deck.pptx")))
    return next(slide for slide in deck.slides if any(_is_cost(shape) for shape in slide.shapes))


def _is_cost(shape: Any) -> bool:
    return bool(shape.has_text_frame and shape.text_frame.text in ("What it comes to", "What is known of the money"))


def short_horizon() -> PayStory:
    points = tuple(PayPoint(at, 300 + at, 300 + at, 10 * at, 10 * at) for at in (0.0, 1.0, LAST))
    keys = ("calls", "tuned_in", "tuned_out", "tuned_price_in", "tuned_price_out", "train_price", "scale")
    figures = tuple(PayFigure(key, f"Long label of {key}", 1, 1, "$1", Origin.YOU, "you") for key in keys)
    return replace(stories.pay(), by_month=points, figures=figures, drawn="Drawn at the favourable end.")


def test_time_is_an_axis_of_whole_weeks_where_little_is_left(tmp_path: Path) -> None:
    chart = next(shape.chart for shape in slide_of(short_horizon(), tmp_path).shapes if shape.has_chart)
    axis = chart.category_axis
    assert axis.axis_title.text_frame.text == "Weeks from now"
    assert (axis.major_unit, axis.tick_labels.number_format) == (1, "0")
    assert round(axis.maximum_scale, 2) == 6.71
    assert len(chart.plots[0].series) == 2  # both ends are the same: a line each


def test_the_figures_are_lines_that_differ_and_the_rest_is_counted(tmp_path: Path) -> None:
    slide = slide_of(short_horizon(), tmp_path)
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    names = [row.cells[0].text for row in table.rows]
    assert len(set(names)) == len(names) == 4
    text = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    assert "and 1 more in the notes below this slide" in text
    assert "…" not in text


def test_seconds_say_whose_they_are(tmp_path: Path) -> None:
    here = Place("this computer", "localhost", True, asked=20)
    for place, whose in (
        (here, "on this computer"),
        (replace(here, here=False), "as this computer waited"),
        (replace(here, elsewhere_made=True), "on another computer"),
    ):
        slide = slide_of(None, tmp_path, asked_at=(place,))
        head = next(shape.table for shape in slide.shapes if shape.has_table).rows[0]
        assert f"Median time {whose}" in [cell.text for cell in head.cells]

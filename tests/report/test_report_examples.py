"""Examples for readers: what is said of the choice is true of what is shown, and a good score is not passed off as a right answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pptx import Presentation

from ftcore.evaluation.scorers import SCORERS
from ftcore.records import SideBySide, Story
from ftcore.report import examples, write_deck
from ftcore.report.html import as_html
from tests.report import stories

WRONG = "Not within 45 days, whatever anybody says."


def row(at: int, ours: float, theirs: float, *, private: bool = False) -> SideBySide:
    answers = {"fine_tuned": WRONG, "few_shot": "In a month."}
    return SideBySide(
        f"{at:03d}", f"Question {at}", "45 days", answers, {"fine_tuned": ours, "few_shot": theirs}, private
    )


def story_of(*rows: SideBySide, scorer: str = "contains") -> Story:
    one = stories.comparison(
        losses=sum(r.scores["fine_tuned"] < r.scores["few_shot"] for r in rows),  # type: ignore[operator]
    )
    label = SCORERS[scorer].label
    base = stories.believable()
    return replace(base, rows=rows, comparisons=(("few_shot", one),), scorer=scorer, scorer_label=label)


def slide_of(story: Story, folder: Path) -> str:
    deck = Presentation(str(write_deck(story, folder / "deck.pptx")))
    for slide in deck.slides:
        if slide.shapes.title.text_frame.text.startswith("Examples"):
            tables = [shape.table for shape in slide.shapes if getattr(shape, "has_table", False) and shape.has_table]
            texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
            return "\n".join([*texts, *(cell.text for table in tables for line in table.rows for cell in line.cells)])
    return ""


def test_that_an_answer_contains_the_wanted_one_is_not_told_as_right(tmp_path: Path) -> None:
    story = story_of(row(1, 1.0, 0.0), row(2, 1.0, 1.0), row(3, 0.0, 0.0))
    said = slide_of(story, tmp_path)
    assert f"Contains the wanted answer: {WRONG}" in said
    assert "Does not contain it: In a month." in said
    assert "Won and lost by “Contains the expected answer” alone. It cannot see what else is said" in said
    page = as_html(story)
    assert "(contains the wanted answer)" in page
    assert "It cannot see what else is said" in page


def test_a_measure_that_tells_right_from_wrong_needs_no_such_words(tmp_path: Path) -> None:
    story = story_of(row(1, 1.0, 0.0), scorer="exact_match")
    assert examples.blind_to(story) == ""
    assert "Right: Not within 45 days" in slide_of(story, tmp_path)


def test_what_is_said_of_the_choice_is_true_of_what_is_shown(tmp_path: Path) -> None:
    one = story_of(row(1, 0.0, 1.0), row(2, 1.0, 0.0))
    assert "the worst loss against “Base with 3 examples” by score, then one that was won" in examples.rule(one)
    assert slide_of(one, tmp_path).startswith("Examples: the one loss first")
    none = story_of(row(1, 1.0, 1.0))
    assert "no loss against" in examples.rule(none)
    assert "None was won." in examples.rule(none)


def test_losses_that_are_private_are_not_said_not_to_be_there(tmp_path: Path) -> None:
    story = story_of(row(1, 0.0, 1.0, private=True), row(2, 1.0, 0.0, private=True), row(3, 1.0, 1.0))
    said = examples.rule(story)
    assert "no loss that may be shown" in said
    assert "None that may be shown was won. Private rows are never shown." in said
    assert "Examples: no loss that may be shown" in slide_of(story, tmp_path)

"""What it was measured and trained on: the data sheet's essentials, and the training."""

from __future__ import annotations

from ftcore.records import Story
from ftcore.report import charts, data_sheet, plain, slides, words
from ftcore.report.deck.paper import Paper
from ftcore.report.slide_table import table
from ftcore.report.slides import BOTTOM, EDGE, INNER, Block


def draw(paper: Paper) -> None:
    story = paper.story
    rows = [*data_sheet.essentials(story), *_training(story)]
    if not rows:
        return
    about = (
        "The whole data sheet and the model card are Markdown files of their own; the app makes them on the Report page.",
        ", ".join(f"{name} {value}" for name, value in sorted(story.hyperparameters.items())),
    )
    slide, top = paper.slide("The data, and the training", about)
    charted = len(story.losses) > 1
    wide = 7.3 if charted else INNER
    high = min(BOTTOM - top, 0.36 + 0.62 * len(rows))
    table(
        slide,
        ("What", "As it is known"),
        rows,
        EDGE,
        top,
        (1.9, wide - 1.9),
        high,
        first_bold=True,
        alt="Data and training",
    )
    if charted:
        left = EDGE + wide + 0.35
        charts.line_chart(slide, story.losses, left, top, INNER - wide - 0.35, 3.2)
        said = [
            "The training's own measure of error. It says that something was learnt, not that it is of use: the test says that."
        ]
        place = (left, top + 3.35, INNER - wide - 0.35, BOTTOM - top - 3.35)
        slides.columns(slide, [[Block("What the line shows", said)]], place, paper.look, sizes=slides.SIZES[2:])


def _training(story: Story) -> list[tuple[str, str]]:
    said = words.training_sentences(story)
    if not said:
        return []
    settings = plain.settings(story.hyperparameters)
    return [("Training", said[0]), ("Settings", settings)] if settings else [("Training", said[0])]

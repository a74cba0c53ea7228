"""The slides as a person meets them: what stands on each, whose colours they bear, and what LibreOffice makes of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import stories

from ftcore.records import Brand, Story
from ftcore.report import examples, words, write_deck
from ftcore.report.colours import contrast
from tests.conftest import missing

PAGES = {
    "believable": 8,
    "organised": 8,
    "practice": 8,
    "no_better": 8,
    "trial": 8,
    "unmeasured": 3,
    "nothing": 2,
    "hostile": 8,
}
"""How many slides each story gives."""
WIDE, HIGH = 960.0, 540.0
"""A page of the PDF, in points."""


@pytest.fixture(scope="module")
def naughty(shared_data: Path) -> list[str]:
    found: list[str] = json.loads((shared_data / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    return found


def told(name: str, naughty: list[str]) -> Story:
    story: Story = stories.hostile(naughty) if name == "hostile" else getattr(stories, name)()
    return story


def opened(story: Story, folder: Path) -> Any:
    from pptx import Presentation

    return Presentation(str(write_deck(story, folder / "deck.pptx")))


def said(slide: Any) -> str:
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    tables = [shape.table for shape in slide.shapes if getattr(shape, "has_table", False) and shape.has_table]
    return "\n".join([*texts, *(cell.text for table in tables for row in table.rows for cell in row.cells)])


def test_slide_one_has_the_day_the_money_and_where_the_data_goes(tmp_path: Path) -> None:
    first = said(opened(stories.organised(), tmp_path).slides[0])
    for part in (
        "18 more of every 100 tickets handled correctly",
        "By 11 December 2026.",
        "$2,520 to $5,220 in the first year",
        "Where does our data go?",
        "To Acme Cloud (api.acme.example): 169 examples to learn from and 474 tickets to answer",
        "Nordlicht Camping GmbH",
    ):
        assert part in first, part
    assert "What instead" not in first


def test_when_the_answer_is_no_slide_one_says_what_instead_its_cost_and_its_date(tmp_path: Path) -> None:
    first = said(opened(stories.no_better(), tmp_path).slides[0])
    assert "What instead, what it costs, and when" in first
    assert "Go on with “Base with 3 examples”." in first
    assert "costs $5,000 to $9,200 in the first year" in first
    assert "Look at it again on 1 March 2027." in first


def test_every_slide_has_the_method_in_its_notes(tmp_path: Path) -> None:
    for slide in opened(stories.believable(), tmp_path).slides:
        notes = slide.notes_slide.notes_text_frame.text
        assert "Method" in notes
        assert "Bonett-Price" in notes


def test_a_trial_is_never_told_as_a_training(tmp_path: Path) -> None:
    everything = "\n".join(said(slide) for slide in opened(stories.trial(), tmp_path).slides)
    assert "“Your full instructions” is better than “Base model”: 20 more of every 100 questions" in everything
    assert "No tuned model was asked" in everything
    for wrong in (
        "the tuned model did worse",
        "than your best alternative",
        "One training run",
        "never saw in training",
    ):
        assert wrong not in everything, wrong


def test_pale_colours_are_made_readable_and_stand_in_the_theme(tmp_path: Path) -> None:
    story = replace(stories.believable(), brand=Brand("Pale Ltd", "#FFFF66", "not a colour"))
    deck = opened(story, tmp_path)
    bars = [shape for slide in deck.slides for shape in slide.shapes if shape.name == "Colour of the organisation"]
    colours = {f"#{bar.fill.fore_color.rgb}" for bar in bars}
    assert len(bars) == len(deck.slides)
    assert len(colours) == 1
    assert contrast(colours.pop(), "#FFFFFF") >= 4.5


def test_every_chart_and_table_says_what_it_shows(tmp_path: Path) -> None:
    for slide in opened(stories.believable(), tmp_path).slides:
        for shape in slide.shapes:
            if shape.has_chart or getattr(shape, "has_table", False):
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr"), shape.name


def test_the_worst_losses_are_among_the_examples_and_the_lot_falls_the_same_way_again() -> None:
    story = stories.believable()
    picked = examples.chosen(story)
    assert [one.row for one in picked[:2]] == list(words.regressions(story, 2))
    assert picked == examples.chosen(story)
    assert {one.why for one in picked} == {"Worst loss", "Won, by lot", "The same, by lot"}
    assert not any(one.row.private for one in picked)
    assert "drawn by lot (seed 7)" in examples.rule(story)
    assert examples.chosen(replace(story, rows=())) == ()


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory, naughty: list[str]) -> Path:
    """A folder with a PDF of each story's deck, made by LibreOffice."""
    office, folder = shutil.which("soffice"), tmp_path_factory.mktemp("decks")
    if office is None or shutil.which("pdftotext") is None:
        missing("LibreOffice and pdftotext (apt install libreoffice-impress poppler-utils)")
    for name in PAGES:
        write_deck(told(name, naughty), folder / f"{name}.pptx")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    files = [str(folder / f"{name}.pptx") for name in PAGES]
    command = [str(office), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *files]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_libreoffice_opens_every_deck_and_no_text_leaves_its_slide(converted: Path, name: str) -> None:
    path = converted / f"{name}.pdf"
    found = subprocess.run(["pdftotext", "-bbox", str(path), "-"], check=True, capture_output=True, text=True).stdout
    pages = found.split("<page ")[1:]
    assert len(pages) == PAGES[name]
    for page in pages:
        places = re.findall(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">', page)
        assert places
        for left, top, right, bottom in (tuple(map(float, place)) for place in places):
            assert left >= 0
            assert top >= 0
            assert right <= WIDE + 1
            assert bottom <= HIGH


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_over_the_footer(converted: Path, name: str) -> None:
    """A table that needs more room than it has grows downwards in LibreOffice, over the line at the foot."""
    path = converted / f"{name}.pdf"
    found = subprocess.run(["pdftotext", "-bbox", str(path), "-"], check=True, capture_output=True, text=True).stdout
    for page in found.split("<page ")[1:]:
        low = [float(top) for top in re.findall(r'<word xMin="[\d.-]+" yMin="([\d.-]+)"', page)]
        assert not [top for top in low if 493 < top < 500 or top > 508], (
            "words between the content and the footer, or below it"
        )

"""The same figures everywhere: the screen's headline, table and money line stand in the deck, the web page and the JSON; private
rows in none of them."""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.dataset import curation
from ftcore.decision import recommend
from ftcore.records import Story
from ftcore.report import ways, words, write_data_sheet, write_deck, write_html, write_json, write_model_card
from ftcore.report.settings import Asked, set_asked
from ftcore.report.telling import tell
from ftcore.store import decisions, examples, journal
from ftcore.store.database import Database
from ftcore.store.journal import Edit
from ftcore.ui.report import present
from ftcore.workspace import open_workspace
from tests.ui.journeys import Journey, begin

APP = Path(__file__).parent.parent.parent / "app.py"
CANARY = "zanzibarquux"
WRITERS = {
    "r.pptx": write_deck,
    "r.html": write_html,
    "r.json": write_json,
    "sheet.md": write_data_sheet,
    "card.md": write_model_card,
}
READY = {
    "best_base_model": "yes",
    "prompt_optimized": "yes",
    "rag_would_solve": "no",
    "high_volume_narrow": "yes",
    "quality_training_data": "yes",
}


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("TUNEWORTHY_HOME", str(tmp_path / "home"))
    opened = open_workspace().open_database()
    yield opened
    opened.close()


def measured(db: Database) -> Journey:
    """A project that has been decided on, trained and measured."""
    journey = begin(db)
    with db.write() as c:
        advice = recommend(READY, ["format_reliability"])  # type: ignore[arg-type]
        decisions.save(
            c, journey.project_id, answers=READY, reasons=["format_reliability"], recommendation=advice, who="DK"
        )
        set_asked(c, journey.project_id, Asked("tickets", "2026-12-11", "Yes."))
    journey.run()
    return journey


def deck_text(path: Path) -> str:
    from pptx import Presentation

    said = []
    for slide in Presentation(str(path)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                said.append(shape.text_frame.text)
            if getattr(shape, "has_table", False) and shape.has_table:
                said += [cell.text for row in shape.table.rows for cell in row.cells]
        said.append(slide.notes_slide.notes_text_frame.text)
    return "\n".join(said)


def page_text(path: Path) -> str:
    body = re.sub(r"<(script|style).*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def on_screen(project_id: int) -> tuple[list[str], list[list[str]]]:
    """(headline, money line and the other boxes, the table's cells) as the page draws them, without the escapes."""
    test = AppTest.from_file(str(APP), default_timeout=60)
    test.query_params["project"] = str(project_id)
    test.run()
    test.switch_page("pages/5_report.py").run()
    assert not test.exception

    def plain(text: str) -> str:
        return re.sub(r"\\(.)", r"\1", text).replace("\u2060", "")

    table = next(
        table.value for table in test.table if "Score of 100" in "".join(map(plain, map(str, table.value.columns)))
    )
    cells = [
        [plain(str(index)), *map(plain, map(str, row))] for index, row in zip(table.index, table.values, strict=True)
    ]
    return [plain(test.header[0].value), *(one.value for one in test.text)], cells


def test_every_number_of_the_screen_stands_in_all_the_files(db: Database, tmp_path: Path) -> None:
    journey = measured(db)
    said, cells = on_screen(journey.project_id)
    story = tell(db, journey.project_id, who="DK")
    document = json.loads(write_json(story, tmp_path / "r.json").read_text())
    deck, page = deck_text(write_deck(story, tmp_path / "r.pptx")), page_text(write_html(story, tmp_path / "r.html"))

    headline = said[0]
    assert headline == document["headline"]
    assert headline in deck
    assert headline in page
    for key in ("money", "biggest_risk", "decision_wanted", "by_when", "where_data_goes"):
        sentence = document["shown"][key]
        assert sentence in said, key
        assert sentence in deck, key
        assert sentence in page, key

    models = [row.pop("Model") for row in document["shown"]["ways"]]  # on the screen they stand at the bars
    assert [list(row.values()) for row in document["shown"]["ways"]] == cells
    assert len(cells) == len(story.arms)
    for row, model, arm in zip(cells, models, story.arms, strict=True):
        score, between = row[1], row[2]
        assert score == words.points(arm.average)
        for told in (deck, page):
            assert f"{row[0]}" in told
            assert between in told
        assert re.search(rf"{re.escape(row[0])}.*?\n{score}\n{between}", deck, flags=re.DOTALL)
        assert re.search(rf"{re.escape(row[0])}\s+{re.escape(model)}\s+{score}\s+{between}", page)


def test_an_older_run_is_told_again_as_it_was(db: Database, tmp_path: Path) -> None:
    journey = measured(db)
    first = tell(db, journey.project_id)
    journey.run()
    newest, again = tell(db, journey.project_id), tell(db, journey.project_id, run_id=first.run_id)
    assert newest.run_id != first.run_id
    assert (again.run_id, again.arms, again.comparisons, again.rows) == (
        first.run_id,
        first.arms,
        first.comparisons,
        first.rows,
    )
    assert ways.rows(again) == ways.rows(first)
    with pytest.raises(LookupError, match="There is no run 999"):
        tell(db, journey.project_id, run_id=999)


def test_a_run_of_another_project_is_not_told(db: Database) -> None:
    one, other = measured(db), begin(db)
    run_id = tell(db, one.project_id).run_id
    with pytest.raises(LookupError, match="is no finished comparison of this project"):
        tell(db, other.project_id, run_id=run_id)


def _marked(story: Story, number: int) -> Story:
    """The story with a canary in every text of its first `number` rows, which are private."""

    def canary(text: str | None) -> str:
        return f"{CANARY} {text}"

    rows = tuple(
        replace(
            row,
            input=canary(row.input),
            expected=canary(row.expected),
            answers={arm: canary(text) for arm, text in row.answers.items()},
            private=True,
        )
        if at < number
        else row
        for at, row in enumerate(story.rows)
    )
    return replace(story, rows=rows)


@pytest.mark.parametrize("number", [1, 7, 30])
def test_private_rows_never_leave_whatever_of_them_is_chosen(db: Database, tmp_path: Path, number: int) -> None:
    story = _marked(tell(db, measured(db).project_id), number)
    paths = [write(story, tmp_path / name) for name, write in WRITERS.items()]
    for path in paths:
        assert CANARY.encode() not in path.read_bytes()
    with zipfile.ZipFile(paths[0]) as parts:
        for name in parts.namelist():
            assert CANARY.encode() not in parts.read(name), name


def test_what_private_rows_say_is_in_no_file_of_a_project_that_learnt_from_them(db: Database, tmp_path: Path) -> None:
    journey = begin(db)
    with db.write() as c:
        rows = examples.some(c, journey.project_id, limit=60)
        hidden = [row for row in rows if row.id % 3 == 0]
        answer = f'{{"category": "{CANARY}", "urgency": "low"}}'
        texts = [row.training.with_prompt(f"{CANARY} asks {row.id}").with_response(answer) for row in hidden]
        edits = [
            Edit(row.id, {"training": examples.to_json(text), "private": True})
            for row, text in zip(hidden, texts, strict=True)
        ]
        journal.save(c, journey.project_id, edits, who="t", label="x")
    curation.approve_clean(db, journey.project_id, who="DK")
    journey.run()
    story = tell(db, journey.project_id)
    assert any(CANARY in row.expected for row in story.rows)
    assert story.private_rows > 5
    for name, write in WRITERS.items():
        path = write(story, tmp_path / name)
        parts = [path.read_bytes()]
        if name.endswith(".pptx"):
            with zipfile.ZipFile(path) as book:
                parts = [book.read(part) for part in book.namelist()]
        assert not any(CANARY.encode() in part for part in parts), name
    assert CANARY not in json.dumps(present.screens(story))


def test_a_row_marked_after_the_run_is_private_in_its_report(db: Database, tmp_path: Path) -> None:
    journey = measured(db)
    story = tell(db, journey.project_id)
    shown = next(row for row in words.shown_rows(story))
    with db.write() as c:
        training = examples.get(c, int(shown.case_id)).training
        assert training.prompt == shown.input
        journal.save(c, journey.project_id, [Edit(int(shown.case_id), {"private": True})], who="t", label="x")
    again = tell(db, journey.project_id)
    assert again.private_rows == 1
    assert shown.case_id not in {row.case_id for row in words.shown_rows(again)}
    without = tell(db, journey.project_id, rows=False)
    assert words.limits(without) == words.limits(again)


def test_places_decision_and_sheet_are_gathered(db: Database) -> None:
    story = tell(db, measured(db).project_id)
    assert [(place.name, place.here) for place in story.places] == [("this computer", True)]
    assert story.places[0].trained == 30
    assert story.places[0].asked > 30
    assert (story.noun, story.decide_by) == ("tickets", "2026-12-11")
    assert story.decided is not None
    assert story.decided.who == "DK"
    assert story.sheet is not None
    assert story.sheet.permission == "Yes."
    assert story.sheet.sources[0].file == "t.csv"
    assert story.research
    assert story.pay is not None


def test_a_server_elsewhere_is_named_with_its_host(db: Database) -> None:
    from ftcore.report.places import place_of
    from ftcore.store import endpoints

    def at(name: str, url: str) -> Any:
        with db.write() as c:
            return place_of(endpoints.put(c, name, base_url=url, key_source=""), 3, 4)

    away = at("together", "https://api.together.example/v1")
    assert (away.name, away.host, away.here) == ("together", "api.together.example", False)
    assert at("own", "http://localhost:8000/v1").here
    story = replace(tell(db, begin(db).project_id), places=(away,))
    assert words.where_data_goes(story).startswith("To together (api.together.example): 3 examples to learn from and 4")
    private = replace(away, host="192.168.3.4")
    assert "an address in a private network" in words.where_data_goes(replace(story, places=(private,)))

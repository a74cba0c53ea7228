"""`tuneworthy decide PROJECT`: what is advised now, and the versions of the decision record, without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from ftcore.cli import app
from ftcore.decision import load
from ftcore.journey import deciding
from ftcore.store import projects
from ftcore.store.database import Database
from ftcore.ui.decide import decide_state
from ftcore.workspace import Workspace

Run = Callable[..., str]


@pytest.fixture
def run(workspace: Workspace, db: Database) -> Run:
    with db.write() as c:
        project = projects.create(c, "Tickets\x1b[31m")
    decide_state.answer(db, project.id, "best_base_model", "no", who="DK")
    deciding.record(
        db, project.id, load(), choice="try_better_model", why="It is\x1b[2J cheap.", review_on="2027-02-28", who="DK"
    )
    decide_state.answer(db, project.id, "best_base_model", "yes", who="DK")

    def call(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["decide", *arguments, "--workspace", str(workspace.root)])
        assert done.exit_code == code, done.output
        return done.output

    return call


def test_the_standing_advice_is_printed_in_plain_lines(run: Run) -> None:
    said = run("1")
    assert said.startswith("Too early to say: 4 of 5 questions are still open.")
    assert "Best model tried: yes (believed)" in said
    assert "\x1b" not in said
    assert run("show", "1") == said


def test_a_version_is_printed_as_it_was_recorded(run: Run) -> None:
    said = run("1", "--version", "1", "--markdown")
    assert "version 1" in said.splitlines()[0]
    assert "Try the strongest model you may use first" in said
    assert "\x1b" not in said
    document = json.loads(run("1", "--version", "1", "--json"))
    assert (document["number"], document["decided"]["choice"]) == (1, "try_better_model")
    assert document["recommendation"]["action"] == "try_better_model"


def test_how_things_stand_as_json_is_what_a_record_would_say(run: Run) -> None:
    document = json.loads(run("1", "--json"))
    assert document["format"] == "tuneworthy-decision"
    assert document["recommendation"]["action"] == "measure_first"
    assert "number" not in document


def test_what_is_not_there_is_said_in_a_sentence(run: Run) -> None:
    assert "There is no project “7”" in run("7", code=1)
    assert "There is no version 4 of the decision record. The newest is version 1." in run(
        "1", "--version", "4", code=1
    )
    assert "Choose one of --json and --markdown." in run("1", "--json", "--markdown", code=1)


def test_who_decided_is_who_decided_and_not_who_answered_last(run: Run, db: Database) -> None:
    say = {"choice": "try_better_model", "why": "It is cheap.", "review_on": "", "who": "DK", "by": "The board"}
    deciding.record(db, 1, load(), **say)
    decide_state.answer(db, 1, "best_base_model", "no", who="FK")
    assert json.loads(run("1", "--json"))["decided"]["by"] == "The board"
    decide_state.note(db, 1, "It is dear.", who="FK")
    assert json.loads(run("1", "--json"))["decided"]["by"] == ""


def test_how_things_stand_is_no_recorded_version(run: Run) -> None:
    said = run("1", "--markdown")
    assert "Not recorded as a version." in said
    assert "Recorded by" not in said
    assert "Recorded by DK" in run("1", "--version", "1", "--markdown")


def test_a_copy_that_cannot_be_used_is_told_beside_the_advice(run: Run, workspace: Workspace) -> None:
    (workspace.root / "decision.yaml").write_text("version: two\n")
    said = run("1")
    assert "cannot be used" in said
    assert "Too early to say" in said

"""`tuneworthy report`: each kind of file, a chosen run, and what it says when something is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ftcore.cli import app
from ftcore.report.telling import tell
from ftcore.workspace import Workspace, open_workspace
from tests.ui.journeys import Journey, begin


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def journey(place: Workspace) -> Journey:
    db = place.open_database()
    begun = begin(db)
    begun.run()
    return begun


def run(place: Workspace, *arguments: str | Path, code: int = 0) -> str:
    said = ["report", *map(str, arguments), "--workspace", str(place.root)]
    result = CliRunner().invoke(app, said)
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def test_each_ending_makes_its_file(place: Workspace, journey: Journey, tmp_path: Path) -> None:
    begins = {".pptx": b"PK", ".html": b"<!doctype html>", ".json": b"{", ".md": b"# Model card"}
    for ending, first in begins.items():
        path = tmp_path / f"out{ending}"
        said = run(place, "Tickets", "--to", path)
        assert "written" in said
        assert "from run 1" in said
        assert path.read_bytes().startswith(first)


def test_an_older_run_can_be_told_by_its_number(place: Workspace, journey: Journey, tmp_path: Path) -> None:
    first = tell(journey.db, journey.project_id).run_id
    journey.run()
    path = tmp_path / "out.json"
    run(place, str(journey.project_id), "--run", str(first), "--to", path, "--who", "DK")
    told = json.loads(path.read_text())["story"]
    assert (told["run_id"], told["made_by"]) == (first, "DK")
    run(place, str(journey.project_id), "--to", path)
    assert json.loads(path.read_text())["story"]["run_id"] != first


def test_what_is_not_there_is_said_and_nothing_is_written(place: Workspace, journey: Journey, tmp_path: Path) -> None:
    path = tmp_path / "out.pptx"
    assert "There is no project named 'Nope'" in run(place, "Nope", "--to", path, code=1)
    assert "There is no project 77" in run(place, "77", "--to", path, code=1)
    assert "There is no run 99" in run(place, "Tickets", "--run", "99", "--to", path, code=1)
    assert "no ending that says what to write" in run(place, "Tickets", "--to", tmp_path / "out.docx", code=1)
    assert "does not exist" in run(place, "Tickets", "--to", tmp_path / "nowhere" / "out.html", code=1)
    assert not path.exists()
    assert sorted(child.name for child in tmp_path.iterdir()) == ["workspace"]

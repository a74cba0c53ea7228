"""Curating from the command line: straight on the workspace's database, one clear line for an error, JSON for scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ftcore import cli_curation
from ftcore.dataset.intake import taking
from ftcore.records import Filter, Split, Status
from ftcore.store import examples, journal, projects
from ftcore.store.database import Database
from ftcore.workspace import Workspace
from tests.conftest import write_csv

app = typer.Typer()
cli_curation.register(app)


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    rows = [(f"Where is letter {chr(97 + i % 26) * 3} {i}?", f"It lies in drawer {i}.") for i in range(40)]
    rows[3] = ("", "an answer to nothing")
    return write_csv(tmp_path / "letters.csv", rows)


def run(workspace: Workspace, *arguments: str | Path, code: int = 0) -> Any:
    result = CliRunner().invoke(app, [*map(str, arguments), "--workspace", str(workspace.root), "--json"])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if code == 0 else result.output


def test_a_file_is_imported_divided_approved_and_exported(db: Database, workspace: Workspace, letters: Path) -> None:
    took = run(workspace, "import", letters, "--project", "Letters", "--test-rows", "5")
    assert (took["read"], took["accepted"], took["rejected"], took["splits"]["test"]) == (40, 39, 1, 5)
    divided = run(workspace, "split", "--project", "Letters", "--test-rows", "8", "--stratify", "none", "--seed", "3")
    assert divided["splits"]["test"] == 8
    again = run(workspace, "split", "--project", "Letters", "--test-rows", "8", "--stratify", "none", "--seed", "3")
    assert again["splits"] == divided["splits"]
    with db.read() as c:
        assert examples.count(c, took["project"], Filter(split=Split.TEST))[0] == 8
        assert [change.label for change in journal.last(c, took["project"])] == ["Split 39 examples again (seed 3)"]
    approved = run(workspace, "approve", "--project", str(took["project"]), "--filter", "split=test", "--no-problems")
    assert approved["approved"] == 8
    out = run(workspace, "export", "--project", "Letters", "--target", "openai", "--out", letters.parent / "out")
    assert out["rows"] == 8
    (file,) = [one for one in out["files"] if one["rows"]]
    lines = Path(file["path"]).read_text(encoding="utf-8").splitlines()
    with db.read() as c:
        short = projects.get(c, took["project"]).tuned_prompt
    assert {json.loads(line)["messages"][0]["content"] for line in lines} == {short}
    table = run(workspace, "export", "--project", "Letters", "--target", "csv", "--out", letters.parent / "out")
    assert table["rows"] == 39, "a table for people holds everything"


def test_a_stopped_import_goes_on_with_the_same_command(
    db: Database, workspace: Workspace, letters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(taking.take_in, "__kwdefaults__", {**taking.take_in.__kwdefaults__, "part": 10})
    with monkeypatch.context() as once:
        once.setattr("ftcore.dataset.intake.parts.settle", stop)
        told = run(workspace, "import", letters, "--project", "Letters", code=130)
    assert "the same command goes on" in told
    took = run(workspace, "import", letters, "--project", "Letters")
    assert (took["accepted"], took["rejected"]) == (39, 1)
    with db.read() as c:
        assert examples.counts(c, took["project"]).total == 39


def test_what_cannot_be_read_or_found_is_said_in_one_line_and_changes_nothing(
    db: Database, workspace: Workspace, tmp_path: Path, letters: Path
) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"%PDF-1.7")
    assert "That file isn't a spreadsheet" in run(workspace, "import", broken, "--project", "New", code=3)
    assert "There is no project 'Nobody'" in run(workspace, "approve", "--project", "Nobody", code=1)
    took = run(workspace, "import", letters, "--project", "Letters")
    assert "is no filter" in run(workspace, "approve", "--project", "Letters", "--filter", "colour=red", code=2)
    assert "cannot be a value of status" in run(
        workspace, "approve", "--project", "Letters", "--filter", "status=red", code=2
    )
    assert "There is no export shape" in run(workspace, "export", "--project", "Letters", "--target", "nothing", code=3)
    assert "There is no row" in run(workspace, "export", "--project", "Letters", "--target", "openai", code=3)
    with db.read() as c:
        assert [project.name for project in projects.every(c)] == ["Letters"]
        assert examples.counts(c, took["project"]).approved == 0
        assert examples.count(c, took["project"], Filter(status=Status.DRAFT))[0] == 39

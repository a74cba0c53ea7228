"""Handing over from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import typer
from typer.testing import CliRunner, Result

from ftcore import cli_handover
from ftcore.records import Project
from ftcore.store import examples, projects
from ftcore.store.database import Database
from ftcore.workspace import Workspace

app = typer.Typer()
cli_handover.register(app)


@pytest.fixture
def run(workspace: Workspace, shelves: tuple[Project, list[int]], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("TUNEWORTHY_HOME", str(workspace.root))

    def run_(*words: object, code: int = 0) -> Any:
        result: Result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if "--json" in words and not code else result.output

    return run_


def test_a_project_goes_out_and_comes_in(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.tuneworthy"
    assert run("handover", "export", path, "--project", "Shelves", "--json")["examples"] == 12
    taken = run("handover", "import", path, "--who", "EM", "--json")
    assert (taken["project"], taken["examples"], taken["versions"], taken["broken"]) == (2, 12, 2, [])
    assert "2 versions" in run("handover", "import", path)
    path.write_bytes(b"no")
    assert "not a project file" in run("handover", "import", path, code=3)


def test_projects_are_listed_archived_and_erased(run: Any, db: Database) -> None:
    run("projects", "archive", "Shelves")
    (one,) = run("projects", "list", "--json")["projects"]
    assert (one["name"], one["archived"], one["examples"]) == ("Shelves", True, 11)
    run("projects", "bring-back", "1")
    assert "Nothing was changed" in run("projects", "erase", "Shelves", code=1)
    assert run("projects", "erase", "Shelves", "--yes", "--who", "DK", "--json")["finished"] is True
    assert run("projects", "list", "--json") == {"projects": [], "erased": [{"id": 1, "by": "DK", "finished": True}]}
    assert "no project" in run("projects", "archive", "Shelves", code=1)


def test_two_projects_of_one_name_are_told_apart_by_their_number(run: Any, db: Database) -> None:
    with db.write() as c:
        projects.create(c, "Shelves")
    assert "say the number" in run("projects", "archive", "Shelves", code=1)
    run("projects", "archive", "2")


def test_a_pack_goes_out_and_is_taken_with_initials_only(run: Any, db: Database, tmp_path: Path) -> None:
    path = tmp_path / "pack.xlsx"
    made = run("pack", "export", path, "--project", "1", "--filter", '{"tag": "shelf"}', "--json")
    assert made["rows"] == 6
    book = openpyxl.load_workbook(path)
    book["Rows"]["F3"] = "Corrected."
    book.save(path)
    assert run("pack", "import", path, "--project", "1", "--json")["taken"] == 0
    assert "--who" in run("pack", "import", path, "--project", "1", "--take", code=1)
    told = run("pack", "import", path, "--project", "1", "--take", "--who", "FK", "--json")
    assert (told["corrected"], told["taken"]) == (1, 1)
    with db.read() as c:
        assert [row.changed_by for row in examples.every(c, 1) if row.training.response == "Corrected."] == ["FK"]


def test_a_backup_is_made_and_restored(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "safe.zip"
    assert "Keys and tokens" in run("backup", path)
    assert run("restore", path, "--workspace", tmp_path / "new", "--json")["projects"] == 1
    assert "not empty" in run("restore", path, "--workspace", tmp_path / "new", code=3)

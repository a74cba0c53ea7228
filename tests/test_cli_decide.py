"""`tuneworthy decide`: copies of the decision's files to edit, and which line of a copy is wrong."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ftcore.cli import app
from ftcore.decision.own_copy import FILES


@pytest.fixture
def run(workspace):
    def call(*arguments, code=0):
        done = CliRunner().invoke(app, ["decide", *arguments, "--workspace", str(workspace.root)])
        assert done.exit_code == code, done.output
        return done.output

    return call


@pytest.mark.parametrize("name", FILES)
def test_a_copy_is_made_once_and_never_written_over(run, name):
    path = Path(json.loads(run("own-copy", name, "--json"))["file"])
    assert "as it came with Tuneworthy" in run("check")
    assert f"{name}: your own copy holds." in run("check")
    path.write_text("mine")
    assert f"{path} is yours to edit." in run("own-copy", name)
    assert path.read_text() == "mine"


def test_a_mistake_is_told_with_its_line_until_it_is_mended(run):
    path = Path(json.loads(run("own-copy", "decision.yaml", "--json"))["file"])
    path.write_text(path.read_text().replace("    settle:", "    setle:", 1))
    said = run("check", code=1)
    assert "step_1, setle: 'setle' is not known here; did you mean 'settle'?" in said
    told = json.loads(run("check", "--json", code=1))
    assert told["own"] == ["decision.yaml"]
    assert len(told["faults"]) == 1
    path.write_text(path.read_text().replace("    setle:", "    settle:", 1))
    assert json.loads(run("check", "--json")) == {"own": ["decision.yaml"], "faults": []}


@pytest.mark.parametrize("name", ["passwords", "../decision.yaml", "prices.yaml"])
def test_other_files_are_refused_in_one_line(run, name):
    said = run("own-copy", name, code=1)
    assert "decision.yaml, evidence.yaml and base_models.yaml" in said
    assert "Traceback" not in said

"""`tuneworthy eval`: what scripts can rely on."""

from __future__ import annotations

import json
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ftcore.cli import app
from ftcore.evaluation.gate import Exit, judge, junit
from ftcore.records import LOCAL, Split, Verdict
from ftcore.store import endpoints, runs, snapshots
from ftcore.store.database import Database
from ftcore.worker.loop import work
from ftcore.workspace import Workspace
from tests.evaluation.conftest import FaultServer
from tests.ui.journeys import MODEL, Journey, begin

Run = Callable[..., Any]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    running = FaultServer()
    yield running
    running.close()


@pytest.fixture
def call(workspace: Workspace) -> Run:
    def call_(*arguments: str | Path, code: int = 0) -> Any:
        wanted = ["eval", *map(str, arguments), "--workspace", str(workspace.root)]
        done = CliRunner().invoke(app, wanted)
        assert done.exit_code == code, done.output
        return done

    return call_


@pytest.fixture
def worker(workspace: Workspace) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(workspace, stop), daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(10)


@pytest.fixture
def journey(db: Database, server: FaultServer) -> Journey:
    """A model that was trained at a server elsewhere; the base is right never, the tuned model always."""
    found = begin(db, validation=4, test=40)
    job = found.job()
    with db.write() as c:
        c.exec_driver_sql("UPDATE endpoints SET name = 'elsewhere', practice = 0, base_url = ?", (server.base_url,))
        answers = {row.training.prompt: row.training.response for row in snapshots.rows(c, job.snapshot_id, Split.TEST)}
    server.reply = lambda body: answers.get(body["messages"][-1]["content"], "?") if body["model"] == MODEL else "no"
    return found


def config(folder: Path, **fields: Any) -> Path:
    path = folder / "run.json"
    path.write_text(json.dumps({"project": "Tickets", "arms": ["base", "prompt", "fine_tuned"], **fields}))
    return path


def test_a_run_of_a_file_is_carried_out_and_passes_when_the_tuned_model_is_better(
    journey: Journey, call: Run, tmp_path: Path
) -> None:
    xml = tmp_path / "result.xml"
    done = call("--config", config(tmp_path, require="better"), "--json", "--junit", xml)
    told = json.loads(done.stdout)
    assert (told["exit"], told["comparator"], told["comparisons"][0]["verdict"]) == (0, "base", "clearly better")
    assert {arm["arm"] for arm in told["arms"]} == {"base", "prompt", "fine_tuned"}
    suite = ET.parse(xml).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "0", "0")


def test_a_finished_run_is_judged_again_without_a_question(
    journey: Journey, call: Run, tmp_path: Path, server: FaultServer
) -> None:
    told = json.loads(call("--config", config(tmp_path), "--json").stdout)
    asked = len(server.bodies)
    again = json.loads(call(told["run"], "--json").stdout)
    assert len(server.bodies) == asked
    assert again["comparisons"] == told["comparisons"]


def test_a_tuned_model_that_has_become_worse_ends_with_two(
    journey: Journey, call: Run, tmp_path: Path, server: FaultServer
) -> None:
    right = server.reply
    server.reply = lambda body: right({**body, "model": "base" if body["model"] == MODEL else MODEL})
    xml = tmp_path / "result.xml"
    done = call("--config", config(tmp_path), "--junit", xml, code=2)
    assert "worse" in done.stdout
    assert ET.parse(xml).getroot().get("failures") == "1"


def test_too_many_missing_answers_end_with_three(
    journey: Journey, call: Run, tmp_path: Path, server: FaultServer
) -> None:
    server.fault = lambda number, body: {"status": 422} if body["model"] == MODEL and number % 9 == 0 else None
    done = call("--config", config(tmp_path), code=3)
    assert "not enough evidence" in done.stdout


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"project": "Nobody"}, "No project is named 'Nobody'"),
        ({"job": 77}, "has no model by a job 77"),
        ({"scorrer": "exact_match"}, "there is no field 'scorrer'"),
        ({"scorer": "magic"}, "no scorer named 'magic'"),
        ({"arms": ["base", "magic"]}, "no way to answer named 'magic'"),
        ({"arms": ["fine_tuned"]}, "nothing to compare with"),
        ({"arms": ["base", "prompt"]}, "not among those that are asked"),
        ({"arms": [{"name": "big", "endpoint": "nowhere"}, "fine_tuned"]}, "no connection named 'nowhere'"),
        ({"delta": 5}, "'delta' must lie between"),
        ({"delta": "much"}, "the value of 'delta' is of the wrong kind"),
        ({"require": "wonders"}, "'require' is one of"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_and_nothing_is_asked(
    journey: Journey, call: Run, tmp_path: Path, server: FaultServer, fields: dict[str, Any], says: str
) -> None:
    done = call("--config", config(tmp_path, **fields), code=1)
    assert says in " ".join(done.output.split())
    assert not server.bodies


def test_whatever_is_mistyped_is_an_error_in_a_sentence_and_no_regression(call: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_bytes(b"\x00{[")
    assert "neither YAML nor JSON" in " ".join(call("--config", path, code=1).output.split())
    path.write_text("- a\n- b\n")
    assert "must name the project" in call("--config", path, code=1).output
    assert "no run 99" in call("99", code=1).output
    assert "Name one run" in call(code=1).output
    assert "named by its number" in call("abc", code=1).output
    assert "There is no file" in call("--config", tmp_path / "none.yaml", code=1).output
    assert "does not exist" in call("1", "--junit", tmp_path / "none" / "x.xml", code=1).output


def test_the_worker_that_runs_in_the_workspace_does_it_and_no_answer_is_asked_for_twice(
    journey: Journey, call: Run, tmp_path: Path, server: FaultServer, worker: None, db: Database
) -> None:
    told = json.loads(call("--config", config(tmp_path), "--json").stdout)
    assert len(server.bodies) == len({json.dumps(body, sort_keys=True) for body in server.bodies})
    with db.read() as c:
        assert runs.get(c, told["run"]).state == "done"
        assert endpoints.find(c, LOCAL) is None


@pytest.mark.parametrize(
    ("verdict", "require", "exit_"),
    [
        (Verdict.CLEARLY_BETTER, "better", Exit.PASSED),
        (Verdict.BETTER, "better", Exit.PASSED),
        (Verdict.EQUIVALENT, "not worse", Exit.PASSED),
        (Verdict.EQUIVALENT, "better", Exit.REGRESSION),
        (Verdict.NOT_WORSE, "not worse", Exit.PASSED),
        (Verdict.NOT_WORSE, "better", Exit.REGRESSION),
        (Verdict.WORSE, "not worse", Exit.REGRESSION),
        (Verdict.NOT_ENOUGH_EVIDENCE, "not worse", Exit.NOT_ENOUGH_EVIDENCE),
        (Verdict.NOT_ENOUGH_EVIDENCE, "better", Exit.NOT_ENOUGH_EVIDENCE),
    ],
)
def test_each_verdict_has_its_exit_code(verdict: Verdict, require: str, exit_: Exit) -> None:
    result = {"candidate": "fine_tuned", "comparisons": [{"against": "prompt", "verdict": verdict.value}]}
    assert judge(result, require).exit == exit_
    assert judge({"comparisons": []}).exit == Exit.ERROR


def test_junit_holds_hostile_names_as_text() -> None:
    one = {"against": '"><script>\x00&', "verdict": "worse", "mean_difference": -0.1, "low": -0.2, "high": -0.05,
           "p_value": 0.01, "n": 9, "wins": 1, "ties": 2, "losses": 6}  # fmt: skip
    result = {"candidate": "fine_tuned", "comparisons": [one]}
    suite = ET.fromstring(junit(result, judge(result), name="run <1>").split("\n", 1)[1])
    assert suite[0].get("name") == 'against "><script>&'
    assert suite[0].find("failure") is not None

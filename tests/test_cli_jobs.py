"""`tuneworthy launch` and `tuneworthy jobs`: the price before, one job after, and what scripts can rely on."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ftcore import cli_launch
from ftcore.cli import app
from ftcore.dataset import curation
from ftcore.dataset.freeze import take_snapshot
from ftcore.journey import launching
from ftcore.records import Job, JobState, Project, Status
from ftcore.store import endpoints, jobs, projects, snapshots
from ftcore.store.database import Database
from ftcore.training.launch import launch, launch_all
from ftcore.training.settings import Settings
from ftcore.worker.loop import work
from ftcore.workspace import Workspace
from tests.conftest import write_csv
from tests.faults.protocol_server import Remote, protocol_server
from tests.training.launching import MODEL, judge, local, paid, ready

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "WORKER_SECONDS", 0.2)


@pytest.fixture
def run(workspace: Workspace) -> Run:
    def call(*arguments: str | Path, code: int = 0, answer: str = "") -> Any:
        wanted = [*map(str, arguments), "--workspace", str(workspace.root)]
        done = CliRunner().invoke(app, wanted, input=answer)
        assert done.exit_code == code, done.output
        return done

    return call


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    rows = [
        (f"Where is letter {chr(97 + i % 26) * 3} {i}?", f"It lies in drawer {i}, on the left.") for i in range(120)
    ]
    return write_csv(tmp_path / "letters.csv", rows)


@pytest.fixture
def worker(workspace: Workspace, db: Database) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(workspace, stop), daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(timeout=10)


def every(db: Database) -> list[Job]:
    with db.read() as c:
        return [job for project in projects.every(c) for job in jobs.of_project(c, project.id)]


def snapshot(db: Database, project: Project) -> str:
    with db.write() as c:
        return take_snapshot(c, project.id, who="t").digest


def test_a_file_becomes_a_project_and_a_planned_job(db: Database, run: Run, letters: Path) -> None:
    paid(db, usd=3)
    done = run("launch", letters, "--endpoint", "cloud", "--model", MODEL, "--test-rows", "30", "--yes", "--json")
    told = json.loads(done.stdout)
    (job,) = every(db)
    assert told["job"] == {
        "id": job.id, "key": job.key, "state": "planned", "model": "", "remote_id": "", "error": "",
    }  # fmt: skip
    assert told["rows"]["test"] == 30
    assert told["price"] == {
        "usd": [job.cost_low, job.cost_high], "per_million_tokens": 3.0, "source": "provider", "read": "2026-11-20",
    }  # fmt: skip
    assert told["worker"] is False
    assert "letters.csv: 120 read, 120 kept, 0 set aside" in done.stderr
    with db.read() as c:
        assert projects.get(c, told["project"]).name == "letters"


def test_it_says_what_where_how_much_and_how_long_and_that_nobody_sends_it(
    db: Database, project: Project, run: Run
) -> None:
    ready(db, project)
    paid(db, usd=100, job_usd=20)
    said = run("launch", snapshot(db, project)[:10], "--endpoint", "cloud", "--model", MODEL, "--yes").stdout
    for part in (
        "60 examples to learn from",
        "30 test examples, kept",
        "cloud",
        "$100.00 for a million tokens",
        "Not known",
    ):
        assert part in said
    assert "No worker runs in this workspace, so nothing is sent yet" in said
    assert "is planned" in said


def test_without_a_terminal_and_without_yes_nothing_is_done(db: Database, run: Run, letters: Path) -> None:
    paid(db)
    done = run("launch", letters, "--endpoint", "cloud", "--model", MODEL, code=2)
    assert "There is nobody to ask here, so nothing was started." in done.output
    with db.read() as c:
        assert projects.every(c) == []


def test_on_a_terminal_each_warning_is_asked_and_then_the_whole(
    db: Database, project: Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_launch, "_is_terminal", lambda: True)
    ready(db, project, train=24)
    paid(db, usd=100)
    wanted = ("launch", snapshot(db, project), "--endpoint", "cloud", "--model", MODEL)
    no = run(*wanted, code=1, answer="y\nn\n")
    assert "24 training examples: gains are usually seen from 50 on. Go on?" in no.output
    assert "Send 30 examples to cloud and spend $" in no.output
    assert every(db) == []
    run(*wanted, code=1, answer="n\n")
    assert every(db) == []
    run(*wanted, answer="y\ny\n")
    assert len(every(db)) == 1


def test_a_budget_stops_it_with_three(db: Database, project: Project, run: Run) -> None:
    ready(db, project)
    paid(db, usd=100)
    wanted = ("launch", snapshot(db, project), "--endpoint", "cloud", "--model", MODEL, "--yes", "--budget", "0.01")
    done = run(*wanted, code=3)
    assert "It won't start above your $0.01 budget for this launch" in done.output
    told = json.loads(run(*wanted, "--json", code=3).stdout)
    assert [one["code"] for one in told["findings"] if one["severity"] == "error"] == ["over-budget"]
    assert told["job"] is None
    assert every(db) == []


def test_examples_that_are_not_fit_end_with_three_and_each_finding(db: Database, run: Run, tmp_path: Path) -> None:
    local(db)
    few = write_csv(tmp_path / "few.csv", [(f"question {at}", f"answer number {at}, kindly") for at in range(5)])
    done = run("launch", few, "--yes", code=3)
    assert "no server trains on fewer than 10" in done.output
    assert every(db) == []


def test_a_snapshot_is_trained_on_as_it_was(db: Database, project: Project, run: Run) -> None:
    ids = ready(db, project)
    local(db)
    digest = snapshot(db, project)
    curation.decide(db, project.id, ids[:30], Status.REJECTED, who="DK")
    told = json.loads(
        run("launch", digest[:8], "--epochs", "2", "--seed", "5", "--suffix", "old", "--yes", "--json").stdout
    )
    (job,) = every(db)
    assert (told["fingerprint"], told["rows"]["train"]) == (digest, 60)
    assert (job.hyperparameters, job.seed, job.suffix) == ({"n_epochs": 2}, 5, "old")
    with db.read() as c:
        assert snapshots.get(c, job.snapshot_id).digest == digest


def test_a_snapshot_of_pairs_is_learnt_from_as_pairs(db: Database, project: Project, run: Run) -> None:
    judge(db, ready(db, project)[:12], "Go away.")
    local(db)
    with db.write() as c:
        kept = take_snapshot(c, project.id, who="t", pairs=True)
    run("launch", str(kept.id), "--yes")
    (job,) = every(db)
    assert (job.method, job.snapshot_id) == ("dpo", kept.id)


def test_what_is_no_file_no_snapshot_no_endpoint_and_no_model_is_said(db: Database, project: Project, run: Run) -> None:
    ready(db, project)
    paid(db)
    digest = snapshot(db, project)
    assert (
        "no snapshot of that number or fingerprint"
        in run("launch", "nothing.csv", "--endpoint", "cloud", "--model", "m", "--yes", code=2).output
    )
    assert (
        "no snapshot of that number"
        in run("launch", digest[:7], "--endpoint", "cloud", "--model", "m", "--yes", code=2).output
    )
    assert "There are: cloud" in run("launch", digest, "--endpoint", "clod", "--yes", code=2).output
    assert "Name the base model with --model" in run("launch", digest, "--endpoint", "cloud", "--yes", code=2).output
    assert "has not run in this workspace yet" in run("launch", digest, "--yes", code=1).output
    assert every(db) == []


def test_a_worker_that_runs_takes_it_up(
    db: Database, project: Project, run: Run, worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launching, "WORKER_SECONDS", 20.0)
    ready(db, project)
    local(db)
    assert json.loads(run("launch", snapshot(db, project), "--yes", "--json").stdout)["worker"] is True


def test_waiting_sends_the_job_and_stays_until_its_end(db: Database, project: Project, run: Run) -> None:
    ready(db, project)
    remote = Remote()
    with protocol_server(remote) as address:
        with db.write() as c:
            endpoints.put(c, "cloud", base_url=address, key_source="")
        done = run("launch", snapshot(db, project), "--endpoint", "cloud", "--model", "m", "--yes", "--wait", "--json")
    told = json.loads(done.stdout)["job"]
    assert (told["state"], told["remote_id"], remote.creates) == ("succeeded", remote.jobs[0]["id"], 1)
    assert told["model"] == f"ft:{told['remote_id']}"


def test_two_snapshots_of_one_name_are_told_apart(db: Database, project: Project, run: Run) -> None:
    ready(db, project)
    with db.write() as c:
        other = projects.create(c, "Twin")
    ready(db, other)
    local(db)
    digest = snapshot(db, project)
    assert snapshot(db, other) == digest
    assert "may be several snapshots" in run("launch", digest, "--yes", code=2).output


def test_jobs_are_shown_as_the_worker_knows_them(db: Database, project: Project, run: Run) -> None:
    ready(db, project)
    one = launch(db, project.id, paid(db, usd=3), base_model=MODEL, who="t")
    two = launch(db, project.id, local(db), base_model="smollm2", who="t")
    values = {
        "state": JobState.SUCCEEDED,
        "remote_id": "ftjob-9",
        "remote_status": "succeeded",
        "step": 4,
        "total_steps": 4,
    }
    with db.write() as c:
        jobs.change(c, one.id, **values, trained_tokens=2_000_000, fine_tuned_model="ft:x")
    told = [json.loads(line) for line in run("jobs", "--json").stdout.splitlines()]
    assert told[0] == {
        "id": one.id, "project": project.id, "endpoint": "cloud", "remote_id": "ftjob-9", "state": "succeeded",
        "status": "succeeded", "step": 4, "total": 4, "cost": [6.0, 6.0], "model": "ft:x", "error": "",
    }  # fmt: skip
    assert (told[1]["id"], told[1]["state"], told[1]["cost"]) == (two.id, "planned", [0.0, 0.0])
    table = run("jobs").stdout
    assert "$6.00" in table
    assert "4 of 4" in table


def test_without_jobs_it_says_how_to_begin(db: Database, run: Run) -> None:
    assert "`tuneworthy launch FILE` plans one" in run("jobs").stdout
    assert run("jobs", "--json").stdout == ""


def test_watching_prints_a_line_for_each_change_until_nothing_is_under_way(
    db: Database, project: Project, run: Run
) -> None:
    ready(db, project)
    made = launch_all(db, project.id, local(db), base_model="m", who="t", settings=Settings(seeds=2))
    steps = [{"state": JobState.RUNNING, "step": 1, "total_steps": 2}, {"step": 2}, {"state": JobState.SUCCEEDED}]

    def go_on() -> None:
        for values in steps:
            for job in made:
                time.sleep(0.6)
                with db.write() as c:
                    jobs.change(c, job.id, **values)

    going = threading.Thread(target=go_on)
    going.start()
    told = [json.loads(line) for line in run("jobs", "--watch", "--json").stdout.splitlines()]
    going.join()
    for job in made:
        mine = [(row["state"], row["step"]) for row in told if row["id"] == job.id]
        assert mine == [("planned", 0), ("running", 1), ("running", 2), ("succeeded", 2)]


def test_a_job_can_be_cancelled_paused_and_looked_for(db: Database, project: Project, run: Run) -> None:
    ready(db, project)
    job = launch(db, project.id, local(db), base_model="m", who="t")
    run("jobs", "pause", str(job.id))
    assert every(db)[0].wish == "pause"
    run("jobs", "resume", str(job.id))
    assert every(db)[0].wish == "resume"
    run("jobs", "look-again", str(job.id))
    assert "is planned, not unknown" in run("jobs", "did-not-start", str(job.id), "--who", "DK", code=1).output
    run("jobs", "cancel", str(job.id))
    assert every(db)[0].cancel_requested
    with db.write() as c:
        jobs.change(c, job.id, state=JobState.UNKNOWN)
    run("jobs", "did-not-start", str(job.id), "--who", "DK")
    assert every(db)[0].state == JobState.CANCELLED
    assert "has ended already (cancelled)" in run("jobs", "cancel", str(job.id), code=1).output
    assert "There is no job 99" in run("jobs", "cancel", "99", code=2).output

"""The models of a project, at a real trainer server: trained, listed, tried out, deleted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from ftcore.endpoints import EndpointError
from ftcore.endpoints.facts import facts_of
from ftcore.records import Endpoint, Job, JobState, Model
from ftcore.store import endpoints, jobs, models, tasks
from ftcore.store.database import Database
from ftcore.training import registry
from ftcore.training.trying import Asked, Trial
from ftcore.worker.registry import deploy
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace
from tests.faults.serving import serving
from tests.fixtures_trainer import TrainerProcess, training_lines, wait_for_job
from tests.trainer import tiny
from tests.ui.journeys import begin


@pytest.fixture(scope="module")
def server(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainerProcess]:
    home = tmp_path_factory.mktemp("trainer")
    tiny.write_tiny(starter_model, home / "models")
    running = TrainerProcess(home, {"TUNEWORTHY_MODELS": str(home / "models")}).start()
    yield running
    running.stop()


@pytest.fixture
def endpoint(db: Database, server: TrainerProcess) -> Endpoint:
    source = f"file:{server.workspace / 'trainer-token'}"
    with db.write() as c:
        return endpoints.put(c, "second", base_url=server.base_url, key_source=source)


def train(server: TrainerProcess) -> Any:
    """A training that has ended there."""
    client = server.client()
    made = tiny.create(client, training_lines(12), numbers={"n_epochs": 1, "batch_size": 12})
    remote = wait_for_job(client, made.id)
    assert remote.status == "succeeded"
    return remote


@pytest.fixture(scope="module")
def trained(server: TrainerProcess) -> Any:
    return train(server)


@pytest.fixture
def job(db: Database, trained: Any, endpoint: Endpoint) -> Job:
    return know(db, trained, endpoint)


def know(db: Database, remote: Any, endpoint: Endpoint) -> Job:
    """The training as it is known here."""
    known = begin(db).job()
    with db.write() as c:
        jobs.change(
            c,
            known.id,
            endpoint_id=endpoint.id,
            remote_id=remote.id,
            base_model=remote.model,
            fine_tuned_model=remote.fine_tuned_model,
        )
        models.keep(c, endpoint.id, remote.fine_tuned_model, base_model=remote.model, job_id=known.id)
        return jobs.get(c, known.id)


def test_base_and_tuned_answer_at_once_and_stop_when_nobody_looks_any_more(endpoint: Endpoint, job: Job) -> None:
    asked = [Asked(endpoint, job.base_model), Asked(endpoint, job.fine_tuned_model, "Say the aisle.")]
    with Trial(asked, "Where is the lamp?", longest=12) as trial:
        until = time.monotonic() + 60
        while not trial.done and time.monotonic() < until:
            time.sleep(0.02)
    assert [reply.error for reply in trial.replies] == ["", ""]
    assert all(reply.done and reply.text for reply in trial.replies)
    assert all(reply.first is not None and reply.first <= reply.seconds for reply in trial.replies)
    with Trial(asked, "Where is the lamp?", longest=512) as left:
        pass
    ends = time.monotonic() + 30
    while not left.done and time.monotonic() < ends:
        time.sleep(0.02)
    assert left.done


def test_a_model_that_is_not_there_says_so_on_its_own_side_only(endpoint: Endpoint, job: Job) -> None:
    asked = [Asked(endpoint, job.base_model), Asked(endpoint, "ft:never:made")]
    with Trial(asked, "Where is the lamp?", longest=4) as trial:
        while not trial.done:
            time.sleep(0.02)
    assert trial.replies[0].error == ""
    assert trial.replies[1].error


def test_looking_keeps_what_is_there_and_deleting_leaves_only_the_history(
    db: Database, workspace: Workspace, server: TrainerProcess, endpoint: Endpoint
) -> None:
    job = know(db, train(server), endpoint)
    assert registry.look(db, job.project_id) == 1
    with db.read() as c:
        (one,) = registry.lineages(c, job.project_id, facts_of(workspace).providers)
    assert (one.job.id, one.snapshot.train, one.endpoint.name) == (job.id, 24, "second")
    assert one.model.listed_at is not None
    registry.delete_there(db, one.model.id)
    registry.delete_there(db, one.model.id)  # what is gone is deleted
    with db.read() as c:
        (one,) = registry.lineages(c, job.project_id, ())
        assert one.model.gone_at is not None
        assert jobs.get(c, job.id).state is JobState.SUCCEEDED
    assert registry.look(db, job.project_id) == 0


def test_a_model_that_somebody_else_deleted_is_found_to_be_gone(
    db: Database, server: TrainerProcess, endpoint: Endpoint
) -> None:
    job = know(db, train(server), endpoint)
    server.client().models.delete(job.fine_tuned_model)
    assert registry.look(db, job.project_id) == 0
    with db.read() as c:
        assert models.of_project(c, job.project_id)[0].gone_at is not None


def test_an_endpoint_that_is_silent_says_nothing_about_its_models(db: Database, endpoint: Endpoint, job: Job) -> None:
    with db.write() as c:
        endpoints.put(c, "second", base_url="http://127.0.0.1:9/v1", key_source=endpoint.key_source)
        model = models.of_project(c, job.project_id)[0]
    with pytest.raises(EndpointError, match="did not say which models it has"):
        registry.look(db, job.project_id)
    with pytest.raises(EndpointError, match="did not delete"):
        registry.delete_there(db, model.id)
    with db.read() as c:
        assert models.get(c, model.id).gone_at is None


def test_the_day_on_which_a_model_ends_comes_from_its_server_or_from_the_facts(
    db: Database, workspace: Workspace, endpoint: Endpoint, job: Job
) -> None:
    providers = facts_of(workspace).providers
    with db.write() as c:
        openai = endpoints.add(c, "openai", base_url="https://api.example.com/v1", key_source="", provider="openai")
        models.keep(c, openai.id, "ft:gpt-4.1-mini:me::1", base_model="gpt-4.1-mini", job_id=job.id)
        known = models.of_endpoint(c, openai.id)[0]
        assert registry.ending_of(known, endpoint, providers) is None
        told = registry.ending_of(known, openai, providers)
        assert told is not None
        assert told.day == date(2027, 1, 14)
        models.change(c, known.id, shutdown_date="2026-12-31")
        told = registry.ending_of(models.get(c, known.id), openai, providers)
        assert told is not None
        assert (told.day, told.origin) == (date(2026, 12, 31), "from the server itself")
        models.change(c, known.id, shutdown_date="next year")
        told = registry.ending_of(models.get(c, known.id), openai, providers)
        assert told is not None
        assert told.day == date(2027, 1, 14)


@pytest.fixture
def nebius(db: Database, workspace: Workspace) -> Iterator[tuple[Endpoint, list[dict[str, Any]], list[int]]]:
    """A server that wants a step of its own before a tuned model answers: (endpoint, what it was asked, its next faults)."""
    asked: list[dict[str, Any]] = []
    faults: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append({"path": self.path} | json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            code = faults.pop() if faults else 200
            body = json.dumps({"name": "acme/tuned-1"} if code == 200 else {"error": {"message": "busy"}}).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with serving(Handler) as address:
        with db.write() as c:
            added = endpoints.add(c, "nebius", base_url=f"{address}/", key_source="", provider="nebius")
        yield added, asked, faults


def tuned_at(db: Database, endpoint: Endpoint) -> Model:
    job = begin(db).job()
    with db.write() as c:
        jobs.change(c, job.id, endpoint_id=endpoint.id)
        models.keep(c, endpoint.id, "ft:m", base_model="m", job_id=job.id)
        step = {"kind": "checkpoint", "metrics": {"id": "ckpt-9"}}
        models.keep(c, endpoint.id, "ft:m:9", base_model="m", job_id=job.id, step=9, **step)
        return next(one for one in models.of_endpoint(c, endpoint.id) if one.kind == "tuned")


def test_a_model_that_needs_a_deployment_is_asked_by_its_new_name_from_then_on(
    db: Database, workspace: Workspace, nebius: tuple[Endpoint, list[dict[str, Any]], list[int]]
) -> None:
    endpoint, asked, _ = nebius
    model = tuned_at(db, endpoint)
    assert registry.deploy(db, model.id, facts_of(workspace).providers) == "acme/tuned-1"
    assert [one["path"] for one in asked] == ["/v0/models"]
    assert asked[0]["source"].endswith(":ckpt-9")
    with db.read() as c:
        now_ = models.get(c, model.id)
        assert (now_.name, now_.asked_as) == ("ft:m", "acme/tuned-1")
        assert jobs.get(c, model.job_id or 0).fine_tuned_model == "acme/tuned-1"


def test_a_deployment_that_got_no_clear_answer_is_asked_for_once_and_left_to_a_person(
    db: Database, workspace: Workspace, nebius: tuple[Endpoint, list[dict[str, Any]], list[int]]
) -> None:
    endpoint, asked, faults = nebius
    faults.append(500)
    model = tuned_at(db, endpoint)
    with pytest.raises(EndpointError, match="Look at the server's own page"):
        registry.deploy(db, model.id, facts_of(workspace).providers)
    assert len(asked) == 1
    with db.write() as c:
        tasks.put(c, registry.DEPLOY, {"model_id": model.id})
        task = tasks.lease(c)
    assert task is not None
    with Watch(db, task) as watch, pytest.raises(EndpointError, match="the answer was lost"):
        deploy(db, workspace, replace(task, attempts=2), watch)
    assert len(asked) == 1

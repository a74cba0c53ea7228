"""What is at an endpoint already is brought in: files as projects, jobs with their curves and models, each once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.app_files import data_dir
from ftcore.endpoints import EndpointError, adapter_for, connections, providers
from ftcore.endpoints.connections import Key
from ftcore.records import Endpoint, Job, JobState, Split, Status, TaskState
from ftcore.store import examples, found, imports, jobs, models, projects, snapshots, tasks
from ftcore.store.database import Database
from ftcore.training import rescue, rescue_again, rescue_jobs
from ftcore.training.calling import NoAnswer
from ftcore.training.rescue import BRING, LOOK, FoundModel, Inventory
from ftcore.worker.loop import work
from ftcore.workspace import Workspace
from tests.endpoints.scripted_server import EMPTY, Script, refusal, scripted, usual
from tests.fixtures_trainer import TrainerProcess, jsonl, training_lines, upload, wait_for_job
from tests.trainer import tiny

KNOWN = providers.load(data_dir() / "providers.yaml")
VALID = [*training_lines(36)[24:]]


@contextmanager
def working(workspace: Workspace) -> Iterator[None]:
    """A worker, as long as the block lasts."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(workspace, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)


def until(db: Database, wanted: Callable[[Any], Any], seconds: float = 120) -> Any:
    """What `wanted(connection)` gives, as soon as it gives something."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with db.read() as c:
            if value := wanted(c):
                return value
        time.sleep(0.05)
    raise AssertionError("it did not come about in time")


def ended(db: Database, task_id: int) -> Any:
    def over(c: Any) -> Any:
        task = tasks.get(c, task_id)
        return task if task.state not in (TaskState.QUEUED, TaskState.RUNNING) else None

    return until(db, over)


def remote_job(id_: str, **values: Any) -> dict[str, Any]:
    plain = {
        "id": id_,
        "object": "fine_tuning.job",
        "created_at": 1_700_000_000,
        "finished_at": 1_700_000_900,
        "status": "succeeded",
        "model": "gpt-4o-mini-2024-07-18",
        "fine_tuned_model": f"ft:gpt-4o-mini-2024-07-18:org::{id_}",
        "training_file": "file-train",
        "validation_file": None,
        "trained_tokens": 1234,
        "result_files": [],
        "seed": 7,
        "error": None,
        "hyperparameters": {"n_epochs": 3},
        "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2, "batch_size": "auto"}}},
        "metadata": {},
    }
    return {**plain, **values}


def page(*data: dict[str, Any], **also: Any) -> tuple[int, Any]:
    return 200, {"object": "list", "data": list(data), "has_more": False, **also}


def answers(*remotes: dict[str, Any], files: dict[str, bytes] | None = None) -> dict[tuple[str, str], Any]:
    """A server with these jobs and files."""
    held = {"file-train": jsonl(training_lines(12))} if files is None else files
    said: dict[tuple[str, str], Any] = {**usual(), ("GET", "/fine_tuning/jobs"): page(*remotes)}
    listed = [
        {
            "id": id_,
            "object": "file",
            "bytes": len(content),
            "created_at": 1,
            "filename": f"{id_}.jsonl",
            "purpose": "x",
        }
        for id_, content in held.items()
    ]
    said["GET", "/files"] = page(*listed)
    for entry in listed:
        said["GET", f"/files/{entry['id']}"] = (200, entry)
        said["GET", f"/files/{entry['id']}/content"] = (200, held[entry["id"]])
    for remote in remotes:
        said["GET", f"/fine_tuning/jobs/{remote['id']}"] = (200, remote)
        event = {"object": "fine_tuning.job.event", "created_at": 1_700_000_100, "level": "info", "message": "Step"}
        data = {"step": 1, "total_steps": 2, "train_loss": 1.5}
        said["GET", f"/fine_tuning/jobs/{remote['id']}/events"] = page(
            {**event, "id": f"{remote['id']}-e1", "type": "metrics", "data": data}
        )
        said["GET", f"/fine_tuning/jobs/{remote['id']}/checkpoints"] = (200, EMPTY)
    return said


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted(Script(answers(remote_job("ftjob-a")))) as running:
        yield running


@pytest.fixture
def endpoint(db: Database, workspace: Workspace, script: Script) -> Endpoint:
    return connections.add(db, workspace, "old", base_url=script.base_url, key=Key(), provider="openai")


def look(db: Database, endpoint: Endpoint) -> Inventory:
    return rescue.look(db, endpoint, adapter_for(endpoint, KNOWN))


def bring(db: Database, workspace: Workspace, endpoint: Endpoint, *wanted: str) -> list[Any]:
    """Asks for the jobs (all, when none is named) and does the worker's part of it."""
    there = look(db, endpoint)
    put = rescue_jobs.ask(db, endpoint, there, wanted or [job.id for job in there.jobs], who="DK")
    for task in put:
        done = rescue_jobs.bring_in(
            db, task, workspace.folder("uploads"), adapter_for(endpoint, KNOWN), lambda *_: None
        )
        with db.write() as c:
            held = tasks.lease(c, kinds=(BRING,))
            assert held is not None
            tasks.finish(c, held, done)
    return put


def jobs_at(db: Database, endpoint: Endpoint) -> list[Job]:
    with db.read() as c:
        return found.every(c, endpoint.id)


def test_looking_tells_what_is_there_and_what_stops_answering_when(db, script, endpoint):
    there = look(db, endpoint)
    assert [(job.id, job.state, job.training_file, job.known) for job in there.jobs] == [
        ("ftjob-a", "succeeded", "file-train", 0)
    ]
    assert there.has_file("file-train")
    tuned = there.model("ft:gpt-4o-mini-2024-07-18:org::ftjob-a")
    assert (tuned.tuned, tuned.ends) == (True, "2027-01-14")
    assert tuned.days_left(date(2026, 11, 24)) == 51
    assert "third party" in tuned.says
    assert {method for method, _ in script.asked} == {"GET"}
    assert Inventory.from_json(json.loads(json.dumps(there.to_json()))) == there


def test_a_day_that_the_server_itself_tells_goes_before_ours(db, script, endpoint):
    name = "ft:gpt-4o-mini-2024-07-18:org::ftjob-a"
    script.answers["GET", "/models"] = page({"id": name, "object": "model", "shutdown_date": "2026-12-31"})
    tuned = look(db, endpoint).model(name)
    assert (tuned.ends, tuned.says) == ("2026-12-31", "from the server itself")


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 350), st.sampled_from(["honest", "repeats", "silent"]))
def test_every_job_is_listed_once_whatever_the_server_makes_of_pages(number, manner):
    """`repeats` ignores where a page begins and says for ever that there is more; `silent` never says whether there is."""
    known = [remote_job(f"ftjob-{at}") for at in range(number)]

    def list_jobs(query: dict[str, str], _: bytes) -> tuple[int, Any]:
        at = next((at + 1 for at, job in enumerate(known) if job["id"] == query.get("after")), 0)
        begin = 0 if manner == "repeats" else at
        some = known[begin : begin + int(query.get("limit", 20))]
        said = {"object": "list", "data": some}
        return 200, said if manner == "silent" else {**said, "has_more": manner == "repeats" or at + len(some) < number}

    class There:
        name = "there"

    with scripted(Script({**usual(), ("GET", "/fine_tuning/jobs"): list_jobs})) as running:
        there = Endpoint(1, "there", running.base_url)
        client = rescue.client_of(there)
        listed = [job.id for job in rescue.every(there, client.fine_tuning.jobs.list, "jobs", [])]
    assert len(listed) == len(set(listed))
    assert listed == [job["id"] for job in known][: len(listed)]
    assert len(listed) == (min(number, 100) if manner == "repeats" else number)


def test_a_server_that_lists_no_files_is_told_and_its_jobs_come_all_the_same(db, script, endpoint):
    script.answers["GET", "/files"] = (403, refusal("not for you"))
    there = look(db, endpoint)
    assert len(there.jobs) == 1
    assert "does not list its files" in there.notes[0]


def test_a_job_comes_with_its_rows_as_they_were_trained_on_its_settings_and_its_history(
    db, workspace, script, endpoint
):
    bring(db, workspace, endpoint)
    with working(workspace):
        job = until(db, lambda c: next((j for j in found.every(c, endpoint.id) if j.state.ended), None))
        until(db, lambda c: jobs.metrics(c, job.id))
    assert (job.origin, job.remote_id, job.seed, job.trained_tokens) == ("found", "ftjob-a", 7, 1234)
    assert (job.state, job.fine_tuned_model) == (JobState.SUCCEEDED, "ft:gpt-4o-mini-2024-07-18:org::ftjob-a")
    assert job.hyperparameters["n_epochs"] == 2
    assert job.created_at == datetime.fromtimestamp(1_700_000_000, UTC)
    with db.read() as c:
        rows = examples.every(c, job.project_id)
        frozen = list(snapshots.rows(c, job.snapshot_id))
        kept = [model.name for model in models.of_project(c, job.project_id)]
        assert projects.get(c, job.project_id).name == "Brought in: file-train"
    assert {(row.split, row.status) for row in rows} == {(Split.TRAIN, Status.APPROVED)}
    assert [row.training.messages for row in frozen] == [line["messages"] for line in training_lines(12)]
    assert kept == ["ft:gpt-4o-mini-2024-07-18:org::ftjob-a"]
    assert list(workspace.folder("uploads").iterdir()) == []


def test_rows_without_instructions_stay_without(db, workspace, script, endpoint):
    """The model was trained so: a prompt that the app derives must not get into the snapshot."""
    bare = [{"messages": line["messages"][1:]} for line in training_lines(12)]
    script.answers |= answers(remote_job("ftjob-a"), files={"file-train": jsonl(bare)})
    bring(db, workspace, endpoint)
    with db.read() as c:
        [job] = found.every(c, endpoint.id)
        assert all(not row.training.system for row in snapshots.rows(c, job.snapshot_id))
    assert job.system_prompt == ""


def test_bringing_in_twice_doubles_nothing(db, workspace, script, endpoint):
    bring(db, workspace, endpoint)
    assert bring(db, workspace, endpoint) == []
    again = connections.add(db, workspace, "same-server", base_url=script.base_url, key=Key())
    assert look(db, again).new == ()
    assert bring(db, workspace, again) == []
    with db.read() as c:
        assert len(projects.every(c)) == 1
        assert len(found.at_server(c, endpoint.base_url)) == 1


def test_one_that_was_stopped_anywhere_is_gone_on_with_and_doubles_nothing(db, workspace, script, endpoint):
    """Stopped at every place where progress is told, then done: as a worker that was killed and started again."""

    class Stop(Exception):
        pass

    there = look(db, endpoint)
    [task] = rescue_jobs.ask(db, endpoint, there, ["ftjob-a"], who="DK")
    adapter = adapter_for(endpoint, KNOWN)
    for allowed in range(30):
        left = [allowed]

        def tell(*_: Any, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Stop

        try:
            rescue_jobs.bring_in(db, task, workspace.folder("uploads"), adapter, tell)
            break
        except Stop:
            continue
    else:
        raise AssertionError("it never came to its end")
    assert allowed > 2
    rescue_jobs.bring_in(db, task, workspace.folder("uploads"), adapter, lambda *_: None)
    with db.read() as c:
        [job] = found.every(c, endpoint.id)
        assert len(examples.every(c, job.project_id)) == 12
        assert len(imports.of_project(c, job.project_id)) == 1
        assert snapshots.get(c, job.snapshot_id).train == 12


def test_our_own_jobs_are_recognised_by_their_number_or_their_id(db, workspace, project, script, endpoint):
    with db.write() as c:
        snapshot = snapshots.take(c, project.id, [], digest="d", numbers={}, tokens=0, who="t")
        plain = {"snapshot_id": snapshot.id, "endpoint_id": endpoint.id, "base_model": "m", "hyperparameters": {}}
        plain |= {"system_prompt": "", "seed": 0, "who": "t"}
        jobs.plan(c, project.id, key="our-number", **plain)
        second = jobs.plan(c, project.id, key="second", **plain)
        jobs.change(c, second.id, remote_id="ftjob-b")
    mine = remote_job("ftjob-a", metadata={"tuneworthy_job": "our-number"})
    theirs = remote_job("ftjob-c", metadata={"tuneworthy_job": "somebody else's"})
    script.answers |= answers(mine, remote_job("ftjob-b"), theirs)
    there = look(db, endpoint)
    assert [(job.id, job.ours) for job in there.jobs] == [("ftjob-a", True), ("ftjob-b", True), ("ftjob-c", False)]
    bring(db, workspace, endpoint)
    assert [job.remote_id for job in jobs_at(db, endpoint)] == ["ftjob-c"]


def test_jobs_that_learnt_from_the_same_files_share_a_project_also_those_that_come_later(
    db, workspace, script, endpoint
):
    script.answers |= answers(remote_job("ftjob-a"), remote_job("ftjob-b"))
    assert len(bring(db, workspace, endpoint, "ftjob-a")) == 1
    bring(db, workspace, endpoint)
    first, second = jobs_at(db, endpoint)
    assert first.project_id == second.project_id
    assert first.snapshot_id == second.snapshot_id
    with db.read() as c:
        assert len(examples.every(c, first.project_id)) == 12


def test_a_validation_file_becomes_the_validation_split(db, workspace, script, endpoint):
    held = {"file-train": jsonl(training_lines(24)), "file-valid": jsonl(VALID)}
    script.answers |= answers(remote_job("ftjob-a", validation_file="file-valid"), files=held)
    bring(db, workspace, endpoint)
    [job] = jobs_at(db, endpoint)
    with db.read() as c:
        taken = snapshots.get(c, job.snapshot_id)
        assert (taken.train, taken.validation, taken.test) == (24, 12, 0)
        assert rescue_again.held_out(c, job).source == "validation"
        assert len(rescue_again.held_out(c, job).rows) == 12


def test_a_file_that_is_gone_leaves_its_job_with_its_curve_and_says_so(db, workspace, script, endpoint):
    script.answers |= answers(remote_job("ftjob-a"), files={})
    script.answers = {key: value for key, value in script.answers.items() if not key[1].startswith("/files/")}
    [task] = bring(db, workspace, endpoint)
    with working(workspace):
        job = until(db, lambda c: next((j for j in found.every(c, endpoint.id) if j.state.ended), None))
    with db.read() as c:
        assert snapshots.get(c, job.snapshot_id).train == 0
        assert [metric.train_loss for metric in jobs.metrics(c, job.id)] == [1.5]
        assert any("no longer at old" in event.message for event in jobs.events(c, job.id))
        assert "no longer at old" in tasks.get(c, task.id).result["notes"][0]
    with pytest.raises(rescue_again.NotFit, match="did not come along"):
        rescue_again.retrain(db, job, endpoint, base_model="m", who="t")


def test_rows_that_cannot_be_read_are_listed_with_their_lines_in_the_file(db, workspace, script, endpoint):
    lines = [json.dumps(line).encode() for line in training_lines(12)]
    broken = (
        b"\xef\xbb\xbf" + b"\n".join([lines[0], b'{"messages": [', b"", b"\xff\xfe", *lines[1:], b"[1, 2]"]) + b"\n"
    )
    script.answers |= answers(remote_job("ftjob-a"), files={"file-train": broken})
    [task] = bring(db, workspace, endpoint)
    with db.read() as c:
        [job] = found.every(c, endpoint.id)
        [taken] = imports.of_project(c, job.project_id)
        assert [row.line for row in imports.rejected(c, taken.id)] == [2, 4, 16]
        assert (taken.accepted, taken.file_name) == (12, "file-train.jsonl")
        assert (tasks.get(c, task.id).result["rows"], tasks.get(c, task.id).result["rejected"]) == (12, 3)


def test_a_file_of_pairs_comes_with_both_answers(db, workspace, script, endpoint):
    pairs = [
        {
            "input": {"messages": line["messages"][:-1]},
            "preferred_output": [line["messages"][-1]],
            "non_preferred_output": [{"role": "assistant", "content": f"I do not know {at}."}],
        }
        for at, line in enumerate(training_lines(12))
    ]
    method = {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 1, "beta": 0.1}}}
    script.answers |= answers(remote_job("ftjob-a", method=method), files={"file-train": jsonl(pairs)})
    bring(db, workspace, endpoint)
    with db.read() as c:
        [job] = found.every(c, endpoint.id)
        rows = list(snapshots.rows(c, job.snapshot_id))
        assert rescue_again.settings_of(c, job).method == "dpo"
    assert (job.method, job.hyperparameters["beta"]) == ("dpo", 0.1)
    assert [row.worse for row in rows] == [f"I do not know {at}." for at in range(12)]
    assert [row.training.response for row in rows] == [line["messages"][-1]["content"] for line in training_lines(12)]


def test_a_server_that_does_not_give_the_file_is_told_and_asking_again_goes_on(db, workspace, script, endpoint):
    given_ = script.answers["GET", "/files/file-train/content"]
    script.answers["GET", "/files/file-train/content"] = (500, refusal("oops"))
    with pytest.raises(NoAnswer):
        bring(db, workspace, endpoint)
    with db.write() as c:
        task = tasks.lease(c, kinds=(BRING,))
        assert task is not None
        tasks.fail(c, task, "it did not answer")
    script.answers["GET", "/files/file-train/content"] = given_
    [again] = bring(db, workspace, endpoint)
    assert again.id == task.id
    with db.read() as c:
        assert len(projects.every(c)) == 1


def test_a_file_that_is_too_large_is_refused_before_the_disk_is_full(db, workspace, script, endpoint, monkeypatch):
    monkeypatch.setattr("ftcore.training.rescue_files.LARGEST", 100)
    with pytest.raises(EndpointError, match="larger than there is room for"):
        bring(db, workspace, endpoint)
    assert list(workspace.folder("uploads").iterdir()) == []


def test_a_file_s_name_leads_nowhere(db, workspace, script, endpoint):
    name = "../../<b>evil</b>\n.jsonl"
    entry = {"id": "file-train", "object": "file", "bytes": 1, "created_at": 1, "filename": name, "purpose": "x"}
    script.answers["GET", "/files/file-train"] = (200, entry)
    bring(db, workspace, endpoint)
    [job] = jobs_at(db, endpoint)
    with db.read() as c:
        assert imports.of_project(c, job.project_id)[0].file_name == ".. .. <b>evil< b> .jsonl"
    assert [path.name for path in workspace.root.parent.iterdir()] == ["workspace"]


def test_days_left_are_counted_to_the_day():
    assert FoundModel("m", True, "2027-01-14").days_left(date(2026, 11, 24)) == 51
    assert FoundModel("m", True).days_left() is None


@pytest.fixture(scope="module")
def server(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainerProcess]:
    """A second workspace's trainer, with one training that has ended."""
    home = tmp_path_factory.mktemp("elsewhere")
    tiny.write_tiny(starter_model, home / "models")
    running = TrainerProcess(home, {"TUNEWORTHY_MODELS": str(home / "models")}).start()
    client = running.client()
    training, validation = upload(client, training_lines(12)), upload(client, VALID, "valid.jsonl")
    made = client.fine_tuning.jobs.create(
        model=tiny.NAME,
        training_file=training,
        validation_file=validation,
        seed=3,
        method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 1, "batch_size": 6}}},
    )
    assert wait_for_job(client, made.id).status == "succeeded"
    yield running
    running.stop()


@pytest.mark.model
def test_a_second_workspace_s_trainer_is_rescued_retrained_and_compared(db, workspace, server):
    there = connections.add(db, workspace, "elsewhere", base_url=server.base_url, key=Key(typed=server.token))
    with db.write() as c:
        put = tasks.put(c, LOOK, {"endpoint_id": there.id}, key=f"{LOOK}:{there.id}")
    with working(workspace):
        inventory = Inventory.from_json(ended(db, put.id).result)
        assert [(job.state, job.known) for job in inventory.jobs] == [("succeeded", 0)]
        [bringing] = rescue_jobs.ask(db, there, inventory, [inventory.jobs[0].id], who="DK")
        done = ended(db, bringing.id)
        assert (done.error, done.result["rows"], done.result["notes"]) == ("", 24, [])
        job = until(db, lambda c: next((j for j in found.every(c, there.id) if j.state.ended), None))
        until(db, lambda c: models.of_project(c, job.project_id))
        with db.read() as c:
            curve = jobs.metrics(c, job.id)
            assert [metric.step for metric in curve] == [1, 2]
            assert all(metric.train_loss for metric in curve)
            assert snapshots.get(c, job.snapshot_id).validation == 12
        made = rescue_again.retrain(db, job, there, base_model=tiny.NAME, who="DK")
        assert rescue_again.retrain(db, job, there, base_model=tiny.NAME, who="DK").id == made.id
        with db.read() as c:
            comparing = found.task(c, rescue_again.key_of(job, made))
        result = ended(db, comparing.id)
    assert result.error == ""
    assert (result.result["rows"], result.result["source"], result.result["missing"]) == (12, "validation", 0)
    with db.read() as c:
        after = jobs.get(c, made.id)
    assert result.result["models"] == {"before": job.fine_tuned_model, "after": after.fine_tuned_model}
    assert len(server.client().fine_tuning.jobs.list().data) == 2

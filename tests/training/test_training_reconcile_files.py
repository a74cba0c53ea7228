"""Training files are sent once and can be taken away; what a job leaves is fetched and kept."""

from __future__ import annotations

import base64
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.endpoints.adapter import Adapter
from ftcore.endpoints.providers import Provider
from ftcore.records import Endpoint, Job, JobState, Metric, Snapshot, Split
from ftcore.store import job_files, jobs, models, tasks, uploads
from ftcore.store.database import Database
from ftcore.training import results, uploading
from ftcore.training.calling import NoAnswer
from ftcore.training.results import fetch_results, read_metrics
from ftcore.training.rows import rows_for, write_file
from ftcore.training.turn import Turn, held_by_nobody
from ftcore.training.uploading import Content, ask_to_remove, remove_files
from tests.faults.protocol_server import Remote
from tests.training.faulty import endpoint, now_of, plan, remote, said, settle, snapshot

__all__ = ["endpoint", "remote", "snapshot"]
CSV = b"step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,2.5,0.4,,\n2,1.5,0.6,1.75,0.55\n"


def turn_of(db: Database, job: Job, endpoint: Endpoint, exports: Path, adapter: Adapter | None = None) -> Turn:
    return Turn(db, job, endpoint, adapter or Adapter(), exports, held_by_nobody)


def test_two_jobs_of_one_snapshot_send_its_files_once(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    first = settle(db, plan(db, snapshot, endpoint, "a"), tmp_path)
    second = settle(db, plan(db, snapshot, endpoint, "b"), tmp_path)
    assert remote.uploads == 2  # training and validation
    with db.read() as c:
        assert jobs.files(c, first.id) == jobs.files(c, second.id)


def test_a_file_that_was_deleted_there_is_sent_again(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    settle(db, plan(db, snapshot, endpoint, "a"), tmp_path)
    remote.files.clear()
    settle(db, plan(db, snapshot, endpoint, "b"), tmp_path)
    assert remote.uploads == 4
    assert {one["training_file"] for one in remote.asked} == {"file-1", "file-3"}


def test_an_upload_whose_reply_was_lost_is_found_by_its_name(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    job = plan(db, snapshot, endpoint)
    turn = turn_of(db, job, endpoint, tmp_path)
    uploading.send_files(turn)
    with db.write() as c:
        jobs.change(c, job.id, training_file_id="", validation_file_id="")
        for id_ in ("file-1", "file-2"):
            found = uploads.find_remote(c, endpoint.id, id_)
            assert found is not None
            c.exec_driver_sql("DELETE FROM uploads WHERE id = ?", (found.id,))
    assert uploading.send_files(turn) == ("file-1", "file-2")
    assert remote.uploads == 2


def test_what_is_sent_is_the_snapshot_line_by_line(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    job = settle(db, plan(db, snapshot, endpoint), tmp_path)
    with db.read() as c:
        wanted = [row.training.to_wire() for row in rows_for(c, job, Split.TRAIN)]
    assert [json.loads(line) for line in remote.files["file-1"]["content"].splitlines()] == wanted


def test_a_server_that_wants_a_byte_order_mark_gets_one(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    job = plan(db, snapshot, endpoint)
    adapter = Adapter(Provider("marked", "Marked", speaks=True, byte_order_mark=True))
    uploading.send_files(turn_of(db, job, endpoint, tmp_path, adapter))
    assert remote.files["file-1"]["content"].startswith(b"\xef\xbb\xbf{")


def test_a_smaller_part_lies_inside_a_larger_one_and_is_the_same_each_time(
    db: Database, snapshot: Snapshot, endpoint: Endpoint
) -> None:
    sizes = (0.25, 0.5, 1.0)
    parts = []
    for share in sizes:
        job = plan(db, snapshot, endpoint, f"share-{share}", share=share)
        with db.read() as c:
            ids = [row.example_id for row in rows_for(c, job, Split.TRAIN)]
            assert ids == [row.example_id for row in rows_for(c, job, Split.TRAIN)] == sorted(ids)
        parts.append(set(ids))
    assert parts[0] < parts[1] < parts[2]
    assert [len(part) for part in parts] == [-(-snapshot.train * quarters // 4) for quarters in (1, 2, 4)]


def test_pairs_are_sent_in_the_shape_for_preferences(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, tmp_path: Path
) -> None:
    with db.write() as c:
        c.exec_driver_sql("UPDATE snapshot_rows SET worse = 'no idea' WHERE snapshot_id = ?", (snapshot.id,))
    job = plan(db, snapshot, endpoint, method="dpo")
    with db.read() as c:
        path = write_file(c, job, Split.TRAIN, tmp_path)
    assert path is not None
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == snapshot.train
    assert {one["non_preferred_output"][0]["content"] for one in lines} == {"no idea"}


def test_a_large_file_is_never_whole_in_memory(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.jsonl"
    path.write_bytes(b"x" * (48 << 20))
    turn = turn_of(db, plan(db, snapshot, endpoint), endpoint, tmp_path)
    tracemalloc.start()
    uploading._upload(replace_client(turn, monkeypatch), "large.jsonl", Content(path, "", 48 << 20))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 << 20


def replace_client(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> Turn:
    """The server of these tests is in this process and reads whole bodies: this one counts and forgets."""
    import httpx2
    import openai

    def answer(request: httpx2.Request) -> httpx2.Response:
        for _ in request.stream:  # type: ignore[union-attr]
            pass
        return httpx2.Response(200, json={"id": "file-9", "object": "file"})

    class Counting(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            return answer(request)

    client = openai.OpenAI(api_key="k", base_url="http://127.0.0.1/v1", http_client=httpx2.Client(transport=Counting()))
    monkeypatch.setattr(Turn, "client", property(lambda self: client))
    return turn


def test_files_of_a_job_that_is_over_are_removed_but_not_those_that_another_needs(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    first = settle(db, plan(db, snapshot, endpoint, "a"), tmp_path)
    remote.status = "running"
    second = settle(db, plan(db, snapshot, endpoint, "b"), tmp_path, until=lambda job: job.state == JobState.RUNNING)
    stays = remove_files(db, first.id)
    assert [("another job" in one) for one in stays] == [True, True]
    assert set(remote.files) == {"file-1", "file-2"}
    remote.status = "succeeded"
    settle(db, second, tmp_path)
    assert remove_files(db, first.id) == []
    assert remote.files == {}
    assert now_of(db, first).files_removed_at is not None


def test_files_that_we_did_not_send_stay(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    remote.files["file-theirs"] = {"id": "file-theirs", "filename": "f", "bytes": 1, "content": b"x"}
    job = plan(db, snapshot, endpoint)
    with db.write() as c:
        jobs.change(c, job.id, state=JobState.SUCCEEDED, training_file_id="file-theirs")
    remove_files(db, job.id)
    assert "file-theirs" in remote.files


def test_removing_is_asked_for_once(db: Database, snapshot: Snapshot, endpoint: Endpoint) -> None:
    job = plan(db, snapshot, endpoint)
    ask_to_remove(db, job.id)
    ask_to_remove(db, job.id)
    with db.read() as c:
        assert len(tasks.open_tasks(c, snapshot.project_id, uploading.REMOVE)) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_what_a_job_leaves_is_kept_and_fills_its_curve(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path, packed: bool
) -> None:
    content = base64.encodebytes(CSV) if packed else CSV
    remote.files["file-r"] = {"id": "file-r", "filename": "step_metrics.csv", "bytes": 1, "content": content}
    remote.result_files = ["file-r"]
    point = {"id": "ftckpt_1", "object": "c", "created_at": 1, "fine_tuning_job_id": "j", "step_number": 2}
    remote.checkpoints = [
        {**point, "fine_tuned_model_checkpoint": "ft:m:ckpt-step-2", "metrics": {"step": 2, "train_loss": 1.5}}
    ]
    job = settle(db, plan(db, snapshot, endpoint), tmp_path)
    with db.read() as c:
        assert len(tasks.open_tasks(c, snapshot.project_id, "results")) == 1
    fetched = fetch_results(db, job.id)
    assert (fetched.files, fetched.checkpoints, fetched.faults) == (1, 1, ())
    with db.read() as c:
        (kept,) = job_files.of_job(c, job.id)
        assert (kept.name, job_files.content(c, kept.id)) == ("step_metrics.csv", content)
        point_kept = next(one for one in models.of_project(c, snapshot.project_id) if one.kind == "checkpoint")
        assert (point_kept.step, point_kept.metrics["train_loss"]) == (2, 1.5)
        second = jobs.metrics(c, job.id)[1]
    # The server's events (train_loss 1.0) came first and stay; what they did not tell comes from the file.
    assert (second.train_loss, second.train_accuracy, second.valid_loss, second.valid_accuracy) == (
        1.0,
        0.6,
        1.75,
        0.55,
    )


def test_a_result_file_that_is_too_large_is_said_and_not_kept(
    db: Database,
    snapshot: Snapshot,
    endpoint: Endpoint,
    remote: Remote,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(results, "LARGEST", 1 << 20)
    remote.files["file-r"] = {"id": "file-r", "filename": "r.csv", "bytes": 1, "content": b"step,x\n" * 200_000}
    remote.result_files = ["file-r"]
    job = settle(db, plan(db, snapshot, endpoint), tmp_path)
    assert fetch_results(db, job.id).files == 0
    assert "larger than 1 MB" in said(db, job)


def test_what_cannot_be_fetched_never_unmakes_the_success(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    job = settle(db, plan(db, snapshot, endpoint), tmp_path)
    remote.refusals = [500]
    fetched = fetch_results(db, job.id)
    assert len(fetched.faults) == 1
    results.give_up(db, job.id, fetched)
    assert now_of(db, job).state == JobState.SUCCEEDED
    assert "could not be fetched" in said(db, job)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.floats(0, 50)), unique_by=lambda pair: pair[0]))
def test_figures_are_read_under_whichever_names_and_order(rows: list[tuple[int, float]]) -> None:
    text = "validation_mean_token_accuracy, step ,train_loss\r\n" + "".join(f"nan,{s},{loss!r}\r\n" for s, loss in rows)
    expected = [Metric(step=s, total_steps=0, train_loss=loss) for s, loss in rows]
    assert list(read_metrics(text.encode("utf-8-sig"))) == expected


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reading(content: bytes) -> None:
    list(read_metrics(content))


def test_a_file_that_the_server_still_checks_is_waited_for(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, tmp_path: Path
) -> None:
    turn: Any = turn_of(db, plan(db, snapshot, endpoint), endpoint, tmp_path)
    with pytest.raises(NoAnswer, match="still checking"):
        uploading._wait_until_ready(turn, SimpleNamespace(status="uploaded"), 0.0)
    uploading._wait_until_ready(turn, SimpleNamespace(status="uploaded"), uploading.READY_SECONDS)
    uploading._wait_until_ready(replace(turn), SimpleNamespace(status=None), 0.0)

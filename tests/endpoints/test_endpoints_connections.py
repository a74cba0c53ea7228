"""Connections are added, tested, changed and removed; a test tells in words what works and never starts a job."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from ftcore.app_files import data_dir
from ftcore.endpoints import EndpointError, check_connection, connections, providers
from ftcore.endpoints.connections import Key
from ftcore.records import LOCAL, Endpoint
from ftcore.store import endpoints
from tests.endpoints.scripted_server import Script, refusal, scripted, usual
from tests.fixtures_trainer import TrainerProcess

ADDRESS = "https://api.example.com/v1"
KNOWN = {one.name: one for one in providers.load(data_dir() / "providers.yaml")}


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted(Script(usual())) as running:
        yield running


def asked(script: Script, **also: bool) -> dict[str, tuple[bool | None, str]]:
    found = check_connection(Endpoint(1, "test", script.base_url), **also)
    return {finding.what: (finding.ok, finding.sentence) for finding in found}


@pytest.mark.model
def test_our_own_trainer_passes_every_step_and_is_left_as_it_was(trainer_server: TrainerProcess):
    there = Endpoint(1, "test", trainer_server.base_url, f"file:{trainer_server.workspace / 'trainer-token'}")
    client = trainer_server.client()
    before = (client.files.list().data, client.fine_tuning.jobs.list().data)
    found = check_connection(there, send_file=True, may_start_jobs=True)
    assert [(step.what, step.ok) for step in found] == [
        ("address", True), ("reachable", True), ("authorised", True), ("models", True),
        ("files", True), ("jobs", True), ("new_jobs", True),
    ]  # fmt: skip
    assert (client.files.list().data, client.fine_tuning.jobs.list().data) == before


def test_without_being_asked_nothing_is_sent_but_questions(script):
    found = asked(script)
    assert all(ok for ok, _ in found.values())
    assert "new_jobs" not in found
    assert {method for method, _ in script.asked} == {"GET"}


@pytest.mark.parametrize(
    ("status", "said", "ok", "words"),
    [
        (400, refusal("invalid training_file", param="training_file"), True, "New jobs may be started"),
        (404, refusal("No such File object"), True, "New jobs may be started"),
        (403, refusal("Fine-tuning is closed for your organisation."), False, "closed for your organisation"),
        (400, refusal("Model base-1 cannot be trained."), None, "could not be told"),
        (404, {"detail": "Not Found"}, None, "could not be told"),
        (429, refusal("slow down"), None, "could not be told"),
        (500, refusal("oops"), None, "could not be told"),
        (200, b"<html>hello</html>", None, "could not be told"),
    ],
)
def test_whether_jobs_may_be_started_is_told_by_how_it_refuses(script, status, said, ok, words):
    script.answers["POST", "/fine_tuning/jobs"] = (status, said)
    found = asked(script, may_start_jobs=True)["new_jobs"]
    assert found[0] is ok
    assert words in found[1]
    assert script.asked.count(("POST", "/fine_tuning/jobs")) == 1


def test_a_careless_server_that_accepts_the_impossible_job_is_told_at_once_to_stop(script):
    job = {"id": "ftjob-9", "object": "fine_tuning.job", "status": "queued", "model": "base-1"}
    script.answers["POST", "/fine_tuning/jobs"] = (200, job)
    script.answers["POST", "/fine_tuning/jobs/ftjob-9/cancel"] = (200, {**job, "status": "cancelled"})
    ok, said = asked(script, may_start_jobs=True)["new_jobs"]
    assert ok is None
    assert "stopped at once (job ftjob-9)" in said
    assert ("POST", "/fine_tuning/jobs/ftjob-9/cancel") in script.asked
    del script.answers["POST", "/fine_tuning/jobs/ftjob-9/cancel"]
    ok, said = asked(script, may_start_jobs=True)["new_jobs"]
    assert ok is False
    assert "look for job ftjob-9" in said


def test_the_job_that_cannot_be_names_a_file_that_does_not_exist(script):
    bodies: list[bytes] = []

    def refuse(_: dict[str, str], body: bytes) -> tuple[int, dict]:
        bodies.append(body)
        return 400, refusal("no such file")

    script.answers["POST", "/fine_tuning/jobs"] = refuse
    asked(script, may_start_jobs=True)
    assert b'"training_file":"file-tuneworthy-no-such-file"' in bodies[0].replace(b" ", b"")


def test_a_server_without_files_or_jobs_says_so_step_by_step(script):
    del script.answers["GET", "/files"]
    script.answers["GET", "/fine_tuning/jobs"] = (200, b"<html>")
    found = asked(script)
    assert found["models"][0]
    assert (found["files"][0], found["jobs"][0]) == (False, False)


def test_a_file_that_was_sent_is_deleted_again(script):
    file = {"id": "file-1", "object": "file", "bytes": 1, "created_at": 1, "filename": "f", "purpose": "fine-tune"}
    script.answers["POST", "/files"] = (200, file)
    script.answers["DELETE", "/files/file-1"] = (200, {"id": "file-1", "object": "file", "deleted": True})
    assert asked(script, send_file=True)["files"] == (True, "It took a small file, and deleted it again.")
    assert ("DELETE", "/files/file-1") in script.asked


def test_a_key_that_the_server_repeats_is_not_kept(script, monkeypatch):
    monkeypatch.setenv("ODD_KEY", "plainwordaskey")
    script.answers["GET", "/models"] = (401, refusal("Incorrect key provided: plainwordaskey"))
    found = check_connection(Endpoint(1, "test", script.base_url, "env:ODD_KEY"))
    assert "plainwordaskey" not in str(found)
    assert "[key]" in found[-1].sentence


def test_what_closes_when_is_said_with_its_source():
    closed = Endpoint(1, "old", "http://127.0.0.1:9/v1")
    found = check_connection(closed, provider=KNOWN["openai"], timeout=1, today=date(2026, 11, 24))
    said = [finding.sentence for finding in found if finding.what == "closes"]
    assert any(sentence.startswith("In 43 days (2027-01-06): No new fine-tuning jobs") for sentence in said)
    assert any(sentence.startswith("Since 2026-05-07") for sentence in said)
    assert all("third party" in sentence for sentence in said)


def test_the_last_test_is_kept_with_the_connection_until_its_address_or_key_changes(db, workspace, script):
    made = connections.add(db, workspace, "work", base_url=script.base_url, key=Key())
    found = connections.check(db, workspace, made)
    with db.read() as c:
        kept = endpoints.get(c, made.id)
    assert kept.findings == [finding._asdict() for finding in found]
    assert kept.checked_at is not None
    limited = connections.edit(db, workspace, kept, limits={"job_usd": 5, "month_usd": None})
    assert (limited.limits, limited.checked_at) == ({"job_usd": 5.0}, kept.checked_at)
    moved = connections.edit(db, workspace, kept, base_url=script.base_url.replace("/v1", "/v2"))
    assert (moved.findings, moved.checked_at) == ([], None)


def test_a_kept_key_is_never_sent_to_another_server(db, workspace):
    made = connections.add(db, workspace, "work", base_url=ADDRESS, key=Key(variable="WORK_KEY"))
    with pytest.raises(EndpointError, match="Give the key again"):
        connections.edit(db, workspace, made, base_url="https://evil.example/v1")
    moved = connections.edit(db, workspace, made, base_url="https://other.example/v1", key=Key(variable="OTHER_KEY"))
    assert (moved.base_url, moved.key_source) == ("https://other.example/v1", "env:OTHER_KEY")
    assert connections.edit(db, workspace, moved, base_url="https://other.example/v2").key_source == "env:OTHER_KEY"


@pytest.mark.parametrize("name", ["local", "Local", "two words", "", "-x", "a/b", "../x", "x" * 33, "<b>x</b>"])
def test_a_name_is_one_short_word_and_not_local(db, workspace, name):
    with pytest.raises(EndpointError, match=r"one short word|this computer's own"):
        connections.add(db, workspace, name, base_url=ADDRESS, key=Key())


def test_a_name_that_is_taken_is_refused_whatever_its_capitals(db, workspace):
    connections.add(db, workspace, "Work", base_url=ADDRESS, key=Key())
    with pytest.raises(EndpointError, match="named Work already"):
        connections.add(db, workspace, "work", base_url=ADDRESS, key=Key())


def test_a_removed_connection_is_hidden_and_comes_back_as_itself_at_the_same_address(db, workspace):
    made = connections.add(db, workspace, "work", base_url=ADDRESS, key=Key())
    connections.remove(db, workspace, made)
    with db.read() as c:
        assert endpoints.every(c) == []
        assert endpoints.find(c, "work") is None
        assert endpoints.get(c, made.id).name == "work"
    assert connections.add(db, workspace, "work", base_url=ADDRESS, key=Key()).id == made.id


def test_the_name_of_a_removed_connection_is_free_for_another_server(db, workspace):
    made = connections.add(db, workspace, "work", base_url=ADDRESS, key=Key())
    connections.remove(db, workspace, made)
    other = connections.add(db, workspace, "work", base_url="https://other.example/v1", key=Key())
    with db.read() as c:
        assert (other.id != made.id, endpoints.get(c, made.id).name) == (True, f"work (removed {made.id})")


def test_this_computer_s_own_server_cannot_be_removed(db, workspace):
    with db.write() as c:
        own = endpoints.put(c, LOCAL, base_url="http://127.0.0.1:1/v1", key_source="", practice=True)
    with pytest.raises(EndpointError, match="cannot be removed"):
        connections.remove(db, workspace, own)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"base_url": "https://RESOURCE.openai.azure.com/openai/v1/"}, "Replace RESOURCE"),
        ({"provider": "together"}, "does not speak this protocol"),
        ({"provider": "nobody"}, "no provider named nobody"),
        ({"limits": {"job_usd": -1}}, "US dollars"),
        ({"limits": {"job_usd": float("nan")}}, "US dollars"),
        ({"limits": {"jobs": 1}}, "no limit named jobs"),
    ],
)
def test_what_cannot_work_is_refused_in_words_and_nothing_is_written(db, workspace, wanted, words):
    with pytest.raises(EndpointError, match=words):
        connections.add(db, workspace, "work", key=Key(), **{"base_url": ADDRESS, **wanted})
    with db.read() as c:
        assert endpoints.every(c) == []

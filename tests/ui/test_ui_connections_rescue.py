"""What is at a server already is listed with what dies when, brought in by one button, and can be trained again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.endpoints import connections
from ftcore.endpoints.connections import Key
from ftcore.records import JobState
from ftcore.store import found, jobs, projects, tasks
from ftcore.store.database import Database
from ftcore.training import rescue_again
from ftcore.training.rescue import BRING, LOOK
from ftcore.workspace import Workspace, open_workspace
from tests.endpoints.scripted_server import Script, refusal, scripted
from tests.fixtures_trainer import jsonl, training_lines
from tests.training.test_training_rescue import VALID, answers, page, remote_job, until, working
from tests.ui import journeys
from tests.ui.journeys import HOSTILE


@pytest.fixture
def workspace(db: Database) -> Workspace:
    return open_workspace()


@pytest.fixture
def script() -> Iterator[Script]:
    held = {"file-train": jsonl(training_lines(24)), "file-valid": jsonl(VALID)}
    whole = remote_job("ftjob-a", validation_file="file-valid")
    lost = remote_job("ftjob-b", training_file="file-gone", status="cancelled", fine_tuned_model=None)
    said = answers(whole, lost, files=held)
    with scripted(Script(said)) as running:
        yield running


@pytest.fixture
def screen(db: Database, workspace: Workspace, script: Script, open_page: Any) -> AppTest:
    journeys.begin(db)
    connections.add(db, workspace, "old", base_url=script.base_url, key=Key(), provider="openai")
    return open_page("train", train="Connections")


def worked(db: Database, workspace: Workspace, kind: str) -> None:
    """The worker has done what waits of this kind."""
    with working(workspace):
        until(db, lambda c: all(task.state not in ("queued", "running") for task in found.tasks_of(c, kind, 1)))


def looked(screen: AppTest, db: Database, workspace: Workspace) -> AppTest:
    screen.button(key="there-1").click().run()
    worked(db, workspace, LOOK)
    screen.run()
    assert not screen.exception
    return screen


def brought(screen: AppTest, db: Database, workspace: Workspace) -> AppTest:
    looked(screen, db, workspace)
    screen.button(key="bring-in-1").click().run()
    worked(db, workspace, BRING)
    with working(workspace):
        until(db, lambda c: len([job for job in found.every(c, 1) if job.state.ended]) == 2)
        until(db, lambda c: all(not tasks.is_open(c, f"results:{job.key}") for job in found.every(c, 1)))
    screen.run()
    assert not screen.exception
    return screen


def said(screen: AppTest) -> str:
    parts = [screen.markdown, screen.text, screen.caption, screen.warning, screen.error, screen.subheader]
    return "\n".join(str(one.value) for kind in parts for one in kind)


def test_what_is_there_is_listed_with_what_stops_answering_when(screen, db, workspace):
    looked(screen, db, workspace)
    left = (date(2027, 1, 14) - date.today()).days
    words = f"1 tuned model stops answering in {left} days" if left > 0 else "1 tuned model has stopped answering"
    assert words in said(screen)
    table = next(one.value for one in screen.dataframe if "Job" in one.value.columns)
    assert list(table["Job"]) == ["ftjob-a", "ftjob-b"]
    assert list(table["Training file"]) == ["file-train.jsonl", "gone"]
    assert list(table["Here"]) == ["not yet", "not yet"]
    assert "1 of them has no training file there any more" in said(screen)
    assert screen.button(key="bring-in-1").label == "Bring in 2 jobs"


def test_bringing_in_says_what_came_and_what_did_not_and_is_done_once(screen, db, workspace):
    brought(screen, db, workspace)
    text = said(screen)
    assert "1 job and 36 rows" in text
    assert "1 job and 0 rows" in text
    assert "file-gone is no longer at old" in text
    assert "All of them are here already." in text
    assert "bring-in-1" not in [button.key for button in screen.button]
    with db.read() as c:
        assert sorted(project.name for project in projects.every(c)) == [
            "Brought in: file-train",
            "Brought in: ftjob-b",
            "Tickets",
        ]


def test_the_same_rows_are_trained_again_elsewhere_and_compared_in_a_sentence(screen, db, workspace, script):
    brought(screen, db, workspace)
    second = connections.add(db, workspace, "new", base_url=script.base_url, key=Key(), provider="")
    screen.run()
    screen.selectbox(key="endpoint").select("new").run()
    screen.text_input(key=f"base-model-{second.id}").input("base-1").run()
    assert "12 validation rows" in said(screen)
    for box in [one for one in screen.checkbox if str(one.key).startswith("yes-")]:
        box.check()
    screen.run()
    screen.button(key="retrain").click().run()
    assert not screen.exception
    with db.write() as c:
        before = next(job for job in found.every(c, 1) if job.remote_id == "ftjob-a")
        [after] = rescue_again.again(c, before)
        jobs.change(c, after.id, state=JobState.SUCCEEDED, remote_id="ftjob-new", fine_tuned_model="ft:base-1::new")

    def answer(_: dict[str, str], body: bytes) -> tuple[int, Any]:
        right = b"ft:base-1::new" in body
        text = next(
            line["messages"][-1]["content"] for line in VALID if line["messages"][1]["content"].encode() in body
        )
        choice = {"index": 0, "finish_reason": "stop"}
        message = {"role": "assistant", "content": text if right else "no idea"}
        usage = {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}
        plain = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "usage": usage}
        return 200, {**plain, "choices": [{**choice, "message": message}]}

    script.answers["POST", "/chat/completions"] = answer
    with working(workspace):
        key = rescue_again.key_of(before, after)
        until(db, lambda c: found.task(c, key).state not in ("queued", "running"))
    screen.run()
    assert "the new model reaches 100 of 100" in said(screen)
    assert "the old one 0" in said(screen)
    assert "no run of Evaluate" in said(screen)
    assert script.asked.count(("POST", "/chat/completions")) == 24
    kept = list(workspace.folder("exports").glob("project-*-comparison-*.jsonl"))
    with db.write() as c:
        tasks.revive(c, key)
    with working(workspace):
        until(db, lambda c: found.task(c, key).state not in ("queued", "running"))
    assert script.asked.count(("POST", "/chat/completions")) == 24, "no paid question is asked twice"
    assert len(kept) == 1


def test_a_server_that_refuses_is_told_and_can_be_asked_again(screen, db, workspace, script):
    script.answers["GET", "/fine_tuning/jobs"] = (403, refusal(f"no {HOSTILE}"))
    looked(screen, db, workspace)
    assert "could not be looked at" in screen.error[0].value
    assert "![x]" not in screen.error[0].value
    script.answers["GET", "/fine_tuning/jobs"] = page(remote_job("ftjob-a"))
    screen.button(key="look-1").click().run()
    worked(db, workspace, LOOK)
    screen.run()
    assert screen.button(key="bring-in-1").label == "Bring in 1 job"


def test_hostile_names_there_are_shown_as_they_are(screen, db, workspace, script):
    soon = (date.today() + timedelta(days=9)).isoformat()
    name = f"ft:{HOSTILE}"
    script.answers["GET", "/models"] = page({"id": name, "object": "model", "shutdown_date": soon})
    script.answers["GET", "/fine_tuning/jobs"] = page(remote_job("ftjob-a", status=HOSTILE, fine_tuned_model=name))
    looked(screen, db, workspace)
    assert "stops answering in 9 days" in said(screen)
    assert "![x]" not in "".join(str(one.value) for one in screen.warning)


def test_pressed_again_the_button_closes_what_it_opened(screen, db, workspace):
    looked(screen, db, workspace)
    screen.button(key="there-1").click().run()
    assert "bring-in-1" not in [button.key for button in screen.button]

"""A run as the worker carries it out, against a server that counts what it is asked."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.plans import Declared, offer, plan_run
from ftcore.records import Job, Split
from ftcore.report import words
from ftcore.report.telling import tell
from ftcore.store import endpoints, prompts, runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.worker.evaluate import carry_out, score_again
from ftcore.worker.watch import Cancelled
from ftcore.workspace import Workspace
from tests.conftest import ROOT
from tests.evaluation.conftest import FaultServer
from tests.ui.journeys import MODEL, Journey, begin

GOOD = "Answer with a JSON object: category, urgency. Broken things are warranty."


@dataclass
class Quiet:
    """A task's hold that hears of no cancel, or of one after so many answers."""

    cancel_after: int | None = None
    told: list[int] = field(default_factory=list)

    @property
    def cancelled(self) -> bool:
        return self.cancel_after is not None and bool(self.told) and self.told[-1] >= self.cancel_after

    def progress(self, done: int, total: int, message: str) -> None:
        self.told.append(done)
        self.check()

    def check(self) -> None:
        if self.cancelled:
            raise Cancelled


@dataclass
class World:
    db: Database
    workspace: Workspace
    journey: Journey
    job: Job
    server: FaultServer

    def plan(self, **declared: Any) -> Run:
        return plan_run(self.db, self.journey.project_id, self.job, Declared(**declared), who="DK")

    def go(self, run: Run, watch: Quiet | None = None) -> Run:
        carry_out(self.db, self.workspace, run.id, watch or Quiet())  # type: ignore[arg-type]
        return self.now(run)

    def now(self, run: Run) -> Run:
        with self.db.read() as c:
            return runs.get(c, run.id)

    def asked(self) -> Counter[str]:
        return Counter(json.dumps(body, sort_keys=True) for body in self.server.bodies)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    running = FaultServer()
    yield running
    running.close()


@pytest.fixture
def world(db: Database, workspace: Workspace, server: FaultServer) -> World:
    journey = begin(db, train=24, validation=8, test=30)
    job = journey.job()
    with db.write() as c:
        endpoints.put(c, "local", base_url=server.base_url, key_source="", practice=True)
        prompts.add(c, journey.project_id, GOOD, who="DK")
        answers = {
            row.training.prompt: row.training.response
            for side in (Split.VALIDATION, Split.TEST)
            for row in snapshots.rows(c, job.snapshot_id, side)
        }

    def reply(body: dict[str, Any]) -> str:
        """The tuned model is right nine times in ten; the base only under the good instructions, seven times in ten."""
        question = body["messages"][-1]["content"]
        system = next((m["content"] for m in body["messages"] if m["role"] == "system"), "")
        share = 0.9 if body["model"] == MODEL else 0.7 if GOOD in system else 0.1
        sure = random.Random(f"{question}{body['model']}").random()
        return answers[question] if sure < share else "No idea."

    server.reply = reply
    return World(db, workspace, journey, job, server)


def test_validation_chooses_the_instructions_and_every_other_way_is_asked_with_them(world: World) -> None:
    ended = world.go(world.plan())
    result = ended.result
    assert ended.state == "done"
    assert result["chosen"]["prompt"]["variant"].endswith("version 2")
    assert set(result["chosen"]["prompt"]["averages"]) == {"version 1", "version 2"}
    arms = {arm["arm"]: arm for arm in result["arms"]}
    assert [arms[name]["kind"] for name in ("base", "prompt", "few_shot_3", "structured")] == [
        "base", "prompt", "few_shot", "structured",
    ]  # fmt: skip
    for name in ("prompt", "few_shot_3", "few_shot_8", "structured"):
        assert arms[name]["system_prompt"] == GOOD
    test = {row.training.prompt for row in _rows(world, Split.TEST)}
    bad = [
        b for b in world.server.bodies if b["messages"][0]["content"] == "Answer with a JSON object: category, urgency."
    ]
    assert bad, "version 1 was tried"
    assert not [b for b in bad if b["messages"][-1]["content"] in test], "and never on a test question"


def test_what_the_candidate_must_beat_is_the_best_way_on_validation_and_the_others_are_adjusted(world: World) -> None:
    result = world.go(world.plan()).result
    averages = {name: average for name, average in result["validation"].items() if average is not None}
    assert result["comparator"] == max(averages, key=lambda name: averages[name]) != "base"
    first, *others = result["comparisons"]
    assert (first["against"], first["p_holm"]) == (result["comparator"], None)
    assert all(one["p_holm"] >= one["p_value"] for one in others)
    assert (result["candidate"], result["looks"], result["usd"], result["reused"]) == ("fine_tuned", 1, 0.0, 0)


def test_every_answer_is_scored_by_every_measure_and_the_scores_can_be_made_again_without_a_call(world: World) -> None:
    ended = world.go(world.plan(scorer="json_fields", further=("exact_match", "json_valid", "edit_similarity")))
    asked = len(world.server.bodies)
    with world.db.read() as c:
        exact = runs.answers(c, ended.id, Split.TEST, "exact_match")
    assert {answer.score for answer in exact} == {0.0, 1.0}
    assert set(ended.result["arms"][0]["scores"]) == {"exact_match", "json_valid", "edit_similarity"}
    again = score_again(world.db, world.workspace, ended.id)
    assert len(world.server.bodies) == asked
    assert json.loads(json.dumps(again)) == ended.result


def test_a_later_run_takes_over_what_was_asked_and_counts_as_a_look(world: World) -> None:
    first = world.go(world.plan())
    asked = len(world.server.bodies)
    second = world.go(world.plan(delta=0.1))
    assert len(world.server.bodies) == asked
    assert (second.result["looks"], second.result["usd"]) == (2, 0.0)
    assert second.result["reused"] == asked
    assert [arm["average"] for arm in second.result["arms"]] == [arm["average"] for arm in first.result["arms"]]
    assert offer(world.db, world.job).looks == 2
    world.go(world.plan(fresh=True))
    assert len(world.server.bodies) == 2 * asked


def test_leaving_the_strongest_rival_out_is_said_beside_the_verdict(world: World) -> None:
    first = world.go(world.plan())
    assert not tell(world.db, world.journey.project_id).stronger
    proposed = {arm.name: arm for arm in offer(world.db, world.job).arms}
    world.go(world.plan(arms=[proposed["base"], proposed["fine_tuned"]]))
    story = tell(world.db, world.journey.project_id)
    assert f"in comparison {first.id}, more than “Base model”" in story.stronger
    assert story.stronger in words.limits(story)


def test_a_limit_is_kept_also_while_many_questions_are_under_way(world: World) -> None:
    _charge(world, 100.0)
    world.server.delay = 0.02
    run = world.plan(budget_usd=0.05)
    with pytest.raises(EvaluationError, match=r"The limit of \$0\.05 is reached"):
        world.go(run)
    ended = world.now(run)
    assert ended.state == "failed"
    assert "the answers so far are kept" in ended.error
    with world.db.read() as c:
        paid = runs.paid_for(c, ended)
    spent = sum((answer.tokens_in + answer.tokens_out) * 100 / 1e6 for answer in paid)
    assert 0 < spent <= 0.05
    assert len(paid) == len(world.server.bodies)


def test_under_a_limit_nothing_is_asked_whose_price_is_not_known(world: World) -> None:
    with world.db.write() as c:
        endpoint = endpoints.put(c, "elsewhere", base_url=world.server.base_url, key_source="")
    proposed = offer(world.db, world.job).arms
    larger = replace(
        proposed[0], name="larger", kind="larger", label="A larger model", model="big", endpoint_id=endpoint.id
    )
    run = world.plan(arms=[larger, *proposed], budget_usd=5.0)
    with pytest.raises(EvaluationError, match="The price of big is not known"):
        world.go(run)
    assert not [body for body in world.server.bodies if body["model"] == "big"]


def test_a_cancelled_run_goes_on_where_it_stopped(world: World) -> None:
    run = world.plan()
    world.server.delay = 0.01
    with pytest.raises(Cancelled):
        world.go(run, Quiet(cancel_after=40))
    stopped = world.now(run)
    assert stopped.state == "cancelled"
    with world.db.read() as c:
        kept = runs.progress(c, run.id)
    assert kept >= 40
    ended = world.go(run)
    assert ended.state == "done"
    assert set(world.asked().values()) == {1}, "no question was asked twice"


def test_a_run_that_is_killed_at_any_moment_asks_no_finished_question_again(world: World) -> None:
    """The process that asks is killed, not told."""
    world.server.delay = 0.02
    run = world.plan()
    code = (
        "import sys; from pathlib import Path; from ftcore.workspace import open_workspace; "
        "from ftcore.worker.evaluate import carry_out; from tests.worker.test_worker_evaluate import Quiet; "
        "place = open_workspace(Path(sys.argv[1])); carry_out(place.open_database(), place, int(sys.argv[2]), Quiet())"
    )
    chance = random.Random(3)
    for _ in range(4):
        before = len(world.server.bodies)
        with world.db.read() as c:
            finished = set(runs.finished_calls(c, run.id))
        child = subprocess.Popen([sys.executable, "-c", code, str(world.workspace.root), str(run.id)], cwd=ROOT)
        try:
            while child.poll() is None and len(world.server.bodies) < before + chance.randint(10, 40):
                time.sleep(0.01)
        finally:
            if child.poll() is None:
                os.kill(child.pid, signal.SIGKILL)
            child.wait(30)
        with world.db.read() as c:
            assert finished <= set(runs.finished_calls(c, run.id)), "nothing that was kept is lost"
    ended = world.go(run)
    assert ended.state == "done"
    twice = sum(number - 1 for number in world.asked().values())
    assert twice <= 4 * 32, "only what was under way when the process died is asked again"


def test_a_test_row_that_stands_in_training_is_refused_before_anything_is_asked(
    db: Database, workspace: Workspace
) -> None:
    journey = begin(db, leaked=0)
    job = journey.job()
    with db.write() as c:
        row = next(iter(snapshots.rows(c, job.snapshot_id, Split.TRAIN)))
        c.exec_driver_sql(
            "UPDATE snapshot_rows SET training = (SELECT training FROM snapshot_rows WHERE snapshot_id = ? AND "
            "example_id = ?) WHERE id = (SELECT MIN(id) FROM snapshot_rows WHERE snapshot_id = ? AND split = 'test')",
            (job.snapshot_id, row.example_id, job.snapshot_id),
        )
    with pytest.raises(EvaluationError, match="1 test row asks what a training row asks"):
        plan_run(db, journey.project_id, job)
    with db.read() as c:
        assert not runs.of_project(c, journey.project_id)
        assert not tasks.open_tasks(c, journey.project_id, "evaluate")


def _rows(world: World, side: Split) -> list[Any]:
    with world.db.read() as c:
        return list(snapshots.rows(c, world.job.snapshot_id, side))


def _charge(world: World, usd: float) -> None:
    """The server becomes one that charges so much for a million tokens, in the workspace's own price file."""
    figure = {"usd": usd, "source": "memory", "read": "2026-11"}
    told = [
        {"provider": "together", "model": "any", "tuned": tuned, "input": figure, "output": figure}
        for tuned in (False, True)
    ]
    (world.workspace.root / "prices.yaml").write_text(json.dumps({"prices": told}))
    with world.db.write() as c:
        c.exec_driver_sql("UPDATE endpoints SET name = 'together', provider = 'together', practice = 0")

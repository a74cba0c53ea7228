"""A trial as it is offered, planned and carried out, against a server that counts what it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.plans import offer
from ftcore.evaluation.trials import ROWS, plan_trial
from ftcore.evaluation.trials import offer as offer_trial
from ftcore.records import Endpoint, Split, Status
from ftcore.report.known import measured_in
from ftcore.report.telling import tell
from ftcore.store import documents, endpoints, examples, imports, journal, runs, snapshots
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.store.journal import Edit
from ftcore.store.runs import Run
from ftcore.worker.evaluate import carry_out
from ftcore.workspace import Workspace
from tests.evaluation.conftest import FaultServer
from tests.ui.journeys import Journey, begin
from tests.worker.test_worker_evaluate import Quiet

MODEL = "some-model"


@dataclass
class Trying:
    db: Database
    workspace: Workspace
    journey: Journey
    server: FaultServer
    place: Endpoint

    def go(self, question: str, **more: Any) -> Run:
        run = plan_trial(self.db, self.journey.project_id, question, self.place, MODEL, who="DK", **more)
        carry_out(self.db, self.workspace, run.id, Quiet())  # type: ignore[arg-type]
        with self.db.read() as c:
            return runs.get(c, run.id)

    def evidence(self) -> Any:
        with self.db.read() as c:
            (found,) = measured_in(c, self.journey.project_id)
        return found

    def expected(self) -> dict[str, str]:
        with self.db.read() as c:
            return {row.training.prompt: row.training.response for row in snapshots.approved(c, 1)}


@pytest.fixture
def trying(db: Database, workspace: Workspace) -> Iterator[Trying]:
    server = FaultServer()
    journey = begin(db, train=48, validation=4, test=12)
    with db.write() as c:
        place = endpoints.put(c, "elsewhere", base_url=server.base_url, key_source="", practice=False)
    yield Trying(db, workspace, journey, server, place)
    server.close()


def says(trying: Trying, right: Any) -> None:
    """The server answers rightly where `right(body)` is true."""
    known = trying.expected()

    def reply(body: dict[str, Any]) -> str:
        return known[body["messages"][-1]["content"]] if right(body) else "No idea."

    trying.server.reply = reply


def shows_examples(body: dict[str, Any]) -> bool:
    return any(message["role"] == "assistant" for message in body["messages"])


def test_examples_in_the_prompt_that_help_say_that_the_prompt_was_not_worked_on(trying: Trying) -> None:
    says(trying, shows_examples)
    run = trying.go("prompt_optimized")
    assert run.state == "done"
    assert run.job_id is None
    assert [arm["arm"] for arm in run.result["arms"]] == ["base", "prompt", "few_shot_3"]
    assert run.result["comparator"] == "prompt"
    found = trying.evidence()
    assert (found.question, found.supports, found.measured, found.practice) == ("prompt_optimized", "no", True, False)
    assert found.source == f"trial, run {run.id}"
    assert found.comparison is not None
    assert found.comparison.n == ROWS


def test_examples_that_change_nothing_say_nothing_for_certain_on_few_rows(trying: Trying) -> None:
    says(trying, lambda body: sum(map(ord, body["messages"][-1]["content"])) % 2)
    trying.go("prompt_optimized")
    assert trying.evidence().supports in ("yes", "unsure")


def test_a_trial_asks_rows_to_learn_from_and_leaves_the_test_unseen(trying: Trying) -> None:
    says(trying, lambda body: True)
    run = trying.go("prompt_optimized")
    with trying.db.read() as c:
        kept = {row.training.prompt for row in snapshots.approved(c, 1) if row.split is Split.TEST}
    asked = {body["messages"][-1]["content"] for body in trying.server.bodies}
    texts = {message["content"] for body in trying.server.bodies for message in body["messages"]}
    assert len(asked) == ROWS
    assert not texts & kept
    job = trying.journey.job()
    assert offer(trying.db, job).looks == 0
    with trying.db.read() as c:
        assert runs.of_project(c, 1) == []
        assert runs.latest_done(c, 1) is None
        assert run.snapshot_id not in [one.id for one in snapshots.of_project(c, 1)]


def test_no_example_that_is_shown_is_one_that_is_asked(trying: Trying) -> None:
    says(trying, lambda body: True)
    trying.go("prompt_optimized")
    for body in trying.server.bodies:
        shown = [message["content"] for message in body["messages"][:-1] if message["role"] == "user"]
        assert body["messages"][-1]["content"] not in shown


def test_an_example_that_asks_the_same_as_a_question_of_the_trial_is_not_shown(trying: Trying) -> None:
    with trying.db.write() as c:
        known = [row.training for row in snapshots.approved(c, 1) if row.split is Split.TRAIN]
        imported = imports.start(c, 1, file_name="again.csv", sha256="", shape="columns", who="DK")
        again = [
            NewExample(one.with_system(f"Version {at}."), Split.TRAIN, status=Status.APPROVED)
            for at, one in enumerate(known)
        ]
        imports.finish(c, imported, accepted=len(again), rejected=[])
        examples.add(c, 1, again, import_id=imported, source="again.csv", who="DK")
    says(trying, lambda body: True)
    run = trying.go("prompt_optimized")
    with trying.db.read() as c:
        rows = list(snapshots.rows(c, run.snapshot_id))
    asked = {row.training.prompt for row in rows if row.split is Split.TEST}
    shown = {row.training.prompt for row in rows if row.split is Split.TRAIN}
    assert asked
    assert not asked & shown


def test_a_second_trial_asks_the_same_rows_and_takes_their_answers_over(trying: Trying) -> None:
    says(trying, shows_examples)
    first = trying.go("prompt_optimized")
    asked = len(trying.server.bodies)
    again = trying.go("prompt_optimized")
    assert again.id != first.id
    assert len(trying.server.bodies) == asked
    assert again.result["comparisons"][0]["mean_difference"] == first.result["comparisons"][0]["mean_difference"]


def test_looking_it_up_that_helps_says_that_it_would_do(trying: Trying) -> None:
    with trying.db.write() as c:
        documents.add(c, 1, "handbook.md", "Broken things are warranty. " * 40, kind="md", size=100, who="DK")
    known = trying.expected()

    def reply(body: dict[str, Any]) -> str:
        last = body["messages"][-1]["content"]
        looked_up = "Broken things are warranty" in str(body["messages"])
        question = next((asked for asked in known if last.endswith(asked)), "")
        return known[question] if looked_up and question else "No idea."

    trying.server.reply = reply
    trying.go("rag_would_solve")
    assert trying.evidence().supports == "yes"


def test_a_stronger_model_that_does_better_says_that_it_was_not_tried(trying: Trying) -> None:
    says(trying, lambda body: body["model"] == "stronger")
    run = trying.go("best_base_model", larger="stronger")
    assert [arm["model"] for arm in run.result["arms"]] == [MODEL, "stronger"]
    assert trying.evidence().supports == "no"


def test_without_training_the_report_tells_of_the_trial(trying: Trying) -> None:
    says(trying, shows_examples)
    run = trying.go("prompt_optimized")
    story = tell(trying.db, 1)
    assert story.run_id == run.id
    assert story.candidate == "few_shot_3"
    assert story.comparisons[0][0] == "prompt"
    assert len(story.rows) == ROWS


def test_private_rows_are_asked_on_this_computer_only(trying: Trying) -> None:
    with trying.db.write() as c:
        hidden = [row for row in snapshots.approved(c, 1) if row.split is Split.TRAIN][:20]
        journal.save(c, 1, [Edit(row.example_id, {"private": True}) for row in hidden], who="DK", label="Private")
    says(trying, lambda body: True)
    trying.go("prompt_optimized")
    texts = {message["content"] for body in trying.server.bodies for message in body["messages"]}
    assert not texts & {row.training.prompt for row in hidden}
    here = replace(trying.place, practice=True)
    assert offer_trial(trying.db, 1, "prompt_optimized", here, MODEL).rows > len(
        {body["messages"][-1]["content"] for body in trying.server.bodies}
    )


@pytest.mark.parametrize(
    ("question", "more", "named"),
    [("rag_would_solve", {}, "no documents"), ("best_base_model", {}, "Name a stronger model")],
)
def test_what_cannot_be_tried_says_what_is_missing(trying: Trying, question: str, more: Any, named: str) -> None:
    with pytest.raises(EvaluationError, match=named):
        plan_trial(trying.db, 1, question, trying.place, MODEL, who="DK", **more)
    assert named in offer_trial(trying.db, 1, question, trying.place, MODEL).why_not
    with trying.db.read() as c:
        assert runs.trials(c, 1) == []


def test_the_same_model_is_no_stronger_one_and_the_offer_says_so(trying: Trying) -> None:
    found = offer_trial(trying.db, 1, "best_base_model", trying.place, MODEL, larger=f" {MODEL} ")
    assert "That is the model you have." in found.why_not
    with pytest.raises(EvaluationError, match="the model you have"):
        plan_trial(trying.db, 1, "best_base_model", trying.place, MODEL, larger=MODEL, who="DK")


def test_no_model_beside_the_practice_model_stands_in_for_a_stronger_one(trying: Trying) -> None:
    here = replace(trying.place, practice=True)
    assert "can't stand in" in offer_trial(trying.db, 1, "best_base_model", here, MODEL, larger="stronger").why_not


def test_a_few_examples_are_no_trial(db: Database, trying: Trying) -> None:
    small = begin(db, train=6, validation=0, test=6)
    found = offer_trial(db, small.project_id, "prompt_optimized", trying.place, MODEL)
    assert (
        "at least 10 approved examples beside the private ones and those kept for the test; there are 6"
        in found.why_not
    )


def test_where_private_examples_do_not_go_they_are_not_counted_and_it_is_said(trying: Trying) -> None:
    with trying.db.write() as c:
        hidden = [row for row in snapshots.approved(c, 1) if row.split is Split.TRAIN]
        journal.save(c, 1, [Edit(row.example_id, {"private": True}) for row in hidden], who="DK", label="Private")
    found = offer_trial(trying.db, 1, "prompt_optimized", trying.place, MODEL)
    assert "beside the private ones and those kept for the test; there are 4" in found.why_not

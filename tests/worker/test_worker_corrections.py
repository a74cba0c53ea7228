"""A corrected run in the worker: every arm is scored again by the answers that are there, and the server hears nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import update

from ftcore.evaluation.corrections import correct, leave_out
from ftcore.evaluation.plans import offer, plan_run
from ftcore.records import Split, Task
from ftcore.report.evidence_file import write_evidence
from ftcore.store import jobs, runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.store.schema import calls
from ftcore.worker.handlers import HANDLERS
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace
from tests.evaluation.conftest import FaultServer
from tests.finished_run import finished


@pytest.fixture
def server() -> Iterator[FaultServer]:
    running = FaultServer()
    yield running
    running.close()


@pytest.fixture
def run(db: Database, server: FaultServer) -> Run:
    return finished(db, base_url=server.base_url)


def worked(db: Database, workspace: Workspace, run: Run) -> Run:
    """The run after the worker has done its task."""
    with db.write() as c:
        (task,) = [one for one in tasks.open_tasks(c, run.project_id, "evaluate") if one.payload["run_id"] == run.id]
        held: Task | None = tasks.lease(c)
        while held is not None and held.id != task.id:
            held = tasks.lease(c)
    assert held is not None
    with Watch(db, held) as watch:
        HANDLERS["evaluate"](db, workspace, held, watch)
    with db.read() as c:
        return runs.get(c, run.id)


def cases_of(db: Database, run: Run) -> list[str]:
    with db.read() as c:
        return [str(row.example_id) for row in snapshots.rows(c, run.snapshot_id, Split.TEST)]


def scores(db: Database, run: Run) -> dict[tuple[str, str], float | None]:
    with db.read() as c:
        return {(one.arm, one.case_id): one.score for one in runs.answers(c, run.id, Split.TEST, run.scorer)}


def test_a_correction_scores_every_arm_again_without_a_call(
    db: Database, workspace: Workspace, server: FaultServer, run: Run
) -> None:
    case = cases_of(db, run)[2]  # the base is wrong there, the others are right
    with db.read() as c:
        base = next(a for a in runs.answers(c, run.id, Split.TEST, run.scorer) if (a.arm, a.case_id) == ("base", case))
    new = worked(db, workspace, correct(db, run.id, case, str(base.text), "EM"))
    assert server.bodies == []
    assert new.state == "done"
    before, after = scores(db, run), scores(db, new)
    assert {case_id for arm, case_id in before if before[arm, case_id] != after[arm, case_id]} == {case}
    assert [after[arm, case] for arm in ("base", "few_shot", "fine_tuned")] == [1.0, 0.0, 0.0]
    assert {arm["arm"]: arm["n"] for arm in new.result["arms"]} == dict.fromkeys(("base", "few_shot", "fine_tuned"), 30)
    with db.read() as c:
        assert runs.get(c, run.id) == run


def test_a_question_left_out_is_in_no_average_any_more(
    db: Database, workspace: Workspace, server: FaultServer, run: Run
) -> None:
    new = worked(db, workspace, leave_out(db, run.id, cases_of(db, run)[0], "EM"))
    assert server.bodies == []
    assert {arm["n"] for arm in new.result["arms"]} == {29}
    assert new.result["comparisons"][0]["n"] == 29


def test_answers_that_never_arrived_are_not_asked_for_by_a_correction(
    db: Database, workspace: Workspace, server: FaultServer
) -> None:
    run = finished(
        db, base_url=server.base_url, say=lambda arm, at, expected: None if arm == "base" and at == 2 else expected
    )
    new = worked(db, workspace, correct(db, run.id, cases_of(db, run)[0], "other", "EM"))
    assert server.bodies == []
    assert new.state == "done"


def test_a_correction_needs_no_server_and_no_keys_of_today(db: Database, workspace: Workspace) -> None:
    run = finished(db, base_url="https://no-such-host.invalid/v1")
    with db.write() as c:  # as calls of an earlier version of the app
        c.execute(update(calls).values(key="old-" + calls.c.key))
    assert worked(db, workspace, correct(db, run.id, cases_of(db, run)[0], "other", "EM")).state == "done"


def test_the_evidence_of_a_corrected_run_has_the_requests_of_the_first(
    db: Database, workspace: Workspace, run: Run
) -> None:
    new = worked(db, workspace, leave_out(db, run.id, cases_of(db, run)[0], "EM"))
    made = write_evidence(db, new.id, workspace.folder("exports") / "e.zip")
    assert (made.rows, made.answers, made.other_requests, made.lost) == (29, 87, 0, {})


def test_an_answer_is_what_it_was(db: Database, workspace: Workspace, run: Run) -> None:
    new = worked(db, workspace, correct(db, run.id, cases_of(db, run)[0], "other", "EM"))
    with db.read() as c:
        old, kept = (
            [replace(one, score=None) for one in runs.answers(c, id_, Split.TEST, run.scorer)]
            for id_ in (run.id, new.id)
        )
    assert kept == old


def test_the_next_comparison_asks_the_corrected_rows(db: Database, run: Run) -> None:
    case = cases_of(db, run)[0]
    new = leave_out(db, correct(db, run.id, cases_of(db, run)[1], "other", "EM").id, case, "EM")
    with db.read() as c:
        job = jobs.get(c, run.job_id or 0)
    assert offer(db, job).test_rows == 29
    again = plan_run(db, run.project_id, job, who="EM")
    assert (again.snapshot_id, again.parent_id, again.corrections) == (new.snapshot_id, None, 0)

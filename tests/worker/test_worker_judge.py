"""A judge that is ordered for a finished run: kept as it speaks, and never asked twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.judge import challenges, judge_summary
from ftcore.evaluation.judge.ordering import Order, items_of, order, order_from_json
from ftcore.records import Split
from ftcore.store import endpoints, judgements, runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.worker.judge import carry_out
from ftcore.workspace import Workspace
from tests.evaluation.conftest import FaultServer
from tests.ui.journeys import begin
from tests.worker.test_worker_evaluate import Quiet

ARMS = ("fine_tuned", "base")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    running = FaultServer()
    yield running
    running.close()


@pytest.fixture
def run(db: Database, server: FaultServer) -> Run:
    found = begin(db, test=30).run()
    with db.write() as c:
        endpoints.put(c, "judges", base_url=server.base_url, key_source="")
    return found


def wanted(db: Database, **values: Any) -> Order:
    with db.read() as c:
        place = next(one for one in endpoints.every(c) if one.name == "judges")
    return Order(**{"kind": "pairs", "model": "wise", "endpoint_id": place.id, "arms": ARMS, "rows": 12, **values})


def go(db: Database, workspace: Workspace, run: Run, one: Order) -> dict[str, Any]:
    task = order(db, run, one)
    return carry_out(db, workspace, task, Quiet())  # type: ignore[arg-type]


def test_a_judge_that_likes_whatever_stands_first_ends_in_ties(
    db: Database, workspace: Workspace, run: Run, server: FaultServer
) -> None:
    server.reply = lambda body: json.dumps({"reason": "It stands first.", "better": "first"})
    name = go(db, workspace, run, wanted(db))["judge"]
    with db.read() as c:
        said = judgements.of_run(c, run.id, name)
        cases = [str(row.example_id) for row in snapshots.rows(c, run.snapshot_id, Split.TEST)][:12]
        kept = runs.get(c, run.id).settings["judges"][name]
    found = judge_summary(said, ARMS, cases)
    assert found.flips is not None
    different = [item for item in items_of(db, run, wanted(db)) if item.answer != item.other]
    assert (found.flips.flipped, found.flips.pairs) == (len(different) // 2, 12)
    tried = challenges(items_of(db, run, wanted(db)))
    assert len(server.bodies) == len(different) + len(tried), "nobody is asked about two equal answers"
    assert found.comparison.mean_difference == 0
    assert not found.trust.shown
    assert order_from_json(kept) == wanted(db), "what was asked stays with the run"


def test_what_was_said_is_not_asked_for_again_and_more_rows_ask_only_for_themselves(
    db: Database, workspace: Workspace, run: Run, server: FaultServer
) -> None:
    server.reply = lambda body: json.dumps({"reason": "Fine.", "score": 4})
    one = wanted(db, kind="rubric", rows=10)
    go(db, workspace, run, one)
    asked = len(server.bodies)
    go(db, workspace, run, one)
    assert len(server.bodies) == asked
    go(db, workspace, run, wanted(db, kind="rubric", rows=20))
    more = items_of(db, run, wanted(db, kind="rubric", rows=20))
    assert asked < len(server.bodies) <= len(more) + len(challenges(more))


def test_a_judge_that_cannot_be_asked_is_refused_before_anything_is_kept(db: Database, run: Run) -> None:
    for one, says in (
        (wanted(db, model=" "), "Name the model"),
        (wanted(db, kind="checks", text="\n"), "check list needs"),
        (wanted(db, kind="oracle"), "no way to judge"),
    ):
        with pytest.raises(EvaluationError, match=says):
            order(db, run, one)
    with db.read() as c:
        assert "judges" not in runs.get(c, run.id).settings
        assert tasks.last(c, run.project_id, "judge") is None

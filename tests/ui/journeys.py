"""Projects at each stage of the journey, written straight into the store."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from ftcore.dataset import curation
from ftcore.evaluation.arms import TUNED, ArmPlan, plan_from_json
from ftcore.evaluation.plans import plan_run
from ftcore.records import Answer, Endpoint, Job, JobEvent, JobState, Metric, Split, TrainingExample
from ftcore.store import endpoints, examples, imports, jobs, projects, runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.store.runs import Run
from ftcore.store.schema import now
from ftcore.training.launch import launch
from ftcore.worker.evaluate import score_again
from ftcore.workspace import Workspace

HOSTILE = "![x](http://evil.example/a.png) :red[no] $5$ **b** <b>i</b>"
MODEL = "ft:smollm2-135m-instruct:tuneworthy::a1"


@dataclass(frozen=True)
class Journey:
    db: Database
    project_id: int

    def endpoint(self, base_url: str = "http://127.0.0.1:9/v1") -> Endpoint:
        with self.db.write() as c:
            return endpoints.put(c, "local", base_url=base_url, key_source="", practice=True)

    def job(self, state: JobState = JobState.SUCCEEDED, step: int = 6, **values: Any) -> Job:
        """A job that stands at `step` of 6."""
        job = launch(self.db, self.project_id, self.endpoint(), base_model="smollm2-135m-instruct", who="DK")
        begun = now() - timedelta(seconds=60)
        measured = [Metric(i, 6, train_loss=2 - i / 5, valid_loss=1.5 if i == 3 else None) for i in range(1, step + 1)]
        told = [
            JobEvent(f"e{i}", begun + timedelta(seconds=4 * i), "info", f"Step {i}/6 {HOSTILE}", {"step": i})
            for i in range(1, step + 1)
        ]
        if state is JobState.SUCCEEDED:
            values = {"fine_tuned_model": MODEL, "trained_tokens": 4_200, **values}
        ended = {"finished_at": begun + timedelta(seconds=48)} if state.ended else {}
        with self.db.write() as c:
            jobs.add_metrics(c, job.id, measured)
            jobs.add_events(c, job.id, told)
            standing = {"state": state, "step": step, "total_steps": 6 if step else 0, "started_at": begun}
            jobs.change(c, job.id, remote_id=f"ftjob-{job.id}", **standing, **ended, **values)
            return jobs.get(c, job.id)

    def run(self, *, until: int | None = None, lost: int = 0) -> Run:
        """A finished comparison in which tuning helps; `until` stops it after so many answers, `lost` never arrived."""
        job = self.job()
        if until is None:
            with patch.object(tasks, "put"):  # a worker that is running would ask the questions itself
                run = plan_run(self.db, self.project_id, job, who="DK")
        else:
            run = plan_run(self.db, self.project_id, job, who="DK")
        with self.db.read() as c:
            sides = {side: list(snapshots.rows(c, run.snapshot_id, side)) for side in (Split.VALIDATION, Split.TEST)}
        with self.db.write() as c:
            for number, (side, at, arm, row) in enumerate(_calls(run, sides)):
                if until is not None and number >= until:
                    break
                gone = side is Split.TEST and arm.name == "base" and at < lost
                text = None if gone else _answer(arm.kind, at, row.training.response)
                said = Answer(str(row.example_id), arm.name, arm.model, text, seconds=0.5, tokens_in=90, tokens_out=9)
                runs.keep_call(c, run.id, side, uuid.uuid4().hex, said)
        if until is None:
            found = score_again(self.db, Workspace(self.db.path.parent), run.id)
            with self.db.write() as c:
                runs.change(c, run.id, state="done", result=found, finished_at=now())
        with self.db.read() as c:
            return runs.get(c, run.id)


def begin(db: Database, *, train: int = 24, validation: int = 6, test: int = 30, leaked: int = 0) -> Journey:
    """A project whose examples are approved: tickets to JSON, some of them hostile. `leaked` test rows are in train too."""
    splits = [Split.TRAIN] * train + [Split.VALIDATION] * validation + [Split.TEST] * test
    rows = [NewExample(_example(at), split, tokens=30) for at, split in enumerate(splits)]
    first = train + validation
    rows[first : first + leaked] = [replace(rows[at], split=Split.TEST) for at in range(leaked)]
    with db.write() as c:
        project = projects.create(c, "Tickets")
        projects.set_prompts(
            c, project.id, base="Answer with a JSON object: category, urgency.", tuned="Ticket to JSON."
        )
        imported = imports.start(c, project.id, file_name="t.csv", sha256="", shape="columns", who="DK")
        imports.finish(c, imported, accepted=len(rows), rejected=[])
        examples.add(c, project.id, rows, import_id=imported, source="t.csv", who="DK")
    curation.approve_clean(db, project.id, who="DK")
    return Journey(db, project.id)


@contextmanager
def listening() -> Iterator[str]:
    """Something that takes connections where a trainer server would; its base_url."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


def _example(at: int) -> TrainingExample:
    said = f"Ticket {at}: {HOSTILE}" if at % 5 == 0 else f"Ticket {at}: the zip of my tent has broken again"
    answer = json.dumps({"category": ("warranty", "return")[at % 2], "urgency": ("low", "high")[at % 3 == 0]})
    return TrainingExample([{"role": "user", "content": said}, {"role": "assistant", "content": answer}])


def _calls(run: Run, sides: dict[Split, list[Any]]) -> Iterator[tuple[Split, int, ArmPlan, Any]]:
    plans = [plan_from_json(kept) for kept in run.arms]
    for side, rows in sides.items():
        for at, row in enumerate(rows):
            for plan in plans:
                if side is Split.TEST:
                    yield side, at, plan.chosen(0), row
                elif plan.kind not in TUNED:
                    for one in plan.candidates():
                        yield side, at, one, row


def _answer(kind: str, at: int, expected: str) -> str:
    """The tuned model fails at one row in ten, the base always, everything else at every second."""
    right = {"base": False, "fine_tuned": at % 10 != 0}.get(kind, at % 2 == 0)
    return expected if right else HOSTILE

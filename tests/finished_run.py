"""A finished comparison written straight into the store: three arms, rows of which some are private, and their scores."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ftcore.dataset.freeze import take_snapshot
from ftcore.evaluation import runner
from ftcore.evaluation.arms import ArmPlan, plan_from_json
from ftcore.evaluation.arms.building import build
from ftcore.evaluation.call import Asking
from ftcore.evaluation.cases import cases
from ftcore.evaluation.proposing import materials
from ftcore.evaluation.results import compare_arms, score_answers
from ftcore.evaluation.scorers import make
from ftcore.evaluation.scoring import context_of
from ftcore.records import Answer, Job, JobState, Split, Status, TrainingExample
from ftcore.store import endpoints, examples, imports, jobs, journal, projects, runs, snapshots
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.store.journal import Edit
from ftcore.store.runs import Run
from ftcore.store.schema import now
from ftcore.training.launch import launch

HOSTILE = '=HYPERLINK("http://evil.example") ![x](http://evil.example/a.png) :red[no] $5$ <b>b</b>'
MODEL = "ft:smollm2-135m-instruct:tuneworthy::a1"
ARM_NAMES = ("base", "few_shot", "fine_tuned")
Say = Callable[[str, int, str], str | None]
"""(arm, number of the row, expected answer) -> the answer."""


def usual(arm: str, at: int, expected: str) -> str | None:
    """The tuned model fails at one row in ten, the base always, with a text that a spreadsheet would run."""
    right = {"base": False, "few_shot": at % 2 == 0, "fine_tuned": at % 10 != 0}[arm]
    return expected if right else HOSTILE


def expected_of(at: int) -> str:
    return json.dumps({"category": ("warranty", "return")[at % 2], "number": at})


def finished(
    db: Database,
    *,
    test: int = 30,
    say: Say = usual,
    scorer: str = "exact_match",
    private: tuple[int, ...] = (),
    base_url: str = "http://127.0.0.1:9/v1",
) -> Run:
    """`private`: numbers of test rows that are private."""
    project_id = _project(db, test, private)
    with db.write() as c:
        endpoint = endpoints.put(c, "local", base_url=base_url, key_source="", practice=True)
    job = launch(db, project_id, endpoint, base_model="smollm2-135m-instruct", who="DK")
    with db.write() as c:
        ended: dict[str, Any] = {
            "fine_tuned_model": MODEL,
            "step": 6,
            "finished_at": now(),
            "remote_id": f"ftjob-{job.id}",
        }
        jobs.change(c, job.id, state=JobState.SUCCEEDED, **ended)
        run = _planned(c, project_id, jobs.get(c, job.id), scorer, test)
    keys = _keys(db, run)
    with db.write() as c:
        for at, row in enumerate(snapshots.rows(c, run.snapshot_id, Split.TEST)):
            for arm in ARM_NAMES:
                text = say(arm, at, row.training.response)
                answer = Answer(str(row.example_id), arm, _model(arm), text, seconds=0.5, tokens_in=90, tokens_out=9)
                runs.keep_call(c, run.id, Split.TEST, keys[arm, answer.case_id], answer)
    return concluded(db, run)


def concluded(db: Database, run: Run, against: str = "few_shot") -> Run:
    """The run with its scores and the candidate's comparison with each other arm, `against` first."""
    with db.read() as c:
        tested = cases(snapshots.rows(c, run.snapshot_id, Split.TEST))
        answers = runs.answers(c, run.id, Split.TEST, run.scorer)
    scored = score_answers(answers, tested, make(run.scorer, context_of(db, run)))
    compared = [
        {"against": name, **asdict(compare_arms(scored, tested, name, "fine_tuned", delta=run.delta, seed=run.seed))}
        for name in (against, *(arm for arm in ARM_NAMES if arm not in (against, "fine_tuned")))
    ]
    with db.write() as c:
        found = {(one.arm, one.case_id, one.repeat): one.score for one in scored if one.score is not None}
        runs.set_scores(c, run.id, run.scorer, Split.TEST, found)
        result = {"arms": [], "comparisons": compared, "comparator": against, "why": "", "validation": {}}
        runs.change(c, run.id, state="done", result=result, finished_at=now())
        return runs.get(c, run.id)


def _keys(db: Database, run: Run) -> dict[tuple[str, str], str]:
    """The keys that the run's calls have when it is really asked."""
    plans = [plan_from_json(arm) for arm in run.arms]
    found = materials(db, run.project_id, run.snapshot_id, plans)
    with db.read() as c:
        tested = cases(snapshots.rows(c, run.snapshot_id, Split.TEST))
        endpoint = endpoints.get(c, run.endpoint_id)
    arms = [build(plan, found) for plan in plans]
    asked = runner.plan(arms, tested, endpoint, Asking(seed=run.seed, max_tokens=run.max_tokens))
    return {(call.arm.name, call.case_id): call.key for call in asked}


def _project(db: Database, test: int, private: tuple[int, ...]) -> int:
    splits = [Split.TRAIN] * 20 + [Split.TEST] * test
    with db.write() as c:
        project = projects.create(c, "Tickets")
        imported = imports.start(c, project.id, file_name="t.csv", sha256="", shape="columns", who="DK")
        rows = [NewExample(_example(at), split, tokens=30, status=Status.APPROVED) for at, split in enumerate(splits)]
        examples.add(c, project.id, rows, import_id=imported, source="t.csv", who="DK")
        ids = examples.ids_of_import(c, imported)
        hidden = [Edit(ids[20 + at], {"private": True}) for at in private]
        journal.save(c, project.id, hidden, who="DK", label="Marked private")
        take_snapshot(c, project.id, who="DK")
    return project.id


def _example(at: int) -> TrainingExample:
    said = f"Ticket {at}: {HOSTILE}" if at % 5 == 0 else f"Ticket {at}: the zip of my tent has broken"
    answer = {"role": "assistant", "content": expected_of(at)}
    return TrainingExample([{"role": "user", "content": said}, answer])


def _planned(c: Any, project_id: int, job: Job, scorer: str, test: int) -> Run:
    shots = [examples.to_json(_example(at)) for at in range(3)]
    settings: dict[str, dict[str, Any]] = {"few_shot": {"k": 3, "choose": "fixed", "shots": shots}}
    arms = [
        ArmPlan(name, name, name.replace("_", " ").capitalize(), _model(name), None, None, settings.get(name, {}))
        for name in ARM_NAMES
    ]
    return runs.plan(
        c,
        project_id,
        snapshot_id=job.snapshot_id,
        endpoint_id=job.endpoint_id,
        job_id=job.id,
        scorer=scorer,
        arms=[arm.to_json() for arm in arms],
        delta=0.05,
        seed=3,
        max_tokens=64,
        total=test * len(arms),
        created_by="DK",
    )


def _model(arm: str) -> str:
    return MODEL if arm == "fine_tuned" else "smollm2-135m-instruct"

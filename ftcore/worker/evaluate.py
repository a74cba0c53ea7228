"""Carries a run out: validation chooses, every arm is asked the test examples, every answer is kept as it arrives, then all is
scored and compared."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ftcore.endpoints import EndpointError
from ftcore.endpoints.facts import facts_of
from ftcore.evaluation import EvaluationError, runner
from ftcore.evaluation.arms import TUNED, Arm, ArmPlan, plan_from_json
from ftcore.evaluation.arms.building import Materials, build, follow
from ftcore.evaluation.budget import AskingPrice, Budget, usd_of
from ftcore.evaluation.call import Asking, Call
from ftcore.evaluation.cases import cases
from ftcore.evaluation.choosing import Choice, choose
from ftcore.evaluation.concluding import Asked, average_of, conclude
from ftcore.evaluation.plans import VALIDATION_ROWS
from ftcore.evaluation.pricing import prices_of
from ftcore.evaluation.proposing import materials
from ftcore.evaluation.scoring import Scoring
from ftcore.records import Answer, Endpoint, Split, TestCase
from ftcore.store import endpoints, examples, runs, snapshots
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.store.schema import now
from ftcore.worker.watch import Cancelled, Watch
from ftcore.workspace import Workspace

REUSED_DAYS = 30
"""An answer to the very same question that an earlier run of the project had within so many days is not asked for again. What
stands behind a model's name may change, hence the bound."""


@dataclass
class Running:
    """A run under way."""

    db: Database
    workspace: Workspace
    run: Run
    watch: Watch | None
    endpoint: Endpoint
    plans: list[ArmPlan]
    materials: Materials
    test: list[TestCase]
    validation: list[TestCase]
    scoring: Scoring
    choices: dict[str, Choice] = field(default_factory=dict)
    arrived: int = 0
    asks: bool = True
    """False: what is there is scored, and nothing is asked."""


def carry_out(db: Database, workspace: Workspace, run_id: int, watch: Watch, *, asks: bool = True) -> dict[str, Any]:
    """Safe to begin again at any time: finished calls are in the store and are not made again. `asks` False: not even those
    that are missing."""
    with db.write() as c:
        runs.change(c, run_id, state="running", error="")
    try:
        running = _open(db, workspace, run_id, watch)
        running.asks = asks
        result = _walk(running)
    except Cancelled:
        _end(db, run_id, "cancelled", "Stopped, as asked. The answers that had arrived are kept.")
        raise
    except (EvaluationError, EndpointError) as error:
        _end(db, run_id, "failed", str(error))
        raise
    _end(db, run_id, "done", "", result=result)
    return {"run_id": run_id}


def score_again(db: Database, workspace: Workspace, run_id: int) -> dict[str, Any]:
    """The result by the answers that are there: nothing is asked. The caller keeps it."""
    running = _open(db, workspace, run_id, None)
    running.asks = False
    return _walk(running)


def _walk(running: Running) -> dict[str, Any]:
    _choose(running)
    _ask(running, _test_arms(running), running.test, Split.TEST, repeats=int(running.run.settings.get("repeats", 1)))
    return _conclude(running)


def _open(db: Database, workspace: Workspace, run_id: int, watch: Watch | None) -> Running:
    with db.read() as c:
        run = runs.get(c, run_id)
        endpoint = endpoints.get(c, run.endpoint_id)
        rows = list(snapshots.rows(c, run.snapshot_id, Split.TEST))
        groups = examples.groups_of(c, run.project_id, [row.example_id for row in rows])
        validation = list(snapshots.rows(c, run.snapshot_id, Split.VALIDATION))[:VALIDATION_ROWS]
        arrived = runs.progress(c, run_id)
    plans = [plan_from_json(kept) for kept in run.arms]
    return Running(
        db=db,
        workspace=workspace,
        run=run,
        watch=watch,
        endpoint=endpoint,
        plans=plans,
        materials=materials(db, run.project_id, run.snapshot_id, plans),
        test=cases(rows, groups),
        validation=cases(validation),
        scoring=Scoring.of_run(db, run),
        arrived=arrived,
    )


def _choose(running: Running) -> None:
    """Asks the validation examples where there is something to choose: the instructions first, since other arms are asked with
    the best of them; then everything else, of which the best is what the candidate must beat."""
    candidate = running.run.settings.get("candidate", "fine_tuned")
    prompts = [plan for plan in running.plans if plan.kind == "prompt"]
    _choose_among(running, prompts, needed=any(len(plan.variants) > 1 for plan in prompts))
    best = running.choices[prompts[0].name].plan.system if prompts else None
    running.plans = [follow(plan, best) if prompts else plan for plan in running.plans]
    others = [plan for plan in running.plans if plan.name not in running.choices]
    rivals = [plan for plan in running.plans if plan.name != candidate and plan.kind not in TUNED]
    wanted = len(rivals) > 1
    asked = [plan for plan in others if plan in rivals or len(plan.variants) > 1] if wanted else others
    _choose_among(running, asked, needed=wanted or any(len(plan.variants) > 1 for plan in asked))
    if wanted:  # instructions without alternatives are compared with the other ways on validation too
        _choose_among(running, [plan for plan in prompts if len(plan.variants) < 2], needed=True)
    for plan in running.plans:
        running.choices.setdefault(plan.name, choose(plan, {}))


def _choose_among(running: Running, plans: Sequence[ArmPlan], *, needed: bool) -> None:
    if not plans:
        return
    averages: dict[str, float | None] = {}
    if needed and running.validation:
        arms = [build(one, running.materials) for plan in plans for one in plan.candidates()]
        _ask(running, arms, running.validation, Split.VALIDATION, repeats=1)
        answers = running.scoring.keep(running.run.id, Split.VALIDATION, running.validation, primary_only=True)
        averages = {arm.name: average_of(arm.name, answers, running.validation) for arm in arms}
    for plan in plans:
        running.choices[plan.name] = choose(plan, averages)


def _test_arms(running: Running) -> list[Arm]:
    return [build(running.choices[plan.name].plan, running.materials) for plan in running.plans]


def _ask(running: Running, arms: list[Arm], asked: list[TestCase], split: Split, *, repeats: int) -> None:
    db, run, watch = running.db, running.run, running.watch
    if watch is None or not running.asks:
        return
    asking = Asking(temperature=float(run.settings.get("temperature", 0.0)), seed=run.seed, max_tokens=run.max_tokens)
    calls = runner.plan(arms, asked, running.endpoint, asking, repeats=repeats)
    known = _known(running, [call.key for call in calls])
    kept = _take_over(running, calls, known, split)
    budget = _budget(running)

    def keep(batch: Sequence[tuple[str, Answer]]) -> None:
        with db.write() as c:
            runs.keep_calls(c, run.id, split, [(key, answer, None) for key, answer in batch])
        kept.update((answer.arm, answer.case_id, answer.repeat) for _, answer in batch)
        budget.settle(batch)
        running.arrived += sum(1 for _, answer in batch if answer.text is not None)
        _tell(running)

    outcome = asyncio.run(
        runner.run(
            arms,
            asked,
            running.endpoint,
            asking=asking,
            repeats=repeats,
            seed=run.seed,
            known={key: answer for key, (answer, _) in known.items()},
            keep=keep,
            allow=budget.allow,
            cancelled=lambda: watch.cancelled,
        )
    )
    with db.write() as c:  # an answer that serves two equal questions is kept for each
        others = [
            (key, answer, None)
            for key, answer in zip(outcome.keys, outcome.answers, strict=True)
            if (answer.arm, answer.case_id, answer.repeat) not in kept
        ]
        runs.keep_calls(c, run.id, split, others)
        running.arrived = runs.progress(c, run.id)
    watch.check()
    if outcome.stopped:
        raise EvaluationError(
            f"{outcome.stopped} {outcome.unasked:,} questions were not asked; the answers so far are kept."
        )


def _known(running: Running, keys: list[str]) -> dict[str, tuple[Answer, datetime | None]]:
    """Answers that need not be asked for, with the time at which they were: those of this run, and of earlier ones."""
    run = running.run
    since = (run.created_at or now()) - timedelta(days=REUSED_DAYS)
    with running.db.read() as c:
        earlier = {} if run.settings.get("fresh") else runs.known_elsewhere(c, run, keys, since=since)
        mine = runs.finished_calls(c, run.id)
    return {**earlier, **{key: (answer, None) for key, answer in mine.items()}}


def _take_over(
    running: Running, calls: Sequence[Call], known: Mapping[str, tuple[Answer, datetime | None]], split: Split
) -> set[tuple[str, str, int]]:
    """Keeps the answers that are there already for every question that they serve, with the time at which they came; gives the
    places (arm, case, repeat) that are thereby filled."""
    there = [
        (call.key, replace(known[call.key][0], case_id=call.case_id, arm=call.arm.name, model=call.arm.model,
                           repeat=call.repeat, sources=call.sources), known[call.key][1])
        for call in calls
        if call.key in known
    ]  # fmt: skip
    with running.db.write() as c:
        runs.keep_calls(c, running.run.id, split, there)
        running.arrived = runs.progress(c, running.run.id)
    if there:
        _tell(running)
    return {(answer.arm, answer.case_id, answer.repeat) for _, answer, _ in there}


def _budget(running: Running) -> Budget:
    limit, prices = running.run.settings.get("budget_usd"), _prices(running)
    with running.db.read() as c:
        paid = runs.paid_for(c, running.run)
    spent = sum(usd_of(answer, prices.get(answer.arm)) or 0.0 for answer in paid)
    return Budget(None if limit is None else float(limit), prices, spent)


def _prices(running: Running) -> dict[str, AskingPrice | None]:
    """Of all arms and their alternatives, by name."""
    chosen = [choice.plan for choice in running.choices.values()]
    plans = [*running.plans, *chosen]
    return prices_of(facts_of(running.workspace), running.endpoint, plans, running.materials.endpoints)


def _tell(running: Running) -> None:
    if running.watch is None:
        return
    try:
        running.watch.progress(running.arrived, running.run.total, f"{running.arrived} of {running.run.total} answers")
    except Cancelled:
        return  # `cancelled` ends the run; what is under way may still arrive and be kept


def _conclude(running: Running) -> dict[str, Any]:
    """Scores every answer by every scorer and compares the candidate with each other arm, the one it must beat first."""
    run = running.run
    arms = _test_arms(running)
    answers = running.scoring.keep(run.id, Split.TEST, running.test)
    asked = Asked(
        arms=arms,
        answers=answers,
        cases=running.test,
        choices=running.choices,
        further=running.scoring.further,
        prices=(prices := _prices(running)),
    )
    candidate = run.settings.get("candidate", "fine_tuned")
    against = str(run.settings.get("against", ""))
    tuned = [plan.name for plan in running.plans if plan.kind in TUNED]
    result = conclude(asked, candidate=candidate, delta=run.delta, seed=run.seed, tuned=tuned, against=against)
    with running.db.read() as c:
        looks = runs.looks(c, run.project_id, str(run.settings.get("test_rows", "")))
        paid, reused = runs.paid_for(c, run), runs.taken_over(c, run)
    costs = [usd_of(answer, prices.get(answer.arm)) for answer in paid]
    return {
        **result,
        "looks": looks,
        "reused": reused,
        "usd": None if None in costs else sum(cost for cost in costs if cost is not None),
        "left_out": running.scoring.left_out,
    }


def _end(db: Database, run_id: int, state: str, error: str, **values: Any) -> None:
    with db.write() as c:
        runs.change(c, run_id, state=state, error=error, finished_at=now(), **values)

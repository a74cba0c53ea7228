"""The steps of a journey, in order."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from rich.console import Console
from sqlalchemy import Connection

from ftcore.dataset.curation import approve_clean
from ftcore.dataset.sample import furnish, keep_upload, load_sample
from ftcore.decision import recommend
from ftcore.journey.ending import result_of, show, tell_story, write_reports
from ftcore.journey.following import Bars, follow_task, progress_bars
from ftcore.journey.servers import address_of, must_be_able_to_train, running_trainer, running_worker
from ftcore.journey.wish import JourneyError, Result, Wish
from ftcore.records import Endpoint, Job, JobState, Reply, Severity, Split, Task, TaskState
from ftcore.store import decisions, examples, jobs, problems, projects, runs, tasks
from ftcore.store.database import Database
from ftcore.workspace import Workspace

BASE_MODEL = "smollm2-135m-instruct"


def travel(workspace: Workspace, wish: Wish, *, console: Console) -> Result:
    """Walks the whole way and prints what was found. Raises JourneyError."""
    must_be_able_to_train(workspace)
    db = workspace.open_database()
    with progress_bars(console) as progress, running_worker(workspace) as worker:
        bars = Bars(progress, worker)
        with db.write() as c:
            project = projects.create(c, _free_name(projects.every(c), wish.name or wish.file.stem))
            _decide(c, project.id, wish)
        if wish.sample:
            furnish(db, project.id, load_sample(wish.sample))
        taken = _import(db, workspace, project.id, wish, bars)
        _settle_prompts(db, project.id, wish, console)
        approve_clean(db, project.id, who="cli")
        _say_left_out(db, project.id, console)
        _must_be_fit(db, project.id)
        with running_trainer(workspace, db) as (server, child):
            bars = Bars(progress, worker, child, lambda: bool(address_of(workspace)))
            job = _train(db, project.id, server, wish, bars)
            _evaluate(db, project.id, job, wish, bars)
    files = write_reports(db, workspace, project.id, job)
    story = tell_story(db, project.id)
    show(story, console)
    return result_of(db, taken.result, job, story, files)


def _decide(c: Connection, project_id: int, wish: Wish) -> None:
    """Keeps the answers that came with the data, with the advice that follows from them."""
    if wish.answers:
        answers = cast("dict[str, Reply]", wish.answers)
        advice = recommend(answers, wish.reasons)
        decisions.save(c, project_id, answers=answers, reasons=wish.reasons, recommendation=advice, who="cli")


def _must_be_fit(db: Database, project_id: int) -> None:
    """Examples that cannot be trained on are refused before a server is started."""
    from ftcore.dataset.freeze import rows_to_freeze
    from ftcore.training.preflight import examine

    with db.read() as c:
        errors = [f.sentence for f in examine(rows_to_freeze(c, project_id)) if f.severity == Severity.ERROR]
        if not any(row.split == Split.TEST for row in rows_to_freeze(c, project_id)):
            errors.append("No usable test rows are left, so nothing could be compared. Hold some out with --test-rows.")
    if errors:
        raise JourneyError(" ".join(errors), not_fit=True)


def _import(db: Database, workspace: Workspace, project_id: int, wish: Wish, bars: Bars) -> Task:
    payload = {
        "project_id": project_id,
        "file": keep_upload(workspace.folder("uploads"), wish.file),
        "name": wish.file.name,
        "who": "cli",
        "mapping": asdict(wish.mapping) if wish.mapping else None,
        "rows": wish.rows,
        "test_rows": wish.test_rows,
        "seed": wish.seed,
    }
    with db.write() as c:
        task = tasks.put(c, "import", payload, project_id=project_id)
    done = follow_task(db, task, bars, "Importing")
    if done.state != TaskState.DONE:
        raise JourneyError(f"{wish.file.name}: {done.error}", not_fit=True)
    return done


def _settle_prompts(db: Database, project_id: int, wish: Wish, console: Console) -> None:
    """Takes the prompts that were given in the place of the derived ones, and shows both."""
    with db.write() as c:
        project = projects.get(c, project_id)
        base, tuned = wish.system or project.base_prompt, wish.tuned_system or project.tuned_prompt
        projects.set_prompts(c, project_id, base=base, tuned=tuned)
        own = any(example.training.system for example in examples.some(c, project_id, limit=200))
    if own:
        console.print("The examples bring their own system messages: the tuned model is trained and asked with those.")
        tuned = ""
    if base:
        console.print("\nThe base model is asked with:", style="bold")
        console.print(base, markup=False, highlight=False)
    if tuned:
        console.print("\nThe tuned model is trained and asked with:", style="bold")
        console.print(f"{tuned}\n", markup=False, highlight=False)


def _say_left_out(db: Database, project_id: int, console: Console) -> None:
    with db.read() as c:
        found = [(code, number) for code, severity, number in problems.tally(c, project_id) if severity != "hint"]
    if found:
        said = ", ".join(f"{code} {number}" for code, number in found)
        console.print(f"Rows with problems are left out; look at them in the app: {said}", markup=False)


def _train(db: Database, project_id: int, server: Endpoint, wish: Wish, bars: Bars) -> Job:
    from ftcore.training.launch import NotFit, launch

    try:
        job = launch(db, project_id, server, base_model=BASE_MODEL, who="cli", epochs=wish.epochs, seed=wish.seed)
    except NotFit as error:
        raise JourneyError(str(error), not_fit=True) from error

    def look() -> tuple[bool, int, int, Job]:
        with db.read() as c:
            now = jobs.get(c, job.id)
        return now.state.ended, now.step, now.total_steps, now

    ended = bars.follow(look, "Training")
    if ended.state != JobState.SUCCEEDED:
        raise JourneyError(f"The training ended as {ended.state}. {ended.error}")
    return ended


def _evaluate(db: Database, project_id: int, job: Job, wish: Wish, bars: Bars) -> None:
    from ftcore.evaluation.errors import EvaluationError
    from ftcore.evaluation.plans import Declared, plan_run

    try:
        run = plan_run(db, project_id, job, Declared(scorer=wish.scorer or None, seed=wish.seed), who="cli")
    except EvaluationError as error:
        raise JourneyError(str(error)) from error
    with db.read() as c:
        task = next(t for t in tasks.open_tasks(c, project_id, "evaluate"))
    done = follow_task(db, task, bars, "Evaluating")
    with db.read() as c:
        ended = runs.get(c, run.id)
    if done.state != TaskState.DONE or ended.state != "done":
        raise JourneyError(f"The evaluation did not end well. {done.error or ended.error}")


def _free_name(known: list[Any], wanted: str) -> str:
    taken = {project.name for project in known}
    return next(name for name in (wanted, *(f"{wanted} {i}" for i in range(2, 100_000))) if name not in taken)

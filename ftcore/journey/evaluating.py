"""A run without a browser: planned, carried out by the worker that runs here or by one of our own, and judged."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from sqlalchemy import Connection

from ftcore.evaluation.config import Config, read_config
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.gate import NOT_WORSE
from ftcore.evaluation.plans import offer, plan_run
from ftcore.journey.following import Bars, follow_task, progress_bars
from ftcore.journey.servers import address_of, running_trainer, running_worker
from ftcore.journey.wish import JourneyError
from ftcore.records import LOCAL, Job, Project, TaskState
from ftcore.store import endpoints, jobs, projects, runs, tasks
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.workspace import Workspace


def plan_from_file(db: Database, path: Path, *, who: str) -> tuple[Run, str]:
    """The run that the file declares, and what it requires. Raises EvaluationError."""
    config = read_config(path)
    with db.read() as c:
        project = _project(c, config)
        job = _job(c, project, config)
        known = {one.name: one for one in endpoints.every(c)}
    proposed = offer(db, job, seed=int(config.values.get("seed", 0))).arms
    declared = config.declared(proposed, known, job.base_model)
    return plan_run(db, project.id, job, declared, who=who), config.require


def find_run(db: Database, run_id: int) -> tuple[Run, str]:
    with db.read() as c:
        try:
            return runs.get(c, run_id), NOT_WORSE
        except LookupError:
            raise EvaluationError(f"There is no run {run_id} in this workspace.") from None


def carry_out(workspace: Workspace, db: Database, run: Run, console: Console) -> Run:
    """The run as it ended; one that has ended well is not begun again. Raises JourneyError."""
    if run.state == "done":
        return run
    with db.read() as c:
        endpoint = endpoints.get(c, run.endpoint_id)
    with ExitStack() as stack:
        progress = stack.enter_context(progress_bars(console))
        child = stack.enter_context(running_trainer(workspace, db))[1] if endpoint.name == LOCAL else None
        worker = stack.enter_context(running_worker(workspace))
        answers = (lambda: bool(address_of(workspace))) if endpoint.name == LOCAL else (lambda: True)
        bars = Bars(progress, worker, child, answers)
        with db.write() as c:
            last = tasks.last(c, run.project_id, "evaluate")
            open_ = [one for one in tasks.open_tasks(c, run.project_id, "evaluate") if one.payload["run_id"] == run.id]
            again = {"run_id": run.id}
            key = f"evaluate:{run.id}:{last.id if last else 0}"
            task = open_[0] if open_ else tasks.put(c, "evaluate", again, project_id=run.project_id, key=key)
        done = follow_task(db, task, bars, "Evaluating")
    with db.read() as c:
        ended = runs.get(c, run.id)
    if done.state != TaskState.DONE or ended.state != "done":
        raise JourneyError(f"The evaluation did not end. {done.error or ended.error}".strip())
    return ended


def _project(c: Connection, config: Config) -> Project:
    found = [one for one in projects.every(c) if config.project in (one.id, one.name)]
    if len(found) != 1:
        several = "Several projects are" if found else "No project is"
        raise EvaluationError(f"{several} named '{config.project}'. Give its number: it stands in the page's address.")
    return found[0]


def _job(c: Connection, project: Project, config: Config) -> Job:
    trained = [job for job in jobs.of_project(c, project.id) if job.fine_tuned_model]
    found = [job for job in trained if config.job in (None, job.id)]
    if not found:
        told = "has no model" if config.job else "has trained no model yet"
        raise EvaluationError(f"Project '{project.name}' {told}{f' by a job {config.job}' if config.job else ''}.")
    return found[0]

"""`tuneworthy jobs`: every training of the workspace as the worker knows it; cancel, pause, resume and look again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from ftcore.workspace import open_workspace

if TYPE_CHECKING:
    from ftcore.records import Endpoint, Job
    from ftcore.store.database import Database

out, err = Console(), Console(stderr=True)
FAILED, BAD_USAGE = 1, 2
"""Exit codes, as in `cli`."""
LOOK_SECONDS = 0.5
SHORT, LONG = ("id", "endpoint", "state", "step", "cost"), ("number there", "model, or what went wrong")
"""The columns of the table: those that stay on one line, and those that may be folded."""

app = typer.Typer(help="Every training of the workspace, as the worker knows it.", invoke_without_command=True)
WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", help="The workspace's folder. Default: TUNEWORTHY_HOME, or the user's data folder."),
]
IdArgument = Annotated[int, typer.Argument(help="The job's number, as `tuneworthy jobs` shows it.")]


def register(main: typer.Typer) -> None:
    main.add_typer(app, name="jobs")


@app.callback()
def show(
    context: typer.Context,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and show what changes, until no job is under way any more.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document a line, one line a job; with --watch one for each change.")
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Shows the jobs, the oldest first: number, endpoint, its number there, our state, the server's word, step, cost, model, error."""
    if context.invoked_subcommand is not None:
        context.obj = workspace
        return
    with _database(workspace) as db:
        try:
            _watch(db, as_json) if watch else _print(_rows(db), as_json)
        except KeyboardInterrupt:
            err.print("Stopped looking. The jobs go on.")


@app.command()
def cancel(context: typer.Context, id: IdArgument, workspace: WorkspaceOption = None) -> None:
    """Stops a job; the worker tells the server. What it has learnt so far makes no model."""
    from ftcore.training.launch import cancel as stop

    with _open_job(workspace or context.obj, id) as (db, _):
        stop(db, id)
    _say(f"Job {id} is asked to stop.")


@app.command()
def pause(context: typer.Context, id: IdArgument, workspace: WorkspaceOption = None) -> None:
    """Interrupts a job, where its server can."""
    from ftcore.training import wishes

    with _open_job(workspace or context.obj, id) as (db, _):
        wishes.pause(db, id)
    _say(f"Job {id} is asked to pause.")


@app.command()
def resume(context: typer.Context, id: IdArgument, workspace: WorkspaceOption = None) -> None:
    """Goes on with a paused job."""
    from ftcore.training import wishes

    with _open_job(workspace or context.obj, id) as (db, _):
        wishes.resume(db, id)
    _say(f"Job {id} is asked to go on.")


@app.command(name="look-again")
def look_again(context: typer.Context, id: IdArgument, workspace: WorkspaceOption = None) -> None:
    """Has the worker look for a job, whose request got no answer, now instead of when its turn comes. Nothing is sent again."""
    from ftcore.training import doubt

    with _open_job(workspace or context.obj, id) as (db, _):
        doubt.look_again(db, id)
    _say(f"The worker looks for job {id} now.")


@app.command(name="did-not-start")
def did_not_start(
    context: typer.Context,
    id: IdArgument,
    who: Annotated[str, typer.Option(help="Who looked at the server: it is kept with the job.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Ends a job whose request got no answer: somebody has looked at the server, and it did not start there."""
    from ftcore.training import doubt

    with _open_job(workspace or context.obj, id) as (db, job):
        if not doubt.did_not_start(db, id, who=who):
            _fail(f"Job {id} is {job.state.value}, not unknown. Nothing was changed.")
    _say(f"Job {id} has ended: {who} says that it did not start. Nothing was sent again.")


def _watch(db: Database, as_json: bool) -> None:
    from rich.live import Live

    if as_json:
        for row in _changes(db):
            _line(row)
        return
    with Live(console=out, auto_refresh=False, vertical_overflow="visible") as live:
        while True:
            rows = _rows(db)
            live.update(_table(rows), refresh=True)
            if not any(_is_open(row) for row in rows):
                return
            time.sleep(LOOK_SECONDS)


def _changes(db: Database) -> Iterator[dict[str, Any]]:
    """Each job once, then again whenever something about it is new; ends when none is under way."""
    known: dict[int, dict[str, Any]] = {}
    while True:
        rows = _rows(db)
        for row in rows:
            if known.get(row["id"]) != row:
                known[row["id"]] = row
                yield row
        if not any(_is_open(row) for row in rows):
            return
        time.sleep(LOOK_SECONDS)


def _rows(db: Database) -> list[dict[str, Any]]:
    from ftcore.store import job_lists

    with db.read() as c:
        return [_row(job, endpoint) for job, endpoint in job_lists.all_jobs(c)]


def _row(job: Job, endpoint: Endpoint) -> dict[str, Any]:
    from ftcore.training.spending import cost_of, is_free

    cost = cost_of(job, free=is_free(endpoint))
    return {
        "id": job.id,
        "project": job.project_id,
        "endpoint": endpoint.name,
        "remote_id": job.remote_id,
        "state": job.state.value,
        "status": job.remote_status,
        "step": job.step,
        "total": job.total_steps,
        "cost": None if cost.unpriced else [round(cost.low, 6), round(cost.high, 6)],
        "model": job.fine_tuned_model,
        "error": job.error,
    }


def _print(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        for row in rows:
            _line(row)
    elif rows:
        out.print(_table(rows))
    else:
        _say("There is no job yet. `tuneworthy launch FILE` plans one.")


def _line(row: dict[str, Any]) -> None:
    print(json.dumps(row, ensure_ascii=False), flush=True)  # noqa: T201 - for a pipe: no colours, no wrapping


def _table(rows: list[dict[str, Any]]) -> Any:
    from rich.table import Table

    table = Table(box=None)
    for name in SHORT:
        table.add_column(name, no_wrap=True)
    for name in LONG:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(told) for told in _cells(row)))
    return table


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    """The server's own word stands behind our state where it is another one."""
    word = "" if row["status"] in ("", row["state"]) else f" ({row['status']})"
    step = f"{row['step']} of {row['total']}" if row["total"] else ""
    short = (str(row["id"]), row["endpoint"], row["state"] + word, step, _cost(row["cost"]))
    return (*short, row["remote_id"], row["model"] or row["error"])


def _cost(cost: list[float] | None) -> str:
    if cost is None:
        return "not known"
    low, high = cost
    return f"${high:,.2f}" if high - low < 0.005 else f"at most ${high:,.2f}"


def _is_open(row: dict[str, Any]) -> bool:
    from ftcore.records import JobState

    return not JobState(row["state"]).ended


@contextmanager
def _database(workspace: Path | None) -> Iterator[Database]:
    db = open_workspace(workspace).open_database()
    try:
        yield db
    finally:
        db.close()


@contextmanager
def _open_job(workspace: Path | None, id: int) -> Iterator[tuple[Database, Job]]:
    """A job that has not ended."""
    from ftcore.store import job_lists

    with _database(workspace) as db:
        with db.read() as c:
            job = next((job for job, _ in job_lists.all_jobs(c) if job.id == id), None)
        if job is None:
            _fail(f"There is no job {id} in this workspace. `tuneworthy jobs` shows those that there are.", BAD_USAGE)
        if job.state.ended:
            _fail(f"Job {id} has ended already ({job.state.value}). Nothing was changed.")
        yield db, job


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)


def _fail(sentence: str, code: int = FAILED) -> NoReturn:
    err.print(f"[red]Error:[/red] {escape(sentence)}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)

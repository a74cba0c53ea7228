"""The whole journey without a browser: import, check, split, snapshot, train, evaluate, report.

It walks the same road as the pages: tasks in the database, a worker (here a thread of this process), the trainer server
through the openai SDK. A workspace whose app is running is used as it is, with the server that runs there.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import Connection

from ftcore import supervisor
from ftcore.dataset.curation import approve_clean
from ftcore.dataset.sample import keep_upload
from ftcore.decision import recommend
from ftcore.records import (
    LOCAL,
    Endpoint,
    Job,
    JobState,
    Mapping,
    Reply,
    Severity,
    Split,
    Story,
    Task,
    TaskState,
    Verdict,
)
from ftcore.store import decisions, endpoints, examples, jobs, problems, projects, runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.worker.local_endpoint import keep_local_endpoint
from ftcore.workspace import Workspace

BASE_MODEL = "smollm2-135m-instruct"
LOOK_SECONDS = 0.2
SERVER_SECONDS = 90.0
ASK_SECONDS = 5.0
SILENT_SECONDS = 180.0
"""A server that is silent for so long has gone for good."""

T = TypeVar("T")


class JourneyError(Exception):
    """Why the journey ended early, in one clear sentence. `not_fit`: it is the data that cannot be trained on."""

    def __init__(self, sentence: str, *, not_fit: bool = False) -> None:
        super().__init__(sentence)
        self.not_fit = not_fit


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for on the command line. Empty or None: derived from the data, or the server's rule."""

    file: Path
    mapping: Mapping | None = None
    system: str = ""
    tuned_system: str = ""
    rows: int | None = None
    test_rows: int | None = None
    epochs: int | None = None
    seed: int = 0
    scorer: str = ""
    name: str = ""
    """The project's name; the file's when left out."""
    answers: dict[str, str] = field(default_factory=dict)
    """Answers to the five questions, when there are any (the sample's)."""
    reasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The command line's JSON, field by field."""

    dataset: dict[str, int]
    job: dict[str, Any]
    evaluation: dict[str, Any]
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bars:
    """A progress bar for each long step, drawn from what the store says while the worker works."""

    progress: Progress
    worker: threading.Thread
    server: supervisor.Child | None = None
    """The trainer server that we started ourselves: it is started again when it dies."""
    answers: Callable[[], bool] = lambda: True
    """Whether the trainer server answers."""

    def follow(self, look: Callable[[], tuple[bool, int, int, T]], title: str) -> T:
        """Draws a bar until `look` says that it has ended, and gives what it saw last."""
        bar = self.progress.add_task(title, total=None)
        heard = time.monotonic()
        while True:
            if self.server is not None:
                self.server.look(lambda said: self.progress.console.print(said, markup=False))
            if time.monotonic() - heard > ASK_SECONDS and self.answers():
                heard = time.monotonic()
            if time.monotonic() - heard > SILENT_SECONDS:
                raise JourneyError(
                    "The trainer server does not answer any more. What was finished is kept; start again."
                )
            ended, done, total, seen = look()
            self.progress.update(bar, completed=done, total=total or None)
            if ended:
                self.progress.update(bar, completed=total or 1, total=total or 1)
                return seen
            if not self.worker.is_alive():
                raise JourneyError("The worker stopped unexpectedly. What was finished is kept in the workspace.")
            time.sleep(LOOK_SECONDS)


def travel(workspace: Workspace, wish: Wish, *, console: Console) -> Result:
    """Walks the whole way and prints what was found. Raises JourneyError."""
    _must_be_able_to_train(workspace)
    db = workspace.open_database()
    with _progress(console) as progress, _worker(workspace) as worker:
        bars = Bars(progress, worker)
        with db.write() as c:
            project = projects.create(c, _free_name(projects.every(c), wish.name or wish.file.stem))
            _decide(c, project.id, wish)
        taken = _import(db, workspace, project.id, wish, bars)
        _settle_prompts(db, project.id, wish, console)
        approve_clean(db, project.id, who="cli")
        _say_left_out(db, project.id, console)
        _must_be_fit(db, project.id)
        with _trainer(workspace, db) as (server, child):
            bars = Bars(progress, worker, child, lambda: bool(_address(workspace)))
            job = _train(db, project.id, server, wish, bars)
            _evaluate(db, project.id, job, wish, bars)
    files = _report(db, workspace, project.id, job)
    story = _tell(db, project.id)
    _print(story, console)
    return _result(db, taken.result, job, story, files)


def _decide(c: Connection, project_id: int, wish: Wish) -> None:
    """Keeps the answers that came with the data, with the advice that follows from them."""
    if wish.answers:
        answers = cast("dict[str, Reply]", wish.answers)
        advice = recommend(answers, wish.reasons)
        decisions.save(c, project_id, answers=answers, reasons=wish.reasons, recommendation=advice, who="cli")


def _must_be_able_to_train(workspace: Workspace) -> None:
    """What is missing is said before anything is imported."""
    if _address(workspace):
        return
    if not supervisor.has_trainer():
        raise JourneyError("Local training is not installed. Install it with: pip install 'tuneworthy[local]'")
    from ftcore.trainer import starter

    if not starter.is_ready():
        raise JourneyError(starter.MISSING)


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
    done = _follow_task(db, task, bars, "Importing")
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
    from ftcore.evaluation.plans import plan_run

    try:
        run = plan_run(db, project_id, job, scorer=wish.scorer or None, seed=wish.seed, who="cli")
    except EvaluationError as error:
        raise JourneyError(str(error)) from error
    with db.read() as c:
        task = next(t for t in tasks.open_tasks(c, project_id, "evaluate"))
    done = _follow_task(db, task, bars, "Evaluating")
    with db.read() as c:
        ended = runs.get(c, run.id)
    if done.state != TaskState.DONE or ended.state != "done":
        raise JourneyError(f"The evaluation did not end well. {done.error or ended.error}")


def _report(db: Database, workspace: Workspace, project_id: int, job: Job) -> dict[str, str]:
    from ftcore.report.data import write_json
    from ftcore.report.deck import write_deck
    from ftcore.report.html import write_html

    story = _tell(db, project_id)
    folder = workspace.folder("reports") / f"project-{project_id}"
    folder.mkdir(exist_ok=True)
    paths = {name: folder / f"report.{kind}" for name, kind in (("report_html", "html"), ("report_pptx", "pptx"))}
    write_html(story, paths["report_html"])
    write_deck(story, paths["report_pptx"])
    write_json(story, folder / "report.json")
    with db.read() as c:
        digest = snapshots.get(c, job.snapshot_id).digest
    training = workspace.folder("exports") / f"{digest[:16]}-train.jsonl"
    return {"training": str(training), **{name: str(path) for name, path in paths.items()}}


def _tell(db: Database, project_id: int) -> Story:
    from ftcore.report.telling import tell

    return tell(db, project_id, who="cli")


def _result(db: Database, taken: dict[str, Any], job: Job, story: Story, files: dict[str, str]) -> Result:
    base = next(comparison for arm, comparison in story.comparisons if arm == "base")
    numbers = {name: getattr(story, name) for name in ("train", "validation", "test", "tokens")}
    return Result(
        dataset={**{name: int(taken[name]) for name in ("read", "accepted", "rejected")}, **numbers},
        job={
            "id": job.remote_id,
            "status": job.state.value,
            "model": job.fine_tuned_model,
            "trained_tokens": job.trained_tokens,
            "seconds": round(story.job_seconds, 1) if story.job_seconds is not None else None,
        },
        evaluation={
            "scorer": story.scorer,
            "n": base.n,
            "base_avg": base.baseline_avg,
            "fine_tuned_avg": base.candidate_avg,
            "improvement": base.difference,
            "low": base.low,
            "high": base.high,
            "verdict": base.verdict.value,
            "missing": base.missing,
        },
        files=files,
    )


def _print(story: Story, console: Console) -> None:
    from ftcore.report import words

    table = Table(box=None)
    for name in ("arm", "model", f"{story.scorer_label}, average", "95% interval", "n", "missing"):
        table.add_column(name, overflow="fold")
    for arm in story.arms:
        interval = f"{arm.low:.3f} to {arm.high:.3f}"
        table.add_row(arm.label, arm.model, f"{arm.average:.3f}", interval, str(arm.n), str(arm.missing))
    console.print()
    console.print(table)
    for name, comparison in story.comparisons:
        console.print(
            f"fine-tuned minus {words.label_of(story, name)}: {comparison.difference:+.3f} "
            f"({comparison.low:+.3f} to {comparison.high:+.3f}), {_verdict(comparison.verdict)}",
            markup=False,
            highlight=False,
        )
    if stamp := words.stamp(story):
        console.print(f"\n{stamp}", style="bold")


def _verdict(verdict: Verdict) -> str:
    return verdict.value.replace("_", " ")


def _follow_task(db: Database, task: Task, bars: Bars, title: str) -> Task:
    def look() -> tuple[bool, int, int, Task]:
        with db.read() as c:
            now = tasks.get(c, task.id)
        return now.state not in (TaskState.QUEUED, TaskState.RUNNING), now.done, now.total, now

    try:
        return bars.follow(look, title)
    except KeyboardInterrupt:
        with db.write() as c:
            tasks.request_cancel(c, task.id)
        raise


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield progress


@contextmanager
def _worker(workspace: Workspace) -> Iterator[threading.Thread]:
    from ftcore.worker.loop import work

    stop = threading.Event()
    thread = threading.Thread(target=work, args=(workspace, stop), name="worker", daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(timeout=2)


@contextmanager
def _trainer(workspace: Workspace, db: Database) -> Iterator[tuple[Endpoint, supervisor.Child | None]]:
    """The trainer server that runs in this workspace, or one of our own for as long as we need it."""
    running = _address(workspace)
    if running:
        yield _endpoint(db, workspace), None
        return
    workspace.trainer_address.unlink(missing_ok=True)
    child = supervisor.trainer_child(workspace)
    child.start()
    try:
        _wait_for_server(workspace, child)
        yield _endpoint(db, workspace), child
    finally:
        child.ask_to_end()
        child.stop(time.monotonic() + supervisor.STOP_SECONDS)


def _wait_for_server(workspace: Workspace, child: supervisor.Child) -> None:
    until = time.monotonic() + SERVER_SECONDS
    while not _address(workspace):
        process: subprocess.Popen[bytes] | None = child.process
        if process is None or process.poll() is not None or time.monotonic() > until:
            raise JourneyError(f"The trainer server did not start. Its log: {child.log}")
        time.sleep(LOOK_SECONDS)


def _address(workspace: Workspace) -> str:
    """The base_url of a trainer server that answers, or ""."""
    try:
        address = workspace.trainer_address.read_text().strip()
    except FileNotFoundError:
        return ""
    try:
        token = workspace.trainer_token.read_text().strip()
    except FileNotFoundError:
        return ""
    # Not /health: another workspace's server may have taken the port, and would not know our token.
    return address if supervisor.answers(f"{address}/models", token=token) else ""


def _endpoint(db: Database, workspace: Workspace) -> Endpoint:
    keep_local_endpoint(db, workspace)
    with db.read() as c:
        found = endpoints.find(c, LOCAL)
    assert found is not None
    return found


def _free_name(known: list[Any], wanted: str) -> str:
    taken = {project.name for project in known}
    return next(name for name in (wanted, *(f"{wanted} {i}" for i in range(2, 100_000))) if name not in taken)

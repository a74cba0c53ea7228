"""`tuneworthy launch`: what would be sent, its price and its time, the warnings; then the job, without a browser."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from ftcore.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from ftcore.records import Endpoint, Job, Snapshot
    from ftcore.store.database import Database
    from ftcore.training.outlook import Outlook
    from ftcore.training.settings import Settings

out, err = Console(), Console(stderr=True)
FAILED, BAD_USAGE, NOT_FIT, STOPPED = 1, 2, 3, 130
"""Exit codes, as in `cli`: 3 when it may not start as it is, over a budget too."""
WHO = "cli"
NOBODY = "There is nobody to ask here, so nothing was started. Look at it on a terminal, or say --yes."

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", help="The workspace's folder. Default: TUNEWORTHY_HOME, or the user's data folder."),
]


def register(app: typer.Typer) -> None:
    app.command()(launch)


def launch(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE|SNAPSHOT",
            help="A file, which becomes a new project; or a snapshot: its number, or 8 or more digits of its fingerprint.",
        ),
    ],
    endpoint: Annotated[str, typer.Option(help="Where: a name that `tuneworthy endpoints list` shows.")] = "local",
    model: Annotated[str, typer.Option(help="The base model, as it is called there. Here: the practice model.")] = "",
    epochs: Annotated[int | None, typer.Option(min=1, max=50, help="Default: from the number of examples.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2_147_483_647)] = 0,
    suffix: Annotated[str, typer.Option(help="Becomes part of the model's name: letters, digits and -.")] = "",
    budget: Annotated[float | None, typer.Option(min=0, help="The most that this may cost, US dollars.")] = None,
    input: Annotated[str, typer.Option(help="FILE: the column that people write.")] = "",
    output: Annotated[str, typer.Option(help="FILE: the column with the ideal answer.")] = "",
    test_rows: Annotated[int | None, typer.Option(min=0, help="FILE: hold out so many for the test.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask: say yes to the price and to every warning that is shown.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Stay until it has ended; starts what is needed for that.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Starts a training. Says first what is sent where, the price, the time and the warnings, and asks."""
    from ftcore.training.settings import DPO, SUPERVISED, Settings
    from ftcore.ui.train import launch_words as words

    if not yes and not _is_terminal():
        _fail(NOBODY, BAD_USAGE)
    place = open_workspace(workspace)
    with _told(), _database(place) as db:
        there = _endpoint(db, place, endpoint, wait=wait)
        base = _base_model(db, place, there, model)
        snapshot = _snapshot(db, source)
        project_id = (
            snapshot.project_id if snapshot is not None else _import(db, Path(source), input, output, test_rows)
        )
        settings = Settings(
            DPO if snapshot and _has_pairs(db, snapshot) else SUPERVISED, epochs, seed=seed, suffix=suffix
        )
        outlook = _look(db, place, there, base, project_id, snapshot, settings, budget)
        document = {"project": project_id, **words.document(outlook), "job": None}
        if not as_json:
            _show(outlook)
        if outlook.errors:
            _refuse(outlook, document, as_json)
        acknowledged = [one.code for one in outlook.warnings] if yes else _asked(outlook)
        from ftcore.training.launch import launch_all

        job = launch_all(
            db,
            project_id,
            there,
            base_model=base,
            who=WHO,
            settings=settings,
            acknowledged=acknowledged,
            budget=budget,
            seen=outlook.survey.digest,
            snapshot_id=snapshot.id if snapshot is not None else None,
        )[0]
        _go_on(db, place, job, there, document, wait=wait, as_json=as_json)


def _go_on(
    db: Database, place: Workspace, job: Job, there: Endpoint, document: dict[str, object], *, wait: bool, as_json: bool
) -> None:
    """Waits for the job, or says who will send it."""
    from ftcore.journey import launching
    from ftcore.records import JobState

    if wait:
        ended = launching.follow(db, place, job, there, err)
        works = True
    else:
        ended, works = job, launching.somebody_works(db, job)
    told = {"id": ended.id, "key": ended.key, "state": ended.state.value, "model": ended.fine_tuned_model}
    document |= {"job": {**told, "remote_id": ended.remote_id, "error": ended.error}, "worker": works}
    if as_json:
        print(json.dumps(document, ensure_ascii=False))  # noqa: T201 - for a pipe: no colours, no wrapping
    elif wait:
        _say(f"Job {ended.id}: {ended.state.value}. {ended.fine_tuned_model or ended.error}")
    else:
        _say(f"Job {job.id} is planned. `tuneworthy jobs --watch` follows it.")
        if not works:
            _say(
                "No worker runs in this workspace, so nothing is sent yet: start one with `tuneworthy` or `tuneworthy worker`."
            )
    if wait and ended.state != JobState.SUCCEEDED:
        sys.exit(FAILED)


def _endpoint(db: Database, place: Workspace, name: str, *, wait: bool) -> Endpoint:
    from ftcore.journey import launching
    from ftcore.records import LOCAL
    from ftcore.store import endpoints

    if name == LOCAL:
        found = launching.local_endpoint(db, place, start=wait)
        if found is None:
            _fail(
                "The trainer of this computer has not run in this workspace yet. Start it with `tuneworthy`, or say --wait."
            )
        return found
    with db.read() as c:
        there, known = endpoints.find(c, name), [one.name for one in endpoints.every(c)]
    if there is None:
        names = ", ".join(known) or "none yet; `tuneworthy endpoints add NAME` adds one"
        _fail(f"There is no endpoint named {name}. There are: {names}.", BAD_USAGE)
    return there


def _base_model(db: Database, place: Workspace, there: Endpoint, named: str) -> str:
    from ftcore.records import LOCAL
    from ftcore.trainer import starter
    from ftcore.training.terms import terms_of

    if not named and there.name != LOCAL:
        with db.read() as c:
            offered = terms_of(c, place.root, there, "").offers()
        some = f" Known there: {', '.join(offered[:10])}." if offered else ""
        _fail(f"Name the base model with --model, as {there.name} calls it.{some}", BAD_USAGE)
    return named or starter.NAME


def _snapshot(db: Database, named: str) -> Snapshot | None:
    """The snapshot of this name; None when it is a file."""
    from ftcore.store import snapshot_names

    if Path(named).is_file():
        return None
    with db.read() as c:
        found = snapshot_names.called(c, named)
    if not found:
        _fail(f"There is no file {named}, and no snapshot of that number or fingerprint in this workspace.", BAD_USAGE)
    if len(found) > 1:
        which = "; ".join(f"{one.id} (project {one.project_id}, {one.digest[:12]})" for one in found[:5])
        _fail(f"{named} may be several snapshots: {which}. Name one by its number, or by more digits.", BAD_USAGE)
    return found[0]


def _has_pairs(db: Database, snapshot: Snapshot) -> bool:
    from ftcore.store import pairs

    with db.read() as c:
        return pairs.in_snapshot(c, snapshot.id)


def _import(db: Database, file: Path, input: str, output: str, test_rows: int | None) -> int:
    """The file as a new project, its rows without problems approved; what is set aside or left out is said."""
    from ftcore.journey import launching

    project, sentences = launching.import_file(db, file, input, output, test_rows, who=WHO)
    for sentence in sentences:
        err.print(sentence, markup=False, highlight=False, soft_wrap=True)
    return project.id


def _look(
    db: Database,
    place: Workspace,
    there: Endpoint,
    base: str,
    project_id: int,
    snapshot: Snapshot | None,
    settings: Settings,
    budget: float | None,
) -> Outlook:
    from ftcore.training.outlook import load_of, load_of_snapshot, look

    with db.read() as c:
        load = load_of_snapshot(c, snapshot) if snapshot is not None else load_of(c, project_id, settings)
        return look(c, place.root, load, there, base, settings, budget=budget)


def _show(outlook: Outlook) -> None:
    from ftcore.training.estimate import range_reason
    from ftcore.ui.train.launch_words import lines

    for name, told in lines(outlook).items():
        if told:
            _say(f"{name + ':':13}{told}")
    if not outlook.terms.free and outlook.estimate.cost is not None:
        _say(range_reason(outlook.survey, outlook.terms))
    for finding in outlook.findings:
        _say(f"{finding.severity.value.capitalize()}: {finding.sentence}")


def _refuse(outlook: Outlook, document: dict[str, object], as_json: bool) -> NoReturn:
    if as_json:
        print(json.dumps(document, ensure_ascii=False))  # noqa: T201 - for a pipe
    several = len(outlook.errors)
    said = (
        outlook.errors[0].sentence if as_json or several == 1 else f"{several} things stand in the way, as said above."
    )
    _fail(f"Nothing was started. {said}", NOT_FIT)


def _asked(outlook: Outlook) -> list[str]:
    """Asks for each warning, then for the whole; ends the program at the first no."""
    from ftcore.ui.train.launch_words import question

    for finding in outlook.warnings:
        if not typer.confirm(f"{finding.sentence} Go on?", err=True):
            _fail("Nothing was started. Imported examples are kept.")
    if not typer.confirm(question(outlook), err=True):
        _fail("Nothing was started. Imported examples are kept.")
    return [one.code for one in outlook.warnings]


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _database(place: Workspace) -> Iterator[Database]:
    db = place.open_database()
    try:
        yield db
    finally:
        db.close()


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong, as one clear line."""
    from ftcore.dataset.sources import SourceError
    from ftcore.endpoints import EndpointError
    from ftcore.journey import JourneyError
    from ftcore.training.launch import NotFit

    try:
        yield
    except (SourceError, NotFit) as error:
        _fail(str(error), NOT_FIT)
    except (EndpointError, JourneyError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("Stopped. A job that was planned stays planned: `tuneworthy jobs` shows it.", STOPPED)


def _fail(sentence: str, code: int = FAILED) -> NoReturn:
    err.print(f"[red]Error:[/red] {escape(sentence)}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)

"""`tuneworthy models`: which models are there, bringing others, taking tuned ones away."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from ftcore.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from ftcore.trainer.database import Database
    from ftcore.trainer.shelf import Described

out, err = Console(), Console(stderr=True)
FAILED, STOPPED = 1, 130
"""Exit codes, as in `cli`."""


class Form(StrEnum):
    ADAPTER = "adapter"
    MERGED = "merged"
    OLLAMA = "ollama"


app = typer.Typer(help="Base models on this machine, and tuned ones of the workspace.", no_args_is_help=True)

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", help="The workspace's folder. Default: TUNEWORTHY_HOME, or the user's data folder."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(main: typer.Typer) -> None:
    main.add_typer(app, name="models")


@app.command(name="list")
def list_models(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Base models with size, licence and place; tuned ones of the workspace with their job."""
    with _told():
        from ftcore.trainer import shelf

        bases, tuned = shelf.described(), _tuned(open_workspace(workspace))
    if as_json:
        document = {"bases": [{**asdict(base), "folder": str(base.folder)} for base in bases], "tuned": tuned}
        print(json.dumps(document, ensure_ascii=False))  # noqa: T201 - for a pipe: no colours, no wrapping
        return
    if not bases:
        out.print(
            "There is no base model yet. `tuneworthy models pull smollm2-135m-instruct` fetches the starter (89 MiB)."
        )
    for base in bases:
        _print(f"[bold]{escape(base.name)}[/bold]  {escape(_sentence(base))}")
    for model in tuned:
        _print(f"[bold]{escape(model['id'])}[/bold]  {escape(_tuned_sentence(model))}")


def _sentence(base: Described) -> str:
    place = f"{base.folder}{' (by reference)' if base.by_reference else ''}"
    if base.fault is not None:
        return f"cannot be used. {base.fault} {place}"
    size = f"{(base.parameters or 0) / 1e6:,.0f} million parameters, {(base.bytes or 0) / 1e6:,.0f} MB"
    return f"{size}, licence {base.licence or 'not stated'}, tools {'yes' if base.tools else 'no'}, {place}"


def _tuned_sentence(model: dict[str, Any]) -> str:
    here = "" if model["usable"] else "; cannot answer now: its base or its weights are not there"
    return f"{model['kind']} of {model['job']} ({model['job_status']}), {model['form']}, {model['bytes'] / 1e6:,.1f} MB{here}"


def _tuned(workspace: Workspace) -> list[dict[str, Any]]:
    """The tuned models and checkpoints of the workspace, newest first; none when nothing was trained there yet."""
    from ftcore.trainer import catalogue

    database = _database(workspace)
    if database is None:
        return []
    try:
        usable = {model.id for model in catalogue.tuned(database)}
        rows = database.rows(
            "SELECT m.*, j.status AS job_status FROM models m JOIN jobs j ON j.id = m.job_id WHERE m.deleted = 0"
            " ORDER BY m.created_at DESC, m.rowid DESC"
        )
    finally:
        database.close()
    return [_tuned_row(row, row["id"] in usable) for row in rows]


def _tuned_row(row: dict[str, Any], usable: bool) -> dict[str, Any]:
    folder = Path(row["folder"])
    return {
        "id": row["id"],
        "base": row["base"],
        "job": row["job_id"],
        "job_status": row["job_status"],
        "kind": "checkpoint" if ":ckpt-step-" in row["id"] else "model",
        "form": "adapter" if (folder / "adapter_config.json").is_file() else "whole model",
        "bytes": sum(path.stat().st_size for path in folder.glob("*") if path.is_file()),
        "created_at": row["created_at"],
        "usable": usable,
    }


def _database(workspace: Workspace) -> Database | None:
    path = workspace.root / "trainer" / "trainer.db"
    if not path.is_file():
        return None
    from ftcore.trainer.database import Database

    return Database(path)


@app.command()
def add(
    folder: Annotated[
        Path, typer.Argument(help="A folder with config.json, safetensors, tokenizer and chat template.")
    ],
    name: Annotated[str | None, typer.Option(help="The model's name here; default: the folder's.")] = None,
) -> None:
    """Makes a folder elsewhere a base model. Nothing is copied; nothing in it is run."""
    with _told():
        from ftcore.trainer import shelf

        base = shelf.add(folder, name)
        _print(f"[bold]{escape(base.name)}[/bold]  {escape(_sentence(shelf.describe(base)))}")


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="A base model's name, as `models list` shows it.")],
    workspace: WorkspaceOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also when jobs or tuned models of the workspace need it.")
    ] = False,
) -> None:
    """Takes a base model away. Files are deleted only where `pull` had put them, never in a folder that was added."""
    with _told():
        from ftcore.trainer import library, shelf

        base = library.find(name)
        if base is None:
            _fail(f"There is no base model {name!r} here.")
            return
        need = _needed(open_workspace(workspace), name)
        if need and not force:
            _fail(f"{need} Nothing was removed; --force does it all the same.")
        deletes = not base.by_reference and shelf.is_ours(base)
        question = f"Delete {base.folder}?" if deletes else f"Take {name} off the list? Its files stay where they are."
        if not yes and not typer.confirm(question, err=True):
            _fail("Nothing was removed.")
        _print(escape(shelf.remove(name)))


def _needed(workspace: Workspace, name: str) -> str:
    """Who in the workspace needs the base, in a sentence; "" when nobody does."""
    database = _database(workspace)
    if database is None:
        return ""
    try:
        jobs = database.rows("SELECT id FROM jobs WHERE model = ? AND finished_at IS NULL", (name,))
        tuned = database.rows("SELECT id FROM models WHERE base = ? AND deleted = 0 ORDER BY rowid DESC", (name,))
    finally:
        database.close()
    parts = [f"{len(jobs)} unfinished jobs ({jobs[0]['id']})"] if jobs else []
    parts += [f"{len(tuned)} tuned models ({tuned[0]['id']})"] if tuned else []
    return f"{name} is needed by {' and '.join(parts)} of this workspace." if parts else ""


@app.command()
def export(
    name: Annotated[str, typer.Argument(help="A tuned model or checkpoint (ft:...), as `models list` shows it.")],
    folder: Annotated[Path, typer.Argument(help="The folder to make; what is there is never overwritten.")],
    form: Annotated[Form, typer.Option("--as", help="What to take away.")] = Form.ADAPTER,
    workspace: WorkspaceOption = None,
) -> None:
    """Takes a tuned model away, with a card that says what it was made from: the adapter (peft), the merged model
    (safetensors), or that with a Modelfile for Ollama."""
    with _told():
        from ftcore.trainer import catalogue
        from ftcore.trainer.takeaway.building import export as write

        place = open_workspace(workspace)
        database = _database(place)
        if database is None:
            _fail("Nothing was trained in this workspace yet.")
            return
        try:
            target = folder.expanduser().absolute()
            write(place.root / "trainer", database, catalogue.find(database, name), form.value, target)
        finally:
            database.close()
        size = sum(path.stat().st_size for path in target.iterdir())
        _print(f"{escape(name)} as {form.value}: {escape(str(target))} ({size / 1e6:,.1f} MB)")


@app.command()
def pull(
    name: Annotated[str, typer.Argument(help="ORG/NAME on the hub (HF_ENDPOINT, HF_TOKEN), or smollm2-135m-instruct.")],
    revision: Annotated[str | None, typer.Option(help="A branch, tag or commit; default: the newest.")] = None,
) -> None:
    """Fetches a base model: safetensors, configuration and tokenizer only. Whole, or not at all."""
    with _told():
        from ftcore.trainer import hub, library, shelf, starter

        if name == starter.NAME:
            sys.exit(starter.main())
        if (there := library.find(name)) is not None and there.fault is None:
            _print(f"{escape(name)} is here already: {escape(str(there.folder))}")
            return
        offer = hub.look(name, revision)
        size = f"{offer.bytes / 1e6:,.0f} MB in {len(offer.files)} files"
        err.print(f"Fetching {escape(name)} ({offer.revision[:8]}): {size}, licence {offer.licence or 'not stated'}")
        folder = _shown(offer.bytes, lambda progress: hub.pull(offer, progress))
        _print(f"[bold]{escape(name)}[/bold]  {escape(_sentence(shelf.describe(library.Base(name, folder))))}")


def _shown(total: int, work: Any) -> Path:
    """The result of `work(progress)`, with a bar while it goes on."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    with Progress(BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(), console=err) as bar:
        task = bar.add_task("", total=total)
        found: Path = work(lambda done, _: bar.update(task, completed=done))
    return found


def _print(text: str) -> None:
    out.print(text, soft_wrap=True, highlight=False)


def _fail(sentence: str) -> None:
    err.print(f"[red]Error:[/red] {escape(sentence)}", highlight=False, soft_wrap=True)
    raise typer.Exit(FAILED)


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong, as one clear line."""
    if not _is_installed():
        _fail("Local training is not installed. Install it with: pip install 'tuneworthy[local]'")
    from ftcore.trainer.errors import TrainerError

    try:
        yield
    except TrainerError as error:
        _fail(error.message)
    except KeyboardInterrupt:
        err.print("Stopped. What had arrived whole is kept.")
        raise typer.Exit(STOPPED) from None


def _is_installed() -> bool:
    from ftcore.supervisor import has_trainer

    return has_trainer()

"""`tuneworthy report`: the deck, the web page, the figures or the papers of a project, made again from a stored run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ftcore.workspace import open_workspace

if TYPE_CHECKING:
    from ftcore.records import Project, Story
    from ftcore.store.database import Database

out, err = Console(), Console(stderr=True)
KINDS = {
    ".pptx": "a deck (tried in LibreOffice, not in PowerPoint itself)",
    ".html": "a web page",
    ".json": "figures for a program",
    ".md": "the model card and the data sheet",
}
"""What an ending makes."""


def register(main: typer.Typer) -> None:
    main.command()(report)


def report(
    project: Annotated[str, typer.Argument(help="The project's number or name.")],
    to: Annotated[Path, typer.Option(help="The file to write; its ending says what: .pptx, .html, .json or .md.")],
    run: Annotated[int | None, typer.Option(min=1, help="A finished run's number. Default: the newest.")] = None,
    who: Annotated[str, typer.Option(help="Initials of who presents it.")] = "",
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace", help="The workspace's folder. Default: TUNEWORTHY_HOME, or the user's data folder."
        ),
    ] = None,
) -> None:
    """Writes a project's report. Nothing is asked or trained, and rows marked private are in none of the files."""
    from ftcore.report.telling import tell

    kind = to.suffix.lower()
    if kind not in KINDS:
        told = ", ".join(f"{ending} ({what})" for ending, what in KINDS.items())
        _fail(f"{to.name} has no ending that says what to write. There are: {told}.")
    if not to.absolute().parent.is_dir():
        _fail(f"The folder of {to} does not exist.")
    db = open_workspace(workspace).open_database()
    try:
        found = _project(db, project)
        story = tell(db, found.id, who=who, run_id=run)
        _writer(kind)(story, to.absolute())
    except LookupError as error:
        _fail(str(error.args[0] if error.args else error))
    except OSError as error:
        _fail(f"{to} could not be written: {error.strerror or error}. What stood there before is still there.")
    finally:
        db.close()
    about = f"run {story.run_id}" if story.run_id else "what was answered; nothing has been measured"
    out.print(escape(f"{to} written: {KINDS[kind]}, from {about}."), highlight=False, soft_wrap=True)


def _writer(kind: str) -> Callable[[Story, Path], Path]:
    from ftcore.report import write_deck, write_html, write_json, write_papers

    return {".pptx": write_deck, ".html": write_html, ".json": write_json, ".md": write_papers}[kind]


def _project(db: Database, named: str) -> Project:
    from ftcore.store import projects

    with db.read() as c:
        if named.isdecimal() and len(named) < 10:
            return projects.get(c, int(named))
        found = projects.find(c, named)
    if found is None:
        raise LookupError(f"There is no project named {named!r} in this workspace.")
    return found


def _fail(sentence: str) -> None:
    err.print(f"[red]Error:[/red] {escape(sentence)}", highlight=False, soft_wrap=True)
    raise typer.Exit(1)

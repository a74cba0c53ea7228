"""`tuneworthy backup`, `restore`, `projects`, `handover` and `pack`: everything about handing over, without a browser."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from ftcore.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from ftcore.records import Project
    from ftcore.store.database import Database

out, err = Console(), Console(stderr=True)
FAILED, NOT_FIT = 1, 3
"""As in `cli`: 1 error, 3 the file or the project is not fit for it."""

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", help="The workspace's folder. Default: TUNEWORTHY_HOME, or the user's data folder."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
WhoOption = Annotated[str, typer.Option(help="Initials, kept with what is changed.")]
ProjectOption = Annotated[str, typer.Option("--project", help="The project's number or name.")]


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)
    for name, told, commands in (
        ("projects", "Lists, archives and erases projects.", (list_, archive, bring_back, erase)),
        ("handover", "A project as one file for a colleague.", (export_, import_)),
        ("pack", "An XLSX review pack for a colleague.", (pack_out, pack_in)),
    ):
        group = typer.Typer(no_args_is_help=True, help=told)
        for command in commands:
            group.command(NAMES.get(command.__name__, command.__name__.replace("_", "-")))(command)
        app.add_typer(group, name=name)


NAMES = {"list_": "list", "export_": "export", "import_": "import", "pack_out": "export", "pack_in": "import"}


def backup(
    file: Annotated[Path, typer.Argument(help="The backup to write, for example backup.zip.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copies a workspace into one file while the app runs. Keys, tokens, uploads and trained models are not in it."""
    from ftcore.handover import backup as backups

    with _opened(workspace) as (place, _), _said():
        made = backups.backup(place, file.absolute())
    _tell(as_json, made, f"{file} written: {made.bytes / 1e6:,.1f} MB. In it: {backups.WHAT} Not in it: {backups.NOT}")


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup.")],
    workspace: Annotated[Path, typer.Option("--workspace", help="A folder that is not there yet, or empty.")],
    as_json: JsonOption = False,
) -> None:
    """Makes a workspace of a backup. What was under way when it was made is not begun again."""
    from ftcore.handover import backup as backups

    with _said():
        made = backups.restore(file, workspace)
    stopped = sum(made.stopped.values())
    also = f" {stopped} things that were under way were stopped." if stopped else ""
    _tell(as_json, made, f"{made.root} is ready, with {made.projects} projects.{also}")


def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """All projects: number, name, how many examples; archived ones and those that were erased."""
    from ftcore.store import examples, projects, tombstones

    with _opened(workspace) as (_, db), db.read() as c:
        known = [*projects.every(c), *projects.archived(c)]
        found = [
            {
                "id": one.id,
                "name": one.name,
                "archived": one.archived_at is not None,
                "examples": examples.counts(c, one.id).total,
            }
            for one in known
            if tombstones.of_project(c, one.id) is None
        ]
        erased = [{"id": one.project_id, "by": one.who, "finished": one.finished} for one in tombstones.every(c)]
    if as_json:
        _print({"projects": found, "erased": erased})
        return
    for one in found:
        out.print(
            f"{one['id']:>4}  {one['name']}  {one['examples']:,} examples{'  (archived)' if one['archived'] else ''}",
            markup=False,
        )
    for one in erased:
        out.print(
            f"{one['id']:>4}  erased by {one['by'] or 'somebody'}{'' if one['finished'] else ', not finished'}",
            markup=False,
        )


def archive(project: str, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Takes a project out of sight; nothing in it is changed."""
    from ftcore.store import projects

    with _opened(workspace) as (_, db):
        found = _find(db, project)
        with db.write() as c:
            projects.archive(c, found.id)
    _tell(as_json, {"id": found.id, "archived": True}, f"“{found.name}” is archived. bring-back shows it again.")


def bring_back(project: str, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Shows an archived project again."""
    from ftcore.store import projects

    with _opened(workspace) as (_, db):
        found = _find(db, project)
        with db.write() as c:
            projects.bring_back(c, found.id)
    _tell(as_json, {"id": found.id, "archived": False}, f"“{found.name}” is back.")


def erase(
    project: str,
    yes: Annotated[bool, typer.Option("--yes", help="Without this, nothing is erased.")] = False,
    who: WhoOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erases a project everywhere: rows, journal, versions, runs, files, what servers hold. It cannot be taken back."""
    from ftcore.handover import erase as erasing

    with _opened(workspace) as (place, db):
        found = _find(db, project)
        if not yes:
            _fail(f"“{found.name}” would be erased for good. Say --yes when that is meant. Nothing was changed.")
        stone = erasing.finish(db, place, erasing.begin(db, found.id, who=who).id)
    left = sum(len(one["files"]) + len(one["models"]) for one in stone.left)
    rest = (
        ""
        if stone.finished
        else f" {left} files or models at a server could not be erased yet; the worker goes on trying."
    )
    _tell(as_json, {"id": found.id, "finished": stone.finished, **stone.numbers}, f"Erased.{rest}")


def export_(
    file: Annotated[Path, typer.Argument(help="The file to write, for example project.tuneworthy.")],
    project: ProjectOption,
    with_private: Annotated[bool, typer.Option("--with-private", help="Private rows too.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Writes a project into one file for a colleague: rows, versions, decisions. Never servers or keys."""
    from ftcore.handover import project_file

    with _opened(workspace) as (_, db), _said():
        made = project_file.hand_over(db, _find(db, project).id, file.absolute(), private=with_private)
    left = f" {made.private_rows} private rows were left out" if made.private_rows else ""
    left += f", and {len(made.private_versions)} versions that hold one" if made.private_versions else ""
    _tell(
        as_json, made, f"{file} written: {made.examples:,} rows, {made.versions} versions.{left}{'.' if left else ''}"
    )


def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A project file.")],
    who: WhoOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes a project file in as a new project."""
    from ftcore.handover import take_over

    with _opened(workspace) as (_, db), _said():
        taken = take_over.take_over(db, file, who=who)
    told = {
        "project": taken.project.id,
        "name": taken.project.name,
        "examples": taken.examples,
        "versions": taken.versions,
        "broken": [{"line": row.line, "reason": row.reason} for row in taken.broken],
        "left_out": list(taken.left_out),
    }
    said = [
        f"“{taken.project.name}” is project {taken.project.id}: {taken.examples:,} rows, {taken.versions} versions."
    ]
    said += [f"  line {row.line}: {row.reason}" for row in taken.broken[:20]]
    said += [f"  {len(taken.broken) - 20:,} more lines (all of them with --json)"] if len(taken.broken) > 20 else []
    _tell(as_json, told, "\n".join([*said, *taken.left_out]))


def pack_out(
    file: Annotated[Path, typer.Argument(help="The workbook to write, for example pack.xlsx.")],
    project: ProjectOption,
    where: Annotated[
        str, typer.Option("--filter", help='Which rows, as JSON: {"status": "draft", "tag": "ask"}')
    ] = "{}",
    with_private: Annotated[bool, typer.Option("--with-private", help="Private rows too.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Writes the rows of a filter into a workbook that a colleague fills without the app."""
    from ftcore.handover import pack
    from ftcore.records import Filter

    with _opened(workspace) as (_, db), _said():
        made = pack.pack(
            db, _find(db, project).id, Filter.from_json(_json(where)), file.absolute(), private=with_private
        )
    left = f" {made.private} private rows were left out." if made.private else ""
    left += f" {made.too_long} rows with a text that no cell holds were left out." if made.too_long else ""
    _tell(as_json, made, f"{file} written: {made.rows:,} rows.{left}")


def pack_in(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A filled review pack.")],
    project: ProjectOption,
    who: Annotated[str, typer.Option(help="The initials of the colleague who filled it.")] = "",
    take: Annotated[bool, typer.Option("--take", help="Take it. Without this, the difference is shown only.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows what a filled pack would change, and takes it with --take as one change. Conflicts are left as they are."""
    from ftcore.handover import unpack

    with _opened(workspace) as (_, db), _said():
        found = unpack.propose(db, _find(db, project).id, file)
        if take and not who.strip():
            _fail("Say with --who whose pack it is: the change is kept under these initials. Nothing was taken.")
        taken = len(unpack.accept(db, found, who=who.strip()[:16]).changed) if take else 0
    told = {
        "rows": len(found.rows),
        **unpack.summary(found.rows),
        "conflicts": [{"line": one.line.number, "row": one.row.id, "since": one.since} for one in found.conflicts],
        "unknown": [{"line": one.line, "reason": one.reason} for one in found.unknown],
        "nothing": found.nothing,
        "taken": taken,
    }
    said = [
        f"{len(found.rows)} rows with something new, {found.nothing} without. {taken} taken."
        if take
        else f"{len(found.rows)} rows with something new, {found.nothing} without. Nothing is taken without --take."
    ]
    said += [f"  line {one.line.number}, row {one.row.id}: {one.since} It is left as it is." for one in found.conflicts]
    said += [f"  line {one.line}: {one.reason}" for one in found.unknown]
    _tell(as_json, told, "\n".join(said))


@contextmanager
def _opened(workspace: Path | None) -> Iterator[tuple[Workspace, Database]]:
    place = open_workspace(workspace)
    db = place.open_database()
    try:
        yield place, db
    finally:
        db.close()


@contextmanager
def _said() -> Iterator[None]:
    """An error of ours is one clear line on stderr."""
    from ftcore.dataset.targets.writing import ExportError
    from ftcore.handover.errors import HandoverError

    try:
        yield
    except HandoverError as error:
        _fail(str(error), NOT_FIT)
    except ExportError as error:
        _fail(str(error))


def _find(db: Database, said: str) -> Project:
    """A project by its number or its name, archived ones too."""
    from ftcore.store import projects, tombstones

    with db.read() as c:
        known = [*projects.every(c), *projects.archived(c)]
        found = [one for one in known if said in (str(one.id), one.name) and tombstones.of_project(c, one.id) is None]
    exact = [one for one in found if str(one.id) == said] or found
    if len(exact) != 1:
        why = f"There is no project “{said}”" if not exact else f"Several projects are called “{said}”; say the number"
        _fail(f"{why}. `tuneworthy projects list` shows them.")
    return exact[0]


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"The filter is no JSON: {error}.") from error
    if not isinstance(found, dict):
        raise typer.BadParameter("The filter must be a JSON object.")
    return found


def _tell(as_json: bool, value: Any, sentence: str) -> None:
    if as_json:
        _print(value if isinstance(value, dict) else asdict(value))
    else:
        out.print(escape(sentence), highlight=False, soft_wrap=True)


def _print(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str))  # noqa: T201 - for a pipe: no colours, no wrapping


def _fail(sentence: str, code: int = FAILED) -> None:
    err.print(f"[red]Error:[/red] {escape(sentence)}", highlight=False, soft_wrap=True)
    sys.exit(code)

"""`tuneworthy decide`: what is advised and what was decided; and the words and facts behind it, as files to edit."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from ftcore.workspace import open_workspace

if TYPE_CHECKING:
    from ftcore.records import Project
    from ftcore.store.database import Database
    from ftcore.store.decision_records import KeptRecord

out, err = Console(), Console(stderr=True)
FAILED = 1
"""Exit code, as in `cli`."""


class _OrShow(TyperGroup):
    """`decide PROJECT` is `decide show PROJECT`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and "--help" not in args and args[0] not in self.commands:
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_OrShow,
    help="A project's decision (`decide PROJECT`), and your own copies of the words and facts behind it.",
    no_args_is_help=True,
)
WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", help="The workspace's folder. Default: TUNEWORTHY_HOME, or the user's data folder."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(main: typer.Typer) -> None:
    main.add_typer(app, name="decide")


@app.command()
def show(
    project: Annotated[str, typer.Argument(help="The project's number or name.")],
    as_json: JsonOption = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print it as Markdown.")] = False,
    version: Annotated[
        int | None,
        typer.Option("--version", help="A version of the decision record instead of how things stand.", min=1),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """What is advised now and why, or a version of the decision record."""
    from ftcore.content import ContentError
    from ftcore.decision import record
    from ftcore.decision.framework import framework_of
    from ftcore.endpoints import EndpointError
    from ftcore.journey.deciding import standing_document
    from ftcore.store.database import StoreError

    if as_json and as_markdown:
        _fail("Choose one of --json and --markdown.")
    place = open_workspace(workspace)
    try:
        db = place.open_database()
    except StoreError as error:
        _fail(str(error))
    try:
        found = _project(db, project)
        kept = _version(db, found.id, version) if version else None
        if kept is not None:
            document, number, digest = kept.document, kept.number, kept.digest
        else:
            framework, faults = framework_of(place.root)
            for sentence in faults:
                err.print(escape(sentence), highlight=False, soft_wrap=True)
            document, number, digest = standing_document(db, found.id, framework, who=""), 0, ""
    except (ContentError, EndpointError) as error:
        _fail(str(error))
    finally:
        db.close()
    if as_markdown:
        print(record.markdown(document, number, digest), end="")  # noqa: T201 - for a pipe: no colours, no wrapping
        return
    _tell(as_json, document | ({"number": number, "sha256": digest} if number else {}), [*record.lines(document)])


@app.command(name="own-copy")
def own_copy(
    file: Annotated[str, typer.Argument(help="decision.yaml, evidence.yaml or base_models.yaml")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Puts a copy of one of the files into the workspace, for you to edit. It then stands for the shipped one. A copy that is there
    is never written over."""
    from ftcore.decision import FrameworkError
    from ftcore.decision.own_copy import copy_to_edit

    try:
        path = copy_to_edit(open_workspace(workspace).root, file)
    except (FrameworkError, OSError) as error:
        err.print(f"[red]Error:[/red] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(FAILED) from None
    _tell(as_json, {"file": str(path)}, [f"{path} is yours to edit."])


@app.command()
def check(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Says of each file whether the workspace has a copy of its own, and of a copy that can't be used in which line it is wrong.
    0 when every copy can be used, else 1."""
    from ftcore.decision.framework import framework_of
    from ftcore.decision.own_copy import FILES
    from ftcore.decision.research import cards_of
    from ftcore.endpoints.base_models import base_models_of

    root = open_workspace(workspace).root
    said = dict(zip(FILES, (framework_of(root)[1], cards_of(root)[1], base_models_of(root)[1]), strict=True))
    own = {name: os.path.lexists(root / name) for name in FILES}
    lines = [
        " ".join(faults) or f"{name}: {'your own copy holds' if own[name] else 'as it came with Tuneworthy'}."
        for name, faults in said.items()
    ]
    faults = [sentence for sentences in said.values() for sentence in sentences]
    _tell(as_json, {"own": [name for name in FILES if own[name]], "faults": faults}, lines)
    if faults:
        raise typer.Exit(FAILED)


def _project(db: Database, said: str) -> Project:
    """A project by its number or its name."""
    from ftcore.store import projects

    with db.read() as c:
        known = [*projects.every(c), *projects.archived(c)]
    by_number = [one for one in known if str(one.id) == said]
    found = by_number or [one for one in known if one.name == said]
    if len(found) != 1:
        why = "Several projects are called" if found else "There is no project"
        _fail(f"{why} “{said}”. `tuneworthy projects list` shows them with their numbers.")
    return found[0]


def _version(db: Database, project_id: int, number: int) -> KeptRecord:
    from ftcore.store import decision_records

    with db.read() as c:
        known = {one.number: one for one in decision_records.of_project(c, project_id, limit=10_000)}
    if number not in known:
        there = f"The newest is version {max(known)}." if known else "Nothing was recorded yet."
        _fail(f"There is no version {number} of the decision record. {there}")
    return known[number]


def _fail(sentence: str) -> NoReturn:
    err.print(f"[red]Error:[/red] {escape(sentence)}", highlight=False, soft_wrap=True)
    raise typer.Exit(FAILED)


def _tell(as_json: bool, document: dict[str, Any], lines: list[str]) -> None:
    if as_json:
        print(json.dumps(document, ensure_ascii=False))  # noqa: T201 - for a pipe: no colours, no wrapping
        return
    for line in lines:
        out.print(line, markup=False, soft_wrap=True, highlight=False)

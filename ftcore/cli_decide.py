"""`tuneworthy decide`: the words and facts that the decision rests on, as files that an organisation can edit."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from ftcore.workspace import open_workspace

out, err = Console(), Console(stderr=True)
FAILED = 1
"""Exit code, as in `cli`."""

app = typer.Typer(
    help="The decision's questions, research and models to try: your own copies of them.", no_args_is_help=True
)
WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", help="The workspace's folder. Default: TUNEWORTHY_HOME, or the user's data folder."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(main: typer.Typer) -> None:
    main.add_typer(app, name="decide")


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


def _tell(as_json: bool, document: dict[str, Any], lines: list[str]) -> None:
    if as_json:
        print(json.dumps(document, ensure_ascii=False))  # noqa: T201 - for a pipe: no colours, no wrapping
        return
    for line in lines:
        out.print(line, markup=False, soft_wrap=True, highlight=False)

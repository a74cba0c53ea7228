"""`tuneworthy import`, `split`, `approve` and `export`: curating without a browser, also while the app runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from ftcore.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from ftcore.dataset.intake import Progress
    from ftcore.records import Filter, Project
    from ftcore.store.database import Database

out, err = Console(), Console(stderr=True)
FAILED, NOT_FIT, STOPPED = 1, 3, 130
"""Exit codes, as in `cli`: 1 error, 3 the file is not fit, 130 stopped by Ctrl-C."""

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", help="The workspace's folder. Default: TUNEWORTHY_HOME, or the user's data folder."),
]
ProjectOption = Annotated[str, typer.Option("--project", help="The project's name or number.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
FilterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--filter", metavar="KEY=VALUE", help="Only these, e.g. status=draft, split=test, tag=refund, text=parcel."
    ),
]
WHO = "cli"


def register(app: typer.Typer) -> None:
    app.command(name="import")(import_file)
    app.command()(split)
    app.command()(approve)
    app.command()(export)


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, TSV, JSONL, JSON, XLSX or Parquet.")],
    project: ProjectOption,
    input: Annotated[str, typer.Option(help="The column that people write.")] = "",
    output: Annotated[str, typer.Option(help="The column with the ideal answer.")] = "",
    system: Annotated[str, typer.Option(help="The column with instructions for each row.")] = "",
    split: Annotated[str, typer.Option(help="The column that says train, validation or test.")] = "",
    tags: Annotated[str, typer.Option(help="The column with tags.")] = "",
    key: Annotated[str, typer.Option(help="The column that names the rows.")] = "",
    group: Annotated[str, typer.Option(help="The column whose rows stay on one side of the split.")] = "",
    test_rows: Annotated[int | None, typer.Option(min=0, help="How many test rows the project shall have.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2_147_483_647)] = 0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes a file of any size into a project, which is made when the name is new. Stopped half-way, the same command goes on."""
    from ftcore.dataset.intake import take_in
    from ftcore.dataset.sources import SourceError, open_file
    from ftcore.records import Mapping
    from ftcore.store import projects

    mapping = Mapping(input, output, system, split, tags, key, group)
    with _database(open_workspace(workspace)) as db:
        try:
            open_file(file, mapping, name=file.name)  # what cannot be read makes no project
            wanted = _find(db, project)
            if wanted is None:
                with db.write() as c:
                    wanted = projects.create(c, project)
            with _bar(as_json) as progress:
                done = take_in(
                    db,
                    wanted.id,
                    file,
                    name=file.name,
                    who=WHO,
                    mapping=mapping,
                    test_rows=test_rows,
                    seed=seed,
                    progress=progress,
                )
        except SourceError as error:
            _fail(str(error), NOT_FIT)
        except KeyboardInterrupt:
            _fail("Stopped. What had come is kept: the same command goes on where it was.", STOPPED)
        result: dict[str, Any] = {"project": wanted.id, "import": done.id, "read": done.read, "accepted": done.accepted}
        result |= {"rejected": done.rejected, "notes": list(done.notes), "splits": _splits(db, wanted.id)}
    said = f"{file.name}: {done.read:,} read, {done.accepted:,} kept, {done.rejected:,} set aside."
    _print(result, as_json, said, *done.notes)


def split(
    project: ProjectOption,
    test_rows: Annotated[int | None, typer.Option(min=0, help="How many test rows; proposed when left out.")] = None,
    stratify: Annotated[
        str,
        typer.Option(
            help="label, tag or none: what is to have its share everywhere. Default: label, where answers are labels."
        ),
    ] = "",
    seed: Annotated[int, typer.Option(min=0, max=2_147_483_647)] = 0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Divides a project anew into train, validation and test. One Undo in the app takes it back."""
    from ftcore.dataset import splitting
    from ftcore.dataset.many import change_in_parts
    from ftcore.store.journal import Edit

    ways = {"label": splitting.BY_ANSWER, "tag": splitting.BY_TAG, "none": splitting.BY_NOTHING}
    if stratify not in ("", *ways):
        raise typer.BadParameter("--stratify is one of label, tag and none.")
    with _database(open_workspace(workspace)) as db:
        wanted = _wanted(db, project)
        by = ways[stratify] if stratify else splitting.BY_ANSWER if _has_labels(wanted) else splitting.BY_NOTHING
        wish = splitting.SplitWish(seed=seed, test_rows=test_rows, by=by)
        with _bar(as_json) as progress:
            planned = splitting.plan(db, wanted.id, wish, progress)
        edits = (Edit(id_, {"split": side.value}) for id_, side in planned.moves())
        label = f"Split {len(planned.ids):,} examples again (seed {seed})"
        moved = change_in_parts(db, wanted.id, edits, label=label, who=WHO).examples
    outcome = planned.outcome()
    result = {"project": wanted.id, "splits": outcome.counts, "moved": moved, "held": len(planned.plan.held)}
    _print({**result, "notes": list(outcome.sentences)}, as_json, *outcome.sentences)


def approve(
    project: ProjectOption,
    filter: FilterOption = None,
    no_problems: Annotated[
        bool, typer.Option("--no-problems", help="Only rows without an error or a warning.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approves drafts: all of them, or those that a filter matches. One Undo in the app takes it back."""
    from dataclasses import replace

    from ftcore.dataset.many import change_in_parts
    from ftcore.records import Status
    from ftcore.records.filter import NONE
    from ftcore.store import examples
    from ftcore.store.journal import Edit

    where = _filter(filter, Status.DRAFT)
    if no_problems:
        where = replace(where, problem=NONE)
    with _database(open_workspace(workspace)) as db:
        wanted = _wanted(db, project)
        with db.read() as c:
            ids = examples.ids(c, wanted.id, where)
        edits = (Edit(id_, {"status": Status.APPROVED.value}) for id_ in ids)
        number = change_in_parts(db, wanted.id, edits, label=f"Approved {len(ids):,} examples", who=WHO).examples
    result = {"project": wanted.id, "approved": number, "matched": len(ids)}
    _print(result, as_json, f"{number:,} approved." if ids else "No example matches; nothing was changed.")


def export(
    project: ProjectOption,
    target: Annotated[str, typer.Option(help="The shape of the files; a wrong one lists all.")],
    filter: FilterOption = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="The folder; default: exports/ of the workspace.")
    ] = None,
    private: Annotated[bool, typer.Option("--private", help="Rows that are marked private too.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Writes the approved examples (tables for people: all of them) in the shape of a trainer, one file a split."""
    from ftcore.dataset import exports
    from ftcore.dataset.bulk import Selection
    from ftcore.dataset.targets import ExportError, Fate, Kind, find
    from ftcore.records import Status

    place = open_workspace(workspace)
    with _database(place) as db:
        wanted = _wanted(db, project)
        try:
            shape = find(target)
            where = _filter(filter, None if shape.kind is Kind.PEOPLE else Status.APPROVED)
            chosen = exports.Wanted(shape.name, Selection(where=where), private)
            done, losses, kept_back = exports.write(db, wanted.id, chosen, folder or place.folder("exports"))
        except ExportError as error:
            _fail(str(error), NOT_FIT)
    files = [{"path": str(one.path), "rows": one.rows} for one in done.files]
    lost = {
        name: [{"rows": one.rows, "why": one.sentence} for one in losses if one.fate is fate]
        for name, fate in (("left_out", Fate.LEFT_OUT), ("changed", Fate.CHANGED))
    }
    said = [f"{one['path']}: {one['rows']:,} rows" if one["rows"] else str(one["path"]) for one in files]
    said += [
        f"{one['rows']:,} {name.replace('_', ' ')}: {one['why']}" for name, several in lost.items() for one in several
    ]
    if kept_back:
        said.append(f"{kept_back:,} left out: marked private (--private takes them too)")
    result = {"project": wanted.id, "rows": done.rows, "files": files, "private": kept_back, **lost}
    _print({**result, "notes": list(done.notes)}, as_json, *said)


def _filter(given: list[str] | None, status: Any) -> Filter:
    """KEY=VALUE pairs as a filter; `status` when they name none."""
    from dataclasses import fields

    from ftcore.records import Filter

    values: dict[str, str] = {} if status is None else {"status": status.value}
    known = [f.name for f in fields(Filter)]
    for pair in given or ():
        name, separator, value = pair.partition("=")
        name = name.replace("-", "_")
        if not separator or name not in known:
            raise typer.BadParameter(f"{pair!r} is no filter. KEY=VALUE was wanted, KEY one of: {', '.join(known)}.")
        if not Filter.from_json({name: value}).parts():
            raise typer.BadParameter(f"{value!r} cannot be a value of {name}.")
        values[name] = value
    return Filter.from_json(values)


@contextmanager
def _database(place: Workspace) -> Iterator[Database]:
    db = place.open_database()
    try:
        yield db
    finally:
        db.close()


def _find(db: Database, named: str) -> Project | None:
    """By name first: a project may be called 2024."""
    from ftcore.store import projects

    with db.read() as c:
        found = projects.find(c, named)
        if found is None and named.isascii() and named.isdigit():
            found = next((one for one in projects.every(c) if one.id == int(named)), None)
    return found


def _wanted(db: Database, named: str) -> Project:
    found = _find(db, named)
    if found is None:
        _fail(f"There is no project {named!r} in this workspace. Nothing was changed.")
    return found


def _has_labels(project: Project) -> bool:
    return project.profile.get("kind") == "labels"


def _splits(db: Database, project_id: int) -> dict[str, int]:
    from ftcore.records import Filter, Split
    from ftcore.store import examples

    with db.read() as c:
        return {side.value: examples.count(c, project_id, Filter(split=side))[0] for side in Split}


@contextmanager
def _bar(as_json: bool) -> Iterator[Progress]:
    """A line on stderr that moves; none where nobody looks."""
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    parts = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Bar(*parts, console=err, transient=True, disable=as_json or not err.is_terminal) as bar:
        task = bar.add_task("Reading", total=None)

        def told(done: int, total: int, what: str) -> None:
            bar.update(task, description=what, completed=done, total=total or None)

        yield told


def _print(result: dict[str, Any], as_json: bool, *sentences: str) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))  # noqa: T201 - for a pipe: no colours, no wrapping
        return
    for sentence in sentences:
        out.print(sentence, markup=False, highlight=False, soft_wrap=True)


def _fail(sentence: str, code: int = FAILED) -> NoReturn:
    err.print(f"[red]Error:[/red] {escape(sentence)}", highlight=False, soft_wrap=True)
    sys.exit(code)

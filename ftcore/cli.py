"""`tuneworthy`: the app, and everything that it does without a browser."""

from __future__ import annotations

import json
import os
import sys
import webbrowser
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from ftcore import (
    cli_curation,
    cli_decide,
    cli_endpoints,
    cli_eval,
    cli_handover,
    cli_jobs,
    cli_launch,
    cli_models,
    cli_report,
)
from ftcore.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from ftcore.dataset.inspection import Inspection

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Should we fine-tune a language model? Decide, curate, train, measure against the cheaper ways, report.",
)
out, err = Console(), Console(stderr=True)

FAILED, BAD_USAGE, NOT_FIT = 1, 2, 3
"""Exit codes: 0 done, 1 error, 2 bad usage (typer's), 3 the data is not fit for training."""

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", help="The workspace's folder. Default: TUNEWORTHY_HOME, or the user's data folder."),
]


def main() -> None:
    """The console script. An error is one clear line on stderr, never a traceback."""
    from ftcore.store.database import StoreError

    try:
        app()
    except (StoreError, OSError) as error:
        fail(str(error))


def fail(sentence: str, code: int = FAILED) -> None:
    err.print(f"[red]Error:[/red] {_plain(sentence)}", highlight=False, soft_wrap=True)
    sys.exit(code)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    workspace: WorkspaceOption = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The app's port; default: the first free one from 8501.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the address in the browser.")] = True,
) -> None:
    if context.invoked_subcommand is None:
        up(workspace, port, browser)
        return
    if workspace is not None:  # `tuneworthy --workspace DIR run ...` means that workspace too
        os.environ["TUNEWORTHY_HOME"] = str(workspace)
    context.default_map = {"up": {"port": port, "browser": browser}}  # and so does `tuneworthy --port 9000 up`


@app.command()
def up(
    workspace: WorkspaceOption = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The app's port; default: the first free one from 8501.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the address in the browser.")] = True,
) -> None:
    """Starts everything: the app, the worker and the trainer server. This is what `tuneworthy` alone does."""
    from ftcore import supervisor

    place = open_workspace(workspace)
    place.open_database().close()

    def opened(address: str) -> None:
        out.print(f"Tuneworthy is running: [bold]{address}[/bold]   (Ctrl-C stops it)", soft_wrap=True)
        if browser:
            webbrowser.open(address)

    if not supervisor.has_trainer():
        err.print("Local training is not installed (pip install 'tuneworthy\\[local]'); everything else works.")
    try:
        supervisor.up(place, port=port, say=lambda text: err.print(_plain(text), soft_wrap=True), opened=opened)
    except supervisor.AlreadyRunning as running:
        out.print(_plain(str(running)), soft_wrap=True)
        if browser and running.address:
            webbrowser.open(running.address)


@app.command()
def run(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, TSV, JSONL, JSON, XLSX or Parquet.")],
    input: Annotated[str, typer.Option(help="The column that people write.")] = "",
    output: Annotated[str, typer.Option(help="The column with the ideal answer.")] = "",
    system: Annotated[
        str, typer.Option(help="The base model's full system prompt; derived from the data when left out.")
    ] = "",
    tuned_system: Annotated[
        str, typer.Option(help="The short system prompt that the tuned model is trained and asked with.")
    ] = "",
    rows: Annotated[
        int | None, typer.Option(min=1, help="Use so many records of the file, test rows included (a seeded sample).")
    ] = None,
    test_rows: Annotated[int | None, typer.Option(min=1, help="Hold out so many of them for the test.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, max=50, help="Default: the server's rule.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2_147_483_647)] = 0,
    scorer: Annotated[
        str,
        typer.Option(
            help="The measure that decides (exact_match, json_fields, edit_similarity, ...); proposed from the data when left out."
        ),
    ] = "",
    workspace: WorkspaceOption = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the result as JSON to this file.")] = None,
) -> None:
    """The whole journey without a browser: import, check, split, train, evaluate, report."""
    from ftcore.evaluation.scorers import NAMES, describe
    from ftcore.records import Mapping

    if scorer and describe(scorer) is None:
        raise typer.BadParameter(f"There is no scorer named {scorer}. There are: {', '.join(NAMES)}.")
    mapping = Mapping(input=input, output=output) if input or output else None
    _journey(
        file,
        workspace,
        json_out,
        mapping=mapping,
        system=system,
        tuned_system=tuned_system,
        rows=rows,
        test_rows=test_rows,
        epochs=epochs,
        seed=seed,
        scorer=scorer,
    )


@app.command()
def demo(
    which: Annotated[
        str, typer.Option("--sample", help="tickets (training may be worth it) or returns (looking it up should win).")
    ] = "tickets",
    epochs: Annotated[int | None, typer.Option(min=1, max=50)] = None,
    seed: Annotated[int, typer.Option(min=0, max=2_147_483_647)] = 0,
    workspace: WorkspaceOption = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the result as JSON to this file.")] = None,
) -> None:
    """`run` on a sample project: support tickets of a small shop, or questions about its returns policy."""
    from ftcore.dataset.sample import SAMPLES, load_sample

    if which not in SAMPLES:
        raise typer.BadParameter(f"There is no sample named {which}. There are: {', '.join(SAMPLES)}.")
    sample = load_sample(which)
    wanted = {
        "name": sample.name,
        "system": sample.base_prompt,
        "tuned_system": sample.tuned_prompt,
        "answers": dict(sample.answers),
        "reasons": tuple(sample.reasons),
        "sample": which,
    }
    _journey(sample.file, workspace, json_out, epochs=epochs, seed=seed, **wanted)


def _journey(file: Path, workspace: Path | None, json_out: Path | None, **wanted: Any) -> None:
    from ftcore.journey import JourneyError, Wish, travel

    if json_out is not None and not json_out.absolute().parent.is_dir():
        raise typer.BadParameter(f"The folder of {json_out} does not exist.")

    try:
        result = travel(open_workspace(workspace), Wish(file=file, **wanted), console=out)
    except JourneyError as error:
        fail(str(error), NOT_FIT if error.not_fit else FAILED)
    except KeyboardInterrupt:
        fail("Stopped. What was finished is kept in the workspace.", 130)
    else:
        if json_out is not None:
            _write_json(json_out, result)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, TSV, JSONL, JSON, XLSX or Parquet.")],
    input: Annotated[str, typer.Option(help="The column that people write.")] = "",
    output: Annotated[str, typer.Option(help="The column with the ideal answer.")] = "",
    splits: Annotated[
        bool,
        typer.Option("--splits", help="Look for examples that are tested on and trained on, by the file's splits."),
    ] = False,
    split_column: Annotated[
        str, typer.Option(help="The column that says train, validation or test; implies --splits.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Reads and checks a file: what is accepted, what is rejected and why, tokens, problems. 0 clean, 3 errors."""
    from ftcore.dataset.inspection import inspect_file
    from ftcore.dataset.sources import SourceError
    from ftcore.records import Mapping

    try:
        named = Mapping(input=input, output=output, split=split_column)
        found = inspect_file(file, named if named != Mapping() else None, splits=splits or bool(split_column))
    except SourceError as error:
        fail(str(error), NOT_FIT)
        return
    if as_json:
        print(json.dumps(found.to_json(), ensure_ascii=False))  # noqa: T201 - for a pipe: no colours, no wrapping
    else:
        _show_check(file, found)
    if found.has_errors:
        sys.exit(NOT_FIT)


def _show_check(file: Path, found: Inspection) -> None:
    from rich.table import Table

    lengths = found.lengths
    out.print(
        f"{file.name}: {found.read:,} read, {found.accepted:,} accepted, {len(found.rejected):,} rejected; "
        f"{found.tokens:,} tokens ({lengths.median:,} in a usual example, {lengths.min:,} to {lengths.max:,}).",
        markup=False,
    )
    for row in found.rejected[:20]:
        out.print(f"  line {row.line}: {row.reason}", markup=False)
    if len(found.rejected) > 20:
        out.print(f"  ... and {len(found.rejected) - 20:,} more (all of them with --json)")
    if found.problems:
        table = Table("problem", "rows", box=None)
        for code, number in found.problems.items():
            table.add_row(code, f"{number:,}")
        out.print(table)
    if found.clusters:
        out.print(f"{found.alike:,} examples are nearly the same as others, in {found.clusters:,} groups.")
    if found.leaks is not None:
        _show_leaks(found)


def _show_leaks(found: Inspection) -> None:
    if not found.leaks:
        out.print("No question of one split is asked in another.")
        return
    out.print(f"{found.leaking:,} rows are on two sides of the split: a test on them measures memory.")
    for leak in found.leaks[:20]:
        alike = "the same question" if leak.exact else f"{leak.similarity:.0%} alike"
        measured, learnt = leak.splits
        out.print(f"  line {leak.test_id} ({measured}) and line {leak.train_id} ({learnt}): {alike}", markup=False)
    if len(found.leaks) > 20:
        out.print(f"  ... and {len(found.leaks) - 20:,} more pairs")


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    workspace: WorkspaceOption = None,
    host: Annotated[str, typer.Option(help="The address of this machine to listen at, e.g. 0.0.0.0.")] = "127.0.0.1",
    allow_other_machines: Annotated[
        bool, typer.Option("--allow-other-machines", help="Let in whoever holds the token; --host alone does not.")
    ] = False,
    name: Annotated[
        list[str] | None, typer.Option(help="A name by which others call this server; may be repeated. Default: any.")
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(help="Holds a token of your own, of 32 characters or more; else TUNEWORTHY_TRAINER_TOKEN does."),
    ] = None,
) -> None:
    """The trainer server alone. Prints its base_url; the bearer token is the file trainer-token in the workspace."""
    from ftcore import supervisor

    if not supervisor.has_trainer():
        fail("Local training is not installed. Install it with: pip install 'tuneworthy[local]'")
    from ftcore.trainer.doors import UNENCRYPTED, doors
    from ftcore.trainer.errors import TrainerError
    from ftcore.trainer.server import serve as serve_trainer

    try:
        opened = doors(host, allow_other_machines=allow_other_machines, names=name, token_file=token_file)
    except TrainerError as error:
        fail(error.message, BAD_USAGE)
        return
    if opened.opens_to_others:
        err.print(UNENCRYPTED, soft_wrap=True, highlight=False)
    root = open_workspace(workspace).root
    serve_trainer(root, port, doors=opened, announce=lambda address: print(address, flush=True))  # noqa: T201


@app.command()
def worker(workspace: WorkspaceOption = None) -> None:
    """The worker alone: takes tasks from the workspace's database and does them."""
    from ftcore.worker.__main__ import main as work

    os.environ["TUNEWORTHY_HOME"] = str(open_workspace(workspace).root)
    work()


@app.command()
def doctor(workspace: WorkspaceOption = None) -> None:
    """What is installed, reachable and writable, and which model is there. 0 when the app can work."""
    from ftcore.doctor import examine

    place = open_workspace(workspace)
    findings = examine(place)
    for finding in findings:
        mark = {"ok": "[green]ok  [/green]", "note": "[yellow]note[/yellow]", "bad": "[red]bad [/red]"}[finding.state]
        out.print(f"{mark} {_plain(finding.what)}: {_plain(finding.sentence)}", highlight=False, soft_wrap=True)
    if any(finding.state == "bad" for finding in findings):
        sys.exit(FAILED)


def _write_json(path: Path, result: Any) -> None:
    from ftcore.supervisor import write_whole

    write_whole(path, json.dumps(asdict(result), ensure_ascii=False, indent=2))


def _plain(text: str) -> str:
    """Text of others as it is: square brackets in it are no markup."""
    from rich.markup import escape

    return escape(text)


cli_curation.register(app)
cli_decide.register(app)
cli_endpoints.register(app)
cli_eval.register(app)
cli_handover.register(app)
cli_jobs.register(app)
cli_launch.register(app)
cli_models.register(app)
cli_report.register(app)

__all__ = ["Workspace", "app", "main"]

if __name__ == "__main__":
    main()

"""`tuneworthy eval`: a comparison without a browser, with an exit code for scripts."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ftcore.workspace import open_workspace

if TYPE_CHECKING:
    from ftcore.store.runs import Run

out, err = Console(), Console(stderr=True)


def register(main: typer.Typer) -> None:
    main.command(name="eval")(evaluate)


def evaluate(
    run: Annotated[str, typer.Argument(help="A run's number: finished if it is not yet, then judged.")] = "",
    config: Annotated[
        Path | None,
        typer.Option(help="A new run as this YAML or JSON file declares it (README)."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The result as one JSON document on the standard output.")
    ] = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Write the comparisons as JUnit XML to this file.")
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace", help="The workspace's folder. Default: TUNEWORTHY_HOME, or the user's data folder."
        ),
    ] = None,
) -> None:
    """Asks every arm the test examples and judges. Ends with 0 passed, 1 error, 2 worse, 3 not enough evidence."""
    from ftcore.endpoints import EndpointError
    from ftcore.evaluation import EvaluationError, gate
    from ftcore.journey import JourneyError
    from ftcore.journey.evaluating import carry_out, find_run, plan_from_file

    if bool(run) == (config is not None):
        _fail("Name one run, or a file with --config.")
    if run and not run.isdecimal():
        _fail(f"A run is named by its number, and {run!r} is none.")
    if config is not None and not config.is_file():
        _fail(f"There is no file {config}.")
    if junit is not None and not junit.absolute().parent.is_dir():
        _fail(f"The folder of {junit} does not exist.")
    place = open_workspace(workspace)
    db = place.open_database()
    started = time.monotonic()
    try:
        planned, required = find_run(db, int(run)) if run else plan_from_file(db, config or Path(), who="cli")
        ended = carry_out(place, db, planned, err)
        judged = gate.judge(ended.result, required)
        if junit is not None:
            name = f"run {ended.id}: {ended.scorer}"
            xml = gate.junit(ended.result, judged, name=name, seconds=time.monotonic() - started)
            junit.write_text(xml, encoding="utf-8")
    except (EvaluationError, EndpointError, JourneyError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("Stopped. The answers that had arrived are kept; give the run's number to go on.")
    finally:
        db.close()
    if as_json:
        sys.stdout.write(json.dumps(_told(ended, judged), ensure_ascii=False) + "\n")
    else:
        _show(ended)
        out.print(escape(judged.sentence), highlight=False, soft_wrap=True)
    raise typer.Exit(int(judged.exit))


def _told(run: Run, judged: Any) -> dict[str, Any]:
    return {
        "run": run.id,
        "project": run.project_id,
        "job": run.job_id,
        "snapshot": run.snapshot_id,
        "scorer": run.scorer,
        "seed": run.seed,
        "delta": run.delta,
        "settings": run.settings,
        "versions": run.versions,
        "exit": int(judged.exit),
        "sentence": judged.sentence,
        **run.result,
    }


def _show(run: Run) -> None:
    table = Table(box=None)
    for name in ("arm", "model", f"{run.scorer}, average", "95% interval", "n", "missing"):
        table.add_column(name, overflow="fold")
    for arm in run.result["arms"]:
        interval = f"{arm['low']:.3f} to {arm['high']:.3f}"
        cells = (arm["label"], arm["model"], f"{arm['average']:.3f}", interval, str(arm["n"]), str(arm["missing"]))
        table.add_row(*(escape(cell) for cell in cells))
    out.print(table)
    labels = {arm["arm"]: arm["label"] for arm in run.result["arms"]}
    for one in run.result["comparisons"]:
        bounds = f"{one['mean_difference']:+.3f} ({one['low']:+.3f} to {one['high']:+.3f})"
        missing = f" ({one['missing']} missing)" if one["missing"] else ""
        said = f"against {labels.get(one['against'], one['against'])}: {bounds}, {one['verdict']}{missing}"
        out.print(said, markup=False, highlight=False)


def _fail(sentence: str) -> None:
    err.print(f"[red]Error:[/red] {escape(sentence)}", highlight=False, soft_wrap=True)
    raise typer.Exit(1)

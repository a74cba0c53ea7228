"""`tuneworthy endpoints`: the servers that this workspace knows, without a browser."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from ftcore.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from ftcore.endpoints.connections import Key
    from ftcore.records import Endpoint
    from ftcore.store.database import Database

out, err = Console(), Console(stderr=True)
FAILED, BAD_USAGE = 1, 2
"""Exit codes, as in `cli`."""
NO_ARGUMENT = (
    "A key is never an argument: the shell would write it into its history, and every other program could read it. "
    "Give it with --key-stdin or --keyring, or name the environment variable that holds it with --key-env. "
    "The one that you have just typed is in the history now: renew it at the provider."
)

app = typer.Typer(help="Servers that speak the fine-tuning protocol: add, test, list, remove.", no_args_is_help=True)
WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", help="The workspace's folder. Default: TUNEWORTHY_HOME, or the user's data folder."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
NameArgument = Annotated[str, typer.Argument(help="The connection's name, as `endpoints list` shows it.")]


def register(main: typer.Typer) -> None:
    main.add_typer(app, name="endpoints")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="One short word: letters, digits, - and _.")],
    provider: Annotated[str, typer.Option(help="A provider of providers.yaml: what differs there is then known.")] = "",
    base_url: Annotated[str, typer.Option(help="The address, with its path. Default: the provider's.")] = "",
    key_env: Annotated[str, typer.Option(help="The environment variable that holds the key.")] = "",
    key_stdin: Annotated[
        bool, typer.Option("--key-stdin", help="Read the key from standard input (keyring, else the secrets file).")
    ] = False,
    keyring: Annotated[
        bool, typer.Option("--keyring", help="Ask for the key and keep it in this computer's keyring only.")
    ] = False,
    job_usd: Annotated[float | None, typer.Option(min=0, help="The most that one job may cost, in US dollars.")] = None,
    month_usd: Annotated[float | None, typer.Option(min=0, help="The most that a month may cost.")] = None,
    train_usd: Annotated[
        float | None,
        typer.Option(
            min=0, help="What a million training tokens cost there, if you know it; 0 for a server of your own."
        ),
    ] = None,
    key: Annotated[str, typer.Option(hidden=True)] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Adds a connection. Nothing is sent anywhere; `endpoints test` tries it."""
    if key:
        _fail(NO_ARGUMENT, BAD_USAGE)
    if sum((bool(key_env), key_stdin, keyring)) > 1 and not (key_stdin and keyring):
        _fail("Say once where the key is: --key-env, --key-stdin or --keyring.", BAD_USAGE)
    with _opened(workspace) as (place, db):
        from ftcore.endpoints import connections

        made = connections.add(
            db,
            place,
            name,
            base_url=base_url or _usual_address(place, provider),
            key=_key(key_env, key_stdin, keyring),
            provider=provider,
            limits={"job_usd": job_usd, "month_usd": month_usd, "train_usd": train_usd},
        )
        _tell(as_json, _document(made), [f"{_line(made)}", f"Try it: tuneworthy endpoints test {made.name}"])


@app.command(name="test")
def try_out(
    name: NameArgument,
    may_start_jobs: Annotated[
        bool,
        typer.Option(
            "--may-start-jobs",
            help="Also ask for a job that cannot exist (its training file does not), to see whether jobs are allowed.",
        ),
    ] = False,
    send_file: Annotated[
        bool, typer.Option("--send-file", help="Also send a file of a few bytes, and delete it again.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tries a connection and says what works. 0 when nothing failed, else 1. Starts nothing, costs nothing."""
    with _opened(workspace) as (place, db):
        from ftcore.endpoints import connections

        found = connections.check(db, place, _find(db, name), send_file=send_file, may_start_jobs=may_start_jobs)
    marks = {True: "[green]ok  [/green]", False: "[red]no  [/red]", None: "[yellow]note[/yellow]"}
    works = all(finding.ok is not False for finding in found)
    document = {"name": name, "works": works, "findings": [finding._asdict() for finding in found]}
    _tell(as_json, document, [f"{marks[finding.ok]} {escape(finding.sentence)}" for finding in found], markup=True)
    if not works:
        sys.exit(FAILED)


@app.command(name="list")
def list_endpoints(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """The connections: address, where the key is, limits, and what the last test said."""
    from ftcore.store import endpoints

    with _opened(workspace) as (_, db), db.read() as c:
        known = endpoints.every(c)
    lines = [_line(one) for one in known] or ["There is no connection yet. `tuneworthy endpoints add NAME` adds one."]
    _tell(as_json, {"endpoints": [_document(one) for one in known]}, lines)


@app.command()
def remove(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes a connection out of the lists and forgets its key. Its jobs and models stay listed."""
    with _opened(workspace) as (place, db):
        from ftcore.endpoints import connections
        from ftcore.store import jobs

        found = _find(db, name)
        with db.read() as c:
            running = [job for job in jobs.open_jobs(c) if job.endpoint_id == found.id]
        also = f" {len(running)} of its jobs have not ended and would not be followed any more." if running else ""
        if not yes and not typer.confirm(f"Remove {name} and forget its key?{also}", err=True):
            _fail("Nothing was removed.")
        said = connections.remove(db, place, found)
    _tell(
        as_json, {"removed": name, "unfollowed_jobs": len(running), "note": said}, [f"{name} is removed.{also} {said}"]
    )


@app.command(name="own-copy")
def own_copy(
    file: Annotated[str, typer.Argument(help="providers.yaml or prices.yaml")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Puts a copy of providers.yaml or prices.yaml into the workspace, for you to edit. It then stands for the shipped one."""
    with _opened(workspace) as (place, _):
        from ftcore.endpoints.facts import copy_to_edit

        path = copy_to_edit(place, file)
    _tell(as_json, {"file": str(path)}, [f"{path} is yours to edit."])


def _usual_address(place: Workspace, provider: str) -> str:
    from ftcore.endpoints.facts import facts_of

    known = facts_of(place).provider(provider)
    if known is not None and known.base_url:
        return known.base_url
    if known is None and provider:
        return "https://unknown.invalid"  # the provider is what is refused, in its own words
    _fail("Name the address with --base-url.", BAD_USAGE)
    return ""


def _key(variable: str, from_stdin: bool, keyring: bool) -> Key:
    from ftcore.endpoints.connections import Key

    if variable:
        return Key(variable=variable)
    if from_stdin:
        return Key(typed=sys.stdin.readline(), keyring_only=keyring)
    if keyring:
        return Key(typed=typer.prompt("Key", hide_input=True, err=True), keyring_only=True)
    return Key()


def _find(db: Database, name: str) -> Endpoint:
    from ftcore.endpoints import EndpointError
    from ftcore.store import endpoints

    with db.read() as c:
        found = endpoints.find(c, name)
        known = ", ".join(one.name for one in endpoints.every(c)) or "none yet"
    if found is None:
        raise EndpointError(f"There is no connection named {name}. There are: {known}.")
    return found


def _document(endpoint: Endpoint) -> dict[str, Any]:
    from ftcore.endpoints.keys import say_source

    return {
        "name": endpoint.name,
        "base_url": endpoint.base_url,
        "provider": endpoint.provider,
        "practice": endpoint.practice,
        "key": say_source(endpoint.key_source),
        "limits": endpoint.limits,
        "checked_at": endpoint.checked_at.isoformat(timespec="seconds") if endpoint.checked_at else None,
        "findings": endpoint.findings,
    }


def _line(endpoint: Endpoint) -> str:
    from ftcore.endpoints.keys import say_source

    failed = next((finding["sentence"] for finding in endpoint.findings if finding["ok"] is False), "")
    tested = f"test: {failed or 'works'}" if endpoint.checked_at else "not tested yet"
    words = {"job_usd": "a job", "month_usd": "a month", "train_usd": "a million training tokens"}
    limits = [f"${value:,.2f} {words[name]}" for name, value in endpoint.limits.items() if name in words]
    parts = [endpoint.base_url, say_source(endpoint.key_source), *limits, tested]
    return f"{endpoint.name}: {', '.join(part for part in parts if part)}"


@contextmanager
def _opened(root: Path | None) -> Iterator[tuple[Workspace, Database]]:
    """The workspace and its database; what goes wrong is one clear line."""
    from ftcore.endpoints import EndpointError
    from ftcore.endpoints.facts import facts_of

    place = open_workspace(root)
    db = place.open_database()
    try:
        for said in facts_of(place).faults:
            err.print(f"[yellow]Note:[/yellow] {escape(said)}", highlight=False, soft_wrap=True)
        yield place, db
    except EndpointError as error:
        _fail(str(error))
    finally:
        db.close()


def _tell(as_json: bool, document: dict[str, Any], lines: list[str], *, markup: bool = False) -> None:
    if as_json:
        print(json.dumps(document, ensure_ascii=False))  # noqa: T201 - for a pipe: no colours, no wrapping
        return
    for line in lines:
        out.print(line, markup=markup, soft_wrap=True, highlight=False)


def _fail(sentence: str, code: int = FAILED) -> None:
    err.print(f"[red]Error:[/red] {escape(sentence)}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)

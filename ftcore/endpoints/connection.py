"""Does a connection work? Said in words, one finding a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from ftcore.endpoints.address import check_address
from ftcore.endpoints.client import connect
from ftcore.endpoints.errors import EndpointError, explain
from ftcore.endpoints.keys import read_key
from ftcore.endpoints.providers import PLAIN, Ending, Provider
from ftcore.records import Endpoint

if TYPE_CHECKING:
    import openai

NO_SUCH_FILE = "file-tuneworthy-no-such-file"
NO_SUCH_MODEL = "tuneworthy-no-such-model"


MOST_MODELS = 500


class Finding(NamedTuple):
    what: str
    """`address`, `reachable`, `authorised`, `models`, `files`, `jobs`, `new_jobs`, or `closes` for what ends when."""
    ok: bool | None
    """None = nothing to pass or fail: not tried, or for the reader to know."""
    sentence: str
    models: list[str] = []  # noqa: RUF012 - nobody changes it
    """The names of all models that the server listed; with `models` only."""


def check_connection(
    endpoint: Endpoint,
    *,
    provider: Provider = PLAIN,
    send_file: bool = False,
    may_start_jobs: bool = False,
    timeout: float = 10.0,
    today: date | None = None,
) -> list[Finding]:
    """Tries the endpoint with harmless questions (its models, files and jobs). Never raises; what could not be tried after a
    failure is left out.

    `send_file`: uploads a file of a few bytes and deletes it again. `may_start_jobs`: asks for a job with a training file that
    does not exist, which can only be refused; how it is refused tells whether jobs may be started.
    """
    ends = [_say_end(ending, today or date.today()) for ending in provider.ends if not ending.models]
    try:
        check_address(endpoint.base_url)
    except EndpointError as error:
        return [Finding("address", False, str(error)), *ends]
    found = [Finding("address", True, "The address may be used.")]
    try:
        client = connect(endpoint, timeout=timeout, max_retries=0)
    except EndpointError as error:
        return [*found, Finding("authorised", False, str(error)), *ends]
    with client:
        found += _reach(client)
        if found[-1].ok:
            found.append(_files(client, send_file))
            found.append(_try("jobs", lambda: client.fine_tuning.jobs.list(limit=1).data, "It lists its jobs."))
            if may_start_jobs:
                found.append(_may_start(client, provider))
    return [*_without_key(found, endpoint), *ends]


def _without_key(found: list[Finding], endpoint: Endpoint) -> list[Finding]:
    """Some servers repeat the key that they were sent, and findings are kept."""
    try:
        key = read_key(endpoint.key_source)
    except EndpointError:
        return found
    return [finding._replace(sentence=finding.sentence.replace(key, "[key]")) for finding in found]


def _reach(client: openai.OpenAI) -> Iterator[Finding]:
    import openai

    try:
        names = [str(model.id) for model in client.models.list().data]
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        yield Finding("reachable", True, "The server answers.")
        yield Finding("authorised", False, explain(error))
    except openai.APIStatusError as error:
        yield Finding("reachable", True, "The server answers.")
        yield Finding("models", False, explain(error))
    except (openai.APIConnectionError, EndpointError) as error:
        yield Finding("reachable", False, explain(error))
    except (openai.APIError, ValueError, AttributeError, TypeError):
        # The client does not check replies: a web page comes back as a string or breaks half-way.
        yield Finding("reachable", True, "Something answers.")
        yield Finding("models", False, _NO_PROTOCOL)
    else:
        yield Finding("reachable", True, "The server answers.")
        yield Finding("authorised", True, "It accepts the key.")
        yield Finding("models", True, _say_models(names), names[:MOST_MODELS])


def _files(client: openai.OpenAI, send: bool) -> Finding:
    if not send:
        return _try("files", lambda: client.files.list(limit=1).data, "It lists its files.")

    def send_and_delete() -> None:
        line = b'{"messages":[{"role":"user","content":"test"},{"role":"assistant","content":"test"}]}\n'
        sent = client.files.create(file=("connection-test.jsonl", line), purpose="fine-tune")
        client.files.delete(sent.id)

    return _try("files", send_and_delete, "It took a small file, and deleted it again.")


def _try(what: str, ask: Callable[[], Any], said: str) -> Finding:
    import openai

    try:
        ask()
    except (openai.APIError, EndpointError) as error:
        return Finding(what, False, explain(error))
    except (ValueError, AttributeError, TypeError):
        return Finding(what, False, _NO_PROTOCOL)
    return Finding(what, True, said)


def _may_start(client: openai.OpenAI, provider: Provider) -> Finding:
    """No server can begin a job without its training file. One that says it has, is told at once to stop."""
    import openai

    try:
        model = provider.models[0] if provider.models else _some_base(client)
        job = client.fine_tuning.jobs.create(model=model, training_file=NO_SUCH_FILE)
    except openai.PermissionDeniedError as error:
        return Finding("new_jobs", False, f"It does not let this key start jobs. {explain(error)}")
    except (openai.BadRequestError, openai.NotFoundError, openai.UnprocessableEntityError) as error:
        return _told_by_refusal(error)
    except (openai.APIError, EndpointError) as error:
        return Finding("new_jobs", None, f"Whether jobs may be started could not be told. {explain(error)}")
    except (ValueError, AttributeError, TypeError):
        return Finding("new_jobs", None, f"Whether jobs may be started could not be told. {_NO_PROTOCOL}")
    job_id = getattr(job, "id", None)
    if not isinstance(job_id, str) or not job_id:
        return Finding("new_jobs", None, f"Whether jobs may be started could not be told. {_NO_PROTOCOL}")
    return _stopped(client, job_id)


def _told_by_refusal(error: openai.APIStatusError) -> Finding:
    body = error.body if isinstance(error.body, dict) else {}
    said = f"{body.get('message') or ''} {error.param or ''}".lower()
    if "file" in said:
        sentence = "New jobs may be started: it refused ours only because its training file does not exist."
        return Finding("new_jobs", True, sentence)
    return Finding(
        "new_jobs", None, f"Whether jobs may be started could not be told from its refusal. {explain(error)}"
    )


def _stopped(client: openai.OpenAI, job_id: str) -> Finding:
    import openai

    said = "It accepted a job whose training file does not exist, which no server should."
    try:
        client.fine_tuning.jobs.cancel(job_id)
    except (openai.APIError, EndpointError, ValueError):
        return Finding("new_jobs", False, f"{said} It could not be stopped from here: look for job {job_id} there.")
    return Finding("new_jobs", None, f"{said} It was stopped at once (job {job_id}).")


def _some_base(client: openai.OpenAI) -> str:
    names = [str(model.id) for model in client.models.list().data]
    return next((name for name in names if not name.startswith("ft:")), NO_SUCH_MODEL)


def _say_end(ending: Ending, today: date) -> Finding:
    days = (ending.day - today).days
    when = f"Since {ending.day.isoformat()}" if days <= 0 else f"In {days} days ({ending.day.isoformat()})"
    return Finding("closes", None, f"{when}: {ending.fact.value} ({ending.fact.origin(today)})")


_NO_PROTOCOL = (
    "What answers there does not speak this protocol. Does the address end with /v1, or as its provider says?"
)


def _say_models(names: list[str]) -> str:
    if not names:
        return "It lists no models yet."
    shown = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
    return f"It lists {len(names)} {'model' if len(names) == 1 else 'models'}: {shown}."

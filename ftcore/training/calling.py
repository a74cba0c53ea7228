"""Calling an endpoint for a job: one client an endpoint, and what an answer that is none becomes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openai

from ftcore.endpoints import EndpointError, connect, read_key, retry_after
from ftcore.endpoints.errors import without_keys
from ftcore.endpoints.keys import NO_KEY
from ftcore.records import Endpoint
from ftcore.training.patience import be_patient, within

CALL_SECONDS = 30.0
"""Any question about a job takes no longer, however slowly a server sends."""
MOST_CLIENTS = 32
LONGEST_WAIT = 3600.0
"""A server may ask for a longer wait (Retry-After); it is asked again after an hour all the same."""

_clients: dict[tuple[str, str], openai.OpenAI] = {}
_lock = threading.Lock()


class NoAnswer(Exception):
    """The server could not be reached or did not answer as it should; nothing is lost, it is tried again later.

    `seconds` is how long the server asks to wait, None where it does not say; `everywhere` = it holds for all its jobs.
    """

    def __init__(self, said: str, *, seconds: float | None = None, everywhere: bool = True) -> None:
        super().__init__(said)
        self.seconds = seconds
        self.everywhere = everywhere


def client_of(endpoint: Endpoint) -> openai.OpenAI:
    """The client that all threads share for this endpoint: connections stay open, and a new one costs some 20 ms of the
    processor. Its key is read at each call. Raises EndpointError."""
    read_key(endpoint.key_source)
    address = (endpoint.base_url, endpoint.key_source)
    with _lock:
        if address not in _clients:
            if len(_clients) >= MOST_CLIENTS:
                _clients.pop(next(iter(_clients)))
            _clients[address] = be_patient(connect(endpoint, timeout=CALL_SECONDS, max_retries=0))
        return _clients[address]


@contextmanager
def answering(endpoint: Endpoint, seconds: float | None = None) -> Iterator[None]:
    """What is called inside ends within `seconds`. No answer, or one that is none of this protocol, becomes NoAnswer; a refusal
    that says something stays the client's APIStatusError."""
    try:
        with within(CALL_SECONDS if seconds is None else seconds):
            yield
    except openai.APIStatusError as error:
        if error.status_code < 500 and error.status_code not in (408, 409, 429) and error.status_code >= 400:
            raise
        raise no_answer(endpoint, error) from error
    except openai.APIConnectionError as error:
        own = error.__cause__
        said = str(own) if isinstance(own, EndpointError) else f"{endpoint.name} did not answer"
        raise NoAnswer(f"{said.rstrip('.')}; this is tried again by itself.") from error
    except (openai.APIError, ValueError, AttributeError, TypeError) as error:
        # The client does not check replies: a web page comes back as text and breaks where it is read.
        raise NoAnswer(
            f"{endpoint.name} sent something that is not an answer of this protocol; it is asked again.",
            everywhere=False,
        ) from error


def no_answer(endpoint: Endpoint, error: openai.APIStatusError) -> NoAnswer:
    """A refusal that says nothing about the job, with the wait that the server asks for."""
    asked = retry_after(error)
    said = f"{endpoint.name} does not answer as it should ({said_by(endpoint, error)}); it is asked again."
    if asked is not None and asked > LONGEST_WAIT:
        said = f"{endpoint.name} asks to wait {_in_words(asked)}; it is asked again in an hour."
    return NoAnswer(
        said,
        seconds=None if asked is None else min(asked, LONGEST_WAIT),
        everywhere=error.status_code in (408, 429) or error.status_code >= 500,
    )


def said_by(endpoint: Endpoint, error: openai.APIStatusError) -> str:
    """The server's own words."""
    body = error.body if isinstance(error.body, dict) else {}
    return without_keys(clean(endpoint, str(body.get("message") or error.message)))


def clean(endpoint: Endpoint, text: str) -> str:
    """A server's text without the key that it was sent: some repeat it in their messages, and those are kept and shown."""
    try:
        key = read_key(endpoint.key_source)
    except EndpointError:  # the key has gone meanwhile: then it cannot be looked for
        return text
    return text.replace(key, "[key]") if key not in ("", NO_KEY) else text


def told(reply: Any) -> Any:
    """The reply, when it is an object with an id. Raises TypeError (inside `answering`: NoAnswer)."""
    if not isinstance(getattr(reply, "id", None), str) or not reply.id:
        raise TypeError("the reply has no id")
    return reply


def _in_words(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"

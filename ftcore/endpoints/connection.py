"""Does a connection work? Said in words, one finding a step."""

from __future__ import annotations

from typing import NamedTuple

from ftcore.endpoints.client import connect
from ftcore.endpoints.errors import EndpointError, explain
from ftcore.records import Endpoint


class Finding(NamedTuple):
    what: str
    """`address`, `reachable`, `authorised` or `models`."""
    ok: bool
    sentence: str


def check_connection(endpoint: Endpoint, *, timeout: float = 10.0) -> list[Finding]:
    """Tries the endpoint with one harmless question (its list of models). Never raises; what could not be tried after a
    failure is left out."""
    import openai

    try:
        client = connect(endpoint, timeout=timeout, max_retries=0)
    except EndpointError as error:
        return [Finding("address", False, str(error))]
    found = [Finding("address", True, "The address may be used, and the key is where it should be.")]
    with client:
        try:
            page = client.models.list()
            names = [model.id for model in page.data]
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            return [
                *found,
                Finding("reachable", True, "The server answers."),
                Finding("authorised", False, explain(error)),
            ]
        except openai.APIStatusError as error:
            return [*found, Finding("reachable", True, "The server answers."), Finding("models", False, explain(error))]
        except (openai.APIConnectionError, EndpointError) as error:
            return [*found, Finding("reachable", False, explain(error))]
        except (openai.APIError, ValueError, AttributeError, TypeError):
            # The client does not check replies: a web page comes back as a string or breaks half-way.
            return [*found, Finding("reachable", True, "Something answers."), Finding("models", False, _NO_PROTOCOL)]
    return [
        *found,
        Finding("reachable", True, "The server answers."),
        Finding("authorised", True, "It accepts the key."),
        Finding("models", True, _say_models(names)),
    ]


_NO_PROTOCOL = (
    "What answers there does not speak this protocol. Does the address end with /v1, or as its provider says?"
)


def _say_models(names: list[str]) -> str:
    if not names:
        return "It lists no models yet."
    shown = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
    return f"It lists {len(names)} {'model' if len(names) == 1 else 'models'}: {shown}."

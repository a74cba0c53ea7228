"""Adding, changing, testing and removing a connection: the address is checked, and the key put where keys belong, before
anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from ftcore.endpoints.address import check_address
from ftcore.endpoints.connection import Finding, check_connection
from ftcore.endpoints.errors import EndpointError
from ftcore.endpoints.facts import facts_of
from ftcore.endpoints.keys import forget_key, from_variable, keep_key
from ftcore.endpoints.providers import PLAIN
from ftcore.records import Endpoint
from ftcore.store import endpoints
from ftcore.store.database import Database
from ftcore.workspace import Workspace

LIMITS = {
    "job_usd": "most that one job may cost",
    "month_usd": "most that a month may cost",
    "train_usd": "price of a million training tokens",
}


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A key that somebody has just given (`typed`), or the environment variable in which it is. Its repr tells nothing.
    `keyring_only`: rather nowhere than in the secrets file."""

    typed: str = ""
    variable: str = ""
    keyring_only: bool = False

    def __bool__(self) -> bool:
        return bool(self.typed or self.variable)


def add(
    db: Database,
    workspace: Workspace,
    name: str,
    *,
    base_url: str,
    key: Key,
    provider: str = "",
    limits: Mapping[str, float | None] | None = None,
) -> Endpoint:
    """A new connection. Raises EndpointError with a sentence; nothing was kept then, nor was the key."""
    address, wanted = _address(base_url), _limits(limits or {})
    _refuse_unknown(workspace, provider)
    with _refused():
        endpoints.refuse_name(name)
    source = _kept(workspace, name, key)
    try:
        with _refused(), db.write() as c:
            return endpoints.add(c, name, base_url=address, key_source=source, provider=provider, limits=wanted)
    except EndpointError:
        forget_key(workspace.root, source)
        raise


def edit(
    db: Database,
    workspace: Workspace,
    endpoint: Endpoint,
    *,
    base_url: str | None = None,
    key: Key | None = None,
    limits: Mapping[str, float | None] | None = None,
) -> Endpoint:
    """Changes what is given. A key is never sent to another server than the one it was given for: whoever changes the server gives
    the key again. Raises EndpointError; nothing was changed then."""
    address = endpoint.base_url if base_url is None else _address(base_url)
    if _server(address) != _server(endpoint.base_url) and endpoint.key_source and not key:
        raise EndpointError(
            "This is another server. Give the key again: the one that is kept was meant for the old one."
        )
    values: dict[str, object] = {"base_url": address} if address != endpoint.base_url else {}
    if limits is not None:
        values["limits"] = _limits(limits)
    if key:
        values["key_source"] = _kept(workspace, endpoint.name, key)
    with db.write() as c:
        changed = endpoints.edit(c, endpoint.id, **values)
    if key:
        forget_key(workspace.root, endpoint.key_source)
    return changed


def remove(db: Database, workspace: Workspace, endpoint: Endpoint) -> str:
    """Takes the connection out of the lists and forgets its key; jobs and models stay listed. Gives what could not be done, in a
    sentence, or ""."""
    with _refused(), db.write() as c:
        endpoints.remove(c, endpoint.id)
    try:
        forget_key(workspace.root, endpoint.key_source)
    except EndpointError as error:
        return str(error)
    return ""


def check(
    db: Database,
    workspace: Workspace,
    endpoint: Endpoint,
    *,
    send_file: bool = False,
    may_start_jobs: bool = False,
    timeout: float = 10.0,
) -> list[Finding]:
    """`check_connection` with what is known of its provider; the findings are kept with the endpoint."""
    provider = facts_of(workspace).provider_of(endpoint) or PLAIN
    found = check_connection(
        endpoint, provider=provider, send_file=send_file, may_start_jobs=may_start_jobs, timeout=timeout
    )
    with db.write() as c:
        endpoints.keep_findings(c, endpoint.id, [finding._asdict() for finding in found])
    return found


def _address(base_url: str) -> str:
    address = check_address(base_url)
    host = urlsplit(address).netloc
    capitals = next((word for word in host.replace(":", ".").split(".") if word.isalpha() and word.isupper()), "")
    if capitals:
        raise EndpointError(f"Replace {capitals} in the address by your own.")
    return address


def _server(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower()


def _refuse_unknown(workspace: Workspace, provider: str) -> None:
    if not provider:
        return
    known = facts_of(workspace).provider(provider)
    if known is None:
        names = ", ".join(one.name for one in facts_of(workspace).providers if one.speaks and not one.practice)
        raise EndpointError(f"There is no provider named {provider} in providers.yaml. There are: {names}.")
    if not known.speaks:
        raise EndpointError(
            f"{known.label} does not speak this protocol. Its training file can be made on Curate, under Split and export."
        )


def _kept(workspace: Workspace, name: str, key: Key) -> str:
    if key.variable:
        return from_variable(key.variable)
    return keep_key(workspace.root, name, key.typed, keyring_only=key.keyring_only) if key.typed else ""


def _limits(limits: Mapping[str, float | None]) -> dict[str, float]:
    found = {name: float(value) for name, value in limits.items() if value is not None}
    if unknown := found.keys() - LIMITS.keys():
        raise EndpointError(f"There is no limit named {', '.join(unknown)}. There are: {', '.join(LIMITS)}.")
    if any(not 0 <= value < 1e9 for value in found.values()):
        raise EndpointError("A limit or a price is a number of US dollars, 0 or more.")
    return found


@contextmanager
def _refused() -> Iterator[None]:
    """The store's refusal, as this package's one error."""
    try:
        yield
    except endpoints.EndpointRefused as error:
        raise EndpointError(str(error)) from None

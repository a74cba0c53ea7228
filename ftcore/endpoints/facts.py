"""What is known of providers and their prices: the files that ship with the app, or the user's own copies of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from ftcore.app_files import data_dir
from ftcore.endpoints import prices as price_file
from ftcore.endpoints import providers as provider_file
from ftcore.endpoints.adapter import Adapter, adapter_for
from ftcore.endpoints.errors import EndpointError
from ftcore.endpoints.figures import Figure
from ftcore.endpoints.prices import Price
from ftcore.endpoints.providers import Provider
from ftcore.records import LOCAL, Endpoint
from ftcore.workspace import Workspace

FILES = ("providers.yaml", "prices.yaml")
OWN_PRICE = "train_usd"
"""Among an endpoint's limits: what the user says that a million training tokens cost there, in US dollars."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Facts:
    """`own` are the files of which the workspace has a copy of its own; `faults` says, a sentence each, which of these copies
    cannot be read: the shipped file stands in for it."""

    providers: tuple[Provider, ...]
    prices: tuple[Price, ...]
    own: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    def provider(self, name: str) -> Provider | None:
        return next((one for one in self.providers if name and one.name == name), None)

    def provider_of(self, endpoint: Endpoint) -> Provider | None:
        return self.provider(LOCAL if endpoint.name == LOCAL else endpoint.provider)

    def adapter(self, endpoint: Endpoint) -> Adapter:
        return adapter_for(endpoint, self.providers)

    def price(self, endpoint: Endpoint, model: str, *, tuned: bool) -> Price | None:
        """What is charged for this model there: as the user said of a million training tokens, else as the file knows."""
        if tuned and (said := endpoint.limits.get(OWN_PRICE)) is not None:
            return Price(endpoint.provider or endpoint.name, "any", tuned=True, train=Figure(said, "you", None))
        name = LOCAL if endpoint.name == LOCAL else endpoint.provider
        return price_file.find(self.prices, name, model, tuned=tuned) if name else None


def facts_of(workspace: Workspace) -> Facts:
    """The facts that hold in this workspace. Raises EndpointError only when a shipped file is broken."""
    providers, said_of_providers = _chosen(workspace, "providers.yaml", provider_file.load)
    prices, said_of_prices = _chosen(workspace, "prices.yaml", price_file.load)
    own = tuple(name for name in FILES if (workspace.root / name).is_file())
    return Facts(providers, prices, own, tuple(said for said in (said_of_providers, said_of_prices) if said))


def load_prices(workspace: Workspace) -> tuple[Price, ...]:
    """The prices that hold in this workspace."""
    return facts_of(workspace).prices


def copy_to_edit(workspace: Workspace, name: str) -> Path:
    """Puts a copy of `providers.yaml` or `prices.yaml` into the workspace, to be edited there; one that is there stays as it is.
    From then on it stands for the shipped file, which newer versions of the app no longer change for you."""
    if name not in FILES:
        raise EndpointError(f"There is no such file to edit: {' and '.join(FILES)} are.")
    path = workspace.root / name
    if not path.exists():
        shutil.copyfile(data_dir() / name, path)
    return path


def _chosen(workspace: Workspace, name: str, load: Callable[[Path], T]) -> tuple[T, str]:
    own, said = workspace.root / name, ""
    if own.is_file():
        try:
            return _loaded(load, own), ""
        except EndpointError as error:
            said = f"Your copy {own} cannot be used, and the one that came with Tuneworthy is: {error}"
    return _loaded(load, data_dir() / name), said


def _loaded(load: Callable[[Path], T], path: Path) -> T:
    """Read once as long as the file stays as it is."""
    try:
        state = path.stat()
    except OSError as error:
        raise EndpointError(f"{path.name} cannot be read: {error.strerror}.") from None
    found: T = _read(load, path, state.st_mtime_ns, state.st_size)
    return found


@lru_cache(maxsize=16)
def _read(load: Callable[[Path], Any], path: Path, changed: int, size: int) -> Any:
    return load(path)

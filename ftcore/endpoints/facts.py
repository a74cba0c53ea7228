"""What is known of providers and their prices: the files that ship with the app, or the user's own copies of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ftcore import content
from ftcore.content import standing
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
    providers, said_of_providers = standing(workspace.root, "providers.yaml", provider_file.load, EndpointError)
    prices, said_of_prices = standing(workspace.root, "prices.yaml", price_file.load, EndpointError)
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
    return content.copy_to_edit(workspace.root, name)

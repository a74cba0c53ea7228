"""On which terms an endpoint trains a model: what it costs, what it takes, what it offers, and until when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from ftcore.endpoints.facts import facts_of
from ftcore.endpoints.figures import Figure
from ftcore.endpoints.prices import Price
from ftcore.endpoints.providers import METHODS, Provider
from ftcore.records import LOCAL, Endpoint
from ftcore.store import models
from ftcore.workspace import Workspace

_NO_CHAT = re.compile(r"wordllama|embed|whisper|tts|moderation|dall-e|image|transcribe|realtime", re.IGNORECASE)
"""Names of models that answer no questions, and so are proposed to nobody; they may still be typed."""
SUFFIX = 64
"""Characters that the protocol allows in a model's suffix."""


@dataclass(frozen=True, slots=True)
class Terms:
    """`provider` and `price` are None where the files know none. `listed` are the models that the server named when its connection
    was last tested; `shutdown` is the day on which it says that the base model stops."""

    endpoint: Endpoint
    base_model: str
    provider: Provider | None = None
    price: Price | None = None
    listed: tuple[str, ...] = ()
    shutdown: date | None = None

    @property
    def free(self) -> bool:
        """Nothing is paid and nothing leaves for somebody else's machine: the project's own trainer."""
        own = self.provider is not None and self.provider.practice
        return self.endpoint.practice or self.endpoint.name == LOCAL or own

    @property
    def figure(self) -> Figure | None:
        """The price of a million training tokens with its source; None where nothing is paid, or nobody knows."""
        return None if self.free or self.price is None else self.price.train

    @property
    def rate(self) -> float | None:
        """US dollars for a million training tokens; None = not known."""
        if self.free:
            return 0.0
        return float(self.figure.value) if self.figure is not None else None

    @property
    def label(self) -> str:
        """What people call the server: the name that they gave it."""
        return "This computer" if self.endpoint.name == LOCAL else self.endpoint.name

    @property
    def provider_label(self) -> str:
        return self.provider.label if self.provider is not None else self.label

    @property
    def methods(self) -> tuple[str, ...]:
        """`supervised`, `dpo` or both; both where nothing is known of the server."""
        return self.provider.methods if self.provider is not None else METHODS

    @property
    def suffix_limit(self) -> int:
        return min(SUFFIX, self.limit("suffix") or SUFFIX)

    def limit(self, name: str) -> int | None:
        """A limit of the provider (file_bytes, tokens_per_example, suffix, rows), or None."""
        return self.provider.limits.get(name) if self.provider is not None else None

    def offers(self) -> tuple[str, ...]:
        """Base models to choose from: those that the provider's entry names, then those that the server listed, without tuned ones."""
        proposed = self.provider.models if self.provider is not None else ()
        others = (name for name in self.listed if not name.startswith("ft:") and not _NO_CHAT.search(name))
        return tuple(dict.fromkeys([*proposed, *others]))


def terms_of(c: Connection, root: Path, endpoint: Endpoint, base_model: str) -> Terms:
    """What is known without asking anybody: the workspace's (`root`) files on providers and prices, and what the last test of the
    connection kept. Raises EndpointError when a file that ships with the app is broken."""
    facts = facts_of(Workspace(root))
    known = [model for model in models.of_endpoint(c, endpoint.id) if model.name == base_model]
    return Terms(
        endpoint,
        base_model,
        facts.provider_of(endpoint),
        facts.price(endpoint, base_model, tuned=True),
        listed_by(endpoint),
        next((day for model in known if (day := _day(model.shutdown_date)) is not None), None),
    )


def listed_by(endpoint: Endpoint) -> tuple[str, ...]:
    """The models that the server named when its connection was last tested."""
    named = [finding.get("models") for finding in endpoint.findings if finding.get("what") == "models"]
    return tuple(str(name) for names in named if isinstance(names, list) for name in names)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

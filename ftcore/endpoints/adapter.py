"""What a server wants otherwise than the protocol says, read from its entry in `providers.yaml`.

There is one adapter for all: every difference is a line of a table, and a server that is in none is spoken to plainly.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ftcore.endpoints.errors import EndpointError
from ftcore.endpoints.providers import PLAIN, Provider
from ftcore.endpoints.statuses import normalise
from ftcore.records import LOCAL, Endpoint, JobState

SUFFIX = 64
"""Characters that the protocol allows in a model's suffix."""
PROTOCOL_FIELDS = {
    "supervised": ("n_epochs", "batch_size", "learning_rate_multiplier"),
    "dpo": ("n_epochs", "batch_size", "learning_rate_multiplier", "beta"),
}
"""The hyperparameters of each method that every server knows."""
_READY = ("", "processed", "succeeded", "success", "ready", "active", "available")
_BROKEN = ("error", "failed", "deleted", "expired", "cancelled")
_KINDS = {
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "whole number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "switch": lambda value: isinstance(value, bool),
    "text": lambda value: isinstance(value, str),
}


@dataclass(frozen=True, slots=True)
class Adapter:
    """How to speak to the server of one provider. Nothing here sends anything but `deploy`."""

    provider: Provider = PLAIN

    @property
    def file_prefix(self) -> bytes:
        """What a training file must begin with, for whoever streams it: the byte order mark, or nothing."""
        return codecs.BOM_UTF8 if self.provider.byte_order_mark else b""

    def training_bytes(self, data: bytes) -> bytes:
        """The content of a training file (UTF-8 JSON lines) as this server wants it. Done twice it is the same."""
        return data if data.startswith(codecs.BOM_UTF8) else self.file_prefix + data

    def file_ready(self, status: str | None) -> bool:
        """Whether a file of this status may be used. A server that tells no status (None) is believed at once; so is every one
        whose entry says that it tells none. Raises EndpointError for a file that the server could not use."""
        word = (status or "").strip().lower()
        if word in _BROKEN:
            raise EndpointError(f"The server could not use the training file (it says: {word}). Nothing was started.")
        return not self.provider.tells_file_status or word in _READY

    def status(self, text: str | None) -> JobState:
        """Our state for the server's word; a word that nobody knows counts as running, never as success."""
        word = _bare(text)
        return next((state for name, state in self.provider.statuses.items() if _bare(name) == word), normalise(text))

    def suffix(self, text: str) -> str:
        """The suffix as it may be sent. Raises EndpointError with a sentence when it is too long: it is never cut, since somebody
        will look for the model by it."""
        found, most = text.strip(), min(SUFFIX, self.provider.limits.get("suffix", SUFFIX))
        if len(found) > most:
            where = self.provider.label or "this server"
            raise EndpointError(
                f"The suffix has {len(found)} characters, and {where} takes at most {most}. Shorten it: “{found[:most]}”."
            )
        return found

    def fields(self, method: str = "supervised") -> dict[str, str]:
        """The hyperparameters that may be sent, with what each holds (`providers.KINDS`; "protocol" for those of the protocol)."""
        return {**dict.fromkeys(PROTOCOL_FIELDS.get(method, ()), "protocol"), **self.provider.hyperparameters}

    def hyperparameters(self, chosen: Mapping[str, Any], method: str = "supervised") -> dict[str, Any]:
        """Those that were chosen (None = left to the server). Raises EndpointError for one that this server would not
        understand: sent all the same, some servers ignore it and train otherwise than asked."""
        found = {name: value for name, value in chosen.items() if value is not None}
        if self.provider is PLAIN:
            return found
        known, where = self.fields(method), self.provider.label
        for name, value in found.items():
            kind = known.get(name)
            if kind is None:
                raise EndpointError(f"{where} knows no setting {name} here. It takes: {', '.join(sorted(known))}.")
            if kind != "protocol" and not _KINDS[kind](value):
                raise EndpointError(f"The setting {name} must be a {kind} for {where}.")
        return found

    def creation(
        self,
        *,
        model: str,
        training_file: str,
        validation_file: str = "",
        method: str = "supervised",
        hyperparameters: Mapping[str, Any] | None = None,
        suffix: str = "",
        seed: int | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The arguments of `client.fine_tuning.jobs.create(**...)`, `extra_body` among them where the server wants one.

        Raises EndpointError, in words, for what the server would not take: nothing has been sent then.
        """
        if method not in self.provider.methods:
            offered = " and ".join(self.provider.methods)
            raise EndpointError(f"{self.provider.label} trains {offered} only, not {method}.")
        settings = self.hyperparameters(hyperparameters or {}, method)
        wanted: dict[str, Any] = {"model": model, "training_file": training_file}
        optional = {"validation_file": validation_file, "suffix": self.suffix(suffix), "metadata": dict(metadata or {})}
        wanted |= {name: value for name, value in optional.items() if value}
        if seed is not None:
            wanted["seed"] = seed
        if self.provider.old_form:
            wanted |= {"hyperparameters": settings} if settings else {}
        else:
            wanted["method"] = {"type": method, method: {"hyperparameters": settings} if settings else {}}
        if self.provider.extra_body:
            wanted["extra_body"] = dict(self.provider.extra_body)
        return wanted

    @property
    def deployment(self) -> str:
        """What has to be done, in words, before a tuned model answers; "" when it answers at once."""
        step = self.provider.deployment
        return str(step.fact.value) if step is not None else ""

    @property
    def deploys(self) -> bool:
        """True when `deploy` can take that step."""
        return bool(self.provider.deployment and self.provider.deployment.path)

    def deploy(self, client: Any, *, name: str, base_model: str, job_id: str, checkpoint_id: str) -> str:
        """Asks the server to serve a tuned model; gives the name by which it is then asked. It may cost by the hour from now on.

        `client` is one of `connect(..., max_retries=0)`. Raises EndpointError when the step is not known, or the reply is
        none; the client's own errors pass through.
        """
        from urllib.parse import urljoin

        step = self.provider.deployment
        if step is None or not step.path:
            raise EndpointError(f"{self.provider.label or 'This server'} has no such step that we know of.")
        said = client.post(
            urljoin(str(client.base_url), step.path),  # step.path begins with one "/": it stays at the same server
            cast_to=object,
            body={"name": name, "base_model": base_model, "source": f"{job_id}:{checkpoint_id}"},
        )
        found = said.get("name") if isinstance(said, dict) else None
        if not isinstance(found, str) or not found:
            raise EndpointError(
                "The server's answer does not name the model. Look at its own page before asking again."
            )
        return found


def adapter_for(endpoint: Endpoint, providers: Iterable[Provider]) -> Adapter:
    """The adapter of the endpoint's provider; a server that is in no table is spoken to plainly."""
    name = LOCAL if endpoint.name == LOCAL else endpoint.provider
    return Adapter(next((one for one in providers if name and one.name == name), PLAIN))


def _bare(text: str | None) -> str:
    return "".join(character for character in (text or "").lower() if character.isalnum())

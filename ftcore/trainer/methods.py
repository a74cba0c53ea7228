"""What a job is to do: `method` of a creation, with the fields that this server adds to the protocol.

- `method.{supervised,dpo}.training`: "lora" (the default: a small adapter beside the frozen base) or "full" (every
  weight; small models only, by the machine's memory).
- `method.{supervised,dpo}.too_long`: "error" (the default: an example that does not fit ends the job, with its line) or
  "cut" (its end is taken off, and an event says how many and which).

An SDK passes unknown names on unchanged, so both can be sent by the official one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftcore.trainer import hyperparameters, sizes
from ftcore.trainer.errors import TrainerError

KINDS = ("supervised", "dpo")
CHOICES = {"training": ("lora", "full"), "too_long": ("error", "cut")}


@dataclass(frozen=True, slots=True)
class Method:
    """`asked` holds the hyperparameters as they were sent, "auto" where not named."""

    kind: str
    training: str
    too_long: str
    asked: dict[str, Any]

    def settings(self, examples: int) -> dict[str, Any]:
        """Everything resolved, as it is kept with the job and ordered from the training."""
        numbers = hyperparameters.resolve(self.asked, examples).to_wire()
        return {**numbers, "method": self.kind, "training": self.training, "too_long": self.too_long}


def read(body: dict[str, Any]) -> Method:
    """Raises `TrainerError` for what this server does not know: another method, name or value."""
    kind = _kind(body.get("method"))
    asked = hyperparameters.read(body, kind)
    settings = (body.get("method") or {}).get(kind) or {}
    unknown = sorted(set(settings) - {"hyperparameters", *CHOICES})
    if unknown:
        message = f"Unknown field {unknown[0]!r}; {kind} knows hyperparameters, {' and '.join(CHOICES)}."
        raise TrainerError(message, code="unknown_parameter", param=f"method.{kind}.{unknown[0]}")
    training, too_long = (_choice(settings, kind, name) for name in CHOICES)
    return Method(kind, training, too_long, asked)


def to_wire(settings: dict[str, Any]) -> dict[str, Any]:
    """`method` and the older top-level `hyperparameters` of a job; a job of an older version was supervised LoRA."""
    kind = settings.get("method", "supervised")
    older = {name: settings[name] for name in hyperparameters.KNOWN}
    numbers = {name: settings[name] for name in hyperparameters.names(kind)}
    extras = {name: settings.get(name, choices[0]) for name, choices in CHOICES.items()}
    return {"hyperparameters": older, "method": {"type": kind, kind: {"hyperparameters": numbers, **extras}}}


def check_size(method: Method, folder: Path) -> None:
    """Raises `TrainerError` when every weight is to be trained and the machine has not the memory for it."""
    if method.training == "full" and (reason := sizes.too_large(folder)):
        raise TrainerError(reason, code="model_too_large", param=f"method.{method.kind}.training")


def _kind(method: Any) -> str:
    if not isinstance(method, dict):
        return "supervised"
    kind = method.get("type", "supervised")
    if kind not in KINDS:
        message = f"The method {kind!r} is not supported by this server; 'supervised' and 'dpo' are."
        raise TrainerError(message, code="unsupported_value", param="method.type")
    other = next((name for name in method if name not in ("type", kind)), None)
    if other is not None:
        message = f"The method is {kind!r}, so method may hold 'type' and {kind!r}; {other!r} was sent."
        raise TrainerError(message, code="unknown_parameter", param=f"method.{other}")
    return str(kind)


def _choice(settings: dict[str, Any], kind: str, name: str) -> str:
    value, choices = settings.get(name), CHOICES[name]
    if value is None:
        return choices[0]
    if value not in choices:
        message = f"{name} must be {' or '.join(map(repr, choices))}; {value!r} was sent."
        raise TrainerError(message, code="invalid_value", param=f"method.{kind}.{name}")
    return str(value)

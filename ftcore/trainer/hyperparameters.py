"""What may be set, and what `auto` means.

- n_epochs: the published rule for small data sets: 3, but at least 100 examples are seen in all (up to 25 epochs),
  and at most 25,000.
- batch_size: 4 below 100 examples, 8 below 2,000, then 16.
- learning_rate_multiplier: 1. It multiplies a base rate that falls with the model's size (`base_rate`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ftcore.trainer.errors import TrainerError

KNOWN = ("n_epochs", "batch_size", "learning_rate_multiplier")
RATES = ((200e6, 5e-4), (1.5e9, 3e-4), (8e9, 2e-4))


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float

    def to_wire(self) -> dict[str, Any]:
        return asdict(self)


def base_rate(parameters: int) -> float:
    """The learning rate of AdamW for LoRA on a model of so many parameters."""
    return next((rate for size, rate in RATES if parameters < size), 1e-4)


def read(body: dict[str, Any]) -> dict[str, Any]:
    """The hyperparameters asked for, from `method.supervised` or the older top-level field; "auto" where not named.

    Raises `TrainerError` for other methods, unknown names and values out of range.
    """
    method = body.get("method")
    older = _object(body.get("hyperparameters"), "hyperparameters")
    if method is None:
        return _checked(older, "hyperparameters")
    method = _object(method, "method")
    kind = method.get("type", "supervised")
    if kind != "supervised":
        message = f"The method {kind!r} is not supported by this server; 'supervised' is."
        raise TrainerError(message, code="unsupported_value", param="method.type")
    settings = _object(method.get("supervised"), "method.supervised")
    place = "method.supervised.hyperparameters"
    named = {**older, **_object(settings.get("hyperparameters"), place)}
    return _checked(named, place)


def resolve(asked: dict[str, Any], examples: int) -> Hyperparameters:
    """Numbers for everything that was left to `auto`, for a training file of so many examples."""
    epochs, batch, rate = (asked[name] for name in KNOWN)
    return Hyperparameters(
        n_epochs=_epochs(examples) if epochs == "auto" else epochs,
        batch_size=min(examples, _batch(examples) if batch == "auto" else batch),
        learning_rate_multiplier=1.0 if rate == "auto" else float(rate),
    )


def _epochs(n: int) -> int:
    if n * 3 < 100:
        return min(25, 100 // n)
    return max(1, 25_000 // n) if n * 3 > 25_000 else 3


def _batch(n: int) -> int:
    return 4 if n < 100 else 8 if n < 2_000 else 16


def _object(value: Any, param: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TrainerError(f"{param} must be an object.", code="invalid_type", param=param)
    return value


def _checked(named: dict[str, Any], place: str) -> dict[str, Any]:
    unknown = sorted(set(named) - set(KNOWN))
    if unknown:
        message = f"Unknown hyperparameter {unknown[0]!r}; this server knows {', '.join(KNOWN)}."
        raise TrainerError(message, code="unknown_parameter", param=f"{place}.{unknown[0]}")
    asked = {name: "auto" if named.get(name) is None else named[name] for name in KNOWN}
    _whole(asked["n_epochs"], 1, 50, f"{place}.n_epochs")
    _whole(asked["batch_size"], 1, 256, f"{place}.batch_size")
    _rate(asked["learning_rate_multiplier"], f"{place}.learning_rate_multiplier")
    return asked


def _whole(value: Any, low: int, high: int, param: str) -> None:
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and low <= value <= high):
        return
    message = f"{param.rsplit('.', 1)[-1]} must be 'auto' or a whole number from {low} to {high}; {value!r} was sent."
    raise TrainerError(message, code="invalid_value", param=param)


def _rate(value: Any, param: str) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value == "auto" or (number and 0 < value <= 100):
        return
    message = f"learning_rate_multiplier must be 'auto' or a number above 0 and up to 100; {value!r} was sent."
    raise TrainerError(message, code="invalid_value", param=param)

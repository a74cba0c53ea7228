"""What may be set, and what `auto` means.

- n_epochs: the published rule for small data sets: 3, but at least 100 examples are seen in all (up to 25 epochs),
  and at most 25,000.
- batch_size: 4 below 100 examples, 8 below 2,000, then 16.
- learning_rate_multiplier: 1. It multiplies a base rate that falls with the model's size (`base_rate`).
- beta (dpo only): 0.1, the usual weight of keeping near the model that one began with.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ftcore.trainer.errors import TrainerError

KNOWN = ("n_epochs", "batch_size", "learning_rate_multiplier")
BETA = 0.1
RATES = ((200e6, 5e-4), (1.5e9, 3e-4), (8e9, 2e-4))
PREFERENCE_SHARE = 0.1
"""Preferences are taught with smaller steps: large ones forget the language before they learn the choice."""
FULL_SHARE = 0.1
"""All weights together move a model about ten times as far as an adapter does at the same rate."""
RULES = {
    "n_epochs": "3, but at least 100 examples in all up to 25 epochs, and at most 25,000",
    "batch_size": "4 below 100 examples, 8 below 2,000, then 16",
    "learning_rate_multiplier": "1, times the base rate for this model's size",
    "beta": "0.1, how strongly to keep near the model before",
}


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    beta: float | None = None

    def to_wire(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


def names(kind: str) -> tuple[str, ...]:
    """The hyperparameters of a method."""
    return (*KNOWN, "beta") if kind == "dpo" else KNOWN


def base_rate(parameters: int, kind: str = "supervised", training: str = "lora") -> float:
    """The learning rate of AdamW on a model of so many parameters: for LoRA by size, a tenth of that for preferences,
    and a tenth when every weight is trained."""
    rate = next((rate for size, rate in RATES if parameters < size), 1e-4)
    return rate * (PREFERENCE_SHARE if kind == "dpo" else 1) * (FULL_SHARE if training == "full" else 1)


def read(body: dict[str, Any], kind: str = "supervised") -> dict[str, Any]:
    """The hyperparameters asked for, from `method.<kind>` or the older top-level field; "auto" where not named.

    Raises `TrainerError` for other methods than `kind`, unknown names and values out of range.
    """
    method = body.get("method")
    older = _object(body.get("hyperparameters"), "hyperparameters")
    if method is None:
        return _checked(older, "hyperparameters", kind)
    method = _object(method, "method")
    asked = method.get("type", "supervised")
    if asked != kind:
        message = f"The method {asked!r} is not the one that was read here, {kind!r}."
        raise TrainerError(message, code="unsupported_value", param="method.type")
    settings = _object(method.get(kind), f"method.{kind}")
    place = f"method.{kind}.hyperparameters"
    named = {**older, **_object(settings.get("hyperparameters"), place)}
    return _checked(named, place, kind)


def rules(asked: dict[str, Any], settings: dict[str, Any]) -> str:
    """Every setting with its value; for `auto` the rule that gave it, in words."""
    said = [
        f"{name} {settings[name]:g}" + (f" (auto: {RULES[name]})" if value == "auto" else "")
        for name, value in asked.items()
    ]
    return f"Settings: {'; '.join(said)}."


def resolve(asked: dict[str, Any], examples: int) -> Hyperparameters:
    """Numbers for everything that was left to `auto`, for a training file of so many examples."""
    epochs, batch, rate = (asked[name] for name in KNOWN)
    beta = asked.get("beta")
    return Hyperparameters(
        n_epochs=_epochs(examples) if epochs == "auto" else epochs,
        batch_size=min(examples, _batch(examples) if batch == "auto" else batch),
        learning_rate_multiplier=1.0 if rate == "auto" else float(rate),
        beta=BETA if beta == "auto" else beta,
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


def _checked(named: dict[str, Any], place: str, kind: str) -> dict[str, Any]:
    known = names(kind)
    unknown = sorted(set(named) - set(known))
    if unknown:
        message = f"Unknown hyperparameter {unknown[0]!r}; {kind} training knows {', '.join(known)}."
        raise TrainerError(message, code="unknown_parameter", param=f"{place}.{unknown[0]}")
    asked = {name: "auto" if named.get(name) is None else named[name] for name in known}
    _whole(asked["n_epochs"], 1, 50, f"{place}.n_epochs")
    _whole(asked["batch_size"], 1, 256, f"{place}.batch_size")
    _number(asked["learning_rate_multiplier"], 100, f"{place}.learning_rate_multiplier")
    _number(asked.get("beta", "auto"), 2, f"{place}.beta")
    return asked


def _whole(value: Any, low: int, high: int, param: str) -> None:
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and low <= value <= high):
        return
    message = f"{param.rsplit('.', 1)[-1]} must be 'auto' or a whole number from {low} to {high}; {value!r} was sent."
    raise TrainerError(message, code="invalid_value", param=param)


def _number(value: Any, high: int, param: str) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value == "auto" or (number and 0 < value <= high):
        return
    name = param.rsplit(".", 1)[-1]
    message = f"{name} must be 'auto' or a number above 0 and up to {high}; {value!r} was sent."
    raise TrainerError(message, code="invalid_value", param=param)

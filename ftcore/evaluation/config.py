"""A run declared in a file: YAML or JSON, read strictly, so that a misspelt word never means "as proposed"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ftcore.evaluation.arms import KINDS, ArmPlan
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.gate import NOT_WORSE, REQUIRED
from ftcore.evaluation.plans import CANDIDATE, Declared
from ftcore.records import Endpoint

LARGEST = 1_000_000
FIELDS = {
    "project": (str, int),
    "job": (int,),
    "arms": (list,),
    "candidate": (str,),
    "scorer": (str,),
    "scorers": (list,),
    "options": (dict,),
    "delta": (int, float),
    "seed": (int,),
    "repeats": (int,),
    "temperature": (int, float),
    "budget_usd": (int, float),
    "require": (str,),
    "fresh": (bool,),
}
ARM_FIELDS = {"name", "kind", "label", "model", "endpoint", "system"}


@dataclass(frozen=True, slots=True)
class Config:
    """`job` None = the newest that has a model. `arms`: names of proposed arms, or dicts that describe others."""

    project: str | int
    job: int | None = None
    arms: Sequence[Any] | None = None
    require: str = NOT_WORSE
    values: dict[str, Any] = field(default_factory=dict)

    def declared(self, proposed: Sequence[ArmPlan], endpoints: Mapping[str, Endpoint], base_model: str) -> Declared:
        """Raises EvaluationError for an arm that is neither proposed nor described."""
        arms = None if self.arms is None else [_arm(one, proposed, endpoints, base_model) for one in self.arms]
        values = {**self.values, "further": self.values.get("scorers")}
        values.pop("scorers", None)
        return Declared(arms=arms, **values)


def read_config(path: Path) -> Config:
    """Raises EvaluationError, which names the file and the field."""
    import yaml

    try:
        if path.stat().st_size > LARGEST:
            raise EvaluationError(f"{path.name} is too large to be a run's configuration.")
        found = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path.name} cannot be read: {error}.") from None
    except (yaml.YAMLError, RecursionError) as error:
        said = str(error).replace("\n", " ") or "it is nested too deeply"
        raise EvaluationError(f"{path.name} is neither YAML nor JSON: {said}.") from None
    if not isinstance(found, dict) or "project" not in found:
        raise EvaluationError(f"{path.name} must name the project: project: NAME or NUMBER.")
    for name, value in found.items():
        if name not in FIELDS:
            raise EvaluationError(f"{path.name}: there is no field '{name}'. There are: {', '.join(FIELDS)}.")
        if not isinstance(value, FIELDS[name]) or (isinstance(value, bool) and bool not in FIELDS[name]):
            raise EvaluationError(f"{path.name}: the value of '{name}' is of the wrong kind.")
    if found.get("require", NOT_WORSE) not in REQUIRED:
        raise EvaluationError(f"{path.name}: 'require' is one of: {', '.join(REQUIRED)}.")
    _check_numbers(path.name, found)
    values = {k: v for k, v in found.items() if k not in ("project", "job", "arms", "require")}
    return Config(found["project"], found.get("job"), found.get("arms"), found.get("require", NOT_WORSE), values)


def _check_numbers(name: str, found: Mapping[str, Any]) -> None:
    bounds = {
        "delta": (1e-6, 0.999),
        "repeats": (1, 100),
        "temperature": (0, 2),
        "budget_usd": (0, 1e6),
        "seed": (0, 2**31 - 1),
    }
    for key, (low, high) in bounds.items():
        if key in found and not low <= found[key] <= high:
            raise EvaluationError(f"{name}: '{key}' must lie between {low:g} and {high:g}.")


def _arm(told: Any, proposed: Sequence[ArmPlan], endpoints: Mapping[str, Endpoint], base_model: str) -> ArmPlan:
    names = {arm.name: arm for arm in proposed}
    if isinstance(told, str):
        if told not in names:
            raise EvaluationError(f"There is no way to answer named '{told}' here. There are: {', '.join(names)}.")
        return names[told]
    if not isinstance(told, dict) or not {"name"} <= set(told) <= ARM_FIELDS:
        raise EvaluationError(f"An arm is a name, or has these fields: {', '.join(sorted(ARM_FIELDS))}.")
    kind = str(told.get("kind", "larger"))
    if kind not in ("base", "prompt", "larger", CANDIDATE) or kind not in KINDS:
        raise EvaluationError(f"An arm of the kind '{kind}' is only asked as it is proposed: name it.")
    where = told.get("endpoint")
    if where is not None and where not in endpoints:
        raise EvaluationError(f"There is no connection named '{where}'. There are: {', '.join(endpoints)}.")
    return ArmPlan(
        name=str(told["name"])[:40],
        kind=kind,
        label=str(told.get("label", told["name"])),
        model=str(told.get("model", base_model)),
        system=None if told.get("system") is None else str(told["system"]),
        endpoint_id=None if where is None else endpoints[where].id,
    )

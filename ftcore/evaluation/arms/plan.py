"""An arm as it is planned and kept with its run: plain values, from which the arm is built again at any time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = ("base", "prompt", "few_shot", "structured", "rag", "fine_tuned", "fine_tuned_rag", "larger")
"""Every way to answer, in the order in which a run shows them. A chart has a colour for each, for ever."""
TUNED = ("fine_tuned", "fine_tuned_rag")
VARIANT = "#"


@dataclass(frozen=True, slots=True)
class ArmPlan:
    """`system` None keeps each case's own system message. `endpoint_id` None = where the run says.

    `settings` by kind:
      few_shot          k; choose ("fixed" or "nearest"); shots (fixed: the conversations themselves); snapshot_id and
                        never_private (nearest: which training rows may be shown)
      structured        schema (a JSON schema), derived (True where it was made from the training answers), wrapped (the
                        schema's only field holds the label), strict (every field is always there)
      rag, fine_tuned_rag  documents (ids), digest (of their texts), top (chunks shown), size (characters of a chunk)
      fine_tuned        job_id; share (of the training rows, in a size series; 1 = all)
      any               follows ("prompt": asked with whichever instructions validation chose; see `building.follow`)
    `variants` are alternatives of which the validation examples choose one: each is a dict with `label` and whatever of
    `system`, `model` and `settings` it has of its own. Fewer than two = nothing to choose.
    """

    name: str
    kind: str
    label: str
    model: str
    system: str | None = None
    endpoint_id: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    variants: tuple[dict[str, Any], ...] = ()

    def variant(self, at: int) -> ArmPlan:
        """The plan of one of its alternatives, by a name of its own: `prompt#2`."""
        own = self.variants[at]
        return ArmPlan(
            name=f"{self.name}{VARIANT}{at + 1}",
            kind=self.kind,
            label=f"{self.label}, {own['label']}",
            model=own.get("model", self.model),
            system=own.get("system", self.system),
            endpoint_id=self.endpoint_id,
            settings={**self.settings, **own.get("settings", {})},
        )

    def candidates(self) -> tuple[ArmPlan, ...]:
        """What the validation examples are asked: its alternatives, or itself."""
        if len(self.variants) < 2:
            return (self.chosen(0),)
        return tuple(self.variant(at) for at in range(len(self.variants)))

    def chosen(self, at: int) -> ArmPlan:
        """What the test examples are asked: the alternative `at`, under the arm's own name."""
        if not self.variants:
            return self
        one = self.variant(at)
        label = one.label if len(self.variants) > 1 else self.label
        return ArmPlan(self.name, self.kind, label, one.model, one.system, self.endpoint_id, one.settings)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "variants": [dict(one) for one in self.variants]}


def plan_from_json(kept: Mapping[str, Any]) -> ArmPlan:
    """A plan as a run keeps it; also those of the first version, which knew three arms (name, model, system, shots)."""
    if "kind" in kept:
        return ArmPlan(**{**kept, "variants": tuple(kept.get("variants", ()))})
    name, shots = str(kept["name"]), list(kept.get("shots") or [])
    label = {"base": "Base model", "few_shot": f"Base with {len(shots)} examples", "fine_tuned": "Fine-tuned"}[name]
    settings = {"k": len(shots), "choose": "fixed", "shots": shots} if name == "few_shot" else {}
    return ArmPlan(name, name, label, kept["model"], kept.get("system"), None, settings)

"""Which module writes which shape. A new target is a new file and a line here."""

from __future__ import annotations

from ftcore.dataset.targets import (
    alpaca,
    axolotl,
    bedrock,
    fireworks,
    fireworks_dpo,
    llama_factory,
    mistral,
    mlx,
    nebius,
    openai_chat,
    openai_dpo,
    people_csv,
    people_xlsx,
    sharegpt,
    together,
    together_dpo,
    trl,
    trl_completion,
    trl_preference,
    vertex,
)
from ftcore.dataset.targets.target import Target
from ftcore.dataset.targets.writing import ExportError

ALL: tuple[Target, ...] = (
    openai_chat.TARGET,
    together.TARGET,
    fireworks.TARGET,
    nebius.TARGET,
    mistral.TARGET,
    vertex.TARGET,
    bedrock.TARGET,
    trl.TARGET,
    trl_completion.TARGET,
    alpaca.TARGET,
    sharegpt.TARGET,
    llama_factory.TARGET,
    mlx.TARGET,
    axolotl.TARGET,
    openai_dpo.TARGET,
    together_dpo.TARGET,
    fireworks_dpo.TARGET,
    trl_preference.TARGET,
    people_csv.TARGET,
    people_xlsx.TARGET,
)
TARGETS: dict[str, Target] = {target.name: target for target in ALL}


def find(name: str) -> Target:
    """Raises `ExportError` with the names there are."""
    if name not in TARGETS:
        raise ExportError(
            f'There is no export shape "{name[:40]}"; there are: {", ".join(TARGETS)}. Nothing was written.'
        )
    return TARGETS[name]

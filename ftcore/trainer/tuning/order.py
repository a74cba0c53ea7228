"""What a training was ordered to do, and whether it was asked to end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Order:
    """What the server wrote into `order.json`."""

    model: str
    training_file: str
    validation_file: str | None
    seed: int
    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    method: str = "supervised"
    training: str = "lora"
    too_long: str = "error"
    beta: float = 0.1

    @property
    def full(self) -> bool:
        return self.training == "full"


def read(folder: Path) -> Order:
    return Order(**json.loads((folder / "order.json").read_text()))


class Ending:
    """Whether the training was asked to end (called for a signal). Before its first step it ends at once; from then on
    after the step that is under way, with its state saved, so that nothing is done twice."""

    def __init__(self) -> None:
        self.asked = self.training = False

    def __call__(self, *_: object) -> None:
        self.asked = True
        if not self.training:
            raise SystemExit(1)

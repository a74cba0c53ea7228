"""How a training is set: left to a rule, in three words, or number by number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Any

from ftcore.training.series import SIZES

MOST_SEEDS = 5
MOST_EPOCHS = 50
SUPERVISED, DPO = "supervised", "dpo"
_SUFFIX = re.compile(r"[A-Za-z0-9-]*")


class Care(StrEnum):
    """The three words of the simple settings."""

    CAREFUL = "careful"
    NORMAL = "normal"
    THOROUGH = "thorough"


@dataclass(frozen=True, slots=True)
class Part:
    """One job of a launch: its seed, and the part of the training rows that it learns from."""

    seed: int
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """None = left to a rule: the epochs to ours (`auto_epochs`), all else to the server's. `seeds` jobs differ in their seed only,
    counted up from `seed`; `series` trains on a quarter, a half and all of the rows. `beta` is for DPO: how strongly to keep
    near the model as it was. `validation` False sends no rows to watch the learning with."""

    method: str = SUPERVISED
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate_multiplier: float | None = None
    beta: float | None = None
    seed: int = 0
    suffix: str = ""
    validation: bool = True
    seeds: int = 1
    series: bool = False

    @property
    def pairs(self) -> bool:
        return self.method == DPO

    def parts(self) -> tuple[Part, ...]:
        """The jobs of the launch, the smallest first."""
        shares = SIZES if self.series else (1.0,)
        return tuple(Part(self.seed + at, share) for share in shares for at in range(self.seeds))

    def hyperparameters(self, epochs: int | None) -> dict[str, Any]:
        """By the protocol's names; what is left to the server is not named. `epochs` of the one job."""
        wanted = {
            "n_epochs": epochs,
            "batch_size": self.batch_size,
            "learning_rate_multiplier": self.learning_rate_multiplier,
            "beta": self.beta if self.pairs else None,
        }
        return {name: value for name, value in wanted.items() if value is not None}

    def faults(self, *, suffix_limit: int = 64) -> list[str]:
        """What no server would take, a sentence each."""
        found = []
        if self.method not in (SUPERVISED, DPO):
            found.append(f"There is no way of training called {self.method!r}: {SUPERVISED} and {DPO} are there.")
        if self.epochs is not None and not 1 <= self.epochs <= MOST_EPOCHS:
            found.append(f"The passes (epochs) must be a number from 1 to {MOST_EPOCHS}.")
        if self.batch_size is not None and not 1 <= self.batch_size <= 256:
            found.append("The batch size must be a number from 1 to 256.")
        if self.learning_rate_multiplier is not None and not 0 < self.learning_rate_multiplier <= 100:
            found.append("The learning rate multiplier must be above 0, and at most 100.")
        if self.beta is not None and not 0 < self.beta <= 2:
            found.append("Beta must be above 0, and at most 2.")
        if not 1 <= self.seeds <= MOST_SEEDS:
            found.append(f"Several seeds are 1 to {MOST_SEEDS}.")
        if not 0 <= self.seed <= 2**31 - self.seeds:
            found.append("The seed must be a number from 0 to 2147483647.")
        return [*found, *suffix_faults(self.suffix, suffix_limit)]


def suffix_faults(suffix: str, limit: int) -> list[str]:
    """Letters, digits and "-", and no longer than the server takes: it is never cut, since somebody will look for the model by it."""
    found = []
    if not _SUFFIX.fullmatch(suffix):
        found.append("The suffix may hold letters a to z, digits and - only.")
    if len(suffix) > limit:
        found.append(f"The suffix has {len(suffix)} characters, and this server takes at most {limit}.")
    return found


def auto_epochs(rows: int) -> int:
    """The protocol's rule for "auto" (OpenAI's published one for small sets): three, more for very few examples, fewer for very
    many."""
    if rows * 3 < 100:
        return min(25, max(1, 100 // max(rows, 1)))
    return max(1, 25_000 // rows) if rows * 3 > 25_000 else 3


def simple(care: Care, rows: int) -> Settings:
    """The three words in numbers, which depend on how many training rows there are.

    careful: half the passes, at half the learning rate, four examples a step, which also needs the least memory. normal: the
    rule's. thorough: twice the passes.
    """
    usual = auto_epochs(rows)
    if care is Care.CAREFUL:
        return Settings(epochs=ceil(usual / 2), learning_rate_multiplier=0.5, batch_size=min(4, max(rows, 1)))
    if care is Care.THOROUGH:
        return Settings(epochs=min(MOST_EPOCHS, usual * 2))
    return Settings()


def describe(care: Care, rows: int) -> str:
    """What a word means here, for its reader."""
    epochs = simple(care, rows).epochs or auto_epochs(rows)
    passes = "1 pass" if epochs == 1 else f"{epochs} passes"
    said = {
        Care.CAREFUL: "in small steps at half the speed. Changes the model least, and needs the least memory",
        Care.NORMAL: "at the usual speed. A good first try",
        Care.THOROUGH: "at the usual speed. Learns more, and may learn the examples by heart: watch the curve",
    }
    return f"{passes} over the examples, {said[care]}."

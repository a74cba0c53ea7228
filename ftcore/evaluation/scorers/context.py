"""What a scorer may need to know besides the two texts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ftcore.evaluation.errors import EvaluationError

MOST = 2_000
"""So many training answers are looked at, evenly chosen: more would change no habit that is told from them."""
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Context:
    """`training`: the expected answers of the training split. `terms`: the project's glossary,
    {"required": [...], "forbidden": [...], "preferred": {"old": "new"}}. `options`: what the run chose, by scorer:
    {"numeric": {"tolerance": 0.01}}. `schema`: the JSON schema that answers must fit."""

    training: tuple[str, ...] = ()
    terms: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    schema: dict[str, Any] | None = None

    def of(self, name: str) -> Mapping[str, Any]:
        """The options of one scorer."""
        found = self.options.get(name)
        return found if isinstance(found, Mapping) else {}

    def habits(self) -> tuple[str, ...]:
        """The training answers from which a habit is told. Raises EvaluationError when there are too few."""
        there = [text for text in self.training if text.strip()]
        if len(there) < FEWEST:
            raise EvaluationError(
                f"This measure compares with the training answers and needs {FEWEST} of them; there are {len(there)}."
            )
        step = max(1, math.ceil(len(there) / MOST))
        return tuple(there[::step])

    def words(self, kind: str) -> tuple[str, ...]:
        """The terms of a kind (required, forbidden). Raises EvaluationError when the project has none."""
        found = texts(self.terms.get(kind))
        if not found:
            raise EvaluationError(f"The project has no {kind} terms. They are listed with the project's terms.")
        return found

    def number(self, name: str, option: str, default: float) -> float:
        """An option that is a number, 0 or above. Raises EvaluationError when it is anything else."""
        value = self.of(name).get(option, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise EvaluationError(f"The option '{option}' of {name} must be a number, 0 or above.")
        return float(value)


def texts(value: object) -> tuple[str, ...]:
    """The texts in a list, each once, empty ones left out; nothing for what is no list."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    return tuple(dict.fromkeys(text.strip() for text in value if isinstance(text, str) and text.strip()))

"""What is asked for on the command line, what comes out, and why a journey ends early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ftcore.records import Mapping


class JourneyError(Exception):
    """Why the journey ended early, in one clear sentence. `not_fit`: it is the data that cannot be trained on."""

    def __init__(self, sentence: str, *, not_fit: bool = False) -> None:
        super().__init__(sentence)
        self.not_fit = not_fit


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for on the command line. Empty or None: derived from the data, or the server's rule."""

    file: Path
    mapping: Mapping | None = None
    system: str = ""
    tuned_system: str = ""
    rows: int | None = None
    test_rows: int | None = None
    epochs: int | None = None
    seed: int = 0
    scorer: str = ""
    name: str = ""
    """The project's name; the file's when left out."""
    answers: dict[str, str] = field(default_factory=dict)
    """Answers to the five questions, when there are any (the sample's)."""
    reasons: Sequence[str] = ()
    sample: str = ""
    """The sample project that this is, with its documents and limits; "" for a file of one's own."""


@dataclass(frozen=True, slots=True)
class Result:
    """The command line's JSON, field by field."""

    dataset: dict[str, int]
    job: dict[str, Any]
    evaluation: dict[str, Any]
    files: dict[str, str]

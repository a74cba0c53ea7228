"""The decision: the five answers, the evidence beside them, and what is recommended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Reply = Literal["yes", "no", "unsure"]


class Action(StrEnum):
    TRY_BETTER_MODEL = "try_better_model"
    IMPROVE_PROMPT = "improve_prompt"
    USE_RAG = "use_rag"
    COLLECT_DATA = "collect_data"
    FINE_TUNE = "fine_tune"
    DO_NOT_FINE_TUNE = "do_not_fine_tune"
    MEASURE_FIRST = "measure_first"


class Standing(StrEnum):
    """What a recommendation rests on: opinion only, some measurement, or measurement throughout."""

    BELIEVED = "believed"
    PARTLY_MEASURED = "partly_measured"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that speaks for an answer to `question`. `practice` marks what the small embedded model showed:
    it never counts as measured for the questions about the best base model and the prompt."""

    question: str
    supports: Reply
    text: str
    measured: bool = False
    practice: bool = False
    model: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do first and why. `steps` are the further actions in order; `because` are plain sentences;
    `would_change` says what would reverse the advice."""

    action: Action
    headline: str
    because: tuple[str, ...]
    steps: tuple[Action, ...] = ()
    would_change: tuple[str, ...] = ()
    standing: Standing = Standing.BELIEVED
    alternatives: tuple[str, ...] = field(default=())
    warnings: tuple[str, ...] = field(default=())

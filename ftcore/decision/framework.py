"""The decision framework as it stands in data/decision.yaml, and the research cards of data/evidence.yaml.

The words belong to whoever edits those files; the keys belong to the program and are checked on loading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import yaml

from ftcore.app_files import data_dir
from ftcore.records import Action, Reply

QUESTIONS = ("best_base_model", "prompt_optimized", "rag_would_solve", "high_volume_narrow", "quality_training_data")
"""The five questions in the seed's order."""
GOOD_REASONS = ("style_consistency", "domain_terminology", "format_reliability", "efficiency_at_scale")
BAD_REASONS = ("adding_knowledge", "one_off_task", "prompt_is_too_long", "following_hype")


class FrameworkError(ValueError):
    """A file of the framework can't be used. The sentence says which file and where in it."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a consultant would ask next. `kind` says what answers it: some lines of `text`, a `number` of `unit`s (zero or
    more), one of the `choices` (key -> words; the key is kept), or `examples` pasted from elsewhere. `help` is one or two sentences."""

    key: str
    ask: str
    kind: Literal["text", "number", "choice", "examples"]
    help: str
    unit: str = ""
    choices: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """One of the five. `words` explains its terms, `meaning` what each reply says, `settle` how to find out;
    `follow_ups` are for those who answered "not sure"."""

    key: str
    short: str
    question: str
    example: str
    words: dict[str, str]
    meaning: dict[Reply, str]
    follow_ups: tuple[FollowUp, ...]
    settle: str


@dataclass(frozen=True, slots=True)
class GoodReason:
    """`alternative` is the cheaper way to the same end, `arm` the arm that measures it, `measured_by` the scorers."""

    key: str
    name: str
    description: str
    example: str
    alternative: str
    when: str
    measured_by: str
    arm: str


@dataclass(frozen=True, slots=True)
class BadReason:
    """`solution` is what to do instead, and `action` the advice that stands for it."""

    key: str
    name: str
    problem: str
    solution: str
    action: Action


@dataclass(frozen=True, slots=True)
class Advice:
    """The words of one action. `headline_measured` replaces the headline when all of it was measured,
    `headline_open` when questions are unanswered ({open} and {are} are filled in)."""

    name: str
    headline: str
    what: str
    would_change: str
    headline_measured: str = ""
    headline_open: str = ""


@dataclass(frozen=True, slots=True)
class Framework:
    version: int
    read_on: date
    questions: tuple[Question, ...]
    good_reasons: tuple[GoodReason, ...]
    bad_reasons: tuple[BadReason, ...]
    actions: dict[Action, Advice]

    def question(self, key: str) -> Question:
        return next(q for q in self.questions if q.key == key)

    def reason_name(self, key: str) -> str:
        """A reason's name for the screen; its key when the framework has none of that key."""
        reasons: tuple[GoodReason | BadReason, ...] = (*self.good_reasons, *self.bad_reasons)
        return next((r.name for r in reasons if r.key == key), key)


@dataclass(frozen=True, slots=True)
class ResearchCard:
    """What one source says about a question, a reason or the `risks`. `vendor` marks a seller's own figure."""

    about: str
    claim: str
    source: str
    figure: str = ""
    year: int | None = None
    link: str = ""
    vendor: bool = False

    @property
    def url(self) -> str:
        """Where to read it; "" when the card names no arXiv id."""
        return f"https://arxiv.org/abs/{self.link}" if self.link else ""


@dataclass(frozen=True, slots=True)
class _Cards:
    version: int
    read_on: date
    cards: tuple[ResearchCard, ...] = field(default=())


@cache
def load(path: Path | None = None) -> Framework:
    """The framework from `path` (default: data/decision.yaml). Read once a process.

    Raises FrameworkError when the file is missing, unreadable, or lacks or doubles a key the program needs.
    """
    path = path or data_dir() / "decision.yaml"
    framework = _read(path, Framework)
    _same_keys(path, "questions", (q.key for q in framework.questions), QUESTIONS)
    _same_keys(path, "good_reasons", (r.key for r in framework.good_reasons), GOOD_REASONS)
    _same_keys(path, "bad_reasons", (r.key for r in framework.bad_reasons), BAD_REASONS)
    _same_keys(path, "actions", framework.actions, Action)
    if tuple(q.key for q in framework.questions) != QUESTIONS:
        raise FrameworkError(f"{path.name}: the questions must stand in this order: {', '.join(QUESTIONS)}.")
    return framework


@cache
def load_cards(path: Path | None = None) -> tuple[ResearchCard, ...]:
    """The research cards from `path` (default: data/evidence.yaml). Raises FrameworkError like `load`."""
    path = path or data_dir() / "evidence.yaml"
    cards = _read(path, _Cards).cards
    known = {*QUESTIONS, *GOOD_REASONS, *BAD_REASONS, "risks"}
    strange = sorted({card.about for card in cards} - known)
    if strange:
        raise FrameworkError(f"{path.name}: no question or reason is called {strange[0]!r}.")
    return cards


_Shape = TypeVar("_Shape")


def _read(path: Path, shape: type[_Shape]) -> _Shape:
    try:
        found: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return msgspec.convert(found, shape)
    except OSError as error:
        raise FrameworkError(
            f"{path.name} can't be read ({error.strerror}). Restore the file that came with the app."
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise FrameworkError(f"{path.name}{where}: this is not valid YAML. Mend it or restore the original.") from error
    except (msgspec.ValidationError, UnicodeDecodeError) as error:
        raise FrameworkError(f"{path.name}: {error}. Mend it or restore the original.") from error


def _same_keys(path: Path, part: str, found: Iterable[str], wanted: Iterable[str]) -> None:
    counts, wanted = Counter(str(key) for key in found), [str(key) for key in wanted]
    missing = [key for key in wanted if not counts[key]]
    strange = [key for key in counts if key not in wanted]
    twice = [key for key, times in counts.items() if times > 1]
    for keys, what in ((missing, "is missing"), (strange, "is not known"), (twice, "stands there twice")):
        if keys:
            raise FrameworkError(f"{path.name}, {part}: {keys[0]!r} {what}.")

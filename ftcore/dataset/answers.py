"""What the answers of a data set have in common: labels, JSON or text. Other rules are read in this light."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ftcore.records import TrainingExample

Kind = Literal["labels", "json", "text"]

# What an answer that is not cut off ends with. Emoji and other symbols count too.
ENDINGS = re.compile(r"[.!?…。！？؟।:;)\]}>\"'»”’*`~|/\d]\s*\Z")
LABEL_CHARACTERS = 60
MOST_LABELS = 500


@dataclass(frozen=True, slots=True)
class Profile:
    """`kind` of the answers; `proper` is the share of the longer text answers that end with a full stop or the like;
    `counts` how often each label occurs (empty for other kinds)."""

    kind: Kind = "text"
    proper: float = 0.0
    counts: Counter[str] | None = None
    known: bool = False
    """False when nobody has looked at the data set, and this is only a default."""

    def is_label(self, answer: str) -> bool:
        """True for an answer that several examples give, in a data set of labels."""
        return self.counts is not None and self.counts[normal(answer)] > 1


def profile(examples: Sequence[TrainingExample]) -> Profile:
    """Looks at all answers that are not empty."""
    answers = [answer for example in examples if (answer := example.response).strip()]
    kind = kind_of(answers)
    long = [answer for answer in answers if len(answer) >= 40]
    proper = sum(ends_properly(answer) for answer in long) / len(long) if long else 0.0
    return Profile(kind, proper, Counter(map(normal, answers)) if kind == "labels" else None, known=True)


def describe(examples: Sequence[TrainingExample]) -> Kind:
    """labels, json or text: also what the primary scorer is proposed by."""
    return kind_of([answer for example in examples if (answer := example.response).strip()])


def kind_of(answers: Sequence[str]) -> Kind:
    """json when four of five answers are JSON objects or lists; labels when few short answers come again and again."""
    if not answers:
        return "text"
    if sum(as_json(answer) is not None for answer in answers) >= 0.8 * len(answers):
        return "json"
    short = sum(len(answer) <= LABEL_CHARACTERS and "\n" not in answer.strip() for answer in answers)
    distinct = len({normal(answer) for answer in answers})
    few = distinct <= min(MOST_LABELS, len(answers) / 2)
    return "labels" if few and short >= 0.95 * len(answers) else "text"


def as_json(text: str) -> Any | None:
    """The object or list that a text is; None when it is no JSON, or only a number or a word."""
    stripped = text.strip()
    if not stripped.startswith(("{", "[")):
        return None
    try:
        value = json.loads(stripped)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def ends_properly(text: str) -> bool:
    last = text.rstrip()[-1:]
    return bool(ENDINGS.search(text)) or (bool(last) and not last.isalnum() and last not in ",-–—(&+=")


def normal(text: str) -> str:
    """A text without what does not change its meaning: case, outer punctuation, doubled spaces."""
    return " ".join(text.split()).strip(" .,!?;:\"'").casefold()


def meaning(text: str) -> str:
    """What an answer says, for comparing: JSON without its layout, the order of keys and of lists of words; other texts without
    case and outer punctuation."""
    value = as_json(text)
    return normal(text) if value is None else json.dumps(_unordered(value), sort_keys=True, ensure_ascii=False)


def _unordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unordered(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_unordered(item) for item in value]
        return sorted(items) if all(isinstance(item, str) for item in items) else items
    return value

"""Instructions made from the data: a full one that is fair to the base model, and a short one to train with.

A base model that was never told the labels or the keys loses for that reason alone, and the comparison would be worth nothing.
"""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ftcore.dataset.answers import Kind, as_json, describe, kind_of
from ftcore.records import TrainingExample

__all__ = ["DerivedPrompts", "derive_prompts", "describe"]

MOST_VALUES = 40
MOST_ITEMS = 120
SHORT = {
    "labels": "Answer with the label only.",
    "json": "Answer with the JSON only.",
    "text": "Answer the message.",
}


@dataclass(frozen=True, slots=True)
class DerivedPrompts:
    """`full` for the base model and other arms, `short` for the tuned one."""

    full: str
    short: str
    kind: Kind


def derive_prompts(examples: Sequence[TrainingExample]) -> DerivedPrompts:
    """Two system prompts for data that has none. Give training rows only: test answers must not leak into a prompt."""
    answers = [answer for example in examples if (answer := example.response).strip()]
    kind = kind_of(answers)
    full = {"labels": _for_labels, "json": _for_json, "text": _for_text}[kind](answers)
    return DerivedPrompts(full, SHORT[kind], kind)


def _for_labels(answers: Sequence[str]) -> str:
    labels = sorted({answer.strip() for answer in answers}, key=str.casefold)
    return (
        "Read the user's message and choose the one label that fits it best. Answer with that label only, copied exactly "
        "as it is written here, without any other words or punctuation.\n\nLabels:\n"
        + "\n".join(f"- {label}" for label in labels)
    )


def _for_json(answers: Sequence[str]) -> str:
    values = [value for answer in answers if (value := as_json(answer)) is not None]
    objects = [value for value in values if isinstance(value, dict)]
    form = "Write nothing before or after it, and no code fence."
    if len(objects) * 2 >= len(values):
        keys = _by_frequency(key for value in objects for key in value)
        lines = [_about_key(key, [value[key] for value in objects if key in value], len(objects)) for key in keys]
        task = "Read the user's message and answer with one JSON object that has exactly these keys, in this order:"
        return "\n".join([task, *lines, form, f"Example of the form: {_compact(_typical(objects))}"])
    lists = [value for value in values if isinstance(value, list)]
    return "\n".join([f"Read the user's message and answer with one JSON list: {_about_items(lists)}.", form])


def _about_key(key: str, values: list[Any], total: int) -> str:
    """One line on a key: what it may hold, and whether it may be missing."""
    optional = "" if len(values) == total else " (left out when there is nothing to say)"
    return f'- "{key}": {_about(values)}{optional}'


def _about(values: list[Any]) -> str:
    filled = [value for value in values if value is not None]
    null = ", or null" if len(filled) < len(values) else ""
    if not filled:
        return "null"
    if all(isinstance(value, bool) for value in filled):
        return f"true or false{null}"
    if all(isinstance(value, int | float) for value in filled):
        return f"a number{null}"
    if all(isinstance(value, list) for value in filled):
        return f"{_about_list(filled)}{null}"
    if all(isinstance(value, dict) for value in filled):
        keys = _by_frequency(key for value in filled for key in value)
        return f"an object with some of the keys {', '.join(map(_compact, keys[:MOST_ITEMS]))}{null}"
    texts = [value for value in filled if isinstance(value, str)]
    return f"{_about_texts(texts)}{null}" if len(texts) == len(filled) else "a value"


def _about_texts(texts: list[str]) -> str:
    distinct = sorted(set(texts))
    # Values that come again and again are a choice; a few that are all different are free text.
    if len(distinct) <= MOST_VALUES and len(distinct) * 2 <= len(texts) and max(map(len, distinct)) <= 80:
        return f"one of {', '.join(map(_compact, distinct))}"
    words = [len(text.split()) for text in texts]
    return f"a text, usually of {_words(round(statistics.median(words)))}, at most {max(words)}"


def _about_list(lists: list[list[Any]]) -> str:
    return f"a list of {_about_items(lists)}"


def _about_items(lists: list[list[Any]]) -> str:
    items = [item for value in lists for item in value]
    texts = sorted({item for item in items if isinstance(item, str)})
    only_texts = bool(items) and len(texts) > 0 and all(isinstance(item, str) for item in items)
    several = "possibly none" if any(not value for value in lists) else "at least one"
    if only_texts and len(texts) <= MOST_ITEMS and len(texts) * 2 <= len(items):
        return f"those that apply ({several}) of {', '.join(map(_compact, texts))}"
    return f"{'texts' if only_texts else 'values'} ({several})"


def _for_text(answers: Sequence[str]) -> str:
    if not answers:
        return "Answer the user's message."
    words = sorted(len(answer.split()) for answer in answers)
    middle, most = round(statistics.median(words)), words[min(len(words) - 1, round(0.95 * len(words)))]
    lines = [
        "Answer the user's message directly, correctly and completely, in the language in which it is written.",
        f"Write the answer only, usually {_words(middle)} long and hardly ever more than {_words(most)}.",
    ]
    if sum("\n" in answer.strip() for answer in answers) < 0.1 * len(answers):
        lines.append("Write one paragraph, without headings or lists.")
    return " ".join(lines)


def _typical(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """An object with the keys that nearly all have, types instead of contents: no row of the data is shown."""
    keys = _by_frequency(key for value in objects for key in value)
    common = [key for key in keys if sum(key in value for value in objects) >= 0.8 * len(objects)]
    blanks = {str: "...", bool: True, int: 0, float: 0.0, list: [], dict: {}}
    first = {key: next((v[key] for v in objects if v.get(key) is not None), None) for key in common}
    return {key: blanks.get(type(value)) for key, value in first.items()}


def _by_frequency(keys: Any) -> list[str]:
    # Counter keeps the order of appearance for equal counts, so the objects' own order survives.
    return [key for key, _ in Counter(keys).most_common()]


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _words(number: int) -> str:
    return f"{number} word{'' if number == 1 else 's'}"

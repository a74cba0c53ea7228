"""Each part of a filter in the curator's words: what stands on its chip."""

from __future__ import annotations

from typing import Any

from ftcore.records import Filter
from ftcore.records.filter import ANY, NONE
from ftcore.ui import say
from ftcore.ui.problems.problem_words import name_of

KINDS = {
    "pattern": "Pattern",
    "similar": "Similar to",
    "map": "On the map",
    "outliers": "On the map",
    "misplaced": "On the map",
    "sample": "Sample",
    "duplicates": "Alike",
    "change": "Change",
}
LONGEST = 48
"""Characters of a chip."""
RANGES = {"tokens": ("min_tokens", "max_tokens"), "length": ("min_length", "max_length")}


def told(name: str, value: Any, sets: dict[int, tuple[str, str]]) -> str:
    """One part. `sets` are the stored sets of rows by id: (kind, label)."""
    if name == "row_set":
        kind, label = sets.get(value, ("", "rows that are not kept any more"))
        return _short(f"{KINDS.get(kind, 'Rows')}: {label}")
    if name == "problem":
        return {ANY: "Any error or warning", NONE: "No problem"}.get(value, f"Problem: {name_of(value)}")
    if name == "changed_since":
        return f"Changed since {say.moment(value)}"
    if name in FLAGS:
        return FLAGS[name]
    said = "not in any yet" if name == "split" and value == NONE else str(value)
    return _short(LABELS[name].format(said))


FLAGS = {"several_turns": "Several turns", "has_note": "Has a note", "private": "Private", "trashed": "In the trash"}
LABELS = {
    "text": "Words: {}",
    "status": "Status: {}",
    "split": "Split: {}",
    "tag": "Tag: {}",
    "answer": "Answer: {}",
    "source": "From {}",
    "min_tokens": "At least {} tokens",
    "max_tokens": "At most {} tokens",
    "min_length": "Answer of at least {} characters",
    "max_length": "Answer of at most {} characters",
    "changed_by": "Changed by {}",
}


def sentence(where: Filter, sets: dict[int, tuple[str, str]]) -> str:
    """The whole filter: "status: draft, words: refund"; "" for none."""
    return ", ".join(told(name, value, sets) for name, value in where.parts().items())


def matching(number: int, more: bool = False) -> str:
    """ "3 rows match"."""
    return f"{number:,}{'+' if more else ''} {'row matches' if number == 1 and not more else 'rows match'}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"

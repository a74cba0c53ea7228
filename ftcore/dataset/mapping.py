"""Which column is the question and which the answer: by their names first, then by what they hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ftcore.dataset.raw import text_value
from ftcore.dataset.shapes import people_table
from ftcore.dataset.shapes.columns import value_at
from ftcore.records import Mapping, Split

Row = dict[str, Any]

# In order of preference: the first name that is there wins.
INPUT = [
    "input",
    "prompt",
    "question",
    "query",
    "text",
    "message",
    "ticket",
    "user",
    "request",
    "utterance",
    "sentence",
    "email",
    "mail",
    "body",
    "post",
    "comment",
    "review",
    "customer_message",
    "user_message",
    "instruction",
    "content",
    "problem",
    "description",
    "article",
    "document",
    "source",
    "subject",
    "title",
    "q",
]
OUTPUT = [
    "ideal_output",
    "ideal_answer",
    "expected_output",
    "output",
    "completion",
    "answer",
    "response",
    "reply",
    "assistant",
    "expected",
    "target",
    "label_text",
    "label_name",
    "category_name",
    "label",
    "category",
    "intent",
    "intents",
    "class",
    "labels",
    "categories",
    "sentiment",
    "topic",
    "summary",
    "translation",
    "resolution",
    "solution",
    "gold",
    "result",
    "a",
]
SYSTEM = ("system", "system_prompt", "system_message")
SPLIT = ("split", "set", "subset", "partition")
TAGS = ("tags", "tag", "keywords")
KEY = (
    "id",
    "key",
    "uuid",
    "guid",
    "external_id",
    "ticket_id",
    "ticket_number",
    "row_id",
    "record_id",
    "example_id",
    "item_id",
    "case_id",
    "case_number",
    "question_id",
    "message_id",
    "conversation_id",
    "reference",
)
"""Names of a column that may name the rows, when what it holds is different in each."""
MOST_KEY = 200
"""Characters of a key: more is a text."""
SPLITS = {
    **dict.fromkeys(("train", "training"), Split.TRAIN),
    **dict.fromkeys(("validation", "valid", "val", "dev", "eval"), Split.VALIDATION),
    **dict.fromkeys(("test", "testing", "holdout", "held_out"), Split.TEST),
}
IDENTIFIER = re.compile(r"[\d\s.,:/+TZ-]*|[0-9a-f]{8,}|[0-9a-f-]{36}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Guess:
    """`certain` is True when the names alone say it and no second column claims the same."""

    mapping: Mapping
    certain: bool


def split_of(value: Any) -> Split | None:
    """The split that a cell names; None when it names none."""
    return SPLITS.get(_normal(text_value(value)))


def tags_of(value: Any) -> tuple[str, ...]:
    """Tags from a list, also as JSON text, or from a text with commas or semicolons between them."""
    listed = value if isinstance(value, list) else _list_in(text_value(value))
    if listed is not None and all(isinstance(part, str) for part in listed) and not isinstance(value, list):
        return tuple(dict.fromkeys(part for part in listed if part))
    parts: Iterable[Any] = listed if listed is not None else re.split(r"[,;]", text_value(value))
    tags = [text_value(part).strip() for part in parts]
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _list_in(text: str) -> list[Any] | None:
    if not text.lstrip().startswith("["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def columns_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """Every column in the order of appearance; what lies inside objects as "outer.inner" when its name is a known one."""
    columns: dict[str, None] = {}
    for row in rows:
        columns.update(dict.fromkeys(row))
    for row in rows[:20]:
        for outer, value in row.items():
            inner = value[0] if isinstance(value, list) and len(value) == 1 else value
            if isinstance(inner, dict):
                known = (key for key in inner if _normal(key) in INPUT or _normal(key) in OUTPUT)
                columns.update(dict.fromkeys(f"{outer}.{key}" for key in known))
    return tuple(columns)


def extras(rows: Sequence[Row], columns: Sequence[str]) -> Mapping:
    """The columns that say split and tags, recognised in any shape. In our own table they are what they are called."""
    if people_table.is_ours(columns):
        tags, key, group = (name if name in columns else "" for name in ("tags", "key", "group"))
        return Mapping(split="split", tags=tags, key=key, grouping=group)
    split = next((c for c in columns if _normal(c) in SPLIT and _all_splits(rows, c)), "")
    return Mapping(split=split, tags=next((c for c in columns if _normal(c) in TAGS), ""), key=_key(rows, columns))


def guess(rows: Sequence[Row], columns: Sequence[str]) -> Guess:
    """A mapping from a sample of rows. The longest text is taken for the question when no name tells."""
    extra = extras(rows, columns)
    system = next((c for c in columns if _normal(c) in SYSTEM), "")
    key = extra.key if len(columns) > 2 else ""  # of two columns, both are wanted
    free = [c for c in columns if c not in (extra.split, extra.tags, key, system)]
    inputs, outputs = _named(free, INPUT), _named(free, OUTPUT)
    if not inputs:  # one letter alone says nothing ("a" beside "b"): q and a count where the other side has its name
        outputs = [c for c in outputs if _normal(c) != "a"]
    if not outputs:
        inputs = [c for c in inputs if _normal(c) != "q"]
    outputs = [c for c in outputs if not inputs or c != inputs[0]]
    source, target = inputs[0] if inputs else "", outputs[0] if outputs else ""
    certain = bool(source and target) and _alone(inputs, INPUT, target) and _alone(outputs, OUTPUT, source)
    rest = [c for c in free if c not in (source, target) and not _is_identifier(rows, c)]
    if (not source) != (not target) and len(rest) == 1:
        certain = True
    rest.sort(key=lambda c: -_length(rows, c))
    if not source and rest:
        source = rest.pop(0)
    if not target and rest:
        target = rest.pop(0)
    mapping = Mapping(source, target, system, extra.split, extra.tags, key)
    return Guess(mapping, certain and bool(source and target))


def completed(given: Mapping, guessed: Mapping, rows: Sequence[Row], columns: Sequence[str]) -> Mapping:
    """The given mapping, with what it leaves open taken from the guess (and never the same column twice)."""
    source, target = given.input, given.output
    if not (source and target):
        taken = {source, target, given.system, given.split, given.tags} - {""}
        left = [column for column in columns if column not in taken]
        other = guess(rows, left).mapping
        source = source or (guessed.input if guessed.input not in taken else other.input or other.output)
        taken.add(source)
        target = target or (guessed.output if guessed.output not in taken else _first(other, taken))
    return replace(
        given,
        input=source,
        output=target,
        system=given.system or guessed.system,
        split=given.split or guessed.split,
        tags=given.tags or guessed.tags,
        key=given.key or (guessed.key if guessed.key not in (source, target) else ""),
        grouping=given.grouping or guessed.grouping,
    )


def _first(mapping: Mapping, taken: set[str]) -> str:
    return next((c for c in (mapping.output, mapping.input) if c and c not in taken), "")


def _normal(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def _named(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    """Columns that bear one of the names, whole names before parts of names ("Customer question"), best first."""
    whole = [(names.index(_normal(c)), c) for c in columns if _normal(c) in names]
    parts = []
    for column in columns:
        words = re.split(r"[_.]", _normal(column.replace(".", "_")))
        found = [names.index(word) for word in words if word in names and len(word) > 1]
        if found and _normal(column) not in names and "id" not in words:
            parts.append((min(found), column))
    return [c for _, c in sorted(whole)] + [c for _, c in sorted(parts)]


def _alone(found: list[str], names: Sequence[str], other: str) -> bool:
    """No second column with a whole name claims the same role."""
    return not any(_normal(column) in names and column != other for column in found[1:])


def _key(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """The first column with the name of a key that is filled in every row, and differently in each."""
    named = [c for c in columns if _normal(c) in KEY]
    for column in sorted(named, key=lambda c: KEY.index(_normal(c))):
        values = [text_value(row.get(column)).strip() for row in rows]
        if len(values) > 1 and all(0 < len(v) <= MOST_KEY for v in values) and len(set(values)) == len(values):
            return column
    return ""


def _all_splits(rows: Sequence[Row], column: str) -> bool:
    values = [text_value(row.get(column)) for row in rows]
    filled = [value for value in values if value.strip()]
    return bool(filled) and all(split_of(value) for value in filled)


def _is_identifier(rows: Sequence[Row], column: str) -> bool:
    values = [text_value(value_at(row, column)).strip() for row in rows]
    filled = [value for value in values if value]
    if _normal(column) in ("id", "uuid", "index", "row", "date", "time", "timestamp", "created_at"):
        return True
    return not filled or (
        all(IDENTIFIER.fullmatch(value) for value in filled) and len(set(filled)) > max(1, len(filled) // 2)
    )


def _length(rows: Sequence[Row], column: str) -> float:
    return sum(len(text_value(value_at(row, column))) for row in rows) / max(1, len(rows))

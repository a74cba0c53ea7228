"""Any table in which one column is what people write and another is the ideal answer."""

from __future__ import annotations

from typing import Any

from ftcore.dataset.raw import SourceError, text_value
from ftcore.records import Mapping, Message, TrainingExample

NAME = "columns"
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\0"))


def build(row: dict[str, Any], mapping: Mapping) -> TrainingExample:
    """Raises `SourceError` when the question or the answer is empty."""
    prompt, answer = _text(row, mapping.input, "question"), _text(row, mapping.output, "answer")
    system = text_value(value_at(row, mapping.system)) if mapping.system else ""
    messages: list[Message] = [{"role": "system", "content": system}] if system.strip() else []
    return TrainingExample([*messages, {"role": "user", "content": prompt}, {"role": "assistant", "content": answer}])


def _text(row: dict[str, Any], column: str, what: str) -> str:
    text = text_value(value_at(row, column))
    if is_blank(text):
        raise SourceError(f'The {what} (column "{column}") is empty.')
    return text


def is_blank(text: str) -> bool:
    """True when a reader sees nothing: no characters, spaces, or characters without width."""
    return not text.strip() or not text.translate(INVISIBLE).strip()


def value_at(row: dict[str, Any], column: str) -> Any:
    """The column's value; "a.b" also looks inside objects, and inside lists that hold one object. None when it is not there."""
    if column in row:
        return row[column]
    value: Any = row
    for key in column.split("."):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value

"""A row as it was found, before anybody knows what its columns mean."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


class SourceError(ValueError):
    """A file, or one row of it, that cannot be read: plain sentences with what happened and what to do."""


@dataclass(frozen=True, slots=True)
class Raw:
    """`line` is the physical line (or the sheet's row) where the row begins; `value` its columns, None when it cannot be read,
    and then `reason` says why. `text` is the row as found; empty where the format has no text of its own."""

    line: int
    value: dict[str, Any] | None
    text: str = ""
    reason: str = ""

    def as_found(self) -> str:
        return self.text or compact(self.value)


def compact(value: Any) -> str:
    """A value as one line of JSON without spaces; what JSON does not know becomes its text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def text_value(value: Any) -> str:
    """A cell as the text that a model would be shown: lists and objects as compact JSON, 3.0 as "3", nothing as ""."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value:
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return compact(value) if isinstance(value, list | dict | tuple) else str(value)

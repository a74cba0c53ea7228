"""Facts about providers age: every figure carries where it was read and when."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ftcore.endpoints.errors import EndpointError

OLD = 90
"""Days after which a figure is called old."""

SOURCE_KINDS = {
    "provider": "the provider's own page",
    "third party": "a third party",
    "memory": "memory; not checked again",
    "you": "you",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number (US dollars) or a statement with its source. `read` is None when nobody wrote the date down."""

    value: float | str
    source: str
    read: date | None
    month: bool = False
    """Only the month of `read` was written down; it counts as read on the month's first day."""

    def age(self, today: date | None = None) -> int | None:
        """Days since it was read, or None."""
        return None if self.read is None else ((today or date.today()) - self.read).days

    def is_old(self, today: date | None = None) -> bool:
        if self.source == "you":  # nobody else can say how old it is
            return False
        age = self.age(today)
        return age is None or age > OLD

    def origin(self, today: date | None = None) -> str:
        """For the reader: where the figure is from, and whether that is long ago."""
        text = f"from {SOURCE_KINDS[self.source]}"
        if self.source == "you":
            return text
        if self.read is None:
            return f"{text}, date not known"
        text += f", read {self.read:%Y-%m}" if self.month else f", read {self.read.isoformat()}"
        return f"{text} ({self.age(today)} days ago: check it)" if self.is_old(today) else text


class Reading:
    """One content file being read. Every error names the file and the place in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self, name: str) -> list[tuple[str, dict[str, Any]]]:
        """The entries of the list `name`, each with the words that say where it stands."""
        import yaml

        try:
            content = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise EndpointError(f"{self.path.name} cannot be read: {error}") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f" line {mark.line + 1}:" if mark else ""
            raise EndpointError(f"{self.path.name}:{line} this is not YAML. Nothing was taken from it.") from None
        found = content.get(name) if isinstance(content, dict) else None
        if not isinstance(found, list):
            raise EndpointError(f"{self.path.name}: a list named '{name}' is expected.")
        return [
            (f"{name}, entry {at}", self.mapping(entry, f"{name}, entry {at}")) for at, entry in enumerate(found, 1)
        ]

    def mapping(self, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.error(where, "'name: value' lines are expected")
        return value

    def text(self, entry: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
        value = entry.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.error(where, f"'{key}' must be a text")
        return value

    def day(self, value: Any, where: str) -> date | None:
        """A date, a month (its first day) or nothing."""
        if value is None or isinstance(value, date):
            return value
        try:
            text = str(value)
            return date.fromisoformat(f"{text}-01" if len(text) == 7 else text)
        except ValueError:
            raise self.error(where, f"'{value}' is not a date; write 2026-04-30, or 2026-04") from None

    def figure(self, value: Any, where: str, *, number: bool) -> Figure:
        entry = self.mapping(value, where)
        found = entry.get("usd" if number else "what")
        wanted = (int, float) if number else str
        if (
            isinstance(found, bool)
            or not isinstance(found, wanted)
            or (isinstance(found, int | float) and not 0 <= found < math.inf)
        ):
            raise self.error(where, "'usd' must be a number of dollars" if number else "'what' must be a text")
        source = entry.get("source")
        if source not in SOURCE_KINDS:
            raise self.error(where, f"'source' must be one of: {', '.join(SOURCE_KINDS)}")
        read = entry.get("read")
        month = not isinstance(read, date) and len(str(read or "")) == len("2026-11")
        return Figure(float(found) if number else str(found), source, self.day(read, where), month)

    def error(self, where: str, what: str) -> EndpointError:
        return EndpointError(f"{self.path.name}, {where}: {what}. Nothing was taken from the file.")

"""Looking for a pattern (a regular expression) in the examples, and putting something in its place. A pattern that people
type may take for ever on one text: each search has a time limit, and what it cannot do is said in a sentence."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import regex

from ftcore.records import Example, Filter, TrainingExample
from ftcore.store import examples, row_sets
from ftcore.store.database import Database
from ftcore.store.row_sets import RowSet

SECONDS = 0.5
"""A text may take so long; a pattern that needs more on one text is given up."""
LONGEST = 500
"""Characters of a pattern."""
REPEATED = regex.compile(r"(\d{1,9})\}")
MOST_REPEATED = 20_000
"""The counts in braces, multiplied: beyond, a pattern takes seconds and much memory before it has looked at anything."""
FIELDS = ("prompt", "response", "system", "note")
"""Where a pattern looks, unless it is told otherwise."""
Progress = Callable[[int, int, str], None]


class PatternError(ValueError):
    """Why a pattern cannot be used, in a sentence for the screen."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read: `plain` text is looked for as it stands."""

    typed: str
    compiled: Any
    plain: bool

    def find(self, text: str) -> bool:
        """Raises PatternError when it takes too long."""
        return bool(self._within(lambda: self.compiled.search(text, timeout=SECONDS, concurrent=True), text))

    def replace(self, text: str, put: str) -> tuple[str, int]:
        """(the new text, at how many places). `put` may name groups (`\\1`), unless the pattern is plain text.

        Raises PatternError: it takes too long, or `put` names a group that is not there.
        """
        new: Any = (lambda _match: put) if self.plain else put
        changed, places = self._within(lambda: self.compiled.subn(new, text, timeout=SECONDS, concurrent=True), text)
        return str(changed), int(places)

    def _within(self, act: Callable[[], Any], text: str) -> Any:
        try:
            return act()
        except TimeoutError:
            raise PatternError(
                f"This pattern takes too long: more than {SECONDS} seconds for one text of {len(text):,} characters. "
                "Nothing was changed. Make it simpler, for example without one repetition inside another."
            ) from None
        except (regex.error, IndexError) as error:
            raise PatternError(f"The replacement cannot be used: {error}. Nothing was changed.") from None


def read(typed: str, *, plain: bool = False, case: bool = False) -> Pattern:
    """Reads a pattern; `case`: capital and small letters differ. Raises PatternError."""
    if not typed:
        raise PatternError("Type what is to be looked for first.")
    if len(typed) > LONGEST:
        raise PatternError(f"That is longer than {LONGEST} characters. Make it shorter.")
    if not plain and math.prod(max(1, int(n)) for n in REPEATED.findall(typed)) > MOST_REPEATED:
        raise PatternError("This pattern repeats something too often, so nothing was looked for. Use + or * instead.")
    flags = 0 if case else regex.IGNORECASE
    try:
        compiled = regex.compile(regex.escape(typed) if plain else typed, flags)
    except regex.error as error:
        place = f" at character {error.pos + 1}" if error.pos is not None else ""
        raise PatternError(f"This is no pattern: {error.msg}{place}. Nothing was looked for.") from None
    except (RecursionError, OverflowError, MemoryError, ValueError, KeyError, TypeError) as error:
        raise PatternError(f"This pattern cannot be used ({error}). Nothing was looked for.") from None
    return Pattern(typed, compiled, plain)


@dataclass(frozen=True, slots=True)
class Found:
    """`ids` in the order of the rows; `last` is the last row that was looked at; `complete`: there is no further one."""

    ids: tuple[int, ...]
    last: int
    looked: int
    complete: bool


def search(
    db: Database,
    project_id: int,
    pattern: Pattern,
    *,
    seconds: float,
    fields: Iterable[str] = FIELDS,
    progress: Progress | None = None,
    total: int = 0,
) -> Found:
    """Looks through the whole project for at most `seconds`; the project's trash is left out. Raises PatternError."""
    ends = time.monotonic() + seconds
    wanted = tuple(fields)
    ids: list[int] = []
    last = looked = 0
    with db.read() as c:
        for rows in examples.stream(c, project_id, Filter(), chunk=500):
            for row in rows:
                if any(pattern.find(text) for text in _texts(row, wanted)):
                    ids.append(row.id)
                last, looked = row.id, looked + 1
                if time.monotonic() > ends:
                    return Found(tuple(ids), last, looked, False)
            if progress is not None:
                progress(looked, total, "Looking for the pattern")
    return Found(tuple(ids), last, looked, True)


def keep(db: Database, project_id: int, pattern: Pattern, ids: Iterable[int], *, who: str, task: int = 0) -> RowSet:
    """Stores what was found, for the filter."""
    query = {"pattern": pattern.typed, "task": task}
    with db.write() as c:
        made = row_sets.create(c, project_id, kind="pattern", label=pattern.typed, query=query, who=who)
        row_sets.add(c, made, ((id_, None) for id_ in ids))
        return row_sets.finish(c, made)


def of_task(db: Database, project_id: int, task: int) -> RowSet | None:
    """What a task of the worker stored already."""
    with db.read() as c:
        kept = row_sets.of_project(c, project_id)
    return next((one for one in kept if one.kind == "pattern" and one.query.get("task") == task), None)


def _texts(row: Example, fields: tuple[str, ...]) -> list[str]:
    training: TrainingExample = row.training
    return [row.note if name == "note" else getattr(training, name) for name in fields]

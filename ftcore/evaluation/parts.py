"""The parts of a test set that one may look at by themselves: by tag, expected answer, length, turns and language. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftcore.evaluation.labelled import labels_of

FEWEST = 10
"""Below so many examples nothing is said of a part."""
MOST = 40
"""Parts of one kind: the largest."""
MOST_VALUES = 12
MOST_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a test row besides its answers. `language` is "" where it cannot be told."""

    question: str
    expected: str
    turns: int = 1
    tags: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """`places` are the rows' positions, in rising order."""

    kind: str
    value: str
    places: tuple[int, ...]

    @property
    def name(self) -> str:
        return f"{self.kind}: {self.value}"


def parts_of(rows: Sequence[Facts]) -> list[Part]:
    """Every part worth naming, grouped by kind. A kind with one value only says nothing and is left out."""
    found = [*_tags(rows), *_labels(rows), *_lengths(rows), *_turns(rows), *_languages(rows)]
    return [part for part in found if 0 < len(part.places) < len(rows)]


def _tags(rows: Sequence[Facts]) -> Iterator[Part]:
    by_tag: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        for tag in dict.fromkeys(row.tags):
            by_tag.setdefault(tag, []).append(at)
    for tag, places in sorted(by_tag.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:MOST]:
        yield Part("Tag", tag, tuple(places))


def _labels(rows: Sequence[Facts]) -> Iterator[Part]:
    expected = [row.expected for row in rows]
    objects = [_object(text) for text in expected]
    if objects and all(one is not None for one in objects):
        yield from _fields([one or {} for one in objects])
    else:
        yield from _by("Expected answer", _as_labelled(expected))


def _as_labelled(expected: list[str]) -> list[str]:
    """Each expected answer as its label is written; "" throughout when these are no labels."""
    from ftcore.evaluation.scorers.normal_form import normal_form

    spelt = {normal_form(label): label for label in labels_of(expected)}
    return [spelt.get(normal_form(text), "") for text in expected]


def _fields(objects: list[dict[str, object]]) -> Iterator[Part]:
    """Fields of JSON answers that hold one of few short values."""
    names = dict.fromkeys(name for one in objects for name in one)
    shown = 0
    for name in names:
        values = [_scalar(one.get(name)) for one in objects]
        distinct = set(values) - {""}
        if 2 <= len(distinct) <= MOST_VALUES and len(objects) >= 2 * len(distinct) and shown < MOST_FIELDS:
            shown += 1
            yield from _by(f"Expected {name[:40]}", values)


def _lengths(rows: Sequence[Facts]) -> Iterator[Part]:
    """Quarters by the number of characters in the question."""
    import numpy as np

    lengths = np.array([len(row.question) for row in rows])
    if len(rows) < 4 or lengths.min() == lengths.max():
        return
    bounds = np.quantile(lengths, (0.25, 0.5, 0.75))
    quarter = np.searchsorted(bounds, lengths, side="left")  # a length equal to a bound belongs below it
    for at in range(4):
        places = np.flatnonzero(quarter == at)
        if len(places):
            low, high = int(lengths[places].min()), int(lengths[places].max())
            span = f"{low:,} characters" if low == high else f"{low:,} to {high:,} characters"
            yield Part("Question length", span, tuple(map(int, places)))


def _turns(rows: Sequence[Facts]) -> Iterator[Part]:
    yield from _by("Turns", ["one" if row.turns <= 1 else "two or more" for row in rows])


def _languages(rows: Sequence[Facts]) -> Iterator[Part]:
    yield from _by("Language", [row.language for row in rows])


def _by(kind: str, values: Sequence[str]) -> Iterator[Part]:
    """A part for each value but ""; the largest first."""
    places: dict[str, list[int]] = {}
    for at, value in enumerate(values):
        if value:
            places.setdefault(value, []).append(at)
    for value, found in sorted(places.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:MOST]:
        yield Part(kind, value, tuple(found))


def _object(text: str) -> dict[str, object] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _scalar(value: object) -> str:
    """A value short enough to name a part; "" for everything else."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value) if isinstance(value, str | int) else ""
    return text if len(text) <= 40 and "\n" not in text else ""

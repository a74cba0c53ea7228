"""The core of the editable grid, without Streamlit: which of its cumulative edits are new, and whether it shows old ones.

The editor reports all edits since it was first drawn, by row number. Each is written once: what was handled is remembered,
so that an edit of an hour ago never overwrites what somebody else wrote since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ftcore.records import Example, Split, Status

Cells = dict[int, dict[str, Any]]
"""By example id: column -> value."""

TICK = "ticked"
TEXTS = ("prompt", "response", "system")
COLUMNS = (*TEXTS, "status", "split", "tags", "note")
"""What can be edited in a cell."""
LONGEST = 4_000
"""Characters of a text that is edited in its cell. A longer one is shown cut, and edited below the table."""
LONGEST_TAG = 60


def cell(example: Example, column: str) -> Any:
    """What the grid shows: a long text is cut, and says so."""
    if column == "status":
        return example.status.value
    if column == "split":
        return example.split.value if example.split else None
    if column == "tags":
        return told_tags(example.tags)
    if column == "note":
        return example.note
    text: str = getattr(example.training, column)
    return text if len(text) <= LONGEST else f"{text[:500]} … ({len(text):,} characters: open the row below the table)"


def too_long(example: Example, column: str) -> bool:
    return column in TEXTS and len(getattr(example.training, column)) > LONGEST


def told_tags(tags: Iterable[str]) -> str:
    return ", ".join(tags)


def read_tags(typed: str) -> list[str]:
    """Tags as people type them, with commas between: each once, in their order, without the spaces around them."""
    parts = (" ".join(part.split())[:LONGEST_TAG].strip() for part in str(typed or "").split(","))
    return list(dict.fromkeys(part for part in parts if part))


def by_id(edited: Mapping[Any, Mapping[str, Any]], ids: Sequence[int]) -> Cells:
    """The editor's edits by example id; a row number beyond the page is left out."""
    found: Cells = {}
    for place, values in edited.items():
        if 0 <= int(place) < len(ids):
            found[ids[int(place)]] = {name: plain(name, value) for name, value in values.items()}
    return found


def new_edits(edits: Cells, handled: Cells) -> Cells:
    """The edits that were not handled yet."""
    fresh: Cells = {}
    for id_, values in edits.items():
        known = handled.get(id_, {})
        different = {name: value for name, value in values.items() if name not in known or known[name] != value}
        if different:
            fresh[id_] = different
    return fresh


def storable(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the store takes: a status or a split that is none of ours is left out."""
    known = {"status": {s.value for s in Status}, "split": {s.value for s in Split}}
    kept = {name: value for name, value in values.items() if name in COLUMNS and value in known.get(name, {value})}
    return kept | ({"tags": read_tags(kept["tags"])} if "tags" in kept else {})


def out_of_date(edits: Cells, rows: Mapping[int, Example], ticked: set[int]) -> bool:
    """True when a cell would show an edit that is not what is stored (undone, refused, or changed by somebody else)."""
    for id_, values in edits.items():
        row = rows.get(id_)
        for name, value in values.items():
            if name == TICK:
                if bool(value) != (id_ in ticked):
                    return True
            elif row is not None and name in COLUMNS and plain(name, cell(row, name)) != value:
                return True
    return False


def plain(column: str, value: Any) -> Any:
    """A cleared text cell is an empty text."""
    return "" if value is None and column in (*TEXTS, "tags", "note") else value

"""One record beside its row: which fields the file has changed, and which people have changed here too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from ftcore.dataset.shapes.people_table import visible
from ftcore.dataset.sources import Reading
from ftcore.records import Accepted, Example, Split
from ftcore.store import history
from ftcore.store.examples import to_json

LABEL = "Took the changes of "
"""How the journal names what came with a file. Such a change is the file's word, not a person's edit."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`changed` holds the new values of what only the file has changed, `both` of what people have changed here as well."""

    changed: Mapping[str, Any] = field(default_factory=dict)
    both: Mapping[str, Any] = field(default_factory=dict)
    edited_here: bool = False

    def values(self) -> dict[str, Any]:
        return {**self.changed, **self.both}


def values_of(row: Accepted, reading: Reading) -> dict[str, Any]:
    """What a record says, as the journal writes it. A column that the file has not, and a cell of our own table that is left
    empty, say nothing."""
    said: dict[str, Any] = {"training": to_json(row.training)}
    if reading.mapping.tags:
        said["tags"] = list(row.tags)
    if reading.mapping.grouping:
        said["grouping"] = row.grouping
    if reading.is_ours:
        said["note"] = row.note
        if row.status:
            said["status"] = row.status
        if row.split is not None:
            said["split"] = row.split.value
    return said


def decide(c: Connection, row: Example, said: Mapping[str, Any], *, ours: bool, locked: bool) -> Decision:
    """A field is changed in the file when it says neither what stands here nor what it said before: when it was imported or last
    taken from a file or, in a table that this app wrote, at any time. While the test split is `locked`, no file moves a row into it or
    out of it."""
    now = standing(row)
    if locked and "split" in said and (said["split"] == Split.TEST) != (now["split"] == Split.TEST):
        said = {name: value for name, value in said.items() if name != "split"}
    different = {name: value for name, value in said.items() if not same(value, now[name])}
    if not different:
        return Decision()
    versions = history.versions(c, row.id)
    base = next(version.values for version in versions if not version.change_id or version.label.startswith(LABEL))
    changed: dict[str, Any] = {}
    both: dict[str, Any] = {}
    for name, value in different.items():
        before = [version.values[name] for version in versions] if ours else [base[name]]
        if any(same(value, known) for known in before):
            continue
        (changed if same(now[name], base[name]) else both)[name] = value
    return Decision(changed, both, not changed and not both)


def same(one: Any, other: Any) -> bool:
    """Spreadsheets keep the visible part of a text only, and line feeds as line ends: no more can be asked for."""
    return bool(one == other) or _visible(one) == _visible(other)


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {name: _visible(inner) for name, inner in value.items()}
    return [_visible(inner) for inner in value] if isinstance(value, list) else value


def told(values: Mapping[str, Any], names: Sequence[str]) -> str:
    """The values as a person reads them."""
    parts = []
    for name in names:
        value = values[name]
        if name == "training":
            parts += [f"{m.get('role', '')}: {_text(m)}" for m in value["messages"]]
        else:
            shown = ", ".join(value) if isinstance(value, list) else str(value or "")
            parts.append(f"{name}: {shown}")
    return "\n".join(parts)


def standing(row: Example) -> dict[str, Any]:
    """What stands here, as the journal writes it."""
    return {
        "training": to_json(row.training),
        "tags": list(row.tags),
        "grouping": row.grouping,
        "note": row.note,
        "status": row.status.value,
        "split": row.split.value if row.split else None,
    }


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else str(content if content is not None else message.get("tool_calls"))

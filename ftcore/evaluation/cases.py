"""Test cases of a snapshot's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ftcore.records import SnapshotRow, TestCase


def cases(rows: Iterable[SnapshotRow], groups: Mapping[int, str] | None = None) -> list[TestCase]:
    """What stands before the last answer is asked, and that answer is expected. `groups` gives, by the example's id, what
    it shares with others (a customer, a document): those are not independent of each other."""
    return [
        TestCase(
            input=row.training.prompt,
            expected=row.training.response,
            id=str(row.example_id),
            messages=tuple(row.training.asked()),
            cluster=(groups or {}).get(row.example_id) or None,
        )
        for row in rows
    ]

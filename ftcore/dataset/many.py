"""Changes of any number of rows as one change and one undo, written in parts, so that nobody waits for the database."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from ftcore.store import long_changes
from ftcore.store.database import Database
from ftcore.store.journal import Change, Edit

PART = 2_000


def change_in_parts(db: Database, project_id: int, edits: Iterable[Edit], *, label: str, who: str) -> Change:
    """Writes edits that may come from a generator. Edits of texts need their checks besides."""
    with db.write() as c:
        change = long_changes.begin(c, project_id, label=label, who=who)
    coming = iter(edits)
    while part := list(islice(coming, PART)):
        with db.write() as c:
            long_changes.append(c, project_id, change, part)
    with db.write() as c:
        return long_changes.finish(c, project_id, change)

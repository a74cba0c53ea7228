"""Which row of the project a record of the file is: by our own id, by its key, or because it says the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from ftcore.dataset.intake.rows import portions
from ftcore.dataset.sources import Origin
from ftcore.records import Accepted, Example, TrainingExample
from ftcore.store import examples, imports
from ftcore.store.database import Database

Named = tuple[Accepted, Origin | None]


class Finder:
    """`here` are the digests of all conversations of the project, read when the first record without a name asks for them."""

    def __init__(self, db: Database, project_id: int) -> None:
        self._db, self.project_id = db, project_id
        self._here: set[bytes] | None = None

    def rows(self, several: Sequence[Named]) -> list[Example | None]:
        """For each record its row; None when the project has none by that name. One transaction for all of them."""
        with self._db.read() as c:
            by_key = imports.by_key(c, self.project_id, {row.key for row, _ in several if row.key})
            wanted = [origin.id if origin else by_key.get(row.key) for row, origin in several]
            known = {row.id: row for row in examples.get_many(c, [id_ for id_ in wanted if id_ is not None])}
            found = [known.get(id_) if id_ is not None else None for id_ in wanted]
            ours = [self._is_it(one, origin) for one, (_, origin) in zip(found, several, strict=True)]
            again = [by_key.get(row.key) for row, _ in several]
            known |= {row.id: row for row in examples.get_many(c, [id_ for id_ in again if id_ is not None])}
        return [
            one if one is not None and is_it else known.get(id_ or 0)
            for one, is_it, id_ in zip(found, ours, again, strict=True)
        ]

    def is_here(self, training: TrainingExample) -> bool:
        if self._here is None:
            several = portions(self._db, self.project_id)
            self._here = {digest(row.training) for rows in several for row in rows}
        return digest(training) in self._here

    def _is_it(self, row: Example | None, origin: Origin | None) -> bool:
        """The ids of another project's table are the ids of other rows here: where a row came from tells."""
        if row is None or row.project_id != self.project_id:
            return False
        if origin is None:
            return True
        same_source = origin.source is None or origin.source.strip() == row.source.strip()
        return same_source and (origin.line is None or origin.line == (row.line or 0))


def digest(training: TrainingExample) -> bytes:
    """Of a whole conversation, the same on any machine."""
    text = json.dumps(training.to_wire(), sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=12).digest()

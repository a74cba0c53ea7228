"""Rows that people add in the app. They come in through the trash, so that adding them is a change like any other, and
undoing it puts them back there."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select, update

from ftcore.store import examples as store_examples
from ftcore.store import imports
from ftcore.store.examples import NewExample
from ftcore.store.schema import examples
from ftcore.store.schema import imports as imports_table

SOURCE = "Added by hand"
SHAPE = "by hand"


def add_trashed(c: Connection, project_id: int, rows: Sequence[NewExample], *, who: str) -> list[int]:
    """Puts rows into the trash, as of an import of their own (one a project); their ids, in the order given."""
    import_id = _import_of(c, project_id, who)
    before = c.execute(select(func.max(examples.c.id))).scalar() or 0
    store_examples.add(c, project_id, rows, import_id=import_id, source=SOURCE, who=who)
    mine = (examples.c.import_id == import_id, examples.c.id > before)
    ids = list(c.execute(select(examples.c.id).where(*mine).order_by(examples.c.id)).scalars())
    c.execute(update(examples).where(*mine).values(trashed=True))
    number = c.execute(select(func.count()).where(examples.c.import_id == import_id)).scalar_one()
    imports.finish(c, import_id, accepted=number, rejected=[])
    return ids


def _import_of(c: Connection, project_id: int, who: str) -> int:
    mine = (imports_table.c.project_id == project_id, imports_table.c.shape == SHAPE)
    known = c.execute(select(imports_table.c.id).where(*mine).limit(1)).scalar()
    if known is not None:
        return int(known)
    return imports.start(c, project_id, file_name=SOURCE, sha256="", shape=SHAPE, who=who)

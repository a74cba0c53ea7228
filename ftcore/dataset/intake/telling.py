"""What an import says of itself when it is done."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from ftcore.dataset.split_plan import HELD
from ftcore.store import imports, row_sets


def tell(c: Connection, project_id: int, import_id: int, held: Sequence[int], *, not_tested: int, who: str) -> None:
    """Writes into the import what became of its rows: those held out of every split are kept as a set that can be shown."""
    notes = []
    if not_tested:
        rows = "1 row that the file has" if not_tested == 1 else f"{not_tested:,} rows that the file has"
        notes.append(f"{rows} for the test went elsewhere: the test split is locked since a model was trained.")
    if held:
        imports.hold_out(c, held, HELD)
        label = "Held out: nearly the same as a test example"
        set_id = row_sets.create(c, project_id, kind="held", label=label, query={"import": import_id}, who=who)
        row_sets.add(c, set_id, ((id_, None) for id_ in held))
        row_sets.finish(c, set_id)
        rows, they = ("1 row is", "It is") if len(held) == 1 else (f"{len(held):,} rows are", "They are")
        notes.append(
            f"{rows} held out as nearly the same as test examples. {they} in no split while the test is locked."
        )
        imports.tell(c, import_id, held=set_id)
    if notes:
        imports.tell(c, import_id, notes=notes)

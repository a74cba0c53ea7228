"""A large file: read in parts, each a short transaction; then checked and divided as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ftcore.dataset import split_lock
from ftcore.dataset.intake import instructions, telling
from ftcore.dataset.intake.checking import WholeCheck
from ftcore.dataset.intake.progress import Progress
from ftcore.dataset.intake.resplit import Division
from ftcore.dataset.intake.scratch import scratch
from ftcore.dataset.intake.whole import start
from ftcore.dataset.intake.wish import Wish, apart, new_example
from ftcore.records import Accepted, Rejected, Split
from ftcore.store import examples, imports
from ftcore.store.database import Database

DIVIDING = "Dividing into train, validation and test"


def take_parts(
    db: Database,
    wish: Wish,
    known: imports.Import | None,
    records: Iterator[Accepted | Rejected],
    part: int,
    progress: Progress,
) -> imports.Import:
    """`records` are those after what `known` has consumed already."""
    import_id = known.id if known is not None else None
    while several := list(islice(records, part)):
        import_id = write_part(db, wish, import_id, several)
        done, total = wish.reading.done()
        progress(done, total, "Reading")
    if import_id is None:
        with db.write() as c:
            import_id = start(c, wish, imports.READING)
    settle(db, wish, import_id, progress)
    with db.write() as c:
        imports.close(c, import_id)
        return imports.get(c, import_id)


def write_part(db: Database, wish: Wish, import_id: int | None, several: list[Accepted | Rejected]) -> int:
    accepted, rejected = apart(several)
    with db.read() as c:
        locked = split_lock.find(c, wish.project_id) is not None
    given = [None if locked and row.split is Split.TEST else row.split for row in accepted]
    fresh = [new_example(row, split) for row, split in zip(accepted, given, strict=True)]
    changed = sum(one is not row.split for one, row in zip(given, accepted, strict=True))
    with db.write() as c:
        if import_id is None:
            import_id = start(c, wish, imports.READING)
        examples.add(c, wish.project_id, fresh, import_id=import_id, source=wish.name, who=wish.who)
        imports.advance(c, import_id, accepted=len(fresh), rejected=rejected)
        if changed:
            known = (imports.get(c, import_id).details or {}).get("not_tested", 0)
            imports.tell(c, import_id, not_tested=known + changed)
    return import_id


def settle(db: Database, wish: Wish, import_id: int, progress: Progress) -> None:
    """Everything that needs all rows. Doing it twice does nothing twice."""
    with scratch(db) as folder:
        whole, division = WholeCheck(db, wish.project_id, folder, progress), Division()
        whole.look(division.add)
        whole.check()
        progress(0, 0, DIVIDING)
        _divide(db, wish, import_id, whole, division, progress)
    progress(0, 0, "Writing the instructions")
    instructions.write_from_store(db, wish.project_id, import_id, whole.light)


def _divide(
    db: Database, wish: Wish, import_id: int, whole: WholeCheck, division: Division, progress: Progress
) -> None:
    earlier, later = (division.places(ids) for ids in whole.alike())
    with db.read() as c:
        locked = split_lock.find(c, wish.project_id) is not None
        ours = examples.ids_of_import(c, import_id)
    by_label = whole.light.kind == "labels"
    plan = division.plan(earlier, later, seed=wish.seed, test_rows=wish.test_rows, by_label=by_label, locked=locked)
    ids = division.ids.tolist()
    mine = set(ours)
    for start_ in range(0, len(ids), 2_000):
        end = start_ + 2_000
        part = zip(ids[start_:end], plan.splits[start_:end], strict=True)
        with db.write() as c:
            imports.divide(c, {id_: split for id_, split in part if split is not None and id_ in mine})
        progress(min(end, len(ids)), len(ids), DIVIDING)
    held = [ids[one.row] for one in plan.held if ids[one.row] in mine]
    with db.write() as c:
        not_tested = (imports.get(c, import_id).details or {}).get("not_tested", 0)
        telling.tell(c, wish.project_id, import_id, held, not_tested=not_tested, who=wish.who)

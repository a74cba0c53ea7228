"""What a file would change, before anything is taken."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from ftcore.dataset import sources
from ftcore.dataset.intake.progress import Progress, silent
from ftcore.dataset.intake.wish import digest_of
from ftcore.dataset.reimport.deciding import standing, told, values_of
from ftcore.dataset.reimport.difference import LONGEST, SHOWN, Difference, Kind, Shown
from ftcore.dataset.reimport.walking import Met, walk
from ftcore.dataset.sources import Reading
from ftcore.records import Example, Mapping, Rejected
from ftcore.store import examples, imports
from ftcore.store.database import Database

PORTION = 2_000


def compare(
    db: Database, project_id: int, path: Path, mapping: Mapping | None, name: str, *, progress: Progress = silent
) -> Difference:
    """Streams the file at `path`, which its user calls `name`, past the project; nothing is written.

    Rows are found again by the column that `mapping.key` names; in a table that this app wrote by its column `id`; what bears
    neither, by the whole conversation. Raises SourceError when the file cannot be read.
    """
    reading = sources.open_file(path, mapping, name=name)
    with db.read() as c:
        same_file = imports.of_file(c, project_id, digest_of(path)) is not None
    counts: Counter[str] = Counter()
    first: dict[str, list[Shown]] = defaultdict(list)
    matched, origins = set[int](), {name}
    for several in walk(db, project_id, reading, progress):
        for met in several:
            _count(met, counts)
            if isinstance(met, Rejected):
                continue
            if met.row is not None:
                matched.add(met.row.id)
                origins.add(met.row.source)
            if met.kind is not Kind.UNCHANGED and len(first[met.kind]) < SHOWN:
                first[met.kind].append(_shown(met, reading))
    if by_key := not reading.is_ours and bool(reading.mapping.key):
        for row in _missing(db, project_id, matched, sorted(origins)):
            counts[Kind.MISSING] += 1
            if len(first[Kind.MISSING]) < SHOWN:
                first[Kind.MISSING].append(_gone(row))
    by = "id" if reading.is_ours else "key" if by_key else "conversation"
    shown = {kind: tuple(rows) for kind, rows in first.items()}
    return Difference(by, **{str(k): n for k, n in counts.items()}, same_file=same_file, first=shown)


def missing_ids(db: Database, project_id: int, matched: set[int], origins: list[str]) -> Iterator[list[int]]:
    """Rows that came under a key, from files of this name or files whose rows this one has too, and are not in it any more."""
    after = 0
    while origins:
        with db.read() as c:
            ids = imports.keyed(c, project_id, origins, after=after, limit=PORTION)
        if not ids:
            return
        after = ids[-1]
        yield [id_ for id_ in ids if id_ not in matched]


def _missing(db: Database, project_id: int, matched: set[int], origins: list[str]) -> Iterator[Example]:
    for ids in missing_ids(db, project_id, matched, origins):
        with db.read() as c:
            yield from examples.get_many(c, ids)


def _count(met: Met | Rejected, counts: Counter[str]) -> None:
    counts["read"] += 1
    if isinstance(met, Rejected):
        counts["set_aside"] += 1
    elif met.repeated:
        counts["repeated"] += 1
    elif met.row is not None and met.row.trashed:
        counts["trashed"] += 1
    else:
        counts[met.kind] += 1
        counts["edited_here"] += met.decision.edited_here


def _shown(met: Met, reading: Reading) -> Shown:
    if met.row is None:
        said = values_of(met.record, reading)
        new = told(said, ["training"])[:LONGEST]
        return Shown(met.kind, met.record.key, met.record.line, None, (), "", new)
    values = met.decision.values()
    names = tuple(values)
    old, new = (told(side, names)[:LONGEST] for side in (standing(met.row), values))
    return Shown(met.kind, met.record.key or met.row.key, met.record.line, met.row.id, names, old, new)


def _gone(row: Example) -> Shown:
    old = told(standing(row), ["training"])[:LONGEST]
    return Shown(Kind.MISSING, row.key, row.line, row.id, (), old, "")

"""Leaks among the approved rows of a project: found from what the checks keep, taken away one by one or all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from ftcore.dataset import curation, split_lock
from ftcore.dataset.checks import contradiction, exact_duplicate, near_duplicate
from ftcore.dataset.checks.across import Across
from ftcore.dataset.duplicates import Pair, clusters
from ftcore.dataset.leakage import Leak, leaks_of
from ftcore.dataset.likeness.digests import NOTHING
from ftcore.records import Filter, Severity, Split, Status, TrainingExample
from ftcore.store import examples, journal, problems
from ftcore.store.database import Database
from ftcore.store.journal import Edit, Saved

CODES = (near_duplicate.CODE, exact_duplicate.CODE, contradiction.CODE)
"""Problems about pairs of rows that ask the same or nearly the same. One that somebody ignored at a row counts no more."""
MOST = 2_000
"""Leaks that are kept for a screen; all of them are counted."""
Row = tuple[int, Split, TrainingExample]


def find(c: Connection, project_id: int) -> list[Leak]:
    """All leaks among the approved rows, those that block a launch first."""
    return of_rows(c, project_id, approved(c, project_id))


def approved(c: Connection, project_id: int) -> Iterator[Row]:
    """The rows that a job would train on or be tested on; one without a split is trained on."""
    for part in examples.stream(c, project_id, Filter(status=Status.APPROVED)):
        for row in part:
            yield row.id, row.split or Split.TRAIN, row.training


def of_rows(c: Connection, project_id: int, rows: Iterable[Row]) -> list[Leak]:
    """Leaks among these rows of a project: the pairs that the checks found, looked at again under the project's threshold, and
    whatever asks the same, word for word, under whichever instructions."""
    sides: dict[int, Split | None] = {}
    first: dict[int, int] = {}
    same: list[tuple[int, int]] = []
    for id_, split, training in rows:
        sides[id_] = split
        asked = contradiction.asked(training.with_system(""))
        if asked != NOTHING and (known := first.setdefault(asked, id_)) != id_:
            same.append((known, id_))
    pairs = [pair for pair in (*same, *_pairs(c, project_id)) if pair[0] in sides and pair[1] in sides]
    divided = sorted(row for rows_ in _divided(pairs, sides) for row in rows_)
    return leaks_of(_alike(c, project_id, divided), sides, same)


def blocking(leaks: Iterable[Leak]) -> list[Leak]:
    """The leaks from training into the test."""
    return [leak for leak in leaks if leak.severity is Severity.ERROR]


def training_twins(leaks: Iterable[Leak]) -> list[int]:
    """The training rows that leak into the test, each once."""
    return sorted({leak.train_id for leak in blocking(leaks)})


def with_their_twins(c: Connection, project_id: int) -> list[int]:
    """The rows that must move to the test so that none of its rows has a twin elsewhere: the training twins, and rows that are
    nearly the same as those in turn."""
    with_same = [(leak.test_id, leak.train_id) for leak in find(c, project_id)]
    pairs = [*with_same, *_pairs(c, project_id)]
    ids = {id_ for pair in pairs for id_ in pair}
    rows = {row.id: row for row in examples.get_many(c, sorted(ids))}
    sides = {id_: row.split or Split.TRAIN for id_, row in rows.items()}
    leaking = {id_ for leak in blocking(find(c, project_id)) for id_ in (leak.test_id, leak.train_id)}
    moved: list[int] = []
    for together in _divided(pairs, sides):
        if leaking.intersection(together):
            moved += [id_ for id_ in together if sides.get(id_, Split.TEST) is not Split.TEST]
    return sorted(moved)


def move_all(db: Database, project_id: int, *, who: str) -> Saved:
    """Moves every training twin to the test: one change. Raises SplitLocked; nothing was written then."""
    with db.write() as c:
        ids = with_their_twins(c, project_id)
        split_lock.guard(c, project_id, dict.fromkeys(ids, Split.TEST.value))
        edits = [Edit(id_, {"split": Split.TEST.value}) for id_ in ids]
        return journal.save(c, project_id, edits, who=who, label=f"Moved {_twins(len(ids))} to the test")


def reject_all(db: Database, project_id: int, *, who: str) -> Saved:
    """Rejects every training twin: one change."""
    with db.read() as c:
        ids = training_twins(find(c, project_id))
    return curation.decide(db, project_id, ids, Status.REJECTED, who=who)


def _pairs(c: Connection, project_id: int) -> list[tuple[int, int]]:
    return [pair for code in CODES for pair in problems.pairs(c, project_id, code)]


def _divided(
    pairs: Iterable[tuple[int, int]], sides: dict[int, Split | None] | dict[int, Split]
) -> Iterator[list[int]]:
    """Rows that are linked, also by way of others, and stand on several sides."""
    for cluster in clusters(Pair(one, other, 1.0) for one, other in pairs):
        if len({sides[row] for row in cluster.rows if row in sides}) > 1:
            yield [row for row in cluster.rows if row in sides]


def _alike(c: Connection, project_id: int, ids: Sequence[int]) -> list[Pair]:
    """Which of these rows are nearly the same, as the checks measure it."""
    if not ids:
        return []
    light, limits = curation.light_of(c, project_id)
    trainings = {row.id: row.training for row in examples.get_many(c, ids)}
    across = Across(with_answers=light.kind == "text")
    across.add(list(trainings), list(trainings.values()))
    return list(across.pairs(lambda some: {id_: trainings[id_] for id_ in some}, limits.similarity, light))


def _twins(number: int) -> str:
    return "1 training twin" if number == 1 else f"{number:,} training twins"

"""A project split again: what would come of it, and then one change that one Undo takes back."""

from __future__ import annotations

import hashlib
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ftcore.dataset import bulk, curation, split_lock
from ftcore.dataset.checks.across import Across
from ftcore.dataset.intake.labels import Labels
from ftcore.dataset.intake.rows import Texts, portions
from ftcore.dataset.intake.scratch import scratch
from ftcore.dataset.profiles import normal
from ftcore.dataset.split import plan_splits
from ftcore.dataset.split_plan import SplitPlan
from ftcore.records import Example, Split, Status
from ftcore.store import examples, journal, long_changes
from ftcore.store.database import Database
from ftcore.store.journal import Change, Edit

AT_ONCE = bulk.AT_ONCE
"""More rows than these are for the worker."""
BY_NOTHING, BY_ANSWER, BY_TAG = "", "answer", "tag"
LISTED = 30
READING, COMPARING, WRITING = "Reading the examples", "Looking for examples that belong together", "Writing the splits"
SIDES = (None, *Split)
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class SplitWish:
    """How to split. `test_rows` None is the proposal; `validation_share` of what is left after the test; `by` gives each answer or
    each (first) tag its share; `groups` keeps rows of one group together. Near-duplicates are never divided."""

    seed: int = 0
    test_rows: int | None = None
    validation_share: float = 0.1
    by: str = BY_NOTHING
    groups: bool = True

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> SplitWish:
        return cls(**{f.name: kept[f.name] for f in fields(cls) if f.name in kept})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a wish would come to, for a screen. `counts` and `approved` are rows by split (approved ones are among them);
    `strata` are (label or tag, train, validation, test) of the largest 30 of `different`."""

    rows: int
    moves: int
    counts: dict[str, int]
    approved: dict[str, int]
    strata: tuple[tuple[str, int, int, int], ...]
    different: int
    sentences: tuple[str, ...]

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Outcome:
        strata = tuple((str(name), *numbers) for name, *numbers in kept["strata"])
        return cls(**{**kept, "strata": strata, "sentences": tuple(kept["sentences"])})


@dataclass(frozen=True, slots=True)
class Planned:
    """`ids`, `before` and `plan.splits` are aligned; rows that are rejected or in the trash are not among them."""

    ids: Sequence[int]
    before: Sequence[Split | None]
    approved: Sequence[bool]
    plan: SplitPlan

    def moves(self) -> Iterator[tuple[int, Split]]:
        for id_, old, new in zip(self.ids, self.before, self.plan.splits, strict=True):
            if new is not None and new is not old:
                yield id_, new

    def outcome(self) -> Outcome:
        approved = dict.fromkeys(map(str, Split), 0)
        for split, is_approved in zip(self.plan.splits, self.approved, strict=True):
            if is_approved and split is not None:
                approved[split.value] += 1
        told = list(self.plan.sentences)
        test, tested = self.plan.counts[Split.TEST], approved[Split.TEST]
        if tested < test:
            told.append(f"{tested:,} of the {test:,} test rows are approved; the others count once they are.")
        return Outcome(
            rows=len(self.ids),
            moves=sum(1 for _ in self.moves()),
            counts={split.value: number for split, number in self.plan.counts.items()},
            approved=approved,
            strata=tuple((str(s.stratum), s.train, s.validation, s.test) for s in self.plan.strata[:LISTED]),
            different=len(self.plan.strata),
            sentences=tuple(told),
        )


@dataclass(frozen=True, slots=True)
class Done:
    changed: int
    change: Change | None = None


def plan(db: Database, project_id: int, wish: SplitWish, progress: Progress = bulk.silent) -> Planned:
    """Works a split out for every row that is not rejected; nothing is written. The same rows and wish give the same. While the
    test split is locked its rows stay, and so do rows that are nearly the same as one of them."""
    with db.read() as c:
        locked = split_lock.find(c, project_id) is not None
        total = examples.counts(c, project_id).total
    if total <= AT_ONCE:
        return _plan(db, project_id, wish, locked, total, None, progress)
    with scratch(db) as folder:
        return _plan(db, project_id, wish, locked, total, folder, progress)


def carry_out(
    db: Database,
    project_id: int,
    wish: SplitWish,
    *,
    who: str,
    task_id: int | None = None,
    progress: Progress = bulk.silent,
) -> Done:
    """Splits again, as one change. With a `task_id` in parts, and begun again without doing anything twice; without one in a single
    transaction, whole or absent."""
    planned = plan(db, project_id, wish, progress)
    label = f"Split {_examples(len(planned.ids))} again (seed {wish.seed})"
    moves = list(planned.moves())
    if task_id is not None:
        return _in_parts(db, project_id, moves, label, who, task_id, progress)
    with db.write() as c:
        split_lock.guard(c, project_id, dict(moves))  # a training may have begun since
        edits = (Edit(id_, {"split": split.value}) for id_, split in moves)
        saved = journal.save(c, project_id, edits, who=who, label=label)
        return Done(len(saved.changed), journal.next_undo(c, project_id) if saved.changed else None)


def stop(db: Database, project_id: int, task_id: int, *, who: str) -> None:
    """Half a split would put twins on two sides: what was written is taken back."""
    with db.write() as c:
        change = journal.of_task(c, task_id)
        if change is None or change.state != long_changes.RUNNING:
            return
        change = long_changes.finish(c, project_id, change, label=f"{change.label} (stopped)")
    if change.state == "done":
        bulk.turn(db, project_id, change.id, back=True, who=who)


def _plan(
    db: Database,
    project_id: int,
    wish: SplitWish,
    locked: bool,
    total: int,
    folder: Path | None,
    progress: Progress,
) -> Planned:
    with db.read() as c:
        light, limits = curation.light_of(c, project_id)
    rows, across = _Rows(wish), Across(folder, with_answers=light.kind == "text")
    done = 0
    for part in portions(db, project_id):
        wanted = [row for row in part if row.status is not Status.REJECTED]
        rows.add(wanted)
        across.add([row.id for row in wanted], [row.training for row in wanted])
        done += len(part)
        progress(done, max(done, total), READING)

    def compared(at: int, of: int, what: str) -> None:
        progress(at, of, COMPARING)

    pairs = ((pair.earlier, pair.later) for pair in across.pairs(Texts(db), limits.similarity, light, compared))
    alike = rows.linked([*pairs, *across.copies(), *across.same_questions()])
    before = rows.sides()
    fixed: list[Split | None] = [side if locked and side is Split.TEST else None for side in before]
    plan = rows.planned(fixed, alike, wish, locked)
    if plan.held:  # twins of test rows: they stay where they are until somebody decides
        fixed = [*fixed]
        for held in plan.held:
            fixed[held.row] = before[held.row]
        plan = rows.planned(fixed, alike, wish, locked)
    return Planned(rows.ids, before, rows.approved(), plan)


class _Rows:
    """What the split needs of each row: about 100 bytes."""

    def __init__(self, wish: SplitWish) -> None:
        self._wish = wish
        self.ids, self._sides, self._approved = array("q"), array("b"), array("b")
        self._keys: list[str] = []
        self._groups: list[str | None] = []
        self._labels = Labels()
        self._spelling: dict[str, str] = {}

    def add(self, rows: Sequence[Example]) -> None:
        for row in rows:
            self.ids.append(row.id)
            self._sides.append(SIDES.index(row.split))
            self._approved.append(row.status is Status.APPROVED)
            self._keys.append(_key(row.training.prompt))
            self._groups.append(_key(row.grouping) if row.grouping and self._wish.groups else None)
            self._labels.add(self._stratum(row))

    def sides(self) -> list[Split | None]:
        return [SIDES[side] for side in self._sides]

    def approved(self) -> list[bool]:
        return [bool(one) for one in self._approved]

    def linked(self, pairs: Sequence[tuple[int, int]]) -> list[int]:
        """A number for every row, the same for rows that are linked, also by way of others."""
        import numpy as np
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        n = len(self.ids)
        places = np.searchsorted(np.array(self.ids, np.int64), np.array(pairs, np.int64).reshape(-1, 2))
        graph = coo_array((np.ones(len(places), np.int8), (places[:, 0], places[:, 1])), shape=(n, n))
        numbers: list[int] = connected_components(graph, directed=False)[1].tolist()
        return numbers

    def planned(self, fixed: Sequence[Split | None], alike: Sequence[int], wish: SplitWish, locked: bool) -> SplitPlan:
        return plan_splits(
            self._keys,
            fixed,
            seed=wish.seed,
            test_rows=wish.test_rows,
            validation_share=wish.validation_share,
            together=[alike, *([self._groups] if any(self._groups) else [])],
            strata=self._strata() if wish.by != BY_NOTHING else None,
            locked=locked,
        )

    def _stratum(self, row: Example) -> str:
        if self._wish.by == BY_TAG:
            return row.tags[0] if row.tags else "(no tag)"
        if self._wish.by != BY_ANSWER:
            return ""
        word = normal(row.training.response)
        if len(self._spelling) < LISTED * LISTED:
            self._spelling.setdefault(word, row.training.response.strip())
        return word

    def _strata(self) -> list[str] | None:
        words = self._labels.words()
        return None if words is None else [self._spelling.get(str(word), str(word)) for word in words]


def _in_parts(
    db: Database,
    project_id: int,
    moves: list[tuple[int, Split]],
    label: str,
    who: str,
    task_id: int,
    progress: Progress,
) -> Done:
    with db.write() as c:
        change = long_changes.begin(c, project_id, label=label, who=who, task_id=task_id)
        if change.state != long_changes.RUNNING:  # it was finished before
            return Done(change.examples, change)
        split_lock.guard(c, project_id, dict(moves))
    for start in range(0, len(moves), bulk.PART):
        part = dict(moves[start : start + bulk.PART])
        with db.write() as c:
            untouched = [
                r.id for r in examples.get_many(c, list(part)) if not r.changed_at or r.changed_at <= change.at
            ]
            long_changes.append(c, project_id, change, [Edit(id_, {"split": part[id_].value}) for id_ in untouched])
        progress(min(start + bulk.PART, len(moves)), len(moves), WRITING)
        time.sleep(bulk.PAUSE)
    with db.write() as c:
        change = long_changes.finish(c, project_id, change)
        return Done(change.examples, change if change.examples else None)


def _key(text: str) -> str:
    """A short stand-in for a text, the same on any machine: the import's, so that the same seed gives the same split."""
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=10).hexdigest()


def _examples(number: int) -> str:
    return "1 example" if number == 1 else f"{number:,} examples"

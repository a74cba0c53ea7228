"""The checks of a whole project, in bounded memory: two walks through the rows, and the comparison of rows with each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftcore.dataset.checks import CODES, DATASET_CODES, Limits, Profile, Profiler, check_many
from ftcore.dataset.checks.across import Across
from ftcore.dataset.intake.findings import Findings
from ftcore.dataset.intake.progress import Progress
from ftcore.dataset.intake.rows import Texts, portions
from ftcore.records import Example, Problem
from ftcore.store import examples, imports, problems, projects
from ftcore.store.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

Each = Callable[[Sequence[Example]], None]
CHECKING, REPEATS, WRITING = "Checking the examples", "Looking for repeats", "Writing what was found"


def nothing(rows: Sequence[Example]) -> None:
    """Nobody else wants to see the rows."""


class WholeCheck:
    """`look`, then `check`, then `alike`. What it needs beside 100 bytes a row lies in `folder`."""

    def __init__(self, db: Database, project_id: int, folder: Path, progress: Progress) -> None:
        self._db, self._project_id, self._folder, self._progress = db, project_id, folder, progress
        self._across = Across(folder / "across")
        self._texts = Texts(db)
        with db.read() as c:
            self.limits = Limits.from_json(projects.get(c, project_id).limits)
            self._total = examples.counts(c, project_id).total
        self.light = Profile()

    def look(self, each: Each = nothing) -> None:
        """The first walk: what the examples have in common, and what of each is compared with others. `each` sees them too."""
        profiler, done = Profiler(), 0
        for rows in portions(self._db, self._project_id):
            trainings = [row.training for row in rows]
            profiler.add(trainings)
            self._across.add([row.id for row in rows], trainings)
            each(rows)
            done += len(rows)
            self._progress(done, max(done, self._total), REPEATS)
        self.light = profiler.profile()

    def check(self) -> None:
        """The second walk: writes what each row has by itself, then what rows have because of others."""
        self._check_rows()
        self._compare()
        with self._db.write() as c:
            projects.set_profile(c, self._project_id, self.light.to_json())

    def alike(self) -> tuple[Ints, Ints]:
        """(earlier ids, later ids) of the near-duplicates and the copies that the comparison found."""
        import numpy as np

        pairs = self._across.pairs(self._texts, self.limits.similarity, self.light, self._progress)
        flat = np.fromiter((id_ for pair in pairs for id_ in (pair.earlier, pair.later)), np.int64)
        copies = np.fromiter((id_ for pair in self._across.copies() for id_ in pair), np.int64)
        both = np.concatenate((flat, copies)).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def _check_rows(self) -> None:
        done = 0
        for rows in portions(self._db, self._project_id):
            found = check_many([row.training for row in rows], self.limits, self.light)
            by_id = {row.id: several for row, several in zip(rows, found, strict=True)}
            self._write(rows, by_id, CODES - DATASET_CODES)
            done += len(rows)
            self._progress(done, max(done, self._total), CHECKING)

    def _compare(self) -> None:
        findings, off = Findings(self._folder / "findings"), self.limits.off
        for example_id, problem in self._across.findings(self._texts, self.limits, self.light, self._compared):
            if problem.code not in off:
                findings.add(example_id, problem)
        done = 0
        for rows in portions(self._db, self._project_id):
            self._write(rows, {row.id: findings.of(row.id) for row in rows}, DATASET_CODES)
            done += len(rows)
            self._progress(done, max(done, self._total), WRITING)

    def _compared(self, done: int, total: int, what: str) -> None:
        self._progress(done, total, REPEATS)

    def _write(self, rows: Sequence[Example], found: dict[int, list[Problem]], codes: Any) -> None:
        """One short transaction. A row that somebody edited meanwhile has been checked with that edit already."""
        with self._db.write() as c:
            still = imports.unchanged(c, {row.id: row.version for row in rows})
            problems.replace(
                c, self._project_id, {id_: several for id_, several in found.items() if id_ in still}, codes=codes
            )

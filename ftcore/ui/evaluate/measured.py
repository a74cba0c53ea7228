"""What a finished run measured, read once: every score as a narrow table, and what is known of each test row. A run that has
ended does not change, so that reading it again gives the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ftcore.records import Split
from ftcore.store import examples, projects, run_rows, runs, snapshots
from ftcore.store.runs import Run
from ftcore.ui import session

if TYPE_CHECKING:
    from ftcore.evaluation.parts import Facts
    from ftcore.evaluation.slices import Slice
    from ftcore.records import Comparison


@dataclass(frozen=True, slots=True)
class Measured:
    """`scores` are (n,) by arm, in the order of `cases`; None = missing. `clusters` say which cases belong together; None
    where each stands alone. `row_ids` are the snapshot's."""

    cases: tuple[str, ...]
    row_ids: tuple[int, ...]
    scores: dict[str, tuple[float | None, ...]]
    clusters: tuple[str | None, ...] | None

    def change(self, at: int, candidate: str, other: str) -> float | None:
        """Candidate minus other at a case."""
        ours, theirs = self.score(candidate, at), self.score(other, at)
        return None if ours is None or theirs is None else round(ours - theirs, 12)

    def score(self, arm: str, at: int) -> float | None:
        return self.scores[arm][at] if arm in self.scores else None


def run_of(run_id: int) -> Run:
    with session.db().read() as c:
        return runs.get(c, run_id)


def of_run(run: Run, scorer: str = "") -> Measured:
    """Every test case of the run that any arm was asked."""
    return _measured(str(session.db().path), run.id, _stamp(run), run.project_id, run.snapshot_id, scorer or run.scorer)


def facts(run: Run) -> list[Facts]:
    """What is known of each of the run's test rows, in the order of `of_run(run).cases`."""
    with session.db().read() as c:
        revision = projects.get(c, run.project_id).revision
    return _facts(str(session.db().path), run.id, _stamp(run), run.project_id, run.snapshot_id, run.scorer, revision)


def compared(run: Run, baseline: str, candidate: str) -> Comparison:
    """Candidate minus baseline by the run's own scorer: for looking around, not for the verdict."""
    return _compared(str(session.db().path), run.id, _stamp(run), run, baseline, candidate)


def sliced(run: Run, baseline: str, candidate: str) -> list[Slice]:
    """The same in every part of the test set."""
    with session.db().read() as c:
        revision = projects.get(c, run.project_id).revision
    return _sliced(str(session.db().path), run.id, _stamp(run), revision, run, baseline, candidate)


def _stamp(run: Run) -> str:
    return run.finished_at.isoformat() if run.finished_at else run.state


@st.cache_data(show_spinner=False, max_entries=16)
def _measured(path: str, run_id: int, stamp: str, project_id: int, snapshot_id: int, scorer: str) -> Measured:
    with session.db().read() as c:
        found = run_rows.averages(c, run_id, scorer)
        asked = {case for by_case in found.values() for case in by_case}
        kept = [(case, row) for case, row in run_rows.cases(c, snapshot_id) if case in asked]
        groups = examples.groups_of(c, project_id, [int(case) for case, _ in kept])
    cases = tuple(case for case, _ in kept)
    return Measured(
        cases,
        tuple(row for _, row in kept),
        {arm: tuple(by_case.get(case) for case in cases) for arm, by_case in found.items()},
        tuple(groups.get(int(case)) for case in cases) if groups else None,
    )


@st.cache_data(show_spinner=False, max_entries=8)
def _facts(
    path: str, run_id: int, stamp: str, project_id: int, snapshot_id: int, scorer: str, revision: int
) -> list[Facts]:
    from ftcore.dataset.traits.languages import quick_language_of
    from ftcore.evaluation.parts import Facts

    asked = set(_measured(path, run_id, stamp, project_id, snapshot_id, scorer).cases)
    with session.db().read() as c:
        rows = [row for row in snapshots.rows(c, snapshot_id, Split.TEST) if str(row.example_id) in asked]
        tags = run_rows.tags(c, [row.example_id for row in rows])
    return [
        Facts(
            question=row.training.prompt,
            expected=row.training.response,
            turns=row.training.turns,
            tags=tags.get(row.example_id, ()),
            language=quick_language_of(row.training.prompt),
        )
        for row in rows
    ]


@st.cache_data(show_spinner="Comparing", max_entries=128)
def _compared(path: str, run_id: int, stamp: str, _run: Run, baseline: str, candidate: str) -> Comparison:
    from ftcore.evaluation.statistics import compare

    found = of_run(_run)
    return compare(
        found.scores[baseline],
        found.scores[candidate],
        clusters=found.clusters,
        delta=_run.delta,
        seed=_run.seed,
    )


@st.cache_data(show_spinner="Looking at the parts of the test set", max_entries=16)
def _sliced(path: str, run_id: int, stamp: str, revision: int, _run: Run, baseline: str, candidate: str) -> list[Slice]:
    from ftcore.evaluation.parts import parts_of
    from ftcore.evaluation.slices import slices

    found = of_run(_run)
    return slices(
        parts_of(facts(_run)),
        found.scores[baseline],
        found.scores[candidate],
        clusters=found.clusters,
        delta=_run.delta,
        seed=_run.seed,
    )

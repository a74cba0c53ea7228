"""The rows of a run as a page wants them: every score in one narrow table, and the texts of a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, RowMapping, func, select

from ftcore.records import Answer, SnapshotRow, Split
from ftcore.store import snapshots
from ftcore.store.filters import listed
from ftcore.store.schema import calls, examples, scores, snapshot_rows

Place = tuple[str, str, int]
"""(arm, case id, repeat)."""


def cases(c: Connection, snapshot_id: int, split: Split = Split.TEST) -> list[tuple[str, int]]:
    """(case id, id of the snapshot's row) of every row, in the order in which they were taken."""
    query = select(snapshot_rows.c.example_id, snapshot_rows.c.id).where(
        snapshot_rows.c.snapshot_id == snapshot_id, snapshot_rows.c.split == split
    )
    return [(str(example), row) for example, row in c.execute(query.order_by(snapshot_rows.c.id))]


def rows(c: Connection, row_ids: Sequence[int]) -> list[SnapshotRow]:
    """A few rows of a snapshot, in the order of their ids given."""
    return snapshots.some(c, list(row_ids))


def averages(c: Connection, run_id: int, scorer: str, split: Split = Split.TEST) -> dict[str, dict[str, float | None]]:
    """By arm and case the average score of its repeats; None where an answer is missing or has no score."""
    query = (
        select(calls.c.arm, calls.c.case_id, func.avg(scores.c.score))
        .join(scores, (scores.c.call_id == calls.c.id) & (scores.c.scorer == scorer), isouter=True)
        .where(calls.c.run_id == run_id, calls.c.split == split)
        .group_by(calls.c.arm, calls.c.case_id)
    )
    found: dict[str, dict[str, float | None]] = {}
    for arm, case, score in c.execute(query):
        found.setdefault(arm, {})[case] = score
    return found


def seconds(c: Connection, run_id: int, split: Split = Split.TEST) -> dict[str, list[float]]:
    """By arm how long each answer took, as it was measured when it was asked for."""
    query = select(calls.c.arm, calls.c.seconds).where(
        calls.c.run_id == run_id, calls.c.split == split, calls.c.text.is_not(None)
    )
    found: dict[str, list[float]] = {}
    for arm, took in c.execute(query):
        found.setdefault(arm, []).append(took)
    return found


def answers(c: Connection, run_id: int, cases_: Iterable[str], split: Split = Split.TEST) -> list[Answer]:
    """The answers of all arms to a few cases, without scores."""
    query = select(calls).where(calls.c.run_id == run_id, calls.c.split == split, calls.c.case_id.in_(list(cases_)))
    return [_answer(row) for row in c.execute(query.order_by(calls.c.id)).mappings()]


def scores_of(
    c: Connection, run_id: int, cases_: Iterable[str], split: Split = Split.TEST
) -> dict[Place, dict[str, float]]:
    """The scores of the answers to a few cases by every scorer."""
    query = (
        select(calls.c.arm, calls.c.case_id, calls.c.repeat, scores.c.scorer, scores.c.score)
        .join(scores, scores.c.call_id == calls.c.id)
        .where(calls.c.run_id == run_id, calls.c.split == split, calls.c.case_id.in_(list(cases_)))
    )
    found: dict[Place, dict[str, float]] = {}
    for arm, case, repeat, scorer, score in c.execute(query):
        found.setdefault((arm, case, repeat), {})[scorer] = score
    return found


def answer_texts(c: Connection, run_id: int, arm: str, split: Split = Split.TEST) -> dict[str, str | None]:
    """By case what an arm answered first; None where nothing arrived."""
    query = select(calls.c.case_id, calls.c.text).where(
        calls.c.run_id == run_id, calls.c.split == split, calls.c.arm == arm
    )
    found: dict[str, str | None] = {}
    for case, text in c.execute(query.order_by(calls.c.repeat)):
        found.setdefault(case, text)
    return found


def holding(c: Connection, run_id: int, snapshot_id: int, words: str, split: Split = Split.TEST) -> set[str]:
    """Cases whose question, expected answer or any answer holds these words, whatever their case."""
    wanted = words.casefold()
    query = select(calls.c.case_id, calls.c.text).where(calls.c.run_id == run_id, calls.c.split == split)
    found = {case for case, text in c.execute(query) if text and wanted in text.casefold()}
    for row in snapshots.rows(c, snapshot_id, split):
        said = (row.training.prompt, row.training.response)
        if str(row.example_id) not in found and any(wanted in text.casefold() for text in said):
            found.add(str(row.example_id))
    return found


def tags(c: Connection, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The tags that examples bear now; those without any are left out."""
    query = select(examples.c.id, examples.c.tags).where(examples.c.id.in_(listed(ids)))
    return {id_: tuple(found) for id_, found in c.execute(query) if found}


def _answer(row: RowMapping) -> Answer:
    known = {name: row[name] for name in Answer.__dataclass_fields__ if name in row}
    return Answer(**{**known, "sources": tuple(row["sources"])})

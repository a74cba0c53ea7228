"""What judge models said, by the key of what they were asked: kept the moment it arrives, and never asked for again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, RowMapping, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ftcore.store.schema import judgements, now


@dataclass(frozen=True, slots=True)
class Judgement:
    """`value` in [0, 1], None where there is none (`error` says why): of `arm`'s answer by itself, or, where there is an
    `other_arm`, 1 = that of `arm`, which was shown first, is better. `text` is the reply as it came; None = none came."""

    key: str
    judge: str
    case_id: str
    arm: str
    other_arm: str = ""
    value: float | None = None
    text: str | None = None
    error: str = ""
    seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0


def keep(c: Connection, run_id: int, found: Iterable[Judgement]) -> None:
    """Keeps judgements. One that came stays as it came; one that had not may be replaced."""
    for one in found:
        values = asdict(one)
        query = upsert(judgements).values(run_id=run_id, created_at=now(), **values)
        query = query.on_conflict_do_update(
            index_elements=["run_id", "key"], set_={**values, "created_at": now()}, where=judgements.c.text.is_(None)
        )
        c.execute(query)


def finished(c: Connection, run_id: int, judge: str) -> dict[str, Judgement]:
    """The replies that came, by key, whether they can be read or not: they are paid for and not asked for again."""
    return {one.key: one for one in of_run(c, run_id, judge) if one.text is not None}


def of_run(c: Connection, run_id: int, judge: str | None = None) -> list[Judgement]:
    """A run's judgements, the oldest first: of one judge, or of all."""
    query = select(judgements).where(judgements.c.run_id == run_id)
    if judge is not None:
        query = query.where(judgements.c.judge == judge)
    return [_judgement(row) for row in c.execute(query.order_by(judgements.c.id)).mappings()]


def judges(c: Connection, run_id: int) -> list[str]:
    """Who judged a run, the first one first."""
    first = func.min(judgements.c.id)
    query = select(judgements.c.judge).where(judgements.c.run_id == run_id).group_by(judgements.c.judge).order_by(first)
    return list(c.execute(query).scalars())


def _judgement(row: RowMapping) -> Judgement:
    return Judgement(**{name: row[name] for name in Judgement.__dataclass_fields__})

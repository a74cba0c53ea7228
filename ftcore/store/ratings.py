"""What people said of two answers without knowing which arm gave which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ftcore.store.projects import touch
from ftcore.store.runs import get as run_of
from ftcore.store.schema import now, ratings


@dataclass(frozen=True, slots=True)
class Rating:
    """`first_arm` comes before `second_arm` in the alphabet; `choice` is first, second, tie or neither (both are bad).
    `left_arm` was shown on the left; `via` is app or pack."""

    case_id: str
    first_arm: str
    second_arm: str
    who: str
    choice: str
    left_arm: str = ""
    via: str = "app"
    note: str = ""
    created_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judge model said of two answers: `value` in [0, 1], 1 = that of `arm`, which it was shown first, is better."""

    case_id: str
    arm: str
    other_arm: str
    value: float
    judge: str = ""


def keep(c: Connection, run_id: int, rating: Rating) -> Rating:
    """Keeps a rating in the place of what the same person said of the same two answers before."""
    where = {
        "run_id": run_id,
        "case_id": rating.case_id,
        "first_arm": rating.first_arm,
        "second_arm": rating.second_arm,
        "who": rating.who,
    }
    values = {
        "choice": rating.choice,
        "left_arm": rating.left_arm,
        "via": rating.via,
        "note": rating.note,
        "created_at": now(),
    }
    query = upsert(ratings).values(**where, **values)
    c.execute(query.on_conflict_do_update(index_elements=list(where), set_=values))
    touch(c, run_of(c, run_id).project_id)
    mine = [ratings.c[name] == value for name, value in where.items()]
    return _rating(c.execute(select(ratings).where(*mine)).mappings().one())


def of_run(c: Connection, run_id: int, arms: tuple[str, str] | None = None, *, who: str | None = None) -> list[Rating]:
    """The ratings of a run, the oldest first: of two arms (in any order), of one person."""
    query = select(ratings).where(ratings.c.run_id == run_id)
    if arms is not None:
        first, second = sorted(arms)
        query = query.where(ratings.c.first_arm == first, ratings.c.second_arm == second)
    if who is not None:
        query = query.where(ratings.c.who == who)
    return [_rating(row) for row in c.execute(query.order_by(ratings.c.created_at, ratings.c.id)).mappings()]


def take_back(c: Connection, run_id: int, arms: tuple[str, str], who: str) -> Rating | None:
    """Takes this person's last rating of two arms away, and gives it; None when there is none."""
    found = of_run(c, run_id, arms, who=who)
    if not found:
        return None
    c.execute(delete(ratings).where(ratings.c.id == found[-1].id))
    touch(c, run_of(c, run_id).project_id)
    return found[-1]


def number(c: Connection, run_id: int) -> int:
    return c.execute(select(func.count()).where(ratings.c.run_id == run_id)).scalar_one()


def _rating(row: RowMapping) -> Rating:
    return Rating(**{name: row[name] for name in Rating.__dataclass_fields__})

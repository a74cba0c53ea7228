"""A finished comparison to be rated blind, for tests."""

from __future__ import annotations

from ftcore.evaluation import blind
from ftcore.evaluation.blind import Bench
from ftcore.store import ratings, runs
from ftcore.store.database import Database
from ftcore.store.runs import Run

ARMS = ("fine_tuned", "base")


def bench_of(db: Database, run: Run, who: str = "EM", arms: tuple[str, str] = ARMS) -> Bench:
    with db.read() as c:
        return blind.bench(c, runs.get(c, run.id), arms, who)


def rate(db: Database, run: Run, who: str, preferred: list[str]) -> None:
    """Rates the first rows of this person: each time the named arm, or tie or neither."""
    found = bench_of(db, run, who)
    with db.write() as c:
        for pair, arm in zip(found.pairs, preferred, strict=False):
            choice = arm if arm in (blind.TIE, blind.NEITHER) else blind.LEFT if pair.left == arm else blind.RIGHT
            blind.keep(c, run, pair, choice, who)


def kept(db: Database, run: Run, who: str | None = None) -> list[ratings.Rating]:
    with db.read() as c:
        return ratings.of_run(c, run.id, ARMS, who=who)

"""What the Decide page reads and writes: the standing answers and the advice that follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Connection

from ftcore.decision import recommend
from ftcore.records import Evidence, Recommendation, Reply
from ftcore.store import decisions, runs
from ftcore.store.database import Database


@dataclass(frozen=True, slots=True)
class Decided:
    """The answers and reasons as saved last, with the advice as the evidence of today makes it."""

    answers: dict[str, Reply]
    reasons: tuple[str, ...]
    advice: Recommendation
    evidence: tuple[Evidence, ...] = ()
    note: str = ""
    who: str = ""
    at: datetime | None = None


def read(db: Database, project_id: int) -> Decided:
    with db.read() as c:
        return _read(c, project_id)


def answer(db: Database, project_id: int, question: str, reply: Reply, *, who: str) -> None:
    """Saves one answer beside those that stand: two people may answer different questions at once."""
    with db.write() as c:
        now = _read(c, project_id)
        _save(c, project_id, {**now.answers, question: reply}, now.reasons, now, who)


def fill(db: Database, project_id: int, answers: dict[str, Reply], reasons: tuple[str, ...], *, who: str) -> None:
    """Saves a whole set of answers and reasons at once: the sample's."""
    with db.write() as c:
        _save(c, project_id, answers, reasons, _read(c, project_id), who)


def tick(db: Database, project_id: int, reason: str, given: bool, *, who: str) -> None:
    """Saves that a reason is given, or no longer."""
    with db.write() as c:
        now = _read(c, project_id)
        others = tuple(known for known in now.reasons if known != reason)
        _save(c, project_id, now.answers, (*others, reason) if given else others, now, who)


def note(db: Database, project_id: int, text: str, *, who: str) -> None:
    """Saves what the people decided in the end."""
    with db.write() as c:
        now = _read(c, project_id)
        _save(c, project_id, now.answers, now.reasons, now, who, text)


def _read(c: Connection, project_id: int) -> Decided:
    kept = decisions.latest(c, project_id)
    evidence = _evidence(c, project_id)
    if kept is None:
        return Decided({}, (), recommend({}, (), evidence), evidence)
    answers = cast("dict[str, Reply]", kept.answers)
    advice = recommend(answers, kept.reasons, evidence)
    return Decided(answers, tuple(kept.reasons), advice, evidence, kept.note, kept.who, kept.created_at)


def _save(
    c: Connection,
    project_id: int,
    answers: dict[str, Reply],
    reasons: tuple[str, ...],
    now: Decided,
    who: str,
    text: str | None = None,
) -> None:
    decisions.save(
        c,
        project_id,
        answers=answers,
        reasons=reasons,
        recommendation=recommend(answers, reasons, now.evidence),
        who=who,
        note=now.note if text is None else text,
    )


def _evidence(c: Connection, project_id: int) -> tuple[Evidence, ...]:
    if not runs.latest_done(c, project_id) and not runs.trials(c, project_id):
        return ()
    from ftcore.report.known import measured_in  # scipy loads with it: only where something was measured

    return measured_in(c, project_id)

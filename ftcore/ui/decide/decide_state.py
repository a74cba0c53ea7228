"""What the Decide page reads and writes: the standing answers, how they are known, and the advice that follows from them.

Each write takes what stands and changes one thing of it in one transaction: two people may answer different questions at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import Connection

from ftcore.chat import clean_value
from ftcore.decision import recommend
from ftcore.journey.deciding import Decided, evidence_on, standing
from ftcore.records import Reply
from ftcore.store import decisions
from ftcore.store.database import Database

__all__ = ["Decided", "answer", "attach", "detail", "fill", "know", "note", "pasted", "read", "tick"]


def read(db: Database, project_id: int) -> Decided:
    with db.read() as c:
        return standing(c, project_id)


def answer(db: Database, project_id: int, question: str, reply: Reply, *, who: str) -> None:
    """Saves one answer beside those that stand."""
    with db.write() as c:
        now = standing(c, project_id)
        _save(c, project_id, replace(now, answers={**now.answers, question: reply}), who)


def know(
    db: Database,
    project_id: int,
    question: str,
    name: Literal["note", "link"],
    value: str,
    *,
    who: str,
) -> None:
    """Saves one thing about how an answer is known; an empty one takes it away. Whose note it is, whoever wrote it last says."""
    with db.write() as c:
        now = standing(c, project_id)
        others = {key: one for key, one in now.known.get(question, {}).items() if key != name}
        _know(c, project_id, now, question, {**others, name: clean_value(value)[0]} if value else others, name, who)


def attach(
    db: Database, project_id: int, question: str, names: Sequence[str], shown: Sequence[str], *, who: str
) -> None:
    """Saves what of this project was attached to an answer: `names` now where `shown` stood. What somebody else attached or took
    away meanwhile stays so."""
    with db.write() as c:
        now = standing(c, project_id)
        mine = now.known.get(question, {})
        stands = [name for name in mine.get("attached") or [] if name in names or name not in shown]
        stands += [name for name in names if name not in shown and name not in stands]
        others = {key: one for key, one in mine.items() if key != "attached"}
        _know(c, project_id, now, question, {**others, "attached": stands} if stands else others, "attached", who)


def _know(
    c: Connection, project_id: int, now: Decided, question: str, mine: dict[str, Any], changed: str, who: str
) -> None:
    if changed == "note" or not mine.get("note"):  # who attaches something to another's note has not written it
        mine = {**mine, "who": who}
    rest = {key: one for key, one in now.known.items() if key != question}
    told = any(mine.get(part) for part in ("note", "link", "attached"))
    _save(c, project_id, replace(now, known={**rest, question: mine} if told else rest), who)


def detail(db: Database, project_id: int, key: str, value: Any, *, who: str) -> None:
    """Saves what a follow-up was answered; None or "" takes it away."""
    with db.write() as c:
        _detail(c, project_id, key, value, who)


def _detail(c: Connection, project_id: int, key: str, value: Any, who: str) -> None:
    now = standing(c, project_id)
    rest = {name: one for name, one in now.details.items() if name != key}
    kept = value not in (None, "", [])
    _save(c, project_id, replace(now, details={**rest, key: clean_value(value)[0]} if kept else rest), who)


def pasted(db: Database, project_id: int, key: str, number: int, text: str, *, who: str) -> None:
    """Saves one of several texts of a follow-up, the others as they stand: another tab may have pasted them."""
    with db.write() as c:
        stands = standing(c, project_id).details.get(key)
        texts = [str(one) for one in stands] if isinstance(stands, list) else []
        texts += [""] * (number + 1 - len(texts))
        texts[number] = text
        _detail(c, project_id, key, texts if any(texts) else [], who)


def fill(
    db: Database,
    project_id: int,
    answers: dict[str, Reply],
    reasons: tuple[str, ...],
    *,
    known: Mapping[str, dict[str, Any]] | None = None,
    who: str,
) -> None:
    """Saves a whole set of answers and reasons at once, and how they are known: the sample's."""
    with db.write() as c:
        _save(
            c,
            project_id,
            replace(standing(c, project_id), answers=answers, reasons=reasons, known=dict(known or {})),
            who,
        )


def tick(db: Database, project_id: int, reason: str, given: bool, *, who: str) -> None:
    """Saves that a reason is given, or no longer."""
    with db.write() as c:
        now = standing(c, project_id)
        others = tuple(known for known in now.reasons if known != reason)
        _save(c, project_id, replace(now, reasons=(*others, reason) if given else others), who)


def note(db: Database, project_id: int, text: str, *, who: str) -> None:
    """Saves why it was decided so, before it is recorded."""
    with db.write() as c:
        _save(c, project_id, replace(standing(c, project_id), note=clean_value(text)[0]), who)


def _save(c: Connection, project_id: int, found: Decided, who: str) -> None:
    """The advice that is kept beside is judged on what is known with the change."""
    kept = decisions.latest(c, project_id)
    changed = replace(kept, answers=dict(found.answers), known=found.known, details=found.details) if kept else None
    decisions.save(
        c,
        project_id,
        answers=found.answers,
        reasons=found.reasons,
        recommendation=recommend(found.answers, found.reasons, evidence_on(c, project_id, changed)),
        who=who,
        note=found.note,
        known=found.known,
        details=found.details,
        choice=found.choice,
        review_on=found.review_on,
    )

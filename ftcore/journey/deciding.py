"""A project's decision as it stands: answers, reasons, what is known of them, the advice that follows, and its records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ftcore.decision import Framework, recommend
from ftcore.decision.document import Origin, Told, document, same
from ftcore.decision.framework import framework_of
from ftcore.decision.known import sound
from ftcore.records import Evidence, Recommendation, Reply
from ftcore.store import assumptions, decision_records, decisions, projects, runs
from ftcore.store.database import Database, folder_of
from ftcore.store.decision_records import KeptRecord
from ftcore.store.decisions import Decision
from ftcore.store.schema import now


@dataclass(frozen=True, slots=True)
class Decided:
    """The answers and reasons as saved last, with the advice as the evidence of today makes it. `note` says why it was decided
    so; `known`, `details`, `choice` and `review_on` as in `store.decisions`."""

    answers: dict[str, Reply]
    reasons: tuple[str, ...]
    advice: Recommendation
    evidence: tuple[Evidence, ...] = ()
    note: str = ""
    who: str = ""
    at: datetime | None = None
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    choice: str = ""
    review_on: str = ""

    def about(self, question: str) -> tuple[Evidence, ...]:
        return tuple(item for item in self.evidence if item.question == question)


def standing(c: Connection, project_id: int) -> Decided:
    """What was saved last, judged on the evidence of today."""
    kept = decisions.latest(c, project_id)
    evidence = evidence_on(c, project_id, kept)
    house = framework_of(folder_of(c))[0]
    if kept is None:
        return Decided({}, (), recommend({}, (), evidence, framework=house), evidence)
    answers, reasons = sound(kept.answers, kept.reasons)
    advice = recommend(answers, reasons, evidence, framework=house)
    about = (kept.note, kept.who, kept.created_at, kept.known, kept.details, kept.choice, kept.review_on)
    return Decided(answers, reasons, advice, evidence, *about)


def evidence_on(c: Connection, project_id: int, kept: Decision | None) -> tuple[Evidence, ...]:
    """What was measured in this project, and what people attached to their answers or noted beside them."""
    said = kept is not None and any(kept.known.values())
    worked_out = bool(assumptions.get(c, project_id))
    if not said and not worked_out and not runs.latest_done(c, project_id) and not runs.trials(c, project_id):
        return ()
    from ftcore.report import attached  # scipy loads with it: only where there is something

    return attached.evidence_on(c, project_id, kept)


def record(
    db: Database,
    project_id: int,
    framework: Framework,
    *,
    choice: str,
    why: str,
    review_on: str,
    who: str,
    by: str = "",
) -> tuple[KeptRecord, bool]:
    """(the newest version of the decision record, whether it is new): nothing is written when the newest says the same. `who`
    records what `by` decided, "" = the same person.

    The decision itself is saved beside the answers, in the same transaction. Raises LookupError for an unknown project.
    """
    money = _break_even(db, project_id)
    with db.write() as c:
        project = projects.get(c, project_id)
        found = standing(c, project_id)
        decisions.save(
            c,
            project_id,
            answers=found.answers,
            reasons=found.reasons,
            recommendation=found.advice,
            who=who,
            note=why,
            known=found.known,
            details=found.details,
            choice=choice,
            review_on=review_on,
        )
        told = Told(
            found.answers, found.reasons, found.evidence, found.known, found.details, choice, why, review_on, by or who
        )
        made = document(
            told,
            found.advice,
            framework,
            project=project.name,
            who=who,
            at=now(),
            origins=_origins(c, found.evidence),
            break_even=money,
        )
        newest = decision_records.latest(c, project_id)
        if newest is not None and same(newest.document, made):
            return newest, False
        return decision_records.keep(c, project_id, made, who=who), True


def standing_document(db: Database, project_id: int, framework: Framework, *, who: str) -> dict[str, Any]:
    """What a record made now would say; nothing is written."""
    money = _break_even(db, project_id)
    with db.read() as c:
        project, found = projects.get(c, project_id), standing(c, project_id)
        told = Told(
            found.answers,
            found.reasons,
            found.evidence,
            found.known,
            found.details,
            found.choice,
            found.note,
            found.review_on,
            _decided_by(decision_records.latest(c, project_id), found),
        )
        origins = _origins(c, found.evidence)
    return document(
        told,
        found.advice,
        framework,
        project=project.name,
        who=found.who or who,
        at=now(),
        origins=origins,
        break_even=money,
    )


def _decided_by(newest: KeptRecord | None, found: Decided) -> str:
    """Who decided, where the newest version says what stands; else "": whoever saved an answer last need not have decided."""
    kept = newest.document.get("decided") if newest else None
    if not isinstance(kept, dict) or (kept.get("choice"), kept.get("why")) != (found.choice, found.note):
        return ""
    return str(kept.get("by") or "")


def _break_even(db: Database, project_id: int) -> str:
    """What it costs, in a sentence; "" where too little is known."""
    from ftcore.records.pay import Outcome
    from ftcore.report.paying import pay_story

    story = pay_story(db, project_id)
    return "" if story.outcome is Outcome.UNKNOWN else story.sentence


def _origins(c: Connection, evidence: Iterable[Evidence]) -> dict[str, Origin]:
    from ftcore.report import attached

    return dict(attached.origins(c, evidence))

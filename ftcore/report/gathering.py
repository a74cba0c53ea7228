"""What stands around the figures of a report, gathered from the store: places, decision, research, settings, the data sheet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ftcore.decision.framework import BAD_REASONS, GOOD_REASONS, Framework, framework_of
from ftcore.decision.research import cards_of
from ftcore.records import Cited, DataSheet, DataSource, Decided, Job, Project, Snapshot, Split
from ftcore.report import places, settings
from ftcore.store import (
    data_sheet,
    decision_records,
    decisions,
    examples,
    imports,
    models,
    problems,
)
from ftcore.store.runs import Run

MOST_CARDS, MOST_REASONS = 6, 12
_QUOTED = re.compile(r"""“.*”|".*"|(?<!\w)‘.*’(?!\w)|(?<!\w)'.*'(?!\w)|`.*`""", re.DOTALL)
"""From the first mark to the last one: a cell may hold marks itself. An apostrophe within a word opens nothing."""
_NUMBER = re.compile(r"\d[\d.,]*")


def around(c: Connection, root: Path, project: Project, run: Run | None, job: Job | None) -> dict[str, Any]:
    """Fields of a `Story`: what stands around its figures. `root` is the workspace's folder."""
    asked = settings.asked(c, project.id)
    decision = decisions.latest(c, project.id)
    return {
        "noun": asked.noun or settings.NOUN,
        "decide_by": asked.decide_by,
        "brand": settings.brand(c),
        "places": places.of_project(c, project.id),
        "asked_at": places.of_run(c, run),
        "house_words": house_words(framework_of(root)[0]),
        "decided": _decided(c, project.id, decision),
        "research": tuple(_research(root, decision)),
        "shutdown": _shutdown(c, job),
        "private_rows": data_sheet.private_in(c, run.snapshot_id, Split.TEST) if run else 0,
        "measured_on": run.finished_at.date().isoformat() if run and run.finished_at else "",
        "run_seed": run.seed if run else 0,
        "trial": str(run.settings.get("trial") or "") if run else "",
    }


def house_words(framework: Framework) -> dict[str, str]:
    """By its key, each question in full, and the names of the reasons and the actions, in the words of the house."""
    return {
        **{one.key: one.question for one in framework.questions},
        **{key: framework.reason_name(key) for key in (*GOOD_REASONS, *BAD_REASONS)},
        **{action.value: advice.name for action, advice in framework.actions.items()},
    }


def sheet(c: Connection, project: Project, snapshot: Snapshot | None) -> DataSheet:
    """The training set with its numbers. `snapshot`: what the training learnt from; None = nothing was trained."""
    counts = examples.counts(c, project.id)
    private = data_sheet.private_in(c, snapshot.id) if snapshot else data_sheet.private_of(c, project.id)
    return DataSheet(
        frozen=snapshot is not None,
        taken_on=snapshot.created_at.date().isoformat() if snapshot and snapshot.created_at else "",
        sources=tuple(
            DataSource(
                one.file_name, one.sha256, one.read, one.accepted, one.rejected, one.created_at.date().isoformat()
            )
            for one in reversed(imports.of_project(c, project.id))
        ),
        reasons=tuple(reasons_of(data_sheet.reasons(c, project.id))),
        approved=counts.approved,
        drafts=counts.draft,
        rejected=counts.rejected,
        trashed=counts.trashed,
        edited=data_sheet.edited(c, project.id),
        private=private,
        problems=tuple((code, severity.value, number) for code, severity, number in problems.tally(c, project.id)),
        good_note=project.good_note,
        permission=settings.asked(c, project.id).permission,
    )


def reasons_of(found: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Why rows were set aside, with how many. What a sentence quotes from a row, and its figures, are left out: nobody has looked
    at those rows, and sentences that differ in nothing else are one reason."""
    tally: Counter[str] = Counter()
    for reason, number in found:
        said = " ".join(_NUMBER.sub("…", _QUOTED.sub("…", reason)).split())[:160]
        tally[said or "no reason was kept"] += number
    most = tally.most_common(MOST_REASONS)
    left = sum(tally.values()) - sum(number for _, number in most)
    return [*most, ("other reasons", left)] if left else most


def _decided(c: Connection, project_id: int, decision: decisions.Decision | None) -> Decided | None:
    """Who decided and when is of the save that brought the choice, whoever changed an answer or the reason since."""
    if decision is None:
        return None
    record, made = decision_records.latest(c, project_id), decision
    if decision.choice:
        since = takewhile(lambda one: one.choice == decision.choice, decisions.history(c, project_id, limit=200))
        made = list(since)[-1]
    return Decided(
        choice=decision.choice,
        why=decision.note,
        who=made.who,
        on=made.created_at.date().isoformat(),
        review_on=decision.review_on,
        version=record.number if record else 0,
        digest=record.digest if record else "",
    )


def _research(root: Path, decision: decisions.Decision | None) -> list[Cited]:
    """The cards about what was answered and the reasons given, then about the risks."""
    if decision is None:
        return []
    cards, _ = cards_of(root)
    about = [*decision.reasons, *decision.answers, "risks"]
    order = sorted((card for card in cards if card.about in about), key=lambda card: about.index(card.about))
    chosen, seen = [], Counter[str]()
    for card in order:  # two a subject, so that each is heard
        if seen[card.about] < 2:
            chosen.append(card)
            seen[card.about] += 1
    return [
        Cited(card.claim, card.figure, card.source, card.year or 0, card.url, card.vendor)
        for card in chosen[:MOST_CARDS]
    ]


def _shutdown(c: Connection, job: Job | None) -> str:
    if job is None:
        return ""
    names = (job.fine_tuned_model, job.base_model)
    known = [model.shutdown_date for model in models.of_endpoint(c, job.endpoint_id) if model.name in names]
    return min((day for day in known if day), default="")

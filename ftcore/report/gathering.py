"""What stands around the figures of a report, gathered from the store: places, decision, research, settings, the data sheet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from ftcore.decision.research import cards_of
from ftcore.records import LOCAL, Cited, DataSheet, DataSource, Decided, Endpoint, Job, Place, Project, Snapshot, Split
from ftcore.report import settings
from ftcore.store import (
    data_sheet,
    decision_records,
    decisions,
    endpoints,
    examples,
    imports,
    models,
    problems,
    recorded,
)
from ftcore.store.runs import Run

MOST_CARDS, MOST_REASONS = 6, 12
_HERE = ("localhost", "127.0.0.1", "::1")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’|'[^']*'|`[^`]*`")
_NUMBER = re.compile(r"\d[\d.,]*")


def around(c: Connection, root: Path, project: Project, run: Run | None, job: Job | None) -> dict[str, Any]:
    """Fields of a `Story`: noun, decide_by, brand, places, decided, research, shutdown. `root` is the workspace's folder."""
    asked = settings.asked(c, project.id)
    decision = decisions.latest(c, project.id)
    return {
        "noun": asked.noun or settings.NOUN,
        "decide_by": asked.decide_by,
        "brand": settings.brand(c),
        "places": tuple(_places(c, run, job)),
        "decided": _decided(c, project.id, decision),
        "research": tuple(_research(root, decision)),
        "shutdown": _shutdown(c, job),
        "private_rows": data_sheet.private_in(c, run.snapshot_id, Split.TEST) if run else 0,
        "measured_on": run.finished_at.date().isoformat() if run and run.finished_at else "",
        "run_seed": run.seed if run else 0,
        "trial": str(run.settings.get("trial") or "") if run else "",
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


def place_of(endpoint: Endpoint, trained: int = 0, asked: int = 0) -> Place:
    """Where a server stands. Its own trainer, and every address that never leaves the machine, is this computer."""
    try:
        host = urlsplit(endpoint.base_url).hostname or ""
    except ValueError:
        host = ""
    here = endpoint.name == LOCAL or host in _HERE or host.startswith("127.")
    name = "this computer" if endpoint.name == LOCAL else endpoint.name
    return Place(name, host, here, trained, asked, elsewhere_made=endpoint.base_url == recorded.ADDRESS)


def _places(c: Connection, run: Run | None, job: Job | None) -> list[Place]:
    trained: Counter[int] = Counter()
    asked: Counter[int] = Counter()
    if job is not None and job.remote_id:
        from ftcore.store import snapshots

        learnt = snapshots.get(c, job.snapshot_id)
        trained[job.endpoint_id] += round(learnt.train * job.share) + learnt.validation
    if run is not None:
        at = {str(arm["name"]): arm.get("endpoint_id") or run.endpoint_id for arm in run.arms}
        for arm, number in data_sheet.asked_of(c, run.id).items():
            asked[at.get(arm, run.endpoint_id)] += number
    return [place_of(endpoints.get(c, id_), trained[id_], asked[id_]) for id_ in dict.fromkeys([*trained, *asked])]


def _decided(c: Connection, project_id: int, decision: decisions.Decision | None) -> Decided | None:
    record = decision_records.latest(c, project_id)
    if decision is None:
        return None
    return Decided(
        choice=decision.choice,
        why=decision.note,
        who=decision.who,
        on=decision.created_at.date().isoformat(),
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

"""What people attach to their answers, from what there is in the project: runs, the results of the checks, the volume, notes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection

from ftcore.decision.document import Origin
from ftcore.decision.framework import QUESTIONS, Framework, framework_of
from ftcore.decision.known import CHECKS, RUN, VOLUME, Checked, checked, noted, volume
from ftcore.records import Evidence, Reply
from ftcore.records.pay import Outcome
from ftcore.report.known import measured_in, said_by
from ftcore.report.settings import OF_PROJECT
from ftcore.store import assumptions, runs, snapshots
from ftcore.store import checked as store_checked
from ftcore.store.database import folder_of
from ftcore.store.decisions import Decision
from ftcore.store.runs import Run

MOST_RUNS = 20
"""So many finished comparisons are offered as evidence, the newest ones."""


@dataclass(frozen=True, slots=True)
class Attachable:
    """Something of this project that can stand as evidence beside an answer: its `name`, kept, and what it says."""

    name: str
    sentence: str


def evidence_on(c: Connection, project_id: int, kept: Decision | None) -> tuple[Evidence, ...]:
    """What was measured in this project, whether it was worked out that it pays, and what people attached to their answers or
    noted beside them."""
    measured = (*measured_in(c, project_id), *_worked_out(c, project_id))
    return measured if kept is None else tuple(dict.fromkeys((*measured, *_attached(c, project_id, kept))))


def typed_in(c: Connection, project_id: int) -> bool:
    """Whether somebody has put a figure or a price into the break-even: what reports are told stands there too, and is none."""
    return bool(assumptions.get(c, project_id).keys() - {OF_PROJECT})


def words_of(c: Connection) -> Framework:
    """The decision's words in this workspace: the house's own copy where there is one."""
    return framework_of(folder_of(c))[0]


def _worked_out(c: Connection, project_id: int) -> Iterator[Evidence]:
    """The break-even, where somebody has put figures or prices into it and it comes out the same at both ends of them."""
    if not typed_in(c, project_id):
        return
    from ftcore.report.paying import pay_case_in

    story = pay_case_in(c, folder_of(c), project_id).story
    says: dict[Outcome, Reply] = {Outcome.PAYS: "yes", Outcome.NEVER: "no"}
    if story.outcome in says:
        supports = says[story.outcome]
        yield Evidence("efficiency_at_scale", story.sentence, "the break-even", supports=supports, measured=True)


def attachable(c: Connection, project_id: int, details: Mapping[str, Any]) -> dict[str, list[Attachable]]:
    """By question, what there is in this project that speaks to it, with what it says: the checks and the volume first, then the
    newest comparisons and trials."""
    found: dict[str, list[Attachable]] = {question: [] for question in QUESTIONS}
    if (now_checked := _checked(c, project_id)).approved:
        found["quality_training_data"].append(Attachable(CHECKS, f"The checks: {now_checked.sentence}"))
    if (said := volume(details, None)) is not None:
        found["high_volume_narrow"].append(Attachable(VOLUME, f"The volume: {said.claim}"))
    for run in _finished(c, project_id):
        claims: dict[str, list[str]] = {}
        for item in said_by(c, run):
            claims.setdefault(item.question, []).append(item.claim)
        kind = "Trial" if run.settings.get("trial") else "Comparison"
        for question in claims.keys() & found.keys():
            told = f"{kind}, run {run.id}: {' '.join(claims[question])}"
            found[question].append(Attachable(f"{RUN}{run.id}", told))
    return found


def _attached(c: Connection, project_id: int, kept: Decision) -> Iterator[Evidence]:
    for question in QUESTIONS:
        known = kept.known.get(question) or {}
        reply = cast("Reply | None", kept.answers.get(question))
        yield from noted(question, reply, known, str(known.get("who") or ""))
        for name in known.get("attached") or []:
            yield from _named(c, project_id, question, str(name), kept.details, reply)


def _named(
    c: Connection, project_id: int, question: str, name: str, details: Mapping[str, Any], reply: Reply | None
) -> Iterator[Evidence]:
    """The evidence of one attached name; nothing where it is gone, or speaks to another question."""
    if name == CHECKS and question == "quality_training_data":
        yield checked(_checked(c, project_id))
    elif name == VOLUME and question == "high_volume_narrow":
        said = volume(details, reply)
        if said is not None:
            yield said
    elif name.startswith(RUN) and name.removeprefix(RUN).isdecimal():
        run = _run(c, project_id, int(name.removeprefix(RUN)))
        if run is not None:
            yield from (item for item in said_by(c, run) if item.question == question)


def _checked(c: Connection, project_id: int) -> Checked:
    found = store_checked.approved(c, project_id)
    return Checked(found.approved, found.errors, found.warnings, found.test)


def _run(c: Connection, project_id: int, run_id: int) -> Run | None:
    try:
        run = runs.get(c, run_id)
    except (LookupError, OverflowError):
        return None
    return run if run.project_id == project_id and run.state == "done" else None


def _finished(c: Connection, project_id: int) -> list[Run]:
    every = [*runs.of_project(c, project_id), *runs.trials(c, project_id)]
    done = [run for run in every if run.state == "done" and run.result]
    return sorted(done, key=lambda run: -run.id)[:MOST_RUNS]


def origins(c: Connection, evidence: Iterable[Evidence]) -> Iterator[tuple[str, Origin]]:
    """By the source of what was compared, the run that it is from."""
    for source in dict.fromkeys(item.source for item in evidence if item.comparison is not None):
        number = source.rpartition("run ")[2]
        if number.isdecimal():
            run = runs.get(c, int(number))
            digests = sorted(str(arm.get("digest", "")) for arm in run.result.get("arms", []))
            arms = hashlib.sha256("\n".join(digests).encode("utf-8", "replace")).hexdigest()
            yield source, Origin(run.id, arms, snapshots.get(c, run.snapshot_id).digest)

"""Which ways to answer make sense for a project, and what they need."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from ftcore.evaluation.answering import Answering
from ftcore.evaluation.arms import ArmPlan, Materials, choose_shots, digest_of, showable
from ftcore.evaluation.arms.schema import derive, unbounded
from ftcore.records import Job, SnapshotRow, Split, TestCase, TrainingExample
from ftcore.store import documents, endpoints, examples, jobs, projects, prompts, snapshots
from ftcore.store.database import Database
from ftcore.store.documents import Document
from ftcore.store.prompts import Prompt

SHOTS = (3, 8)
LOOKED_UP = ((3, 600), (1, 1_200), (6, 600))
"""(parts shown, characters of a part): validation chooses one. Where there is nothing to choose with, it is the first."""
VERSIONS = 5
"""So many of the newest instructions are tried."""
POOL = 2_000
"""Training rows, drawn by the seed, among which the examples that are always the same are looked for."""
REMEMBERED = 16
"""Proposals that are kept in memory: a page asks for its own at every drawing, and one walks through all training rows."""
FOLLOWS = {"follows": "prompt"}
"""Asked with whichever version of the instructions validation chose: see `arms.follow`."""


@dataclass(frozen=True, slots=True)
class ProposedArms:
    """`left_out`: the kinds that make no sense here, each with a sentence that says why."""

    arms: tuple[ArmPlan, ...]
    left_out: dict[str, str] = field(default_factory=dict)


def propose_arms(db: Database, project_id: int, job: Answering, *, seed: int = 0) -> ProposedArms:
    """Every way to answer that makes sense beside the job's model, on the rows of its snapshot. The first alternative of each
    is the one to take where no validation row can choose.

    Whether an arm's endpoint is the practice model's is known there (`Endpoint.practice`): what it shows never counts as "best
    model tried" or "prompt optimised".
    """
    with db.read() as c:
        revision = projects.get(c, project_id).revision
    key = (str(db.path), project_id, revision, job.id, job.snapshot_id, job.base_model, job.fine_tuned_model, seed)
    if key not in _known:
        while len(_known) >= REMEMBERED:
            _known.pop(next(iter(_known)))
        _known[key] = _proposed(db, project_id, job, seed)
    return _known[key]


_known: dict[tuple[Any, ...], ProposedArms] = {}


def _proposed(db: Database, project_id: int, job: Answering, seed: int) -> ProposedArms:
    with db.read() as c:
        project = projects.get(c, project_id)
        versions = prompts.versions(c, project)
        known = documents.of_project(c, project_id)
        series = _series(jobs.of_project(c, project_id), job)
        bounded = endpoints.get(c, job.endpoint_id).practice
        tested = _questions(snapshots.rows(c, job.snapshot_id))
        train = _shown(c, project_id, job.snapshot_id)
    asker = _Asker(job, versions, _short(train))
    arms = [ArmPlan("base", "base", "Base model", job.base_model)]
    left_out: dict[str, str] = {}
    for kind, found in (
        ("prompt", asker.prompt()),
        ("few_shot", asker.few_shots(train, tested, seed)),
        ("structured", asker.structured(train, bounded=bounded)),
        ("rag", asker.rag(known)),
        ("fine_tuned", asker.fine_tuned(series)),
        ("fine_tuned_rag", asker.fine_tuned_rag(known)),
        ("larger", "No larger model is named yet. Add it as another way, with its connection and its name."),
    ):
        if isinstance(found, str):
            left_out[kind] = found
        else:
            arms += found
    return ProposedArms(tuple(arms), left_out)


def materials(db: Database, project_id: int, snapshot_id: int, plans: Iterable[ArmPlan]) -> Materials:
    """What these plans refer to, read from the store. Training rows are read only where a plan shows the nearest ones."""
    every = list(plans)
    settings = [one for plan in every for one in (plan.settings, *(v.get("settings", {}) for v in plan.variants))]
    places = {plan.endpoint_id for plan in every if plan.endpoint_id is not None}
    wanted = {id_ for one in settings for id_ in one.get("documents", ())}
    nearest = any(one.get("choose") == "nearest" for one in settings)
    with db.read() as c:
        return Materials(
            endpoints={id_: endpoints.get(c, id_) for id_ in places},
            documents=documents.some(c, wanted),
            train=tuple(_shown(c, project_id, snapshot_id)) if nearest else (),
            tested=tuple(_questions(snapshots.rows(c, snapshot_id))),
        )


class _Asker:
    """Makes the plans of one proposal; a sentence stands for those that make no sense."""

    def __init__(self, job: Answering, versions: Sequence[Prompt], short: str | None) -> None:
        self._job = job
        self._versions = list(reversed(versions))[:VERSIONS]
        self._system = self._versions[0].text if self._versions else None
        self._short = short

    def prompt(self) -> list[ArmPlan] | str:
        if not self._versions:
            return "There are no full instructions. With them the base model would be asked at its best."
        if [one.text for one in self._versions] == [self._short]:
            return "The full instructions are the short ones, with which the base model is asked already."
        alternatives = tuple({"label": f"version {one.number}", "system": one.text} for one in self._versions)
        label = "Base with full instructions"
        return [
            ArmPlan(
                "prompt",
                "prompt",
                label,
                self._job.base_model,
                self._system,
                variants=alternatives if len(alternatives) > 1 else (),
            )
        ]

    def few_shots(self, train: Sequence[TrainingExample], tested: Sequence[TestCase], seed: int) -> list[ArmPlan] | str:
        pool = train if len(train) <= POOL else random.Random(seed).sample(train, POOL)
        usable = showable(pool, tested)
        made = [self._few_shot(k, usable, seed) for k in SHOTS if len(usable) >= k]
        if not made:
            return (
                f"Fewer than {SHOTS[0]} training examples can be shown: each needs one question and one answer, must not be "
                "private, and must not be a test question."
            )
        return made

    def _few_shot(self, k: int, usable: Sequence[TrainingExample], seed: int) -> ArmPlan:
        shots = [examples.to_json(shot) for shot in choose_shots(usable, k, seed=seed)]
        nearest = {"choose": "nearest", "snapshot_id": self._job.snapshot_id, "never_private": True}
        return ArmPlan(
            f"few_shot_{k}",
            "few_shot",
            f"Base with {k} examples",
            self._job.base_model,
            self._system,
            settings={"k": k, **FOLLOWS},
            variants=(
                {"label": "the nearest ones", "settings": nearest},
                {"label": "always the same", "settings": {"choose": "fixed", "shots": shots}},
            ),
        )

    def structured(self, train: Sequence[TrainingExample], *, bounded: bool) -> list[ArmPlan] | str:
        form = derive([example.response for example in train])
        if form is None:
            return "The answers are neither JSON objects of one form nor a few short labels, so there is no form to keep to."
        schema = form.schema if bounded else unbounded(form.schema)
        settings = {"schema": schema, "derived": True, "wrapped": form.wrapped, "strict": form.strict, **FOLLOWS}
        model = self._job.base_model
        return [ArmPlan("structured", "structured", "Base with a fixed form", model, self._system, settings=settings)]

    def rag(self, known: Sequence[Document]) -> list[ArmPlan] | str:
        if not known:
            return "There are no documents to look things up in."
        return [_looking_up("rag", "Base that looks it up", self._job.base_model, self._system, known, FOLLOWS)]

    def fine_tuned(self, series: Sequence[Job]) -> list[ArmPlan] | str:
        if not self._job.fine_tuned_model:
            return "This job has no model yet."
        parts = [_tuned(part, f"fine_tuned_{_percent(part)}", f"Fine-tuned on {_percent(part)}%") for part in series]
        return [_tuned(self._job, "fine_tuned", "Fine-tuned"), *parts]

    def fine_tuned_rag(self, known: Sequence[Document]) -> list[ArmPlan] | str:
        if not known:
            return "There are no documents to look things up in."
        if not self._job.fine_tuned_model:
            return "This job has no model yet."
        model = self._job.fine_tuned_model
        return [_looking_up("fine_tuned_rag", "Fine-tuned that looks it up", model, None, known, {})]


def _looking_up(
    kind: str, label: str, model: str, system: str | None, known: Sequence[Document], also: dict[str, Any]
) -> ArmPlan:
    settings = {"documents": [one.id for one in known], "digest": digest_of(known), **also}
    ways = tuple(
        {
            "label": f"{top} {'part' if top == 1 else 'parts'} of {size:,} characters",
            "settings": {"top": top, "size": size},
        }
        for top, size in LOOKED_UP
    )
    return ArmPlan(kind, kind, label, model, system, settings=settings, variants=ways)


def _tuned(job: Answering, name: str, label: str) -> ArmPlan:
    return ArmPlan(name, "fine_tuned", label, job.fine_tuned_model, settings={"job_id": job.id, "share": job.share})


def _series(every: Sequence[Job], job: Answering) -> list[Job]:
    """The finished jobs that learnt from parts of the same rows, one a size, the smallest first."""
    if not job.group or job.share < 1:
        return []
    alike = (job.group, job.snapshot_id, job.endpoint_id, job.base_model, job.method)
    found: dict[float, Job] = {}
    for one in every:
        same = (one.group, one.snapshot_id, one.endpoint_id, one.base_model, one.method) == alike
        if same and one.share < 1 and one.fine_tuned_model and (one.share not in found or one.seed == job.seed):
            found[one.share] = one
    return [found[share] for share in sorted(found)]


def _percent(job: Answering) -> int:
    return round(100 * job.share)


def _short(train: Sequence[TrainingExample]) -> str | None:
    """The one system message that all rows have; None where they differ."""
    found = {example.system for example in train}
    return found.pop() if len(found) == 1 else None


def _shown(c: Connection, project_id: int, snapshot_id: int) -> list[TrainingExample]:
    """The training rows that may stand in a prompt, wherever that goes: none that is private, or has become so since."""
    private = examples.private_ids(c, project_id)
    rows = snapshots.rows(c, snapshot_id, Split.TRAIN)
    return [row.training for row in rows if not row.private and row.example_id not in private]


def _questions(rows: Iterable[SnapshotRow]) -> list[TestCase]:
    """The questions that are never shown as examples: those of the test and of the validation."""
    return [
        TestCase(row.training.prompt, row.training.response, str(row.example_id))
        for row in rows
        if row.split is not Split.TRAIN
    ]

"""A launch: the snapshot, the intents and the tasks that follow them are written together, or none of them."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import Connection

from ftcore.dataset.freeze import keep_snapshot
from ftcore.records import Endpoint, Job, JobEvent, Snapshot
from ftcore.store import endpoints, jobs, pairs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.schema import now
from ftcore.training.estimate import PartEstimate, epochs_of
from ftcore.training.outlook import Outlook, load_of, load_of_snapshot, look
from ftcore.training.preflight import PRIVATE, Finding
from ftcore.training.series import SIZES
from ftcore.training.settings import MOST_SEEDS, Settings

CHANGED = (
    "The examples have changed since you looked, so what it would cost has too. Nothing was started. "
    "Look at the figures again, then start it."
)


class NotFit(Exception):
    """The launch may not start as it is; the text says why and what to do. `findings` are the errors, or the warnings that
    nobody acknowledged."""

    def __init__(self, sentence: str, findings: Collection[Finding] = ()) -> None:
        super().__init__(sentence)
        self.findings = tuple(findings)


def launch(
    db: Database,
    project_id: int,
    endpoint: Endpoint,
    *,
    base_model: str,
    who: str,
    epochs: int | None = None,
    seed: int = 0,
    learning_rate_multiplier: float | None = None,
    batch_size: int | None = None,
    key: str = "",
    private_confirmed: bool = False,
    acknowledged: Collection[str] | None = None,
) -> Job:
    """Plans one job on the examples that are approved now; the worker sends it. `epochs` None means "auto".

    `acknowledged` are the codes of the warnings that somebody has said yes to. None is for callers who have nobody to ask: then
    advice does not stop the launch, and only limits of money and private rows do (`private_confirmed`). The same `key` again
    (a button pressed twice) gives the same job. Raises NotFit; nothing was written then.
    """
    settings = Settings(
        epochs=epochs, seed=seed, learning_rate_multiplier=learning_rate_multiplier, batch_size=batch_size
    )
    return launch_all(
        db,
        project_id,
        endpoint,
        base_model=base_model,
        who=who,
        settings=settings,
        key=key,
        private_confirmed=private_confirmed,
        acknowledged=acknowledged,
    )[0]


def launch_all(
    db: Database,
    project_id: int,
    endpoint: Endpoint,
    *,
    base_model: str,
    who: str,
    settings: Settings = Settings(),
    key: str = "",
    private_confirmed: bool = False,
    acknowledged: Collection[str] | None = None,
    budget: float | None = None,
    seen: str = "",
    snapshot_id: int | None = None,
) -> tuple[Job, ...]:
    """`launch` for all settings: one job, or a group of them (several seeds, a size series), the smallest first.

    Money is checked inside the transaction, the jobs of a group as a sum, so that two launches at once never both pass a limit.
    `budget` is a limit for this launch alone, US dollars. `seen` is the digest of the examples that somebody was shown: when
    they are others by now, nothing starts. `snapshot_id` trains on a snapshot of the project as it is, in the place of the
    examples that are approved now; its pairs are learnt from with the method `dpo`.
    """
    name = key or uuid.uuid4().hex
    with db.write() as c:
        known = _known(c, name)
        if known:
            return known
        standing = endpoints.get(c, endpoint.id)  # its limits may have changed since it was read
        if standing.removed_at is not None:
            raise NotFit(f"The connection to {standing.name} was removed. Nothing was started.")
        kept = _kept(c, project_id, snapshot_id, settings)
        load = load_of_snapshot(c, kept) if kept is not None else load_of(c, project_id, settings)
        outlook = look(c, db.path.parent, load, standing, base_model, settings, budget=budget)
        if seen and load.survey.digest != seen:
            raise NotFit(CHANGED)
        said_yes = _judge(outlook, acknowledged, private_confirmed=private_confirmed)
        snapshot = kept or keep_snapshot(
            c,
            project_id,
            digest=load.survey.digest,
            numbers=load.survey.numbers,
            tokens=load.survey.all_tokens,
            who=who,
            pairs=settings.pairs,
            validation=settings.validation,
        )
        group = name if len(outlook.estimate.parts) > 1 else ""
        made = tuple(
            _plan(
                c, project_id, snapshot.id, outlook, part, key=_keys(name)[at] if group else name, group=group, who=who
            )
            for at, part in enumerate(outlook.estimate.parts)
        )
        for job in made:
            _note(c, job, said_yes, who)
        return made


def cancel(db: Database, job_id: int) -> None:
    """Asks for the job to be stopped; the worker tells the server."""
    with db.write() as c:
        jobs.request_cancel(c, job_id)


def _kept(c: Connection, project_id: int, snapshot_id: int | None, settings: Settings) -> Snapshot | None:
    """The snapshot that was named. Raises NotFit for one that cannot be trained on in this way."""
    if snapshot_id is None:
        return None
    kept = snapshots.get(c, snapshot_id)
    if kept.project_id != project_id:
        raise NotFit("This snapshot belongs to another project. Nothing was started.")
    if not settings.validation and kept.validation:
        raise NotFit("A snapshot is sent as it is, with its validation rows. Nothing was started.")
    if pairs.in_snapshot(c, kept.id) != settings.pairs:
        what = "pairs of answers: train on it with DPO" if not settings.pairs else "no pairs of answers: DPO needs some"
        raise NotFit(f"This snapshot holds {what}. Nothing was started.")
    return kept


def _judge(outlook: Outlook, acknowledged: Collection[str] | None, *, private_confirmed: bool) -> list[Finding]:
    """The warnings that were acknowledged; raises NotFit for errors, and for warnings that were not."""
    if outlook.errors:
        raise NotFit(" ".join(one.sentence for one in outlook.errors), outlook.errors)
    private = [one for one in outlook.warnings if one.subject == PRIVATE and not private_confirmed]
    refused = [one for one in private if one.code not in (acknowledged or ())]
    if refused:
        raise NotFit(f"{refused[0].sentence} Confirm that they may, or reject them on Curate.", refused)
    if acknowledged is None:
        return []
    others = [one for one in outlook.open_warnings(acknowledged) if one.subject != PRIVATE]
    if others:
        said = " ".join(one.sentence for one in others)
        raise NotFit(f"Nothing was started: this has to be acknowledged first. {said}", others)
    return outlook.warnings


def _plan(
    c: Connection,
    project_id: int,
    snapshot_id: int,
    outlook: Outlook,
    part: PartEstimate,
    *,
    key: str,
    group: str,
    who: str,
) -> Job:
    settings, terms = outlook.settings, outlook.terms
    # Where passes are paid, they are named: a server's own idea of "auto" could cost more than was agreed to.
    epochs = settings.epochs if terms.free else epochs_of(settings, part.rows)
    low, high = part.cost if part.cost is not None else (None, None)
    job = jobs.plan(
        c,
        project_id,
        snapshot_id=snapshot_id,
        endpoint_id=terms.endpoint.id,
        key=key,
        base_model=terms.base_model,
        hyperparameters=settings.hyperparameters(epochs),
        system_prompt=outlook.survey.system,
        seed=part.part.seed,
        who=who,
        method=settings.method,
        suffix=settings.suffix,
        group=group,
        share=part.part.share,
        estimated_tokens=part.tokens,
        rate=terms.rate,
        cost_low=low,
        cost_high=high,
    )
    tasks.put(c, "reconcile", {"job_id": job.id}, project_id=project_id, key=f"reconcile:{job.key}")
    return job


def _note(c: Connection, job: Job, said_yes: list[Finding], who: str) -> None:
    """What was acknowledged stands among the job's events: who was warned, and of what."""
    events = [
        JobEvent(f"acknowledged-{at}", now(), "warn", f"Acknowledged by {who or 'somebody'}: {one.sentence}")
        for at, one in enumerate(said_yes)
    ]
    jobs.add_events(c, job.id, events)


def _keys(name: str) -> list[str]:
    """The keys of the jobs of a group."""
    return [f"{name}-{at}" for at in range(MOST_SEEDS * len(SIZES))]


def _known(c: Connection, name: str) -> tuple[Job, ...]:
    """The jobs that this key has launched already."""
    found = (jobs.find(c, key) for key in (name, *_keys(name)))
    return tuple(job for job in found if job is not None)

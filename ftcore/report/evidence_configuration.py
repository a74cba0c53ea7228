"""How a run was set up and what came of it, as plain values without private texts, keys or places on this machine."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from ftcore.evaluation.cherry_picking import arms_compared, history
from ftcore.evaluation.corrections import CORRECTIONS
from ftcore.evaluation.plans import test_rows_digest
from ftcore.evaluation.scorers import Context
from ftcore.records import Split
from ftcore.report.evidence_secrets import LEFT_OUT, Hidden, address, without_private
from ftcore.store import documents, endpoints, jobs, projects, snapshots
from ftcore.store.runs import Run

JOB = (
    "base_model",
    "fine_tuned_model",
    "method",
    "seed",
    "suffix",
    "share",
    "trained_tokens",
    "total_steps",
    "hyperparameters",
    "remote_id",
    "system_prompt",
)


def configuration(c: Connection, run: Run, kept: Hidden, context: Context) -> dict[str, Any]:
    """Everything that was decided before an answer was seen, and what was corrected afterwards."""
    candidate, comparator = arms_compared([run])
    job = jobs.get(c, run.job_id) if run.job_id is not None else None
    snapshot = snapshots.get(c, run.snapshot_id)
    settings = {name: value for name, value in run.settings.items() if name != CORRECTIONS}
    rows = list(snapshots.rows(c, run.snapshot_id, Split.TEST))
    return {
        "run": run.id,
        "project": projects.get(c, run.project_id).name,
        "candidate": candidate,
        "comparator": comparator,
        "arms": _arms(run, kept),
        "connections": _connections(c, run),
        "documents": _documents(c, run),
        "scorer": run.scorer,
        "scorer_context": {"options": context.options, "terms": context.terms, "schema": context.schema},
        "delta": run.delta,
        "seed": run.seed,
        "max_tokens": run.max_tokens,
        "settings": without_private(settings, kept),
        "snapshot": {
            "sha256": snapshot.digest,
            "train": snapshot.train,
            "validation": snapshot.validation,
            "test": snapshot.test,
            "test_rows_sha256": test_rows_digest(rows),
        },
        "job": None if job is None else {name: getattr(job, name) for name in JOB},
        "corrections": _corrections(run, kept),
    }


def comparisons(c: Connection, run: Run, kept: Hidden) -> dict[str, Any]:
    """The result, and the verdict before each correction."""
    found = history(c, run.id)
    upto = [step for step in found.steps if step.run.id <= run.id]
    return {
        "result": run.result,
        "verdicts": [
            {
                "run": step.run.id,
                "corrections": step.run.corrections,
                "verdict": verdict(step.run),
                "effect": None if kept.correction(step.correction) else step.effect,
            }
            for step in upto
        ],
        "all_corrections_favour": found.favoured,
    }


def verdict(run: Run) -> str:
    """The primary comparison as a line: no more than its figures."""
    compared = run.result.get("comparisons") or []
    if not compared:
        return "Nothing was compared."
    one, candidate = compared[0], run.result.get("candidate") or arms_compared([run])[0]
    return (
        f"{candidate} against {one['against']}, by {run.scorer}: {one['verdict']}; difference "
        f"{one['mean_difference']:+.4f} ({one['low']:+.4f} to {one['high']:+.4f}), p {one['p_value']:.4f}, n {one['n']}, "
        f"{one['wins']} better, {one['ties']} the same, {one['losses']} worse."
    )


def _arms(run: Run, kept: Hidden) -> list[dict[str, Any]]:
    hashes = {one["arm"]: one.get("digest", "") for one in run.result.get("arms", [])}
    return [{**without_private(arm, kept), "sha256": hashes.get(arm["name"], "")} for arm in run.arms]


def _connections(c: Connection, run: Run) -> list[dict[str, Any]]:
    """By the ids that the arms name; the run's own first."""
    ids = [run.endpoint_id, *(arm["endpoint_id"] for arm in run.arms if arm.get("endpoint_id") is not None)]
    found = [endpoints.get(c, id_) for id_ in dict.fromkeys(ids)]
    return [
        {
            "id": one.id,
            "name": one.name,
            "base_url": address(one.base_url),
            "provider": one.provider,
            "practice": one.practice,
        }
        for one in found
    ]


def _documents(c: Connection, run: Run) -> list[dict[str, Any]]:
    ids = {id_ for arm in run.arms for id_ in (arm.get("settings") or {}).get("documents", ())}
    found = documents.some(c, ids)
    return [{"id": id_, "name": one.name, "sha256": one.digest, "bytes": one.bytes} for id_, one in found.items()]


def _corrections(run: Run, kept: Hidden) -> list[dict[str, Any]]:
    said = run.settings.get(CORRECTIONS) or []
    return [{LEFT_OUT: "a private row"} if kept.correction(one) else one for one in said]

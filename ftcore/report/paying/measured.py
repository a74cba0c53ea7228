"""What the newest finished run says of the two ways that are compared: tokens, seconds, and how much better the answers are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from ftcore.decision.pay import Better
from ftcore.evaluation.arms.plan import TUNED
from ftcore.evaluation.scorers import describe
from ftcore.records import Endpoint, Verdict
from ftcore.store import endpoints, runs
from ftcore.store.runs import Run

BETTER = (Verdict.BETTER, Verdict.CLEARLY_BETTER)


@dataclass(frozen=True, slots=True)
class MeasuredWay:
    """One arm of the run. Tokens are means a call, 0 where the server did not tell them."""

    label: str
    kind: str
    model: str
    endpoint: Endpoint
    tokens_in: float
    tokens_out: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """`other` is the arm that the verdict is about; other tuned models are no other way. `better` is None where the measure does not
    count right answers, where the tuned model is not shown to be better, or on the practice model, which cannot tell."""

    run: int
    job_id: int | None
    tuned: MeasuredWay
    other: MeasuredWay
    better: Better | None

    @property
    def practice(self) -> bool:
        return self.tuned.endpoint.practice


def measured(c: Connection, project_id: int) -> Measured | None:
    """From the newest finished run; None without one, or where it holds no tuned model and no other way."""
    run = runs.latest_done(c, project_id)
    if run is None or not run.result:
        return None
    arms = {str(arm.get("arm")): arm for arm in run.result.get("arms") or ()}
    candidate = arms.get(str(run.result.get("candidate") or run.settings.get("candidate") or "fine_tuned"))
    compared = [
        one
        for one in run.result.get("comparisons") or ()
        if one.get("against") in arms and _kind(arms[one["against"]]) not in TUNED
    ]
    if candidate is None or not compared:
        return None
    tuned, other = (_way(c, run, arm) for arm in (candidate, arms[compared[0]["against"]]))
    return Measured(run.id, run.job_id, tuned, other, None if tuned.endpoint.practice else _better(run, compared[0]))


def _kind(arm: dict[str, Any]) -> str:
    return str(arm.get("kind") or arm.get("arm") or "")


def _way(c: Connection, run: Run, arm: dict[str, Any]) -> MeasuredWay:
    planned = next((plan for plan in run.arms if plan.get("name") == arm.get("arm")), {})
    where = planned.get("endpoint_id") or run.endpoint_id
    return MeasuredWay(
        label=str(arm.get("label") or arm.get("arm") or ""),
        kind=_kind(arm),
        model=str(arm.get("model") or ""),
        endpoint=endpoints.get(c, int(where)),
        tokens_in=float(arm.get("tokens_in") or 0),
        tokens_out=float(arm.get("tokens_out") or 0),
        seconds=float(arm.get("seconds_median") or 0),
    )


def _better(run: Run, compared: dict[str, Any]) -> Better | None:
    known = describe(run.scorer)
    if known is None or not known.binary or compared.get("verdict") not in BETTER:
        return None
    return Better(float(compared["mean_difference"]), float(compared["low"]), float(compared["high"]))

"""What the newest finished run, or the newest trial, says of the two ways that are compared: tokens, seconds, and how much better the answers are."""

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
    """`other` is the arm that the verdict is about; other tuned models are no other way. `tuned` is None in a trial, which asks no
    tuned model. `better` is None where the measure does not count right answers, where the tuned model is not shown to be
    better, or on the practice model, which cannot tell."""

    run: int
    job_id: int | None
    tuned: MeasuredWay | None
    other: MeasuredWay
    better: Better | None = None

    @property
    def ways(self) -> tuple[tuple[str, MeasuredWay], ...]:
        return (*((("tuned", self.tuned),) if self.tuned else ()), ("other", self.other))

    @property
    def name(self) -> str:
        return f"run {self.run}" if self.tuned else f"trial {self.run}"

    @property
    def practice(self) -> bool:
        return any(way.endpoint.practice for _, way in self.ways)


def measured(c: Connection, project_id: int) -> Measured | None:
    """From the newest finished run that holds a tuned model and another way, else from the newest finished trial; None without
    either."""
    done = (run for run in runs.of_project(c, project_id) if run.state == "done" and run.result)
    compared = next((found for run in done if (found := _compared(c, run)) is not None), None)
    return compared or next(
        (
            found
            for run in runs.trials(c, project_id)
            if run.state == "done" and run.result and (found := _tried(c, run)) is not None
        ),
        None,
    )


def _compared(c: Connection, run: Run) -> Measured | None:
    arms = _arms(run)
    candidate = arms.get(str(run.result.get("candidate") or run.settings.get("candidate") or "fine_tuned"))
    told = [one for one in run.result.get("comparisons") or () if one.get("against") in arms]
    against = [one for one in told if _kind(arms[one["against"]]) not in TUNED]
    if candidate is None or _kind(candidate) not in TUNED or not against:
        return None
    tuned, other = (_way(c, run, arm) for arm in (candidate, arms[against[0]["against"]]))
    return Measured(run.id, run.job_id, tuned, other, None if tuned.endpoint.practice else _better(run, against[0]))


def _tried(c: Connection, run: Run) -> Measured | None:
    """The way that did best in a trial: that is what a tuned model would have to beat."""
    arms = [arm for arm in _arms(run).values() if _kind(arm) not in TUNED]
    best = max(arms, key=lambda arm: float(arm.get("average") or 0), default=None)
    return Measured(run.id, None, None, _way(c, run, best)) if best is not None else None


def _arms(run: Run) -> dict[str, dict[str, Any]]:
    return {str(arm.get("arm")): arm for arm in run.result.get("arms") or ()}


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

"""The requests of a run as they were sent, built again from its arms and checked against the keys of its calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ftcore.evaluation import runner
from ftcore.evaluation.arms import Arm, ArmPlan, plan_from_json
from ftcore.evaluation.arms.building import Materials, build, follow
from ftcore.evaluation.call import Asking, Call
from ftcore.evaluation.cases import cases
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.proposing import materials
from ftcore.records import Endpoint, Split
from ftcore.report.evidence_secrets import Hidden
from ftcore.store import corrected, endpoints, snapshots
from ftcore.store.database import Database
from ftcore.store.runs import Run

Place = tuple[str, str, str, int]
"""(split, arm, case id, repeat)."""


@dataclass
class Requests:
    """Counts while it is read. `other`: requests whose key is not the one that was kept, so that what was sent may have been
    different. `private`: left out, since they show a private example. `lost`: arms that cannot be built any more, with the
    reason."""

    written: int = 0
    other: int = 0
    private: int = 0
    lost: dict[str, str] = field(default_factory=dict)


def chosen_plans(run: Run) -> list[ArmPlan]:
    """What the test examples were asked: each arm with the alternative that validation chose."""
    return [_chosen(run, plan) for plan in _followed(run)]


def lines(
    db: Database, run: Run, keys: Mapping[Place, str], kept: Hidden, counted: Requests
) -> Iterator[dict[str, Any]]:
    """A dict a call that was made: key, split, arm, id, repeat, request, and `as_sent`: whether the key says that exactly this
    was sent."""
    with db.read() as c:
        first = corrected.chain(c, run.id)[0]  # what was shown was chosen among the rows as they were then
        endpoint = endpoints.get(c, run.endpoint_id)
        rows = {split: list(snapshots.rows(c, run.snapshot_id, split)) for split in (Split.VALIDATION, Split.TEST)}
    plans = [plan_from_json(one) for one in run.arms]
    found = materials(db, run.project_id, first.snapshot_id, plans)
    settings = run.settings
    asking = Asking(float(settings.get("temperature", 0.0)), run.seed, run.max_tokens)
    repeats = max(1, int(settings.get("repeats", 1)))
    candidates = {one.name: one for plan in _followed(run) for one in plan.candidates()}
    asked = {
        Split.VALIDATION: (list(candidates.values()), 1),
        Split.TEST: (chosen_plans(run), repeats),
    }
    for split, (ways, times) in asked.items():
        tested = [row for row in rows[split] if not kept.row(row)]
        for arm in _built(ways, found, {place[1] for place in keys if place[0] == split}, counted):
            for call in _calls(arm, cases(tested), endpoint, asking, times):
                key = keys.get((split.value, arm.name, call.case_id, call.repeat))
                if key is None:
                    continue
                if kept.shown_in(call.request["messages"]):
                    counted.private += 1
                    continue
                counted.written += 1
                counted.other += key != call.key
                yield _line(call, split, key)


def _line(call: Call, split: Split, key: str) -> dict[str, Any]:
    return {
        "key": key,
        "split": split.value,
        "arm": call.arm.name,
        "id": call.case_id,
        "repeat": call.repeat,
        "request": call.request,
        "as_sent": key == call.key,
    }


def _calls(arm: Arm, asked: list[Any], endpoint: Endpoint, asking: Asking, times: int) -> list[Call]:
    return runner.plan([arm], asked, endpoint, asking, repeats=times)


def _built(plans: list[ArmPlan], found: Materials, asked: set[str], counted: Requests) -> Iterator[Arm]:
    for plan in plans:
        if plan.name not in asked:
            continue
        try:
            yield build(plan, found)
        except EvaluationError as error:
            counted.lost[plan.name] = str(error)


def _followed(run: Run) -> list[ArmPlan]:
    """The plans with all their alternatives, under the instructions that validation chose."""
    plans = [plan_from_json(kept) for kept in run.arms]
    prompt = next((plan for plan in plans if plan.kind == "prompt"), None)
    best = _chosen(run, prompt).system if prompt else None
    return [follow(plan, best) if prompt and plan.kind != "prompt" else plan for plan in plans]


def _chosen(run: Run, plan: ArmPlan) -> ArmPlan:
    """By the result; the first alternative where nothing was chosen."""
    label = ((run.result.get("chosen") or {}).get(plan.name) or {}).get("variant")
    for at in range(len(plan.variants)):
        one = plan.chosen(at)
        if one.label == label:
            return one
    return plan.chosen(0)

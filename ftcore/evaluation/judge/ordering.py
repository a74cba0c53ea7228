"""A judge as it is ordered on a page or by a script, and kept with its run: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ftcore.evaluation.cases import cases
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.judge.criteria import CheckList, Criteria, Pairs, Rubric
from ftcore.evaluation.judge.items import Item, Judge, pair_items, single_items
from ftcore.records import Endpoint, Split, Task
from ftcore.store import endpoints, runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.runs import Run

PAIRS, RUBRIC, CHECKS = "pairs", "rubric", "checks"
KIND = "judge"
"""Of the worker's task."""


@dataclass(frozen=True, slots=True)
class Order:
    """`text`: the question of pairs and of marks ("" = the usual one), or the yes/no questions, one on each line. `rows`: so
    many test rows, the first of the snapshot. `arms`: the candidate first."""

    kind: str
    model: str
    endpoint_id: int
    arms: tuple[str, str]
    rows: int
    text: str = ""
    seed: int = 0

    def criteria(self) -> Criteria:
        """Raises EvaluationError when there is nothing to ask by."""
        text = self.text.strip()
        if self.kind == PAIRS:
            return Pairs(text) if text else Pairs()
        if self.kind == RUBRIC:
            return Rubric(text) if text else Rubric()
        if self.kind == CHECKS:
            return CheckList(tuple(line.strip() for line in text.splitlines() if line.strip()))
        raise EvaluationError(f"There is no way to judge named '{self.kind}'.")

    def judge(self, endpoint: Endpoint) -> Judge:
        if not self.model.strip():
            raise EvaluationError("Name the model that is to judge.")
        return Judge(self.criteria(), self.model.strip(), endpoint, self.seed)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "arms": list(self.arms)}


def order_from_json(kept: Mapping[str, Any]) -> Order:
    first, second = kept["arms"]
    values = {name: kept[name] for name in ("kind", "model", "endpoint_id", "rows", "text", "seed")}
    return Order(arms=(first, second), **values)


def order(db: Database, run: Run, wanted: Order) -> Task:
    """Keeps the order with its run, and hands it to the worker. Raises EvaluationError when it cannot be carried out."""
    with db.read() as c:
        judge = wanted.judge(endpoints.get(c, wanted.endpoint_id))
    with db.write() as c:
        now = runs.get(c, run.id)
        judges = {**now.settings.get("judges", {}), judge.name: wanted.to_json()}
        runs.change(c, run.id, settings={**now.settings, "judges": judges})
        payload = {"run_id": run.id, "order": wanted.to_json()}
        last = tasks.last(c, run.project_id, KIND)
        key = f"judge:{run.id}:{judge.name}:{wanted.rows}:{last.id if last else 0}"
        return tasks.put(c, KIND, payload, project_id=run.project_id, key=key)


def items_of(db: Database, run: Run, wanted: Order) -> list[Item]:
    """What this order asks about: equal answers of a pair included, which nobody is asked about."""
    with db.read() as c:
        tested = cases(list(snapshots.rows(c, run.snapshot_id, Split.TEST))[: wanted.rows])
        said = [one for one in runs.answers(c, run.id, Split.TEST, run.scorer) if one.arm in wanted.arms]
    if isinstance(wanted.criteria(), Pairs):
        return pair_items(tested, said, wanted.arms)
    asked = {case.id for case in tested}
    return single_items(tested, [one for one in said if one.case_id in asked])

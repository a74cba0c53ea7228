"""A judge as it is ordered on a page or by a script, and kept with its run: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.judge.criteria import CheckList, Criteria, Pairs, Rubric
from ftcore.evaluation.judge.items import Judge
from ftcore.records import Endpoint

PAIRS, RUBRIC, CHECKS = "pairs", "rubric", "checks"


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

"""All scorers of a run over all its answers; nothing is asked again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ftcore.evaluation.arms import plan_from_json
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.plans import context_for
from ftcore.evaluation.scorers import Context, Scorer, make
from ftcore.records import Answer, Split, TestCase
from ftcore.store import runs
from ftcore.store.database import Database
from ftcore.store.runs import Run

Place = tuple[str, str, int]
"""(arm, case id, repeat)."""


@dataclass
class Scoring:
    """`further` fills as test answers are scored: by scorer, then by place. `left_out`: why a scorer that was wished for is not
    there, a sentence each."""

    db: Database
    primary: Scorer
    others: Sequence[Scorer] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    further: dict[str, Mapping[Place, float]] = field(default_factory=dict)

    @classmethod
    def of_run(cls, db: Database, run: Run) -> Scoring:
        """Raises EvaluationError when the primary scorer cannot be made; another one that cannot is left out with its reason."""
        context = context_of(db, run)
        others, left_out = [], {}
        for name in run.settings.get("scorers", ()):
            try:
                others.append(make(name, context))
            except EvaluationError as error:
                left_out[name] = str(error)
        return cls(db, make(run.scorer, context), others, left_out)

    def keep(self, run_id: int, split: Split, cases: Sequence[TestCase], *, primary_only: bool = False) -> list[Answer]:
        """Scores a split's answers and keeps the scores; gives the answers with those of the primary scorer."""
        expected = {case.id: case.expected for case in cases}
        with self.db.read() as c:
            answers = [one for one in runs.answers(c, run_id, split, self.primary.name) if one.case_id in expected]
        primary = self._scored(run_id, split, self.primary, answers, expected)
        if not primary_only:
            for scorer in self.others:
                self.further[scorer.name] = self._scored(run_id, split, scorer, answers, expected)
        return [replace(one, score=primary.get((one.arm, one.case_id, one.repeat))) for one in answers]

    def _scored(
        self, run_id: int, split: Split, scorer: Scorer, answers: Sequence[Answer], expected: Mapping[str, str]
    ) -> dict[Place, float]:
        found = {}
        for answer in answers:
            if answer.text is None:
                continue
            score = scorer.score(answer.text, expected[answer.case_id])
            if not math.isnan(score):
                found[answer.arm, answer.case_id, answer.repeat] = score
        with self.db.write() as c:
            runs.set_scores(c, run_id, scorer.name, split, found)
        return found


def context_of(db: Database, run: Run) -> Context:
    """What the run's scorers may know."""
    plans = [plan_from_json(kept) for kept in run.arms]
    return context_for(db, run.project_id, run.snapshot_id, plans, run.settings.get("options", {}))

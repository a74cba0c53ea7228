"""Trials: a small comparison of ways that need no training, run to answer one of the questions while it is being asked.

Its questions are drawn from the examples to learn from, never from those kept for the test: a trial must not wear the test out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from ftcore.chat import count_tokens
from ftcore.dataset import split_leaks
from ftcore.dataset.freeze import tokens_of_row
from ftcore.dataset.snapshots import Digest
from ftcore.evaluation.another_arm import PLAIN, another
from ftcore.evaluation.answering import Untrained
from ftcore.evaluation.arms import ArmPlan
from ftcore.evaluation.call import answer_limit
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.estimating import OUTPUT_WEIGHT, PRACTICE_WORK_A_SECOND
from ftcore.evaluation.plans import Declared, plan_run
from ftcore.evaluation.proposing import propose_arms
from ftcore.records import Endpoint, SnapshotRow, Split, TrainingExample
from ftcore.store import documents, projects, runs, snapshots
from ftcore.store.database import Database
from ftcore.store.runs import Run

ROWS = 30
"""So many questions a trial asks in each way."""
SHOWN = 470
"""So many further examples are there to be shown in the prompt."""
LEAST = 10
"""Fewer approved examples than these show nothing."""
SHOTS = 3
LOOKED_UP_TOKENS = 450
"""Three parts of 600 characters."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`candidate` is the kind of the way that is tried, `what` says so to a person."""

    candidate: str
    what: str


KINDS = {
    "best_base_model": Kind("larger", "a stronger model against the one you have"),
    "prompt_optimized": Kind("few_shot", "examples in the prompt against your prompt alone"),
    "rag_would_solve": Kind("rag", "looking things up against your prompt alone"),
}
"""What can be tried, by the question that it answers."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a trial would do. `why_not` says what is missing, "" when it can be run; `seconds`: at least and at most, None =
    not known there: a model that was not trained may write on until it is stopped."""

    what: str
    rows: int
    seconds: tuple[float, float] | None
    why_not: str = ""


def offer(
    db: Database, project_id: int, question: str, endpoint: Endpoint, base_model: str, *, larger: str = ""
) -> Offer:
    """What trying it would take, without writing anything. `larger` names the stronger model for the first question."""
    kind = KINDS[question]
    with db.read() as c:
        project = projects.get(c, project_id)
        ids = snapshots.drawn_ids(c, project_id, ROWS + SHOWN, private=endpoint.practice)
        asked = snapshots.approved_some(c, ids[: _asked(len(ids))])
        known = documents.of_project(c, project_id)
        speed = runs.speed(c, endpoint.id, weight=OUTPUT_WEIGHT)
    why_not = ""
    if len(ids) < LEAST:
        beside = "those kept for the test" if endpoint.practice else "the private ones and those kept for the test"
        why_not = f"It takes at least {LEAST} approved examples beside {beside}; there are {len(ids)}. Import or approve some on Curate."
    elif kind.candidate == "rag" and not known:
        why_not = "There are no documents to look things up in. Add them on Evaluate, under Instructions, documents and terms."
    elif kind.candidate == "larger" and (endpoint.practice or not larger):
        why_not = "Name a stronger model at a connection. The practice model on this computer can't stand in for one."
    elif kind.candidate == "larger" and " ".join(larger.split()) == base_model:
        why_not = "That is the model you have. Name a stronger one to compare it with."
    rate = speed or (PRACTICE_WORK_A_SECOND if endpoint.practice else None)
    longest = answer_limit(row.training.response for row in asked)
    seconds = None
    if rate and asked:
        ways = 2 + (kind.candidate != "larger" and bool(project.base_prompt.strip()))
        read = sum(_read(row, project.base_prompt, kind.candidate) for row in asked)
        written = sum(count_tokens(TrainingExample(row.training.messages[-1:])) for row in asked)
        low, high = (read + ways * OUTPUT_WEIGHT * tokens for tokens in (written, longest * len(asked)))
        seconds = (low / rate, high / rate)
    return Offer(kind.what, len(asked), seconds, why_not)


def plan_trial(
    db: Database,
    project_id: int,
    question: str,
    endpoint: Endpoint,
    base_model: str,
    *,
    larger: str = "",
    who: str = "",
) -> Run:
    """Writes the trial and the task that carries it out. Raises EvaluationError with a sentence."""
    found = offer(db, project_id, question, endpoint, base_model, larger=larger)
    if found.why_not:
        raise EvaluationError(found.why_not)
    snapshot_id = _freeze(db, project_id, private=endpoint.practice, who=who)
    asker = Untrained(project_id, snapshot_id, endpoint.id, base_model)
    arms, candidate, against = _ways(db, asker, question, larger)
    declared = Declared(arms=arms, candidate=candidate, against=against, trial=question)
    return plan_run(db, project_id, asker, declared, who=who)


def _ways(db: Database, asker: Untrained, question: str, larger: str) -> tuple[list[ArmPlan], str, str]:
    """(the ways that are asked, the one that is tried, the one that it must beat): the model as it is used today."""
    kind = KINDS[question].candidate
    proposed = {plan.name: _plain(plan) for plan in propose_arms(db, asker.project_id, asker).arms}
    today = proposed.get("prompt") or proposed["base"]
    if kind == "larger":
        with db.read() as c:
            instructions = projects.get(c, asker.project_id).base_prompt
        known = [*proposed.values()]
        tried = another(known, PLAIN, model=larger, base_model=asker.base_model, instructions=instructions)
        return [today, tried], tried.name, today.name
    tried = proposed.get(f"few_shot_{SHOTS}" if kind == "few_shot" else kind) or _missing(kind)
    first = [proposed["base"]] if today.name != "base" else []
    return [*first, today, tried], tried.name, today.name


def _missing(kind: str) -> ArmPlan:
    raise EvaluationError(
        f"Fewer than {SHOTS} of your examples can be shown: each needs one question and one answer."
        if kind == "few_shot"
        else "There are no documents to look things up in."
    )


def _plain(plan: ArmPlan) -> ArmPlan:
    """Its first alternative: a trial has no validation rows to choose by."""
    return replace(plan.chosen(0), variants=())


def _freeze(db: Database, project_id: int, *, private: bool, who: str) -> int:
    """A snapshot of the examples that a trial asks (as its test) and of those that it may show."""
    with db.read() as c:
        ids = snapshots.drawn_ids(c, project_id, ROWS + SHOWN, private=private)
        short = projects.get(c, project_id).tuned_prompt
        taken = [_instructed(row, short) for row in snapshots.approved_some(c, ids)]
        asked = set(ids[: _asked(len(ids))])
        rows = [replace(row, split=Split.TEST) if row.example_id in asked else row for row in taken]
        twins = set(split_leaks.training_twins(split_leaks.of_rows(c, project_id, map(_told, rows))))
    # An example that asks the same as a question of the trial would give its answer away.
    rows = [row for row in rows if row.example_id not in twins]
    found, numbers = Digest(), Counter(row.split for row in rows)
    for row in rows:
        found.add(row)
    with db.write() as c:
        return snapshots.take(
            c,
            project_id,
            rows,
            digest=found.hexdigest(),
            numbers=numbers,
            tokens=sum(tokens_of_row(row) for row in rows),
            who=who,
            name="Trial",
        ).id


def _instructed(row: SnapshotRow, short: str) -> SnapshotRow:
    """With the project's short instructions where it has none of its own, as in a training."""
    return row if not short or row.training.system else replace(row, training=row.training.with_system(short))


def _told(row: SnapshotRow) -> tuple[int, Split, TrainingExample]:
    return row.example_id, row.split, row.training


def _asked(number: int) -> int:
    """How many of so many examples are asked: all but those that are to be shown."""
    return max(0, min(ROWS, number - max(SHOTS, number // 3)))


def _read(row: SnapshotRow, prompt: str, kind: str) -> int:
    """Tokens of the question in all ways together, with what stands before it."""
    question = count_tokens(TrainingExample(row.training.messages[:-1]))
    answer = count_tokens(TrainingExample(row.training.messages[-1:]))
    system = count_tokens(TrainingExample([{"role": "system", "content": prompt}])) if prompt.strip() else 0
    more = {"few_shot": SHOTS * (question + answer), "rag": LOOKED_UP_TOKENS}.get(kind, 0)
    short = question if system and kind != "larger" else 0
    return 2 * (question + system) + more + short

"""Finished runs with arms of every kind, written straight into the store: what a page draws, without a worker."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ftcore.dataset import curation
from ftcore.evaluation.arms.plan import ArmPlan
from ftcore.evaluation.scorers import SCORERS
from ftcore.evaluation.statistics import compare, mean_interval
from ftcore.records import Answer, ArmResult, Job, JobState, SnapshotRow, Split, TrainingExample
from ftcore.store import endpoints, examples, imports, jobs, projects, runs, snapshots
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.store.runs import Run
from ftcore.store.schema import now
from ftcore.training.launch import launch

HOSTILE = "![x](http://evil.example/a.png) :red[no] $5$ **b** <b>i</b>"
MODEL = "ft:smollm2-135m-instruct:tuneworthy::a1"
LABELS = ("refund", "return", "warranty", "delivery", "invoice")
BASE = "smollm2-135m-instruct"
MORE = (
    ArmPlan("base", "base", "Base model", BASE, "Sort the ticket."),
    ArmPlan("prompt", "prompt", "Your best prompt (version 3)", BASE, "You sort support tickets. Be exact."),
    ArmPlan("few_shot", "few_shot", "Base with 8 nearest examples", BASE, settings={"k": 8, "choose": "nearest"}),
    ArmPlan("structured", "structured", "Prompt and fixed form", BASE, settings={"schema": {"type": "object"}}),
    ArmPlan("rag", "rag", "Looked up in your documents", BASE, settings={"top": 3}),
    ArmPlan("larger", "larger", "Larger model", "acme-large-2026-05"),
    ArmPlan("fine_tuned_quarter", "fine_tuned", "Fine-tuned on a quarter", f"{MODEL}-q", settings={"share": 0.25}),
    ArmPlan("fine_tuned_rag", "fine_tuned_rag", "Fine-tuned, looked up too", MODEL, settings={"top": 3}),
    ArmPlan("fine_tuned", "fine_tuned", "Fine-tuned", MODEL, settings={"share": 1.0}),
)
HALF = ArmPlan("fine_tuned_half", "fine_tuned", "Fine-tuned on half", f"{MODEL}-h", settings={"share": 0.5})
QUARTER = next(plan for plan in MORE if plan.name == "fine_tuned_quarter")
FEW = tuple(plan for plan in MORE if plan.name in ("base", "prompt", "fine_tuned"))
CHANCES = {
    "base": 0.3,
    "prompt": 0.62,
    "few_shot": 0.6,
    "structured": 0.5,
    "rag": 0.55,
    "larger": 0.75,
    "fine_tuned_quarter": 0.66,
    "fine_tuned_half": 0.75,
    "fine_tuned_rag": 0.8,
    "fine_tuned": 0.84,
}


@dataclass(frozen=True)
class Measuring:
    """A project whose rows are approved."""

    db: Database
    project_id: int

    def job(self, *, practice: bool = True) -> Job:
        """A job that made a model; `practice` = the small one."""
        with self.db.write() as c:
            name = "local" if practice else "acme"
            endpoint = endpoints.put(c, name, base_url="http://127.0.0.1:9/v1", key_source="", practice=practice)
        made = launch(self.db, self.project_id, endpoint, base_model=BASE, who="DK")
        with self.db.write() as c:
            jobs.change(
                c,
                made.id,
                state=JobState.SUCCEEDED,
                fine_tuned_model=MODEL,
                remote_id=f"ftjob-{made.id}",
                trained_tokens=4_200,
                finished_at=now(),
            )
            return jobs.get(c, made.id)


@dataclass(frozen=True)
class Kind:
    """What the rows' answers are."""

    scorer: str
    name: str

    def example(self, at: int) -> TrainingExample:
        said = f"Ticket {at}: the zip of my tent {'has broken again ' * (at % 7)}and I want to know what to do"
        if at % 11 == 0:
            said = f"Ticket {at}: {HOSTILE} {'long ' * 200}"
        turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "How can I help?"}]
        messages = [*(turns if at % 6 == 5 else []), {"role": "user", "content": said}]
        return TrainingExample([*messages, {"role": "assistant", "content": self.answer(at)}])

    def answer(self, at: int) -> str:
        label = LABELS[at % len(LABELS)]
        if self.name == "labels":
            return label
        if self.name == "json":
            return json.dumps({"category": label, "urgency": ("low", "high")[at % 3 == 0], "summary": f"Answer {at}"})
        return f"Dear customer {at},\n\nwe are sorry about your {label}. Please send the parcel back within 14 days."

    def wrong(self, at: int, arm: str) -> str:
        if at % 13 == 0:
            return HOSTILE
        if self.name == "prose":
            return self.answer(at).replace("sorry", "glad").replace("14 days", "a month")
        return self.answer(at + 1 + len(arm) % 2)


LABELLED, JSON, PROSE = Kind("exact_match", "labels"), Kind("json_fields", "json"), Kind("edit_similarity", "prose")


def begin(db: Database, kind: Kind, *, test: int = 60, train: int = 40) -> Measuring:
    """A project whose rows are frozen with tags; every fourth test row is tagged "refunds"."""
    splits = [Split.TRAIN] * train + [Split.TEST] * test
    rows = [NewExample(kind.example(at), split, tokens=30) for at, split in enumerate(splits)]
    rows = [replace(row, tags=("refunds",) if at % 4 == 0 else ("others",)) for at, row in enumerate(rows)]
    with db.write() as c:
        made = projects.create(c, "Tickets")
        imported = imports.start(c, made.id, file_name="t.csv", sha256="", shape="columns", who="DK")
        imports.finish(c, imported, accepted=len(rows), rejected=[])
        examples.add(c, made.id, rows, import_id=imported, source="t.csv", who="DK")
    curation.approve_clean(db, made.id, who="DK")
    return Measuring(db, made.id)


def run(
    project: Measuring,
    kind: Kind,
    *,
    arms: Sequence[ArmPlan] = MORE,
    seed: int = 1,
    job: Job | None = None,
    lost: int = 0,
    usd: float | None = None,
    **result: Any,
) -> Run:
    """A finished run; `lost` answers of the base never arrived. The tuned model is bad at rows tagged "refunds"."""
    job = job or project.job()
    db = project.db
    with db.read() as c:
        rows = list(snapshots.rows(c, job.snapshot_id, Split.TEST))
    with db.write() as c:
        made = runs.plan(
            c,
            project.project_id,
            snapshot_id=job.snapshot_id,
            endpoint_id=job.endpoint_id,
            job_id=job.id,
            scorer=kind.scorer,
            arms=[plan.to_json() for plan in arms],
            delta=0.05,
            seed=7,
            max_tokens=200,
            total=len(rows) * len(arms),
            created_by="DK",
            settings={"candidate": "fine_tuned", "scorers": ["json_valid"]},
            versions={"tuneworthy": "0.6"},
        )
        said = {plan.name: _answers(kind, plan, rows, seed, lost) for plan in arms}
        for answers in said.values():
            for answer in answers:
                runs.keep_call(c, made.id, Split.TEST, uuid.uuid4().hex, answer)
        scored = {name: _scores(kind.scorer, answers, rows) for name, answers in said.items()}
        for scorer, found in (
            (kind.scorer, scored),
            ("json_valid", {name: _scores("json_valid", answers, rows) for name, answers in said.items()}),
        ):
            flat = {
                (name, str(row.example_id), 0): score
                for name, scores in found.items()
                for row, score in zip(rows, scores, strict=True)
                if score is not None
            }
            runs.set_scores(c, made.id, scorer, Split.TEST, flat)
        runs.change(c, made.id, state="done", finished_at=now(), result={**_result(arms, said, scored, usd), **result})
        return runs.get(c, made.id)


def _answers(kind: Kind, plan: ArmPlan, rows: Sequence[SnapshotRow], seed: int, lost: int) -> list[Answer]:
    pick = random.Random(f"{plan.name} {seed}")
    found = []
    for place, row in enumerate(rows):
        at = int("".join(filter(str.isdigit, row.training.prompt.split(":")[0])) or 0)
        chance = CHANCES[plan.name] - (0.55 if plan.name == "fine_tuned" and at % 4 == 0 else 0)
        text: str | None = row.training.response if pick.random() < chance else kind.wrong(at, plan.name)
        gone = plan.name == "base" and place < lost
        found.append(
            Answer(
                str(row.example_id),
                plan.name,
                plan.model,
                None if gone else text,
                error="no answer within 60 s" if gone else "",
                seconds=round(pick.uniform(0.2, 3 if plan.kind == "larger" else 1), 3),
                tokens_in={"fine_tuned": 60}.get(plan.kind, 300) + at % 20,
                tokens_out=9,
                sources=("handbook.pdf, page 4", HOSTILE) if "rag" in plan.kind else (),
            )
        )
    return found


def _scores(scorer: str, answers: Sequence[Answer], rows: Sequence[SnapshotRow]) -> list[float | None]:
    return [
        None if answer.text is None else SCORERS[scorer].score(answer.text, row.training.response)
        for answer, row in zip(answers, rows, strict=True)
    ]


def _result(
    arms: Sequence[ArmPlan], said: dict[str, list[Answer]], scored: dict[str, list[float | None]], usd: float | None
) -> dict[str, Any]:
    others = [plan.name for plan in arms if plan.name != "fine_tuned"]
    order = ["prompt", *(name for name in others if name != "prompt")] if "prompt" in others else others
    results = []
    for plan in arms:
        average, low, high = mean_interval(scored[plan.name])
        seconds = sorted(answer.seconds for answer in said[plan.name])
        results.append(
            ArmResult(
                plan.name,
                plan.label,
                plan.model,
                average,
                low,
                high,
                sum(score is not None for score in scored[plan.name]),
                sum(score is None for score in scored[plan.name]),
                sum(answer.tokens_in for answer in said[plan.name]) / len(seconds),
                9.0,
                seconds[len(seconds) // 2],
                plan.system or "",
                kind=plan.kind,
                digest=f"{len(plan.label):064x}",
                seconds_p95=seconds[int(0.95 * len(seconds))],
                usd=None if usd is None else usd * (4 if plan.kind == "larger" else 1),
                scores={"json_valid": (0.5, 0.4, 0.6)},
            )
        )
    compared = [asdict(compare(scored[name], scored["fine_tuned"], delta=0.05, seed=7)) for name in order]
    return {
        "arms": [asdict(one) for one in results],
        "comparisons": [
            {"against": name, "p_holm": None if at == 0 else min(1.0, one["p_value"] * (len(order) - 1)), **one}
            for at, (name, one) in enumerate(zip(order, compared, strict=True))
        ],
        "candidate": "fine_tuned",
        "comparator": order[0],
        "why": "It was the best alternative on the validation examples, chosen before the test examples were seen.",
        "validation": {name: CHANCES[name] for name in others},
        "chosen": {"few_shot": {"variant": "8 nearest", "averages": {"3 fixed": 0.4, "8 nearest": 0.6}}},
        "looks": 1,
        "usd": usd,
    }

"""The files of a report from 5,000 test rows in 9 ways, gathered from the store each time; beside it the 10 s that each may take."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from unittest.mock import patch

from ftcore.evaluation.plans import plan_run
from ftcore.records import Answer, ArmResult, Comparison, Split, Story, Verdict
from ftcore.report import write_data_sheet, write_deck, write_html, write_json
from ftcore.report.telling import tell
from ftcore.store import runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.schema import now
from ftcore.workspace import open_workspace
from tests.bench.measure import Row
from tests.ui.journeys import begin

ROWS, WAYS, MAY_TAKE = 5_000, 9, 10.0
FILES: tuple[tuple[str, Callable[[Story, Path], Path]], ...] = (
    ("deck (PPTX)", write_deck),
    ("web page (HTML)", write_html),
    ("figures (JSON)", write_json),
    ("data sheet (Markdown)", write_data_sheet),
)


def run() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="tuneworthy-bench-report-") as folder:
        db = open_workspace(Path(folder)).open_database()
        try:
            project_id = measured(db)
            return [_timed(db, project_id, Path(folder), name, write) for name, write in FILES]
        finally:
            db.close()


def measured(db: Database) -> int:
    """A project with a finished comparison of so many rows in so many ways; its figures are made up, its answers are there."""
    journey = begin(db, train=100, validation=20, test=ROWS)
    job = journey.job()
    with patch.object(tasks, "put"):
        planned = plan_run(db, journey.project_id, job, who="bench")
    ways = [*planned.arms[:-1], *({**planned.arms[-2], "name": f"prompt_{at}"} for at in range(WAYS)), planned.arms[-1]]
    kept = [*ways[: WAYS - 1], ways[-1]]
    with db.read() as c:
        rows = list(snapshots.rows(c, planned.snapshot_id, Split.TEST))
    wanted = [(str(row.example_id), row.training.response) for row in rows]
    scores: dict[tuple[str, str, int], float] = {}
    for plan in kept:
        scores |= _answer(db, planned.id, str(plan["name"]), str(plan["model"]), wanted)
    arms = [
        ArmResult(p["name"], p["label"], p["model"], 0.7, 0.68, 0.72, ROWS, tokens_in=90, tokens_out=9, kind=p["kind"])
        for p in kept
    ]
    one = Comparison(ROWS, 0.7, 0.75, 0.05, 0.03, 0.07, 0.001, 900, 3_500, 600, 0, Verdict.BETTER, "bootstrap")
    result = {
        "arms": [asdict(arm) for arm in arms],
        "comparisons": [{"against": arm.arm, **asdict(one)} for arm in arms[:-1]],
        "candidate": arms[-1].arm,
    }
    with db.write() as c:
        runs.set_scores(c, planned.id, planned.scorer, Split.TEST, scores)
        runs.change(c, planned.id, state="done", result=result, arms=kept, finished_at=now())
    return journey.project_id


def _answer(
    db: Database, run_id: int, arm: str, model: str, wanted: list[tuple[str, str]]
) -> dict[tuple[str, str, int], float]:
    """Keeps a way's answers, and gives their scores."""
    said = [
        (f"{arm}-{case}", Answer(case, arm, model, text, seconds=0.5, tokens_in=90, tokens_out=9), None)
        for case, text in wanted
    ]
    with db.write() as c:
        runs.keep_calls(c, run_id, Split.TEST, said)
    return {(arm, case, 0): float((len(arm) + at) % 3 != 0) for at, (case, _) in enumerate(wanted)}


def _timed(db: Database, project_id: int, folder: Path, name: str, write: Callable[[Story, Path], Path]) -> Row:
    began = time.perf_counter()
    path = write(tell(db, project_id), folder / "report.file")
    took = time.perf_counter() - began
    return Row(
        f"report: {name}, {path.stat().st_size / 1e6:.1f} MB",
        took,
        MAY_TAKE,
        f"{ROWS:,} rows, {WAYS} ways; may take 10 s",
    )


if __name__ == "__main__":
    import sys

    for row in run():
        sys.stdout.write(f"{row.what}: {row.show(row.ours)} / {row.show(row.baseline)} ({row.how})\n")

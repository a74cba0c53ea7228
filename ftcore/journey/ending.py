"""The end of a journey: the reports, the table on the screen, and the command line's JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from ftcore.journey.wish import Result
from ftcore.records import Job, Story, Verdict
from ftcore.store import snapshots
from ftcore.store.database import Database
from ftcore.workspace import Workspace


def write_reports(db: Database, workspace: Workspace, project_id: int, job: Job) -> dict[str, str]:
    from ftcore.report.data import write_json
    from ftcore.report.deck import write_deck
    from ftcore.report.html import write_html

    story = tell_story(db, project_id)
    folder = workspace.folder("reports") / f"project-{project_id}"
    folder.mkdir(exist_ok=True)
    paths = {name: folder / f"report.{kind}" for name, kind in (("report_html", "html"), ("report_pptx", "pptx"))}
    write_html(story, paths["report_html"])
    write_deck(story, paths["report_pptx"])
    write_json(story, folder / "report.json")
    with db.read() as c:
        digest = snapshots.get(c, job.snapshot_id).digest
    training = workspace.folder("exports") / f"{digest[:16]}-train.jsonl"
    return {"training": str(training), **{name: str(path) for name, path in paths.items()}}


def tell_story(db: Database, project_id: int) -> Story:
    from ftcore.report.telling import tell

    return tell(db, project_id, who="cli")


def result_of(db: Database, taken: dict[str, Any], job: Job, story: Story, files: dict[str, str]) -> Result:
    base = next(comparison for arm, comparison in story.comparisons if arm == "base")
    numbers = {name: getattr(story, name) for name in ("train", "validation", "test", "tokens")}
    return Result(
        dataset={**{name: int(taken[name]) for name in ("read", "accepted", "rejected")}, **numbers},
        job={
            "id": job.remote_id,
            "status": job.state.value,
            "model": job.fine_tuned_model,
            "trained_tokens": job.trained_tokens,
            "seconds": round(story.job_seconds, 1) if story.job_seconds is not None else None,
        },
        evaluation={
            "scorer": story.scorer,
            "n": base.n,
            "base_avg": base.baseline_avg,
            "fine_tuned_avg": base.candidate_avg,
            "improvement": base.mean_difference,
            "low": base.low,
            "high": base.high,
            "verdict": base.verdict.value,
            "missing": base.missing,
        },
        files=files,
    )


def show(story: Story, console: Console) -> None:
    from ftcore.report import words

    table = Table(box=None)
    for name in ("arm", "model", f"{story.scorer_label}, average", "95% interval", "n", "missing"):
        table.add_column(name, overflow="fold")
    for arm in story.arms:
        interval = f"{arm.low:.3f} to {arm.high:.3f}"
        table.add_row(arm.label, arm.model, f"{arm.average:.3f}", interval, str(arm.n), str(arm.missing))
    console.print()
    console.print(table)
    for name, comparison in story.comparisons:
        console.print(
            f"fine-tuned minus {words.label_of(story, name)}: {comparison.mean_difference:+.3f} "
            f"({comparison.low:+.3f} to {comparison.high:+.3f}), {_verdict(comparison.verdict)}",
            markup=False,
            highlight=False,
        )
    if stamp := words.stamp(story):
        console.print(f"\n{stamp}", style="bold")


def _verdict(verdict: Verdict) -> str:
    return verdict.value

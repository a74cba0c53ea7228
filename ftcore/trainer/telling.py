"""What a training child wrote into its journal becomes the job's events, checkpoints, models and end: each once.

Everything here may be repeated: a server that was killed reads the journal again from the start, and marks
(`step-12`, `checkpoint-30`) keep each entry single.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ftcore.trainer import catalogue, journal, results
from ftcore.trainer.database import Database, Row, new_id, now

METRICS = (
    "train_loss",
    "train_mean_token_accuracy",
    "train_reward_margin",
    "valid_loss",
    "valid_mean_token_accuracy",
    "valid_reward_margin",
    "full_valid_loss",
    "full_valid_mean_token_accuracy",
)


class Teller:
    """Writes what happens to a job into the database."""

    def __init__(self, home: Path, database: Database):
        self._home, self._database = home, database

    def folder(self, job_id: str) -> Path:
        return self._home / "jobs" / job_id

    def is_open(self, job_id: str) -> bool:
        return self._database.row("SELECT id FROM jobs WHERE id = ? AND finished_at IS NULL", (job_id,)) is not None

    def note(
        self,
        job_id: str,
        mark: str,
        message: str,
        *,
        level: str = "info",
        data: Row | None = None,
        at: int | None = None,
    ) -> None:
        """Adds an event unless one with this mark is there."""
        event = {"id": new_id("ftevent-"), "job_id": job_id, "mark": mark, "created_at": at or now(), "level": level}
        kind = "metrics" if data else "message"
        self._database.insert("events", {**event, "type": kind, "message": message, "data": data or {}}, or_ignore=True)

    def ingest(self, job_id: str, offset: int) -> int:
        """What the journal has gained since `offset` becomes events; returns the new offset."""
        for end, entry in journal.read(self.folder(job_id) / "metrics.jsonl", offset):
            with self._database.transaction():
                if self.is_open(job_id):
                    getattr(self, f"_on_{entry['kind']}")(job_id, entry)
            offset = end
        return offset

    def fail(self, job_id: str, message: str, code: str, param: str | None = None) -> None:
        with self._database.transaction():
            error: dict[str, Any] = {"code": code, "message": message, "param": param}
            self._database.change("jobs", job_id, {"error": error})
            self.end(job_id, "failed", message, level="error")

    def end(self, job_id: str, status: str, message: str, *, level: str = "info") -> None:
        with self._database.transaction():
            self._database.change("jobs", job_id, {"status": status, "finished_at": now(), "estimated_finish": None})
            self.note(job_id, "ended", message, level=level)

    def _on_ready(self, job_id: str, entry: Row) -> None:
        self._database.change("jobs", job_id, {"status": "running"})
        self.note(
            job_id,
            "started",
            f"Fine-tuning job started: {entry['examples']} examples, {entry['total_steps']} steps, {entry['precision']}.",
        )
        if "how" in entry:
            self.note(job_id, "how", entry["how"])
        if entry["from_step"]:
            self.note(job_id, f"resumed-{entry['at']}", f"Going on after step {entry['from_step']}.")

    def _on_said(self, job_id: str, entry: Row) -> None:
        """A sentence of the child's own, once for each `mark`."""
        self.note(job_id, entry["mark"], entry["message"], level=entry.get("level", "info"))

    def _on_step(self, job_id: str, entry: Row) -> None:
        data = {name: entry[name] for name in ("step", "total_steps", *METRICS) if entry.get(name) is not None}
        loss = entry["train_loss"]
        message = f"Step {entry['step']}/{entry['total_steps']}: training loss={loss:.2f}"
        if entry.get("valid_loss") is not None:
            message += f", validation loss={entry['valid_loss']:.2f}"
        self.note(job_id, f"step-{entry['step']}", message, data=data, at=int(entry["at"]))
        left = entry["total_steps"] - entry["step"]
        self._database.change("jobs", job_id, {"estimated_finish": int(entry["at"] + left * entry["step_seconds"]) + 1})

    def _on_checkpoint(self, job_id: str, entry: Row) -> None:
        job = self._database.row("SELECT * FROM jobs WHERE id = ?", (job_id,))
        folder = self.folder(job_id) / "checkpoints" / f"step-{entry['step']}"
        if job is None or not folder.is_dir():  # pruned already, by a server that was killed afterwards
            return
        name = f"{catalogue.tuned_name(job['model'], job['suffix'], job_id)}:ckpt-step-{entry['step']}"
        metrics = {name: entry[name] for name in ("step", *METRICS) if entry.get(name) is not None}
        row = {"id": new_id("ftckpt_"), "job_id": job_id, "step": entry["step"], "created_at": now(), "model": name}
        if self._database.insert("checkpoints", {**row, "folder": str(folder), "metrics": metrics}, or_ignore=True):
            self._serve(name, job, str(folder))
            self.note(job_id, f"checkpoint-{entry['step']}", f"Checkpoint created at step {entry['step']}: {name}")
        if (best := self._best(job_id)) is not None:
            self._database.change("jobs", job_id, {"best_checkpoint": best["model"]})
        if job["settings"].get("training") == "full":
            self._prune(job_id, {row["step"] for row in (best, self._last(job_id)) if row is not None})

    def _best(self, job_id: str) -> Row | None:
        """The checkpoint of the lowest validation loss; None without a validation file."""
        rows = self._database.rows("SELECT * FROM checkpoints WHERE job_id = ? ORDER BY step", (job_id,))
        judged = [row for row in rows if row["metrics"].get("full_valid_loss") is not None]
        return min(judged, key=lambda row: row["metrics"]["full_valid_loss"], default=None)

    def _last(self, job_id: str) -> Row | None:
        return self._database.row("SELECT * FROM checkpoints WHERE job_id = ? ORDER BY step DESC LIMIT 1", (job_id,))

    def _prune(self, job_id: str, kept: set[int]) -> None:
        """A whole model is large: only the best and the last stay, and the others are listed no more. The list goes
        first: a name that is listed has its weights."""
        for row in self._database.rows("SELECT * FROM checkpoints WHERE job_id = ?", (job_id,)):
            if row["step"] in kept:
                continue
            with self._database.transaction():
                self._database.write("DELETE FROM checkpoints WHERE id = ?", (row["id"],))
                self._database.write("DELETE FROM models WHERE id = ?", (row["model"],))
                message = f"Checkpoint of step {row['step']} removed: of whole models the best and the last are kept."
                self.note(job_id, f"pruned-{row['step']}", message)
            shutil.rmtree(row["folder"], ignore_errors=True)

    def _on_failed(self, job_id: str, entry: Row) -> None:
        self.fail(job_id, entry["message"], entry["code"], entry.get("param"))

    def _on_done(self, job_id: str, entry: Row) -> None:
        job = self._database.row("SELECT * FROM jobs WHERE id = ?", (job_id,))
        if job is None:
            return
        name = catalogue.tuned_name(job["model"], job["suffix"], job_id)
        self._serve(name, job, str(self.folder(job_id) / "checkpoints" / f"step-{entry['step']}"))
        result = results.write(self._home, self._database, job_id, self.folder(job_id) / "metrics.jsonl")
        done = {"fine_tuned_model": name, "trained_tokens": entry["trained_tokens"], "result_file": result}
        self._database.change("jobs", job_id, done)
        self.note(job_id, "model", f"New fine-tuned model created: {name}")
        if (best := self._best(job_id)) is not None:
            loss, last = best["metrics"]["full_valid_loss"], best["step"] == entry["step"]
            where = "It is the last one." if last else f"The new model is that of the last step, {entry['step']}."
            message = f"Best checkpoint: step {best['step']} (validation loss {loss:.4f}), {best['model']}. {where}"
            self.note(job_id, "best", message)
        self.end(job_id, "succeeded", "The job has successfully completed.")

    def _serve(self, name: str, job: Row, folder: str) -> None:
        row = {"id": name, "base": job["model"], "job_id": job["id"], "folder": folder, "created_at": now()}
        self._database.insert("models", row, or_ignore=True)

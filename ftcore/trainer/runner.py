"""The queue: one job at a time, each in a child process, whose journal `telling` makes events of."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

from ftcore import supervision
from ftcore.trainer import catalogue, journal
from ftcore.trainer.database import Database, Row, new_id, now
from ftcore.trainer.telling import Teller

log = logging.getLogger(__name__)

PERIOD = 0.2
GRACE = 3.0
STUMBLE = 5.0
DEATHS = 3


class Runner:
    """Owns the thread that starts, follows and stops training children."""

    def __init__(self, home: Path, database: Database):
        self._home, self._database = home, database
        self._teller = Teller(home, database)
        self.note, self._open, self._folder = self._teller.note, self._teller.is_open, self._teller.folder
        self._bell, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="runner", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stops the running child; the job stays and goes on at the next start."""
        self._stop.set()
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join(GRACE + 5)

    def wake(self) -> None:
        self._bell.set()

    def cancel(self, job_id: str, wait: float) -> None:
        """Asks for the end of a job and waits up to `wait` seconds for it."""
        with self._database.transaction():
            touched = self._database.write(
                "UPDATE jobs SET cancel_requested = 1 WHERE id = ? AND finished_at IS NULL AND cancel_requested = 0",
                (job_id,),
            )
            if touched:
                self.note(job_id, "cancelling", "Cancelling was asked for.")
            waiting = self._database.row(
                "SELECT id FROM jobs WHERE id = ? AND (status = 'queued' OR paused = 1)", (job_id,)
            )
            if waiting is not None and not (self._folder(job_id) / "child.json").is_file():
                self._teller.end(job_id, "cancelled", "The job was cancelled before it began.")
        self.wake()
        until = time.monotonic() + wait
        while time.monotonic() < until and self._open(job_id):
            time.sleep(0.05)

    def pause(self, job_id: str, wait: float) -> None:
        """Stops the training of a job, or keeps it from beginning, and waits up to `wait` seconds until it has stopped. It goes on
        from its last state at `resume`, also after a restart; other jobs have their turn meanwhile."""
        with self._database.transaction():
            if self._database.write("UPDATE jobs SET paused = 1 WHERE id = ? AND paused = 0", (job_id,)):
                self.note(job_id, new_id("paused-"), "The job is paused; resuming it goes on from its last state.")
        self.wake()
        until = time.monotonic() + wait
        while time.monotonic() < until and (self._folder(job_id) / "child.json").is_file():
            time.sleep(0.05)

    def resume(self, job_id: str) -> None:
        """Puts a paused job back into the queue, at its old place."""
        with self._database.transaction():
            again = "UPDATE jobs SET paused = 0, status = 'queued' WHERE id = ? AND paused = 1"
            if self._database.write(again, (job_id,)):
                self.note(job_id, new_id("resumed-"), "The job was resumed; it waits for its turn.")
        self.wake()

    def ahead(self, job_id: str) -> int:
        """How many jobs have their turn before this one, with the one that is running."""
        before = "seq < (SELECT seq FROM jobs WHERE id = ?) AND finished_at IS NULL AND paused = 0"
        (found,) = self._database.rows(f"SELECT count(*) AS n FROM jobs WHERE {before}", (job_id,))  # noqa: S608
        return int(found["n"])

    def position(self, job_id: str) -> int:
        """The place of a waiting job in the queue, from 1: those that wait before it, and itself."""
        before = "seq <= (SELECT seq FROM jobs WHERE id = ?) AND finished_at IS NULL AND paused = 0"
        query = f"SELECT count(*) AS n FROM jobs WHERE status = 'queued' AND {before}"  # noqa: S608
        (found,) = self._database.rows(query, (job_id,))
        return int(found["n"])

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._work_once()
            except Exception:  # a full disk, say: the queue must be there when there is room again
                log.exception("The queue stumbled; it goes on")
                self._stop.wait(STUMBLE)

    def _work_once(self) -> None:
        job = self._database.row("SELECT * FROM jobs WHERE finished_at IS NULL AND paused = 0 ORDER BY seq LIMIT 1")
        if job is None:
            self._bell.wait(5)
            self._bell.clear()
            return
        try:
            self._run(job)
        except Exception as error:
            log.exception("The job %s could not be run", job["id"])
            self._teller.fail(job["id"], f"The training could not be started: {error}.", "server_error")

    def _run(self, job: Row) -> None:
        """One child from its start to its end; the outer loop comes back for the job if it has not ended."""
        folder = self._folder(job["id"])
        stop_stray(folder)
        offset = self._teller.ingest(job["id"], 0)
        if not self._open(job["id"]):
            return
        if self._cancelled(job["id"]):
            self._teller.end(job["id"], "cancelled", "The job was cancelled.")
            return
        before = len(journal.steps(folder / "metrics.jsonl"))
        child = self._spawn(job, folder)
        try:
            while child.poll() is None and not self._stop.is_set() and not self._called_off(job["id"]):
                offset = self._teller.ingest(job["id"], offset)
                self._bell.wait(PERIOD)
                self._bell.clear()
        finally:
            stop(child)  # however the loop ended: a child that nobody follows must not train on
        code = child.wait()
        self._teller.ingest(job["id"], offset)
        (folder / "child.json").unlink(missing_ok=True)
        if self._stop.is_set() or not self._open(job["id"]):
            return
        if self._cancelled(job["id"]):
            self._teller.end(job["id"], "cancelled", "The job was cancelled; its training process has ended.")
            return
        if self._called_off(job["id"]):  # paused
            return
        self._mourn(job["id"], code, progressed=len(journal.steps(folder / "metrics.jsonl")) > before)

    def _spawn(self, job: Row, folder: Path) -> subprocess.Popen[bytes]:
        folder.mkdir(parents=True, exist_ok=True)
        order = {
            "model": str(catalogue.base(job["model"]).folder),
            "training_file": str(self._home / "files" / f"{job['training_file']}.data"),
            "validation_file": str(self._home / "files" / f"{job['validation_file']}.data")
            if job["validation_file"]
            else None,
            "seed": job["seed"],
            **job["settings"],
        }
        write_whole(folder / "order.json", json.dumps(order))
        # Only while it is open: a cancelling may have come in between.
        begun = self._database.write(
            "UPDATE jobs SET status = 'validating_files', started_at = ? WHERE id = ? AND status = 'queued'",
            (now(), job["id"]),
        )
        if begun:
            self.note(job["id"], "validating", f"Validating training file: {job['training_file']}")
        environment = {**supervision.child_environment(), "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
        # A file and not a pipe: a pipe that nobody reads would stop the training.
        with (folder / "log.txt").open("ab") as out:
            child = subprocess.Popen(
                [sys.executable, "-m", "ftcore.trainer.child", str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        born = psutil.Process(child.pid).create_time()
        write_whole(folder / "child.json", json.dumps({"pid": child.pid, "born": born}))
        return child

    def _cancelled(self, job_id: str) -> bool:
        return self._database.row("SELECT id FROM jobs WHERE id = ? AND cancel_requested = 1", (job_id,)) is not None

    def _called_off(self, job_id: str) -> bool:
        """Cancelled or paused."""
        asked = "SELECT id FROM jobs WHERE id = ? AND (cancel_requested = 1 OR paused = 1)"
        return self._database.row(asked, (job_id,)) is not None

    def _mourn(self, job_id: str, code: int, *, progressed: bool) -> None:
        """The child died without a word. It is started again, unless it keeps dying at the same place."""
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        row = self._database.row("SELECT deaths FROM jobs WHERE id = ?", (job_id,)) or {"deaths": 0}
        deaths = 1 if progressed else row["deaths"] + 1
        self._database.change("jobs", job_id, {"deaths": deaths})
        if deaths >= DEATHS:
            memory = (
                " Most often the machine ran out of memory: a smaller batch_size or shorter examples need less."
                if code == -9
                else ""
            )
            self._teller.fail(
                job_id,
                f"The training process died {deaths} times at the same place ({how}).{memory} Its log is log.txt in the job's folder.",
                "training_died",
            )
            return
        self.note(
            job_id,
            f"death-{new_id('')}",
            f"The training process died ({how}); it goes on from its last checkpoint.",
            level="warn",
        )
        self._stop.wait(min(2.0, 0.5 * deaths))


def stop(child: subprocess.Popen[bytes]) -> None:
    """Asks, then kills."""
    child.terminate()
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def stop_stray(folder: Path) -> None:
    """A child of a server that was killed may still be there for a second: two must never write one journal."""
    note = folder / "child.json"
    if not note.is_file():
        return
    child = json.loads(note.read_text())
    if supervision.lives(child["pid"], child["born"]):
        psutil.Process(child["pid"]).kill()
        while supervision.lives(child["pid"], child["born"]):
            time.sleep(0.05)
    note.unlink()


def write_whole(path: Path, text: str) -> None:
    """The old content or the new one, never half of it."""
    beside = path.with_suffix(".new")
    with beside.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)

"""Training files at an endpoint: each content is sent there once, and taken away again when nobody needs it."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai

from ftcore.endpoints import EndpointError
from ftcore.records import Job, Split
from ftcore.store import endpoints, jobs, tasks, uploads
from ftcore.store.database import Database
from ftcore.store.schema import now
from ftcore.store.uploads import Upload
from ftcore.training.calling import NoAnswer, answering, client_of, told
from ftcore.training.rows import write_file
from ftcore.training.turn import Turn

REMOVE = "remove-files"
"""The kind of task that takes a job's files away from its endpoint."""
UPLOAD_SECONDS = 600.0
BYTES_A_SECOND = 100_000
"""A line that is slower than this cannot send a large file."""
READY_SECONDS = 300.0
"""A server may look at a file so long; afterwards the job is asked for all the same, and the server says what is wrong."""
AGAIN_SECONDS = 2.0
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Content:
    """A file as it will be sent."""

    path: Path
    sha256: str
    size: int


def send_files(turn: Turn) -> tuple[str, str]:
    """(id of the training file, id of the validation file or "") at the endpoint, sent now or before, and ready for use.

    An upload that is repeated after a crash costs nothing. Raises ExportError, EndpointError, NoAnswer and the client's
    APIStatusError for a definite refusal.
    """
    with turn.db.read() as c:
        training, validation = jobs.files(c, turn.job.id)
    if not training:
        training = _send(turn, Split.TRAIN)
        with turn.write() as c:
            jobs.change(c, turn.job.id, training_file_id=training)
    if not validation:
        validation = _send(turn, Split.VALIDATION)
        if validation:
            with turn.write() as c:
                jobs.change(c, turn.job.id, validation_file_id=validation)
    return training, validation


def _send(turn: Turn, side: Split) -> str:
    """The id of a file that holds this side of the job's rows; "" when there are none."""
    with turn.db.read() as c:
        path = write_file(c, turn.job, side, turn.exports)
    if path is None:
        return ""
    content = _as_sent(path, turn.adapter.file_prefix)
    with turn.db.read() as c:
        known = uploads.find(c, turn.job.endpoint_id, turn.job.snapshot_id, content.sha256)
    if known is not None and _is_there(turn, known):
        return known.remote_id
    name = f"{content.path.stem[:40]}-{hashlib.sha256(turn.job.key.encode()).hexdigest()[:12]}.jsonl"
    file = _sent_before(turn, name, content) or _upload(turn, name, content)
    with turn.write() as c:
        keys = {"sha256": content.sha256, "remote_id": file.id, "name": name, "size": content.size}
        uploads.keep(c, turn.job.endpoint_id, turn.job.snapshot_id, **keys)
    _wait_until_ready(turn, file, 0.0)
    return str(file.id)


def _is_there(turn: Turn, known: Upload) -> bool:
    try:
        with answering(turn.endpoint):
            file = told(turn.client.files.retrieve(known.remote_id))
    except openai.NotFoundError:
        with turn.write() as c:
            uploads.set_removed(c, known.id, now())
        return False
    age = (now() - known.created_at).total_seconds() if known.created_at else READY_SECONDS
    _wait_until_ready(turn, file, age)
    return True


def _wait_until_ready(turn: Turn, file: Any, age: float) -> None:
    """Raises NoAnswer while the server still looks at the file, EndpointError when it could not use it."""
    if not turn.adapter.file_ready(getattr(file, "status", None)) and age < READY_SECONDS:
        raise NoAnswer(f"{turn.endpoint.name} is still checking the file.", seconds=AGAIN_SECONDS, everywhere=False)


def _sent_before(turn: Turn, name: str, content: Content) -> Any:
    """The file of an upload whose reply never came, or was never kept: its name is made of this job's own number."""
    try:
        with answering(turn.endpoint):
            page = turn.client.files.list(limit=100, purpose="fine-tune")
            return next((f for f in page.data if f.filename == name and f.bytes == content.size), None)
    except (openai.APIStatusError, NoAnswer):  # not every server lists its files: then it is sent once more
        return None


def _upload(turn: Turn, name: str, content: Content) -> Any:
    """The file is read from the disk as it is sent."""
    seconds = UPLOAD_SECONDS + content.size / BYTES_A_SECOND
    with content.path.open("rb") as file, answering(turn.endpoint, seconds):
        client = turn.client.with_options(timeout=seconds)
        return told(client.files.create(file=(name, file), purpose="fine-tune"))


def _as_sent(path: Path, prefix: bytes) -> Content:
    """The file with what the server wants in front of it (a byte order mark)."""
    if prefix:
        marked = path.with_name(f"{path.stem}-marked.jsonl")
        with path.open("rb") as source, marked.open("wb") as target:
            target.write(prefix)
            shutil.copyfileobj(source, target, BLOCK)
        path = marked
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return Content(path, digest.hexdigest(), path.stat().st_size)


def ask_to_remove(db: Database, job_id: int) -> None:
    """Has the worker take the job's files away from its endpoint; asked twice, it is done once."""
    with db.write() as c:
        job = jobs.get(c, job_id)
        key = f"{REMOVE}:{job.key}"
        tasks.put(c, REMOVE, {"job_id": job_id}, project_id=job.project_id, key=key)
        tasks.revive(c, key)


def remove_files(db: Database, job_id: int) -> list[str]:
    """Deletes the files that were sent for this job at its endpoint, when no open job needs them; those that we did not send stay.

    Gives what stays, a sentence each. What is gone already counts as deleted. Raises NoAnswer, and may be called again.
    """
    with db.read() as c:
        job = jobs.get(c, job_id)
        endpoint = endpoints.get(c, job.endpoint_id)
        sent = [id_ for id_ in jobs.files(c, job_id) if id_]
    if not job.state.ended:
        return ["The job has not ended, and its files are still needed."]
    stays = [said for id_ in sent if (said := _remove(db, endpoint, job, id_))]
    with db.write() as c:
        for at, said in enumerate(stays):
            jobs.note(c, job_id, f"file-stays-{at}", said, level="warn", again=True)
        if not stays:
            jobs.change(c, job_id, files_removed_at=now())
    return stays


def _remove(db: Database, endpoint: Any, job: Job, remote_id: str) -> str:
    """ "" when the file is gone. It is written off before it is deleted: a launch meanwhile sends its own."""
    with db.write() as c:
        upload = uploads.find_remote(c, endpoint.id, remote_id)
        if upload is None:
            return ""
        if jobs.use_file(c, endpoint.id, remote_id):
            return f"The file {remote_id} stays at {endpoint.name}: another job still learns from it."
        uploads.set_removed(c, upload.id, now())
    try:
        with answering(endpoint):
            client_of(endpoint).files.delete(remote_id)
    except openai.NotFoundError:
        return ""
    except (openai.APIStatusError, NoAnswer, EndpointError) as error:
        with db.write() as c:
            uploads.set_removed(c, upload.id, None)
        if isinstance(error, openai.APIStatusError):
            return f"{endpoint.name} did not remove the file {remote_id} ({error.status_code})."
        raise NoAnswer(str(error)) from error
    return ""

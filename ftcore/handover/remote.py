"""Erases at a server what it holds of a project: training files, results, tuned models and their checkpoints."""

from __future__ import annotations

import re
import shutil
from typing import Any

import openai

from ftcore.endpoints import EndpointError, connect
from ftcore.records import LOCAL, Endpoint
from ftcore.store import endpoints
from ftcore.store.database import Database
from ftcore.workspace import Workspace

SECONDS = 15.0
KEY = "tuneworthy_job"
"""The name under which our own key travels in a job's metadata, as `training.reconcile` writes it."""
OUR_JOB = re.compile(r"ftjob-[0-9a-f]{24}")


def erase(db: Database, workspace: Workspace, trace: dict[str, Any]) -> dict[str, Any] | None:
    """Cancels the jobs and deletes files and models of a trace (`store.erasing.traces`). Gives what is still there, with `why`;
    None when nothing is. What the server does not know (any more) counts as erased."""
    with db.read() as c:
        endpoint = next((one for one in endpoints.every(c) if one.id == trace["endpoint"]), None)
    if endpoint is None:
        return {**trace, "why": "the server is no longer known here"}
    try:
        client = connect(endpoint, timeout=SECONDS, max_retries=0)
        rest = _erase(client, trace)
    except (EndpointError, openai.APIConnectionError):
        return {**trace, "why": "the server does not answer"}
    except openai.APIStatusError as error:
        return {**trace, "why": f"the server refused ({error.status_code})"}
    if not rest["files"] and not rest["models"]:
        _forget_folders(workspace, endpoint, rest["jobs"])
        return None
    return {**rest, "why": "the server still uses it"}


def _erase(client: openai.OpenAI, trace: dict[str, Any]) -> dict[str, Any]:
    jobs, files, models = [], list(trace["files"]), list(trace["models"])
    for job in trace["jobs"]:
        id_ = job["id"] or _find(client, job["key"])
        if not id_:
            continue
        jobs.append({"id": id_, "key": job["key"]})
        results, tuned = _stopped(client, id_)
        files += results
        models += tuned
    return {
        "endpoint": trace["endpoint"],
        "jobs": jobs,
        "models": [name for name in dict.fromkeys(models) if not _gone(client.models.delete, name)],
        "files": [id_ for id_ in dict.fromkeys(files) if not _gone(client.files.delete, id_)],
    }


def _find(client: openai.OpenAI, key: str) -> str:
    """The id of a job whose creation got no answer."""
    listed = client.fine_tuning.jobs.list(limit=100, extra_query={f"metadata[{KEY}]": key}).data
    return next((job.id for job in listed if (job.metadata or {}).get(KEY) == key), "")


def _stopped(client: openai.OpenAI, id_: str) -> tuple[list[str], list[str]]:
    """Cancels a job that runs; gives the ids of its files and the names of its models, checkpoints among them."""
    try:
        job = client.fine_tuning.jobs.retrieve(id_)
    except openai.NotFoundError:
        return [], []
    if not job.finished_at:
        try:
            job = client.fine_tuning.jobs.cancel(id_)
        except (openai.BadRequestError, openai.ConflictError):
            job = client.fine_tuning.jobs.retrieve(id_)  # it has ended meanwhile
    files = [*(job.result_files or ()), *(one for one in (job.training_file, job.validation_file) if one)]
    models = [job.fine_tuned_model] if job.fine_tuned_model else []
    try:
        points = client.fine_tuning.jobs.checkpoints.list(id_, limit=100).data
    except openai.APIStatusError:  # not every server knows checkpoints
        points = []
    return files, [*models, *(point.fine_tuned_model_checkpoint for point in points)]


def _gone(delete: Any, id_: str) -> bool:
    try:
        delete(id_)
    except openai.NotFoundError:
        return True
    except (openai.ConflictError, openai.BadRequestError):
        return False
    return True


def _forget_folders(workspace: Workspace, endpoint: Endpoint, jobs: list[dict[str, Any]]) -> None:
    """Our own server takes a model out of its list and leaves its weights in the job's folder."""
    if endpoint.name != LOCAL:
        return
    for job in jobs:
        folder = workspace.root / "trainer" / "jobs" / job["id"]
        if OUR_JOB.fullmatch(job["id"]) and folder.is_dir():
            shutil.rmtree(folder)

"""The finished run that comes with a sample: a training and a comparison that were really made, on another computer.

`data/samples/NAME/recorded.jsonl`, a JSON object a line: {"recorded": ...} says of what and when, {"job": ...} and {"run": ...}
follow, then each a line the models, the server's events, the metrics, the result files, the answers with their scores, and
what a judge said. `python -m ftcore.evaluation.recording` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from ftcore.app_files import data_dir
from ftcore.dataset.freeze import take_snapshot
from ftcore.dataset.sample import SAMPLES
from ftcore.evaluation.plans import test_rows_digest
from ftcore.records import Split
from ftcore.store import carrying, documents, jobs, prompts, recorded, runs, snapshots
from ftcore.store.database import Database
from ftcore.store.recorded import Recorded, Rows

FILE = "recorded.jsonl"
FORMAT, VERSION = "tuneworthy-recording", 1
HERE = "here"
"""Stands in a recorded plan for the job, or the snapshot, of the project that it is taken into."""
OF_THE_PROJECT = ("job_id", "snapshot_id")
PARTS = ("model", "event", "metric", "file", "call", "judgement")


class RecordingError(Exception):
    """A recorded run that cannot be taken in; the text says why, in a sentence. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What the first lines of the file say. `snapshot`: the digest of the examples that it was made with; `result`: what was
    found, as a run keeps it; `labels`: what the ways to answer are called, by arm."""

    sample: str
    snapshot: str
    on: datetime
    model: str
    result: dict[str, Any]
    labels: dict[str, str]


def path_of(sample: str) -> Path:
    return data_dir() / "samples" / sample / FILE


@cache
def look(sample: str) -> Recording | None:
    """What a sample's recorded run found, without its answers; None where there is none that can be read."""
    if sample not in SAMPLES or not path_of(sample).is_file():
        return None
    try:
        lines = _lines(path_of(sample))
        head, job, run = (next(lines)[1] for _ in range(3))
        return Recording(
            sample,
            str(head["snapshot"]),
            datetime.fromisoformat(str(job["finished_at"])),
            str(job["base_model"]),
            dict(run["result"]),
            {str(arm["name"]): str(arm["label"]) for arm in run["arms"]},
        )
    except (RecordingError, KeyError, StopIteration, ValueError):
        return None


def take_in(db: Database, project_id: int, sample: str, *, who: str = "") -> Recorded | None:
    """Gives the project of a sample its recorded run; None where something was trained in it already, or the sample has none.

    One transaction. Raises RecordingError where the recording was made with other examples than the project's, or cannot be
    read.
    """
    with db.read() as c:
        if jobs.of_project(c, project_id) or runs.of_project(c, project_id) or not path_of(sample).is_file():
            return None
    head, rows = read(path_of(sample))
    with db.write() as c:
        if jobs.of_project(c, project_id):  # the second click of two
            return recorded.of_project(c, project_id)
        snapshot = take_snapshot(c, project_id, who=str(rows.job.get("created_by", "")))
        if snapshot.digest != head["snapshot"]:
            raise RecordingError(
                "The sample's recorded run was made with other examples than these, so it was left out. Train here to see one."
            )
        carrying.name_snapshot(c, snapshot.id, snapshot.name, carrying.moment(rows.job["created_at"]))
        prompts.keep_current(c, project_id, who=who)
        names = {one.name: one.id for one in documents.of_project(c, project_id)}

        def arms(job_id: int) -> Any:
            return ids_for_names(rows.run["arms"], names, {"job_id": job_id, "snapshot_id": snapshot.id})

        digest = test_rows_digest(list(snapshots.rows(c, snapshot.id, Split.TEST)))
        return recorded.take_in(c, project_id, snapshot.id, rows, arms=arms, test_rows=digest)


def read(path: Path) -> tuple[dict[str, Any], Rows]:
    """(what the first line says, the rows). Raises RecordingError, with the line at fault."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, value in _lines(path):
        found.setdefault(kind, []).append(value)
    for kind in ("recorded", "job", "run"):
        if len(found.get(kind, ())) != 1:
            raise RecordingError(
                f"{path.name} has {len(found.get(kind, ()))} lines of kind “{kind}” where it needs one."
            )
    parts = {f"{kind}s": found.get(kind, []) for kind in PARTS}
    return found["recorded"][0], Rows(job=found["job"][0], run=found["run"][0], **parts)


def names_for_ids(plan: Any, names: Mapping[int, str]) -> Any:
    """The plans of a run without ids of their workspace: documents by name, the job and the snapshot as “here”."""

    def told(key: str, value: Any) -> Any:
        if key in OF_THE_PROJECT:
            return HERE
        return [names[id_] for id_ in value] if key == "documents" else names_for_ids(value, names)

    if isinstance(plan, list):
        return [names_for_ids(one, names) for one in plan]
    return {key: told(key, value) for key, value in plan.items()} if isinstance(plan, dict) else plan


def ids_for_names(plan: Any, ids: Mapping[str, int], here: Mapping[str, int]) -> Any:
    """The other way round. Raises RecordingError for a document that the project has not."""

    def told(key: str, value: Any) -> Any:
        if key in OF_THE_PROJECT and value == HERE:
            return here[key]
        return [_id_of(name, ids) for name in value] if key == "documents" else ids_for_names(value, ids, here)

    if isinstance(plan, list):
        return [ids_for_names(one, ids, here) for one in plan]
    return {key: told(key, value) for key, value in plan.items()} if isinstance(plan, dict) else plan


def _id_of(name: str, ids: Mapping[str, int]) -> int:
    if name not in ids:
        raise RecordingError(
            f"The sample's recorded run looked things up in “{name}”, which is not here: it was left out."
        )
    return ids[name]


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, value) of each line; the first is of kind “recorded”."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                ((kind, value),) = json.loads(line).items()
                known = kind in (*PARTS, "recorded", "job", "run") and isinstance(value, dict)
            except (ValueError, AttributeError):
                known = False
            if not known:
                raise RecordingError(f"{path.name}, line {number}: this is no line of a recorded run. It was left out.")
            if number == 1 and (kind != "recorded" or (value.get("format"), value.get("version")) != (FORMAT, VERSION)):
                raise RecordingError(f"{path.name} is not a recorded run that this version can read. It was left out.")
            yield kind, value

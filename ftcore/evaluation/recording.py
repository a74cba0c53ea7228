"""Records a sample's finished run from the workspace in which `tuneworthy demo` has made it:

tuneworthy demo --sample tickets --workspace DIR
python -m ftcore.evaluation.recording DIR tickets
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ftcore import __version__
from ftcore.dataset.sample import SAMPLES, load_sample
from ftcore.dataset.targets.writing import whole_bytes_or_absent
from ftcore.evaluation.recorded import FORMAT, PARTS, VERSION, RecordingError, names_for_ids, path_of
from ftcore.records import Project
from ftcore.store import documents, imports, jobs, projects, recorded, runs, snapshots
from ftcore.store.database import Database

BY = "recorded"
"""Who is named at the job and at the run: nobody who sits here."""


def record(db: Database, sample: str, path: Path) -> int:
    """Writes the newest finished comparison of the sample's project to `path`; gives the number of answers in it. Raises
    RecordingError where there is none that could be recorded."""
    with db.read() as c:
        project = next((one for one in projects.every(c) if _is(c, one, sample)), None)
        if project is None:
            raise RecordingError(f"This workspace has no project of the sample {sample}.")
        run = runs.latest_done(c, project.id)
        if run is None or run.job_id is None or run.parent_id is not None:
            raise RecordingError(f"“{project.name}” has no finished comparison that was asked as it stands.")
        job, snapshot = jobs.get(c, run.job_id), snapshots.get(c, run.snapshot_id)
        found = recorded.rows_out(c, job.id, run.id)
        names = {one.id: one.name for one in documents.of_project(c, project.id)}
    head = {
        "format": FORMAT,
        "version": VERSION,
        "sample": sample,
        "snapshot": snapshot.digest,
        "made_by": f"Tuneworthy {__version__}",
    }
    run_row = {**found.run, "arms": names_for_ids(found.run["arms"], names), "created_by": BY}
    parts = [("recorded", head), ("job", {**found.job, "created_by": BY}), ("run", run_row)]
    parts += [(kind, one) for kind in PARTS for one in getattr(found, f"{kind}s")]
    with whole_bytes_or_absent(path) as file:
        file.writelines(_written(parts))
    return len(found.calls)


def _is(c: Any, project: Project, sample: str) -> bool:
    """By the file that was read: the project of a demonstration bears no mark of a sample."""
    return any(one.file_name == load_sample(sample).file.name for one in imports.of_project(c, project.id))


def _written(parts: list[tuple[str, Any]]) -> Iterator[bytes]:
    for kind, value in parts:
        yield f"{json.dumps({kind: value}, ensure_ascii=False, separators=(',', ':'))}\n".encode()


def main(arguments: list[str]) -> int:
    from ftcore.workspace import open_workspace

    if len(arguments) != 2 or arguments[1] not in SAMPLES:
        sys.stderr.write(f"usage: python -m ftcore.evaluation.recording WORKSPACE {{{','.join(SAMPLES)}}}\n")
        return 2
    path = path_of(arguments[1])
    try:
        answers = record(open_workspace(Path(arguments[0])).open_database(), arguments[1], path)
    except RecordingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{path}: {answers:,} answers, {path.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

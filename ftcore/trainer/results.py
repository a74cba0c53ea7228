"""The result file of a job: one CSV row a step, by the protocol's column names."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ftcore.trainer import journal
from ftcore.trainer.database import Database, new_id, now

COLUMNS = {
    "step": "step",
    "train_loss": "train_loss",
    "train_accuracy": "train_mean_token_accuracy",
    "valid_loss": "valid_loss",
    "valid_mean_token_accuracy": "valid_mean_token_accuracy",
}


def write(home: Path, database: Database, job_id: str, diary: Path) -> str:
    """Makes the file and returns its id. Belongs into the transaction that ends the job."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for _, entry in sorted(journal.steps(diary).items()):
        rows.writerow([entry.get(name) for name in COLUMNS.values()])
    content = text.getvalue().encode()
    file_id = new_id("file-")
    (home / "files" / f"{file_id}.data").write_bytes(content)
    (last,) = database.rows("SELECT coalesce(max(seq), 0) AS seq FROM files")
    row = {"id": file_id, "filename": "step_metrics.csv", "purpose": "fine-tune-results", "bytes": len(content)}
    database.insert("files", {**row, "created_at": now(), "seq": last["seq"] + 1})
    return file_id

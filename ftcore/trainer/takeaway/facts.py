"""What is known of a tuned model, for its card: data, settings, scores. No path of this machine, no name of a file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ftcore import __version__
from ftcore.trainer import journal, library, shelf
from ftcore.trainer.catalogue import Model
from ftcore.trainer.database import Database, Row

SHOWN = ("train_loss", "train_mean_token_accuracy", "full_valid_loss", "full_valid_mean_token_accuracy")


@dataclass(frozen=True, slots=True)
class Data:
    """A file of examples. `sha256` is None when it was deleted since."""

    examples: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """`settings` as the job resolved them, the seed with them; `scores` at the step of these weights; `best` the
    checkpoint of the lowest validation loss, None without validation."""

    name: str
    base: str
    base_name: str
    licence: str | None
    unpacked_base: bool
    is_adapter: bool
    method: str
    settings: dict[str, Any]
    adapter: dict[str, Any]
    precision: str | None
    training: Data
    validation: Data | None
    scores: dict[str, float]
    step: int | None
    steps: int | None
    best: str | None
    trained_at: str
    version: str = __version__


def gather(home: Path, database: Database, model: Model) -> Facts:
    """`home` is `<workspace>/trainer`; the model is a tuned one or a checkpoint."""
    (job,) = database.rows("SELECT * FROM jobs WHERE id = ?", (model.job,))
    own = str(model.adapter or model.folder)
    points = database.rows("SELECT * FROM checkpoints WHERE job_id = ? ORDER BY step", (model.job,))
    here = next((point for point in points if point["folder"] == own), None)
    ready = [
        entry for _, entry in journal.read(home / "jobs" / job["id"] / "metrics.jsonl") if entry["kind"] == "ready"
    ]
    base = library.find(model.base)
    base_folder = base.folder if base is not None else model.folder
    settings = {name: value for name, value in job["settings"].items() if name not in ("method", "training")}
    training = "adapter (LoRA)" if model.adapter else "all weights"
    return Facts(
        name=model.id,
        base=model.base,
        base_name=shelf.hub_name(model.base, base_folder),
        licence=shelf.licence(base_folder),
        unpacked_base=shelf.hub_name(model.base, base_folder) == shelf.starter.PUBLISHED,
        is_adapter=model.adapter is not None,
        method=f"{job['settings'].get('method', 'supervised')}, {training}",
        settings={**settings, "seed": job["seed"]},
        adapter=_adapter(model),
        precision=ready[-1].get("precision") if ready else None,
        training=_data(home, database, job["training_file"]),
        validation=_data(home, database, job["validation_file"]) if job["validation_file"] else None,
        scores={name: here["metrics"][name] for name in SHOWN if here is not None and name in here["metrics"]},
        step=here["step"] if here is not None else None,
        steps=ready[-1].get("total_steps") if ready else None,
        best=_best(points),
        trained_at=datetime.fromtimestamp(model.created_at, UTC).strftime("%Y-%m-%d"),
    )


def _adapter(model: Model) -> dict[str, Any]:
    if model.adapter is None:
        return {}
    config = json.loads((model.adapter / "adapter_config.json").read_text(encoding="utf-8"))
    return {name: config[name] for name in ("r", "lora_alpha") if name in config}


def _data(home: Path, database: Database, file_id: str) -> Data:
    row = database.row("SELECT examples FROM files WHERE id = ?", (file_id,))
    path = home / "files" / f"{file_id}.data"
    if row is None or not path.is_file():
        return Data(None, None)
    with path.open("rb") as file:
        return Data(row["examples"], hashlib.file_digest(file, "sha256").hexdigest())


def _best(points: list[Row]) -> str | None:
    judged = [point for point in points if point["metrics"].get("full_valid_loss") is not None]
    return min(judged, key=lambda point: point["metrics"]["full_valid_loss"])["model"] if judged else None

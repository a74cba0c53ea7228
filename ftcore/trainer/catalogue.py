"""Which models there are: bases in the models folder, tuned ones and checkpoints from the jobs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ftcore.trainer import starter
from ftcore.trainer.database import Database
from ftcore.trainer.errors import TrainerError

ORGANISATION = "tuneworthy"


@dataclass(frozen=True, slots=True)
class Model:
    """`folder` holds the base's weights; `adapter` what a job learnt, None for a base."""

    id: str
    folder: Path
    base: str
    created_at: int
    adapter: Path | None = None


def bases() -> list[Model]:
    if not starter.is_ready():
        return []
    folder = starter.folder()
    return [Model(starter.NAME, folder, starter.NAME, int(folder.stat().st_mtime))]


def tuned(database: Database) -> list[Model]:
    """Newest first, with the checkpoints behind the models."""
    folder = starter.folder()
    rows = database.rows("SELECT * FROM models WHERE deleted = 0 ORDER BY created_at DESC, rowid DESC")
    return [Model(row["id"], folder, row["base"], row["created_at"], Path(row["folder"])) for row in rows]


def find(database: Database, model_id: str) -> Model:
    """Raises `TrainerError` with status 404 for an unknown name, 503 when the base is not on this machine."""
    if model_id == starter.NAME and not starter.is_ready():
        raise TrainerError(starter.MISSING, status=503, code="model_not_ready", param="model")
    found = next((model for model in [*bases(), *tuned(database)] if model.id == model_id), None)
    if found is None:
        known = ", ".join(model.id for model in bases()) or "none yet"
        raise TrainerError(
            f"There is no model {model_id!r} here. Base models: {known}; GET /v1/models lists the tuned ones.",
            status=404,
            code="model_not_found",
            param="model",
        )
    if not starter.is_ready():
        raise TrainerError(starter.MISSING, status=503, code="model_not_ready", param="model")
    return found


def base(model_id: str) -> Model:
    """A model that can be fine-tuned. Raises `TrainerError`: 400 unknown or already tuned, 503 not fetched."""
    if model_id.startswith("ft:"):
        message = "Training goes on from a base model here, not from a tuned one: name the base and all the examples."
        raise TrainerError(message, code="unsupported_value", param="model")
    if model_id != starter.NAME:
        message = f"{model_id!r} cannot be fine-tuned here; {starter.NAME!r} can."
        raise TrainerError(message, code="model_not_available", param="model")
    if not starter.is_ready():
        raise TrainerError(starter.MISSING, status=503, code="model_not_ready", param="model")
    return bases()[0]


def tuned_name(base_id: str, suffix: str | None, job_id: str) -> str:
    """`ft:BASE:ORGANISATION:SUFFIX:JOB`, as the protocol names tuned models."""
    return f"ft:{base_id}:{ORGANISATION}:{suffix or ''}:{job_id.removeprefix('ftjob-')}"

"""Which models there are: bases on this machine, tuned ones and checkpoints from the jobs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ftcore.trainer import library, starter
from ftcore.trainer.database import Database, Row
from ftcore.trainer.errors import TrainerError

ORGANISATION = "tuneworthy"


@dataclass(frozen=True, slots=True)
class Model:
    """`folder` holds whole weights: the base's, or a fully fine-tuned model's own. `adapter` holds what a job learnt on
    top of them, None where there is nothing on top. `job` is None for a base."""

    id: str
    folder: Path
    base: str
    created_at: int
    adapter: Path | None = None
    job: str | None = None

    @property
    def is_tuned(self) -> bool:
        return self.job is not None


def bases() -> list[Model]:
    """The base models that can be used, the starter first."""
    return [_base(found) for found in library.usable()]


def _base(found: library.Base) -> Model:
    return Model(found.name, found.folder, found.name, int((found.folder / "config.json").stat().st_mtime))


def tuned(database: Database) -> list[Model]:
    """Newest first, with the checkpoints behind the models; only those that can answer: an adapter needs its base."""
    folders = {model.id: model.folder for model in bases()}
    rows = database.rows("SELECT * FROM models WHERE deleted = 0 ORDER BY created_at DESC, rowid DESC")
    return [model for row in rows if (model := _tuned(row, folders.get(row["base"]))) is not None]


def _tuned(row: Row, base: Path | None) -> Model | None:
    """None when the weights, or the base's under them, are not there."""
    folder = Path(row["folder"])
    if (folder / "adapter_config.json").is_file():
        if base is None:
            return None
        return Model(row["id"], base, row["base"], row["created_at"], folder, row["job_id"])
    if (folder / "config.json").is_file():
        return Model(row["id"], folder, row["base"], row["created_at"], None, row["job_id"])
    return None


def find(database: Database, model_id: str) -> Model:
    """Raises `TrainerError`: 404 for an unknown name, 503 when the weights are not on this machine."""
    row = database.row("SELECT * FROM models WHERE id = ? AND deleted = 0", (model_id,))
    if row is None:
        found = library.find(model_id)
        if found is not None or model_id == starter.NAME:
            return _ready(model_id, found)
        raise TrainerError(
            f"There is no model {model_id!r} here. Base models: {_known()}; GET /v1/models lists the tuned ones.",
            status=404,
            code="model_not_found",
            param="model",
        )
    base = library.find(row["base"])
    model = _tuned(row, base.folder if base is not None and base.fault is None else None)
    if model is None:
        if (Path(row["folder"]) / "adapter_config.json").is_file():
            _ready(row["base"], base)
        raise TrainerError(
            f"The weights of {model_id!r} are gone from the workspace. Its job and events are kept; train it again.",
            status=503,
            code="model_not_ready",
            param="model",
        )
    return model


def base(model_id: str) -> Model:
    """A model that can be fine-tuned. Raises `TrainerError`: 400 unknown or already tuned, 503 not on this machine."""
    if model_id.startswith("ft:"):
        message = "Training goes on from a base model here, not from a tuned one: name the base and all the examples."
        raise TrainerError(message, code="unsupported_value", param="model")
    found = library.find(model_id)
    if found is None and model_id != starter.NAME:
        message = f"{model_id!r} cannot be fine-tuned here. What can: {_known()}. `tuneworthy models add` and `pull` bring others."
        raise TrainerError(message, code="model_not_available", param="model")
    return _ready(model_id, found)


def _ready(name: str, found: library.Base | None) -> Model:
    if found is not None and found.fault is None:
        return _base(found)
    if name == starter.NAME:
        message = starter.MISSING
    elif found is None:
        message = f"The base model {name!r} is not on this machine any more; `tuneworthy models add` or `pull` brings it back."
    else:
        message = f"The base model {name!r} cannot be used. {found.fault}"
    raise TrainerError(message, status=503, code="model_not_ready", param="model")


def _known() -> str:
    return ", ".join(repr(model.id) for model in bases()) or "none yet"


def tuned_name(base_id: str, suffix: str | None, job_id: str) -> str:
    """`ft:BASE:ORGANISATION:SUFFIX:JOB`, as the protocol names tuned models."""
    return f"ft:{base_id}:{ORGANISATION}:{suffix or ''}:{job_id.removeprefix('ftjob-')}"

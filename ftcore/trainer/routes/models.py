"""`/v1/models`."""

from __future__ import annotations

import shutil
from typing import Any

from fastapi import APIRouter, Depends

from ftcore.trainer import catalogue
from ftcore.trainer.catalogue import Model
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.routes import embeddings
from ftcore.trainer.state import State, state_of

router = APIRouter(prefix="/v1/models")


def to_wire(model: Model) -> dict[str, Any]:
    owner = catalogue.ORGANISATION if model.is_tuned else "system"
    return {"id": model.id, "object": "model", "created": model.created_at, "owned_by": owner, "shutdown_date": None}


@router.get("")
def list_models(state: State = Depends(state_of)) -> dict[str, Any]:
    """An adapter is listed only while its base is here: it cannot answer without it."""
    models = [*catalogue.bases(), *catalogue.tuned(state.database)]
    return {"object": "list", "data": [*map(to_wire, models), embeddings.to_wire()]}


@router.get("/{model_id:path}")
def retrieve(model_id: str, state: State = Depends(state_of)) -> dict[str, Any]:
    if model_id == embeddings.MODEL:
        return embeddings.to_wire()
    return to_wire(catalogue.find(state.database, model_id))


@router.delete("/{model_id:path}")
def delete(model_id: str, state: State = Depends(state_of)) -> dict[str, Any]:
    """Takes a tuned model out of the list and its weights off the disk, unless another name stands for them too (a job's last
    checkpoint and its model are the same). Its job and events stay."""
    row = state.database.row("SELECT folder FROM models WHERE id = ? AND deleted = 0", (model_id,))
    if row is None:
        if model_id != embeddings.MODEL:
            catalogue.find(state.database, model_id)
        raise TrainerError(
            "A base model cannot be deleted here; only tuned ones can.", status=403, code="cannot_delete_base"
        )
    with state.database.transaction():
        state.database.write("UPDATE models SET deleted = 1 WHERE id = ?", (model_id,))
        others = state.database.rows("SELECT id FROM models WHERE folder = ? AND deleted = 0", (row["folder"],))
    state.engine.forget(model_id)
    if not others:
        shutil.rmtree(row["folder"], ignore_errors=True)
    return {"id": model_id, "object": "model", "deleted": True}

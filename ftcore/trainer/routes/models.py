"""`/v1/models`."""

from __future__ import annotations

import shutil
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from ftcore.trainer import catalogue, library
from ftcore.trainer.catalogue import Model
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.routes import embeddings
from ftcore.trainer.state import State, state_of
from ftcore.trainer.takeaway import building

router = APIRouter(prefix="/v1/models")

MERGING = threading.Lock()
"""One at a time: each takes as much memory as the model."""
AGAIN_SECONDS = 30


def to_wire(model: Model) -> dict[str, Any]:
    owner = catalogue.ORGANISATION if model.is_tuned else "system"
    return {"id": model.id, "object": "model", "created": model.created_at, "owned_by": owner, "shutdown_date": None}


@router.get("")
def list_models(state: State = Depends(state_of)) -> dict[str, Any]:
    """An adapter is listed only while its base is here: it cannot answer without it."""
    models = [*catalogue.bases(), *catalogue.tuned(state.database)]
    return {"object": "list", "data": [*map(to_wire, models), embeddings.to_wire()]}


@router.get("/{model_id:path}/archive", response_model=None)
def archive(
    model_id: str, form: str = "adapter", state: State = Depends(state_of)
) -> StreamingResponse | dict[str, Any]:
    """A tuned model or checkpoint to take away, as a zip: `adapter` (peft), `merged` (safetensors) or `ollama` (merged, with a
    Modelfile). Not in OpenAI's protocol."""
    if library.find(f"{model_id}/archive") is not None:  # a model of a hub may bear this name
        return retrieve(f"{model_id}/archive", state)
    model = catalogue.find(state.database, model_id)
    building.check(model, form)
    if form != "adapter" and not MERGING.acquire(blocking=False):
        message = "Another model is being merged; ask again in half a minute."
        raise TrainerError(message, status=429, code="merging_busy", retry_after=AGAIN_SECONDS)
    name = building.folder_name(model_id)
    room = state.takeaway / uuid.uuid4().hex
    try:
        building.build(state.home, state.database, model, form, room)
    finally:
        if form != "adapter":
            MERGING.release()
    headers = {"Content-Disposition": f'attachment; filename="{name}-{form}.zip"'}
    return _Once(room, building.zipped(room, name), media_type="application/zip", headers=headers)


class _Once(StreamingResponse):
    """Sends what is made from the folder `room`, and takes the folder away however the sending ends: a generator that
    nobody asks any more would keep it."""

    def __init__(self, room: Path, content: Iterator[bytes], **named: Any):
        super().__init__(content, **named)
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            shutil.rmtree(self._room, ignore_errors=True)


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

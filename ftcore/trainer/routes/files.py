"""`/v1/files`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from ftcore.trainer.checking import Checked, check_file
from ftcore.trainer.database import Row, new_id, now
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.paging import listed, page
from ftcore.trainer.state import State, state_of

LARGEST = 512 << 20
BLOCK = 1 << 20

router = APIRouter(prefix="/v1/files")


def to_wire(row: Row) -> dict[str, Any]:
    names = ("id", "bytes", "created_at", "filename", "purpose")
    return {
        "object": "file",
        **{name: row[name] for name in names},
        "status": "processed",
        "status_details": None,
        "expires_at": None,
    }


def find(state: State, file_id: str, param: str | None = None) -> Row:
    """Raises `TrainerError`: 404, or 400 when a field (`param`) of a request names it."""
    row = state.database.row("SELECT * FROM files WHERE id = ?", (file_id,))
    if row is None:
        raise TrainerError(
            f"There is no file {file_id!r}.", status=400 if param else 404, code="file_not_found", param=param
        )
    return row


@router.post("")
async def create(request: Request, state: State = Depends(state_of)) -> dict[str, Any]:
    form = await request.form(max_files=1, max_fields=10)
    try:
        upload, purpose = form.get("file"), form.get("purpose")
        unknown = sorted(set(form) - {"file", "purpose"})
        if unknown:
            raise TrainerError(
                f"The field {unknown[0]!r} is not supported here.", code="unknown_parameter", param=unknown[0]
            )
        if not isinstance(upload, UploadFile):
            raise TrainerError("The form has no `file`.", code="missing_required_parameter", param="file")
        if purpose != "fine-tune":
            raise TrainerError(
                f"The purpose {purpose!r} is not supported; 'fine-tune' is.", code="invalid_purpose", param="purpose"
            )
        return to_wire(await run_in_threadpool(_keep, state, upload))
    finally:
        await form.close()


def _keep(state: State, upload: UploadFile) -> Row:
    """Copies, checks, and only then shows the file."""
    filename = (upload.filename or "training.jsonl")[:200]
    file_id = new_id("file-")
    path = state.file(file_id)
    part = path.with_suffix(".part")
    try:
        size = _copy(upload, part)
        checked = check_file(part, filename)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return add(state, file_id, filename, "fine-tune", size, checked)


def add(state: State, file_id: str, filename: str, purpose: str, size: int, checked: Checked | None = None) -> Row:
    row = {
        "id": file_id,
        "filename": filename,
        "purpose": purpose,
        "bytes": size,
        "created_at": now(),
        "examples": checked.examples if checked else None,
        "kind": checked.kind if checked else None,
    }
    with state.database.transaction():
        (last,) = state.database.rows("SELECT coalesce(max(seq), 0) AS seq FROM files")
        state.database.insert("files", {**row, "seq": last["seq"] + 1})
    return row


def _copy(upload: UploadFile, target: Path) -> int:
    size = 0
    with target.open("wb") as out:
        while block := upload.file.read(BLOCK):
            size += len(block)
            if size > LARGEST:
                raise TrainerError("The file is larger than 512 MB.", status=413, code="file_too_large", param="file")
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return size


@router.get("")
def list_files(
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 10_000,
    order: Annotated[str, Query(pattern="^(asc|desc)$")] = "desc",
    purpose: str | None = None,
    state: State = Depends(state_of),
) -> dict[str, Any]:
    where, values = ("purpose = :purpose", {"purpose": purpose}) if purpose else ("1 = 1", {})
    rows, more = page(
        state.database, "files", after=after, limit=limit, where=where, values=values, ascending=order == "asc"
    )
    return listed([to_wire(row) for row in rows], more, ends=True)


@router.get("/{file_id}")
def retrieve(file_id: str, state: State = Depends(state_of)) -> dict[str, Any]:
    return to_wire(find(state, file_id))


@router.get("/{file_id}/content")
def content(file_id: str, state: State = Depends(state_of)) -> FileResponse:
    row = find(state, file_id)
    return FileResponse(state.file(row["id"]), media_type="application/octet-stream")


@router.delete("/{file_id}")
def delete(file_id: str, state: State = Depends(state_of)) -> dict[str, Any]:
    """A file that a waiting or running job needs is kept: the job would die of it after a restart."""
    row = find(state, file_id)
    using = state.database.row(
        "SELECT id FROM jobs WHERE finished_at IS NULL AND (training_file = :id OR validation_file = :id)",
        {"id": file_id},
    )
    if using is not None:
        raise TrainerError(
            f"The file is being trained on by {using['id']}; cancel that job first.", status=409, code="file_in_use"
        )
    state.database.write("DELETE FROM files WHERE id = ?", (row["id"],))
    state.file(row["id"]).unlink(missing_ok=True)
    return {"id": row["id"], "object": "file", "deleted": True}

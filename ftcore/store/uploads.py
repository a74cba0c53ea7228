"""Training files that endpoints hold already: the same content is sent there once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ftcore.store.schema import now, uploads


@dataclass(frozen=True, slots=True)
class Upload:
    """`sha256` is over the bytes as they were sent; `remote_id` is the file's id at the endpoint."""

    id: int
    endpoint_id: int
    snapshot_id: int
    sha256: str
    remote_id: str
    name: str = ""
    bytes: int = 0
    created_at: datetime | None = None
    removed_at: datetime | None = None


def keep(
    c: Connection, endpoint_id: int, snapshot_id: int, *, sha256: str, remote_id: str, name: str, size: int
) -> None:
    """Remembers that the endpoint holds this content; a file that was sent again takes the place of the one before."""
    told = {"remote_id": remote_id, "name": name, "bytes": size, "created_at": now(), "removed_at": None}
    query = upsert(uploads).values(endpoint_id=endpoint_id, snapshot_id=snapshot_id, sha256=sha256, **told)
    c.execute(query.on_conflict_do_update(index_elements=["endpoint_id", "snapshot_id", "sha256"], set_=told))


def find(c: Connection, endpoint_id: int, snapshot_id: int, sha256: str) -> Upload | None:
    """The file that holds this content there and was not removed."""
    mine = (uploads.c.endpoint_id == endpoint_id, uploads.c.snapshot_id == snapshot_id, uploads.c.sha256 == sha256)
    row = c.execute(select(uploads).where(*mine, uploads.c.removed_at.is_(None))).mappings().first()
    return _upload(row) if row else None


def find_remote(c: Connection, endpoint_id: int, remote_id: str) -> Upload | None:
    """The upload of this id at the endpoint that was not removed; None for a file that we did not send."""
    mine = (uploads.c.endpoint_id == endpoint_id, uploads.c.remote_id == remote_id, uploads.c.removed_at.is_(None))
    row = c.execute(select(uploads).where(*mine)).mappings().first()
    return _upload(row) if row else None


def set_removed(c: Connection, upload_id: int, moment: datetime | None) -> None:
    """Notes that a file is no longer there, or (None) that it still is."""
    c.execute(update(uploads).where(uploads.c.id == upload_id).values(removed_at=moment))


def _upload(row: RowMapping) -> Upload:
    return Upload(**{name: row[name] for name in Upload.__dataclass_fields__})

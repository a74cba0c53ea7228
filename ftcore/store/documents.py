"""The documents of a project, in which answers may be looked up. A row never changes: a removed one is only no longer offered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from ftcore.store.projects import touch
from ftcore.store.schema import documents, now


@dataclass(frozen=True, slots=True)
class Document:
    """`text` as it was read: headings as lines that begin with `#`, pages divided by form feeds, rows of a table by empty
    lines. `digest` is its sha256; `bytes` the size of the file it came from; `kind` the file's: pdf, docx, md, txt, csv."""

    id: int
    project_id: int
    name: str
    text: str
    kind: str = "txt"
    digest: str = ""
    bytes: int = 0
    who: str = ""
    created_at: datetime | None = None
    removed_at: datetime | None = None


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def add(c: Connection, project_id: int, name: str, text: str, *, kind: str, size: int, who: str = "") -> Document:
    """Keeps a document. The same text under the same name again gives the one that is there; a removed one comes back."""
    digest = digest_of(text)
    same = select(documents.c.id).where(
        documents.c.project_id == project_id, documents.c.digest == digest, documents.c.name == name
    )
    id_ = c.execute(same).scalar()
    if id_ is None:
        values = {"name": name, "text": text, "kind": kind, "digest": digest, "bytes": size, "who": who}
        id_ = c.execute(insert(documents).values(project_id=project_id, created_at=now(), **values)).lastrowid
    else:
        c.execute(update(documents).where(documents.c.id == id_).values(removed_at=None))
    touch(c, project_id)
    return get(c, id_)


def remove(c: Connection, document_id: int) -> None:
    """No longer offered; runs that looked things up in it still find it."""
    c.execute(update(documents).where(documents.c.id == document_id).values(removed_at=now()))
    touch(c, get(c, document_id).project_id)


def bring_back(c: Connection, document_id: int) -> None:
    """The other way round."""
    c.execute(update(documents).where(documents.c.id == document_id).values(removed_at=None))
    touch(c, get(c, document_id).project_id)


def get(c: Connection, document_id: int) -> Document:
    """By its id, removed or not."""
    return _document(c.execute(select(documents).where(documents.c.id == document_id)).mappings().one())


def some(c: Connection, ids: Iterable[int]) -> dict[int, Document]:
    """Those of these that there are, removed or not, by their ids."""
    query = select(documents).where(documents.c.id.in_(list(ids)))
    return {row["id"]: _document(row) for row in c.execute(query).mappings()}


def of_project(c: Connection, project_id: int) -> list[Document]:
    """Those that are offered, in the order in which they came."""
    mine = (documents.c.project_id == project_id, documents.c.removed_at.is_(None))
    return [_document(row) for row in c.execute(select(documents).where(*mine).order_by(documents.c.id)).mappings()]


def _document(row: RowMapping) -> Document:
    return Document(**{name: row[name] for name in Document.__dataclass_fields__})

"""A project as one file for a colleague: a zip of a manifest and JSON lines. Never endpoints, keys, addresses or paths.

manifest.json      format, version, the project's name, prompts and their versions, limits, terms, note, decisions, views, what
                   was left out
examples.jsonl     a row a line, numbered from 1; rows in the trash too
versions.jsonl     a version a line: name, hash, who and when
documents.jsonl    what answers may be looked up in: a document with the beginning of its text, then lines with `more` of it
versions/N.jsonl   the rows of the N-th version; `row` is the number of its example, below zero when that exists no more
"""

from __future__ import annotations

import json
import zipfile
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ftcore import __version__
from ftcore.dataset.targets.writing import whole_bytes_or_absent
from ftcore.records import Snapshot
from ftcore.report.archive import add
from ftcore.store import carrying, examples, projects, snapshots
from ftcore.store.database import Database
from ftcore.store.schema import now

FORMAT = "tuneworthy-project"
VERSION = 1
SUFFIX = ".tuneworthy"
PIECE = 1_000_000
"""Characters of a document that stand in a line."""
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Handed:
    """What is in the file, and what was left out because it is private: rows, and versions that hold such rows."""

    path: Path
    examples: int
    versions: int
    private_rows: int = 0
    private_versions: tuple[str, ...] = ()


def hand_over(
    db: Database, project_id: int, path: Path, *, private: bool = False, progress: Progress | None = None
) -> Handed:
    """Writes the project to `path`, whole or not at all, a few thousand rows in memory at a time.

    Private rows are left out unless `private` is given, and with them the versions that hold one: a version without some of
    its rows would be another one. Raises ExportError when the disk refuses, LookupError for an unknown project.
    """
    # One read transaction: the file shows one moment, whatever is edited meanwhile.
    with db.read() as c, whole_bytes_or_absent(path) as file:
        projects.get(c, project_id)
        hidden = examples.private_ids(c, project_id)
        kept, held_back = _versions(c, project_id, set() if private else hidden)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            numbers = _write_examples(c, project_id, archive, private, progress)
            _write_versions(c, archive, kept, numbers)
            add(archive, "documents.jsonl", _documents(c, project_id))
            manifest = {
                "format": FORMAT,
                "version": VERSION,
                "made_by": f"Tuneworthy {__version__}",
                "made_at": now().isoformat(timespec="seconds"),
                **carrying.settings_out(c, project_id),
                "examples": len(numbers),
                "left_out": {"private_rows": 0 if private else len(hidden), "private_versions": len(held_back)},
            }
            add(archive, "manifest.json", [json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)])
        return Handed(
            path, len(numbers), len(kept), 0 if private else len(hidden), tuple(name_of(one) for one in held_back)
        )


def name_of(snapshot: Snapshot) -> str:
    """What a version is called: its name, or the beginning of its hash."""
    return snapshot.name or snapshot.digest[:8]


def _versions(c: Connection, project_id: int, hidden: set[int]) -> tuple[list[Snapshot], list[Snapshot]]:
    kept: list[Snapshot] = []
    held_back: list[Snapshot] = []
    for one in reversed(snapshots.of_project(c, project_id)):
        secret = hidden and any(row.private or row.example_id in hidden for row in snapshots.rows(c, one.id))
        (held_back if secret else kept).append(one)
    return kept, held_back


def _write_examples(
    c: Connection, project_id: int, archive: zipfile.ZipFile, private: bool, progress: Progress | None
) -> array[int]:
    """The ids of the examples that were written, rising: the number of a row is its place in them, from 1."""
    ids = array("q")

    def lines() -> Iterator[str]:
        for row in carrying.rows_out(c, project_id, private=private):
            ids.append(row.pop("id"))
            if progress is not None and len(ids) % 2_000 == 0:
                progress(len(ids), 0, "Writing the rows")
            yield _line({"row": len(ids), **{name: value for name, value in row.items() if _tells(value)}})

    add(archive, "examples.jsonl", lines())
    return ids


def _tells(value: Any) -> bool:
    """False for what a row says when it says nothing: the file is read by people too."""
    return value not in (None, "", [], False)


def _write_versions(c: Connection, archive: zipfile.ZipFile, kept: list[Snapshot], ids: array[int]) -> None:
    heads = []
    for number, one in enumerate(kept, 1):
        at = one.created_at.isoformat() if one.created_at else None
        heads.append(_line({"digest": one.digest, "name": one.name, "created_by": one.created_by, "created_at": at}))
        add(archive, f"versions/{number}.jsonl", _rows_of(c, one, ids))
    add(archive, "versions.jsonl", heads)


def _rows_of(c: Connection, snapshot: Snapshot, ids: array[int]) -> Iterator[str]:
    gone = 0
    for row in snapshots.rows(c, snapshot.id):
        at = bisect_left(ids, row.example_id)
        known = at < len(ids) and ids[at] == row.example_id
        gone += not known
        line: dict[str, Any] = {"row": at + 1 if known else -gone, "split": row.split.value}
        yield _line({**line, **({"private": True} if row.private else {}), "training": examples.to_json(row.training)})


def _documents(c: Connection, project_id: int) -> Iterator[str]:
    for one in carrying.documents_out(c, project_id):
        text = one["text"]
        yield _line({**one, "text": text[:PIECE]})
        for at in range(PIECE, len(text), PIECE):
            yield _line({"more": text[at : at + PIECE]})


def _line(value: dict[str, Any]) -> str:
    # Escaped, so that halves of characters, which no file holds, come through and are mended on the way in.
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))

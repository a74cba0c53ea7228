"""A project file becomes a new project: checked line by line, complete or not there at all."""

from __future__ import annotations

import json
import zipfile
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftcore.chat import clean_value, count_tokens
from ftcore.dataset.snapshots import Digest
from ftcore.handover import reading, unpacking
from ftcore.handover.errors import HandoverError
from ftcore.handover.project_file import FORMAT, VERSION
from ftcore.records import Project, Rejected, SnapshotRow, Split
from ftcore.store import carrying, imports, projects, snapshots, tasks
from ftcore.store.database import Database

CHUNK = 2_000
MAX_DOCUMENT = 50_000_000
"""Characters of a document's text."""
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """The new project, how many rows and versions came, and what could not be read: rows with their line, versions and documents
    by name."""

    project: Project
    examples: int
    versions: int
    broken: tuple[Rejected, ...]
    left_out: tuple[str, ...]


def take_over(
    db: Database,
    path: Path,
    *,
    who: str,
    file_name: str = "",
    task_id: int | None = None,
    progress: Progress | None = None,
) -> Taken:
    """Takes a project file in as a new project, which is out of sight until all of it is there.

    After an error nothing of it is left; after a kill, the task that is begun again clears away what there was and starts
    anew. Unknown fields are passed over, lines that cannot be read are set aside with their number and reason. Raises
    HandoverError when the whole cannot be read.
    """
    _clear_away(db, task_id)
    if (done := _taken_by(db, task_id)) is not None:
        return done
    with unpacking.opened(path, "a project file", db.path.parent) as archive:
        manifest = _manifest(archive, path.name)
        settings = reading.settings(manifest)
        with db.write() as c:
            project_id, import_id = carrying.begin(
                c, settings["project"]["name"], file_name=file_name or path.name, who=who, task_id=task_id
            )
        try:
            return _fill(db, archive, manifest, settings, project_id, import_id, progress)
        except BaseException:
            with db.write() as c:
                projects.remove(c, project_id)
            raise


def _fill(
    db: Database,
    archive: zipfile.ZipFile,
    manifest: dict[str, Any],
    settings: dict[str, Any],
    project_id: int,
    import_id: int,
    progress: Progress | None,
) -> Taken:
    with db.write() as c:
        carrying.settings_in(c, project_id, settings)
    ids, broken = _take_rows(db, archive, project_id, import_id, int(manifest.get("examples") or 0), progress)
    taken, left_out = 0, _take_documents(db, archive, project_id)
    for number, (_, line) in enumerate(unpacking.lines(archive, "versions.jsonl"), 1):
        why = _take_version(db, archive, project_id, number, line, ids)
        taken += not why
        left_out += [why] if why else []
    with db.write() as c:
        imports.finish(c, import_id, accepted=sum(1 for id_ in ids if id_), rejected=broken)
        carrying.complete(c, project_id, import_id)
        tasks.put(c, "check", {"project_id": project_id}, project_id=project_id)
        return Taken(projects.get(c, project_id), sum(1 for id_ in ids if id_), taken, tuple(broken), tuple(left_out))


def _take_rows(
    db: Database, archive: zipfile.ZipFile, project_id: int, import_id: int, total: int, progress: Progress | None
) -> tuple[array[int], list[Rejected]]:
    """(the new ids by the rows' numbers from 1, 0 where a row was set aside; what was set aside)."""
    ids, broken = array("q", [0]), []
    part: list[dict[str, Any]] = []
    numbers: list[int] = []

    def write() -> None:
        if not part:
            return
        with db.write() as c:
            new = carrying.rows_in(c, project_id, part, import_id=import_id)
        for number, id_ in zip(numbers, new, strict=True):
            while len(ids) <= number:
                ids.append(0)
            ids[number] = id_
        part.clear()
        numbers.clear()
        if progress is not None:
            progress(len(ids) - 1, total, "Taking in the rows")

    last = 0
    for at, line in unpacking.lines(archive, "examples.jsonl"):
        try:
            row = reading.example(line)
        except ValueError as error:
            broken.append(Rejected(at, str(error), line.decode(errors="replace")[:2_000].rstrip()))
            continue
        # A number that does not rise, or jumps, is not one of ours: the row is kept, and no version finds it by that.
        number = row.pop("row")
        last = number if last < number <= at else last + 1
        row["tokens"] = count_tokens(row["training"])
        part.append(row)
        numbers.append(last)
        if len(part) == CHUNK:
            write()
    write()
    return ids, broken


def _take_documents(db: Database, archive: zipfile.ZipFile, project_id: int) -> list[str]:
    """A sentence for each document that was left out."""
    left_out: list[str] = []
    for number, (found, pieces, why) in enumerate(_documents(archive), 1):
        size = sum(map(len, pieces))
        if why or size > MAX_DOCUMENT:
            left_out.append(f"Document {number} cannot be read ({why or f'it has {size:,} characters'}).")
            continue
        with db.write() as c:
            carrying.document_in(c, project_id, {**found, "text": "".join(pieces)})
    return left_out


def _documents(archive: zipfile.ZipFile) -> Iterator[tuple[dict[str, Any], list[str], str]]:
    """(a document, the pieces of its text, why it cannot be read or ""); of too long a text no more than tells that it is."""
    current: tuple[dict[str, Any], list[str], str] | None = None
    size = 0
    for _, line in unpacking.lines(archive, "documents.jsonl"):
        try:
            found, why = reading.document(line), ""
        except ValueError as error:
            found, why = {}, str(error)
        if "more" in found:
            if current is not None and size <= MAX_DOCUMENT:
                current[1].append(found["more"])
                size += len(found["more"])
            continue
        if current is not None:
            yield current
        current, size = (found, [found.get("text", "")], why), len(found.get("text", ""))
    if current is not None:
        yield current


def _take_version(
    db: Database, archive: zipfile.ZipFile, project_id: int, number: int, line: bytes, ids: array[int]
) -> str:
    """ "" when the version is taken; else a sentence that says why it was left out."""
    try:
        head = reading.version(line)
    except ValueError as error:
        return f"Version {number} cannot be read ({error})."
    name = head["name"] or head["digest"][:8]
    found, sides, tokens = Digest(), Counter[Split](), 0
    try:
        for row in _rows(archive, number, ids):
            found.add(row)
            sides[row.split] += 1
            tokens += count_tokens(row.training)
    except ValueError as error:
        return f"Version “{name}” cannot be read ({error})."
    if found.hexdigest() != head["digest"]:
        return f"Version “{name}” is not what it was when it was made: its rows do not match its hash."
    with db.write() as c:
        taken = snapshots.take(
            c,
            project_id,
            _rows(archive, number, ids),
            digest=head["digest"],
            numbers=sides,
            tokens=tokens,
            who=head["created_by"],
            name=head["name"],
        )
        carrying.name_snapshot(c, taken.id, head["name"], head["created_at"])
    return ""


def _rows(archive: zipfile.ZipFile, number: int, ids: array[int]) -> Iterator[SnapshotRow]:
    for at, line in unpacking.lines(archive, f"versions/{number}.jsonl"):
        try:
            place, row = reading.snapshot_row(line)
        except ValueError as error:
            raise ValueError(f"line {at}: {error}") from error
        known = ids[place] if 0 < place < len(ids) else 0
        # An example that exists no more keeps a number below zero: no row of another project is meant by it.
        yield SnapshotRow(known or -abs(place), row.split, row.training, row.private)


def _manifest(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    try:
        found = json.loads(unpacking.small(archive, "manifest.json"))
    except (ValueError, RecursionError) as error:
        raise HandoverError(f"The manifest of {name} cannot be read. Nothing was taken in.") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise HandoverError(f"{name} is not a project file of Tuneworthy. Nothing was taken in.")
    version = found.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise HandoverError(
            f"{name} was made by a newer version of Tuneworthy. Nothing was taken in. Update Tuneworthy to open it."
        )
    cleaned: dict[str, Any] = clean_value(found)[0]
    return cleaned


def _taken_by(db: Database, task_id: int | None) -> Taken | None:
    """What a task had taken in before it was begun again: not twice."""
    with db.read() as c:
        done = imports.of_task(c, task_id) if task_id is not None else None
        if done is None:
            return None
        broken = tuple(imports.rejected(c, done.id, limit=None))
        kept = len(snapshots.of_project(c, done.project_id))
        return Taken(projects.get(c, done.project_id), done.accepted, kept, broken, ())


def _clear_away(db: Database, task_id: int | None) -> None:
    """What a killed process left of the same task."""
    if task_id is None:
        return
    with db.write() as c:
        for project_id in carrying.half_way(c, task_id=task_id):
            projects.remove(c, project_id)

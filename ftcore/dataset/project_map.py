"""The map of a project: drawn by the worker from what its rows mean, kept in a file, shown from there."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ftcore.dataset import similar
from ftcore.dataset.answers import Profile
from ftcore.dataset.meaning import draw_map, find_misplaced, find_outliers, find_regions
from ftcore.dataset.profiles import normal
from ftcore.dataset.similar import Progress, silent
from ftcore.records import Example
from ftcore.store import examples, projects, row_sets
from ftcore.store.database import Database
from ftcore.store.schema import now
from ftcore.workspace import Workspace

MAP, UNUSUAL, MISPLACED = "map", "outliers", "misplaced"
"""Kinds of stored sets of rows."""
POINTS = 5_000
"""So many rows are drawn; of more, a sample that is the same each time."""
STRANGE, DOUBTED = 30, 50
JUDGED = 100_000
"""Up to so many rows each one's label is compared with those around it; of more, the drawn ones'."""
FILE = "map.json"
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Area:
    """`words` tell it from the others; `label` is that of most of its rows."""

    x: float
    y: float
    rows: int
    words: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """`x` and `y` between -1 and 1, aligned with `ids`. `total` rows there were; `strange` are (id, nearness), the strangest first;
    `doubted` (id, its label, the label of the rows around it). `at` is when it was drawn (ISO)."""

    ids: tuple[int, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    areas: tuple[Area, ...]
    total: int
    at: str
    strange: tuple[tuple[int, float], ...] = ()
    doubted: tuple[tuple[int, str, str], ...] = ()
    labelled: bool = field(default=False)


def draw(
    db: Database, workspace: Workspace, project_id: int, *, progress: Progress = silent, points: int = POINTS
) -> Drawn:
    """Draws the map of rows that have been read, and keeps it. About 3 s for 5,000 points."""
    records = similar.vectors(workspace, project_id).records()
    total = len(records.ids)
    progress(0, 4, "Drawing the map")
    drawn = draw_map(records, most=points)
    ids = drawn.ids.tolist()
    progress(1, 4, "Naming its areas")
    with db.read() as c:
        light = Profile.from_json(projects.get(c, project_id).profile)
    rows = _rows(db, ids)
    labels = {id_: label_of(rows[id_], light) for id_ in ids if id_ in rows}
    texts = [similar.text(rows[id_].training) if id_ in rows else "" for id_ in ids]
    found = find_regions(drawn, texts, [labels.get(id_) or None for id_ in ids])
    progress(2, 4, "Looking for rows like no other")
    strange = find_outliers(records, STRANGE)
    progress(3, 4, "Comparing labels with those around them")
    if total <= JUDGED:
        rest = [id_ for id_ in records.ids.tolist() if id_ not in labels]
        for start in range(0, len(rest), CHUNK):
            labels |= {id_: label_of(row, light) for id_, row in _rows(db, rest[start : start + CHUNK]).items()}
    named = {id_: label for id_, label in labels.items() if label}
    doubted = find_misplaced(records, named, DOUBTED) if len(set(named.values())) > 1 else []
    made = Drawn(
        tuple(ids),
        tuple(round(float(x), 4) for x in drawn.x),
        tuple(round(float(y), 4) for y in drawn.y),
        tuple(Area(area.x, area.y, area.rows, area.words, area.label) for area in found),
        total,
        now().isoformat(),
        tuple(strange),
        tuple((one.id, str(one.label), str(one.other)) for one in doubted),
        bool(named),
    )
    _keep(workspace, project_id, made)
    return made


def kept(workspace: Workspace, project_id: int) -> Drawn | None:
    """The map as it was drawn last; None when none was, or it cannot be read."""
    try:
        said = json.loads((similar.folder(workspace, project_id) / FILE).read_text())
        return _read(said)
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # it can be drawn again
        return None


def stamp(workspace: Workspace, project_id: int) -> int:
    """Changes when another map is kept."""
    try:
        return (similar.folder(workspace, project_id) / FILE).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def label_of(row: Example, light: Profile) -> str:
    """What a row is sorted under: its answer where answers are labels, else its first tag."""
    if light.kind == "labels":
        return normal(row.training.response)
    return row.tags[0] if row.tags else ""


def store(
    db: Database, project_id: int, kind: str, label: str, rows: Sequence[tuple[int, float | None]], *, who: str
) -> int:
    """A stored set of rows from the map: those that were chosen on it, or that it found."""
    with db.write() as c:
        there = {row.id for row in examples.get_many(c, [id_ for id_, _ in rows]) if row.project_id == project_id}
        set_id = row_sets.create(c, project_id, kind=kind, label=label, query={"rows": len(rows)}, who=who)
        row_sets.add(c, set_id, [(id_, score) for id_, score in rows if id_ in there])
        return row_sets.finish(c, set_id).id


def _rows(db: Database, ids: Sequence[int]) -> dict[int, Example]:
    found: dict[int, Example] = {}
    for start in range(0, len(ids), CHUNK):
        with db.read() as c:
            found |= {row.id: row for row in examples.get_many(c, ids[start : start + CHUNK])}
    return found


def _keep(workspace: Workspace, project_id: int, made: Drawn) -> None:
    values = {name: getattr(made, name) for name in Drawn.__dataclass_fields__ if name != "areas"}
    values["areas"] = [[area.x, area.y, area.rows, area.words, area.label] for area in made.areas]
    path = similar.folder(workspace, project_id) / FILE
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(values))
    os.replace(fresh, path)


def _read(said: dict[str, Any]) -> Drawn:
    areas = tuple(Area(x, y, rows, tuple(words), label) for x, y, rows, words, label in said["areas"])
    return Drawn(
        tuple(said["ids"]),
        tuple(said["x"]),
        tuple(said["y"]),
        areas,
        said["total"],
        said["at"],
        tuple((id_, near) for id_, near in said["strange"]),
        tuple((id_, label, other) for id_, label, other in said["doubted"]),
        said["labelled"],
    )

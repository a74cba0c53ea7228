"""A project with something of everything in it, and a canary in its texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.freeze import take_snapshot
from ftcore.records import Project, Split, Status, TrainingExample
from ftcore.store import examples, imports, journal, projects
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.store.journal import Edit

Fill = Callable[..., list[int]]


def talk(prompt: str, response: str, system: str = "") -> TrainingExample:
    above = [{"role": "system", "content": system}] if system else []
    return TrainingExample([*above, {"role": "user", "content": prompt}, {"role": "assistant", "content": response}])


def fill(db: Database, project_id: int, number: int = 12, word: str = "aisle") -> list[int]:
    """Approved rows with tags, notes and keys; four of five in train."""
    with db.write() as c:
        import_id = imports.start(c, project_id, file_name="shelves.csv", sha256="", shape="", who="DK")
        new = [
            NewExample(
                talk(f"Where is the {word} thing {n}?", f"In {word} {n}."),
                Split.TEST if n % 5 == 4 else Split.TRAIN,
                ("shelf",) if n % 2 else (),
                9,
                n + 2,
                key=f"k{n}",
                status=Status.APPROVED,
                note=f"note {n}" if n % 3 == 0 else "",
            )
            for n in range(number)
        ]
        examples.add(c, project_id, new, import_id=import_id, source="shelves.csv", who="DK")
        return examples.ids_of_import(c, import_id)


def rich(db: Database, word: str = "aisle", name: str = "Shelves") -> tuple[Project, list[int]]:
    """A project with prompts, limits, a note, edits, a rejection, a trashed row, a private row and two versions."""
    with db.write() as c:
        project = projects.create(c, name)
        projects.set_prompts(c, project.id, base=f"Say the {word} in full.", tuned="Say it.")
        projects.set_limits(c, project.id, {"off": ["shouting"]})
        projects.set_good_note(c, project.id, f"Good answers name the {word}.")
    ids = fill(db, project.id, word=word)
    with db.write() as c:
        take_snapshot(c, project.id, who="DK", name=f"First {word}")
    curation.save(db, project.id, [CellEdit(ids[0], None, {"response": f"Corrected {word}."})], who="EM")
    curation.decide(db, project.id, [ids[1]], Status.REJECTED, who="EM")
    with db.write() as c:
        journal.save(c, project.id, [Edit(ids[2], {"trashed": True})], who="EM", label="Trashed")
        journal.save(c, project.id, [Edit(ids[4], {"ignored": ["short"]})], who="EM", label="Ignored")
        take_snapshot(c, project.id, who="DK", name="Second")
        return projects.get(c, project.id), ids


def holding(folder: Path, canary: str) -> list[str]:
    """The files below a folder in which the canary stands, in any encoding that we write."""
    wanted = (canary.encode(), canary.encode("utf-16-le"))
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in wanted)
    ]


@pytest.fixture
def shelves(db: Database) -> tuple[Project, list[int]]:
    return rich(db)

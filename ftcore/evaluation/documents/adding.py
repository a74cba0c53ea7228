"""Files become documents of a project, and what is worth a warning about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ftcore.evaluation.documents.leaks import questions_inside, warning
from ftcore.evaluation.documents.reading import read_document
from ftcore.evaluation.errors import EvaluationError
from ftcore.records import Example, Filter, Split, TestCase
from ftcore.store import documents, examples
from ftcore.store.database import Database

MOST_TESTED = 5_000
"""Test questions that are looked for in the documents."""


@dataclass(frozen=True, slots=True)
class Added:
    """`refused`: a sentence for each file that was not added. `notes`: what could not be read in those that were."""

    names: tuple[str, ...]
    refused: tuple[str, ...]
    notes: tuple[str, ...]


def add_files(db: Database, project_id: int, files: Iterable[tuple[str, bytes]], *, who: str = "") -> Added:
    """Reads files (name, content) and keeps what can be read: each file stands or falls for itself."""
    names, refused, notes = list[str](), list[str](), list[str]()
    for name, content in files:
        try:
            read = read_document(name, content)
        except EvaluationError as error:
            refused.append(str(error))
            continue
        with db.write() as c:
            documents.add(c, project_id, read.name, read.text, kind=read.kind, size=read.size, who=who)
        names.append(read.name)
        notes += [f"“{read.name}”: {note}" for note in read.notes]
    return Added(tuple(names), tuple(refused), tuple(notes))


def warnings(db: Database, project_id: int) -> tuple[str, ...]:
    """A sentence for each document in which test questions stand word for word."""
    with db.read() as c:
        known = documents.of_project(c, project_id)
        if not known:
            return ()
        tested = _tested(examples.stream(c, project_id, Filter(split=Split.TEST)))
    told = (warning(one.name, len(questions_inside(one.text, tested)), len(tested)) for one in known)
    return tuple(sentence for sentence in told if sentence)


def _tested(parts: Iterable[list[Example]]) -> list[TestCase]:
    found: list[TestCase] = []
    for part in parts:
        found += [TestCase(row.training.prompt, row.training.response) for row in part]
        if len(found) >= MOST_TESTED:
            break
    return found[:MOST_TESTED]

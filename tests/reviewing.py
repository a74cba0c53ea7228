"""Projects to review: with problems, with duplicates, and with a rest that has none."""

from __future__ import annotations

import random

from ftcore.records import Problem, Project, Severity, TrainingExample
from ftcore.store import examples, imports, problems, projects
from ftcore.store.database import Database
from ftcore.store.examples import NewExample

WORDS = [
    "parcel",
    "refund",
    "tent",
    "zip",
    "lamp",
    "delivery",
    "invoice",
    "card",
    "transfer",
    "account",
    "bike",
    "wheel",
    "pump",
    "colour",
    "size",
    "stove",
]
LEFT_IN = "Something was left to be filled in: [insert name]."
AGAIN = "Nearly the same question is there already (96% alike)."


def fill(
    db: Database,
    name: str = "Tickets",
    *,
    clean: int = 20,
    with_problem: int = 4,
    pairs: int = 0,
    tags: tuple[str, ...] = (),
    who: str = "DK",
) -> tuple[Project, list[int]]:
    """A project and its rows' ids: those with something left in come first, then pairs of duplicates, then clean ones."""
    rng = random.Random(7)
    rows = [_row(rng, at, left_in=at < with_problem, tags=tags) for at in range(with_problem + 2 * pairs + clean)]
    with db.write() as c:
        projects.remember_person(c, who)
        project = projects.create(c, name)
        taken = imports.start(c, project.id, file_name="tickets.csv", sha256="", shape="", who=who)
        examples.add(c, project.id, rows, import_id=taken, source="tickets.csv", who=who)
        ids = examples.ids(c, project.id)
        found = {
            id_: [Problem("placeholder", Severity.WARNING, LEFT_IN, "response", 5, 18)] for id_ in ids[:with_problem]
        }
        for first in range(with_problem, with_problem + 2 * pairs, 2):
            twin = Problem("near_duplicate", Severity.WARNING, AGAIN, "prompt", related=ids[first])
            found[ids[first + 1]] = [twin]
        problems.replace(c, project.id, found)
    return project, ids


def _row(rng: random.Random, at: int, *, left_in: bool, tags: tuple[str, ...]) -> NewExample:
    asked = f"Ticket {at}: {' '.join(rng.choices(WORDS, k=12))}?"
    answer = f"{'Dear [insert name], ' if left_in else ''}{' '.join(rng.choices(WORDS, k=20))}."
    turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
    return NewExample(
        TrainingExample(turns), tokens=60, line=at + 2, tags=tags[at % len(tags) : at % len(tags) + 1] if tags else ()
    )

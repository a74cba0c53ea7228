"""Projects with rows on several sides, for the tests of splits, leaks and exports."""

from __future__ import annotations

from typing import Any

from ftcore.dataset import curation
from ftcore.dataset.intake import recheck
from ftcore.records import Example, JobState, Project, Split, Status, TrainingExample
from ftcore.store import endpoints, examples, imports, jobs
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.training.launch import launch

LAMP = (
    "The lamp that I ordered from your shop last week {} without its bulb and without the screws for the wall, so "
    "please tell me when you can send the missing parts to me."
)
TOPICS = ["tent", "lamp", "stove", "boots", "rope", "axe", "map", "kettle", "towel", "mirror"]


def talk(asked: str, answer: str) -> TrainingExample:
    return TrainingExample([{"role": "user", "content": asked}, {"role": "assistant", "content": answer}])


def fill(db: Database, project: Project, rows: list[NewExample], *, approve: bool = True) -> list[int]:
    with db.write() as c:
        begun = imports.start(c, project.id, file_name="t.csv", sha256="", shape="columns", who="DK")
        imports.finish(c, begun, accepted=len(rows), rejected=[])
        examples.add(c, project.id, rows, import_id=begun, source="t.csv", who="DK")
        ids = examples.ids_of_import(c, begun)
    recheck(db, project.id)
    if approve:
        curation.decide(db, project.id, ids, Status.APPROVED, who="DK")
    return ids


def plain(number: int, split: Split = Split.TRAIN) -> list[NewExample]:
    rows = []
    for at in range(number):
        word = TOPICS[at % len(TOPICS)]
        asked = f"{word} {at} {word[::-1]} {at * 7} {chr(97 + at % 26) * 4}"
        rows.append(NewExample(talk(asked, f"label {at % 3}"), split, tokens=20))
    return rows


def leaky(db: Database, project: Project, *, more: int = 20) -> tuple[int, int]:
    """(a test row, its twin in training): they differ in one word."""
    rows = [
        NewExample(talk(LAMP.format("came"), "returns"), Split.TEST),
        NewExample(talk(LAMP.format("arrived"), "returns"), Split.TRAIN),
        *plain(more),
    ]
    test, train = fill(db, project, rows)[:2]
    return test, train


def train_a_model(db: Database, project: Project, state: JobState = JobState.SUCCEEDED, **values: Any) -> None:
    with db.write() as c:
        endpoint = endpoints.put(c, "local", base_url="http://127.0.0.1:9/v1", key_source="", practice=True)
    job = launch(db, project.id, endpoint, base_model="smollm2", who="DK")
    with db.write() as c:
        jobs.change(c, job.id, state=state, fine_tuned_model="ft:tickets", **values)


def sides(db: Database, project: Project) -> dict[int, Split | None]:
    with db.read() as c:
        return {row.id: row.split for row in examples.every(c, project.id)}


def get(db: Database, id_: int) -> Example:
    with db.read() as c:
        return examples.get(c, id_)


def undo(db: Database, project: Project) -> None:
    curation.undo(db, project.id, who="DK")

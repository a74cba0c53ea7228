"""What rows mean, read by the worker: up to date after edits, similar rows as a set, the map and what it finds."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ftcore.dataset import curation, project_map, resolving, similar
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.intake import take_in
from ftcore.dataset.meaning import MeaningError
from ftcore.records import Filter, Project, Task, TaskState
from ftcore.store import examples, journal, row_sets, tasks
from ftcore.store.database import Database
from ftcore.worker.handlers import HANDLERS
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace
from tests.conftest import write_csv

PARCEL = ["Where is my parcel", "My parcel is lost", "When does the parcel arrive", "Parcel not here yet"]
MONEY = ["I want my money back", "How long does a refund take", "Refund my payment please", "Give me the money again"]
ODD = "Zebras gallop across the savannah at dusk"


@pytest.fixture
def ids(db: Database, project: Project, tmp_path: Path) -> list[int]:
    rows = [*((text, "where") for text in PARCEL), *((text, "money") for text in MONEY), (ODD, "where")]
    take_in(db, project.id, write_csv(tmp_path / "rows.csv", rows), name="rows.csv", who="AB")
    with db.read() as c:
        return examples.ids(c, project.id)


def _work(db: Database, workspace: Workspace, kind: str, **payload: object) -> Task:
    """The worker's own handler, under a lease as the worker has it."""
    with db.write() as c:
        put = tasks.put(c, kind, payload, project_id=int(str(payload["project_id"])))
        task = tasks.lease(c)
    assert task is not None
    assert task.id == put.id
    with Watch(db, task) as watch:
        result = HANDLERS[kind](db, workspace, task, watch)
    with db.write() as c:
        tasks.finish(c, task, result)
        return tasks.get(c, task.id)


def _set(db: Database, project: Project, set_id: int) -> list[int]:
    with db.read() as c:
        return examples.ids(c, project.id, Filter(row_set=set_id))


def test_similar_rows_are_a_set_with_the_row_itself_and_scores(
    db: Database, workspace: Workspace, project: Project, ids: list[int]
) -> None:
    set_id = similar.similar_rows(db, workspace, project.id, ids[0], k=3, who="AB")
    assert set(_set(db, project, set_id)) == {ids[0], *ids[1:4]}
    with db.read() as c:
        found = row_sets.get(c, set_id)
        scores = row_sets.scores(c, set_id, ids)
    assert (found.kind, found.label, found.number) == ("similar", f"row {ids[0]}", 4)
    assert scores[ids[0]] == 1.0
    assert all(0 < score < 1 for id_, score in scores.items() if id_ != ids[0])


def test_an_edit_is_read_again_and_the_trash_is_left_out(
    db: Database, workspace: Workspace, project: Project, ids: list[int]
) -> None:
    similar.similar_rows(db, workspace, project.id, ids[0], k=3)
    with db.read() as c:
        assert similar.waiting(c, workspace, project.id) >= 0
    curation.save(db, project.id, [CellEdit(ids[8], None, {"prompt": "Where is my parcel please"})], who="AB")
    with db.write() as c:
        journal.save(c, project.id, [journal.Edit(ids[1], {"trashed": True})], who="AB", label="Trashed")
    found = set(_set(db, project, similar.similar_rows(db, workspace, project.id, ids[0], k=3)))
    assert ids[8] in found
    assert ids[1] not in found
    assert len(found) == 4, "what is in the trash takes nobody's place"
    task = _work(db, workspace, "meaning", project_id=project.id)
    assert task.result == {"rows": 8}
    assert ids[1] not in similar.vectors(workspace, project.id).ids().tolist()


def test_many_rows_are_the_workers_and_it_says_how_long(
    db: Database, workspace: Workspace, project: Project, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "AT_ONCE", 5)
    with pytest.raises(MeaningError, match="about 1 second"):
        similar.similar_rows(db, workspace, project.id, ids[0])
    task = _work(db, workspace, "meaning", project_id=project.id)
    assert (task.state, task.result) == (TaskState.DONE, {"rows": 9})
    with db.read() as c:  # the end of the task is a revision; what is new since is looked for by its time
        curated = similar.waiting(c, workspace, project.id)
    assert curated <= 9


def test_the_map_finds_the_row_like_no_other_and_can_be_drawn_twice(
    db: Database, workspace: Workspace, project: Project, ids: list[int]
) -> None:
    for _ in range(2):
        task = _work(db, workspace, "meaning", project_id=project.id, draw=True)
        assert (task.state, task.result["points"]) == (TaskState.DONE, 9)
        drawn = project_map.kept(workspace, project.id)
        assert drawn is not None
        assert sorted(drawn.ids) == ids
        assert drawn.strange[0][0] == ids[8]
        assert all(-1 <= at <= 1 for at in (*drawn.x, *drawn.y))


def test_a_damaged_map_is_no_map(db: Database, workspace: Workspace, project: Project, ids: list[int]) -> None:
    _work(db, workspace, "meaning", project_id=project.id, draw=True)
    path = similar.folder(workspace, project.id) / project_map.FILE
    path.write_text(path.read_text()[:40])
    assert project_map.kept(workspace, project.id) is None


def test_lost_vectors_are_made_again(db: Database, workspace: Workspace, project: Project, ids: list[int]) -> None:
    similar.similar_rows(db, workspace, project.id, ids[0])
    for path in similar.folder(workspace, project.id).glob("*.bin"):
        path.write_bytes(b"")
    assert len(_set(db, project, similar.similar_rows(db, workspace, project.id, ids[0], k=3))) == 4


def test_a_wrong_label_in_real_questions_is_doubted(
    db: Database, workspace: Workspace, project: Project, shared_data: Path, tmp_path: Path
) -> None:
    with (shared_data / "banking77" / "train.csv").open(newline="", encoding="utf-8") as file:
        wanted = ("lost_or_stolen_card", "exchange_rate", "age_limit")
        rows = [(row["text"], row["category"]) for row in csv.DictReader(file) if row["category"] in wanted]
    rows[0] = (rows[0][0], next(label for label in wanted if label != rows[0][1]))
    take_in(db, project.id, write_csv(tmp_path / "b.csv", rows), name="b.csv", who="AB")
    _work(db, workspace, "meaning", project_id=project.id, draw=True)
    drawn = project_map.kept(workspace, project.id)
    assert drawn is not None
    with db.read() as c:
        first = examples.ids(c, project.id)[0]
    assert first in [id_ for id_, *_ in drawn.doubted]
    assert drawn.labelled
    assert {area.label for area in drawn.areas} == {label.replace("_", "_") for label in wanted}


def test_the_worker_keeps_the_best_of_every_group(
    db: Database, workspace: Workspace, project: Project, tmp_path: Path
) -> None:
    asked = "Where is the parcel that I sent to Leeds on Monday morning by express"
    rows = [
        (asked, "a long enough answer"),
        (asked, "a long enough answer"),
        ("Hello there my friend", "an answer too"),
    ]
    take_in(db, project.id, write_csv(tmp_path / "r.csv", rows), name="r.csv", who="AB")
    task = _work(db, workspace, "keep_best", project_id=project.id, who="AB")
    assert task.result == {"groups": 1}
    with db.read() as c:
        assert resolving.groups(c, project.id, resolving.ALIKE) == []
        change = journal.next_undo(c, project.id)
    assert change is not None
    assert change.label.startswith("Kept the best")

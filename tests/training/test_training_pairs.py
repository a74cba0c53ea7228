"""Preferences: which approved examples give a pair, and what a snapshot of pairs holds."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.freeze import freezing, take_snapshot, tokens_of_row
from ftcore.dataset.pairing import rejected_answers, without_pair
from ftcore.dataset.preferences import TOO_SIMILAR
from ftcore.dataset.snapshots import digest
from ftcore.records import Project, SnapshotRow, Split
from ftcore.store import examples, snapshots
from ftcore.store.database import Database
from ftcore.training.launch import NotFit, launch_all
from ftcore.training.outlook import load_of
from ftcore.training.settings import DPO, Settings
from tests.training.launching import judge, local, ready, talk


def correct(db: Database, project: Project, ids: Sequence[int], answer: str) -> None:
    with db.read() as c:
        rows = examples.get_many(c, ids)
    edits = [CellEdit(row.id, row.version, {"response": f"{answer} {row.id}"}) for row in rows]
    curation.save(db, project.id, edits, who="DK")


def test_a_corrected_answer_and_a_judged_one_give_a_pair(db: Database, project: Project) -> None:
    ids = ready(db, project)
    correct(db, project, ids[:2], "A kinder answer")
    judge(db, ids[2:4], "Go away.")
    judge(db, ids[4:5], "LABEL 1!")  # the same but for capitals and a sign
    with db.read() as c:
        found = rejected_answers(c, project.id)
        assert without_pair(c, project.id) == {TOO_SIMILAR: 1}
    assert found == {ids[0]: "label 0", ids[1]: "label 1", ids[2]: "Go away.", ids[3]: "Go away."}


def test_a_snapshot_of_pairs_holds_the_worse_answers_and_the_usual_test_rows(db: Database, project: Project) -> None:
    ids = ready(db, project)
    judge(db, [*ids[:12], ids[60], *ids[66:70]], "Go away.")  # of training, of validation and of the test
    (job,) = launch_all(db, project.id, local(db), base_model="m", who="t", settings=Settings(method=DPO, beta=0.2))
    assert (job.method, job.hyperparameters) == ("dpo", {"beta": 0.2})
    with db.read() as c:
        taken = snapshots.get(c, job.snapshot_id)
        rows = list(snapshots.rows(c, job.snapshot_id))
        usual = [row for row in freezing(c, project.id) if row.split is Split.TEST]
    assert (taken.train, taken.validation, taken.test) == (12, 1, 30)
    assert [row for row in rows if row.split is Split.TEST] == usual
    assert {row.worse for row in rows if row.split is not Split.TEST} == {"Go away."}
    assert taken.digest == digest(rows) == load_digest(db, project)
    assert job.estimated_tokens == 8 * sum(tokens_of_row(row) for row in rows if row.split is Split.TRAIN)


def load_digest(db: Database, project: Project) -> str:
    with db.read() as c:
        return load_of(c, project.id, Settings(method=DPO)).survey.digest


def test_fewer_than_ten_pairs_are_refused_with_what_to_do(db: Database, project: Project) -> None:
    judge(db, ready(db, project)[:9], "Go away.")
    with pytest.raises(NotFit, match=r"Only 9 pairs of answers, and no server trains on fewer than 10.*Correct more"):
        launch_all(db, project.id, local(db), base_model="m", who="t", settings=Settings(method=DPO))


def test_another_worse_answer_is_another_snapshot(db: Database, project: Project) -> None:
    ids = ready(db, project)
    judge(db, ids[:12], "Go away.")
    with db.write() as c:
        first = take_snapshot(c, project.id, who="t", pairs=True)
    judge(db, ids[:1], "Go home.")
    with db.write() as c:
        second = take_snapshot(c, project.id, who="t", pairs=True)
        usual = take_snapshot(c, project.id, who="t")
    assert len({first.digest, second.digest, usual.digest}) == 3


def test_the_digest_of_rows_without_pairs_is_what_it_always_was(shared_data: Path) -> None:
    """The figure was computed before there were pairs: snapshots that are kept must still be found by it."""
    with (shared_data / "banking77" / "train.csv").open(newline="") as file:
        lines = list(csv.reader(file))[1:101]
    rows = [SnapshotRow(at, Split.TRAIN if at % 5 else Split.TEST, talk(*line)) for at, line in enumerate(lines)]
    assert digest(rows) == "dc5ac251bca22b488d33c0f9c4f006a2f4ed9f38f45b7fe383d93dd322ef5104"

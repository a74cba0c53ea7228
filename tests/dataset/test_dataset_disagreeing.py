"""Rows that are nearly the same and answer differently: found where answers are labels, and settled like contradictions."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ftcore.dataset import resolving
from ftcore.dataset.answers import meaning
from ftcore.dataset.intake import take_in
from ftcore.records import Project, Status
from ftcore.store import examples, journal
from ftcore.store.database import Database
from tests.conftest import write_csv

ASKED = "My parcel with the blue tent has not arrived at the address in Leeds, where is it now please"
JACKET = "How do I wash the red jacket that I bought in your shop last winter, by hand or not"
LABELS = [
    (f"{what} is {how}", f"label_{how}") for what in ("lamp", "stove", "pump", "zip") for how in ("lost", "late", "old")
]
ROWS = [
    (ASKED, "label_late"),
    (f"{ASKED} thank you", "label_lost"),
    (f"{ASKED} and thank you", "label_late"),
    (JACKET, "label_old"),
    (JACKET, "label_late"),
    *LABELS,
]


@pytest.fixture
def ids(db: Database, project: Project, tmp_path: Path) -> list[int]:
    take_in(db, project.id, write_csv(tmp_path / "rows.csv", ROWS), name="rows.csv", who="AB")
    with db.read() as c:
        return examples.ids(c, project.id)


def _found(db: Database, project: Project) -> list[tuple[int, ...]]:
    with db.read() as c:
        return resolving.disagreeing(c, project.id)


def test_nearly_the_same_question_with_other_labels_is_found_and_a_contradiction_is_not_found_twice(
    db: Database, project: Project, ids: list[int]
) -> None:
    assert _found(db, project) == [tuple(ids[:3])]
    with db.read() as c:
        assert resolving.groups(c, project.id, resolving.CONTRADICTION) == [tuple(ids[3:5])]


def test_one_answer_for_all_settles_it_and_leaves_them_alike(db: Database, project: Project, ids: list[int]) -> None:
    resolving.give_answer(db, project.id, ids[:3], ids[0], who="CD")
    assert _found(db, project) == []
    with db.read() as c:
        assert resolving.groups(c, project.id, resolving.ALIKE) == [tuple(ids[:3])], "they still repeat each other"


def test_rejecting_the_others_leaves_those_that_stay_and_are_alike_to_be_looked_at(
    db: Database, project: Project, ids: list[int]
) -> None:
    resolving.reject_others(db, project.id, ids[:3], ids[0], resolving.ALIKE, who="CD")
    with db.read() as c:
        rows = examples.get_many(c, ids[:3])
        assert [row.status for row in rows] == [Status.DRAFT, Status.REJECTED, Status.DRAFT]
        assert all(not row.ignored for row in rows)
    with db.write() as c:
        journal.undo(c, project.id, who="CD")
    resolving.reject_others(db, project.id, ids[:3], ids[1], resolving.ALIKE, who="CD")
    with db.read() as c:
        kept = examples.get(c, ids[1])
    assert kept.status is Status.DRAFT
    assert not set(kept.problems) & set(resolving.ALIKE), "nothing is like the one that stays"


def test_free_texts_that_are_alike_are_no_contradiction(db: Database, project: Project, tmp_path: Path) -> None:
    answer = "Your parcel left our house on Monday and should be with you within the next few days, I hope"
    rows = [(ASKED, f"{answer}."), (f"{ASKED} thank you", f"{answer}, best wishes.")]
    rows += [
        (question, f"We will look for it; {label} it may be, number {at}.")
        for at, (question, label) in enumerate(LABELS)
    ]
    take_in(db, project.id, write_csv(tmp_path / "rows.csv", rows), name="rows.csv", who="AB")
    with db.read() as c:
        assert resolving.groups(c, project.id, resolving.ALIKE)
    assert _found(db, project) == []


def test_of_real_questions_of_a_bank_those_with_two_labels_are_found(
    db: Database, project: Project, tmp_path: Path, shared_data: Path
) -> None:
    with (shared_data / "banking77" / "train.csv").open(newline="", encoding="utf-8") as file:
        rows = [(row["text"], row["category"]) for row in csv.DictReader(file)][:3_000]
    take_in(db, project.id, write_csv(tmp_path / "bank.csv", rows), name="bank.csv", who="AB")
    found = _found(db, project)
    assert found
    with db.read() as c:
        alike = resolving.groups(c, project.id, resolving.ALIKE)
        for group in alike:
            said = {meaning(row.training.response) for row in examples.get_many(c, group)}
            assert (group in found) == (len(said) > 1) or group in resolving.groups(
                c, project.id, resolving.CONTRADICTION
            )

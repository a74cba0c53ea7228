"""A file becomes examples: whole or not at all, with its splits and its instructions."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftcore.dataset.intake import recheck, rows, take_in
from ftcore.dataset.sources import SourceError
from ftcore.records import Project, Split, TrainingExample
from ftcore.store import examples, imports, problems, projects
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from tests.conftest import write_csv


def test_a_base_model_is_told_every_label_of_a_file_that_is_sorted_by_label(
    db: Database, project: Project, shared_data: Path
) -> None:
    take_in(db, project.id, shared_data / "banking77" / "train.csv", name="train.csv", who="t")
    with db.read() as c:
        told = projects.get(c, project.id).base_prompt
        labels = {row.training.response for row in examples.every(c, project.id)}
    assert len(labels) == 77
    assert [label for label in labels if label not in told] == []


def test_a_file_that_cannot_be_read_leaves_nothing_behind(db: Database, project: Project, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b"")
    with pytest.raises(SourceError):
        take_in(db, project.id, path, name="f.csv", who="t")
    with db.read() as c:
        assert (imports.of_project(c, project.id), examples.counts(c, project.id).total) == ([], 0)


def test_a_task_that_is_begun_again_imports_once(db: Database, project: Project, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "f.csv", [(f"question {i}", f"answer {i} to it") for i in range(30)])
    first = take_in(db, project.id, path, name="f.csv", who="t", task_id=7)
    assert take_in(db, project.id, path, name="f.csv", who="t", task_id=7) == first
    with db.read() as c:
        assert examples.counts(c, project.id).total == 30


def test_a_second_file_is_compared_with_the_first(db: Database, project: Project, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "f.csv", [(f"What is matter {chr(97 + i)}{i} about?", f"It is about {i}.") for i in range(12)]
    )
    for _ in range(2):
        take_in(db, project.id, path, name="f.csv", who="t", test_rows=3)
    with db.read() as c:
        assert ("exact_duplicate", 12) in [(code, number) for code, _, number in problems.tally(c, project.id)]
        sides: dict[str, set[Split | None]] = {}
        for row in examples.every(c, project.id):
            sides.setdefault(row.training.prompt, set()).add(row.split)
    assert all(len(side) == 1 for side in sides.values()), "a twin of a test row is in the training rows"
    recheck(db, project.id)
    with db.read() as c:
        assert ("exact_duplicate", 12) in [(code, number) for code, _, number in problems.tally(c, project.id)]


def test_rewordings_of_one_question_never_stand_on_both_sides_of_the_split(
    db: Database, project: Project, tmp_path: Path
) -> None:
    asked = (
        "My parcel with the {} tent and the {} lamp has not arrived, and nobody at the depot in {} knows where it is"
    )
    words = [("red", "small", "Ghent"), ("old", "steel", "Lyon"), ("green", "brass", "Oslo"), ("grey", "paper", "Cork")]
    rows = [
        (
            f"{asked.format(*three)} or who has it; number {three[2]}{i} {three[0]} {three[1]} {three[2]}.{end}",
            f"Reply {i}",
        )
        for i, three in enumerate(words * 6)
        for end in ("", " Thanks.")
    ]
    path = write_csv(tmp_path / "f.csv", rows)
    take_in(db, project.id, path, name="f.csv", who="t", test_rows=12)
    with db.read() as c:
        sides = {row.training.prompt: row.split for row in examples.every(c, project.id)}
    assert Split.TEST in sides.values()
    apart = [prompt for prompt, side in sides.items() if sides.get(f"{prompt} Thanks.", side) != side]
    assert apart == []


@pytest.mark.parametrize(("letters", "sizes"), [(20, [100, 180]), (100_000, [100, 79, 79, 22])])
def test_of_long_rows_few_are_held_at_once(db: Database, project: Project, letters: int, sizes: list[int]) -> None:
    talk = [{"role": "user", "content": "Which letter?"}, {"role": "assistant", "content": "a" * letters}]
    with db.write() as c:
        taken = imports.start(c, project.id, file_name="t.csv", sha256="", shape="", who="DK")
        examples.add(
            c, project.id, [NewExample(TrainingExample(talk))] * 280, import_id=taken, source="t.csv", who="DK"
        )
    assert [len(part) for part in rows.portions(db, project.id)] == sizes

"""Leaks between the splits: found, blocking a launch, taken away."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftcore.dataset import curation, split_leaks
from ftcore.records import Project, Split
from ftcore.store import projects
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.training.launch import NotFit
from tests.splitting import fill, get, leaky, plain, talk, train_a_model, undo


def test_a_near_duplicate_across_the_splits_blocks_a_launch_until_it_is_moved(db: Database, project: Project) -> None:
    test, train = leaky(db, project)
    with pytest.raises(NotFit, match="1 test example is nearly the same as training rows"):
        train_a_model(db, project)
    with db.read() as c:
        (leak,) = split_leaks.find(c, project.id)
    assert (leak.test_id, leak.train_id, leak.exact) == (test, train, False)
    assert 0.6 <= leak.similarity < 1.0
    saved = split_leaks.move_all(db, project.id, who="DK")
    assert saved.changed == (train,)
    train_a_model(db, project)
    with db.read() as c:
        assert split_leaks.find(c, project.id) == []


def test_rejecting_all_training_twins_is_one_change(db: Database, project: Project) -> None:
    _, train = leaky(db, project)
    assert split_leaks.reject_all(db, project.id, who="DK").changed == (train,)
    with db.read() as c:
        assert split_leaks.find(c, project.id) == []
    undo(db, project)
    with db.read() as c:
        assert len(split_leaks.find(c, project.id)) == 1


def test_moving_all_twins_takes_the_twins_of_the_twins_along(db: Database, project: Project) -> None:
    texts = [
        "red green blue grey pink teal gold lime navy plum rose",
        "red green blue grey pink teal gold lime navy plum sand",
        "red green blue grey pink teal gold lime navy corn sand",
    ]
    rows = [
        NewExample(talk(text, "colour"), side)
        for text, side in zip(texts, (Split.TEST, Split.TRAIN, Split.TRAIN), strict=True)
    ]
    ids = fill(db, project, [*rows, *plain(15)])[:3]
    split_leaks.move_all(db, project.id, who="DK")
    assert {get(db, id_).split for id_ in ids} == {Split.TEST}
    with db.read() as c:
        assert split_leaks.find(c, project.id) == []


def test_the_same_question_under_other_instructions_is_a_leak(db: Database, project: Project) -> None:
    asked = talk("Where is my order, please?", "on its way")
    fill(
        db, project, [NewExample(asked, Split.TEST), NewExample(asked.with_system("Be kind."), Split.TRAIN), *plain(15)]
    )
    with db.read() as c:
        (leak,) = split_leaks.find(c, project.id)
    assert leak.exact


def test_a_near_duplicate_that_somebody_ignored_blocks_nothing(db: Database, project: Project) -> None:
    _, train = leaky(db, project)
    curation.ignore(db, project.id, [train], "near_duplicate", who="DK")
    with db.read() as c:
        assert split_leaks.find(c, project.id) == []
    train_a_model(db, project)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(list(Split))), min_size=1, max_size=14))
def test_the_leaks_into_the_test_are_exactly_the_questions_on_both_sides(
    db: Database, rows: list[tuple[str, Split]]
) -> None:
    with db.write() as c:
        project = projects.create(c, "Law")
    ids = [at + 1 for at in range(len(rows))]
    talks = [(id_, split, talk(f"question {name}", "x")) for id_, (name, split) in zip(ids, rows, strict=True)]
    with db.read() as c:
        found = split_leaks.blocking(split_leaks.of_rows(c, project.id, talks))
    trained = {name for name, split in rows if split is Split.TRAIN}
    wanted = {id_ for id_, (name, split) in zip(ids, rows, strict=True) if split is Split.TEST and name in trained}
    assert {leak.test_id for leak in found} == wanted

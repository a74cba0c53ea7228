"""Split again as one change, and the lock of the test split."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from ftcore.dataset import bulk, curation, split_leaks, split_lock, splitting, turn_edits
from ftcore.dataset.bulk import Selection
from ftcore.dataset.bulk_actions import SPLIT, Action
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.intake import take_in
from ftcore.dataset.split_lock import SplitLocked
from ftcore.dataset.splitting import Outcome, SplitWish
from ftcore.records import Filter, JobState, Project, Split, Status
from ftcore.store import history, journal, projects
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from tests.conftest import write_csv
from tests.splitting import LAMP, TOPICS, fill, get, leaky, plain, sides, talk, train_a_model, undo


def test_splitting_again_is_one_change_and_one_undo(db: Database, project: Project) -> None:
    fill(db, project, plain(60))
    before = sides(db, project)
    planned = splitting.plan(db, project.id, SplitWish(seed=5, test_rows=20, validation_share=0.25))
    outcome = planned.outcome()
    assert outcome.counts == {"train": 30, "validation": 10, "test": 20}
    assert sides(db, project) == before, "a preview writes nothing"
    done = splitting.carry_out(db, project.id, SplitWish(seed=5, test_rows=20, validation_share=0.25), who="DK")
    assert done.changed == outcome.moves == 30
    now = sides(db, project)
    assert {split: list(now.values()).count(split) for split in Split} == {
        Split.TRAIN: 30,
        Split.VALIDATION: 10,
        Split.TEST: 20,
    }
    undo(db, project)
    assert sides(db, project) == before


def test_near_duplicates_and_groups_are_never_divided(db: Database, project: Project) -> None:
    twins = [NewExample(talk(LAMP.format(verb), "returns"), Split.TRAIN) for verb in ("came", "arrived", "got here")]
    group = [
        NewExample(talk(f"{word} question of its own, number {at}", "x" * (at + 1)), Split.TRAIN, grouping="ACME")
        for at, word in enumerate(TOPICS[:4])
    ]
    fill(db, project, [*twins, *group, *plain(30)])
    divided = False
    for seed in range(8):
        planned = splitting.plan(db, project.id, SplitWish(seed=seed, test_rows=12))
        of = planned.plan.splits
        assert len(set(of[:3])) == 1
        assert len(set(of[3:7])) == 1
        ungrouped = splitting.plan(db, project.id, SplitWish(seed=seed, test_rows=12, groups=False)).plan.splits
        divided |= len(set(ungrouped[3:7])) > 1
    assert divided, "without the group column a group may be divided"


def test_each_answer_gives_its_share(db: Database, project: Project) -> None:
    rows = [
        NewExample(talk(f"{TOPICS[at % 10]} {at} {at * 13}", "rare" if at % 10 == 0 else "usual")) for at in range(100)
    ]
    fill(db, project, rows)
    outcome = splitting.plan(db, project.id, SplitWish(test_rows=20, by="answer")).outcome()
    assert {name: test for name, _, _, test in outcome.strata} == {"usual": 18, "rare": 2}
    assert Outcome.from_json(json.loads(json.dumps(asdict(outcome)))) == outcome


def test_each_tag_gives_its_share_and_rows_without_one_are_told_apart(db: Database, project: Project) -> None:
    rows = [NewExample(one.training, tags=("vip",) if at % 4 == 0 else ()) for at, one in enumerate(plain(80))]
    fill(db, project, rows)
    outcome = splitting.plan(db, project.id, SplitWish(test_rows=20, by="tag")).outcome()
    assert {name: test for name, _, _, test in outcome.strata} == {"(no tag)": 15, "vip": 5}


def test_rejected_rows_stay_where_they_are(db: Database, project: Project) -> None:
    ids = fill(db, project, plain(40))
    curation.decide(db, project.id, ids[:10], Status.REJECTED, who="DK")
    planned = splitting.plan(db, project.id, SplitWish(test_rows=29))
    assert not set(ids[:10]) & set(planned.ids)


def test_the_same_seed_gives_the_split_that_the_import_made(db: Database, project: Project, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [(one.training.prompt, one.training.response) for one in plain(50)])
    take_in(db, project.id, path, name="t.csv", who="DK")
    assert splitting.plan(db, project.id, SplitWish(seed=0, by="answer")).outcome().moves == 0
    assert splitting.plan(db, project.id, SplitWish(seed=1, by="answer")).outcome().moves > 0


def test_in_the_worker_it_is_one_change_too_and_begun_again_it_changes_nothing_twice(
    db: Database, project: Project
) -> None:
    fill(db, project, plain(50))
    before, wish = sides(db, project), SplitWish(seed=2, test_rows=10)
    first = splitting.carry_out(db, project.id, wish, who="DK", task_id=7)
    again = splitting.carry_out(db, project.id, wish, who="DK", task_id=7)
    assert (first.changed, again.changed) == (first.changed, first.changed)
    assert first.changed > 0
    undo(db, project)
    assert sides(db, project) == before


def test_a_split_that_is_stopped_half_way_is_taken_back(
    db: Database, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(db, project, plain(50))
    before = sides(db, project)
    monkeypatch.setattr(bulk, "PART", 5)

    class Stopped(Exception):
        pass

    def progress(done: int, total: int, what: str) -> None:
        if what == splitting.WRITING:
            raise Stopped

    with pytest.raises(Stopped):
        splitting.carry_out(db, project.id, SplitWish(test_rows=10), who="DK", task_id=7, progress=progress)
    assert sides(db, project) != before
    splitting.stop(db, project.id, 7, who="DK")
    assert sides(db, project) == before


def test_after_a_training_no_row_joins_or_leaves_the_test(db: Database, project: Project) -> None:
    ids = fill(db, project, [*plain(20), *plain(35, Split.TEST)[20:]])
    trained, tested = ids[0], ids[-1]
    curation.move(db, project.id, [trained], Split.TEST, who="DK")
    curation.undo(db, project.id, who="DK")
    train_a_model(db, project)
    before = sides(db, project)
    refused = [
        lambda: curation.move(db, project.id, [trained, ids[1]], Split.TEST, who="DK"),
        lambda: curation.move(db, project.id, [tested], Split.TRAIN, who="DK"),
        lambda: curation.save(db, project.id, [CellEdit(trained, None, {"split": "test", "note": "x"})], who="DK"),
        lambda: curation.save(db, project.id, [CellEdit(tested, None, {"split": Split.TRAIN})], who="DK"),
        lambda: bulk.carry_out(db, project.id, Selection(ids=(tested,)), Action(SPLIT, "train"), who="DK"),
        lambda: bulk.carry_out(db, project.id, Selection(where=Filter()), Action(SPLIT, "test"), who="DK"),
        lambda: bulk.carry_out(db, project.id, Selection(where=Filter()), Action(SPLIT, "validation"), who="DK"),
    ]
    for act in refused:
        with pytest.raises(SplitLocked, match=r"ft:tickets is measured on these 15 test rows.*nothing was changed"):
            act()
    assert sides(db, project) == before
    assert get(db, trained).note == ""
    curation.move(db, project.id, [trained], Split.VALIDATION, who="DK")
    bulk.carry_out(db, project.id, Selection(where=Filter(split=Split.TRAIN)), Action(SPLIT, "validation"), who="DK")
    curation.save(db, project.id, [CellEdit(tested, None, {"split": "test", "note": "seen"})], who="DK")
    assert get(db, tested).note == "seen"


def test_splitting_again_leaves_a_locked_test_alone(db: Database, project: Project) -> None:
    fill(db, project, [*plain(20), *plain(35, Split.TEST)[20:]])
    train_a_model(db, project)
    before = sides(db, project)
    tested = {id_ for id_, split in before.items() if split is Split.TEST}
    splitting.carry_out(db, project.id, SplitWish(seed=9, test_rows=3, validation_share=0.5), who="DK")
    now = sides(db, project)
    assert {id_ for id_, split in now.items() if split is Split.TEST} == tested
    assert list(now.values()).count(Split.VALIDATION) == 10


def test_a_twin_of_a_locked_test_row_stays_where_it_is(db: Database, project: Project) -> None:
    test, train = leaky(db, project)
    split_leaks.reject_all(db, project.id, who="DK")
    train_a_model(db, project)
    curation.decide(db, project.id, [train], Status.APPROVED, who="DK")
    for seed in range(4):
        splitting.carry_out(db, project.id, SplitWish(seed=seed, validation_share=0.5), who="DK")
        assert (get(db, train).split, get(db, test).split) == (Split.TRAIN, Split.TEST)


def test_a_job_that_never_took_a_step_locks_nothing(db: Database, project: Project) -> None:
    ids = fill(db, project, [*plain(20), *plain(35, Split.TEST)[20:]])
    train_a_model(db, project, JobState.FAILED, step=0)
    curation.move(db, project.id, [ids[0]], Split.TEST, who="DK")
    assert get(db, ids[0]).split is Split.TEST


def test_unlocking_says_who_and_the_next_training_locks_again(db: Database, project: Project) -> None:
    ids = fill(db, project, [*plain(20), *plain(35, Split.TEST)[20:]])
    train_a_model(db, project)
    split_lock.unlock(db, project.id, who="EM")
    curation.move(db, project.id, [ids[0]], Split.TEST, who="DK")
    with db.read() as c:
        assert projects.get(c, project.id).limits[split_lock.UNLOCKED]["who"] == "EM"
        assert split_lock.find(c, project.id) is None
    train_a_model(db, project)
    with pytest.raises(SplitLocked):
        curation.move(db, project.id, [ids[1]], Split.TEST, who="DK")


def test_a_restored_row_keeps_its_locked_split_and_the_journal_says_so(db: Database, project: Project) -> None:
    ids = fill(db, project, [*plain(20), *plain(35, Split.TEST)[20:]])
    curation.save(db, project.id, [CellEdit(ids[0], None, {"note": "in train"})], who="DK")
    curation.move(db, project.id, [ids[0]], Split.TEST, who="DK")
    train_a_model(db, project)
    with db.read() as c:
        old = next(v for v in history.versions(c, ids[0]) if v.values["split"] == "train" and v.values["note"] == "")
    turn_edits.restore(db, get(db, ids[0]), old, who="DK")
    assert (get(db, ids[0]).split, get(db, ids[0]).note) == (Split.TEST, "")
    with db.read() as c:
        assert "its split stayed" in journal.last(c, project.id)[0].label


def test_an_undo_that_would_change_a_locked_test_is_refused(db: Database, project: Project) -> None:
    ids = fill(db, project, [*plain(20), *plain(35, Split.TEST)[20:]])
    curation.move(db, project.id, [ids[0]], Split.TEST, who="DK")
    train_a_model(db, project)
    with pytest.raises(SplitLocked, match="1 row was to join or leave it"):
        undo(db, project)
    assert get(db, ids[0]).split is Split.TEST
    curation.decide(db, project.id, [ids[-1]], Status.REJECTED, who="DK")
    undo(db, project)
    assert get(db, ids[-1]).status is Status.APPROVED

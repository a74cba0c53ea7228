"""Parts of a snapshot: the smaller inside the larger, the same on any machine."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ftcore.dataset.freeze import tokens_of_row
from ftcore.records import Project, Split
from ftcore.store import jobs, snapshots
from ftcore.store.database import Database
from ftcore.training.launch import launch_all
from ftcore.training.rows import rows_for
from ftcore.training.series import SIZES, part, size_of
from ftcore.training.settings import Settings
from tests.training.launching import local, ready

ids = st.sets(st.integers(1, 10**6), min_size=1, max_size=200)
share = st.floats(0.001, 1.0)


@given(ids, share, share, st.text("0123456789abcdef", min_size=64, max_size=64))
def test_a_smaller_part_lies_inside_a_larger_one(rows: set[int], one: float, other: float, digest: str) -> None:
    small, large = (part(digest, rows, size) for size in sorted((one, other)))
    assert large[: len(small)] == small
    assert set(large) <= rows
    assert len(small) == size_of(min(one, other), len(rows)) >= 1
    assert part(digest, sorted(rows, reverse=True), one) == part(digest, rows, one), "in whatever order the rows come"


@given(st.integers(0, 10**6))
def test_all_is_all(rows: int) -> None:
    assert size_of(1.0, rows) == rows
    assert [size_of(size, 4 * rows) for size in SIZES] == [rows, 2 * rows, 4 * rows]


def test_another_snapshot_takes_other_parts() -> None:
    assert part("a" * 64, range(100), 0.25) != part("b" * 64, range(100), 0.25)


def test_a_size_series_is_one_group_on_one_snapshot(db: Database, project: Project) -> None:
    ready(db, project)
    made = launch_all(
        db, project.id, local(db), base_model="smollm2", who="t", settings=Settings(series=True), key="click"
    )
    assert [job.share for job in made] == [0.25, 0.5, 1.0]
    assert {(job.group, job.snapshot_id, job.seed) for job in made} == {("click", made[0].snapshot_id, 0)}
    tokens = [job.estimated_tokens for job in made]
    assert tokens == sorted(tokens)
    again = launch_all(
        db, project.id, local(db), base_model="smollm2", who="t", settings=Settings(series=True), key="click"
    )
    assert [job.id for job in again] == [job.id for job in made]
    with db.read() as c:
        assert len(jobs.of_project(c, project.id)) == 3
        assert snapshots.get(c, made[0].snapshot_id).train == 60


def test_several_seeds_differ_in_nothing_else(db: Database, project: Project) -> None:
    ready(db, project)
    made = launch_all(db, project.id, local(db), base_model="m", who="t", settings=Settings(seeds=3, seed=7, epochs=2))
    assert [job.seed for job in made] == [7, 8, 9]
    assert len({job.key for job in made}) == 3
    assert {(job.share, str(job.hyperparameters), job.group) for job in made} == {
        (1.0, "{'n_epochs': 2}", made[0].group)
    }
    assert made[0].group


def test_a_part_is_estimated_by_the_rows_that_its_job_is_sent(db: Database, project: Project) -> None:
    ready(db, project)
    made = launch_all(db, project.id, local(db), base_model="m", who="t", settings=Settings(series=True, epochs=2))
    with db.read() as c:
        for job in made:
            sent = [tokens_of_row(row) for row in rows_for(c, job, Split.TRAIN)]
            assert len(sent) == size_of(job.share, 60)
            assert job.estimated_tokens == 2 * sum(sent)

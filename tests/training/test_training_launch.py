"""A launch is whole or absent, and nobody is launched past what they were not told."""

from __future__ import annotations

import pytest

from ftcore.dataset import curation
from ftcore.dataset.freeze import take_snapshot
from ftcore.records import Project, Status
from ftcore.store import endpoints, jobs, projects, snapshots, tasks
from ftcore.store.database import Database
from ftcore.training.launch import CHANGED, NotFit, launch, launch_all
from ftcore.training.outlook import load_of, look
from ftcore.training.settings import Settings
from tests.training.launching import MODEL, local, paid, ready


def test_what_was_estimated_is_kept_with_the_job(db: Database, project: Project) -> None:
    ready(db, project)
    there = paid(db)
    settings = Settings(suffix="tickets", learning_rate_multiplier=0.5)
    (job,) = launch_all(db, project.id, there, base_model=MODEL, who="t", settings=settings)
    with db.read() as c:
        outlook = look(c, db.path.parent, load_of(c, project.id), there, MODEL, settings)
    assert outlook.estimate.cost == (job.cost_low, job.cost_high)
    assert (job.rate, job.suffix, job.method, job.share, job.group) == (3.0, "tickets", "supervised", 1.0, "")
    assert job.estimated_tokens == outlook.estimate.tokens > 0


def test_where_passes_are_paid_their_number_is_sent(db: Database, project: Project) -> None:
    ready(db, project)
    assert launch(db, project.id, paid(db), base_model=MODEL, who="t").hyperparameters == {"n_epochs": 3}
    assert launch(db, project.id, local(db), base_model="smollm2", who="t").hyperparameters == {}


def test_warnings_have_to_be_acknowledged_each(db: Database, project: Project) -> None:
    ready(db, project, train=24, test=20)
    there = paid(db, usd=None)
    with pytest.raises(NotFit) as refused:
        launch(db, project.id, there, base_model="llama", who="t", acknowledged=())
    codes = {one.code for one in refused.value.findings}
    assert codes == {"few", "small-test", "price-unknown"}
    for left in codes:
        with pytest.raises(NotFit) as still:
            launch(db, project.id, there, base_model="llama", who="t", acknowledged=codes - {left})
        assert [one.code for one in still.value.findings] == [left]
        assert str(still.value).startswith("Nothing was started: this has to be acknowledged first.")
    with db.read() as c:
        assert jobs.of_project(c, project.id) == []
        assert tasks.open_tasks(c, project.id) == []
    job = launch(db, project.id, there, base_model="llama", who="DK", acknowledged=codes)
    with db.read() as c:
        said = [event.message for event in jobs.events(c, job.id)]
    assert len(said) == 3
    assert all(text.startswith("Acknowledged by DK: ") for text in said)


def test_a_warning_that_appeared_since_does_not_slip_through(db: Database, project: Project) -> None:
    ids = ready(db, project)
    there = paid(db)
    with db.read() as c:
        outlook = look(c, db.path.parent, load_of(c, project.id), there, MODEL)
    assert outlook.warnings == []
    curation.decide(db, project.id, ids[:20], Status.REJECTED, who="DK")
    with pytest.raises(NotFit, match="40 training examples: gains are usually seen from 50 on"):
        launch(db, project.id, there, base_model=MODEL, who="t", acknowledged=())


def test_here_nothing_need_be_acknowledged(db: Database, project: Project) -> None:
    ready(db, project, train=24, test=0)
    assert launch(db, project.id, local(db), base_model="smollm2", who="t", acknowledged=()).id


def test_examples_that_changed_since_somebody_looked_start_nothing(db: Database, project: Project) -> None:
    ids = ready(db, project)
    there = paid(db)
    with db.read() as c:
        seen = load_of(c, project.id).survey.digest
    curation.decide(db, project.id, ids[:1], Status.REJECTED, who="DK")
    with pytest.raises(NotFit) as refused:
        launch_all(db, project.id, there, base_model=MODEL, who="t", seen=seen)
    assert str(refused.value) == CHANGED
    with db.read() as c:
        assert jobs.of_project(c, project.id) == []
        now = load_of(c, project.id).survey.digest
    assert launch_all(db, project.id, there, base_model=MODEL, who="t", seen=now)


def test_the_snapshot_holds_what_was_walked_through(db: Database, project: Project) -> None:
    ready(db, project)
    job = launch(db, project.id, local(db), base_model="smollm2", who="t")
    with db.read() as c:
        taken, survey = snapshots.get(c, job.snapshot_id), load_of(c, project.id).survey
        assert (taken.digest, taken.train, taken.validation, taken.test) == (survey.digest, 60, 6, 30)
        assert taken.tokens == survey.all_tokens


def test_without_watching_no_validation_rows_are_sent(db: Database, project: Project) -> None:
    ready(db, project)
    (job,) = launch_all(db, project.id, local(db), base_model="m", who="t", settings=Settings(validation=False))
    with db.read() as c:
        taken = snapshots.get(c, job.snapshot_id)
    assert (taken.train, taken.validation, taken.test) == (60, 0, 30)


def test_a_suffix_that_the_server_would_not_take_is_refused_before(db: Database, project: Project) -> None:
    ready(db, project)
    with pytest.raises(NotFit, match="letters a to z, digits and - only"):
        launch_all(db, project.id, paid(db), base_model=MODEL, who="t", settings=Settings(suffix="a b"))


def test_nothing_starts_at_a_connection_that_was_removed_meanwhile(db: Database, project: Project) -> None:
    ready(db, project)
    there = paid(db)
    with db.write() as c:
        endpoints.remove(c, there.id)
    with pytest.raises(NotFit, match="The connection to cloud was removed"):
        launch(db, project.id, there, base_model=MODEL, who="t")


def test_a_snapshot_is_trained_on_as_it_is(db: Database, project: Project) -> None:
    ids = ready(db, project)
    with db.write() as c:
        kept = take_snapshot(c, project.id, who="t")
        other = projects.create(c, "Other")
    curation.decide(db, project.id, ids[:20], Status.REJECTED, who="DK")
    (job,) = launch_all(db, project.id, local(db), base_model="m", who="t", snapshot_id=kept.id)
    assert job.snapshot_id == kept.id
    for project_id, settings, why in (
        (other.id, Settings(), "another project"),
        (project.id, Settings(validation=False), "sent as it is"),
        (project.id, Settings(method="dpo"), "no pairs of answers"),
    ):
        with pytest.raises(NotFit, match=why):
            launch_all(db, project_id, local(db), base_model="m", who="t", settings=settings, snapshot_id=kept.id)

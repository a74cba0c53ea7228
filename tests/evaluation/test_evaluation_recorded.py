"""The finished run that comes with a sample: what it was made with, what is kept of it, and that nobody mistakes it for one's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.sample import SAMPLES, open_sample
from ftcore.evaluation import recorded as recordings
from ftcore.evaluation.plans import test_rows_digest as digest_of_rows
from ftcore.evaluation.recorded import RecordingError
from ftcore.evaluation.recording import record
from ftcore.records import JobState, Project, Split
from ftcore.report.telling import tell
from ftcore.store import (
    decisions,
    endpoints,
    erasing,
    examples,
    imports,
    jobs,
    models,
    projects,
    recorded,
    run_rows,
    runs,
    snapshots,
    tasks,
)
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.store.runs import Run

MEGABYTE = 1_000_000


def opened(db: Database, sample: str) -> Project:
    project = open_sample(db, sample, who="DK")
    assert recordings.take_in(db, project.id, sample, who="DK") is not None
    return project


def run_of(db: Database, project: Project) -> Run:
    with db.read() as c:
        (run,) = runs.of_project(c, project.id)
    return run


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_recorded_run_was_made_with_the_examples_that_ship(db: Database, sample: str) -> None:
    project = open_sample(db, sample, who="DK")
    taken = recordings.take_in(db, project.id, sample, who="DK")
    assert taken is not None
    with db.read() as c:
        assert snapshots.get(c, jobs.get(c, taken.job_id).snapshot_id).digest == recordings.look(sample).snapshot  # type: ignore[union-attr]
    assert recordings.path_of(sample).stat().st_size < MEGABYTE


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_report_tells_what_was_recorded_and_that_it_is_the_practice_model(db: Database, sample: str) -> None:
    story = tell(db, opened(db, sample).id)
    kept = recordings.look(sample)
    assert kept is not None
    assert story.practice
    assert story.endpoint == recorded.COMPUTER
    assert [(arm, one.verdict.value, one.mean_difference, one.n) for arm, one in story.comparisons] == [
        (one["against"], one["verdict"], one["mean_difference"], one["n"]) for one in kept.result["comparisons"]
    ]
    assert len(story.rows) == story.test
    assert all(row.answers["fine_tuned"] is not None for row in story.rows)
    assert story.losses


@pytest.mark.parametrize("sample", SAMPLES)
def test_scoring_the_recorded_answers_again_gives_the_recorded_result(db: Database, sample: str) -> None:
    from ftcore.worker.evaluate import score_again
    from ftcore.workspace import Workspace

    run = run_of(db, opened(db, sample))
    again = score_again(db, Workspace(db.path.parent), run.id)
    for name in ("comparisons", "comparator", "validation", "chosen", "looks"):
        assert again[name] == run.result[name]


def test_nobody_follows_the_recorded_job_and_no_server_is_asked_for_it(db: Database) -> None:
    project = opened(db, "returns")
    with db.read() as c:
        (job,) = jobs.of_project(c, project.id)
        assert job.state is JobState.SUCCEEDED
        assert jobs.open_jobs(c) == []
        assert not [task for task in tasks.open_tasks(c, project.id) if task.kind != "check"]
        assert endpoints.every(c) == []
        assert endpoints.get(c, job.endpoint_id).removed_at is not None
        assert erasing.traces(c, project.id) == []
        assert all(model.gone_at is not None for model in models.of_project(c, project.id))


def test_one_can_tell_it_from_what_was_made_here(db: Database) -> None:
    project = opened(db, "returns")
    with db.read() as c:
        found = recorded.of_project(c, project.id)
        assert found is not None
        assert recorded.job_ids(c, project.id) == {found.job_id}
        assert jobs.get(c, found.job_id).created_by == "recorded"
        assert found.on == recordings.look("returns").on  # type: ignore[union-attr]


def test_a_comparison_here_takes_over_none_of_the_recorded_answers_and_counts_the_look(db: Database) -> None:
    project = opened(db, "returns")
    run = run_of(db, project)
    _, rows = recordings.read(recordings.path_of("returns"))
    with db.read() as c:
        kept = runs.finished_calls(c, run.id)
        tested = list(snapshots.rows(c, run.snapshot_id, Split.TEST))
        assert runs.looks(c, project.id, digest_of_rows(tested)) == 1
    assert kept
    assert not kept.keys() & {one["key"] for one in rows.calls}


def test_documents_are_those_of_the_project(db: Database) -> None:
    open_sample(db, "tickets")  # so that numbers do not agree by chance
    run = run_of(db, opened(db, "returns"))
    with db.read() as c:
        from ftcore.store import documents

        ids = [one.id for one in documents.of_project(c, run.project_id)]
        (job,) = jobs.of_project(c, run.project_id)
    arms = {arm["name"]: arm for arm in run.arms}
    assert arms["rag"]["settings"]["documents"] == ids
    assert arms["fine_tuned"]["settings"]["job_id"] == job.id
    assert "here" not in [value for arm in run.arms for value in arm["settings"].values()]


def test_it_is_taken_in_once(db: Database) -> None:
    project = opened(db, "returns")
    assert recordings.take_in(db, project.id, "returns") is None
    assert run_of(db, project)


def test_the_same_sample_can_be_opened_twice(db: Database) -> None:
    first, second = opened(db, "returns"), opened(db, "returns")
    with db.read() as c:
        known = [models.of_project(c, project.id) for project in (first, second)]
    assert [model.name for model in known[0]] == [model.name for model in known[1]]
    assert len({model.endpoint_id for several in known for model in several}) == 2


def test_other_examples_get_no_recorded_run_and_nothing_is_written(db: Database) -> None:
    project = open_sample(db, "returns", who="DK")
    with db.read() as c:
        first = next(examples.stream_ids(c, project.id))[0]
        version = examples.get(c, first).version
    curation.save(db, project.id, [CellEdit(first, version, {"response": "46 days"})], who="DK")
    with pytest.raises(RecordingError, match="made with other examples"):
        recordings.take_in(db, project.id, "returns")
    with db.read() as c:
        assert jobs.of_project(c, project.id) == []
        assert snapshots.of_project(c, project.id) == []


def test_removing_it_leaves_the_examples_and_the_decision_and_nothing_of_the_run(db: Database) -> None:
    project = opened(db, "returns")
    with db.write() as c:
        decisions_before = decisions.latest(c, project.id)
        approved = examples.counts(c, project.id).approved
        assert recorded.remove(c, project.id)
        assert not recorded.remove(c, project.id)
    with db.read() as c:
        assert (
            jobs.of_project(c, project.id)
            == runs.of_project(c, project.id)
            == snapshots.of_project(c, project.id)
            == []
        )
        assert models.of_project(c, project.id) == []
        assert erasing.count(c, project.id)["calls"] == 0
        assert examples.counts(c, project.id).approved == approved
        assert decisions.latest(c, project.id) == decisions_before
        assert projects.get(c, project.id).name == project.name


def test_what_was_trained_here_stays_when_the_recorded_run_goes(db: Database) -> None:
    from ftcore.training.launch import launch

    project = opened(db, "returns")
    with db.write() as c:
        here = endpoints.put(c, "local", base_url="http://127.0.0.1:9/v1", key_source="", practice=True)
    mine = launch(db, project.id, here, base_model="smollm2-135m-instruct", who="DK")
    with db.write() as c:
        recorded.remove(c, project.id)
        assert [job.id for job in jobs.of_project(c, project.id)] == [mine.id]
        assert snapshots.get(c, mine.snapshot_id).test == 30  # both learnt from it, and it is still needed


def test_recording_it_again_gives_the_same_rows(db: Database, tmp_path: Path) -> None:
    opened(db, "returns")
    path = tmp_path / "again.jsonl"
    record(db, "returns", path)
    shipped, again = (asdict(recordings.read(one)[1]) for one in (recordings.path_of("returns"), path))
    for rows in (shipped, again):
        rows["job"] = {name: value for name, value in rows["job"].items() if name not in ("key", "origin")}
        for one in rows["calls"]:
            one.pop("key")
        for one in rows["models"]:
            one.pop("gone_at", None)
        rows["run"]["settings"].pop("test_rows")
    assert again == shipped


def test_a_workspace_without_a_finished_run_is_told_so(db: Database, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no project of the sample"):
        record(db, "tickets", tmp_path / "x.jsonl")
    open_sample(db, "tickets")
    with pytest.raises(RecordingError, match="no finished comparison"):
        record(db, "tickets", tmp_path / "x.jsonl")
    assert list(tmp_path.glob("*.jsonl")) == []


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda lines: ["not json", *lines[1:]], "line 1: this is no line"),
        (lambda lines: [lines[0], "[1]", *lines[1:]], "line 2: this is no line"),
        (lambda lines: [lines[0], '{"drop": {}}', *lines[1:]], "line 2: this is no line"),
        (lambda lines: [*lines, '{"call": 3}'], "this is no line of a recorded run"),
        (lambda lines: lines[1:], "not a recorded run that this version can read"),
        (lambda lines: [lines[0].replace('"version":1', '"version":2'), *lines[1:]], "that this version can read"),
        (lambda lines: [lines[0], lines[2]], "0 lines of kind “job”"),
        (lambda lines: [*lines, lines[1]], "2 lines of kind “job”"),
    ],
)
def test_a_spoilt_file_is_refused_with_a_sentence(
    tmp_path: Path, spoil: Callable[[list[str]], list[str]], says: str
) -> None:
    lines = recordings.path_of("returns").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "recorded.jsonl"
    path.write_text("\n".join(spoil(lines)), encoding="utf-8")
    with pytest.raises(RecordingError, match=says):
        recordings.read(path)


plans: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda key: key not in PLACES), inner),
)
PLACES = ("documents", "job_id", "snapshot_id")


@given(
    st.lists(st.fixed_dictionaries({"settings": st.fixed_dictionaries({"more": plans})})),
    st.integers(1),
    st.integers(1),
)
def test_plans_find_their_documents_again_under_any_numbers(arms: list[Any], job_id: int, snapshot_id: int) -> None:
    for arm in arms:
        arm["settings"] |= {"documents": [7, 3], "job_id": job_id, "snapshot_id": snapshot_id}
    told = recordings.names_for_ids(arms, {3: "a.md", 7: "b.md"})
    assert json.loads(json.dumps(told)) == told
    here = {"job_id": job_id, "snapshot_id": snapshot_id}
    assert recordings.ids_for_names(told, {"a.md": 3, "b.md": 7}, here) == arms
    moved = recordings.ids_for_names(told, {"a.md": 30, "b.md": 70}, {"job_id": 1, "snapshot_id": 2})
    assert all(arm["settings"]["documents"] == [70, 30] for arm in moved)


def test_a_test_row_of_the_recorded_run_can_be_corrected_and_is_scored_again_without_asking(db: Database) -> None:
    from ftcore.evaluation.corrections import correct
    from ftcore.worker.evaluate import score_again
    from ftcore.workspace import Workspace

    run = run_of(db, opened(db, "returns"))
    with db.read() as c:
        case = next(iter(run_rows.averages(c, run.id, run.scorer)["base"]))
    again = correct(db, run.id, case, "nine days", "DK")
    found = score_again(db, Workspace(db.path.parent), again.id)
    assert again.corrections == 1
    assert found["comparisons"][0]["n"] == run.result["comparisons"][0]["n"]


def test_another_file_in_the_project_does_not_shift_the_answers_to_its_rows(db: Database) -> None:
    project = open_sample(db, "returns", who="DK")
    with db.write() as c:
        known = [row.training for row in snapshots.approved(c, project.id)]
        taken = imports.start(c, project.id, file_name="more.csv", sha256="", shape="columns", who="DK")
        more = [NewExample(training, line=line) for line, training in enumerate(known, 1)]
        imports.finish(c, taken, accepted=len(more), rejected=[])
        examples.add(c, project.id, more, import_id=taken, source="more.csv", who="DK")
    recordings.take_in(db, project.id, "returns", who="DK")
    run = run_of(db, project)
    with db.read() as c:
        asked = {str(row.example_id) for row in snapshots.rows(c, run.snapshot_id, Split.TEST)}
        answered = {answer.case_id for answer in runs.answers(c, run.id, Split.TEST, run.scorer)}
    assert answered == asked

"""Rows marked private stay: in no report, and at another machine only when somebody has said so."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from ftcore.evaluation.arms import plan_from_json
from ftcore.evaluation.arms.building import build
from ftcore.evaluation.cases import cases
from ftcore.evaluation.proposing import materials
from ftcore.records import LOCAL, JobState, Project, Severity, Split
from ftcore.report.data import write_json
from ftcore.report.deck import write_deck
from ftcore.report.html import write_html
from ftcore.report.telling import tell
from ftcore.store import endpoints, examples, jobs, journal, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.journal import Edit
from ftcore.training.launch import NotFit, launch
from ftcore.training.outlook import load_of
from ftcore.training.preflight import Finding, private_rows
from tests.handover.conftest import fill, talk
from tests.ui.journeys import begin

CANARY = "zanzibarquux"


def test_private_rows_that_would_leave_are_a_warning_with_their_number() -> None:
    (found,) = private_rows(12, "together")
    assert found == Finding(Severity.WARNING, "12 private rows would leave this machine for together.", "private:12")
    assert private_rows(0, "together") == []


def test_private_rows_may_be_trained_on_here_and_those_of_the_test_are_not_sent(db: Database, project: Project) -> None:
    ids = fill(db, project.id, 20)
    with db.write() as c:
        moves = [
            Edit(id_, {"private": True, "split": (Split.TEST if at < 5 else Split.TRAIN).value})
            for at, id_ in enumerate(ids)
        ]
        journal.save(c, project.id, moves, who="t", label="x")
        here = endpoints.put(c, LOCAL, base_url="http://127.0.0.1:9/v1", key_source="", practice=True)
        remote = endpoints.put(c, "together", base_url="https://api.example/v1", key_source="")
        assert load_of(c, project.id).survey.private == 15
    assert launch(db, project.id, here, base_model="b", who="t").state == JobState.PLANNED
    with pytest.raises(NotFit, match="15 private rows would leave this machine for together"):
        launch(db, project.id, remote, base_model="b", who="t")


def test_a_launch_elsewhere_with_private_rows_is_refused_until_it_is_confirmed(db: Database, project: Project) -> None:
    ids = fill(db, project.id, 20)
    with db.write() as c:
        journal.save(c, project.id, [Edit(ids[0], {"private": True})], who="t", label="x")
        remote = endpoints.put(c, "together", base_url="https://api.example/v1", key_source="")
    with pytest.raises(NotFit, match="1 private row would leave"):
        launch(db, project.id, remote, base_model="b", who="t")
    with db.read() as c:
        assert jobs.of_project(c, project.id) == []
        assert tasks.open_tasks(c, project.id) == []
    assert launch(db, project.id, remote, base_model="b", who="t", private_confirmed=True).id == 1


def test_private_rows_are_in_no_report_and_are_no_examples_for_a_model(db: Database, tmp_path: Path) -> None:
    journey = begin(db)
    with db.read() as c:
        every = [row.id for row in examples.every(c, journey.project_id)]
    for id_ in every:  # every row tells something secret, so that a row that is shown is found
        training = talk(f"Ticket {id_} of {CANARY}{id_}", "Yes.")
        with db.write() as c:
            journal.save(
                c, journey.project_id, [Edit(id_, {"training": examples.to_json(training)})], who="t", label="x"
            )
    private = [*every[:20], *every[30:50]]  # of the training rows and of the test rows
    with db.write() as c:
        journal.save(c, journey.project_id, [Edit(id_, {"private": True}) for id_ in private[:-5]], who="t", label="x")
    run = journey.run()
    with db.write() as c:  # and some are marked when it is too late for the snapshot
        journal.save(c, journey.project_id, [Edit(id_, {"private": True}) for id_ in private[-5:]], who="t", label="x")
    story = tell(db, journey.project_id)
    write_html(story, tmp_path / "report.html")
    write_json(story, tmp_path / "story.json")
    write_deck(story, tmp_path / "deck.pptx")
    said = (
        (tmp_path / "report.html").read_text() + (tmp_path / "story.json").read_text() + _slides(tmp_path / "deck.pptx")
    )
    shown = {id_ for id_ in every if re.search(rf"{CANARY}{id_}(?!\d)", said)}
    assert shown, "the rows that may be shown are"
    assert not shown & set(private)
    plans = [plan_from_json(arm) for arm in run.arms]
    found = materials(db, journey.project_id, run.snapshot_id, plans)
    with db.read() as c:
        tested = cases(snapshots.rows(c, run.snapshot_id, Split.TEST))
    arms = [build(one, found) for plan in plans if plan.kind == "few_shot" for one in plan.candidates()]
    asked = [
        turn["content"] for arm in arms for case in tested for turn in arm.messages(case)[:-1] if turn["role"] == "user"
    ]
    shots = {int(text.split()[1]) for text in asked}
    assert shots
    assert not shots & set(private)


def _slides(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return "\n".join(archive.read(n).decode(errors="replace") for n in archive.namelist() if n.endswith(".xml"))

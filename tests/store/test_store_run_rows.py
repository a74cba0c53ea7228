"""The rows of a run, read narrowly: averages over repeats, the texts of a few rows, and the words that rows hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ftcore.records import Answer, Split
from ftcore.store import run_rows, runs
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.workspace import open_workspace
from tests.ui import measured_runs as measured
from tests.ui.measured_runs import FEW, PROSE


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("TUNEWORTHY_HOME", str(tmp_path / "home"))
    opened = open_workspace().open_database()
    yield opened
    opened.close()


@pytest.fixture
def run(db: Database) -> Run:
    return measured.run(measured.begin(db, PROSE, test=20), PROSE, arms=FEW, lost=2)


def first(db: Database, run: Run) -> str:
    with db.read() as c:
        return run_rows.cases(c, run.snapshot_id)[0][0]


def test_every_case_has_an_average_by_every_arm_and_a_lost_answer_has_none(db: Database, run: Run) -> None:
    with db.read() as c:
        found = run_rows.averages(c, run.id, run.scorer)
        cases = [case for case, _ in run_rows.cases(c, run.snapshot_id)]
    assert set(found) == {plan.name for plan in FEW}
    assert all(set(by_case) == set(cases) for by_case in found.values())
    assert [case for case in cases if found["base"][case] is None] == cases[:2]


def test_repeats_are_averaged(db: Database, run: Run) -> None:
    case = first(db, run)
    with db.write() as c:
        again = replace(run_rows.answers(c, run.id, [case])[-1], repeat=1)
        runs.keep_call(c, run.id, Split.TEST, "again", again)
        scores = {(again.arm, case, 0): 1.0, (again.arm, case, 1): 0.5}
        runs.set_scores(c, run.id, "chrf", Split.TEST, scores)
        assert run_rows.averages(c, run.id, "chrf")[again.arm][case] == 0.75
        assert run_rows.scores_of(c, run.id, [case])[again.arm, case, 1] == {"chrf": 0.5}


def test_the_texts_of_the_wanted_rows_are_read_and_no_others(db: Database, run: Run) -> None:
    with db.read() as c:
        wanted = run_rows.cases(c, run.snapshot_id)[3:5]
        found = run_rows.answers(c, run.id, [case for case, _ in wanted])
        rows = run_rows.rows(c, [row for _, row in wanted][::-1])
    assert {answer.case_id for answer in found} == {case for case, _ in wanted}
    assert all(isinstance(answer, Answer) for answer in found)
    assert [str(row.example_id) for row in rows] == [case for case, _ in wanted][::-1]


def test_words_are_found_in_questions_expected_answers_and_answers_whatever_their_case(db: Database, run: Run) -> None:
    case = first(db, run)
    with db.write() as c:
        said = replace(run_rows.answers(c, run.id, [case])[-1], text="GRÖßE 100% _x_", repeat=2)
        runs.keep_call(c, run.id, Split.TEST, "more", said)
        for words in ("grösse", "100%", "_X_"):
            assert run_rows.holding(c, run.id, run.snapshot_id, words) == {case}
        assert len(run_rows.holding(c, run.id, run.snapshot_id, "ZIP OF")) == 18
        assert run_rows.holding(c, run.id, run.snapshot_id, "nobody says this") == set()


def test_times_are_those_of_the_answers_that_arrived(db: Database, run: Run) -> None:
    with db.read() as c:
        took = run_rows.seconds(c, run.id)
    assert len(took["base"]) == 18
    assert len(took["fine_tuned"]) == 20
    assert min(took["base"]) > 0

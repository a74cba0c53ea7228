"""A wrong expected answer is corrected: example, snapshot and run, without a call, and without hiding the verdict before."""

from __future__ import annotations

import pytest

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.evaluation import corrections
from ftcore.evaluation.cherry_picking import history
from ftcore.evaluation.corrections import RowChanged
from ftcore.evaluation.errors import EvaluationError
from ftcore.records import Answer, Split, Status
from ftcore.store import corrected, examples, jobs, journal, ratings, runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.ratings import Rating
from ftcore.store.runs import Run
from tests.finished_run import concluded, finished

NEW = '{"category": "damage", "urgency": "low"}'


@pytest.fixture
def run(db: Database) -> Run:
    return finished(db)


def cases_of(db: Database, run: Run) -> list[str]:
    with db.read() as c:
        return [str(row.example_id) for row in snapshots.rows(c, run.snapshot_id, Split.TEST)]


def test_the_answer_is_written_into_the_example_and_undo_brings_it_back(db: Database, run: Run) -> None:
    case = cases_of(db, run)[0]
    with db.read() as c:
        before = examples.get(c, int(case))
    corrections.correct(db, run.id, case, NEW, "EM", "the label was old")
    with db.read() as c:
        after = examples.get(c, int(case))
    assert (after.training.response, after.split, after.changed_by) == (NEW, Split.TEST, "EM")
    assert after.note.endswith("the label was old")
    assert curation.undo(db, run.project_id, who="EM") is not None
    with db.read() as c:
        assert examples.get(c, int(case)).training == before.training


def test_the_new_snapshot_differs_in_the_one_answer_only(db: Database, run: Run) -> None:
    case = cases_of(db, run)[3]
    new = corrections.correct(db, run.id, case, NEW, "EM")
    with db.read() as c:
        old_rows, new_rows = (list(snapshots.rows(c, id_)) for id_ in (run.snapshot_id, new.snapshot_id))
        old, taken = snapshots.get(c, run.snapshot_id), snapshots.get(c, new.snapshot_id)
    changed = [(a, b) for a, b in zip(old_rows, new_rows, strict=True) if a != b]
    assert [(str(a.example_id), b.training.response) for a, b in changed] == [(case, NEW)]
    assert changed[0][0].training.asked() == changed[0][1].training.asked()
    assert (taken.train, taken.validation, taken.test) == (old.train, old.validation, old.test)
    assert taken.digest != old.digest


def test_the_new_run_has_every_answer_and_the_same_rules_and_counts_the_correction(db: Database, run: Run) -> None:
    case = cases_of(db, run)[0]
    new = corrections.correct(db, run.id, case, NEW, "EM", "why")
    for name in ("arms", "seed", "max_tokens", "scorer", "delta", "job_id", "endpoint_id", "total", "versions"):
        assert getattr(new, name) == getattr(run, name), name
    assert (new.parent_id, new.corrections, new.state) == (run.id, 1, "queued")
    (said,) = new.settings["corrections"]
    assert (said["case_id"], said["kind"], said["after"], said["who"], said["note"]) == (
        case,
        "answer",
        NEW,
        "EM",
        "why",
    )
    with db.read() as c:
        assert runs.finished_calls(c, new.id) == runs.finished_calls(c, run.id)
        waiting = tasks.open_tasks(c, run.project_id, "evaluate")
        assert [task.payload for task in waiting] == [{"run_id": new.id, "rescore": True}]
        assert runs.get(c, run.id) == run  # the verdict before stays as it was


def test_a_correction_of_the_first_run_is_made_on_the_last_one(db: Database, run: Run) -> None:
    first, second = cases_of(db, run)[:2]
    one = corrections.correct(db, run.id, first, NEW, "EM")
    two = corrections.correct(db, run.id, second, NEW, "DK")
    assert (two.parent_id, two.corrections) == (one.id, 2)
    assert [said["case_id"] for said in two.settings["corrections"]] == [first, second]
    with db.read() as c:
        answers = {str(r.example_id): r.training.response for r in snapshots.rows(c, two.snapshot_id, Split.TEST)}
        assert [one_.id for one_ in corrected.chain(c, one.id)] == [run.id, one.id, two.id]
    assert answers[first] == answers[second] == NEW


def test_pressing_twice_corrects_once(db: Database, run: Run) -> None:
    case = cases_of(db, run)[0]
    one = corrections.correct(db, run.id, case, NEW, "EM")
    assert corrections.correct(db, run.id, case, NEW, "EM") == one


def test_a_row_that_somebody_changed_meanwhile_is_shown_first_and_nothing_is_lost(db: Database, run: Run) -> None:
    case = cases_of(db, run)[0]
    theirs = '{"category": "return", "urgency": "low"}'
    curation.save(db, run.project_id, [CellEdit(int(case), None, {"response": theirs})], who="Dana")
    with pytest.raises(RowChanged, match="Dana changed example") as caught:
        corrections.correct(db, run.id, case, NEW, "EM")
    assert caught.value.now_.training.response == theirs
    assert caught.value.tested.training.response != theirs
    with db.read() as c:
        assert len(runs.of_project(c, run.project_id)) == 1
    corrections.correct(db, run.id, case, NEW, "EM", version=caught.value.now_.version)
    assert curation.undo(db, run.project_id, who="EM") is not None
    with db.read() as c:
        assert examples.get(c, int(case)).training.response == theirs


def test_the_answer_that_stands_in_the_table_by_now_can_be_taken(db: Database, run: Run) -> None:
    case = cases_of(db, run)[0]
    curation.save(db, run.project_id, [CellEdit(int(case), None, {"response": NEW})], who="Dana")
    with db.read() as c:
        row = corrections.look(c, run.id, case)
        assert row.changed
        assert row.example is not None
        before = journal.last(c, run.project_id)
    new = corrections.correct(db, run.id, case, NEW, "EM", version=row.example.version)
    with db.read() as c:
        assert corrections.look(c, new.id, case).tested.training.response == NEW
        assert journal.last(c, run.project_id) == before  # there was nothing to change in the example


def test_a_question_that_is_no_good_leaves_the_test_but_not_its_split(db: Database, run: Run) -> None:
    case, other = cases_of(db, run)[:2]
    with db.write() as c:
        for one in (case, other):
            ratings.keep(c, run.id, Rating(one, "base", "fine_tuned", "EM", "second"))
    new = corrections.leave_out(db, run.id, case, "EM")
    assert cases_of(db, new) == cases_of(db, run)[1:]
    assert (new.corrections, new.total) == (1, run.total - len(run.arms))
    with db.read() as c:
        row = examples.get(c, int(case))
        assert (row.status, row.split) == (Status.REJECTED, Split.TEST)
        assert {answer.case_id for answer in runs.answers(c, new.id, Split.TEST, run.scorer)} == set(cases_of(db, new))
        assert [rating.case_id for rating in ratings.of_run(c, new.id)] == [other]


def test_a_row_of_a_locked_test_split_can_be_corrected(db: Database, run: Run) -> None:
    from ftcore.dataset import split_lock

    with db.read() as c:
        assert split_lock.find(c, run.project_id) is not None
    assert corrections.correct(db, run.id, cases_of(db, run)[0], NEW, "EM").corrections == 1


def test_the_next_comparison_of_the_model_can_ask_the_corrected_rows(db: Database, run: Run) -> None:
    with db.read() as c:
        job = jobs.get(c, run.job_id or 0)
        assert corrected.snapshot_of_job(c, job) == job.snapshot_id
    one = corrections.correct(db, run.id, cases_of(db, run)[0], NEW, "EM")
    two = corrections.leave_out(db, one.id, cases_of(db, run)[1], "EM")
    with db.read() as c:
        assert corrected.snapshot_of_job(c, job) == two.snapshot_id


def test_what_cannot_be_corrected_is_said_and_nothing_changes(db: Database, run: Run) -> None:
    case = cases_of(db, run)[0]
    with pytest.raises(EvaluationError, match="expected answer is empty"):
        corrections.correct(db, run.id, case, " \0 ", "EM")
    with pytest.raises(EvaluationError, match="not among the test rows"):
        corrections.correct(db, run.id, "999999", NEW, "EM")
    with db.write() as c:
        runs.change(c, run.id, state="failed")
    with pytest.raises(EvaluationError, match="has not ended yet"):
        corrections.correct(db, run.id, case, NEW, "EM")
    with db.read() as c:
        assert len(runs.of_project(c, run.project_id)) == 1
        assert journal.last(c, run.project_id) == []


def test_corrections_that_all_favour_one_arm_are_noticed(db: Database, run: Run) -> None:
    """Saying that the tuned model's wrong answers were right, where the other arm was right, favours it each time."""
    with db.write() as c:
        runs.change(c, run.id, scorer="exact_match")
        run = runs.get(c, run.id)
    with db.read() as c:
        scores = {(one.arm, one.case_id): one for one in runs.answers(c, run.id, Split.TEST, run.scorer)}
    other = run.result["comparator"]
    lost = [case for case in cases_of(db, run) if _lost(scores["fine_tuned", case], scores[other, case])]
    for number, case in enumerate(lost[:2]):
        concluded(db, corrections.correct(db, run.id, case, scores["fine_tuned", case].text or "", "EM"))
        with db.read() as c:
            found = history(c, run.id)
        assert found.favoured == ("fine_tuned" if number else "")  # one alone says nothing
    assert [step.effect for step in found.steps] == [None, 2.0, 2.0]
    assert [step.correction["case_id"] for step in found.steps if step.correction] == lost[:2]


def _lost(mine: Answer, other: Answer) -> bool:
    return (mine.score or 0) < (other.score or 0)


def test_leaving_out_rows_that_the_candidate_lost_favours_it(db: Database, run: Run) -> None:
    with db.read() as c:
        scores = {
            (answer.case_id, answer.arm): answer.score for answer in runs.answers(c, run.id, Split.TEST, run.scorer)
        }
    other = run.result["comparator"]
    lost = [case for case in cases_of(db, run) if scores[case, "fine_tuned"] < scores[case, other]]  # type: ignore[operator]
    won = [case for case in cases_of(db, run) if scores[case, "fine_tuned"] > scores[case, other]]  # type: ignore[operator]
    assert lost
    assert won
    for case in won[:2]:
        last = concluded(db, corrections.leave_out(db, run.id, case, "EM"))
    with db.read() as c:
        assert history(c, last.id).favoured == other
    last = corrections.leave_out(db, run.id, lost[0], "EM")
    concluded(db, last)
    with db.read() as c:
        found = history(c, last.id)
    assert found.favoured == ""
    assert [step.effect is not None and step.effect > 0 for step in found.steps[1:]] == [False, False, True]

"""A row sent back on the screen: corrected, left out, looked at; and the verdict before stays to be seen."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.evaluation.corrections import correct, leave_out
from ftcore.records import Split
from ftcore.store import corrected, examples, journal, runs, snapshots
from ftcore.store.database import Database
from ftcore.store.runs import Run
from tests.finished_run import HOSTILE, concluded, finished

NEW = '{"category": "damage"}'


@pytest.fixture
def run(db: Database) -> Run:
    return finished(db, test=12)


def script() -> None:
    import streamlit as st

    from ftcore.records import Split
    from ftcore.store import runs, snapshots
    from ftcore.ui import page, session
    from ftcore.ui.evaluate import corrections_panel

    page.show_flash()
    with session.db().read() as c:
        every = runs.of_project(c, 1)
        run = next((one for one in every if one.state == "done"), every[0])
        cases = [str(row.example_id) for row in snapshots.rows(c, run.snapshot_id, Split.TEST)]
    corrections_panel.history(run)
    for case in cases[:3]:
        st.text(case)
        corrections_panel.row(run, case)


def opened(case: str = "", run_id: int = 1) -> AppTest:
    test = AppTest.from_function(script, default_timeout=30)
    test.session_state["who"] = "EM"
    if case:
        test.session_state[f"wrong-{run_id}-{case}"] = True
    test.run()
    assert not test.exception
    return test


def said(test: AppTest) -> str:
    kinds = (test.subheader, test.markdown, test.caption, test.text, test.warning, test.info, test.toast)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


def case_of(db: Database, run: Run, at: int = 0) -> str:
    with db.read() as c:
        return str(list(snapshots.rows(c, run.snapshot_id, Split.TEST))[at].example_id)


def test_the_right_answer_is_typed_and_every_way_is_scored_again(db: Database, run: Run) -> None:
    case = case_of(db, run)
    test = opened(case)
    area = test.text_area(key=f"wrong-answer-{run.id}-{case}")
    assert area.value == '{"category": "warranty", "number": 20}'
    area.set_value(NEW)
    test.text_input(key=f"wrong-note-{run.id}-{case}").set_value("label was old")
    test.button(key=f"wrong-go-{run.id}-{case}").click().run()
    assert not test.exception
    with db.read() as c:
        new, old = runs.of_project(c, run.project_id)
        assert examples.get(c, int(case)).training.response == NEW
    assert (new.parent_id, new.corrections, new.settings["corrections"][0]["note"]) == (old.id, 1, "label was old")
    assert "is corrected" in said(test)
    assert "it is being scored again" in said(test)


def test_a_question_is_left_out(db: Database, run: Run) -> None:
    case = case_of(db, run)
    test = opened(case)
    test.button(key=f"wrong-out-{run.id}-{case}").click().run()
    assert not test.exception
    with db.read() as c:
        assert runs.of_project(c, run.project_id)[0].settings["corrections"][0]["kind"] == "left out"


def test_a_row_that_was_changed_meanwhile_shows_both_and_is_written_when_that_was_seen(db: Database, run: Run) -> None:
    case = case_of(db, run)
    theirs = f'{{"category": "return"}} {HOSTILE}'
    curation.save(db, run.project_id, [CellEdit(int(case), None, {"response": theirs})], who="Dana")
    test = opened(case)
    assert "Dana changed this example after it was frozen" in said(test)
    shown = "\n".join(str(text.value) for text in test.text)
    assert theirs in shown
    assert '"number": 20' in shown
    assert not any(HOSTILE in str(m.value) for m in (*test.markdown, *test.caption, *test.warning))
    assert test.text_area(key=f"wrong-answer-{run.id}-{case}").value == theirs
    test.button(key=f"wrong-go-{run.id}-{case}").click().run()
    assert "press again if it is meant" in said(test)  # it was JSON, and theirs is none
    test.button(key=f"wrong-go-{run.id}-{case}").click().run()
    with db.read() as c:
        assert runs.of_project(c, run.project_id)[0].settings["corrections"][0]["after"] == theirs


def test_of_two_tabs_at_one_row_the_second_is_told_what_the_first_wrote(db: Database, run: Run) -> None:
    case = case_of(db, run)
    first, second = opened(case), opened(case)
    mine, theirs = '{"category": "mine", "number": 1}', '{"category": "theirs", "number": 2}'
    first.text_area(key=f"wrong-answer-{run.id}-{case}").set_value(theirs)
    first.button(key=f"wrong-go-{run.id}-{case}").click().run()
    second.text_area(key=f"wrong-answer-{run.id}-{case}").set_value(mine).run()
    second.button(key=f"wrong-go-{run.id}-{case}").click().run()
    assert "theirs" in said(second)
    assert "Nothing was written yet" in said(second)
    with db.read() as c:
        assert [one.settings["corrections"][-1]["after"] for one in runs.of_project(c, run.project_id)[:-1]] == [theirs]
    second.button(key=f"wrong-go-{run.id}-{case}").click().run()
    with db.read() as c:
        newest = runs.of_project(c, run.project_id)[0]
    assert newest.settings["corrections"][-1]["after"] == mine


def test_a_change_that_comes_while_one_types_is_not_overwritten(db: Database, run: Run) -> None:
    case = case_of(db, run)
    test = opened(case)
    test.text_area(key=f"wrong-answer-{run.id}-{case}").set_value(NEW)
    curation.save(db, run.project_id, [CellEdit(int(case), None, {"response": "theirs"})], who="Dana")
    test.button(key=f"wrong-go-{run.id}-{case}").click().run()
    assert "Dana changed example" in said(test)
    assert test.text_area(key=f"wrong-answer-{run.id}-{case}").value == NEW  # what was typed is still there
    with db.read() as c:
        assert len(runs.of_project(c, run.project_id)) == 1
        assert journal.last(c, run.project_id)[0].who == "Dana"


def test_the_same_answer_changes_nothing_and_says_so(db: Database, run: Run) -> None:
    case = case_of(db, run)
    test = opened(case)
    test.button(key=f"wrong-go-{run.id}-{case}").click().run()
    assert "is the expected answer already" in said(test)
    with db.read() as c:
        assert len(runs.of_project(c, run.project_id)) == 1


def test_without_corrections_there_is_nothing_to_tell(db: Database, run: Run) -> None:
    assert "correction" not in said(opened())


def test_the_verdict_before_stays_visible_with_the_number_of_corrections(db: Database, run: Run) -> None:
    one = concluded(db, correct(db, run.id, case_of(db, run, 3), "other", "EM", "it was old"))
    concluded(db, leave_out(db, one.id, case_of(db, run, 5), "DK"))
    told = said(opened())
    assert "2 corrections of the test, after the answers were seen" in told
    assert "Verdict before: " in told
    assert "After 2 corrections: " in told
    assert "its expected answer was changed, by EM (it was old)" in told
    assert "left out, by DK" in told


def test_corrections_that_all_favour_one_way_are_warned_of(db: Database, run: Run) -> None:
    with db.read() as c:
        scores = {(one.arm, one.case_id): one.score for one in runs.answers(c, run.id, Split.TEST, run.scorer)}
        cases = [str(row.example_id) for row in snapshots.rows(c, run.snapshot_id, Split.TEST)]
    lost = [case for case in cases if scores["fine_tuned", case] < scores["few_shot", case]]  # type: ignore[operator]
    assert len(lost) >= 2
    concluded(db, leave_out(db, run.id, lost[0], "EM"))
    assert "All corrections" not in said(opened())
    with db.read() as c:
        last = runs.of_project(c, run.project_id)[0]
    concluded(db, leave_out(db, last.id, lost[1], "EM"))
    assert "All corrections that changed a score favour “Fine tuned”" in said(opened())


def test_a_comparison_that_begins_with_corrected_rows_says_so(db: Database, run: Run) -> None:
    one = concluded(db, correct(db, run.id, case_of(db, run, 3), "other", "EM"))
    with db.write() as c:
        copied = {name: getattr(one, name) for name in ("snapshot_id", "endpoint_id", "job_id", "scorer", "arms")}
        new = runs.plan(c, run.project_id, **copied, seed=3, max_tokens=64, total=one.total, created_by="DK")
        corrected.copy_answers(c, one.id, new.id)
    concluded(db, new)
    told = said(opened())
    assert f"began with test rows after 1 correction, made when comparison {one.id} was looked at" in told
    assert "Verdict before: " in told

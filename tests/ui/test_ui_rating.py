"""Blind rating on the screen: keys, coming back, several people, and nothing told before the end."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.store import ratings
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.ui.evaluate import rating_panel
from tests.finished_run import HOSTILE, MODEL, finished
from tests.rating import bench_of, kept, rate

LABELS = ("Fine tuned", "Base", MODEL, "fine_tuned")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests press faster than anybody reads."""
    monkeypatch.setattr(rating_panel, "TOO_QUICK", 0.0)


@pytest.fixture
def run(db: Database) -> Run:
    return finished(db, test=12)


def script() -> None:
    import streamlit as st

    from ftcore.store import projects, runs
    from ftcore.ui import session
    from ftcore.ui.evaluate import evidence_panel, rating_panel

    with session.db().read() as c:
        run = runs.of_project(c, 1)[0]
        project = projects.get(c, 1)
    rating_panel.invite(run, lambda: st.session_state.update(asked=True))
    if st.session_state.get("what") == "evidence":
        evidence_panel.draw(run)
    else:
        rating_panel.draw(project, run)


def opened(who: str = "EM", state: dict[str, object] | None = None) -> AppTest:
    test = AppTest.from_function(script, default_timeout=30)
    for name, value in {"who": who, **(state or {})}.items():
        test.session_state[name] = value
    test.run()
    assert not test.exception
    return test


def base_first(test: AppTest) -> AppTest:
    """The two arms of `tests.rating`."""
    test.selectbox(key="rating-second-1-fine_tuned").set_value("base").run()
    return test


def press(test: AppTest, key: str) -> None:
    test.button(key=f"rating-{key}").click().run()
    assert not test.exception


def said(test: AppTest) -> str:
    kinds = (test.title, test.subheader, test.markdown, test.caption, test.text, test.warning, test.info)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def test_a_choice_by_key_is_kept_for_the_arm_on_that_side(db: Database, run: Run) -> None:
    test = base_first(opened())
    press(test, "begin")
    pairs = bench_of(db, run).pairs
    assert [button.proto.shortcut for button in test.button if str(button.key) in ("rating-left", "rating-tie")] == [
        "1",
        "3",
    ]
    assert pairs[0].left_text in [text.value for text in test.text]
    press(test, "left")
    press(test, "neither")
    ours = {one.case_id: one for one in kept(db, run)}
    assert set(ours) == {pair.case_id for pair in pairs[:2]}
    first = "first" if pairs[0].left == "base" else "second"
    assert (ours[pairs[0].case_id].choice, ours[pairs[1].case_id].choice) == (first, "neither")


def test_no_arm_is_named_while_one_rates_and_texts_are_plain(db: Database, run: Run) -> None:
    test = base_first(opened())
    press(test, "begin")
    while any(str(button.key) == "rating-left" for button in test.button):
        shown = said(test) + "".join(str(button.label) for button in test.button)
        assert not [word for word in LABELS if word in shown]
        assert not any(HOSTILE in str(m.value) for m in test.markdown)
        press(test, "tie")
    assert "Fine tuned" in said(test)
    assert len(kept(db, run)) == len(bench_of(db, run).pairs)


def test_one_goes_on_where_one_stopped_and_another_person_begins_anew(db: Database, run: Run) -> None:
    rate(db, run, "EM", ["base"] * 4)
    number = len(bench_of(db, run).pairs)
    test = base_first(opened())
    assert test.button(key="rating-begin").label == f"Go on: {number - 4} pairs left"
    press(test, "begin")
    assert f"4 of {number} rated, as EM" in said(test)
    press(test, "pause")
    assert test.button(key="rating-begin").label == f"Go on: {number - 4} pairs left"
    assert base_first(opened("DK")).button(key="rating-begin").label == f"Begin: {number} pairs"


def test_undo_takes_the_last_choice_back_and_a_note_is_kept(db: Database, run: Run) -> None:
    test = base_first(opened())
    press(test, "begin")
    case = bench_of(db, run).pairs[0].case_id
    test.text_input(key=f"rating-note-1-EM-{case}").set_value("both rude").run()
    press(test, "right")
    assert [one.note for one in kept(db, run)] == ["both rude"]
    press(test, "undo")
    assert kept(db, run) == []
    assert test.button(key="rating-undo").disabled


def test_a_key_that_comes_too_soon_was_meant_for_the_row_before(
    db: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rating_panel, "TOO_QUICK", 60.0)
    test = base_first(opened())
    press(test, "begin")
    press(test, "left")
    assert kept(db, run) == []


def test_the_end_shows_the_share_the_raters_and_their_agreement(db: Database, run: Run) -> None:
    number = len(bench_of(db, run).pairs)
    rate(db, run, "EM", ["fine_tuned"] * number)
    rate(db, run, "DK", ["fine_tuned"] * (number - 2) + ["tie", "neither"])
    test = base_first(opened())
    assert "People prefer “Fine tuned” to “Base”" in said(test).replace("\\", "")
    table = test.table[0].value.to_string().replace("\\", "")
    assert "a tie counting half" in table
    assert "EM and DK" in table
    assert test.dataframe[0].value["Rater"].tolist() == ["EM", "DK"]


def test_what_came_of_it_is_not_shown_before_one_has_ended(db: Database, run: Run) -> None:
    rate(db, run, "DK", ["fine_tuned"] * 6)
    test = base_first(opened())
    assert "People" not in said(test)
    press(test, "end")
    assert "People" in said(test)


def test_whoever_has_no_initials_gives_them_first(db: Database, run: Run) -> None:
    test = base_first(opened(""))
    assert test.button(key="rating-begin").disabled
    test.text_input(key="rating-initials").set_value("ZZ").run()
    press(test, "begin")
    press(test, "left")
    assert {one.who for one in kept(db, run)} == {"ZZ"}


def test_rows_with_the_same_answers_are_told(db: Database) -> None:
    finished(db, test=12, say=lambda arm, at, expected: expected if at < 5 else f"{arm} {expected}")
    assert "5 rows got the same answer from both" in said(base_first(opened()))


def test_prose_invites_to_rate_and_labels_do_not(db: Database) -> None:
    finished(db, test=12)
    assert not any(str(button.key).startswith("rating-invite") for button in opened().button)


def test_the_invitation_to_rate_prose_leads_there_and_later_tells_what_was_found(db: Database) -> None:
    run = finished(db, test=12, scorer="edit_similarity")
    test = opened()
    assert "These answers are prose" in said(test)
    test.button(key=f"rating-invite-{run.id}").click().run()
    assert test.session_state["asked"]
    with db.write() as c:
        for pair in bench_of(db, run, arms=("fine_tuned", "few_shot")).pairs:
            ratings.keep(c, run.id, ratings.Rating(pair.case_id, *pair.arms, "EM", "second"))
    assert "Rated blind by 1 person" in said(opened())


def test_a_workbook_is_made_and_comes_back(db: Database, run: Run) -> None:
    import openpyxl

    from ftcore.workspace import open_workspace

    test = base_first(opened(state={"rating-pack": True}))
    test.text_input(key="rating-for").set_value("FK").run()
    test.button(key="rating-make").click().run()
    assert not test.exception
    (path,) = open_workspace().folder("exports").glob("*-rating-*.xlsx")
    book = openpyxl.load_workbook(path)
    for row in book["Rows"].iter_rows(min_row=2):
        row[4].value = "left"
    book.save(path)
    test.file_uploader[0].set_value([("filled.xlsx", path.read_bytes(), "application/octet-stream")]).run()
    assert not test.exception
    number = len(bench_of(db, run, "FK").pairs)
    assert test.button(key="rating-take").label == f"Keep {number} ratings"
    press(test, "take")
    assert {(one.who, one.via) for one in kept(db, run)} == {("FK", "pack")}
    assert len(kept(db, run)) == number


def test_the_evidence_can_be_downloaded_and_private_rows_only_when_asked_for(db: Database) -> None:
    finished(db, test=12, private=(1,))
    test = opened(state={"what": "evidence"})
    assert test.checkbox[0].label == "Put in the 1 private row too"
    assert len(test.get("download_button")) == 1


def test_very_many_answers_are_put_together_by_the_worker(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from ftcore.store import tasks
    from ftcore.ui.evaluate import evidence_panel
    from ftcore.worker import evidence
    from ftcore.worker.watch import Watch
    from ftcore.workspace import open_workspace

    run = finished(db, test=12)
    monkeypatch.setattr(evidence_panel, "AT_ONCE", 10)
    test = opened(state={"what": "evidence"})
    test.button(key=f"evidence-make-{run.id}").click().run()
    assert not test.exception
    with db.read() as c:
        (task,) = tasks.open_tasks(c, run.project_id, "evidence")
    with Watch(db, task) as watch:
        made = evidence.write(db, open_workspace(), task, watch)
    assert made["answers"] == 36
    assert (open_workspace().folder("exports") / made["file"]).is_file()

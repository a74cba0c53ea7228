"""The Problems mode: fixed everywhere, ignored everywhere or in the project, repeats and contradictions, thresholds, the map."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.dataset import curation, project_map, resolving, similar
from ftcore.dataset.checks import Limits
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.intake import take_in
from ftcore.records import Example, Filter, Status
from ftcore.store import examples, imports, journal, problems, projects, row_sets, tasks
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.ui.map import map_figure
from ftcore.workspace import open_workspace
from tests.conftest import write_csv

Open = Callable[..., AppTest]
ASKED = "My parcel with the blue tent has not arrived at the address in Leeds, where is it now please"
JACKET = "How do I wash the red jacket that I bought in your shop last winter, by hand or not"


@pytest.fixture
def ids(db: Database, tmp_path: Path) -> list[int]:
    rows = [
        (f"  {ASKED} ", "late"),
        (f"{ASKED} thank you", "late"),
        (f" {JACKET}", "old"),
        (JACKET, "late"),
        *((f"{what} is {how}", how) for what in ("lamp", "stove", "pump", "zip") for how in ("lost", "late", "old")),
    ]
    with db.write() as c:
        project = projects.create(c, "Letters")
        projects.remember_person(c, "DK")
    take_in(db, project.id, write_csv(tmp_path / "rows.csv", rows), name="rows.csv", who="DK")
    with db.read() as c:
        return examples.ids(c, project.id)


def _rows(db: Database, ids: list[int]) -> list[Example]:
    with db.read() as c:
        return examples.get_many(c, ids)


def _tally(db: Database) -> dict[str, int]:
    with db.read() as c:
        return {code: number for code, _, number in problems.tally(c, 1)}


def _look(test: AppTest, look: str) -> AppTest:
    return test.button_group(key="problems").set_value(look).run()


def test_fixing_all_shows_the_differences_first_and_is_one_undo(db: Database, ids: list[int], open_page: Open) -> None:
    before = [row.training for row in _rows(db, ids)]
    assert _tally(db)["outer_spaces"] == 2
    test = open_page("curate", curate="Problems")
    test.button(key="fix-outer_spaces").click().run()
    assert not test.exception
    assert any("2 rows would be repaired." in said.value for said in test.markdown)
    assert any("␣" in said.value for said in test.markdown), "the spaces that go are seen"
    assert [row.training for row in _rows(db, ids)] == before
    test.button(key="fix-go").click().run()
    assert not test.exception
    assert "outer_spaces" not in _tally(db)
    assert _rows(db, ids)[0].training.prompt == ASKED
    with db.read() as c:
        assert journal.last(c, 1)[0].label == "Repaired “outer spaces” in 2 examples"
    test.button(key="undo").click().run()
    assert [row.training for row in _rows(db, ids)] == before
    assert _tally(db)["outer_spaces"] == 2


def test_a_fix_that_was_not_wanted_after_all_changes_nothing(db: Database, ids: list[int], open_page: Open) -> None:
    test = open_page("curate", curate="Problems")
    test.button(key="fix-outer_spaces").click().run()
    test.button(key="fix-cancel").click().run()
    assert not test.exception
    assert not any(button.key == "fix-go" for button in test.button)
    assert _tally(db)["outer_spaces"] == 2


def test_ignoring_all_is_one_undo_and_finds_new_ones(db: Database, ids: list[int], open_page: Open) -> None:
    test = open_page("curate", curate="Problems")
    test.menu_button(key="ignore-outer_spaces").click("Ignore at all 2 rows").run()
    assert not test.exception
    assert "outer_spaces" not in _tally(db)
    assert [row.ignored for row in _rows(db, ids[:4])] == [("outer_spaces",), (), ("outer_spaces",), ()]
    test.button(key="undo").click().run()
    assert _tally(db)["outer_spaces"] == 2


def test_what_is_ignored_in_the_project_is_listed_and_looked_for_again(
    db: Database, ids: list[int], open_page: Open
) -> None:
    test = open_page("curate", curate="Problems")
    test.menu_button(key="ignore-outer_spaces").click("Do not look for it in this project").run()
    assert not test.exception
    assert "outer_spaces" not in _tally(db)
    assert any(said.value == "Ignored in this project: it is not looked for any more." for said in test.text)
    later = open_page("curate", curate="Problems")
    assert any(fold.label == "Ignored in this project (1)" for fold in later.expander), (
        "another screen finds it at the foot"
    )
    test.button(key="look-outer_spaces").click().run()
    assert not test.exception
    assert not any(button.key == "look-outer_spaces" for button in test.button)
    with db.read() as c:
        assert Limits.from_json(projects.get(c, 1).limits).off == frozenset()
        assert [task.kind for task in tasks.open_tasks(c, 1)] == ["check"]


def test_a_rows_repeats_are_seen_side_by_side_and_one_is_kept(db: Database, ids: list[int], open_page: Open) -> None:
    test = _look(open_page("curate", curate="Problems"), "Alike")
    assert not test.exception
    assert any(said.value == "Group 1 of 1" for said in test.text)
    assert any("thank you**" in said.value for said in test.markdown), "what differs is marked"
    test.button(key=f"keep-{ids[1]}").click().run()
    assert not test.exception
    assert [row.status for row in _rows(db, ids[:2])] == [Status.REJECTED, Status.DRAFT]
    assert any(said.value == "No rows are alike." for said in test.subheader)
    test.button(key="undo").click().run()
    assert [row.status for row in _rows(db, ids[:2])] == [Status.DRAFT, Status.DRAFT]


def test_keeping_the_best_of_every_group_is_asked_first(db: Database, ids: list[int], open_page: Open) -> None:
    test = _look(open_page("curate", curate="Problems"), "Alike")
    test.button(key="keep-best").click().run()
    assert any(resolving.RULE in said.value for said in test.markdown)
    assert test.button(key="best-go").label == "Reject up to 1 row"
    assert all(row.status is Status.DRAFT for row in _rows(db, ids))
    test.button(key="best-go").click().run()
    assert not test.exception
    assert [row.status for row in _rows(db, ids[:2])] == [
        Status.REJECTED,
        Status.DRAFT,
    ]  # the first has spaces around it
    test.button(key="undo").click().run()
    assert all(row.status is Status.DRAFT for row in _rows(db, ids))


def test_rows_that_are_different_are_let_be(db: Database, ids: list[int], open_page: Open) -> None:
    test = _look(open_page("curate", curate="Problems"), "Alike")
    test.button(key=f"alike-let-be-{ids[0]}").click().run()
    assert not test.exception
    assert "near_duplicate" not in _tally(db)
    assert all(row.status is Status.DRAFT for row in _rows(db, ids))


def test_nothing_is_rejected_when_somebody_edited_a_row_that_was_drawn(
    db: Database, ids: list[int], open_page: Open
) -> None:
    test = _look(open_page("curate", curate="Problems"), "Alike")
    with db.write() as c:
        journal.save(c, 1, [journal.Edit(ids[0], {"note": "mine"})], who="EF", label="Edited")
    test.button(key=f"keep-{ids[1]}").click().run()
    assert not test.exception
    assert any(f"EF changed row {ids[0]}" in toast.value.replace("\\", "") for toast in test.toast)
    assert all(row.status is Status.DRAFT for row in _rows(db, ids))


def test_the_right_answer_is_given_to_the_others_or_they_are_rejected(
    db: Database, ids: list[int], open_page: Open
) -> None:
    for key, expected in (("give", ["late", "late"]), ("only", ["old", "late"])):
        test = _look(open_page("curate", curate="Problems"), "Contradictions")
        assert any(said.value == "Question 1 of 1" for said in test.text)
        test.button(key=f"{key}-{ids[3]}").click().run()
        assert not test.exception
        rows = _rows(db, ids[2:4])
        assert [row.training.response for row in rows] == expected
        assert (rows[0].status is Status.REJECTED) == (key == "only")
        assert "contradiction" not in _tally(db)
        test.button(key="undo").click().run()
        assert _tally(db)["contradiction"] == 2


def test_nearly_the_same_question_with_another_answer_is_among_the_contradictions(
    db: Database, ids: list[int], open_page: Open
) -> None:
    curation.save(db, 1, [CellEdit(ids[1], None, {"response": "lost"})], who="DK")
    test = _look(open_page("curate", curate="Problems"), "Contradictions")
    assert "Contradictions (2)" in test.button_group(key="problems").options
    test.button(key="contradictions-Next").click().run()
    assert any(said.value == "Question 2 of 2" for said in test.text)
    assert any("thank you**" in said.value for said in test.markdown), "what differs in the questions is marked"
    assert {"late", "lost"} <= {said.value for said in test.text}
    test.button(key=f"give-{ids[0]}").click().run()
    assert not test.exception
    assert [row.training.response for row in _rows(db, ids[:2])] == ["late", "late"]
    assert "Contradictions (1)" in test.button_group(key="problems").options
    test.button(key="undo").click().run()
    assert any(said.value == "Question 2 of 2" for said in test.text)
    test.button(key=f"contradictions-let-be-{ids[0]}").click().run()
    assert "Contradictions (1)" in test.button_group(key="problems").options
    assert "near_duplicate" not in _tally(db)


def test_the_threshold_is_chosen_in_words_and_everything_is_checked_again(
    db: Database, ids: list[int], open_page: Open
) -> None:
    test = _look(open_page("curate", curate="Problems"), "Alike")
    box = test.selectbox(key="alike-from-0.6")
    assert box.options == ["only nearly identical", "clearly alike", "loosely alike"]
    box.set_value(0.85).run()
    assert not test.exception
    with db.read() as c:
        assert projects.get(c, 1).limits["similarity"] == 0.85
        assert [task.kind for task in tasks.open_tasks(c, 1)] == ["check"]


def test_thresholds_say_their_default_and_are_kept_beside_what_else_the_project_keeps(
    db: Database, ids: list[int], open_page: Open
) -> None:
    with db.write() as c:
        projects.set_limits(c, 1, {"test_unlocked": {"job": 3}, "off": ["shouting"]})
    test = open_page("curate", curate="Problems")
    test.session_state["threshold-fold"] = True
    test.run()
    assert any(said.value == "60 by default" for said in test.caption)
    test.number_input(key="limit-1-similarity-0.6").set_value(85)
    test.number_input(key="limit-1-max_chars-2000").set_value(500)
    next(button for button in test.button if button.label == "Save and check everything again").click().run()
    assert not test.exception
    with db.read() as c:
        kept = projects.get(c, 1).limits
    limits = Limits.from_json(kept)
    assert (limits.similarity, limits.max_chars, limits.off) == (0.85, 500, frozenset({"shouting"}))
    assert kept["test_unlocked"] == {"job": 3}


def test_the_map_is_asked_for_once_when_it_is_first_opened(db: Database, ids: list[int], open_page: Open) -> None:
    test = _look(open_page("curate", curate="Problems"), "Map")
    test.run()
    assert not test.exception
    with db.read() as c:
        assert [task.payload for task in tasks.open_tasks(c, 1)] == [{"project_id": 1, "draw": True}]


def test_the_drawn_map_leads_to_the_rows_least_like_the_others(db: Database, ids: list[int], open_page: Open) -> None:
    workspace = open_workspace()
    similar.read(db, workspace, 1)
    drawn = project_map.draw(db, workspace, 1)
    test = _look(open_page("curate", curate="Problems"), "Map")
    assert not test.exception
    test.button(key="map-strange").click().run()
    assert not test.exception
    assert test.session_state["curate"] == "Table"
    with db.read() as c:
        found = row_sets.of_project(c, 1)[0]
        assert set(examples.ids(c, 1, Filter(row_set=found.id))) == {id_ for id_, _ in drawn.strange}
    assert found.kind == "outliers"


def _with_a_button() -> None:
    from ftcore.ui import page, session
    from ftcore.ui.table import likeness

    project = session.current_project()
    assert project is not None
    page.show_flash()
    likeness.follow(project)
    likeness.similar_button(project, 3, key="row")


def test_find_similar_shows_the_rows_in_the_table(db: Database, ids: list[int]) -> None:
    test = AppTest.from_function(_with_a_button, default_timeout=30).run()
    test.button(key="similar-row-3").click().run()
    assert not test.exception
    assert test.session_state["curate"] == "Table"
    with db.read() as c:
        found = row_sets.of_project(c, 1)[0]
        assert (found.kind, found.label) == ("similar", "row 3")
        assert ids[3] in examples.ids(c, 1, Filter(row_set=found.id))


def test_similar_rows_of_a_large_project_are_read_by_the_worker_first(
    db: Database, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "AT_ONCE", 5)
    test = AppTest.from_function(_with_a_button, default_timeout=30).run()
    test.button(key="similar-row-3").click().run()
    assert not test.exception
    assert any("The worker reads the examples first" in toast.value.replace("\\", "") for toast in test.toast)
    with db.write() as c:
        task = tasks.lease(c)
        assert task is not None
        assert (task.kind, task.payload) == ("meaning", {"project_id": 1, "draw": False})
    similar.read(db, open_workspace(), 1)
    with db.write() as c:
        tasks.finish(c, task, {})
    monkeypatch.setattr(similar, "AT_ONCE", 2_000)
    test.run()
    test.button(key="similar-ready").click().run()
    assert test.session_state["curate"] == "Table"


def test_hostile_texts_are_text_on_the_map_and_beside_each_other(
    db: Database, open_page: Open, shared_data: Path
) -> None:
    from ftcore.dataset.curation import check_again
    from ftcore.records import TrainingExample

    strings = json.loads((shared_data / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    talks = [
        [{"role": "user", "content": f"{text} {text}"}, {"role": "assistant", "content": text}]
        for text in strings
        if text.strip()
    ]
    twice = [talk for talk in talks[:60] for _ in range(2)] + talks[60:]
    with db.write() as c:
        project = projects.create(c, "Naughty")
        taken = imports.start(c, project.id, file_name="f", sha256="", shape="", who="DK")
        rows = [NewExample(TrainingExample(talk), tags=("<b>a</b>",)) for talk in twice]
        examples.add(c, project.id, rows, import_id=taken, source="f", who="DK")
        ids = examples.ids(c, project.id)
        for start in range(0, len(ids), 20):
            check_again(c, project.id, ids[start : start + 20])
    similar.read(db, open_workspace(), project.id)
    project_map.draw(db, open_workspace(), project.id)
    for look in ("Alike", "Contradictions", "Map"):
        test = _look(open_page("curate", curate="Problems", project=str(project.id)), look)
        assert not test.exception, look
    assert map_figure.escaped("<b>bold</b>\n<img src=x>", 90) == "&lt;b&gt;bold&lt;/b&gt; &lt;img src=x&gt;"

"""The table: filters, chips, orders, columns, views and addresses; actions on many rows; one row in full."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.dataset import bulk, curation
from ftcore.dataset.curation import CellEdit
from ftcore.records import Example, Filter, Sort, TrainingExample
from ftcore.store import examples, imports, journal, projects, row_sets, tasks, views
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.ui.detail import detail_fields
from ftcore.ui.table import table_counts
from ftcore.worker import bulk as worker_bulk
from ftcore.workspace import open_workspace

Open = Callable[..., AppTest]


@pytest.fixture
def filled(db: Database) -> int:
    """Thirty tickets, six of them about a refund, one with two turns."""
    rows = [
        NewExample(_training(f"{'A refund' if n % 5 == 0 else 'A parcel'}, number {n}", f"Answer {n}."), tokens=n)
        for n in range(29)
    ]
    rows.append(NewExample(TrainingExample([*_training("1?", "one").messages, *_training("2?", "two").messages])))
    with db.write() as c:
        projects.remember_person(c, "DK")
        project = projects.create(c, "Tickets")
        taken = imports.start(c, project.id, file_name="t.csv", sha256="", shape="columns", who="DK")
        imports.finish(c, taken, accepted=30, rejected=[])
        examples.add(c, project.id, rows, import_id=taken, source="t.csv", who="DK")
    return project.id


def test_a_link_opens_the_same_rows_in_the_same_order(db: Database, filled: int, open_page: Open) -> None:
    test = open_page("curate", curate="Table", text="refund", sort="-tokens", columns="prompt,tokens")
    assert not test.exception
    with db.read() as c:
        expected = examples.ids(c, filled, Filter(text="refund"), sort=Sort("tokens", descending=True))
    assert len(expected) == 6
    assert _ids(test, filled) == expected
    assert test.text_input(key="find-text").value == "refund"
    assert test.query_params["sort"] == "-tokens"


def test_the_address_follows_the_filter_and_leaves_with_the_table(filled: int, open_page: Open) -> None:
    test = open_page("curate", curate="Table")
    test.text_input(key="find-text").set_value("refund").run()
    assert test.query_params["text"] == "refund"
    test.button(key="chip-text").click().run()
    assert not test.query_params.get("text")
    assert test.text_input(key="find-text").value == ""
    test.text_input(key="find-text").set_value("parcel").run()
    test.session_state["curate"] = "Problems"
    test.run()
    assert not test.query_params.get("text")
    test.session_state["curate"] = "Table"
    test.run()
    assert test.query_params["text"] == "parcel", "the table is as it was left"


def test_rows_are_sorted_and_columns_are_chosen(db: Database, filled: int, open_page: Open) -> None:
    test = open_page("curate", curate="Table")
    test.session_state["sort-fold"] = True
    test.run()
    test.selectbox(key=f"sort-by-{filled}").set_value("response").run()
    test.session_state["sort-fold"] = True
    test.toggle(key=f"sort-down-{filled}").set_value(True).run()
    test.session_state["columns-fold"] = True
    test.run()
    assert test.button(key="chip-sort").label == "Sorted by you answer, from the end"
    test.multiselect(key=f"columns-{filled}").set_value(["response", "changed_at"]).run()
    assert not test.exception
    with db.read() as c:
        assert _ids(test, filled) == examples.ids(c, filled, sort=Sort("response", descending=True))
    assert test.query_params["columns"] == "response,changed_at"
    test.button(key="chip-sort").click().run()
    with db.read() as c:
        assert _ids(test, filled) == examples.ids(c, filled)


def test_a_view_is_saved_and_opened_again(db: Database, filled: int, open_page: Open) -> None:
    test = open_page("curate", curate="Table", text="refund", sort="-tokens")
    test.session_state["views-fold"] = True
    test.run()
    test.text_input(key="view-name").set_value("Refunds :red[first] ![x](http://evil.example)")
    test.button(key="save-view").click().run()
    assert not test.exception
    with db.read() as c:
        (saved,) = views.of_project(c, filled)
    test = open_page("curate", curate="Table")
    test.session_state["views-fold"] = True
    test.run()
    test.button(key=f"view-{saved.id}").click().run()
    assert not test.exception
    assert len(_ids(test, filled)) == 6
    assert test.query_params["sort"] == "-tokens"


def test_a_count_that_took_long_is_counted_anew_after_a_row_went_into_the_trash(
    db: Database, filled: int, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_counts, "SLOW", -1.0)
    test, row = _open_row(db, filled, open_page)
    assert any("1 row matches" in said.value for said in test.text)
    test.button(key=f"trash-{row}").click().run()
    assert not test.exception
    assert not any("1 row matches" in said.value for said in test.text)


def test_everything_that_matches_is_rejected_after_a_question_with_the_number(
    db: Database, filled: int, open_page: Open
) -> None:
    test = open_page("curate", curate="Table", text="refund")
    test.session_state["bulk-all"] = True
    test.run()
    test.button(key="reject-all").click().run()
    assert not test.exception
    asked = " ".join(m.value.replace("\\", "") for m in test.markdown)
    assert "Reject all 6 rows that match “Words: refund”? One Undo brings them all back." in asked
    with db.read() as c:
        assert examples.counts(c, filled).rejected == 0, "nothing happens before the yes"
    test.button(key="bulk-go").click().run()
    assert not test.exception
    with db.read() as c:
        assert examples.counts(c, filled).rejected == 6
    test.button(key="undo").click().run()
    with db.read() as c:
        assert examples.counts(c, filled).rejected == 0


def test_find_and_replace_shows_what_it_would_change_and_says_what_is_wrong(
    db: Database, filled: int, open_page: Open
) -> None:
    test = open_page("curate", curate="Table")
    test.session_state["bulk-all"] = True
    test.run()
    test.button(key="replace-all").click().run()
    assert test.button(key="bulk-go").disabled
    test.text_input(key="bulk-find").set_value("(").run()
    test.checkbox(key="bulk-pattern").set_value(True).run()
    assert not test.exception
    assert any("This is no pattern" in warning.value for warning in test.warning)
    assert test.button(key="bulk-go").disabled
    test.text_input(key="bulk-find").set_value(r"Answer (\d+)").run()
    test.text_input(key="bulk-put").set_value(r"Reply \1").run()
    assert any("Replace at 29 places in 29 rows" in m.value for m in test.markdown)
    test.button(key="bulk-go").click().run()
    assert not test.exception
    with db.read() as c:
        assert examples.count(c, filled, Filter(text="Reply")) == (29, False)
        assert journal.last(c, filled)[0].examples == 29


def test_very_many_rows_are_for_the_worker_and_the_page_says_so(
    db: Database, filled: int, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 20)
    test = open_page("curate", curate="Table")
    test.session_state["bulk-all"] = True
    test.run()
    test.button(key="approve-all").click().run()
    test.button(key="bulk-go").click().run()
    assert not test.exception
    assert any("You can go on meanwhile" in str(p.proto) for p in test.get("progress"))
    _work(db, filled, "bulk")
    test.run()
    with db.read() as c:
        assert examples.counts(c, filled).approved == 30
    test.button(key="undo").click().run()
    with db.read() as c:
        assert examples.counts(c, filled).approved == 30, "the worker takes it back"
    _work(db, filled, "turn")
    with db.read() as c:
        assert examples.counts(c, filled).approved == 0


def test_beyond_ten_thousand_the_worker_counts(
    db: Database, filled: int, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples.count, "__kwdefaults__", {"up_to": 4})
    test = open_page("curate", curate="Table", text="refund")
    assert any(text.value == "Page 1 · 4+ rows match (counting)" for text in test.text)
    _work(db, filled, "count")
    test.run()
    assert any(text.value == "Page 1 · 6 rows match" for text in test.text)


def test_a_pattern_becomes_a_chip_and_a_bad_one_a_sentence(db: Database, filled: int, open_page: Open) -> None:
    test = open_page("curate", curate="Table")
    for typed in ("(", r"number \d$"):
        test.session_state["filter-fold"] = True
        test.run()
        test.text_input(key="find-pattern").set_value(typed)
        test.button(key="find-pattern-go").click().run()
        assert not test.exception
        if typed == "(":
            assert any("This is no pattern" in toast.value.replace("\\", "") for toast in test.toast)
    with db.read() as c:
        (kept,) = row_sets.of_project(c, filled)
    assert kept.number == 10
    assert len(_ids(test, filled)) == 10
    assert test.query_params["row_set"] == str(kept.id)
    assert "Pattern" in test.button(key="chip-row_set").label


def test_a_row_that_is_added_is_there_and_undo_puts_it_into_the_trash(
    db: Database, filled: int, open_page: Open
) -> None:
    test = open_page("curate", curate="Table")
    test.session_state["add-row-fold"] = True
    test.run()
    test.text_area(key="new-row-prompt").set_value("Do you ship to Malta?")
    test.text_area(key="new-row-response").set_value("Yes, within nine days.")
    test.button(key="add-row").click().run()
    assert not test.exception
    with db.read() as c:
        (made,) = examples.ids(c, filled, Filter(text="Malta"))
    assert any(made in box.options or str(made) in str(box.value) for box in test.selectbox if box.label == "Row")
    test.button(key="undo").click().run()
    with db.read() as c:
        assert examples.ids(c, filled, Filter(trashed=True)) == [made]
    test.session_state["history-fold"] = True
    test.run()
    test.button(key="show-trash").click().run()
    assert not test.exception
    assert _ids(test, filled) == [made]
    test.button(key="tick-page").click().run()
    test.button(key="restore-ticked").click().run()
    with db.read() as c:
        assert examples.counts(c, filled).trashed == 0


def test_several_turns_are_edited_in_full_each_as_one_change(db: Database, filled: int, open_page: Open) -> None:
    test, row = _open_row(db, filled, open_page)
    test.text_area(key=f"detail-{row}-turn:1").set_value("One, corrected.").run()
    test.text_area(key=f"detail-{row}-worse").set_value("No idea.").run()
    test.text_input(key=f"detail-{row}-tags").set_value("ask, later, ask").run()
    assert not test.exception
    with db.read() as c:
        kept = examples.get(c, row)
        assert [change.label for change in journal.last(c, filled)] == [
            f"Edited the tags of row {row}",
            f"Edited the worse answer of row {row}",
            f"Edited the conversation of row {row}",
        ]
    assert kept.training.messages[1]["content"] == "One, corrected."
    assert (kept.worse, kept.tags, kept.training.response) == ("No idea.", ("ask", "later"), "two")
    test.button(key=f"Remove this turn-{row}-0").click().run()
    assert not test.exception
    with db.read() as c:
        assert len(examples.get(c, row).training.messages) == 3


def test_a_turn_that_somebody_changed_meanwhile_is_shown_with_both_texts(
    db: Database, filled: int, open_page: Open
) -> None:
    test, row = _open_row(db, filled, open_page)
    curation.save(db, filled, [CellEdit(row, None, {"response": "theirs"})], who="AB")
    test.text_area(key=f"detail-{row}-turn:1").set_value("Mine.").run()
    assert not test.exception
    assert test.text_area(key=f"conflict-{row}-turn:1").value == "Mine."
    test.button(key=f"conflict-{row}-turn:1-mine").click().run()
    assert not test.exception
    with db.read() as c:
        kept = examples.get(c, row).training
    assert [m["content"] for m in kept.messages] == ["1?", "Mine.", "2?", "theirs"]


def test_a_conversation_is_split_and_an_earlier_version_restored(db: Database, filled: int, open_page: Open) -> None:
    test, row = _open_row(db, filled, open_page)
    test.text_area(key=f"detail-{row}-turn:3").set_value("Two, corrected.").run()
    test.button(key=f"split-{row}").click().run()
    assert not test.exception
    with db.read() as c:
        made = examples.ids(c, filled)[-2:]
        assert [one.training.response for one in examples.get_many(c, made)] == ["one", "Two, corrected."]
        assert examples.ids(c, filled, Filter(trashed=True)) == [row]


def test_wrong_arguments_are_said_at_their_field_and_the_rest_is_kept() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": '{"order":17}'}}
    training = TrainingExample([{"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [call]}])
    row = Example(5, 1, 1, training)
    assert detail_fields.texts_of(row)["call:1:0"] == '{\n  "order": 17\n}'
    values, wrong = detail_fields.values_of(row, {"turn:0": "Where?", "call:1:0": "{", "note": "n"})
    assert list(wrong) == ["call:1:0"]
    assert values["training"]["messages"][0]["content"] == "Where?"
    assert values["note"] == "n"
    assert detail_fields.values_of(row, detail_fields.texts_of(row))[0].keys() == {"tags", "note", "worse"}


def _open_row(db: Database, project_id: int, open_page: Open) -> tuple[AppTest, int]:
    with db.read() as c:
        (row,) = examples.ids(c, project_id, Filter(several_turns=True))
    test = open_page("curate", curate="Table", several_turns="true")
    test.session_state["row-fold"] = True
    test.run()
    assert not test.exception
    return test, row


def _work(db: Database, project_id: int, kind: str) -> None:
    """What the worker would do."""
    from ftcore.worker.handlers import HANDLERS
    from ftcore.worker.watch import Watch

    assert HANDLERS["bulk"] is worker_bulk.change
    with db.write() as c:
        task = tasks.lease(c)
    assert task is not None
    assert task.kind == kind
    with Watch(db, task) as watch:
        result = HANDLERS[kind](db, open_workspace(), task, watch)
    with db.write() as c:
        tasks.finish(c, task, result)


def _training(asked: str, answered: str) -> TrainingExample:
    return TrainingExample([{"role": "user", "content": asked}, {"role": "assistant", "content": answered}])


def _ids(test: AppTest, project_id: int) -> list[int]:
    return list(test.session_state[f"grid-{project_id}"]["ids"])

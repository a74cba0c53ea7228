"""Laws of editing and splitting conversations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.chat import validate
from ftcore.dataset import turn_edits, turns
from ftcore.dataset.turns import TurnError
from ftcore.records import Filter, Project, Severity, Split, TrainingExample, text_of
from ftcore.store import examples, hand_rows, history, imports, journal
from ftcore.store.database import Database
from ftcore.store.examples import NewExample

TEXT = st.text(min_size=1, max_size=30)


@st.composite
def conversations(draw: st.DrawFn) -> TrainingExample:
    """Instructions sometimes, then questions and answers in turn, some of them parts of text and a picture, some with a
    tool's call between."""
    messages: list[dict[str, Any]] = []
    if draw(st.booleans()):
        messages.append({"role": "system", "content": draw(TEXT)})
    for n in range(draw(st.integers(1, 4))):
        asked: Any = draw(TEXT)
        if draw(st.booleans()):
            asked = [{"type": "text", "text": asked}, {"type": "image_url", "image_url": {"url": "data:,x"}}]
        messages.append({"role": "user", "content": asked})
        if draw(st.booleans()):
            call = {"id": f"c{n}", "type": "function", "function": {"name": "look", "arguments": '{"order": 17}'}}
            messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
            messages.append({"role": "tool", "tool_call_id": f"c{n}", "content": draw(TEXT)})
        messages.append({"role": "assistant", "content": draw(TEXT)})
    return TrainingExample(messages, [{"type": "function", "function": {"name": "look"}}])


@given(conversations(), st.data(), TEXT)
def test_a_text_changes_its_turn_and_no_other(training: TrainingExample, data: st.DataObject, text: str) -> None:
    at = data.draw(st.integers(0, len(training.messages) - 1))
    new = turns.with_text(training, at, text)
    assert text_of(new.messages[at]) == text
    assert [m for n, m in enumerate(new.messages) if n != at] == [m for n, m in enumerate(training.messages) if n != at]
    assert turns.with_text(new, at, text) == new
    assert turns.with_text(training, at, text_of(training.messages[at])) == training


@given(conversations(), st.data())
def test_a_text_that_is_changed_part_by_part_keeps_its_pictures(training: TrainingExample, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(training.messages) - 1))
    new = turns.map_text(training, at, str.swapcase)
    assert turns.map_text(training, at, lambda text: text) == training
    assert text_of(new.messages[at]) == text_of(training.messages[at]).swapcase()
    old = training.messages[at]["content"]
    if isinstance(old, list):
        assert [p for p in new.messages[at]["content"] if "text" not in p] == [p for p in old if "text" not in p]
        assert not turns.can_be_edited(training.messages[at])


@given(conversations(), st.data(), TEXT)
def test_what_was_added_can_be_removed_and_what_was_moved_can_be_moved_back(
    training: TrainingExample, data: st.DataObject, text: str
) -> None:
    number = len(training.messages)
    at = data.draw(st.integers(0, number))
    added = turns.add(training, at, "user", text)
    assert added.messages[at] == {"role": "user", "content": text}
    assert turns.remove(added, at) == training
    one, other = data.draw(st.integers(0, number - 1)), data.draw(st.integers(0, number - 1))
    assert turns.move(turns.move(training, one, other), other, one) == training


@given(conversations(), st.data())
def test_a_removed_call_takes_what_its_tool_gave_back_along(training: TrainingExample, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(training.messages) - 1))
    rest = turns.remove(training, at)
    calls = {call["id"] for m in rest.messages for call in m.get("tool_calls") or ()}
    if training.messages[at]["role"] != "tool":
        assert {m["tool_call_id"] for m in rest.messages if m["role"] == "tool"} <= calls


@given(conversations())
def test_a_split_conversation_gives_every_answer_once_and_each_part_can_be_trained_on(
    training: TrainingExample,
) -> None:
    places = turns.answers(training)
    parts = turns.split(training, places)
    known = {p.code for p in validate(training)}
    assert [part.response for part in parts] == [text_of(training.messages[at]) for at in places]
    for at, part in zip(places, parts, strict=True):
        assert [text_of(m) for m in part.messages] == [text_of(m) for m in training.messages[: at + 1]]
        learnt = [m for m in part.messages if m["role"] == "assistant" and m.get("weight") != 0]
        assert learnt == part.messages[-1:]
        assert not [p for p in validate(part) if p.severity is Severity.ERROR and p.code not in known]
    assert turns.split(training, []) == []


@given(st.recursive(st.one_of(st.integers(-99, 99), TEXT, st.none(), st.booleans()), st.lists, max_leaves=4))
def test_arguments_are_kept_as_json_and_nothing_else(value: Any) -> None:
    training = _calling()
    kept = turns.with_arguments(training, 1, 0, json.dumps({"x": value}, indent=3))
    assert json.loads(kept.messages[1]["tool_calls"][0]["function"]["arguments"]) == {"x": value}
    assert turns.with_arguments(kept, 1, 0, json.dumps({"x": value}, indent=1)) is kept
    with pytest.raises(TurnError, match="Arguments are an object"):
        turns.with_arguments(training, 1, 0, json.dumps([value]))


@pytest.mark.parametrize("typed", ["", "{", "{'a': 1}", '{"a": NaN}', "[" * 100_000])
def test_arguments_that_are_no_json_are_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(TurnError, match="are no JSON"):
        turns.with_arguments(_calling(), 1, 0, typed)


def test_what_cannot_be_done_to_a_turn_is_said() -> None:
    training = _calling()
    for act in (
        lambda: turns.with_text(training, 9, "x"),
        lambda: turns.remove(TrainingExample([{"role": "user", "content": "x"}]), 0),
        lambda: turns.add(training, 0, "narrator"),
        lambda: turns.with_weight(training, 0, 0),
        lambda: turns.split_at(training, 0),
        lambda: turns.with_arguments(training, 0, 0, "{}"),
        lambda: turns.move(training, 0, 5),
    ):
        with pytest.raises(TurnError, match=r"^[A-Z].*\.$"):
            act()
    assert turns.with_weight(turns.with_weight(training, 1, 0), 1, None) == training


def test_a_split_row_is_one_change_that_undo_takes_back(db: Database, project: Project) -> None:
    row = _stored(db, project)
    made = turn_edits.split(db, row, turns.answers(row.training), who="DK")
    with db.read() as c:
        kept = examples.get_many(c, made)
        assert [part.training.response for part in kept] == ["one", "two"]
        assert {part.split for part in kept} == {Split.TEST}, "a question must not come to both sides"
        assert {part.tokens > 0 for part in kept} == {True}
        assert examples.ids(c, project.id) == made
        assert examples.ids(c, project.id, Filter(trashed=True)) == [row.id]
        assert [change.label for change in journal.last(c, project.id)] == [f"Split row {row.id} into 2 rows"]
    with db.write() as c:
        journal.undo(c, project.id, who="DK")
    with db.read() as c:
        assert examples.ids(c, project.id) == [row.id]
        assert examples.ids(c, project.id, Filter(trashed=True)) == made


def test_rows_added_by_hand_have_one_import_and_are_checked(db: Database, project: Project) -> None:
    row = _stored(db, project)
    made = [turn_edits.add(db, project.id, _pair("A question", "Dear [insert name]"), who="DK") for _ in range(2)]
    copied = turn_edits.copy(db, row, who="DK")
    with db.read() as c:
        assert next((one.file_name, one.accepted) for one in imports.of_project(c, project.id)) == (hand_rows.SOURCE, 3)
        assert "placeholder" in examples.get(c, made[0]).problems
        assert examples.get(c, copied).training == row.training
        assert not any(one.trashed for one in examples.get_many(c, [*made, copied]))


def test_an_earlier_version_comes_back_as_a_new_change_unless_somebody_was_quicker(
    db: Database, project: Project
) -> None:
    row = _stored(db, project)
    for text in ("first", "second"):
        with db.read() as c:
            row = examples.get(c, row.id)
        turn_edits.save_training(db, row, turns.with_text(row.training, 1, text), who="DK", label=text)
    with db.read() as c:
        row, found = examples.get(c, row.id), history.versions(c, row.id)
    assert turn_edits.restore(db, row, found[1], who="AB").changed == (row.id,)
    assert turn_edits.restore(db, row, found[2], who="AB").conflicts
    with db.read() as c:
        assert text_of(examples.get(c, row.id).training.messages[1]) == "first"
        assert len(history.versions(c, row.id)) == 4


def _calling() -> TrainingExample:
    call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": '{"order": 17}'}}
    return TrainingExample([{"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [call]}])


def _pair(asked: str, answered: str) -> TrainingExample:
    return TrainingExample([{"role": "user", "content": asked}, {"role": "assistant", "content": answered}])


def _stored(db: Database, project: Project) -> Any:
    messages = [*_pair("1?", "one").messages, *_pair("2?", "two").messages]
    with db.write() as c:
        taken = imports.start(c, project.id, file_name="f", sha256="", shape="", who="DK")
        new = NewExample(TrainingExample(messages), Split.TEST)
        examples.add(c, project.id, [new], import_id=taken, source="f", who="DK")
        return examples.every(c, project.id)[0]

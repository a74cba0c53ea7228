"""Which rows are recognised without asking, and how columns are guessed."""

from __future__ import annotations

import json

import pytest

from ftcore.dataset.mapping import guess
from ftcore.dataset.sources import SourceError, preview, read
from ftcore.records import Accepted, Mapping, Rejected

CALL = {"id": "c1", "type": "function", "function": {"name": "clock", "arguments": {"zone": "UTC"}}}


@pytest.fixture
def file_of(tmp_path):
    def write(*rows):
        path = tmp_path / "rows.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)))
        return path

    return write


def first(path, *args, **kwargs):
    return next(record for record in read(path, *args, **kwargs) if isinstance(record, Accepted)).training


def roles(training):
    return [message["role"] for message in training.messages]


def test_chat_with_tools_keeps_its_calls_and_loses_foreign_keys_with_a_note(file_of):
    row = {
        "messages": [
            {"role": "System", "content": "s"},
            {"role": "user", "content": "u", "timestamp": 1},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "content": "12:00", "tool_call_id": "c1"},
            {"role": "assistant", "content": "noon"},
        ],
        "tools": json.dumps([{"type": "function", "function": {"name": "clock"}}]),
        "source": "x",
    }
    path = file_of(row)
    training = first(path)
    assert roles(training) == ["system", "user", "assistant", "tool", "assistant"]
    assert training.messages[2]["tool_calls"][0]["function"]["arguments"] == '{"zone":"UTC"}'
    assert training.tools is not None
    assert preview(path).notes == ("Not imported: source, timestamp (in messages).",)


def test_sharegpt_prompt_completion_and_alpaca_are_recognised(file_of):
    path = file_of({"system": "s", "conversations": [{"from": "human", "value": "u"}, {"from": "gpt", "value": "a"}]})
    assert (preview(path).shape, roles(first(path))) == ("ShareGPT", ["system", "user", "assistant"])
    path = file_of({"prompt": "u", "completion": "a"})
    assert (preview(path).shape, first(path).response) == ("prompt and completion", "a")
    turn = {"role": "user", "content": "u"}
    path = file_of({"prompt": [turn], "completion": [{"role": "assistant", "content": "a"}]})
    assert first(path).messages == [turn, {"role": "assistant", "content": "a"}]
    path = file_of({"instruction": "Add", "input": "1 1", "output": 2, "history": [["a", "b"]]})
    assert (preview(path).shape, first(path).prompt, first(path).response) == ("Alpaca", "Add\n\n1 1", "2")
    assert roles(first(path)) == ["user", "assistant", "user", "assistant"]


def test_rows_of_a_shape_without_a_usable_answer_are_rejected(file_of):
    good = {"conversations": [{"from": "human", "value": "u"}, {"from": "gpt", "value": "a"}]}
    bad = [
        {"conversations": [{"from": "human", "value": "u"}]},
        {"conversations": [{"from": "alien", "value": "u"}]},
        {"conversations": "x"},
        {"other": 1},
        {"conversations": [{"from": "human", "value": "u"}, {"from": "gpt", "value": ""}]},
    ]
    records = list(read(file_of(*[good] * 40, *bad)))
    reasons = [record.reason for record in records if isinstance(record, Rejected)]
    assert len(records) == 45
    for reason, part in zip(reasons, ["no assistant", "alien", "a text", "There is no", "empty"], strict=True):
        assert part in reason


def test_the_given_system_text_goes_to_those_that_have_none(file_of):
    assert first(file_of({"prompt": "u", "completion": "a"}), system="Be brief.").system == "Be brief."
    assert first(file_of({"prompt": "u", "completion": "a", "system": "Own"}), system="Be brief.").system == "Own"


@pytest.mark.parametrize(
    ("columns", "source", "target", "certain"),
    [
        ("text category", "text", "category", True),
        ("Question Answer", "Question", "Answer", True),
        ("ticket intent", "ticket", "intent", True),
        ("id,Customer message,Our reply", "Customer message", "Our reply", True),
        ("input ideal_output", "input", "ideal_output", True),
        ("message label note", "message", "label", True),
        ("foo bar", "foo", "bar", False),
        ("q a", "q", "a", True),
        ("a q", "q", "a", True),
        ("Q A", "Q", "A", True),
        ("a question", "question", "a", True),
        ("a b", "a", "b", False),
        ("q r", "q", "r", False),
        ("n,What a ticket says,Our reply", "What a ticket says", "Our reply", True),
        ("text answer category", "text", "answer", False),
        ("text urgency", "text", "urgency", True),
    ],
)
def test_columns_are_guessed_by_name_first(columns, source, target, certain):
    names = columns.split(",") if "," in columns else columns.split()
    rows = [{name: f"{name} text {n} " * (len(names) - at) for at, name in enumerate(names)} for n in range(5)]
    for number, row in enumerate(rows):
        row.update({"id": str(number)} if "id" in row else {})
    found = guess(rows, names)
    assert (found.mapping.input, found.mapping.output, found.certain) == (source, target, certain)


def test_a_named_column_wins_and_the_other_is_guessed(file_of):
    path = file_of({"text": "a longer text", "category": "c", "note": "n"})
    assert first(path, Mapping(output="note")).response == "n"
    assert first(path, Mapping(input="note")).prompt == "n"
    assert first(path, Mapping(input="category", output="text")).prompt == "c"
    with pytest.raises(SourceError, match='no column "nope"'):
        read(path, Mapping(input="nope"))


def test_one_column_is_not_enough_and_the_error_says_what_to_do(file_of):
    path = file_of({"text": "a"}, {"text": "b"})
    assert preview(path).needs_mapping
    with pytest.raises(SourceError, match="Two columns are needed"):
        read(path)


def test_a_nested_column_can_be_named(file_of):
    path = file_of({"meta": {"question": "q"}, "result": [{"answer": "a"}]})
    assert "meta.question" in preview(path).columns
    training = first(path, Mapping(input="meta.question", output="result.answer"))
    assert (training.prompt, training.response) == ("q", "a")

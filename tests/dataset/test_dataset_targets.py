"""Each target's line, written by hand from the trainers' documentation, and what it cannot hold."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ftcore.chat import to_line
from ftcore.dataset.targets import (
    TARGETS,
    ExportError,
    ExportRow,
    Fate,
    export_rows,
    preference_shape,
    vertex_tools,
)
from ftcore.records import Split
from tests.dataset.target_lines import (
    ASKED,
    CALL_TURN,
    CALLING,
    FUNCTION,
    OBJECT_CALL,
    PAIR,
    PAIRS,
    RESULT,
    SCHEMA,
    TALK,
    lines_of,
    lost,
    texts,
    turn,
)


@pytest.mark.parametrize(
    ("target", "pair", "talk"),
    [
        ("openai", PAIR.to_wire(), TALK.to_wire()),
        ("together", PAIR.to_wire(), TALK.to_wire()),
        ("fireworks", PAIR.to_wire(), TALK.to_wire()),
        ("mistral", PAIR.to_wire(), TALK.to_wire()),
        ("nebius", PAIR.to_wire(), {"messages": texts(TALK.messages)}),
        ("mlx", PAIR.to_wire(), {"messages": texts(TALK.messages)}),
        ("trl", PAIR.to_wire(), {"messages": texts(TALK.messages)}),
        (
            "trl-completion",
            {"prompt": ASKED, "completion": [turn("assistant", "Ici.")]},
            {"prompt": texts(TALK.messages[:3]), "completion": [turn("assistant", "Aisle 4")]},
        ),
        (
            "axolotl",
            {
                "messages": [
                    turn("system", "Be brief.", train=False),
                    turn("user", "Où est-ce?", train=False),
                    turn("assistant", "Ici.", train=True),
                ]
            },
            {
                "messages": [
                    turn("user", "Hi", train=False),
                    turn("assistant", "Hello?", train=False),
                    turn("user", "Lamp", train=False),
                    turn("assistant", "Aisle 4", train=True),
                ]
            },
        ),
        (
            "vertex",
            {
                "systemInstruction": {"role": "system", "parts": [{"text": "Be brief."}]},
                "contents": [
                    {"role": "user", "parts": [{"text": "Où est-ce?"}]},
                    {"role": "model", "parts": [{"text": "Ici."}]},
                ],
            },
            {
                "contents": [
                    {"role": "user", "parts": [{"text": "Hi"}]},
                    {"role": "model", "parts": [{"text": "Hello?"}]},
                    {"role": "user", "parts": [{"text": "Lamp"}]},
                    {"role": "model", "parts": [{"text": "Aisle 4"}]},
                ]
            },
        ),
        (
            "bedrock",
            {
                "schemaVersion": "bedrock-conversation-2024",
                "system": [{"text": "Be brief."}],
                "messages": [
                    {"role": "user", "content": [{"text": "Où est-ce?"}]},
                    {"role": "assistant", "content": [{"text": "Ici."}]},
                ],
            },
            {
                "schemaVersion": "bedrock-conversation-2024",
                "messages": [
                    {"role": "user", "content": [{"text": "Hi"}]},
                    {"role": "assistant", "content": [{"text": "Hello?"}]},
                    {"role": "user", "content": [{"text": "Lamp"}]},
                    {"role": "assistant", "content": [{"text": "Aisle 4"}]},
                ],
            },
        ),
        (
            "alpaca",
            {"instruction": "Où est-ce?", "input": "", "output": "Ici.", "system": "Be brief."},
            {"instruction": "Lamp", "input": "", "output": "Aisle 4", "history": [["Hi", "Hello?"]]},
        ),
        (
            "sharegpt",
            {
                "conversations": [{"from": "human", "value": "Où est-ce?"}, {"from": "gpt", "value": "Ici."}],
                "system": "Be brief.",
            },
            {
                "conversations": [
                    {"from": "human", "value": "Hi"},
                    {"from": "gpt", "value": "Hello?"},
                    {"from": "human", "value": "Lamp"},
                    {"from": "gpt", "value": "Aisle 4"},
                ]
            },
        ),
        (
            "llama-factory",
            {
                "conversations": [{"from": "human", "value": "Où est-ce?"}, {"from": "gpt", "value": "Ici."}],
                "system": "Be brief.",
                "tools": "",
            },
            {
                "conversations": [
                    {"from": "human", "value": "Hi"},
                    {"from": "gpt", "value": "Hello?"},
                    {"from": "human", "value": "Lamp"},
                    {"from": "gpt", "value": "Aisle 4"},
                ],
                "system": "",
                "tools": "",
            },
        ),
    ],
)
def test_the_line_of_a_pair_and_of_several_turns(target, pair, talk, tmp_path):
    assert lines_of(target, tmp_path, PAIR, TALK) == [pair, talk]


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("openai", CALLING.to_wire()),
        ("together", {"messages": [turn("user", "Time?"), CALL_TURN, RESULT, turn("assistant", "Noon.")]}),
        ("fireworks", {"messages": [turn("user", "Time?"), CALL_TURN, RESULT, turn("assistant", "Noon.")]}),
        ("nebius", {"messages": [turn("user", "Time?"), CALL_TURN, RESULT, turn("assistant", "Noon.")]}),
        ("mlx", {"messages": [turn("user", "Time?"), CALL_TURN, RESULT, turn("assistant", "Noon.")]}),
        (
            "trl",
            {
                "messages": [
                    turn("user", "Time?"),
                    {"role": "assistant", "tool_calls": [OBJECT_CALL]},
                    RESULT,
                    turn("assistant", "Noon."),
                ]
            },
        ),
        (
            "axolotl",
            {
                "messages": [
                    turn("user", "Time?", train=False),
                    CALL_TURN | {"train": True},
                    RESULT | {"train": False},
                    turn("assistant", "Noon.", train=True),
                ]
            },
        ),
    ],
)
def test_the_line_of_a_tool_call(target, line, tmp_path):
    assert lines_of(target, tmp_path, CALLING) == [line | {"tools": CALLING.tools}]


def test_vertex_writes_calls_and_results_as_objects_and_types_in_capitals(tmp_path):
    parameters = {"type": "OBJECT", "properties": {"zone": {"type": "STRING"}}, "required": ["zone"]}
    assert lines_of("vertex", tmp_path, CALLING) == [
        {
            "contents": [
                {"role": "user", "parts": [{"text": "Time?"}]},
                {"role": "model", "parts": [{"functionCall": {"name": "clock", "args": {"zone": "UTC"}}}]},
                {
                    "role": "user",
                    "parts": [{"functionResponse": {"name": "clock", "response": {"output": "12:00"}}}],
                },
                {"role": "model", "parts": [{"text": "Noon."}]},
            ],
            "tools": [{"functionDeclarations": [FUNCTION | {"parameters": parameters}]}],
        }
    ]


def test_vertex_says_when_a_description_of_a_tool_is_cut():
    strict = FUNCTION | {"parameters": SCHEMA | {"additionalProperties": False}}
    training = replace(CALLING, tools=[{"type": "function", "function": strict}])
    assert lost("vertex", training) == [(vertex_tools.CUT_SCHEMA, Fate.CHANGED)]
    nested = {"type": "array", "items": {"anyOf": [{"type": ["string", "null"]}, {"type": "integer"}]}}
    function, whole = vertex_tools.declarations([{"type": "function", "function": {"name": "f", "parameters": nested}}])
    choices = [{"type": "STRING", "nullable": True}, {"type": "INTEGER"}]
    assert function == [{"name": "f", "parameters": {"type": "ARRAY", "items": {"anyOf": choices}}}]
    assert whole


def test_mistral_gives_calls_ids_of_nine_characters(tmp_path):
    line = lines_of("mistral", tmp_path, CALLING)[0]
    called, answered = line["messages"][1]["tool_calls"][0]["id"], line["messages"][2]["tool_call_id"]
    assert called == answered
    assert len(called) == 9
    assert called.isalnum()


def test_llama_factory_writes_calls_as_turns_and_describes_its_files(tmp_path):
    rows = [ExportRow(1, CALLING), ExportRow(2, PAIR, Split.TEST)]
    export = export_rows(TARGETS["llama-factory"], rows, tmp_path, name="project-7")
    assert [file.path.name for file in export.files] == [
        "project-7_train.jsonl",
        "project-7_test.jsonl",
        "dataset_info.json",
    ]
    line = json.loads(export.files[0].path.read_text())
    assert json.loads(line.pop("tools")) == [FUNCTION]
    called = line["conversations"][1]
    assert (called["from"], json.loads(called["value"])) == (
        "function_call",
        {"name": "clock", "arguments": {"zone": "UTC"}},
    )
    assert [turn["from"] for turn in line["conversations"]] == ["human", "function_call", "observation", "gpt"]
    columns = {"messages": "conversations", "system": "system", "tools": "tools"}
    assert json.loads(export.files[2].path.read_text()) == {
        "project-7_train": {"file_name": "project-7_train.jsonl", "formatting": "sharegpt", "columns": columns},
        "project-7_test": {"file_name": "project-7_test.jsonl", "formatting": "sharegpt", "columns": columns},
    }


def test_mlx_names_its_files_as_it_wants_them_and_misses_the_validation_rows(tmp_path):
    splits = [Split.TEST, Split.VALIDATION, None]
    rows = [ExportRow(n, PAIR, split) for n, split in enumerate(splits)]
    export = export_rows(TARGETS["mlx"], rows, tmp_path, name="x")
    assert {file.path.name: file.rows for file in export.files} == {"train.jsonl": 1, "valid.jsonl": 1, "test.jsonl": 1}
    assert export.notes == ()
    again = export_rows(TARGETS["mlx"], rows[2:], tmp_path, name="x")
    assert again.notes == (
        "There is no valid.jsonl: no row of the validation split was exported, and the tool wants one.",
    )
    assert [file.name for file in export.folder.iterdir()] == ["train.jsonl"]


@pytest.mark.parametrize(
    ("target", "line"),
    [
        (
            "openai-dpo",
            {
                "input": {"messages": ASKED, "tools": [], "parallel_tool_calls": True},
                "preferred_output": [turn("assistant", "Ici.")],
                "non_preferred_output": [turn("assistant", "Hm")],
            },
        ),
        (
            "together-dpo",
            {
                "input": {"messages": ASKED},
                "preferred_output": [turn("assistant", "Ici.")],
                "non_preferred_output": [turn("assistant", "Hm")],
            },
        ),
        (
            "fireworks-dpo",
            {
                "input": {"messages": ASKED, "tools": []},
                "preferred_output": [turn("assistant", "Ici.")],
                "non_preferred_output": [turn("assistant", "Hm")],
            },
        ),
        (
            "trl-preference",
            {"prompt": ASKED, "chosen": [turn("assistant", "Ici.")], "rejected": [turn("assistant", "Hm")]},
        ),
    ],
)
def test_the_line_of_a_better_and_a_worse_answer(target, line, tmp_path):
    assert lines_of(target, tmp_path, PAIR, rejected="Hm") == [line]


def test_a_pair_keeps_its_tools(tmp_path):
    asked = lines_of("openai-dpo", tmp_path, replace(CALLING, parallel_tool_calls=False), rejected="Tea time.")[0][
        "input"
    ]
    assert (asked["tools"], asked["parallel_tool_calls"]) == (CALLING.tools, False)
    prompt = lines_of("trl-preference", tmp_path, CALLING, rejected="Tea time.")[0]["prompt"]
    assert prompt[1]["tool_calls"] == [OBJECT_CALL]


@pytest.mark.parametrize("target", [target.name for target in PAIRS])
def test_rows_without_a_second_answer_are_left_out_of_pairs(target, tmp_path):
    assert lost(target, PAIR) == [(preference_shape.NO_SECOND, Fate.LEFT_OUT)]
    assert [fate for _, fate in lost(target, PAIR, "ici")] == [Fate.LEFT_OUT]
    with pytest.raises(ExportError, match=r"no row that can be written .*\(1: There is no second"):
        export_rows(TARGETS[target], [ExportRow(1, PAIR)], tmp_path, name="x")
    assert list(tmp_path.iterdir()) == []


def test_every_target_says_what_it_is():
    assert len({target.label for target in TARGETS.values()}) == len(TARGETS) == 20
    for name, target in TARGETS.items():
        assert target.name == name
        assert target.help.endswith(".")


def test_the_openai_line_is_the_one_that_a_job_uploads(tmp_path):
    rows = [ExportRow(n, training) for n, training in enumerate((PAIR, TALK, CALLING))]
    export = export_rows(TARGETS["openai"], rows, tmp_path, name="x")
    assert export.files[0].path.read_text().splitlines() == [to_line(row.training) for row in rows]

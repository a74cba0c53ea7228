"""Each target's line, written by hand from the trainers' documentation, and what it cannot hold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.chat import to_line, validate
from ftcore.dataset.sources import read
from ftcore.dataset.targets import (
    TARGETS,
    ExportError,
    ExportRow,
    Fate,
    Kind,
    bedrock,
    chat_shape,
    export_rows,
    llama_factory,
    preference_shape,
    summary,
    trl_completion,
    vertex_tools,
)
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.records import Accepted, Severity, Split, TrainingExample

PAIR = TrainingExample(
    [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Où est-ce?"},
        {"role": "assistant", "content": "Ici."},
    ]
)
TALK = TrainingExample(
    [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello?", "weight": 0},
        {"role": "user", "content": "Lamp"},
        {"role": "assistant", "content": "Aisle 4", "weight": 1},
    ]
)
SCHEMA = {"type": "object", "properties": {"zone": {"type": "string"}}, "required": ["zone"]}
FUNCTION = {"name": "clock", "description": "The time.", "parameters": SCHEMA}
CALL = {"id": "call-1", "type": "function", "function": {"name": "clock", "arguments": '{"zone":"UTC"}'}}
CALLING = TrainingExample(
    [
        {"role": "user", "content": "Time?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call-1", "content": "12:00"},
        {"role": "assistant", "content": "Noon."},
    ],
    [{"type": "function", "function": FUNCTION}],
)
TRAINERS = [target for target in TARGETS.values() if isinstance(target, JsonLines)]
SFT = [target for target in TRAINERS if target.kind is Kind.SFT]
PAIRS = [target for target in TRAINERS if target.kind is Kind.PREFERENCE]


def lines_of(target: str, folder: Path, *trainings: TrainingExample, rejected: str | None = None) -> list[Any]:
    rows = [ExportRow(n, training, rejected=rejected) for n, training in enumerate(trainings, 1)]
    export = export_rows(TARGETS[target], rows, folder, name="x")
    return [json.loads(line) for line in export.files[0].path.read_text(encoding="utf-8").splitlines()]


def lost(target: str, training: TrainingExample, rejected: str | None = None) -> list[tuple[str, Fate]]:
    return [(loss.sentence, loss.fate) for loss in TARGETS[target].losses([ExportRow(1, training, rejected=rejected)])]


def texts(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: message[key] for key in ("role", "content")} for message in messages]


def turn(role: str, text: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": text, **more}


ASKED = [turn("system", "Be brief."), turn("user", "Où est-ce?")]
CALL_TURN = {"role": "assistant", "tool_calls": [CALL]}
OBJECT_CALL = CALL | {"function": {"name": "clock", "arguments": {"zone": "UTC"}}}
RESULT = turn("tool", "12:00", tool_call_id="call-1")


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


LATE = TrainingExample([*TALK.messages[:2], turn("system", "Now in rhyme."), *TALK.messages[2:]])
TWICE = TrainingExample([turn("user", "a"), turn("user", "b"), turn("assistant", "c")])
GREETING = TrainingExample([turn("assistant", "Hello"), turn("user", "b"), turn("assistant", "c")])
ENDING = TrainingExample(CALLING.messages[:2], CALLING.tools)
DESCRIBED = replace(PAIR, tools=CALLING.tools)
RESERVED = PAIR.with_prompt("What does User: mean?")
EVERY = {target.name for target in SFT}
TEXT_ONLY = {"bedrock", "alpaca", "sharegpt"}
IN_TURN = {"together", "bedrock", "alpaca", "llama-factory"}
WEIGHING = {"openai", "together", "fireworks", "mistral", "axolotl"}


@pytest.mark.parametrize(
    ("training", "sentence", "fate", "where"),
    [
        (TALK, chat_shape.NO_WEIGHT, Fate.CHANGED, EVERY - WEIGHING - {"trl-completion"}),
        (CALLING, chat_shape.TOOL_CALLS, Fate.LEFT_OUT, TEXT_ONLY),
        (DESCRIBED, chat_shape.NO_TOOLS, Fate.CHANGED, TEXT_ONLY),
        (LATE, chat_shape.LATE_SYSTEM, Fate.LEFT_OUT, EVERY - {"openai"}),
        (TWICE, chat_shape.SAME_SPEAKER, Fate.LEFT_OUT, IN_TURN),
        (GREETING, chat_shape.BEGINS, Fate.LEFT_OUT, IN_TURN),
        (ENDING, chat_shape.ENDS_WITH_CALL, Fate.LEFT_OUT, {"nebius"}),
        (RESERVED, bedrock.RESERVED_WORD, Fate.LEFT_OUT, {"bedrock"}),
    ],
)
def test_what_a_target_cannot_hold_is_listed_before(training, sentence, fate, where):
    assert {name for name in EVERY if (sentence, fate) in lost(name, training)} == where


def test_smaller_losses_are_listed_too():
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    training = TrainingExample(
        [
            turn("developer", "One."),
            turn("system", "Two."),
            {"role": "user", "name": "dana", "content": parts},
            turn("assistant", "c", refusal="no"),
        ],
        CALLING.tools,
        parallel_tool_calls=False,
    )
    expected = ["NO_NAMES", "NO_MARKS", "NO_PARALLEL", "JOINED_SYSTEM", "DEVELOPER", "JOINED_PARTS"]
    assert [sentence for sentence, _ in lost("together", training)] == [getattr(chat_shape, name) for name in expected]
    assert lost("openai", training) == []


def test_only_the_last_answer_counts_for_prompt_and_completion():
    assert lost("trl-completion", PAIR) == []
    assert lost("trl-completion", TALK) == []
    both = [turn("user", "a"), turn("assistant", "b"), turn("user", "c"), turn("assistant", "d")]
    assert lost("trl-completion", TrainingExample(both)) == [(trl_completion.LAST_ONLY, Fate.CHANGED)]
    first_only = TrainingExample([*both[:3], both[3] | {"weight": 0}])
    assert {sentence for sentence, _ in lost("trl-completion", first_only)} == {
        chat_shape.NO_WEIGHT,
        trl_completion.LAST_ONLY,
    }


def test_fireworks_takes_pairs_of_one_question_only():
    assert lost("fireworks-dpo", TALK, "Aisle 5") == [(chat_shape.SEVERAL_TURNS, Fate.LEFT_OUT)]
    assert lost("openai-dpo", TALK, "Aisle 5") == []


def test_llama_factory_leaves_out_several_calls_at_once_and_words_beside_a_call():
    second = CALL | {"id": "call-2"}
    results = [CALLING.messages[2], CALLING.messages[2] | {"tool_call_id": "call-2"}]
    calls = CALLING.messages[1] | {"tool_calls": [CALL, second]}
    several = replace(CALLING, messages=[CALLING.messages[0], calls, *results, CALLING.messages[3]])
    assert lost("llama-factory", several) == [(llama_factory.SEVERAL_CALLS, Fate.LEFT_OUT)]
    spoken = replace(
        CALLING, messages=[m | {"content": "Wait"} if m is CALLING.messages[1] else m for m in CALLING.messages]
    )
    assert lost("llama-factory", spoken) == [(llama_factory.WORDS_BESIDE_CALL, Fate.CHANGED)]
    assert lost("vertex", several) == []


@pytest.mark.parametrize("target", ["trl", "vertex", "llama-factory"])
def test_arguments_that_are_no_object_are_left_out_where_objects_are_wanted(target):
    broken = CALL | {"function": {"name": "clock", "arguments": "[1]"}}
    messages = [m | {"tool_calls": [broken]} if m.get("tool_calls") else m for m in CALLING.messages]
    assert lost(target, replace(CALLING, messages=messages)) == [(chat_shape.ARGUMENTS, Fate.LEFT_OUT)]


@pytest.mark.parametrize("target", [target.name for target in TRAINERS])
def test_a_row_that_is_not_fit_is_left_out_and_the_others_are_written(target, tmp_path):
    unfit = [PAIR.with_response(""), PAIR.with_response(float("nan")), TrainingExample([])]  # type: ignore[arg-type]
    rows = [ExportRow(n, training, rejected="Hm") for n, training in enumerate([PAIR, *unfit], 1)]
    export = export_rows(TARGETS[target], rows, tmp_path, name="x")
    assert export.rows == 1
    assert sum(count.rows for count in export.left_out) == 3
    assert list(export.left_out + export.changed) == summary(TARGETS[target].losses(rows))


def test_half_a_character_is_replaced_and_said(tmp_path):
    rows = [ExportRow(4, PAIR.with_response("a\ud800b"))]
    assert lost("openai", rows[0].training)[0][1] is Fate.LEFT_OUT
    assert lost("sharegpt", PAIR.with_system("\ud800"))[0][1] is Fate.LEFT_OUT
    tools = [{"type": "function", "function": FUNCTION | {"description": "a\ud800"}}]
    assert lost("openai", replace(CALLING, tools=tools)) == [
        ("Broken characters (halves of a pair) were replaced by \N{REPLACEMENT CHARACTER}.", Fate.CHANGED)
    ]
    assert "\ufffd" in json.dumps(lines_of("openai", tmp_path, replace(CALLING, tools=tools)), ensure_ascii=False)


def test_losses_are_counted_by_sentence_with_the_first_rows():
    rows = [ExportRow(n, TALK if n % 2 else LATE) for n in range(1, 21)]
    counts = summary(TARGETS["trl"].losses(rows))
    assert [(count.sentence, count.fate, count.rows, count.first_ids) for count in counts] == [
        (chat_shape.LATE_SYSTEM, Fate.LEFT_OUT, 10, (2, 4, 6, 8, 10)),
        (chat_shape.NO_WEIGHT, Fate.CHANGED, 10, (1, 3, 5, 7, 9)),
    ]


def test_every_target_says_what_it_is():
    assert len({target.label for target in TARGETS.values()}) == len(TARGETS) == 20
    for name, target in TARGETS.items():
        assert target.name == name
        assert target.help.endswith(".")


def test_the_openai_line_is_the_one_that_a_job_uploads(tmp_path):
    rows = [ExportRow(n, training) for n, training in enumerate((PAIR, TALK, CALLING))]
    export = export_rows(TARGETS["openai"], rows, tmp_path, name="x")
    assert export.files[0].path.read_text().splitlines() == [to_line(row.training) for row in rows]


# The importer takes NULs out, and says so: no row of a project holds one.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20).filter(
    lambda text: text.strip()
)
turns_of_talk = st.lists(st.tuples(words, words, st.sampled_from([None, 0, 1])), min_size=1, max_size=4)


@st.composite
def conversations(draw: st.DrawFn) -> TrainingExample:
    messages: list[dict[str, Any]] = []
    if draw(st.booleans()):
        messages.append(turn("system", draw(words)))
    for number, (question, answer, weight) in enumerate(draw(turns_of_talk)):
        messages.append(turn("user", question))
        if draw(st.booleans()):
            arguments = json.dumps({draw(words): draw(words)}, ensure_ascii=False)
            call = {"id": f"c{number}", "type": "function", "function": {"name": "clock", "arguments": arguments}}
            messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
            messages.append(turn("tool", draw(words), tool_call_id=f"c{number}"))
        messages.append(turn("assistant", answer) | ({} if weight is None else {"weight": weight}))
    return TrainingExample(messages, draw(st.sampled_from([None, CALLING.tools])))


@settings(deadline=None, max_examples=150)
@given(conversations(), words)
def test_any_conversation_is_left_out_or_read_back_with_its_words(training, worse):
    row = ExportRow(1, training, rejected=worse)
    fatal = [problem for problem in validate(training) if problem.severity is Severity.ERROR]
    for target in TRAINERS:
        line, text = target._line(row)
        if line.left_out:
            continue
        assert target.kind is Kind.PREFERENCE or not fatal
        back = list(target.read(json.loads(text)))
        said = [message["content"] for message in training.messages if message["role"] in ("user", "assistant")]
        for example in back[:1]:
            again = [message.get("content") for message in example.messages if message["role"] in ("user", "assistant")]
            assert [words for words in again if words] == [words for words in said if words]
            assert example.system == training.system
        if target.kind is Kind.PREFERENCE:
            assert back[1].response == worse


@settings(deadline=None, max_examples=60)
@given(st.lists(conversations(), min_size=1, max_size=6))
def test_what_our_importer_reads_comes_back_as_it_was(tmp_path_factory, trainings):
    """Shapes that hold everything that is in a row without tools and weights; OpenAI's holds those too."""
    plain = [
        TrainingExample([m for m in texts(t.messages) if m["role"] != "tool" and m["content"] is not None])
        for t in trainings
    ]
    for target, given_rows in [
        ("openai", trainings),
        *((name, plain) for name in ("alpaca", "sharegpt", "trl", "trl-completion", "mlx", "together", "axolotl")),
    ]:
        rows = [ExportRow(n, training) for n, training in enumerate(given_rows)]
        fit = [
            row.training
            for row in rows
            if not any(loss.fate is Fate.LEFT_OUT for loss in TARGETS[target].losses([row]))
        ]
        if not fit:
            continue
        export = export_rows(TARGETS[target], rows, tmp_path_factory.mktemp("law"), name="x")
        records = list(read(export.files[0].path))
        assert [record.training for record in records if isinstance(record, Accepted)] == fit
        assert len(records) == len(fit)

"""What a target cannot hold is listed before, row by row, and the others are written."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ftcore.dataset.targets import (
    TARGETS,
    ExportRow,
    Fate,
    bedrock,
    chat_shape,
    export_rows,
    llama_factory,
    summary,
    trl_completion,
)
from ftcore.records import TrainingExample
from tests.dataset.target_lines import CALL, CALLING, FUNCTION, PAIR, SFT, TALK, TRAINERS, lines_of, lost, turn

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

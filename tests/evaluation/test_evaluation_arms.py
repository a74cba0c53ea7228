"""What each arm shows the model, and which examples may stand in a prompt."""

from __future__ import annotations

import json

import pytest

from ftcore.evaluation.arms import BaseArm, FewShotArm, FineTunedArm, choose_shots
from ftcore.evaluation.errors import EvaluationError
from ftcore.records import TestCase, TrainingExample


def example(question: str, answer: str) -> TrainingExample:
    return TrainingExample([{"role": "user", "content": question}, {"role": "assistant", "content": answer}])


def said(messages) -> list[str]:
    return [f"{message['role']}: {message['content']}" for message in messages]


LONG = TestCase(
    "And today?",
    "Open.",
    messages=(
        {"role": "system", "content": "Its own."},
        {"role": "user", "content": "Are you open on Sunday?"},
        {"role": "assistant", "content": "No."},
        {"role": "user", "content": "And today?"},
    ),
)


def test_a_plain_case_is_asked_under_the_arms_prompt():
    assert said(BaseArm("m", "Be kind.").messages(TestCase("Hi", "Hello"))) == ["system: Be kind.", "user: Hi"]
    assert said(FineTunedArm("ft:m").messages(TestCase("Hi", "Hello"))) == ["user: Hi"]


def test_a_conversation_keeps_its_turns_and_gets_the_arms_system_message():
    assert said(BaseArm("m", "Be kind.").messages(LONG)) == [
        "system: Be kind.",
        "user: Are you open on Sunday?",
        "assistant: No.",
        "user: And today?",
    ]
    assert said(BaseArm("m", "").messages(LONG))[0] == "user: Are you open on Sunday?"
    assert said(BaseArm("m", None).messages(LONG))[0] == "system: Its own."


def test_examples_stand_between_the_system_message_and_the_conversation():
    arm = FewShotArm("m", (example("Q", "A"),), None)
    assert said(arm.messages(LONG))[:4] == [
        "system: Its own.",
        "user: Q",
        "assistant: A",
        "user: Are you open on Sunday?",
    ]


def test_the_shown_examples_are_short_and_of_different_labels_and_fixed_by_the_seed():
    train = [example(f"question {at} " + "long " * (at % 40), f"label_{at % 7}") for at in range(200)]
    shots = choose_shots(train, 3, seed=1)
    assert len({shot.response for shot in shots}) == 3
    assert all(len(shot.prompt) < 120 for shot in shots)
    assert shots == choose_shots(train, 3, seed=1)
    assert shots != choose_shots(train, 3, seed=2)


def test_json_examples_show_different_values():
    kinds = ["delivery", "return", "warranty"]
    train = [
        example(f"q{at}", json.dumps({"category": kinds[at % 3], "urgency": ["low", "high"][at % 2]}))
        for at in range(60)
    ]
    shown = [json.loads(shot.response) for shot in choose_shots(train, 3)]
    assert {found["category"] for found in shown} == set(kinds)
    assert {found["urgency"] for found in shown} == {"low", "high"}


def test_a_test_question_is_never_shown_as_an_example():
    train = [example("Where is it?", "delivery"), example("Refund!", "billing"), example("Too small", "return")]
    shots = choose_shots(train, 3, never=[TestCase("where is IT", "delivery")])
    assert {shot.response for shot in shots} == {"billing", "return"}
    with pytest.raises(EvaluationError, match="No training example"):
        choose_shots(train[:1], 3, never=[TestCase("Where is it?", "delivery")])


def test_conversations_of_several_turns_are_no_examples():
    several = TrainingExample([*example("a", "b").messages, *example("c", "d").messages])
    assert choose_shots([several, example("e", "f")], 3) == (example("e", "f"),)

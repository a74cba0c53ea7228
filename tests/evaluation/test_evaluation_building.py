"""A plan becomes an arm again: with the same content hash, from what is there, and never with a test question shown."""

from __future__ import annotations

import json

import pytest

from ftcore.evaluation.arms import ArmPlan, Materials, build, content_hash, digest_of, follow, plan_from_json
from ftcore.evaluation.errors import EvaluationError
from ftcore.records import Endpoint, TestCase, TrainingExample
from ftcore.store.documents import Document
from ftcore.store.documents import digest_of as text_digest
from ftcore.store.examples import to_json


def example(question: str, answer: str) -> TrainingExample:
    return TrainingExample([{"role": "user", "content": question}, {"role": "assistant", "content": answer}])


def document(id_: int, name: str, text: str, kind: str = "md") -> Document:
    return Document(id_, 1, name, text, kind, text_digest(text))


TENT = document(1, "tents.md", "# Tents\n\nA tent may be returned within 30 days.\n\n# Poles\n\nPoles cost 9 euros.")
STOVE = document(2, "stoves.md", "# Stoves\n\nGas is never taken back. Refunds take 5 days.")
TRAIN = [
    example("my tent has a hole", "warranty"),
    example("where is my tent pole", "delivery"),
    example("the stove leaks gas", "warranty"),
    example("can I pay by card", "billing"),
]
ELSEWHERE = Endpoint(7, "big", "http://elsewhere/v1")
MATERIALS = Materials({7: ELSEWHERE}, {1: TENT, 2: STOVE}, TRAIN, (TestCase("Can I pay by card?", "billing"),))
RAG = {"documents": [1, 2], "digest": digest_of([TENT, STOVE]), "top": 1, "size": 400}


def plan(kind: str, **values) -> ArmPlan:
    return ArmPlan(values.pop("name", kind), kind, values.pop("label", kind), values.pop("model", "m"), **values)


EVERY = [
    plan("base"),
    plan("prompt", system="Be exact."),
    plan("few_shot", settings={"k": 1, "choose": "fixed", "shots": [to_json(TRAIN[0])]}),
    plan("few_shot", settings={"k": 2, "choose": "nearest", "snapshot_id": 1, "never_private": True}),
    plan("structured", settings={"schema": {"type": "object"}, "derived": True}),
    plan("rag", settings=RAG),
    plan("fine_tuned", model="ft:m", settings={"job_id": 1, "share": 1.0}),
    plan("fine_tuned_rag", model="ft:m", settings=RAG),
    plan("larger", model="big", endpoint_id=7),
]


@pytest.mark.parametrize("planned", EVERY, ids=lambda one: f"{one.kind}-{one.settings.get('choose', '')}")
def test_a_plan_that_was_kept_as_json_asks_the_very_same(planned):
    arm, again = build(planned, MATERIALS), build(plan_from_json(json.loads(json.dumps(planned.to_json()))), MATERIALS)
    case = TestCase("How long may I return a tent?", "30 days")
    assert content_hash(arm) == content_hash(again)
    assert arm.messages(case) == again.messages(case)
    assert (arm.name, arm.label, arm.model) == (planned.name, planned.label, planned.model)
    assert arm.read("x") == "x"


def test_every_way_to_answer_has_a_hash_of_its_own():
    assert len({content_hash(build(one, MATERIALS)) for one in EVERY}) == len(EVERY)


def test_a_larger_model_is_asked_where_it_is():
    assert build(plan("larger", model="big", endpoint_id=7), MATERIALS).endpoint == ELSEWHERE
    with pytest.raises(EvaluationError, match="no longer there"):
        build(plan("larger", endpoint_id=8), MATERIALS)


def test_the_nearest_examples_are_shown_the_nearest_last_and_a_test_question_never():
    arm = build(plan("few_shot", settings={"k": 2, "choose": "nearest"}), MATERIALS)
    shown = [message["content"] for message in arm.messages(TestCase("there is a hole in the tent", "warranty"))]
    assert shown[-3:-1] == ["my tent has a hole", "warranty"]
    assert "where is my tent pole" in shown
    asked = arm.messages(TestCase("can I pay by card", "billing"))
    assert len(asked) == 1  # the only example that is like it is a test question


def test_what_was_looked_up_stands_below_the_instructions_and_is_named():
    case = TestCase("Are refunds for gas quick?", "5 days")
    arm = build(plan("rag", system="Be exact.", settings=RAG), MATERIALS)
    system, question = arm.messages(case)
    assert system["content"].startswith("Be exact.\n\n")
    assert "Refunds take 5 days." in system["content"]
    assert "Poles" not in system["content"]
    assert question == {"role": "user", "content": case.input}
    assert arm.sources(case) == ("stoves.md, Stoves",)


def test_a_question_about_nothing_in_the_documents_is_asked_as_it_is():
    arm = build(plan("rag", settings=RAG), MATERIALS)
    case = TestCase("zzz", "?")
    assert arm.messages(case) == [{"role": "user", "content": "zzz"}]
    assert arm.sources(case) == ()


def test_documents_that_are_gone_or_others_are_refused():
    with pytest.raises(EvaluationError, match="no longer there"):
        build(plan("rag", settings={**RAG, "documents": [1, 3]}), MATERIALS)
    with pytest.raises(EvaluationError, match="not those"):
        build(plan("rag", settings={**RAG, "documents": [2, 1]}), MATERIALS)


def test_alternatives_must_be_chosen_first_and_each_can_be_built():
    several = plan("rag", variants=({"label": "1", "settings": RAG}, {"label": "2", "settings": {**RAG, "top": 2}}))
    with pytest.raises(EvaluationError, match="2 alternatives"):
        build(several, MATERIALS)
    first, second = (build(one, MATERIALS) for one in several.candidates())
    assert (first.name, second.name) == ("rag#1", "rag#2")
    assert content_hash(build(several.chosen(1), MATERIALS)) == content_hash(second) != content_hash(first)


def test_an_arm_that_wants_the_best_instructions_follows_what_was_chosen():
    asking = plan("larger", system="old", settings={"follows": "prompt"})
    assert follow(asking, "new").system == "new"
    assert follow(plan("base", system="own"), "new").system == "own"


def test_a_label_is_taken_out_of_its_object_and_anything_else_stays():
    arm = build(plan("structured", settings={"schema": {"type": "object"}, "wrapped": True}), MATERIALS)
    assert arm.read('{"answer": "refund"}') == "refund"
    for other in ("refund", '{"answer": 1}', '{"answer": "a", "b": 2}', "{", "", '{"other": "a"}'):
        assert arm.read(other) == other
    form = arm.extras(TestCase("q", "a"))["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["strict"]

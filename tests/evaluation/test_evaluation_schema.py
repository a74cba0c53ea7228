"""The form of the training answers as a JSON schema: every answer fits it, and nothing is closed that should be open."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.dataset.sample import load_sample
from ftcore.dataset.sources.reading import read
from ftcore.evaluation.arms.schema import derive, unbounded
from ftcore.records import Accepted

LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.sampled_from(["a", "b", "long " * 30])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
OBJECTS = st.dictionaries(st.sampled_from(["kind", "size", "note"]), VALUES, min_size=1, max_size=3)


def _objects(schema: Any) -> list[dict[str, Any]]:
    """Every object inside a schema."""
    if isinstance(schema, list):
        return [found for one in schema for found in _objects(one)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" else []
    return own + [found for one in schema.values() for found in _objects(one)]


@settings(deadline=None)
@given(st.lists(OBJECTS, min_size=1, max_size=30))
def test_every_answer_that_it_was_derived_from_fits_the_form(answers: list[dict[str, Any]]):
    form = derive([json.dumps(one) for one in answers])
    if form is None:
        return
    jsonschema.Draft202012Validator.check_schema(form.schema)
    assert "maxLength" not in json.dumps(unbounded(form.schema))
    for one in answers:
        jsonschema.validate(one, form.schema)
        jsonschema.validate(one, unbounded(form.schema))
    for found in _objects(form.schema):
        assert found["additionalProperties"] is False
        assert not form.strict or set(found["required"]) == set(found["properties"])


def test_the_tickets_form_lists_codes_and_urgencies_and_leaves_the_summary_open():
    rows = [row for row in read(load_sample().file) if isinstance(row, Accepted)]
    form = derive([row.training.response for row in rows if row.split == "train"])
    assert form is not None
    assert (form.strict, form.wrapped) == (True, False)
    fields = form.schema["properties"]
    assert set(fields["urgency"]["enum"]) >= {"high", "normal", "low"}
    assert len(fields["product"]["enum"]) >= 14
    assert fields["summary"]["type"] == "string"
    assert 80 < fields["summary"]["maxLength"] < 200
    assert unbounded(form.schema)["properties"]["summary"] == {"type": "string"}
    assert form.schema["required"] == ["category", "product", "urgency", "summary"]


def test_a_field_that_is_called_like_a_bound_stays():
    form = derive(['{"maxLength": "a", "items": [1]}', '{"maxLength": "bb", "items": [2, 3]}'])
    assert form is not None
    assert unbounded(form.schema)["properties"] == {
        "maxLength": {"type": "string"},
        "items": {"type": "array", "items": {"type": "integer"}},
    }


def test_a_few_labels_are_listed_inside_an_object_the_most_frequent_first():
    form = derive(["refund"] * 30 + ["delivery"] * 20 + [" delivery "])
    assert form is not None
    assert form.wrapped
    assert form.schema["properties"]["answer"]["enum"] == ["refund", "delivery"]


@pytest.mark.parametrize(
    "answers",
    [
        [],
        ["", "  "],
        ["refund"] * 10,
        [f"label {at}" for at in range(100)],
        ["a"] * 90 + [f"rare {at}" for at in range(10)],
        ["This is a long answer that says much more than any label would ever say to anybody."] * 50,
        ["[1, 2]"] * 3,
        [json.dumps({f"key {at}": at}) for at in range(200)],
    ],
    ids=["none", "blank", "few", "all different", "many rare", "prose", "a list", "names that are data"],
)
def test_answers_without_a_form_have_none(answers: list[str]):
    assert derive(answers) is None


def test_a_field_that_is_not_always_there_is_not_demanded():
    form = derive(['{"kind": "a", "note": "x"}', '{"kind": "b"}'])
    assert form is not None
    assert not form.strict
    assert form.schema["required"] == ["kind"]


def test_values_that_may_be_missing_are_listed_with_nothing():
    answers = [json.dumps({"product": value}) for value in ["PN20", "HB08", None] * 20]
    form = derive(answers)
    assert form is not None
    assert form.schema["properties"]["product"] == {"type": ["string", "null"], "enum": ["HB08", "PN20", None]}

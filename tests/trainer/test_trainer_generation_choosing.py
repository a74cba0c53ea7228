"""From logits to tokens: laws of penalties, biases, logprobs and forms, without a server."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.trainer.generation.asking import Answering, Ask, Weighed
from ftcore.trainer.generation.calls import calls_of

logits = st.lists(st.floats(-20, 20, width=32), min_size=6, max_size=6)
said = st.lists(st.integers(0, 5), max_size=12)
numbers = st.floats(-2, 2, allow_nan=False)


def answering(ids: list[int] | None = None, **asked: Any) -> Answering:
    one = Answering(Ask("m", [], **asked), [1], lambda piece: None)
    for token in ids or []:
        one.add(token, frozenset(), lambda ids: "x" * len(ids))
    return one


def adjusted(scores: list[float], one: Answering) -> list[float]:
    import torch

    from ftcore.trainer.generation.choosing import adjust

    row = torch.tensor(scores)
    adjust(row, one)
    changed: list[float] = row.tolist()
    return changed


@given(scores=logits, ids=said)
@settings(deadline=None)
def test_penalties_of_zero_change_nothing(scores: list[float], ids: list[int]) -> None:
    assert adjusted(scores, answering(ids)) == scores


@given(scores=logits, ids=said, presence=numbers, frequency=numbers, added=st.floats(-100, 100, width=32))
@settings(deadline=None)
def test_penalties_and_bias_are_what_the_protocol_says(
    scores: list[float], ids: list[int], presence: float, frequency: float, added: float
) -> None:
    one = answering(ids, presence_penalty=presence, frequency_penalty=frequency, bias=((2, added),))
    wanted = [
        score - ids.count(at) * frequency - (presence if at in ids else 0) + (added if at == 2 else 0)
        for at, score in enumerate(scores)
    ]
    assert adjusted(scores, one) == pytest.approx(wanted, abs=1e-3)


@given(
    scores=st.lists(logits, min_size=1, max_size=4), count=st.integers(0, 6), bias=st.sampled_from([(), ((0, 100.0),)])
)
@settings(deadline=None)
def test_logprobs_are_the_models_own_and_a_greedy_token_is_the_likeliest(
    scores: list[list[float]], count: int, bias: Any
) -> None:
    import torch

    from ftcore.trainer.generation.choosing import choose

    asked = [answering(temperature=0, logprobs=count, bias=bias) for _ in scores]
    found = choose(torch.tensor(scores), asked)
    for row, one in zip(scores, found, strict=True):
        whole = math.log(sum(math.exp(score) for score in row))
        assert one.logprob == pytest.approx(row[one.id] - whole, abs=1e-3)
        assert len(one.top) == count
        assert sum(math.exp(logprob) for _, logprob in one.top) <= 1 + 1e-4
        if count and not bias:
            assert one.top[0][1] == pytest.approx(one.logprob)
            assert row[one.id] == max(row)


@given(scores=logits, top_p=st.floats(0, 1), seed=st.integers(-(2**63), 2**63 - 1), heat=st.floats(0, 2))
@settings(deadline=None)
def test_a_drawn_token_is_among_the_likeliest_and_a_seed_draws_it_again(
    scores: list[float], top_p: float, seed: int, heat: float
) -> None:
    import torch

    from ftcore.trainer.generation.choosing import choose

    tokens = [
        choose(torch.tensor([scores]), [answering(temperature=heat, top_p=top_p, seed=seed)])[0].id for _ in range(2)
    ]
    assert tokens[0] == tokens[1]
    likely = torch.softmax(torch.tensor(scores) / max(heat, 1e-4), 0)
    better = float(likely[likely > likely[tokens[0]]].sum())
    assert better <= top_p + 1e-4
    if heat == 0:
        assert scores[tokens[0]] == max(scores)


def test_a_token_that_was_cut_off_by_a_stop_text_is_not_told() -> None:
    told: list[Any] = []
    one = Answering(Ask("m", [], stop=("cd",), logprobs=0), [1], told.append)
    for token in map(ord, "abcd"):
        one.add(token, frozenset(), lambda ids: "".join(map(chr, ids)), Weighed(token, -1.0))
    assert told[-1].text == "ab"
    assert [w.id for w in told[-1].weighed] == [ord("a"), ord("b")]


@given(st.text(max_size=40))
def test_a_text_without_calls_stays_as_it_is(text: str) -> None:
    assert calls_of(text, frozenset(["f"])) == (text, [])


def test_only_whole_calls_of_known_functions_are_calls() -> None:
    call = '<tool_call>\n{"name": "f", "arguments": {"a": "}"}}\n</tool_call>'
    rest, calls = calls_of(f"Let me see.\n{call}\n{call}", frozenset(["f"]))
    assert (rest, [(c.name, json.loads(c.arguments)) for c in calls]) == ("Let me see.", [("f", {"a": "}"})] * 2)
    for text in (call[:-5], call.replace('"f"', '"g"'), call.replace("{", "["), call.replace('{"a": "}"}', "3")):
        assert calls_of(text, frozenset(["f"])) == (text, [])


leaves = st.sampled_from(
    [
        {"type": "boolean"},
        {"type": "null"},
        {"type": "integer", "minimum": -9, "maximum": 99},
        {"type": "string", "maxLength": 5},
        {"type": "string", "pattern": "^[a-c]{2}$"},
        {"enum": ["red", "green", 3]},
        {"const": {"a": [1]}},
        {"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 3}]},
    ]
)
schemas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda item: {"type": "array", "items": item, "maxItems": 2}, inner),
        st.builds(
            lambda fields: {
                "type": "object",
                "properties": fields,
                "required": sorted(fields)[:1],
                "additionalProperties": False,
            },
            st.dictionaries(st.sampled_from(["a", "b c", 'q"', "\u00e4"]), inner, min_size=1, max_size=3),
        ),
    ),
    max_leaves=4,
)


@pytest.mark.model
@given(schema=schemas, seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_whatever_the_logits_a_formed_answer_is_valid_by_its_schema(
    starter_model: Path, schema: Any, seed: int
) -> None:
    import torch

    from ftcore.trainer.generation.choosing import choose

    reader = reader_of(starter_model)
    ask, prompt, matcher = reader.prepare(
        Ask("m", [{"role": "user", "content": "x"}], form=schema, seed=seed, max_tokens=300)
    )
    told: list[Any] = []
    one = Answering(ask, prompt, told.append, matcher=matcher)
    made = torch.Generator().manual_seed(seed)
    while one.finish is None:
        weighed = choose(torch.randn(1, reader.vocabulary, generator=made), [one])[0]
        one.add(weighed.id, reader.ends, reader.decode, weighed)
    assert told[-1].error is None
    assert told[-1].finish == "stop"
    jsonschema.validate(json.loads(told[-1].text), schema)


READERS: dict[Path, Any] = {}


def reader_of(folder: Path) -> Any:
    from ftcore.trainer.generation.readers import Reader

    if folder not in READERS:
        READERS[folder] = Reader(folder)
    return READERS[folder]

"""What an answer may be asked to be, through the official SDK: penalties, biases, logprobs, JSON by a schema."""

from __future__ import annotations

import json
import math
from typing import Any

import jsonschema
import openai
import pytest
from openai import OpenAI

from tests.fixtures_trainer import TrainerProcess
from tests.trainer.chat_models import PLAIN, TOOLS, chat_server  # noqa: F401

pytestmark = pytest.mark.model
ASK: list[Any] = [{"role": "user", "content": "Say something."}]
PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 8},
        "age": {"type": "integer", "minimum": 0, "maximum": 120},
        "tags": {"type": "array", "items": {"enum": ["new", "old"]}, "maxItems": 2},
    },
    "required": ["name", "age", "tags"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def client(chat_server: TrainerProcess) -> OpenAI:  # noqa: F811
    return chat_server.client()


def schema(wanted: dict[str, Any], **more: Any) -> Any:
    return {"type": "json_schema", "json_schema": {"name": "person", "schema": wanted, **more}}


def streamed(client: OpenAI, **asked: Any) -> tuple[str, str | None, list[Any]]:
    """(text, finish reason, logprobs of all chunks)."""
    text, reason, weighed = "", None, []
    for chunk in client.chat.completions.create(stream=True, messages=ASK, **asked):
        for choice in chunk.choices:
            text += choice.delta.content or ""
            reason = choice.finish_reason or reason
            weighed += choice.logprobs.content or [] if choice.logprobs else []
    return text, reason, weighed


def test_logprobs_tell_what_the_model_thought_of_each_token(client: OpenAI) -> None:
    asked: dict[str, Any] = {"model": PLAIN, "temperature": 0, "max_tokens": 12, "logprobs": True, "top_logprobs": 3}
    reply = client.chat.completions.create(messages=ASK, **asked)
    choice = reply.choices[0]
    assert choice.logprobs is not None
    weighed = choice.logprobs.content or []
    assert reply.usage is not None
    assert len(weighed) == reply.usage.completion_tokens == 12
    for token in weighed:
        assert len(token.top_logprobs) == 3
        assert token.top_logprobs[0].token == token.token, "greedy takes the likeliest"
        assert [one.logprob for one in token.top_logprobs] == sorted(
            (o.logprob for o in token.top_logprobs), reverse=True
        )
        assert sum(math.exp(one.logprob) for one in token.top_logprobs) <= 1 + 1e-5
    raw = bytes(byte for token in weighed for byte in token.bytes or [])
    assert raw.decode("utf-8", "replace") == choice.message.content
    text, reason, pieces = streamed(client, **asked)
    assert (text, reason) == (choice.message.content, "length")
    assert [(p.token, p.logprob) for p in pieces] == [(w.token, w.logprob) for w in weighed]


def test_logprobs_without_a_number_name_the_chosen_tokens_only(client: OpenAI) -> None:
    reply = client.chat.completions.create(model=PLAIN, messages=ASK, max_tokens=3, logprobs=True)
    assert reply.choices[0].logprobs is not None
    assert [token.top_logprobs for token in reply.choices[0].logprobs.content or []] == [[], [], []]
    assert client.chat.completions.create(model=PLAIN, messages=ASK, max_tokens=3).choices[0].logprobs is None


def test_logprobs_end_where_a_stop_text_cuts_the_answer(client: OpenAI) -> None:
    asked: dict[str, Any] = {"model": PLAIN, "temperature": 0, "max_tokens": 12, "logprobs": True}
    whole = client.chat.completions.create(messages=ASK, **asked).choices[0]
    stop = whole.logprobs.content[5].token  # type: ignore[union-attr,index]
    cut = client.chat.completions.create(messages=ASK, stop=stop, **asked).choices[0]
    kept = [token.token for token in cut.logprobs.content or []]  # type: ignore[union-attr]
    assert "".join(kept) == cut.message.content
    assert 0 < len(kept) <= 5
    text, _, pieces = streamed(client, stop=stop, **asked)
    assert (text, [piece.token for piece in pieces]) == (cut.message.content, kept)


def test_a_bias_bans_a_token_or_makes_it_the_only_one(client: OpenAI) -> None:
    only = client.chat.completions.create(
        model=PLAIN, messages=ASK, max_tokens=4, logit_bias={"500": 100}, temperature=0, logprobs=True
    )
    tokens = [one.token for one in only.choices[0].logprobs.content or []]  # type: ignore[union-attr]
    assert len(set(tokens)) == 1
    banned = client.chat.completions.create(
        model=PLAIN, messages=ASK, max_tokens=4, logit_bias={"500": -100}, temperature=0, logprobs=True
    )
    assert tokens[0] not in [one.token for one in banned.choices[0].logprobs.content or []]  # type: ignore[union-attr]
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=PLAIN, messages=ASK, logit_bias={"49152": 1})
    assert caught.value.param == "logit_bias"


def test_penalties_keep_a_greedy_answer_from_repeating_itself(client: OpenAI) -> None:
    """A bias of 2 makes the model say one word for ever; a presence penalty above the bias lets it say the word once."""

    def tokens(**asked: Any) -> list[str]:
        only = {"500": 100, "600": 99}
        reply = client.chat.completions.create(
            model=PLAIN, messages=ASK, max_tokens=6, temperature=0, logit_bias=only, logprobs=True, **asked
        )
        return [one.token for one in reply.choices[0].logprobs.content or []]  # type: ignore[union-attr]

    alone = tokens()
    assert len(set(alone)) == 1
    assert alone == tokens(presence_penalty=0, frequency_penalty=0)
    present = tokens(presence_penalty=2)
    assert len(set(present)) == 2, "both words were said once; then the penalty is the same for both"
    often = tokens(frequency_penalty=2)
    assert set(often) == set(present)
    assert often.count(alone[0]) < 6


@pytest.mark.parametrize("temperature", [0, 1.3])
def test_an_answer_has_the_form_of_its_schema_even_from_a_model_that_knows_nothing(
    client: OpenAI, temperature: float
) -> None:
    for seed in range(3):
        asked: dict[str, Any] = {"model": PLAIN, "seed": seed, "temperature": temperature, "max_tokens": 200}
        reply = client.chat.completions.create(messages=ASK, response_format=schema(PERSON, strict=True), **asked)
        assert reply.choices[0].finish_reason == "stop"
        jsonschema.validate(json.loads(reply.choices[0].message.content or ""), PERSON)
        text, reason, _ = streamed(client, response_format=schema(PERSON), **asked)
        assert (text, reason) == (reply.choices[0].message.content, "stop")


def test_a_bias_does_not_break_the_form(client: OpenAI) -> None:
    reply = client.chat.completions.create(
        model=PLAIN, messages=ASK, max_tokens=200, logit_bias={"500": 100}, response_format=schema(PERSON)
    )
    jsonschema.validate(json.loads(reply.choices[0].message.content or ""), PERSON)


def test_json_object_is_an_object_or_is_cut_at_the_longest(client: OpenAI) -> None:
    for seed in range(3):
        reply = client.chat.completions.create(
            model=PLAIN, messages=ASK, response_format={"type": "json_object"}, max_tokens=60, seed=seed, n=2
        )
        for choice in reply.choices:
            text = choice.message.content or ""
            assert text.startswith("{")
            assert "\n" not in text
            if choice.finish_reason == "stop":
                assert isinstance(json.loads(text), dict)
            else:
                assert choice.finish_reason == "length"


def test_forms_and_free_answers_are_given_in_one_batch(client: OpenAI) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def ask(at: int) -> str:
        form: dict[str, Any] = {"response_format": schema(PERSON)} if at % 2 else {}
        return (
            client.chat.completions.create(model=PLAIN, messages=ASK, max_tokens=120, seed=at, **form)
            .choices[0]
            .message.content
            or ""
        )

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(ask, range(8)))
    for text in texts[1::2]:
        jsonschema.validate(json.loads(text), PERSON)
    assert not any(text.startswith('{"name"') for text in texts[::2])


@pytest.mark.parametrize(
    "form",
    [
        {"type": "json_schema"},
        {"type": "json_schema", "json_schema": {"name": "a b", "schema": {}}},
        {"type": "json_schema", "json_schema": {"name": "a", "schema": []}},
        {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "thing"}}},
        {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "array", "uniqueItems": True}}},
        {"type": "json_schema", "json_schema": {"name": "a", "schema": {"$ref": "https://example.org/x"}}},
        {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "string", "pattern": "(a"}}},
        {"type": "json_schema", "json_schema": {"name": "a", "schema": {}, "strict": "yes"}},
        {"type": "json_schema", "json_schema": {"name": "a", "schema": {"minItems": "a" * 98 + "\u00e9"}}},
        {"type": "yaml"},
        "json",
    ],
)
def test_a_form_that_cannot_be_followed_is_refused(client: OpenAI, form: Any) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=PLAIN, messages=ASK, response_format=form)
    assert (caught.value.param, caught.value.code) == ("response_format", "invalid_value")


def test_two_base_models_keep_their_own_contexts_and_words(client: OpenAI) -> None:
    long: list[Any] = [{"role": "user", "content": "word " * 700}]
    with pytest.raises(openai.BadRequestError, match="holds 512") as caught:
        client.chat.completions.create(model=PLAIN, messages=long)
    assert caught.value.code == "context_length_exceeded"
    reply = client.chat.completions.create(model=TOOLS, messages=long, max_tokens=2)
    assert reply.usage is not None
    assert reply.usage.prompt_tokens > 700
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=TOOLS, messages=[{"role": "user", "content": "word " * 400_000}])
    assert caught.value.code == "context_length_exceeded"

"""The quick look at plain conversations finds nothing only where the close look finds nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.chat import validate, validation
from ftcore.records import TrainingExample

texts = st.sampled_from(["a", "", " \n", "\u200b", "b\ud800", "hello", None, 3, [{"type": "text", "text": "x"}]])
roles = st.sampled_from(["system", "developer", "user", "assistant", "tool", "function", None, 1])
messages = st.fixed_dictionaries(
    {},
    optional={"role": roles, "content": texts, "name": st.just("n"), "weight": st.sampled_from([0, 1]), "x": st.none()},
)
TALK = [{"role": role, "content": "Hello."} for role in ("system", "user", "assistant", "user", "assistant")]


@st.composite
def nearly_plain(draw):
    """A usual conversation with one message changed, left out or put in."""
    said = [dict(message) for message in TALK[draw(st.integers(0, 1)) : draw(st.sampled_from([3, 5]))]]
    at = draw(st.integers(0, len(said) - 1))
    change = draw(st.sampled_from(["none", "text", "role", "out", "in"]))
    if change == "text":
        said[at]["content"] = draw(texts)
    elif change == "role":
        said[at]["role"] = draw(roles)
    elif change == "out":
        del said[at]
    elif change == "in":
        said.insert(at, draw(messages))
    return said


@settings(max_examples=400)
@given(nearly_plain() | st.lists(messages, max_size=4), st.sampled_from([None, None, [], [{"type": "function"}]]))
def test_a_conversation_that_is_called_plain_has_nothing_to_find(some, tools):
    example = TrainingExample(some, tools)
    quick = validate(example)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "_is_plain", lambda _: False)
        assert validate(example) == quick


def test_usual_conversations_are_plain():
    assert validation._is_plain(TrainingExample(TALK))
    assert validation._is_plain(TrainingExample(TALK[1:]))
    assert not validation._is_plain(TrainingExample(TALK[:2]))
    assert not validation._is_plain(TrainingExample([*TALK, TALK[0]]))

"""A failure is said in plain words; what is not known is not guessed."""

from __future__ import annotations

import pytest

from ftcore.training.failures import KNOWN, NOT_SAID, explain_failure


@pytest.mark.parametrize(
    ("message", "begins"),
    [
        ("CUDA error: out of memory", "There was not enough memory"),
        ("The job needs 9 GB and there is not enough memory for it.", "There was not enough memory"),
        ("[Errno 28] No space left on device", "The server's disk is full"),
        ("You exceeded your current quota, please check your plan and billing details.", "The account at the server"),
        ("The job failed due to a moderation check on the training file.", "The server's content rules"),
        ("Incorrect API key provided", "The server did not accept the key"),
        ("The model `gpt-9` does not exist", "The server does not train this model"),
        ("'no-such' cannot be fine-tuned here", "The server does not train this model"),
        ("Training file has 6 example(s), but must have at least 10 examples", "There were too few examples"),
        ("This model's maximum context length is 4096 tokens", "At least one example is longer"),
        ("Line 7 of the training file: no assistant message", "The server could not read the training file"),
        ("Rate limit reached for fine-tuning jobs", "The server was asked for too much"),
        ("gpt-4o-mini has been deprecated", "The server no longer offers this"),
    ],
)
def test_known_failures_are_told_in_plain_words(message: str, begins: str) -> None:
    told = explain_failure(message)
    assert told.what.startswith(begins)
    assert told.do.endswith(".")


@pytest.mark.parametrize("message", ["", "E1234", "the frobnicator did not frobnicate", "Oops. Try again later."])
def test_what_is_not_known_is_left_to_the_servers_own_words(message: str) -> None:
    assert explain_failure(message) is NOT_SAID


def test_a_hostile_message_is_judged_quickly() -> None:
    assert explain_failure("model " + "x" * 5_000_000) is NOT_SAID


def test_every_advice_says_what_to_do() -> None:
    assert len({what for _, what, _ in KNOWN}) == len(KNOWN)

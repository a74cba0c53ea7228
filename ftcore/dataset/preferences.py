"""Pairs of a better and a worse answer to the same question: from corrected answers, or from a choice between two."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ftcore.records import Message, TrainingExample

NOT_CHANGED = "The answer is as it was imported."
NO_ANSWER = "One of the two answers is empty."
TOOL_CALL = "The answer is a tool call, not words."
OTHER_QUESTION = "The question was changed as well, so the old answer was an answer to something else."
OTHER_INSTRUCTIONS = "The instructions were changed as well, so the old answer followed other ones."
TOO_SIMILAR = "The two answers differ only in spaces, capitals or punctuation."
SIGN = re.compile(r"[\W_](?!\d)")
COMPARED = ("role", "content", "name", "tool_calls", "tool_call_id", "function_call")


@dataclass(frozen=True, slots=True)
class Preference:
    """`asked` is the conversation up to the answer; `chosen` the better and `rejected` the worse of two answers to it."""

    asked: list[Message]
    chosen: str
    rejected: str
    tools: list[dict[str, Any]] | None = None
    parallel_tool_calls: bool | None = None


@dataclass(frozen=True, slots=True)
class NoPair:
    """Why two answers make no pair, in one sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """`left_out` counts the rows that gave none, by reason, the most frequent first."""

    pairs: tuple[Preference, ...]
    left_out: dict[str, int]


def compare(training: TrainingExample, *, better: str, worse: str) -> Preference | NoPair:
    """The pair of two answers to what `training` asks; its own last answer plays no part. Or why there is none: an empty
    answer, two that are the same to a reader, or an answer that is a tool call."""
    if training.messages and training.messages[-1].get("tool_calls"):
        return NoPair(TOOL_CALL)
    if not better.strip() or not worse.strip():
        return NoPair(NO_ANSWER)
    if better == worse:
        return NoPair(NOT_CHANGED)
    if _plain(better) == _plain(worse):
        return NoPair(TOO_SIMILAR)
    return Preference(training.asked(), better, worse, training.tools, training.parallel_tool_calls)


def compare_edit(original: TrainingExample, now: TrainingExample) -> Preference | NoPair:
    """The pair that an edit makes: the answer now is the better one, the imported answer the worse.

    What was asked must be the same conversation. Instructions that came to a row which had none do not count as a change:
    the question was the same; instructions in place of others do.
    """
    if any(example.messages and example.messages[-1].get("tool_calls") for example in (original, now)):
        return NoPair(TOOL_CALL)
    if _asked(original) != _asked(now):
        before, after = original.with_system(""), now.with_system("")
        if _asked(before) != _asked(after):
            return NoPair(OTHER_QUESTION)
        if original.system:
            return NoPair(OTHER_INSTRUCTIONS)
    return compare(now, better=now.response, worse=original.response)


def pair_of(original: TrainingExample, now: TrainingExample) -> Preference | None:
    """`compare_edit`, for callers who need no reason."""
    found = compare_edit(original, now)
    return found if isinstance(found, Preference) else None


def collect(found: Iterable[Preference | NoPair]) -> Pairs:
    """The pairs, and how many rows gave none and why. Every row is in one of the two."""
    pairs: list[Preference] = []
    reasons: Counter[str] = Counter()
    for one in found:
        if isinstance(one, Preference):
            pairs.append(one)
        else:
            reasons[one.reason] += 1
    return Pairs(tuple(pairs), dict(reasons.most_common()))


def _asked(training: TrainingExample) -> list[dict[str, Any]]:
    """What a model was shown. Weights say what is learnt, not what is asked."""
    return [{key: message[key] for key in COMPARED if message.get(key) is not None} for message in training.asked()]


def _plain(text: str) -> str:
    """The text without what a reader would not call a correction. A sign before a digit counts ("1.5" is not "15"), and so
    does everything in a text that is nothing but signs."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).casefold())
    return SIGN.sub(_without, folded) or folded


def _without(found: re.Match[str]) -> str:
    return "" if unicodedata.category(found[0]).startswith("P") else found[0]

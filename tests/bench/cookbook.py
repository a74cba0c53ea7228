"""The well-known check list for chat training files with its token counts, written from its description: the baseline.

All lines are read (`json.loads`). The check list, per line: data type, missing list of messages, message without role or content, unknown
key, unknown role, missing content, no assistant message. Then every example again: is there a system and a user message, how many
messages, its tokens (3 a message, 1 a name, 3 a reply, each text encoded), the tokens of its answers (each encoded a second time), is
it over-long; the distributions of these numbers; how many epochs, and the tokens that are billed for them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

KEYS = ("role", "content", "name", "function_call", "weight")
ROLES = ("system", "user", "assistant", "function")
LONGEST = 65_536
ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
Encode = Callable[[str], list[int]]


@dataclass(frozen=True, slots=True)
class Distribution:
    """`low` and `high` are what the procedure prints as "p5 / p95": the 10th and the 90th percentile."""

    least: float
    most: float
    mean: float
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the lines without a fault. `tokens` and `answers` hold a number of tokens for each of them, in their order."""

    no_system: int
    no_user: int
    messages: Distribution
    tokens: tuple[int, ...]
    conversations: Distribution
    answers: tuple[int, ...]
    answered: Distribution
    too_long: int
    epochs: int
    billed: int


@dataclass(frozen=True, slots=True)
class Report:
    """`findings` by name; `faulty` are lines, counted from 0."""

    findings: Counter[str]
    faulty: list[int]
    figures: Figures


def encoder(folder: Path) -> Encode:
    """tiktoken's `encode` for o200k_base, without a network: bpe-openai's wheel holds the file that tiktoken would download, and
    tiktoken looks for it in TIKTOKEN_CACHE_DIR under the SHA-1 of its address."""
    import tiktoken

    ranks = gzip.decompress(files("bpe_openai").joinpath("data/o200k_base.tiktoken.gz").read_bytes())
    (folder / hashlib.sha1(ADDRESS.encode(), usedforsecurity=False).hexdigest()).write_bytes(ranks)
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    return tiktoken.get_encoding("o200k_base").encode


def check(lines: Sequence[str], encode: Encode) -> Report:
    values = [json.loads(line) for line in lines]
    findings: Counter[str] = Counter()
    faulty: list[int] = []
    for at, value in enumerate(values):
        found = faults(value)
        if found:
            findings.update(found)
            faulty.append(at)
    wrong = set(faulty)
    return Report(findings, faulty, _figures([v["messages"] for at, v in enumerate(values) if at not in wrong], encode))


def faults(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return ["data_type"]
    messages = value.get("messages")
    if not messages:
        return ["missing_messages_list"]
    found: list[str] = []
    for message in messages:
        if "role" not in message or "content" not in message:
            found.append("message_missing_key")
        if any(key not in KEYS for key in message):
            found.append("message_unrecognised_key")
        if message.get("role") not in ROLES:
            found.append("unrecognised_role")
        content = message.get("content")
        if (not content and not message.get("function_call")) or not isinstance(content, str):
            found.append("missing_content")
    if not any(message.get("role") == "assistant" for message in messages):
        found.append("no_assistant_message")
    return found


def _figures(conversations: list[list[dict[str, Any]]], encode: Encode) -> Figures:
    no_system = no_user = 0
    sizes: list[int] = []
    tokens: list[int] = []
    answers: list[int] = []
    for messages in conversations:
        if not any(message["role"] == "system" for message in messages):
            no_system += 1
        if not any(message["role"] == "user" for message in messages):
            no_user += 1
        sizes.append(len(messages))
        tokens.append(_count(messages, encode))
        answers.append(_count_answers(messages, encode))
    return Figures(
        no_system,
        no_user,
        distribution(sizes),
        tuple(tokens),
        distribution(tokens),
        tuple(answers),
        distribution(answers),
        sum(number > LONGEST for number in tokens),
        epochs := _epochs(len(tokens)),
        epochs * sum(min(LONGEST, number) for number in tokens),
    )


def _count(messages: list[dict[str, Any]], encode: Encode) -> int:
    total = 3
    for message in messages:
        total += 3
        for key, value in message.items():
            total += len(encode(value))
            if key == "name":
                total += 1
    return total


def _count_answers(messages: list[dict[str, Any]], encode: Encode) -> int:
    return sum(len(encode(message["content"])) for message in messages if message["role"] == "assistant")


def distribution(numbers: Sequence[int]) -> Distribution:
    values = np.array(numbers)
    low, high = np.quantile(values, (0.1, 0.9))
    return Distribution(
        int(values.min()), int(values.max()), float(values.mean()), float(np.median(values)), float(low), float(high)
    )


def _epochs(rows: int) -> int:
    """Three, unless these would be fewer than 100 examples or more than 25,000."""
    if rows * 3 < 100:
        return min(25, 100 // rows)
    return max(1, 25_000 // rows) if rows * 3 > 25_000 else 3

"""The well-known check list for chat training files and its token count, written from its description: the baseline.

Per line: `json.loads`; data type, missing list of messages, message without role or content, unknown key, unknown role, missing
content, no assistant message. Tokens: 3 a message, 1 a name, 3 a reply, each text encoded.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

KEYS = ("role", "content", "name", "function_call", "weight")
ROLES = ("system", "user", "assistant", "function")
ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"


def encoder(folder: Path) -> Callable[[str], list[int]]:
    """tiktoken's `encode` for o200k_base, without a network: bpe-openai's wheel holds the file that tiktoken would download, and
    tiktoken looks for it in TIKTOKEN_CACHE_DIR under the SHA-1 of its address."""
    import tiktoken

    ranks = gzip.decompress(files("bpe_openai").joinpath("data/o200k_base.tiktoken.gz").read_bytes())
    (folder / hashlib.sha1(ADDRESS.encode(), usedforsecurity=False).hexdigest()).write_bytes(ranks)
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    return tiktoken.get_encoding("o200k_base").encode


def check(lines: Iterable[str], encode: Callable[[str], list[int]]) -> tuple[Counter[str], list[int], list[int]]:
    """(findings by name, the faulty lines' numbers from 0, the tokens of the others)."""
    findings: Counter[str] = Counter()
    faulty: list[int] = []
    tokens: list[int] = []
    for at, line in enumerate(lines):
        value = json.loads(line)
        found = _faults(value)
        if found:
            findings.update(found)
            faulty.append(at)
        else:
            tokens.append(_count(value["messages"], encode))
    return findings, faulty, tokens


def _faults(value: Any) -> list[str]:
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


def _count(messages: list[dict[str, Any]], encode: Callable[[str], list[int]]) -> int:
    total = 3
    for message in messages:
        total += 3
        for key, value in message.items():
            total += len(encode(value))
            if key == "name":
                total += 1
    return total

"""A training file is fetched from its endpoint and made ready for the project's own intake: line by line, so that every row is
known by its line in the file."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai

from ftcore.endpoints import EndpointError
from ftcore.records import Endpoint, Split
from ftcore.training.calling import answering, client_of

LARGEST = 2_000_000_000
"""Bytes of one training file."""
SPARE = 500_000_000
"""So many bytes stay free on the disk."""
SECONDS = 3600.0
BLOCK = 1 << 18
SIDE = "tuneworthy_split"
"""The key under which each line says its split to the intake."""
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """`path` is the file for the intake, `name` what it was called there. `worse` holds the worse answers of pairs, by the line."""

    path: Path
    name: str
    worse: dict[int, str] = field(default_factory=dict)


def fetch(
    endpoint: Endpoint, file_id: str, split: Split, folder: Path, progress: Progress, *, pairs: bool = False
) -> Fetched | None:
    """The file, ready in `folder`; None when it is not at the endpoint any more. Raises EndpointError for one that is too large,
    NoAnswer when the endpoint does not answer, and the client's APIStatusError when it refuses."""
    place = folder / f"found-{hashlib.sha256(f'{endpoint.id}:{file_id}'.encode()).hexdigest()[:16]}-{split}.jsonl"
    raw = place.with_suffix(".part")
    try:
        name = _name(endpoint, file_id)
        _download(endpoint, file_id, raw, progress)
        worse: dict[int, str] = {}
        with raw.open("rb") as source, place.open("wb") as sink:
            for line in _prepared(source, split, worse, pairs=pairs):
                sink.write(line)
    except openai.NotFoundError:
        return None
    finally:
        raw.unlink(missing_ok=True)
    return Fetched(place, name, worse)


def _name(endpoint: Endpoint, file_id: str) -> str:
    with answering(endpoint):
        name = str(getattr(client_of(endpoint).files.retrieve(file_id), "filename", "") or "")
    plain = re.sub(r"[\x00-\x1f\x7f/\\]", " ", name).strip()
    return plain[:120] or f"{file_id}.jsonl"


def _download(endpoint: Endpoint, file_id: str, raw: Path, progress: Progress) -> None:
    most = min(LARGEST, shutil.disk_usage(raw.parent).free - SPARE)
    taken = 0
    with (
        raw.open("wb") as sink,
        answering(endpoint, SECONDS),
        client_of(endpoint).files.with_streaming_response.content(file_id) as response,
    ):
        for block in response.iter_bytes(BLOCK):
            taken += len(block)
            if taken > most:
                raise EndpointError(
                    f"The file {file_id} is larger than there is room for ({most / 1e9:.1f} GB). Nothing was brought in of it."
                )
            sink.write(block)
            progress(taken, 0, "Fetching the training file")


def _prepared(source: Any, split: Split, worse: dict[int, str], *, pairs: bool) -> Iterator[bytes]:
    """Each line with its split; a line that is none of the format goes on as it is, and the intake says what is wrong with it."""
    for number, line in enumerate(source, 1):
        text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            yield text
            continue
        if pairs:
            value = _better(value, number, worse)
        yield json.dumps({**value, SIDE: split.value}, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def _better(value: dict[str, Any], number: int, worse: dict[int, str]) -> dict[str, Any]:
    """A pair as the conversation with its better answer; the worse one is kept by the line."""
    asked, better, second = (value.get(name) for name in ("input", "preferred_output", "non_preferred_output"))
    if not isinstance(asked, dict) or not isinstance(asked.get("messages"), list) or not isinstance(better, list):
        return value
    text = _text(second)
    if text:
        worse[number] = text
    also = {name: asked[name] for name in ("tools", "parallel_tool_calls") if asked.get(name)}
    return {"messages": [*asked["messages"], *better], **also}


def _text(answers: Any) -> str:
    """The text of an answer of one message; "" for anything else."""
    if not isinstance(answers, list) or len(answers) != 1 or not isinstance(answers[0], dict):
        return ""
    content = answers[0].get("content")
    return content if isinstance(content, str) else ""

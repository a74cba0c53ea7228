"""What the headers of safetensors files say: names, kinds and shapes of a model's weights. No weight is read.

The format: 8 bytes with the header's length (little endian), the header as JSON, then the numbers.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ftcore.trainer import library
from ftcore.trainer.errors import TrainerError

LARGEST_HEADER = 100 << 20


@dataclass(frozen=True, slots=True)
class Size:
    """Of all weights: how many numbers, how many bytes on the disk, in which kinds of number ("BF16", "F32")."""

    parameters: int
    bytes: int
    kinds: tuple[str, ...]


def size(folder: Path) -> Size:
    """Of the model in `folder`. Raises `TrainerError` when a file is damaged or half there."""
    found = [_header(folder / name) for name in library.shards(folder)]
    kinds = sorted({kind for file in found for kind, _ in file.tensors.values()})
    numbers = sum(math.prod(shape) for file in found for _, shape in file.tensors.values())
    return Size(numbers, sum(file.bytes for file in found), tuple(kinds))


@dataclass(frozen=True, slots=True)
class _File:
    bytes: int
    tensors: dict[str, tuple[str, tuple[int, ...]]]


def _header(path: Path) -> _File:
    try:
        status = path.stat()
    except OSError as error:
        raise _damaged(path, error.strerror or str(error)) from error
    return _read(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: Path, length: int, changed: int) -> _File:
    with path.open("rb") as file:
        wanted = int.from_bytes(file.read(8), "little")
        if not 2 <= wanted <= min(LARGEST_HEADER, length - 8):
            raise _damaged(path, "it does not begin as a safetensors file does")
        try:
            header: dict[str, Any] = json.loads(file.read(wanted))
            entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
            end = max((entry["data_offsets"][1] for entry in entries.values()), default=0)
            tensors = {name: (str(entry["dtype"]), tuple(entry["shape"])) for name, entry in entries.items()}
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise _damaged(path, "its header cannot be read") from error
    if 8 + wanted + end != length:
        raise _damaged(path, f"it has {length:,} bytes, and {8 + wanted + end:,} were to come")
    return _File(length, tensors)


def _damaged(path: Path, reason: str) -> TrainerError:
    return TrainerError(
        f"The weights in {path.name} are damaged: {reason}. Fetch the model again.", code="model_damaged"
    )

"""Zips that are the same bytes whenever the same is put in."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterable
from typing import Any

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip can hold: the same content makes the same archive."""


def add(archive: zipfile.ZipFile, name: str, lines: Iterable[str]) -> None:
    """A part of the archive, line by line."""
    entry = zipfile.ZipInfo(name, FIRST_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # else the archive would tell the operating system
    entry.external_attr = 0o644 << 16
    with archive.open(entry, "w", force_zip64=True) as sink:
        for line in lines:
            sink.write(line.encode() + b"\n")


def json_line(value: Any) -> str:
    """One line of JSON, in ASCII: halves of characters come through too. What is no number becomes null."""
    return json.dumps(finite(value), ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def json_page(value: Any) -> str:
    """JSON for people to read."""
    return json.dumps(finite(value), ensure_ascii=True, indent=1, sort_keys=True)


def finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value

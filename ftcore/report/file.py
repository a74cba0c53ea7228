"""A finished file or none: written beside its place and put there in one step. And text that any format can hold."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


def replace_file(path: Path, content: bytes) -> Path:
    """Writes `content` to `path` so that a reader, or a crash, meets the old file or the new one, never a half.

    Raises OSError when the folder is missing or full; what stood at `path` is then still there.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def clean(text: str) -> str:
    """The text without control characters and lone surrogates, which neither HTML nor XML may hold."""
    return (
        _CONTROL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
        .encode("utf-8", "replace")
        .decode("utf-8")
    )


def cut(text: str, limit: int) -> str:
    """At most `limit` characters and how many were left away."""
    text = clean(text)
    return text if len(text) <= limit else f"{text[:limit].rstrip()} … ({len(text) - limit:,} characters more)"

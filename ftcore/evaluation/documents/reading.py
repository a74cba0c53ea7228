"""A file that somebody adds becomes text to look things up in: PDF, DOCX, Markdown, plain text, CSV.

Whatever a file holds, it is read and never run; PDF and DOCX are taken apart in a process of their own (`reader.py`), so that a
hostile one can neither stop the app nor fill its memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from ftcore.chat import clean
from ftcore.evaluation.documents.chunks import PAGE
from ftcore.evaluation.documents.plain import read_table, read_text
from ftcore.evaluation.errors import EvaluationError
from ftcore.supervision import child_environment

ENDINGS = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".md": "md",
    ".markdown": "md",
    ".txt": "txt",
    ".text": "txt",
    ".csv": "csv",
    ".tsv": "csv",
}
MAX_BYTES = 20 * 1024 * 1024
MAX_CHARACTERS = 5_000_000
"""Of text: about 3,000 pages of a book. More than that is not a document but an archive."""
SECONDS = 90
LONGEST_NAME = 120
_SIGNS = {"pdf": b"%PDF-", "docx": b"PK\x03\x04"}


@dataclass(frozen=True, slots=True)
class Reading:
    """`notes` are sentences about what could not be read, for whoever added the file."""

    name: str
    kind: str
    text: str
    size: int
    notes: tuple[str, ...] = ()


def read_document(name: str, content: bytes) -> Reading:
    """The text of a file. Raises EvaluationError, a sentence, for one that cannot be read; nothing was kept then."""
    shown = safe_name(name)
    kind = ENDINGS.get(PurePosixPath(shown.lower()).suffix)
    if kind is None:
        raise _refused(shown, "is none of PDF, DOCX, MD, TXT and CSV", "Save it as one of these")
    if len(content) > MAX_BYTES:
        size = len(content) / 1_048_576
        raise _refused(shown, f"has {size:,.1f} MB; at most {MAX_BYTES // 1_048_576} MB are read", "Divide it")
    sign = _SIGNS.get(kind)
    if sign is not None and sign not in content[:1024]:
        raise _refused(shown, f"is no {kind.upper()} file, despite its name", "Save it again as what it is")
    if sign is not None:
        text, notes = _apart(shown, kind, content)
    else:
        text, notes = _texts(shown, kind, content)
    text, cleaned = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.replace(PAGE, "").strip():
        raise _refused(shown, "holds no text", "Add one that does")
    if len(text) > MAX_CHARACTERS:
        raise _refused(
            shown, f"holds {len(text):,} characters; at most {MAX_CHARACTERS:,} are looked through", "Divide it"
        )
    return Reading(shown, kind, text, len(content), (*notes, *cleaned))


def safe_name(name: str) -> str:
    """The file's name without a path and on one line: it is shown to people and to models."""
    last = PureWindowsPath(PurePosixPath(clean(name)[0]).name).name
    shown = " ".join("".join(sign if sign.isprintable() else " " for sign in last).split())
    if len(shown) > LONGEST_NAME:
        ending = PurePosixPath(shown).suffix[:10]
        shown = f"{shown[: LONGEST_NAME - len(ending) - 1]}…{ending}"
    return shown or "document"


def _texts(name: str, kind: str, content: bytes) -> tuple[str, list[str]]:
    try:
        return read_table(content) if kind == "csv" else read_text(content)
    except ValueError as error:
        raise _refused(name, str(error), "Save it again as UTF-8 text") from error


def _apart(name: str, kind: str, content: bytes) -> tuple[str, list[str]]:
    """In a child process, with an end to its time and memory."""
    command = [sys.executable, "-m", "ftcore.evaluation.documents.reader", kind]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=SECONDS, env=child_environment(), check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _refused(name, f"was not read after {SECONDS} seconds", "Save it again, or divide it") from error
    try:
        said = json.loads(done.stdout)
    except ValueError as error:
        raise _refused(
            name,
            "could not be read: it needs more memory than a document should, or it is damaged",
            "Save it again, or as plain text",
        ) from error
    if "problem" in said:
        raise _refused(name, said["problem"], said["advice"])
    return said["text"], said["notes"]


def _refused(name: str, what: str, advice: str) -> EvaluationError:
    return EvaluationError(f"“{name}” {what}. Nothing was added. {advice} and try again.")

"""Takes a PDF or DOCX apart, in a process of its own: `python -m ftcore.evaluation.documents.reader pdf < FILE`.

It prints JSON: `text` and `notes`, or `problem` and `advice` as halves of a sentence. Nothing in the file is run or fetched.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

from ftcore.evaluation.documents.docx_file import read_docx
from ftcore.evaluation.documents.pdf_file import read_pdf
from ftcore.evaluation.documents.unreadable import Unreadable
from ftcore.supervision import end_with_supervisor

MEMORY = 2 << 30
"""Bytes: a hostile file is refused rather than the machine filled."""
READERS: dict[str, Callable[[bytes], tuple[str, list[str]]]] = {"pdf": read_pdf, "docx": read_docx}


def main() -> None:
    end_with_supervisor()
    _limit_memory()
    logging.disable()  # what the libraries complain about is no part of the answer
    kind = sys.argv[1]
    sys.stdout.write(json.dumps(_read(kind, sys.stdin.buffer.read())))


def _read(kind: str, content: bytes) -> dict[str, Any]:
    try:
        text, notes = READERS[kind](content)
    except Unreadable as error:
        return {"problem": error.problem, "advice": error.advice}
    except MemoryError:
        return {"problem": "needs more memory than a document should", "advice": "Save it as plain text"}
    except Exception:  # noqa: BLE001 - the libraries raise whatever a damaged file makes them raise
        return {"problem": "is damaged", "advice": "Open it, save it again"}
    return {"text": text, "notes": notes}


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()

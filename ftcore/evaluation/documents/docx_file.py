"""DOCX: paragraphs and tables in their order, headings as Markdown writes them."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from ftcore.evaluation.documents.unreadable import Unreadable

MAX_UNPACKED = 200 * 1024 * 1024
MAX_PARTS = 5_000


def read_docx(content: bytes) -> tuple[str, list[str]]:
    """(text, notes). Raises Unreadable, and whatever a damaged file makes python-docx raise."""
    import docx

    _check_archive(content)
    document = docx.Document(io.BytesIO(content))
    text = "\n\n".join(part for part in _parts(document) if part.strip())
    if not text.strip():
        raise Unreadable("holds no text (pictures, or text boxes only)", "Save it as plain text")
    return text, []


def _check_archive(content: bytes) -> None:
    """Before anything is unpacked as a whole: a small file may unpack to gigabytes, and XML may declare entities that do."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            size = sum(entry.file_size for entry in entries)
            if size > MAX_UNPACKED or len(entries) > MAX_PARTS:
                raise Unreadable(
                    f"unpacks to {size // 1_048_576:,} MB in {len(entries):,} parts, more than a document should",
                    "Save it as plain text",
                )
            if "word/document.xml" not in archive.namelist():
                raise Unreadable("is no DOCX file, despite its name", "Save it again as DOCX in a word processor")
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    with archive.open(entry) as member:
                        next(iterparse(member, events=("start",), forbid_dtd=True), None)
    except DefusedXmlException as error:
        raise Unreadable("holds declarations that no word processor writes", "Save it as plain text") from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ParseError) as error:
        raise Unreadable("is damaged, or locked with a password", "Open it, save it again") from error


def _parts(document: Any) -> Iterator[str]:
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield "\n".join(_row(row) for row in block.rows)
            continue
        level = _level(block.style.name if block.style is not None else "")
        text = block.text
        yield f"{'#' * level} {' '.join(text.split())}" if level and text.strip() else text


def _row(row: Any) -> str:
    """A cell that reaches over several columns is said once."""
    cells = dict.fromkeys(cell._tc for cell in row.cells)
    texts = {cell._tc: " ".join(cell.text.split()) for cell in row.cells}
    return " | ".join(texts[cell] for cell in cells)


def _level(style: str) -> int:
    """1 to 6 for the styles of headings, 0 for others."""
    if style == "Title":
        return 1
    number = style.removeprefix("Heading ")
    return min(int(number), 6) if style.startswith("Heading ") and number.isascii() and number.isdigit() else 0

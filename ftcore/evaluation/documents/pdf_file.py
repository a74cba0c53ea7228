"""PDF: the text of each page, the pages divided by form feeds. Scans without text and locked files are told."""

from __future__ import annotations

import io

from ftcore.evaluation.documents.chunks import PAGE
from ftcore.evaluation.documents.unreadable import Unreadable

MAX_PAGES = 2_000


def read_pdf(content: bytes) -> tuple[str, list[str]]:
    """(text, notes). Raises Unreadable, and whatever a damaged file makes pypdf raise."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not _opens(reader):
        raise Unreadable("is locked with a password", "Save a copy without the password")
    number = len(reader.pages)
    if number > MAX_PAGES:
        raise Unreadable(f"has {number:,} pages; at most {MAX_PAGES:,} are read", "Divide it")
    pages = [page.extract_text().replace(PAGE, "\n").strip() for page in reader.pages]
    empty = sum(not page for page in pages)
    if empty == number:
        raise Unreadable(
            "holds pictures of pages (a scan), but no text", "Let a scanning program recognise its text (OCR)"
        )
    if not empty:
        return PAGE.join(pages), []
    told = f"1 of {number} pages holds" if empty == 1 else f"{empty} of {number} pages hold"
    return PAGE.join(pages), [f"{told} no text (a picture?): nothing is found there."]


def _opens(reader: object) -> bool:
    """Many locked files open without a password: only printing or changing is forbidden."""
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import DependencyError

    assert isinstance(reader, PdfReader)
    try:
        return reader.decrypt("") is not PasswordType.NOT_DECRYPTED
    except (DependencyError, NotImplementedError):
        return False

"""Texts that a spreadsheet would run: escaped on the way out, given back on the way in."""

from __future__ import annotations

import re

# OWASP, "CSV Injection": what a cell must not begin with.
DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
ESCAPED = re.compile(r"''*[=+\-@\t\r]")


def escape(text: str) -> str:
    """For CSV and XLSX that people open, never for a training file. `unescape` gives exactly the text back."""
    return "'" + text if DANGEROUS.match(text) else text


def unescape(text: str) -> str:
    return text[1:] if ESCAPED.match(text) else text

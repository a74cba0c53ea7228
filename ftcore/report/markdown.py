"""Markdown in which whatever people wrote is text: it can't become a heading, a link, a table's cell or HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ftcore.report.file import cut

LONGEST = 2_000
"""Characters of one text."""
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MARKS = re.compile(r"([\\`*_\[\]<>|#~&!$])")


def plain(text: object) -> str:
    """One line in which nothing is Markdown."""
    return _MARKS.sub(r"\\\1", _BLANK.sub(" ", cut(str(text), LONGEST)).strip())


def code(text: str) -> str:
    """A hash or a model's name, to be copied: backticks in it are dropped."""
    return f"`{_BLANK.sub(' ', cut(text, LONGEST)).replace('`', '').strip()}`"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """`head` and cells are texts; [] without rows."""
    body = [f"| {' | '.join(plain(cell) or '-' for cell in row)} |" for row in rows]
    if not body:
        return []
    return [f"| {' | '.join(map(plain, head))} |", f"|{'---|' * len(head)}", *body, ""]


def bullets(items: Iterable[str]) -> list[str]:
    found = [f"- {plain(item)}" for item in items if item.strip()]
    return [*found, ""] if found else []


def section(title: str, *parts: Sequence[str]) -> list[str]:
    """A heading with what stands under it; [] when that is nothing."""
    lines = [line for part in parts for line in part]
    return [f"## {title}", "", *lines] if lines else []


def page(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"

"""Draws what was changed in a text: taken away is struck through, new is bold, and both have a colour besides."""

from __future__ import annotations

import re
from collections.abc import Iterator

import streamlit as st

from ftcore.dataset.differences import Piece, difference
from ftcore.ui import page

LEGEND = ":red-background[~~taken away~~] :green-background[**new**]"
LONGEST = 20_000
"""Characters that are drawn: the rest of a longer text is counted."""
_LEAD = re.compile(r"^\s*")
_TRAIL = re.compile(r"\s*$")


def draw(before: str, after: str, *, legend: bool = False) -> None:
    """Shows the later text with what was taken away and what is new marked in it. Nothing in either is rendered: no image
    is fetched, no link made."""
    if legend:
        st.markdown(LEGEND)
    st.markdown(marked(before, after) or "*(empty)*")


def marked(before: str, after: str) -> str:
    """The difference as Markdown in which nothing that people wrote is a mark."""
    shown, left = [], LONGEST
    for piece in difference(before, after):
        text = piece.text[:left]
        left -= len(text)
        shown.append("".join(_drawn(Piece(piece.kind, text))))
        if not left:
            shown.append(f"  \n*… the text is longer than {LONGEST:,} characters; the rest is not drawn.*")
            break
    return "".join(shown)


def _drawn(piece: Piece) -> Iterator[str]:
    """A piece line by line: a mark does not reach over the end of a line."""
    lines = re.split(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", piece.text)
    for at, line in enumerate(lines):
        ends = at < len(lines) - 1
        if piece.kind == "equal":
            yield _plain(line)
        elif line or ends:
            yield _mark(piece.kind, line, ends)
        if ends:
            yield "  \n" if line or piece.kind != "equal" else "\u00a0  \n"


def _mark(kind: str, line: str, ends: bool) -> str:
    lead, trail = _LEAD.findall(line)[0], _TRAIL.findall(line)[0] if line.strip() else ""
    inner = line[len(lead) : len(line) - len(trail)]
    if not inner:
        inner, lead, trail = ("␣" * len(line)) + ("↵" if ends else ""), "", ""
    colour, sign = ("red", "~~") if kind == "removed" else ("green", "**")
    return f":{colour}-background[{_spaces(lead)}{sign}{_plain(inner)}{sign}{_spaces(trail)}]"


def _plain(line: str) -> str:
    """Escaped, with its spaces kept: at the beginning of a line four of them would be a block of code."""
    lead = _LEAD.findall(line)[0]
    rest = line[len(lead) :]
    trail = _TRAIL.findall(rest)[0] if rest else ""
    return _spaces(lead) + page.plain(rest) + _spaces(trail)


def _spaces(some: str) -> str:
    """One space may stand as it is; of several only the first would be shown."""
    return some if some in ("", " ") else "\u00a0" * len(some.expandtabs(4))

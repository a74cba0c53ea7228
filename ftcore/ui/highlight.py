"""People's texts with the places marked that something was found at. Nothing in them is rendered: no marks, links or formulas."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import streamlit as st

Span = tuple[int, int]
SHOWN = 20_000
"""Characters that are drawn of a text without a marked place."""
WHOLE = 6_000
"""A text with marked places is drawn whole up to here; of a longer one the beginning and what is around them."""
AROUND = 300
FIRST = 1_500
PLACES = 40
"""So many places of a long text are drawn."""
COLOUR = "rgba(226, 140, 24, 0.32)"
"""See-through: it stands out on the light and on the dark background, and the letters keep their contrast."""
GAP = " \u2026 "

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Streamlit turns `->` into an arrow, `:material/home:` into an icon and addresses into links after the escapes are gone.
# A character of no width between their letters keeps them as they were written.
_JOINTS = re.compile(r"(?<=[-<>~=])(?=[-<>~=])|(?<=:)(?=[\w/+])|(?<=[wW]{3})(?=\.)|(?=@)")
_JOINER = "\u2060"
_COLLAPSING = re.compile(r"(?<=[ \n\r]) |^ | (?=[\n\r]|$)")
_EDGES = re.compile(r"^ | $")
_LINES = re.compile(r"\r\n|\r|\n")


def draw(text: str, spans: Sequence[Span] = (), words: Sequence[str] = ()) -> None:
    """The text with marks at `spans` (character offsets) and wherever one of `words` begins a word. Line breaks and spaces
    are kept; a very long text is cut, and it is said how."""
    places = _places(text, spans, words)
    if not places:
        st.text(_encodable(text[:SHOWN]))
        if len(text) > SHOWN:
            st.caption(f"The first {SHOWN:,} of {len(text):,} characters.")
        return
    pieces = windows(len(text), places)
    st.markdown(GAP.join(marked(text[start:end], _within(places, start, end)) for start, end in pieces))
    if pieces != [(0, len(text))]:
        st.caption(f"The beginning of {len(text):,} characters, and what is around the marked places.")


def marked(text: str, spans: Sequence[Span]) -> str:
    """Markdown that shows exactly this text, with marks at the spans."""
    shown = _COLLAPSING.sub("\u00a0", text).replace("\t", "\u2003")  # as long as the text: the offsets still hold
    out, last = [], 0
    for start, end in _united(spans, len(text)):
        out += [_escaped(shown[last:start]), _mark(shown[start:end])]
        last = end
    whole = "".join([*out, _escaped(shown[last:])])
    if whole.endswith("\\\n"):
        whole += "\u00a0"  # a break with nothing behind it would show its mark
    return f"{_JOINER}{whole}{_JOINER}"  # Streamlit strips spaces from both ends, those that do not collapse too


def found(text: str, words: Sequence[str]) -> list[Span]:
    """Where one of the words begins a word, whatever its case."""
    wanted = [re.escape(word) for word in words if word.strip()]
    if not wanted:
        return []
    return [match.span() for match in re.finditer(rf"(?<!\w)(?:{'|'.join(wanted)})", text, re.IGNORECASE)]


def windows(length: int, places: Sequence[Span]) -> list[Span]:
    """The pieces of a text that are drawn: all of it, or its beginning and what is around the places."""
    if length <= WHOLE:
        return [(0, length)]
    near = [(max(0, start - AROUND), min(length, min(end, start + WHOLE) + AROUND)) for start, end in places[:PLACES]]
    return _united([(0, FIRST), *near], length)


def _places(text: str, spans: Sequence[Span], words: Sequence[str]) -> list[Span]:
    return _united([*(_visible(span, len(text)) for span in spans), *found(text, words)], len(text))


def _visible(span: Span, length: int) -> Span:
    """An empty span (the place where something is missing) marks the character before it."""
    start, end = max(0, span[0]), min(length, span[1])
    return (max(0, end - 1), end) if start >= end else (start, end)


def _within(places: Iterable[Span], start: int, end: int) -> list[Span]:
    return [(max(a, start) - start, min(b, end) - start) for a, b in places if a < end and b > start]


def _united(spans: Iterable[Span], length: int) -> list[Span]:
    """The spans in order, those that touch made one, cut to the text."""
    out: list[Span] = []
    for start, end in sorted((max(0, a), min(length, b)) for a, b in spans):
        if start >= end:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _mark(text: str) -> str:
    """One mark a line: a mark does not reach over a line break."""
    lines = [_escaped(_EDGES.sub("\u00a0", _seen(line))) for line in _LINES.split(text)]
    return "\\\n".join(f':color[{line}]{{background="{COLOUR}"}}' if line else "\u00a0" for line in lines)


def _seen(text: str) -> str:
    """What has no width gets a name: a mark around nothing marks nothing."""
    return "".join(f"\u27e8U+{ord(c):04X}\u27e9" if unicodedata.category(c) in ("Cf", "Cc") else c for c in text)


def _escaped(text: str) -> str:
    joined = _JOINTS.sub(_JOINER, _encodable(text))
    lines = _LINES.split(_PUNCTUATION.sub(r"\\\1", joined))
    return "\\\n".join([*(line or "\u00a0" for line in lines[:-1]), lines[-1]])


def _encodable(text: str) -> str:
    """Half a letter pair, which a file may hold, cannot be sent to a browser."""
    return text.encode("utf-8", "replace").decode("utf-8")

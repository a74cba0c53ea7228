"""How much room text takes in Arial, so that a deck's text fits its box without the font being there to measure with."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_FIRST = 32
_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
"""Advance widths of the characters from space to tilde in thousandths of the size: Helvetica's, which Arial shares."""
BOLD = 1.08
"""Bold letters are wider by so much on average."""
WIDE, USUAL = 1000, 620
SAFETY = 1.04
"""Shaping, and fonts that stand in for Arial, differ by a little."""
LINE = 1.2
"""The height of a line in sizes."""


def lines(text: str, width: float, size: float, *, bold: bool = False) -> int:
    """How many lines the text takes in a box `width` inches wide: broken between words, a word that is too long within itself."""
    return sum(1 for _ in _broken(text, _room(width, size, bold)))


def shortened(text: str, width: float, size: float, most: int, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis to at most `most` lines."""
    if lines(text, width, size, bold=bold) <= most:
        return text
    low, high = 0, len(text)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        if lines(f"{text[:middle].rstrip()}…", width, size, bold=bold) <= most:
            low = middle
        else:
            high = middle - 1
    return f"{text[:low].rstrip()}…"


def _room(width: float, size: float, bold: bool) -> float:
    """A line's room in thousandths of the size."""
    return max(1.0, width * 72 * 1000 / (size * SAFETY * (BOLD if bold else 1.0)))


def _broken(text: str, room: float) -> Iterator[float]:
    used = 0.0
    for word in text.split(" "):
        wide = sum(map(_advance, word))
        if used and used + _WIDTHS[0] + wide <= room:
            used += _WIDTHS[0] + wide
            continue
        if used:
            yield used
        used = 0.0
        if wide <= room:
            used = wide
            continue
        for letter in word:
            step = _advance(letter)
            if used and used + step > room:
                yield used
                used = 0.0
            used += step
    yield used


@lru_cache(maxsize=4096)
def _advance(letter: str) -> float:
    at = ord(letter) - _FIRST
    if 0 <= at < len(_WIDTHS):
        return _WIDTHS[at]
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn", "Me"):
        return 0
    if unicodedata.east_asian_width(letter) in ("W", "F"):
        return WIDE
    return USUAL if letter.isalpha() else WIDE

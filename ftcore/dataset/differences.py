"""What was changed in a text, word by word, as a value: the screen, the review pack and two versions all show it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

Kind = Literal["equal", "removed", "added"]
LONGEST = 8_000
"""Words compared with each other: time and memory grow with the square. Longer texts are compared line by line, and when
these are too many, shown whole, before and after."""
_WIDE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # scripts that put no spaces between words: each sign is a word
_SIGNS = r"!-/:-@\[-`{-~"
_WORDS = re.compile(rf"\r?\n|[^\S\n]+|[{_WIDE}][\u3099\u309a]?|[{_SIGNS}]|[^\s{_WIDE}{_SIGNS}]+")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of both texts ("equal"), of the earlier one only ("removed") or of the later one only ("added")."""

    kind: Kind
    text: str


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """What makes the one text of the other.

    The equal and removed pieces joined are `before`, the equal and added ones `after`. Between two equal pieces what was
    removed stands before what was added. The fewest words change (longest common subsequence), in bounded time.
    """
    if before == after:
        return (Piece("equal", before),) if before else ()
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    middle = _between("".join(old[start : len(old) - end]), "".join(new[start : len(new) - end]))
    tail = old[len(old) - end :]
    return tuple(_tidy([Piece("equal", "".join(old[:start])), *middle, Piece("equal", "".join(tail))]))


def _between(before: str, after: str) -> Iterator[Piece]:
    for pattern in (_WORDS, _LINES):
        old, new = pattern.findall(before), pattern.findall(after)
        if len(old) <= LONGEST and len(new) <= LONGEST:
            yield from _aligned(old, new)
            return
    yield from (Piece("removed", before), Piece("added", after))


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    from rapidfuzz.distance import Indel

    for step in Indel.opcodes(old, new):
        if step.tag == "equal":
            yield Piece("equal", "".join(old[step.src_start : step.src_end]))
            continue
        yield Piece("removed", "".join(old[step.src_start : step.src_end]))
        yield Piece("added", "".join(new[step.dest_start : step.dest_end]))


def _tidy(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Changes with nothing but spaces between them are one change: words are read together, not as confetti."""
    removed = added = ""
    for at, piece in enumerate(pieces):
        if piece.kind == "removed":
            removed += piece.text
        elif piece.kind == "added":
            added += piece.text
        elif piece.text and not piece.text.strip() and (removed or added) and _changes_follow(pieces, at):
            removed += piece.text
            added += piece.text
        elif piece.text:
            yield from _change(removed, added)
            removed = added = ""
            yield piece
    yield from _change(removed, added)


def _changes_follow(pieces: Sequence[Piece], at: int) -> bool:
    return any(piece.kind != "equal" and piece.text for piece in pieces[at + 1 : at + 3])


def _change(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))

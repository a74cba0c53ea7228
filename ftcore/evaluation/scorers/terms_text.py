"""Finds words and phrases in a text, as whole words."""

from __future__ import annotations

import re
from functools import lru_cache

from ftcore.evaluation.scorers.normal_form import normal_form

COMPARED = 20_000
"""Characters of a text in which terms are looked for."""
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
"""Scripts that put no space between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""


@lru_cache(maxsize=512)
def prepared(text: str) -> str:
    """A text in which `holds` and `count` look: the normal form between two spaces."""
    return f" {normal_form(text[:COMPARED].replace('/', ' / '))} "


@lru_cache(maxsize=10_000)
def sought(term: str) -> str:
    """A term as it would stand in a prepared text."""
    found = prepared(term)
    return found.strip() if _UNSPACED.search(found) else found


def holds(text: str, term: str) -> bool:
    """Whether the prepared `text` holds the term. A term without a letter or sign is held by a text without any."""
    wanted = sought(term)
    return wanted in text if wanted.strip() else not text.strip()


def take_out(text: str, wanted: str) -> tuple[int, str]:
    """(how often a sought term stands in the prepared text, the text without it)."""
    if not wanted.strip():
        return 0, text
    doubled = text.replace(" ", "  ")  # neighbours would share the space between them
    piece = wanted.replace(" ", "  ") if wanted[0] != " " else f" {wanted.strip().replace(' ', '  ')} "
    return doubled.count(piece), doubled.replace(piece, " \0 ").replace("  ", " ")

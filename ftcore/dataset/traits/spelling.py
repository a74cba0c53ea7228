"""When two labels are one label, written twice."""

from __future__ import annotations

import re

LETTER = r"[^\W\d_]"
# Between digits a separator means something: 1.5 is not 15.
SEPARATORS = re.compile(rf"(?<={LETTER})[\s_./-]+(?=\w)|(?<=\w)[\s_./-]+(?={LETTER})")
OUTER = " .,!?;:\"'"
FEWEST_LETTERS = 6
DIGITS = re.compile(r"\d+")


def squashed(label: str) -> str:
    """A label without case, separators between its words, and outer punctuation: "Card arrival." and "card_arrival" are one."""
    return SEPARATORS.sub("", " ".join(label.split()).strip(OUTER)).casefold() or label


def is_slip(one: str, other: str) -> bool:
    """True when two squashed labels differ in one slip of the finger, and not at their beginning (typical, atypical)."""
    from rapidfuzz.distance import OSA

    long_enough = min(len(one), len(other)) >= FEWEST_LETTERS
    if not long_enough or one[0] != other[0] or DIGITS.findall(one) != DIGITS.findall(other):
        return False
    return OSA.distance(one, other, score_cutoff=1) == 1

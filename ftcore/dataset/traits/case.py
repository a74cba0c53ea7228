"""Texts in capital letters."""

from __future__ import annotations

FEWEST_WORDS = 4
FEWEST_LETTERS = 16


def is_shouted(text: str) -> bool:
    """All in capitals, several words of it, in a script that has capitals."""
    if not text.isupper():
        return False
    letters = [character for character in text if character.isalpha()]
    capitals = sum(character.isupper() for character in letters)
    return capitals >= FEWEST_LETTERS and capitals > 0.9 * len(letters) and len(text.split()) >= FEWEST_WORDS

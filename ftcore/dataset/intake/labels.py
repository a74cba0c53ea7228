"""Words as numbers, as long as they are few: the label of every row, for a split that gives each its share."""

from __future__ import annotations

from array import array
from collections.abc import Hashable

from ftcore.dataset.profiles import MOST_LABELS


class Labels:
    """One number a row, and the words by their numbers. Beyond twice the most labels that a data set may have, it gives up."""

    def __init__(self) -> None:
        self._numbers = array("i")
        self._known: dict[str, int] | None = {}

    def add(self, word: str) -> None:
        if self._known is None:
            return
        self._numbers.append(self._known.setdefault(word, len(self._known)))
        if len(self._known) > 2 * MOST_LABELS:
            self._known, self._numbers = None, array("i")

    def words(self) -> list[Hashable] | None:
        """The word of each row; None when there were too many."""
        if self._known is None:
            return None
        names = list(self._known)
        return [names[number] for number in self._numbers]

"""Which texts are nearest to a question: BM25 over stemmed English words.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), as bm25s computes it (k1 1.5, b 0.75).
Unstemmed, "refunds" does not find "refund".
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

WORD = r"(?u)\b\w+\b"
"""Figures of one sign count as words too: "5 days" is not "7 days"."""


class Ranking:
    """A fixed list of texts that can be asked for those nearest to a question."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = tuple(texts)
        self._known: dict[tuple[str, int], tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def nearest(self, question: str, top: int) -> tuple[int, ...]:
        """Places of at most `top` texts, the nearest first; a text without a word of the question is never one. Of two equally
        near ones the earlier comes first, so that the same question always finds the same."""
        key = (question, top)
        if key not in self._known:
            self._known[key] = self._look(question, top)
        return self._known[key]

    def _look(self, question: str, top: int) -> tuple[int, ...]:
        import numpy as np

        if self._index is None:
            return ()
        vocabulary = self._index.vocab_dict
        asked = [word for word in words([question])[0] if word in vocabulary]
        if not asked:
            return ()
        scores = self._index.get_scores(asked)
        order = np.argsort(-scores, kind="stable")[:top]
        return tuple(int(at) for at in order if scores[at] > 0)

    @cached_property
    def _index(self) -> Any:
        """None where there is no word at all to look for."""
        import bm25s

        found = words(self._texts)
        if not any(found):
            return None
        index = bm25s.BM25()
        index.index(found, show_progress=False)
        return index


@lru_cache(maxsize=4)
def ranking_of(texts: tuple[str, ...]) -> Ranking:
    """Made once for the same texts: several arms show examples out of one pool."""
    return Ranking(texts)


def words(texts: Sequence[str]) -> list[list[str]]:
    """The stems of each text's words, without those that say nothing in English ("the", "of")."""
    import bm25s
    import Stemmer

    if not texts:
        return []
    found = bm25s.tokenize(
        list(texts),
        stopwords="english",
        token_pattern=WORD,
        stemmer=Stemmer.Stemmer("english"),
        return_ids=False,
        show_progress=False,
    )
    return [[word for word in some if word] for some in found]  # a text without words has one empty one there

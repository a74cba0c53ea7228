"""Looking things up: the parts of the documents that are nearest to a question."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ftcore.evaluation.documents.chunks import Chunk, chunks_of
from ftcore.evaluation.documents.ranking import Ranking
from ftcore.store.documents import Document

VERSION = "1"
"""Part of every arm that looks things up: counted up when documents are cut or searched differently."""


class Retriever:
    """Searches the parts of a fixed set of documents. A part is found by its headings too, not by its text alone."""

    def __init__(self, chunks: tuple[Chunk, ...]) -> None:
        self.chunks = chunks
        self._ranking = Ranking([f"{chunk.source}\n{chunk.text}" for chunk in chunks])

    def nearest(self, question: str, top: int) -> tuple[Chunk, ...]:
        """At most `top` parts, the nearest first."""
        return tuple(self.chunks[at] for at in self._ranking.nearest(question, top))


def retriever(documents: Iterable[Document], size: int) -> Retriever:
    """For parts of about `size` characters. Made once for the same documents: the variants of an arm share it."""
    return _retriever(tuple(documents), size)


@lru_cache(maxsize=8)
def _retriever(documents: tuple[Document, ...], size: int) -> Retriever:
    return Retriever(tuple(chunk for document in documents for chunk in chunks_of(document, size)))

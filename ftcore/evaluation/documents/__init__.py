"""Documents in which answers are looked up: read into text, cut into parts, and searched."""

from ftcore.evaluation.documents.chunks import Chunk, chunks_of
from ftcore.evaluation.documents.ranking import Ranking
from ftcore.evaluation.documents.retrieval import Retriever, retriever

__all__ = ["Chunk", "Ranking", "Retriever", "chunks_of", "retriever"]

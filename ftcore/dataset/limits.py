"""The thresholds of the checks: a project's to change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Characters of an answer: longer than `min_chars`, shorter than `max_chars` (the seed's rule). `max_tokens` is what a
    server takes of one example (gpt-4o's figure); `similarity` the Jaccard similarity from which two rows are near-duplicates."""

    min_chars: int = 10
    max_chars: int = 2000
    max_tokens: int = 65_536
    similarity: float = 0.6

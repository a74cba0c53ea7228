"""Rows that say the same: MinHash finds the candidates, exact Jaccard decides.

Word 3-shingles, 128 hashes, 32 bands of 4 (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3). Normalising and
hashing are Daft expressions, so that the same code runs on a cluster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

HASHES, BANDS, SHINGLE = 128, 32, 3
SHORT_WORDS = 8
"""Below so many words, word shingles are too few to compare: characters are."""
SHORT_CHARACTERS = 40
STRICTER = 0.15
"""Added to the similarity for short rows: "cancel a transfer" and "cancel a transaction" share most of their characters."""
LONGEST_BUNCH = 40
SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows, `earlier` < `later`, and their Jaccard similarity in [0, 1] (1.0: the same but for case and punctuation)."""

    earlier: int
    later: int
    similarity: float


def near_duplicates(texts: Sequence[str], similarity: float = 0.6) -> list[Pair]:
    """Pairs of rows at least so similar. Of many rows that are all the same, each is paired with the first only.

    Short rows and scripts without spaces are compared by character 3-grams; short ones more strictly, and only when their
    numbers agree: "order 17" and "order 18" are different questions.
    """
    if len(texts) < 2:
        return []
    normal, tokens, hashes = _prepare(texts)
    first: dict[str, int] = {}
    same: list[Pair] = []
    for row, text in enumerate(normal):
        at = first.setdefault(text, row)
        if at != row and text:
            same.append(Pair(at, row, 1.0))
    unique = [row for text, row in first.items() if text]
    shingles: dict[int, frozenset[str]] = {}

    def shingled(row: int) -> frozenset[str]:
        if row not in shingles:
            shingles[row] = _shingles(tokens[row])
        return shingles[row]

    found = []
    for one, other in _candidates(unique, hashes):
        if _by_character(tokens[one]) != _by_character(tokens[other]):
            continue
        short = _is_short(normal[one]) or _is_short(normal[other])
        if short and DIGITS.findall(normal[one]) != DIGITS.findall(normal[other]):
            continue
        measured = _jaccard(shingled(one), shingled(other))
        if measured >= (min(0.95, similarity + STRICTER) if short else similarity):
            found.append(Pair(one, other, measured))
    return sorted([*same, *found], key=lambda pair: (pair.later, pair.earlier))


def groups(texts: Sequence[str], similarity: float = 0.6) -> list[int]:
    """For every row the first row of its group: rows linked by near-duplicates, also by way of others."""
    parent = list(range(len(texts)))

    def find(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    for pair in near_duplicates(texts, similarity):
        one, other = sorted((find(pair.earlier), find(pair.later)))
        parent[other] = one
    return [find(row) for row in range(len(texts))]


def _prepare(texts: Sequence[str]) -> tuple[list[str], list[str], Any]:
    """(normalised texts, the same as tokens with spaces between, MinHash signatures: uint32 of shape rows x 128)."""
    import daft
    import numpy as np
    from daft.functions import minhash, normalize

    frame = daft.from_pydict({"text": [text.replace("\0", " ") for text in texts]})
    column = normalize(frame["text"], remove_punct=True, lowercase=True, nfd_unicode=True, white_space=True)
    normal: list[str] = [text.strip() for text in frame.select(column.alias("normal")).to_pydict()["normal"]]
    tokens = [_tokens(text) for text in normal]
    frame = daft.from_pydict({"tokens": tokens})
    hashed = frame.select(minhash(frame["tokens"], num_hashes=HASHES, ngram_size=SHINGLE).alias("hashes"))
    values = hashed.to_arrow()["hashes"].combine_chunks()
    flat = values.flatten().to_numpy(zero_copy_only=False)
    return normal, tokens, np.ascontiguousarray(flat, dtype=np.uint32).reshape(len(texts), HASHES)


def _tokens(text: str) -> str:
    """Words; or single characters, where words are few or not separated. A space becomes a mark, so that it counts."""
    if text.count(" ") + 1 >= SHORT_WORDS and not SPACELESS.search(text):
        return text
    return " ".join(text.replace(" ", "_"))


def _by_character(tokens: str) -> bool:
    return tokens[1:2] in (" ", "")


def _is_short(normal: str) -> bool:
    if SPACELESS.search(normal):
        return len(normal) < SHORT_CHARACTERS // 2
    return normal.count(" ") + 1 < SHORT_WORDS


def _candidates(rows: Sequence[int], hashes: Any) -> Iterator[tuple[int, int]]:
    """Pairs that agree in at least one band, each once."""
    import numpy as np

    if len(rows) < 2:
        return
    index = np.asarray(rows)
    bands = hashes[index].reshape(len(rows), BANDS, HASHES // BANDS)
    # One 64-bit number a band: candidates by accident are no harm, every pair is verified.
    halves = np.ascontiguousarray(bands).view(np.uint64)
    keys = halves[..., 0] * np.uint64(0x9E3779B97F4A7C15) ^ halves[..., 1]
    seen: set[tuple[int, int]] = set()
    for band in range(BANDS):
        order = np.argsort(keys[:, band], kind="stable")
        ordered = keys[order, band]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        ends = np.r_[starts[1:], len(rows)]
        for start, end in zip(starts[ends - starts > 1], ends[ends - starts > 1], strict=True):
            for pair in _pairs(index[order[start:end]].tolist()):
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def _pairs(bunch: list[int]) -> Iterator[tuple[int, int]]:
    """All pairs of a small bunch; in a big one each row with the first and with the one before, or they would be millions."""
    bunch.sort()
    if len(bunch) <= LONGEST_BUNCH:
        yield from ((one, other) for at, one in enumerate(bunch) for other in bunch[at + 1 :])
        return
    for before, row in pairwise(bunch):
        yield before, row
        if before != bunch[0]:
            yield bunch[0], row


def _shingles(tokens: str) -> frozenset[str]:
    parts = tokens.split(" ")
    if len(parts) <= SHINGLE:
        return frozenset((tokens,))
    return frozenset(" ".join(parts[at : at + SHINGLE]) for at in range(len(parts) - SHINGLE + 1))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    both = len(one & other)
    return both / (len(one) + len(other) - both) if one or other else 0.0

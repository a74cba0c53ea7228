"""What a text is compared by: its normal form, cut into words or characters, three at a time.

Normalising and hashing are Daft expressions, so that the same code runs on a cluster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ftcore.chat import clean
from ftcore.chat.cleaning import is_broken

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

HASHES, BANDS, SHINGLE = 128, 32, 3
SHORT_WORDS = 8
"""Below so many words, word shingles are too few to compare: characters are."""
SHORT_CHARACTERS = 40
# Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean. (Korean comes as its parts, U+1100 to U+11FF: the normal form takes it apart.)
SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
DIGITS = re.compile(r"\d+")
MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93)
"""Odd numbers without a pattern: the place of a word in its shingle counts."""
CHUNK_ROWS, CHUNK_CHARACTERS = 4_000, 8_000_000
"""So much at once: Daft keeps several copies of what it works on."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is compared. `tokens` is `normal` as words or characters with spaces between; of short texts the numbers
    must agree."""

    normal: str
    tokens: str
    by_character: bool
    is_short: bool

    @property
    def digits(self) -> int:
        """A number for the numbers in the text, in their order; 0 for a text that is compared by its words."""
        return hash(tuple(DIGITS.findall(self.normal))) if self.by_character else 0


def readings(texts: Sequence[str]) -> list[Reading]:
    """Aligned with `texts`: lower case, without ASCII punctuation and doubled spaces, accents apart (NFD)."""
    import daft
    from daft.functions import normalize

    if not texts:
        return []
    frame = daft.from_pydict({"text": [_storable(text) for text in texts]})
    column = normalize(frame["text"], remove_punct=True, lowercase=True, nfd_unicode=True, white_space=True)
    return [_read(text.strip()) for text in frame.select(column.alias("normal")).to_pydict()["normal"]]


def _storable(text: str) -> str:
    text = text.replace("\0", " ")
    return clean(text)[0] if is_broken(text) else text


def _read(normal: str) -> Reading:
    """Words; or single characters, where words are few or not separated. A space becomes a mark, so that it counts."""
    spaceless = not normal.isascii() and SPACELESS.search(normal) is not None
    few = normal.count(" ") + 1 < SHORT_WORDS
    short = len(normal) < SHORT_CHARACTERS // 2 if spaceless else few
    if few or spaceless:
        return Reading(normal, " ".join(normal.replace(" ", "_")), True, short)
    return Reading(normal, normal, False, short)


def band_keys(tokens: Sequence[str]) -> Array:
    """MinHash (128 hashes of the token 3-shingles) as one 64-bit number a band of 4: uint64, of shape rows x 32.

    Candidates by accident are no harm: every pair is verified.
    """
    import daft
    import numpy as np
    from daft.functions import minhash

    if not tokens:
        return np.empty((0, BANDS), dtype=np.uint64)
    frame = daft.from_pydict({"tokens": list(tokens)})
    hashed = frame.select(minhash(frame["tokens"], num_hashes=HASHES, ngram_size=SHINGLE).alias("hashes"))
    flat = hashed.to_arrow()["hashes"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    bands = np.ascontiguousarray(flat, dtype=np.uint32).reshape(len(tokens), BANDS, HASHES // BANDS)
    halves = bands.view(np.uint64)
    return halves[..., 0] * np.uint64(MIX[0]) ^ halves[..., 1]


def shingles(tokens: str) -> Array:
    """The different shingles as numbers (int64, ascending). With 62 bits each, two different shingles have the same number in
    about one of 10^14 pairs of texts."""
    import numpy as np

    parts = tokens.split(" ")
    if len(parts) < SHINGLE:
        return np.array([hash(tokens) & (2**62 - 1)], dtype=np.int64)
    words = np.fromiter(map(hash, parts), np.int64, len(parts)).view(np.uint64)
    ends = [at - SHINGLE + 1 or None for at in range(SHINGLE)]
    mixed = sum(words[at:end] * np.uint64(MIX[at]) for at, end in zip(range(SHINGLE), ends, strict=True))
    return np.unique((mixed >> np.uint64(2)).astype(np.int64))


def chunks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(start, end) of parts that are small enough to be worked on at once."""
    start, characters = 0, 0
    for at, text in enumerate(texts):
        if at > start and (at - start >= CHUNK_ROWS or characters + len(text) > CHUNK_CHARACTERS):
            yield start, at
            start, characters = at, 0
        characters += len(text)
    if start < len(texts):
        yield start, len(texts)

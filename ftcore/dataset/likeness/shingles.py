"""What a text is compared by: its normal form, cut into words or characters, three at a time.

Normalising and hashing are Daft expressions, so that the same code runs on a cluster. (Texts in ASCII, which are most of them, are
normalised without it: the same result in a sixth of the time.)
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ftcore.chat import clean
from ftcore.chat.cleaning import is_broken

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from daft import Expression

    Array = np.ndarray[Any, np.dtype[Any]]

PAIRS, SHINGLE = 24, 3
"""Of a text 48 hashes are kept, as pairs."""
SHORT_WORDS = 8
"""Below so many words, word shingles are too few to compare: characters are."""
SHORT_CHARACTERS = 40
BEGINNING = 100
# Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean. (Korean comes as its parts, U+1100 to U+11FF: the normal form takes it apart.)
SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
DIGITS = re.compile(r"\d+")
MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93)
"""Odd numbers without a pattern: the place of a word in its shingle counts."""
SPACES = b"\0\t\n\x0b\x0c\r "
SMALL = bytes.maketrans(string.ascii_uppercase.encode() + SPACES, string.ascii_lowercase.encode() + b" " * len(SPACES))
PUNCTUATION = string.punctuation.encode()
CHUNK_ROWS, CHUNK_CHARACTERS = 2_000, 4_000_000
"""So much at once: Daft keeps several copies of what it works on."""
TEXT = "text"


class Reading(NamedTuple):
    """A text as it is compared. `tokens` is `normal` as words or characters with spaces between; of short texts the numbers
    must agree. (A tuple: there is one for each of a million rows.)"""

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
    plain = iter(_normal_ascii([text for text in texts if text.isascii()]))
    others = iter(_normal([text for text in texts if not text.isascii()]))
    return [_read(next(plain if text.isascii() else others).strip()) for text in texts]


def _normal(texts: Sequence[str]) -> list[str]:
    from daft import col
    from daft.functions import normalize

    if not texts:
        return []
    made = normalize(col(TEXT), remove_punct=True, lowercase=True, nfd_unicode=True, white_space=True)
    found: list[str] = _evaluate(made, [_storable(text) for text in texts]).to_pylist()
    return found


def _normal_ascii(texts: Sequence[str]) -> list[str]:
    """What `_normal` makes of them, but for spaces at the ends; all in one go, with a byte between that is no ASCII."""
    import numpy as np

    if not texts:
        return []
    plain = "\xff".join(texts).encode("latin-1").translate(SMALL, PUNCTUATION)
    characters = np.frombuffer(plain, dtype=np.uint8)
    space = characters == ord(" ")
    doubled = np.zeros(len(characters), dtype=bool)
    doubled[1:] = space[1:] & space[:-1]
    return characters[~doubled].tobytes().decode("latin-1").split("\xff")


def _evaluate(expression: Expression, texts: list[str]) -> pa.ChunkedArray:
    """What an expression over `TEXT` makes of each text. Without Daft's planner, which has nothing to plan here, and takes a fifth of
    the time for a chunk and nearly all of it for a few texts."""
    from daft.expressions import ExpressionsProjection
    from daft.recordbatch import RecordBatch

    batch = RecordBatch.from_pydict({TEXT: texts})
    return batch.eval_expression_list(ExpressionsProjection([expression.alias("made")])).to_arrow_table()["made"]


def _storable(text: str) -> str:
    text = text.replace("\0", " ")
    return clean(text)[0] if is_broken(text) else text


def _read(normal: str) -> Reading:
    """Words; or single characters, where words are few or not separated. A space becomes a mark, so that it counts."""
    spaceless = not normal.isascii() and SPACELESS.search(normal) is not None
    # Of a long text the beginning has words enough: the rest is not counted.
    few = normal.count(" ", 0, BEGINNING) + 1 < SHORT_WORDS and normal.count(" ") + 1 < SHORT_WORDS
    if few or spaceless:
        short = len(normal) < SHORT_CHARACTERS // 2 if spaceless else few
        return Reading(normal, " ".join(normal.replace(" ", "_")), True, short)
    return Reading(normal, normal, False, False)


def signatures(tokens: Sequence[str]) -> Array:
    """MinHash of the token 3-shingles: 48 hashes of 32 bits each, as uint64 of shape rows x 24 (two hashes a number)."""
    import numpy as np
    from daft import col
    from daft.functions import minhash

    hashing = minhash(col(TEXT), num_hashes=2 * PAIRS, ngram_size=SHINGLE, hash_function="xxhash3_64")
    hashed = _evaluate(hashing, list(tokens)).combine_chunks()
    flat = hashed.flatten().to_numpy(zero_copy_only=False)
    return np.ascontiguousarray(flat, dtype=np.uint32).view(np.uint64).reshape(len(tokens), PAIRS)


def shingles(tokens: str) -> Array:
    """The different shingles as numbers (int64, ascending). With 62 bits each, two different shingles have the same number in
    about one of 10^14 pairs of texts."""
    import numpy as np

    parts = tokens.split(" ")
    if len(parts) < SHINGLE:
        return np.array([hash(tokens) & (2**62 - 1)], dtype=np.int64)
    words = np.fromiter(map(hash, parts), np.int64, len(parts)).view(np.uint64)
    mixed = words[:-2] * np.uint64(MIX[0]) + words[1:-1] * np.uint64(MIX[1]) + words[2:] * np.uint64(MIX[2])
    numbers = np.sort((mixed >> np.uint64(2)).view(np.int64))
    fresh = np.ones(len(numbers), dtype=bool)
    fresh[1:] = numbers[1:] != numbers[:-1]
    return numbers[fresh]  # as `np.unique` gives them, in a third of its time


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

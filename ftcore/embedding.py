"""A text becomes 256 numbers: the average of its tokens' vectors, from the weights inside wordllama's wheel."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftcore.chat.cleaning import clean, is_broken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MODEL = "wordllama l2_supercat 256, small letters"
DIMENSIONS = 256
CHARACTERS = 1000
"""So much of a text is read: an average over more words says less, and takes longer."""
BATCH = 256


def embed(texts: Sequence[str], *, characters: int | None = CHARACTERS, dimensions: int = DIMENSIONS) -> Floats:
    """Vectors of length 1, float32 of shape (texts, dimensions): their products are cosines. A text without a word is all zeros.

    Of a text only the first `characters` are read, None: all. The model is trained so that the first 64 or 128 numbers are a
    smaller vector of the same text."""
    import numpy as np

    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    for start in range(0, len(texts), BATCH):
        readable = [_readable(text, characters) for text in texts[start : start + BATCH]]
        _sum_tokens(readable, vectors[start : start + BATCH])
    vectors = vectors[:, :dimensions]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.where(lengths > 0, lengths, 1)
    return vectors


def number_of_tokens(texts: Sequence[str]) -> int:
    """How many tokens all of the texts are to this model."""
    _, tokenizer = _model()
    readable = [_readable(text, None) for text in texts]
    return sum(len(encoded.ids) for encoded in tokenizer.encode_batch_fast(readable, add_special_tokens=False))


def _sum_tokens(texts: list[str], sums: Floats) -> None:
    """Adds up the vectors of each text's tokens. Not wordllama's own `embed`: it pads a batch to its longest text."""
    import numpy as np

    weights, tokenizer = _model()
    ids = [encoded.ids for encoded in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    counts = np.fromiter(map(len, ids), np.int64, len(ids))
    flat = np.fromiter((token for several in ids for token in several), np.int64, int(counts.sum()))
    some = np.flatnonzero(counts)
    if len(some):
        starts = (np.cumsum(counts) - counts)[some]
        sums[some] = np.add.reduceat(weights[flat], starts, axis=0)


def _readable(text: str, characters: int | None) -> str:
    """The beginning of a text, in small letters when it shouts, without what the tokenizer cannot take."""
    text = text[:characters].strip()
    if text.isupper():  # the vectors of "CARD" and "card" have little in common
        text = text.lower()
    return clean(text)[0] if is_broken(text) else text


@cache
def _model() -> tuple[Floats, Any]:
    """(a vector for every token, the tokenizer), read from the installed wheel and never from the network."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    import wordllama

    for handler in [one for one in root.handlers if one not in handlers]:  # its import sets up logging for everybody
        root.removeHandler(handler)
    root.setLevel(level)
    model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, dim=DIMENSIONS, disable_download=True)
    model.tokenizer.no_padding()
    return model.embedding, model.tokenizer

"""An index of texts that tells which of them are alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftcore.dataset.likeness.candidates import BANDS, candidates
from ftcore.dataset.likeness.columns import Columns
from ftcore.dataset.likeness.digests import NOTHING, digest, firsts
from ftcore.dataset.likeness.shingles import PAIRS, Reading, chunks, readings, shingles, signatures
from ftcore.dataset.likeness.verification import Fetch, Shingled, in_steps, similarities

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]
    Found = tuple[Array, Array, Array]

STRICTER = 0.15
"""Added to the similarity for short rows: "cancel a transfer" and "cancel a transaction" share most of their characters."""
STRICTEST = 0.95
ALMOST = 0.999
"""At most so alike are texts that differ in more than case and punctuation, whatever their shingles: "cards and cheques" has those of
"cheques and cards"."""
REMEMBERED = 2_000_000
"""Characters: of so much text the tokens are kept, so that a small project is not read a second time."""
BY_CHARACTER, SHORT = 1, 2

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what is being done)."""


def silent(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""


def stricter(similarity: float) -> float:
    """What short rows need."""
    return max(similarity, min(STRICTEST, similarity + STRICTER))


class LikenessIndex:
    """Texts are added in order, in any portions; row 0 is the first. Of a row it keeps about 220 bytes, in files of `folder` or
    in memory when there is none.

    Hashing is done on another processor while the next texts are got ready; what it raises, the next call raises.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._columns = Columns(folder)
        self._tokens: dict[int, str] | None = {}
        self._kept = 0
        self._hashing: Future[Array] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hashing")
        self.rows = 0

    def add(self, texts: Sequence[str]) -> None:
        for start, end in chunks(texts):
            self._add(readings(texts[start:end]))

    def pairs(self, fetch: Fetch, similarity: float, progress: Progress = silent) -> Iterator[Found]:
        """(earlier rows, later rows, Jaccard similarities) in blocks, each pair once: all pairs found that are at least so similar.

        Of many rows that are the same but for case and punctuation, each is paired with the first only (1.0). Short rows and scripts
        without spaces are compared by character 3-grams; short ones more strictly, and only when their numbers agree: "order 17" and
        "order 18" are different questions. `fetch` gives texts again, by row; a row that has gone since is in no pair.
        """
        import numpy as np

        self._take_hashes()
        digests, rows = self._columns.read("normal"), np.arange(self.rows, dtype=np.int64)
        first = firsts(digests)
        again = first != rows
        yield first[again], rows[again], np.ones(int(again.sum()))
        unique = rows[~again & (digests != NOTHING)]
        yield from self._near(unique, fetch, similarity, progress)

    def _add(self, found: list[Reading]) -> None:
        import numpy as np

        flags = [BY_CHARACTER * text.by_character + SHORT * text.is_short for text in found]
        self._columns.append("flags", np.array(flags, dtype=np.uint8))
        self._columns.append("digits", np.array([text.digits for text in found], dtype=np.int64))
        self._columns.append("lengths", np.array([len(text.normal) for text in found], dtype=np.int32))
        digests = [digest((text.normal,)) if text.normal else NOTHING for text in found]
        self._columns.append("normal", np.array(digests, dtype=np.int64))
        tokens = [text.tokens for text in found]
        self._take_hashes()
        self._hashing = self._thread.submit(signatures, tokens)
        self._remember(tokens)
        self.rows += len(found)

    def _take_hashes(self) -> None:
        """Those of the texts before: of one chunk, so that memory does not grow where hashing is the slower part."""
        hashing, self._hashing = self._hashing, None
        if hashing is not None:
            hashes = hashing.result()
            for pair in range(PAIRS):
                self._columns.append(f"pair{pair}", hashes[:, pair])

    def _remember(self, tokens: list[str]) -> None:
        self._kept += sum(map(len, tokens))
        if self._kept > REMEMBERED:
            self._tokens = None
        elif self._tokens is not None:
            self._tokens.update(enumerate(tokens, self.rows))

    def _near(self, rows: Array, fetch: Fetch, similarity: float, progress: Progress) -> Iterator[Found]:
        import numpy as np

        lengths, flags = self._columns.read("lengths"), self._columns.read("flags")
        shingled = Shingled(fetch, self._tokens)
        compared = 0
        for earlier, later in candidates(
            self._columns, rows, self._worth(), lambda done: progress(done, len(BANDS), "Looking for near-duplicates")
        ):
            for one, other in in_steps(earlier, later, lengths):
                measured = np.minimum(similarities(one, other, shingled), ALMOST)
                short = ((flags[one] | flags[other]) & SHORT) > 0
                enough = measured >= np.where(short, stricter(similarity), similarity)
                compared += len(one)
                progress(compared, 0, "Comparing near-duplicates")
                yield one[enough], other[enough], measured[enough]

    def _worth(self) -> Callable[[Array, Array], Array]:
        flags, digits = self._columns.read("flags"), self._columns.read("digits")

        def worth(one: Array, other: Array) -> Array:
            alike = ((flags[one] ^ flags[other]) & BY_CHARACTER) == 0
            short = ((flags[one] | flags[other]) & SHORT) > 0
            kept: Array = alike & (~short | (digits[one] == digits[other]))
            return kept

        return worth


def likeness(one: Reading, others: Sequence[Reading], similarity: float) -> list[float]:
    """The similarity of a text to each of a few others by the rules of `LikenessIndex.pairs`, without looking for candidates; 0 for
    those that are not alike enough."""
    mine = shingles(one.tokens)
    return [_likeness(one, mine, other, similarity) for other in others]


def _likeness(one: Reading, mine: Array, other: Reading, similarity: float) -> float:
    import numpy as np

    if one.normal == other.normal:
        return 1.0 if one.normal else 0.0
    short = one.is_short or other.is_short
    if not (one.normal and other.normal) or one.by_character != other.by_character:
        return 0.0
    if short and one.digits != other.digits:
        return 0.0
    theirs = shingles(other.tokens)
    both = len(np.intersect1d(mine, theirs, assume_unique=True))
    measured = min(ALMOST, both / (len(mine) + len(theirs) - both))
    return measured if measured >= (stricter(similarity) if short else similarity) else 0.0

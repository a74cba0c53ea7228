"""The checks that compare rows with each other: exact copies, near-duplicates, contradictions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftcore.dataset.answers import Profile, describe
from ftcore.dataset.checks import contradiction, exact_duplicate, near_duplicate
from ftcore.dataset.duplicates import Pair, as_pairs
from ftcore.dataset.likeness.best import Best, portions
from ftcore.dataset.likeness.columns import Columns
from ftcore.dataset.likeness.digests import firsts
from ftcore.dataset.likeness.index import LikenessIndex, Progress, silent
from ftcore.dataset.limits import Limits
from ftcore.records import Problem, TrainingExample

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]
    Found = tuple[Array, Array, Array]

ACROSS_CODES: frozenset[str] = frozenset((exact_duplicate.CODE, near_duplicate.CODE, contradiction.CODE))
"""Codes that only a comparison with other rows can give: they come and go with those rows."""

Fetch = Callable[[Sequence[int]], dict[int, TrainingExample]]
"""Examples again, by id. What has gone in the meantime is left out, and no problem is found in it."""
PAIR = ("earlier", "later", "similarity")
"""The columns of what was found."""
MOST = 1_000_000


def find_across(examples: Sequence[TrainingExample], limits: Limits, light: Profile) -> Iterator[tuple[int, Problem]]:
    """(row, problem) of all rows compared with each other. `related` is an index into `examples`."""
    across = Across(with_answers=light.kind == "text")
    across.add(range(len(examples)), examples)
    yield from across.findings(lambda ids: {id_: examples[id_] for id_ in ids}, limits, light)


class Across:
    """Compares examples that come in portions and are not kept. Of each it keeps about 240 bytes, in files of `folder` (or in
    memory, for a list), and asks for the texts of those again that may be alike: a million rows take about 100 MB of memory.

    What is compared depends on whether the answers are free text. Who knows it beforehand says so with `with_answers`;
    otherwise the first portion decides, and `findings` reads everything again when the whole data set turns out otherwise.
    """

    def __init__(self, folder: Path | None = None, *, with_answers: bool | None = None) -> None:
        self._folder, self._with_answers = folder, with_answers
        self._columns = Columns(folder)
        self._index = LikenessIndex(folder and folder / "likeness")
        self._found: tuple[float, str] | None = None

    def add(self, ids: Sequence[int], examples: Sequence[TrainingExample]) -> None:
        """Examples with their ids, in order: of a pair, the later one gets the problem. ValueError when they are not equally many."""
        if len(ids) != len(examples):
            raise ValueError(f"{len(ids)} ids were given for {len(examples)} examples")
        if not examples:
            return
        if self._with_answers is None:
            self._with_answers = describe(examples) == "text"
        self._columns.append("ids", _numbers(ids))
        self._columns.append("copies", _numbers(map(exact_duplicate.conversation, examples)))
        self._columns.append("asked", _numbers(map(contradiction.asked, examples)))
        self._add_questions(examples)

    def findings(
        self, fetch: Fetch, limits: Limits, light: Profile, progress: Progress = silent
    ) -> Iterator[tuple[int, Problem]]:
        """(id, problem) of everything found; `related` is an id. First all copies, then the near-duplicates (each row once, with the
        most similar earlier one), then the contradictions (every row of a disagreement). What is in `limits.off` is not looked for."""
        if exact_duplicate.CODE not in limits.off:
            yield from ((later, exact_duplicate.problem(first)) for first, later in self.copies())
        if near_duplicate.CODE not in limits.off:
            yield from self._near(fetch, limits.similarity, light, progress)
        if contradiction.CODE not in limits.off:
            yield from self._contradictions(fetch, light, progress)

    def pairs(self, fetch: Fetch, similarity: float, light: Profile, progress: Progress = silent) -> Iterator[Pair]:
        """The near-duplicates by id, exact copies among them (1.0), for clusters and for leakage. After `findings` with the same
        limits this costs nothing more."""
        ids = self._columns.read("ids")
        for one, other, measured in self._pairs(fetch, similarity, light, progress):
            yield from as_pairs(ids[one], ids[other], measured)

    def same_questions(self) -> Iterator[tuple[int, int]]:
        """(id of the first, id of the later one) of the rows that ask the same, word for word, whatever they answer."""
        return self._linked(firsts(self._columns.read("asked")))

    def copies(self) -> Iterator[tuple[int, int]]:
        """(id of the first, id of the later one) of conversations that are the same, word for word."""
        return self._linked(self._copies())

    def _copies(self) -> Array:
        return firsts(self._columns.read("copies"))

    def _linked(self, first: Array) -> Iterator[tuple[int, int]]:
        import numpy as np

        ids = self._columns.read("ids")
        later = np.flatnonzero(first != np.arange(len(first)))
        yield from zip(ids[first[later]].tolist(), ids[later].tolist(), strict=True)

    def _add_questions(self, examples: Iterable[TrainingExample]) -> None:
        self._index.add([near_duplicate.question(example, bool(self._with_answers)) for example in examples])

    def _pairs(self, fetch: Fetch, similarity: float, light: Profile, progress: Progress) -> Iterator[Found]:
        """By row. They are looked for once, and kept in columns."""
        if self._found != (similarity, light.kind):
            self._look(fetch, similarity, light, progress)
            self._found = (similarity, light.kind)
        columns = [self._columns.read(name) for name in PAIR]
        for at in range(0, len(columns[0]), MOST):
            one, other, measured = (column[at : at + MOST] for column in columns)
            yield one, other, measured

    def _look(self, fetch: Fetch, similarity: float, light: Profile, progress: Progress) -> None:
        ids = self._columns.read("ids")
        if self._with_answers != (light.kind == "text") and len(ids):
            self._read_again(fetch, light.kind == "text", progress)

        def texts(rows: Sequence[int]) -> dict[int, str]:
            known = fetch(ids[rows].tolist())
            examples = {row: known[int(ids[row])] for row in rows if int(ids[row]) in known}
            return {row: near_duplicate.question(one, bool(self._with_answers)) for row, one in examples.items()}

        for name in PAIR:
            self._columns.delete(name)
        for block in self._index.pairs(texts, similarity, progress):
            for name, values in zip(PAIR, block, strict=True):
                self._columns.append(name, values)

    def _read_again(self, fetch: Fetch, with_answers: bool, progress: Progress) -> None:
        """The first portion was no sample of the rest: what is compared is another text than it seemed."""
        ids = self._columns.read("ids")
        self._with_answers = with_answers
        self._index = LikenessIndex(self._folder and self._folder / "likeness")
        gone = TrainingExample([])
        for part in portions(ids):
            known = fetch(part.tolist())
            self._add_questions(known.get(id_, gone) for id_ in part.tolist())
            progress(self._index.rows, len(ids), "Reading the examples again")

    def _near(
        self, fetch: Fetch, similarity: float, light: Profile, progress: Progress
    ) -> Iterator[tuple[int, Problem]]:
        ids, copies = self._columns.read("ids"), self._copies()
        best = Best(len(ids))
        for one, other, measured in self._pairs(fetch, similarity, light, progress):
            kept = (measured < 1.0) | (copies[one] != copies[other])
            best.add(one[kept], other[kept], measured[kept])
        for rows in portions(best.rows()):
            found = as_pairs(ids[best.other[rows]], ids[rows], best.similarity[rows])
            yield from _near_problems(list(found), fetch, light)

    def _contradictions(self, fetch: Fetch, light: Profile, progress: Progress) -> Iterator[tuple[int, Problem]]:
        import numpy as np

        ids, first = self._columns.read("ids"), firsts(self._columns.read("asked"))
        rows = np.flatnonzero(np.bincount(first, minlength=len(first))[first] > 1)
        rows = rows[np.argsort(first[rows], kind="stable")]

        def members() -> Iterator[tuple[int, TrainingExample]]:
            done = 0
            for part in portions(rows):
                known = fetch(ids[part].tolist())
                yield from ((row, known[int(ids[row])]) for row in part.tolist() if int(ids[row]) in known)
                done += len(part)
                progress(done, len(rows), "Looking for contradictions")

        for _, group in groupby(members(), key=lambda member: int(first[member[0]])):
            yield from contradiction.disagreements(((int(ids[row]), example) for row, example in group), light)


def _near_problems(pairs: Sequence[Pair], fetch: Fetch, light: Profile) -> Iterator[tuple[int, Problem]]:
    """Whether the answers differ is asked only where answers are labels or JSON."""
    asks = light.kind != "text"
    known = fetch(sorted({id_ for pair in pairs for id_ in (pair.earlier, pair.later)})) if asks else {}
    for pair in pairs:
        if asks and not (pair.earlier in known and pair.later in known):
            continue
        differ = asks and near_duplicate.answers_differ(known[pair.earlier], known[pair.later])
        problem = near_duplicate.problem(pair.similarity, pair.earlier, differ)
        if problem is not None:
            yield pair.later, problem


def _numbers(values: Iterable[int]) -> Array:
    import numpy as np

    return np.fromiter(values, np.int64)

"""Leakage: a question that is trained on and tested on too. Its test measures memory, not learning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ftcore.dataset.answers import Profile, describe
from ftcore.dataset.checks.across import Across
from ftcore.dataset.duplicates import Pair, clusters
from ftcore.records import Severity, Split, TrainingExample

HELD_BACK = {Split.TEST: 2, Split.VALIDATION: 1, Split.TRAIN: 0}
"""Which of two splits measures the other."""


@dataclass(frozen=True, slots=True)
class Leak:
    """Two rows on different sides. `test_id` is the one that measures (test before validation), `train_id` the one that it was to be
    unlike; `splits` are theirs, in this order. `exact`: the same question but for case and punctuation; then `similarity` is 1.0."""

    test_id: int
    train_id: int
    splits: tuple[Split, Split]
    similarity: float
    exact: bool

    @property
    def severity(self) -> Severity:
        """A test row that was trained on makes the verdict worthless, and blocks a launch; the others make a choice too rosy."""
        return Severity.ERROR if self.splits == (Split.TEST, Split.TRAIN) else Severity.WARNING


def find_leaks(rows: Sequence[tuple[int, Split | None, TrainingExample]], similarity: float = 0.6) -> list[Leak]:
    """All leaks among rows of (id, split, example), as `leaks_of` gives them."""
    examples = {id_: example for id_, _, example in rows}
    light = Profile(describe(list(examples.values())))
    across = Across(with_answers=light.kind == "text")
    across.add(list(examples), list(examples.values()))
    pairs = across.pairs(lambda ids: {id_: examples[id_] for id_ in ids}, similarity, light)
    return leaks_of(pairs, {id_: split for id_, split, _ in rows}, across.same_questions())


def leaks_of(
    pairs: Iterable[Pair], splits: Mapping[int, Split | None], same: Iterable[tuple[int, int]] = ()
) -> list[Leak]:
    """Leaks from what `Across` finds: `pairs` of near-duplicates by id and the `same` questions. Those that block come first, then
    the most similar. Rows that `splits` does not know, or that are in no split, are in no leak.

    A row that measures comes once for each question alike on another side, however often that question is asked there: so every test
    row that leaks is named, and a thousand copies make no million pairs.
    """
    near: list[Pair] = []
    exact: list[Pair] = []
    for pair in pairs:
        (exact if pair.similarity == 1.0 else near).append(pair)
    twins = {row: cluster.rows for cluster in clusters(exact) for row in cluster.rows}
    asked = clusters(Pair(one, other, 1.0) for one, other in same)
    found: dict[tuple[int, int], Leak] = {}
    for group in {*twins.values(), *(cluster.rows for cluster in asked)}:
        for leak in _between(group, group, splits, 1.0):
            found[leak.test_id, leak.train_id] = leak
    for pair in near:
        one, other = (twins.get(row, (row,)) for row in (pair.earlier, pair.later))
        for leak in (
            *_between(one, other, splits, pair.similarity),
            *_between(other, one, splits, pair.similarity),
        ):
            known = found.setdefault((leak.test_id, leak.train_id), leak)
            if known.similarity < leak.similarity:
                found[leak.test_id, leak.train_id] = leak
    return sorted(found.values(), key=_order)


def _between(
    rows: Sequence[int], others: Sequence[int], splits: Mapping[int, Split | None], similarity: float
) -> Iterator[Leak]:
    """Each of `rows` with the first of `others` in every split that it measures."""
    first: dict[Split, int] = {}
    for row in others:
        side = splits.get(row)
        if side is not None:
            first.setdefault(side, row)
    for row in rows:
        side = splits.get(row)
        for other, partner in first.items():
            if side is not None and HELD_BACK[other] < HELD_BACK[side]:
                yield Leak(row, partner, (side, other), similarity, similarity == 1.0)


def _order(leak: Leak) -> tuple[bool, float, int, int]:
    return leak.severity != Severity.ERROR, -leak.similarity, leak.test_id, leak.train_id

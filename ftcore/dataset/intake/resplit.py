"""Which new rows are learnt from and which are tested on, in the light of all rows of the project."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from ftcore.dataset.intake.labels import Labels
from ftcore.dataset.profiles import normal
from ftcore.dataset.split import plan_splits
from ftcore.dataset.split_plan import SplitPlan
from ftcore.records import Example, Split, TrainingExample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

SIDES = (None, *Split)


class Division:
    """Collects of each row what the split needs (about 100 bytes), then plans."""

    def __init__(self) -> None:
        self._ids, self._sides = array("q"), array("b")
        self._keys: list[str] = []
        self._groups: list[str | None] = []
        self._labels = Labels()

    def add(self, rows: Sequence[Example]) -> None:
        for row in rows:
            self.add_one(row.id, row.training, row.split, row.grouping, normal(row.training.response))

    def add_one(self, id_: int, training: TrainingExample, split: Split | None, grouping: str, stratum: str) -> None:
        """`split` is what is decided already; `stratum` what the row is one of, if every such is to have its share."""
        self._ids.append(id_)
        self._sides.append(SIDES.index(split))
        self._keys.append(_key(training.prompt))
        self._groups.append(_key(grouping) if grouping else None)
        self._labels.add(stratum)

    def strata(self) -> list[Hashable] | None:
        """What each row is one of; None when there are too many different ones."""
        return self._labels.words()

    @property
    def ids(self) -> Ints:
        import numpy as np

        return np.array(self._ids, np.int64)

    def places(self, ids: Ints) -> Ints:
        """Where rows stand, by their ids, which have come rising."""
        import numpy as np

        return np.searchsorted(self.ids, ids)

    def plan(
        self, earlier: Ints, later: Ints, *, seed: int, test_rows: int | None, by_label: bool, locked: bool
    ) -> SplitPlan:
        """`earlier` and `later` are the places of rows that are nearly the same. Only rows without a split are given one.

        `by_label` gives every label its share, unless labels are so rare that fewer rows could be tested then.
        """
        together: list[Sequence[Hashable]] = [_linked(len(self._keys), earlier, later).tolist()]
        if any(self._groups):
            together.append(self._groups)
        fixed = [SIDES[side] for side in self._sides]

        def planned(strata: list[Hashable] | None) -> SplitPlan:
            return plan_splits(
                self._keys, fixed, seed=seed, test_rows=test_rows, together=together, strata=strata, locked=locked
            )

        plain = planned(None)
        strata = self.strata() if by_label else None
        if strata is None:
            return plain
        fair = planned(strata)
        return fair if fair.counts[Split.TEST] >= plain.counts[Split.TEST] else plain


def _key(text: str) -> str:
    """A short stand-in for a text, the same on any machine."""
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=10).hexdigest()


def _linked(n: int, earlier: Ints, later: Ints) -> Ints:
    """A number for every row, the same for rows that are linked, also by way of others."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(earlier), np.int8), (earlier, later)), shape=(n, n))
    found: Ints = connected_components(graph, directed=False)[1].astype(np.int64)
    return found

"""Who is trained on and who is tested on: seeded, the same on any machine, and no row has its twin on the other side."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from ftcore.dataset.bunches import Bunches, bunch, numbered
from ftcore.dataset.quotas import Share, share_out
from ftcore.dataset.split_plan import Held, SplitPlan, StratumCounts, TooLarge, sentences
from ftcore.records import Split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Codes = NDArray[np.int8]
    Ints = NDArray[np.int64]

PRECEDENCE = (Split.TEST, Split.VALIDATION, Split.TRAIN)
"""In this order a bunch that people divided draws its free rows to a side. A split's place here is its number below."""
TEST, VALIDATION, TRAIN, FREE, HELD = range(5)
ENOUGH = 1000
MOST_LISTED = 100


def propose_test_rows(n: int) -> tuple[int, str]:
    """How many of `n` rows to hold out for the test, and why, in one sentence.

    100 below 1,000 rows when that leaves at least half for training, otherwise a fifth; a tenth, at most 500, above.
    """
    if n < 5:
        return 0, f"{n} rows are too few to test anything."
    if n >= ENOUGH:
        rows = min(500, n // 10)
        return rows, f"{rows} test rows of {n:,}: enough to show differences of a few points, and quick to ask."
    if n >= 200:
        return (
            100,
            "100 test rows: with 30, a test sees only very large differences; more than half is left for training.",
        )
    rows = max(1, n // 5)
    return rows, f"{rows} test rows, a fifth: so few show only large differences. Add examples when you can."


def assign_splits(
    keys: Sequence[str],
    fixed: Sequence[Split | None],
    *,
    seed: int,
    test_rows: int | None = None,
    validation_share: float = 0.1,
    groups: Sequence[Hashable] | None = None,
    strata: Sequence[Hashable] | None = None,
) -> list[Split]:
    """A split for every row, aligned with `keys`: what `plan_splits` plans when nothing is locked."""
    together = () if groups is None else (groups,)
    plan = plan_splits(
        keys,
        fixed,
        seed=seed,
        test_rows=test_rows,
        validation_share=validation_share,
        together=together,
        strata=strata,
    )
    return [split or Split.TRAIN for split in plan.splits]


def plan_splits(
    keys: Sequence[str],
    fixed: Sequence[Split | None],
    *,
    seed: int,
    test_rows: int | None = None,
    validation_share: float = 0.1,
    together: Sequence[Sequence[Hashable]] = (),
    strata: Sequence[Hashable] | None = None,
    locked: bool = False,
) -> SplitPlan:
    """Plans a split for every row, aligned with `keys` (the row's question or its whole text).

    Rows with the same key, and rows that agree in one of the groupings in `together` (`duplicates.groups`, a group column;
    None stands for no group), stay on one side: a test on a twin of a training row measures memory. `fixed` holds the
    splits that are decided already; they stay, and free rows of their bunch join them. `test_rows` counts all test rows,
    fixed ones included; None means the proposal, or none when some are fixed. Validation takes its share of what is left,
    unless the file has brought its own.

    With `strata` (the label or tag of each row) every stratum gives its proportional share, to within one bunch; a stratum's
    last bunch always stays in training. With `locked` nothing enters or leaves the test split, and a free row with a twin in
    it is held: it gets no split. The order of rows plays no part. Raises ValueError for lengths that differ.
    """
    import numpy as np

    n = len(keys)
    if len(fixed) != n or (strata is not None and len(strata) != n):
        raise ValueError("Keys, fixed splits and strata must have one value for every row.")
    bunches = bunch(n, [keys, *together])
    number = {split: code for code, split in enumerate(PRECEDENCE)}
    given = np.fromiter((FREE if split is None else number[split] for split in fixed), np.int8, n)
    codes, divided = _join(given, bunches, locked)
    kinds = _strata(strata, bunches, seed)
    places = _places(keys, bunches, seed)
    has_test = bool((given == TEST).any())
    if test_rows is None:
        test_rows = 0 if has_test else propose_test_rows(n)[0]
    too_large = [] if locked else _fill(TEST, test_rows, codes, bunches, kinds, places)
    left = n - int(np.isin(codes, (TEST, HELD)).sum())
    wanted = 0 if bool((given == VALIDATION).any()) else round(left * validation_share)
    too_large += _fill(VALIDATION, wanted, codes, bunches, kinds, places)
    codes[codes == FREE] = TRAIN
    return _told(codes, bunches, strata, too_large, divided, test_rows, locked)


def _join(given: Codes, bunches: Bunches, locked: bool) -> tuple[Codes, int]:
    """(splits after free rows joined the decided ones of their bunch, how many bunches are divided by what is decided)."""
    import numpy as np

    if not len(given):
        return given.copy(), 0
    decided = np.where(given == FREE, -1, given)
    first = np.minimum.reduceat(given[bunches.order], bunches.starts)
    last = np.maximum.reduceat(decided[bunches.order], bunches.starts)
    side = first.copy()
    if locked:
        side[first == TEST] = HELD
    codes = np.where(given == FREE, side[bunches.of], given).astype(np.int8)
    return codes, int(((last >= 0) & (first < last)).sum())


def _strata(strata: Sequence[Hashable] | None, bunches: Bunches, seed: int) -> Ints | None:
    """The stratum of every bunch: that of most of its rows. Strata are numbered in an order that the seed decides, so that
    neither the order of rows nor the alphabet says which one gives the odd row."""
    import numpy as np

    if strata is None or not len(strata):
        return None
    different = sorted(set(strata), key=lambda value: _place(seed, f"stratum:{value!r}"))
    number = {value: at for at, value in enumerate(different)}
    rows = np.fromiter((number[value] for value in strata), np.int64, len(strata))
    pairs, counts = np.unique(bunches.of * len(different) + rows, return_counts=True)
    owner, kind = np.divmod(pairs, len(different))
    order = np.lexsort((kind, -counts, owner))
    _, first = np.unique(owner[order], return_index=True)
    return np.asarray(kind[order][first], dtype=np.int64)


def _places(keys: Sequence[str], bunches: Bunches, seed: int) -> Ints:
    """All bunches, in the seed's order: by the least place of their rows."""
    import numpy as np

    if not len(keys):
        return np.empty(0, np.int64)
    rows = np.fromiter((int.from_bytes(_place(seed, key)[:8]) for key in keys), np.uint64, len(keys))
    return np.argsort(np.minimum.reduceat(rows[bunches.order], bunches.starts), kind="stable")


def _fill(
    side: int, wanted: int, codes: Codes, bunches: Bunches, kinds: Ints | None, places: Ints
) -> list[tuple[int, int]]:
    """Gives free bunches to a side until it has `wanted` rows; (bunch, split) of those that were too large for it."""
    import numpy as np

    wanted -= int((codes == side).sum())
    if wanted <= 0:
        return []
    heads = codes[bunches.order[bunches.starts]]
    free = places[heads[places] == FREE]
    if not len(free):
        return []
    share = Share(free, bunches.sizes[free], None if kinds is None else kinds[free])
    row_kinds = None if kinds is None else kinds[bunches.of]
    taken, passed = share_out(share, wanted, *_standing(row_kinds, codes, side))
    chosen = np.zeros(len(bunches.sizes), bool)
    chosen[taken] = True
    codes[chosen[bunches.of] & (codes == FREE)] = side
    return [(int(one), side) for one in passed]


def _standing(kinds: Ints | None, codes: Codes, side: int) -> tuple[Ints | None, Ints | None, Ints | None]:
    """By stratum: rows that may count (all but held ones and, for validation, test rows), rows on this side, rows in training."""
    import numpy as np

    if kinds is None:
        return None, None, None
    many = int(kinds.max()) + 1
    counts = [codes != HELD if side == TEST else ~np.isin(codes, (HELD, TEST)), codes == side, codes == TRAIN]
    every, here, learnt = (np.bincount(kinds[mask], minlength=many) for mask in counts)
    return every, here, learnt


def _told(
    codes: Codes,
    bunches: Bunches,
    strata: Sequence[Hashable] | None,
    too_large: list[tuple[int, int]],
    divided: int,
    test_rows: int,
    locked: bool,
) -> SplitPlan:
    import numpy as np

    names: list[Split | None] = [*PRECEDENCE, None, None]
    splits = [names[code] for code in codes.tolist()]
    counts = {split: int((codes == code).sum()) for code, split in enumerate(PRECEDENCE)}
    held = tuple(_held(row, codes, bunches) for row in np.flatnonzero(codes == HELD).tolist())
    large = {
        (one, side): TooLarge(int(bunches.sizes[one]), int(bunches.rows(one)[0]), names[side])
        for one, side in too_large
    }
    listed = tuple(sorted(large.values(), key=lambda b: (-b.rows, b.first_row))[:MOST_LISTED])
    table = () if strata is None else _table(codes, strata)
    words = sentences(counts, table, listed, len(held), divided, wanted=test_rows, locked=locked)
    return SplitPlan(splits, counts, held, table, listed, divided, words)


def _held(row: int, codes: Codes, bunches: Bunches) -> Held:
    rows = bunches.rows(int(bunches.of[row]))
    return Held(row, int(rows[codes[rows] == TEST][0]))


def _table(codes: Codes, strata: Sequence[Hashable]) -> tuple[StratumCounts, ...]:
    """Rows of every stratum on every side, the largest stratum first."""
    import numpy as np

    numbers: Any = numbered([(value,) for value in strata])  # in a tuple, None is a stratum like any other
    names = list(dict.fromkeys(strata))
    cells = np.bincount(numbers * 5 + codes, minlength=len(names) * 5).reshape(-1, 5)
    rows = [
        StratumCounts(name, int(c[TRAIN]), int(c[VALIDATION]), int(c[TEST]), int(c[HELD]))
        for name, c in zip(names, cells, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.rows, str(row.stratum))))


def _place(seed: int, key: str) -> bytes:
    return hashlib.sha256(f"{seed}:{key}".encode(errors="replace")).digest()

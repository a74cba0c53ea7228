"""Who is trained on and who is tested on: seeded, the same on any machine, and no row has its twin on the other side."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Sequence

from ftcore.records import Split

PRECEDENCE = (Split.TEST, Split.VALIDATION, Split.TRAIN)
ENOUGH = 1000


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
) -> list[Split]:
    """A split for every row, aligned with `keys` (the row's question or its whole text).

    Rows with the same key, and rows of the same group (`duplicates.groups`), stay on one side: a test on a twin of a training
    row measures memory. `fixed` holds the splits that are decided already; they stay, and free rows of their group join
    them. `test_rows` counts all test rows, fixed ones included; None means the proposal, or none when some are fixed.
    Validation takes its share of what is left, unless the file has brought its own. The order of rows plays no part.
    """
    result: list[Split | None] = list(fixed)
    bunches = _bunches(keys, groups)
    for rows in bunches:
        decided = {result[row] for row in rows}
        side = next((split for split in PRECEDENCE if split in decided), None)
        for row in rows:
            result[row] = result[row] or side
    free = [rows for rows in bunches if result[rows[0]] is None]
    free.sort(key=lambda rows: min(_place(seed, keys[row]) for row in rows))
    if test_rows is None:
        test_rows = 0 if Split.TEST in fixed else propose_test_rows(len(keys))[0]
    free = _fill(free, Split.TEST, test_rows - result.count(Split.TEST), result)
    left = len(keys) - result.count(Split.TEST)
    wanted = 0 if Split.VALIDATION in fixed else round(left * validation_share)
    free = _fill(free, Split.VALIDATION, wanted - result.count(Split.VALIDATION), result)
    return [split or Split.TRAIN for split in result]


def _bunches(keys: Sequence[str], groups: Sequence[Hashable] | None) -> list[list[int]]:
    """Rows that must stay together: the same key or the same group, also by way of a third row."""
    parent = list(range(len(keys)))

    def find(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    for labels in (keys, groups or ()):
        first: dict[Hashable, int] = {}
        for row, label in enumerate(labels):
            parent[find(row)] = find(first.setdefault(label, row))
    together: dict[int, list[int]] = defaultdict(list)
    for row in range(len(keys)):
        together[find(row)].append(row)
    return list(together.values())


def _fill(free: list[list[int]], side: Split, wanted: int, result: list[Split | None]) -> list[list[int]]:
    """Gives groups to a side until it has what is wanted; one that is too big for the rest is passed over."""
    left: list[list[int]] = []
    for rows in free:
        if 0 < len(rows) <= wanted:
            wanted -= len(rows)
            for row in rows:
                result[row] = side
        else:
            left.append(rows)
    return left


def _place(seed: int, key: str) -> bytes:
    return hashlib.sha256(f"{seed}:{key}".encode(errors="replace")).digest()

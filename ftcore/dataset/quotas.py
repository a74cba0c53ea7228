"""How many rows each stratum gives to a split, and which bunches make them up: largest remainder over whole bunches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Share:
    """The free bunches in the order in which they are tried, with their sizes and strata (None: one stratum for all)."""

    bunches: Ints
    sizes: Ints
    kinds: Ints | None = None


def share_out(
    free: Share, wanted: int, every: Ints | None = None, here: Ints | None = None, learnt: Ints | None = None
) -> tuple[Ints, Ints]:
    """(bunches that together have at most `wanted` rows, bunches that are larger than all that is wanted).

    By stratum, `every` counts the rows that the shares are measured by, `here` those that the split has already, `learnt`
    those in training. A stratum gives its quota as far as whole bunches allow; what is missing then is made up by at most
    one bunch more from each stratum. A stratum of which nothing is in training keeps its last bunch.
    """
    import numpy as np

    sizes = free.sizes.tolist()
    if free.kinds is None or every is None or here is None or learnt is None:
        taken = _first_that_fit(sizes, wanted)
    else:
        needs = _needs(wanted, every, here)
        spare = np.bincount(free.kinds, minlength=len(every)) - (learnt == 0)
        taken = _by_stratum(sizes, free.kinds.tolist(), needs.tolist(), spare.tolist(), wanted)
    return free.bunches[taken], free.bunches[free.sizes > wanted]


def largest_remainder(total: int, weights: Ints) -> Ints:
    """`total` in whole numbers, in proportion to `weights`; the odd ones go to the largest remainders, then to the first."""
    import numpy as np

    whole = int(weights.sum())
    if total <= 0 or whole == 0:
        return np.zeros(len(weights), np.int64)
    shares, remainders = np.divmod(weights * total, whole)
    odd = np.lexsort((np.arange(len(weights)), -remainders))[: total - int(shares.sum())]
    shares[odd] += 1
    return np.asarray(shares, dtype=np.int64)


def _needs(wanted: int, every: Ints, here: Ints) -> Ints:
    """What each stratum should still give. Where people fixed more than its share of one, the others give less."""
    needs = (largest_remainder(wanted + int(here.sum()), every) - here).clip(min=0)
    return largest_remainder(wanted, needs) if needs.sum() > wanted else needs


def _first_that_fit(sizes: list[int], wanted: int) -> list[int]:
    taken = []
    for at, size in enumerate(sizes):
        if wanted == 0:
            break
        if size <= wanted:
            taken.append(at)
            wanted -= size
    return taken


def _by_stratum(sizes: list[int], kinds: list[int], needs: list[int], spare: list[int], wanted: int) -> list[int]:
    """`needs` and `spare` (bunches that a stratum can give) are used up."""
    taken, left = [], sum(needs)
    for at, (size, kind) in enumerate(zip(sizes, kinds, strict=True)):
        if left == 0:
            break
        if size <= needs[kind] and spare[kind] > 0:
            taken.append(at)
            spare[kind] -= 1
            needs[kind] -= size
            left -= size
            wanted -= size
    return taken + _made_up(sizes, kinds, needs, spare, wanted, set(taken)) if wanted > 0 else taken


def _made_up(
    sizes: list[int], kinds: list[int], needs: list[int], spare: list[int], wanted: int, taken: set[int]
) -> list[int]:
    """At most one bunch more of each stratum: first of those that gave too little, then of any."""
    more: list[int] = []
    done: set[int] = set()
    for only_short in (True, False):
        for at, (size, kind) in enumerate(zip(sizes, kinds, strict=True)):
            if wanted == 0 or len(done) == len(needs):
                return more
            if size > wanted or spare[kind] <= 0 or kind in done or at in taken or (only_short and needs[kind] == 0):
                continue
            more.append(at)
            done.add(kind)
            spare[kind] -= 1
            wanted -= size
    return more

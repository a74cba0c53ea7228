"""Is it better everywhere? The comparison once more in each part of the test set, corrected for how many parts there are.

Whoever looks at twenty parts finds one that differs by chance: hence Benjamini-Hochberg over all parts that are large
enough to be told of. Nothing here changes the verdict. Pure.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from ftcore.evaluation.numbers import signed
from ftcore.evaluation.parts import FEWEST, Part
from ftcore.evaluation.statistics import benjamini_hochberg, compare
from ftcore.records import Comparison

SURE = 0.05


@dataclass(frozen=True, slots=True)
class Slice:
    """A part with its comparison. `comparison` is None below 10 examples with both answers; `p_adjusted` is corrected for
    the number of parts told of."""

    part: Part
    n: int
    comparison: Comparison | None = None
    p_adjusted: float = 1.0

    @property
    def sure(self) -> bool:
        """Whether the difference here is more than chance, among so many parts."""
        return self.comparison is not None and self.p_adjusted < SURE


def slices(
    parts: Sequence[Part],
    baseline: Sequence[float | None],
    candidate: Sequence[float | None],
    *,
    clusters: Sequence[Hashable] | None = None,
    delta: float = 0.05,
    seed: int = 0,
) -> list[Slice]:
    """`baseline` and `candidate` are (n,) scores, None = missing; `parts` hold positions in them, `clusters` as for
    `compare`. In the order of the parts."""
    found: list[Slice] = []
    for part in parts:
        both = [at for at in part.places if baseline[at] is not None and candidate[at] is not None]
        if len(both) < FEWEST:
            found.append(Slice(part, len(both)))
            continue
        one = compare(
            [baseline[at] for at in both],
            [candidate[at] for at in both],
            clusters=None if clusters is None else [clusters[at] for at in both],
            delta=delta,
            seed=seed,
        )
        found.append(Slice(part, len(both), one))
    told = [at for at, one in enumerate(found) if one.comparison is not None]
    adjusted = benjamini_hochberg([one.comparison.p_value for one in found if one.comparison is not None])
    for at, p_value in zip(told, adjusted, strict=True):
        found[at] = Slice(found[at].part, found[at].n, found[at].comparison, float(p_value))
    return found


def flips(overall: Comparison, found: Sequence[Slice], limit: int = 3) -> list[str]:
    """Sentences about parts that point the other way than the whole, by more than matters or for sure; the surest first.
    Those that may be chance say so."""
    ahead = overall.mean_difference
    against = [
        one
        for one in found
        if one.comparison is not None
        and one.comparison.mean_difference * ahead < 0
        and (one.sure or abs(one.comparison.mean_difference) >= overall.delta)
    ]
    against.sort(key=lambda one: (not one.sure, one.p_adjusted, one.part.name))
    return [_told(one, better=ahead > 0) for one in against[:limit]]


def _told(one: Slice, *, better: bool) -> str:
    assert one.comparison is not None
    whole, here = ("Better", "worse") if better else ("Worse", "better")
    chance = "" if one.sure else ", which may be chance"
    return (
        f"{whole} overall, {here} for {one.part.kind.lower()} “{one.part.value}”: "
        f"{signed(one.comparison.mean_difference)} of 100 on {one.n} examples{chance}."
    )

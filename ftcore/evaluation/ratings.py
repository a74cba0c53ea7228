"""What came of a blind rating: who was preferred, how sure that is, whether the raters agree, and whether length decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ftcore.evaluation.intervals import wilson
from ftcore.evaluation.statistics import compare
from ftcore.store.ratings import Judged, Rating

ENOUGH = 50
"""Blind ratings from which on a judge model can be held against people."""
HIDDEN, DOUBTFUL = 0.4, 0.6
"""Kappa below which a judge's verdict is not shown, and below which it is shown with a warning."""
OTHER, EQUAL, CANDIDATE = 0, 1, 2
"""What was said of a row, in an order in which the steps are equally far: the categories of kappa."""


@dataclass(frozen=True, slots=True)
class Preference:
    """`share` in [0, 1]: how often the candidate is preferred, a tie counting half; `low` and `high` bound it at 95%.

    `rows` counts the rows rated, `ties` those judged equal (`neither` of them: both bad), `same` the rows whose answers
    were the same to the letter, which count as ties without being asked.
    """

    rows: int
    share: float
    low: float
    high: float
    p_value: float
    wins: int
    losses: int
    ties: int
    neither: int = 0
    same: int = 0
    method: str = ""
    rough: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """Weighted kappa (linear weights) of two who rated the same `rows`; 1 = always the same, 0 = as by chance, None = both
    said one and the same thing of every row, so that chance explains it all."""

    first: str
    second: str
    rows: int
    kappa: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LengthBias:
    """Of `rows` where one of two answers of different length was preferred, the longer one was on `longer`."""

    rows: int
    longer: int
    share: float
    low: float
    high: float

    @property
    def noticeable(self) -> bool:
        return self.low > 0.5


def prefer(
    found: Sequence[Rating], arms: tuple[str, str], *, same: int = 0, pairs: int = 0, seed: int = 0
) -> Preference | None:
    """How often the first of `arms` is preferred to the second; None when nothing was rated.

    A row's raters are averaged first. `same` rows have two equal answers and `pairs` differ: when only some pairs were
    rated, as large a part of the equal ones counts. The interval is that of `statistics.compare` on the paired values
    (preferred 1, equal 1/2): for clear decisions only, Bonett-Price and the exact McNemar test.
    """
    values = _values(found, arms)
    if not values:
        return None
    equal = round(same * min(1.0, len(values) / pairs)) if pairs else same
    shares = [*values.values(), *([0.5] * equal)]
    compared = compare([1 - value for value in shares], shares, seed=seed)
    return Preference(
        rows=len(values),
        share=0.5 + compared.mean_difference / 2,
        low=0.5 + compared.low / 2,
        high=0.5 + compared.high / 2,
        p_value=compared.p_value,
        wins=compared.wins,
        losses=compared.losses,
        ties=compared.ties - equal,
        neither=len({one.case_id for one in found if one.choice == "neither"}),
        same=equal,
        method=compared.method,
        rough=compared.rough,
    )


def people(found: Iterable[Rating]) -> list[str]:
    """Who rated, in the order in which they began."""
    return list(dict.fromkeys(rating.who for rating in found))


def of(found: Iterable[Rating], who: str) -> list[Rating]:
    return [rating for rating in found if rating.who == who]


def agreements(found: Sequence[Rating], arms: tuple[str, str]) -> list[Agreement]:
    """Every two raters with at least two rows in common."""
    by = {who: {one.case_id: _category(_value(one, arms)) for one in of(found, who)} for who in people(found)}
    made = (agreement(first, second, by[first], by[second]) for first, second in combinations(by, 2))
    return [one for one in made if one is not None]


def agreement(first: str, second: str, one: Mapping[str, int], other: Mapping[str, int]) -> Agreement | None:
    """Of two sets of categories by case; None with fewer than two cases in common."""
    from ftcore.evaluation.statistics import kappa

    shared = sorted(one.keys() & other.keys())
    if len(shared) < 2:
        return None
    measured = kappa([one[case] for case in shared], [other[case] for case in shared], weights="linear")
    return Agreement(first, second, len(shared), measured.value, measured.low, measured.high)


def with_judge(found: Sequence[Rating], judged: Sequence[Judged], arms: tuple[str, str]) -> Agreement | None:
    """How far a judge model agrees with the people, all raters together. It was asked in both orders: where its two
    answers contradict each other, it counts as undecided. None with fewer than two rows in common."""
    people_said = {case: _category(value) for case, value in _values(found, arms).items()}
    judge_said: dict[str, list[float]] = {}
    for one in judged:
        if {one.arm, one.other_arm} == set(arms):
            judge_said.setdefault(one.case_id, []).append(one.value if one.arm == arms[0] else 1 - one.value)
    verdicts = {case: _both(values) for case, values in judge_said.items()}
    return agreement("people", "judge", people_said, verdicts)


def length_bias(
    found: Sequence[Rating], arms: tuple[str, str], lengths: Mapping[str, tuple[int, int]]
) -> LengthBias | None:
    """How often the longer of two answers was preferred. `lengths`: characters of the two arms' answers, by case. None where
    nothing was decided between answers of different length."""
    decided = longer = 0
    for case, value in _values(found, arms).items():
        mine, other = lengths.get(case, (0, 0))
        if value != 0.5 and mine != other:
            decided += 1
            longer += (value > 0.5) == (mine > other)
    if not decided:
        return None
    bounds = wilson(longer, decided, 0.05)
    return LengthBias(decided, longer, longer / decided, bounds.low, bounds.high)


def _values(found: Iterable[Rating], arms: tuple[str, str]) -> dict[str, float]:
    """The first arm's share of each rated row, in [0, 1], averaged over the raters."""
    several: dict[str, list[float]] = {}
    for one in found:
        if {one.first_arm, one.second_arm} == set(arms):
            several.setdefault(one.case_id, []).append(_value(one, arms))
    return {case: sum(values) / len(values) for case, values in several.items()}


def _value(one: Rating, arms: tuple[str, str]) -> float:
    if one.choice not in ("first", "second"):
        return 0.5
    preferred = one.first_arm if one.choice == "first" else one.second_arm
    return 1.0 if preferred == arms[0] else 0.0


def _category(value: float) -> int:
    return EQUAL if value == 0.5 else CANDIDATE if value > 0.5 else OTHER


def _both(values: Sequence[float]) -> int:
    """What a judge said in one or both orders."""
    said = {_category(value) for value in values}
    return said.pop() if len(said) == 1 else EQUAL

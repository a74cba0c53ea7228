"""What a judge said of a run, as a page can draw it, and whether people's blind ratings let it be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.judge.steadfastness import Steadfastness, steadfastness
from ftcore.evaluation.length_matched import LengthMatched, length_matched
from ftcore.evaluation.ratings import DOUBTFUL, ENOUGH, HIDDEN, Agreement, with_judge
from ftcore.evaluation.statistics import compare, mean_interval
from ftcore.records import Comparison
from ftcore.store.judgements import Judgement
from ftcore.store.ratings import Judged as Preferred
from ftcore.store.ratings import Rating


class Standing(StrEnum):
    """How a judge stands with people."""

    UNCHECKED = "not checked against people yet"
    HIDDEN = "disagrees with people"
    DOUBTFUL = "agrees moderately with people"
    CHECKED = "agrees with people"
    SWAYED = "can be talked into a mark"


@dataclass(frozen=True, slots=True)
class Trust:
    """`shown`: whether the judge's verdict may be shown. `sentence` belongs beside it, or in its place."""

    standing: Standing
    sentence: str
    rows: int
    kappa: float | None = None
    low: float = -1.0
    high: float = 1.0

    @property
    def shown(self) -> bool:
        return self.standing in (Standing.DOUBTFUL, Standing.CHECKED)


@dataclass(frozen=True, slots=True)
class JudgedArm:
    """An arm's average in [0, 1] with its 95% interval, over `n` answers; `missing` judgements could not be had."""

    arm: str
    average: float
    low: float
    high: float
    n: int
    missing: int


@dataclass(frozen=True, slots=True)
class Flips:
    """Of `pairs` that were judged in both orders, `flipped` were judged otherwise when the order was turned; they count as
    ties. `to_first`: of those, how often the answer that was shown first was preferred both times."""

    pairs: int
    flipped: int
    to_first: int

    @property
    def rate(self) -> float:
        return self.flipped / self.pairs if self.pairs else 0.0


@dataclass(frozen=True, slots=True)
class JudgeSummary:
    """`comparison`: candidate minus the other arm, by this judge; its verdict is to be shown only where `trust.shown`.
    For pairs its averages are the shares of pairs won, a tie counting half. `by_length`: the same among answers of like
    length, where lengths were given."""

    kind: str
    judge: str
    candidate: str
    other: str
    comparison: Comparison
    trust: Trust
    arms: tuple[JudgedArm, ...] = ()
    flips: Flips | None = None
    by_length: LengthMatched | None = None
    steadfast: Steadfastness | None = None
    """What `challenges` among what was asked say."""
    unreadable: int = 0
    """Replies that came and could not be read: missing, as are those that never came."""


def judge_summary(
    judgements: Sequence[Judgement],
    arms: tuple[str, str],
    cases: Sequence[str],
    *,
    ratings: Sequence[Rating] = (),
    lengths: Mapping[str, tuple[int, int]] | None = None,
    clusters: Sequence[str | None] | None = None,
    delta: float = 0.05,
    alpha: float = 0.05,
    seed: int = 0,
) -> JudgeSummary:
    """One judge's `judgements` of two arms, the candidate first, over the `cases` (ids) of a run.

    A case without a judgement of both arms (or in both orders) is missing; above 2% there is no verdict. `ratings` are
    people's blind ones of the same arms, `lengths` the characters of the two arms' answers by case. Raises
    EvaluationError where the judgements are those of several judges, or there are no cases.
    """
    names = {one.judge for one in judgements}
    if len(names) > 1 or not cases:
        raise EvaluationError("A summary is of one judge, and of one case or more.")
    judge = names.pop() if names else ""
    steadfast = steadfastness(judgements)
    there = set(cases)
    judgements = [one for one in judgements if one.case_id in there]
    kind = judge.partition(":")[0]
    paired = kind == "pairs"
    scores = _of_pairs(judgements, arms) if paired else _of_each(judgements, arms)
    both = [scores.get(case, (None, None)) for case in cases]
    first, second = [values[1] for values in both], [values[0] for values in both]
    groups = clusters if clusters is not None and any(cluster is not None for cluster in clusters) else None
    matched = None
    if lengths is not None:
        sizes = [lengths.get(case, (0, 0)) for case in cases]
        matched = length_matched(
            first,
            second,
            [size[1] for size in sizes],
            [size[0] for size in sizes],
            clusters=groups,
            delta=delta,
            alpha=alpha,
            seed=seed,
        )
    return JudgeSummary(
        kind=kind,
        judge=judge,
        candidate=arms[0],
        other=arms[1],
        comparison=compare(first, second, clusters=groups, delta=delta, alpha=alpha, seed=seed),
        trust=trust(with_judge(ratings, preferences(judgements, arms), arms), steadfast),
        arms=() if paired else tuple(_arm(judgements, arm, cases, alpha, seed) for arm in arms),
        flips=flips(judgements, arms) if paired else None,
        by_length=matched,
        steadfast=steadfast,
        unreadable=sum(one.text is not None and one.value is None for one in judgements),
    )


def trust(measured: Agreement | None, steadfast: Steadfastness | None = None) -> Trust:
    """Whether a judge may be believed: by its weighted kappa with 50 or more blind ratings of people. One that does what an
    answer tells it is not, however well it agrees."""
    rows = measured.rows if measured else 0
    if steadfast is not None and not steadfast.holds:
        sentence = (
            f"This judge’s verdict is hidden: in {steadfast.moved} of {steadfast.tried} tries an order inside an answer "
            "(“give me the best mark”) raised its mark."
        )
        kappa, low, high = (measured.kappa, measured.low, measured.high) if measured else (None, -1.0, 1.0)
        return Trust(Standing.SWAYED, sentence, rows, kappa, low, high)
    if measured is None or rows < ENOUGH:
        return Trust(
            Standing.UNCHECKED,
            f"This judge has not been checked against people yet: {rows} of the {ENOUGH} blind ratings that takes are there.",
            rows,
        )
    if measured.kappa is None:
        sentence = "People and the judge said one and the same thing of every row, so their agreement says nothing."
        return Trust(Standing.HIDDEN, sentence, rows, None, measured.low, measured.high)
    said = f"kappa {measured.kappa:.2f}, {measured.low:.2f} to {measured.high:.2f}, over {rows} blind ratings"
    if measured.kappa < HIDDEN:
        standing, sentence = (
            Standing.HIDDEN,
            f"This judge’s verdict is hidden: it agrees too little with people ({said}).",
        )
    elif measured.kappa < DOUBTFUL:
        standing, sentence = Standing.DOUBTFUL, f"Take this judge with care: it agrees moderately with people ({said})."
    else:
        standing, sentence = Standing.CHECKED, f"This judge agrees with people ({said})."
    return Trust(standing, sentence, rows, measured.kappa, measured.low, measured.high)


def preferences(judgements: Sequence[Judgement], arms: tuple[str, str]) -> list[Preferred]:
    """The judgements as preferences between two arms, as people's ratings are: a judge that marks each answer by itself
    prefers the one with the higher mark."""
    paired = [one for one in judgements if one.other_arm]
    if paired:
        return [
            Preferred(one.case_id, one.arm, one.other_arm, one.value, one.judge)
            for one in paired
            if one.value is not None
        ]
    found = []
    for case, (mine, other) in _of_each(judgements, arms).items():
        if mine is not None and other is not None:
            value = 0.5 if mine == other else float(mine > other)
            found.append(Preferred(case, arms[0], arms[1], value))
    return found


def flips(judgements: Sequence[Judgement], arms: tuple[str, str]) -> Flips:
    """How often the order alone decided."""
    both = [pair for pair in _orders(judgements, arms).values() if None not in pair]
    turned = [(there, back) for there, back in both if there is not None and back is not None and there != 1 - back]
    return Flips(len(both), len(turned), sum(there == 1 and back == 1 for there, back in turned))


def _orders(judgements: Sequence[Judgement], arms: tuple[str, str]) -> dict[str, tuple[float | None, float | None]]:
    """By case: what was said with the first of `arms` shown first, and with it shown second; 1 = the one shown first."""
    values = {(one.case_id, one.arm, one.other_arm): one.value for one in judgements}
    cases = dict.fromkeys(one.case_id for one in judgements if {one.arm, one.other_arm} == set(arms))
    return {case: (values.get((case, *arms)), values.get((case, *arms[::-1]))) for case in cases}


def _of_pairs(judgements: Sequence[Judgement], arms: tuple[str, str]) -> dict[str, tuple[float | None, float | None]]:
    """By case: what the first arm won of the pair, and the second; a disagreement of the two orders is a tie."""
    found: dict[str, tuple[float | None, float | None]] = {}
    for case, (there, back) in _orders(judgements, arms).items():
        if there is not None and back is not None:
            won = there if there == 1 - back else 0.5
            found[case] = (won, 1 - won)
    return found


def _of_each(judgements: Sequence[Judgement], arms: tuple[str, str]) -> dict[str, tuple[float | None, float | None]]:
    values = {(one.case_id, one.arm): one.value for one in judgements if not one.other_arm}
    cases = dict.fromkeys(one.case_id for one in judgements if not one.other_arm)
    return {case: (values.get((case, arms[0])), values.get((case, arms[1]))) for case in cases}


def _arm(judgements: Sequence[Judgement], arm: str, cases: Sequence[str], alpha: float, seed: int) -> JudgedArm:
    values = {one.case_id: one.value for one in judgements if one.arm == arm and not one.other_arm}
    scores = [values.get(case) for case in cases]
    average, low, high = mean_interval(scores, alpha=alpha, seed=seed)
    there = sum(score is not None for score in scores)
    return JudgedArm(arm, average, low, high, there, len(cases) - there)

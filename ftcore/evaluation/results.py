"""From answers to figures: scores, one arm's average, two arms' comparison, the answers side by side. Makes no call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median

from ftcore.evaluation.arms import Arm
from ftcore.evaluation.call import with_ids
from ftcore.evaluation.scorers import Scorer
from ftcore.evaluation.statistics import compare, mean_interval
from ftcore.records import Answer, ArmResult, Comparison, SideBySide, TestCase


def score_answers(answers: Iterable[Answer], cases: Sequence[TestCase], scorer: Scorer) -> list[Answer]:
    """The answers with their scores. A missing answer has none: it is not a bad one."""
    expected = {case.id: case.expected for case in with_ids(cases)}
    return [
        replace(answer, score=None if answer.text is None else scorer.score(answer.text, expected[answer.case_id]))
        for answer in answers
    ]


def scores_of(arm: str, answers: Iterable[Answer], cases: Sequence[TestCase]) -> list[float | None]:
    """One score for each case, in the order of the cases; repeats are averaged; None where no answer arrived."""
    found: dict[str, list[float]] = {}
    for answer in answers:
        if answer.arm == arm and answer.score is not None:
            found.setdefault(answer.case_id, []).append(answer.score)
    return [sum(found[case.id]) / len(found[case.id]) if case.id in found else None for case in with_ids(cases)]


def compare_arms(
    answers: Sequence[Answer],
    cases: Sequence[TestCase],
    baseline: str,
    candidate: str,
    *,
    delta: float = 0.05,
    alpha: float = 0.05,
    seed: int = 0,
) -> Comparison:
    """The candidate's scores minus the baseline's, paired by case, with the cases' clusters."""
    clusters = [case.cluster for case in cases]
    return compare(
        scores_of(baseline, answers, cases),
        scores_of(candidate, answers, cases),
        clusters=clusters if any(cluster is not None for cluster in clusters) else None,
        delta=delta,
        alpha=alpha,
        seed=seed,
    )


def summarise(
    arms: Sequence[Arm], answers: Sequence[Answer], cases: Sequence[TestCase], *, alpha: float = 0.05, seed: int = 0
) -> tuple[ArmResult, ...]:
    """Each arm's average over the cases that it answered, with its interval, tokens and time a question."""
    return tuple(_summarise(arm, answers, cases, alpha, seed) for arm in arms)


def _summarise(arm: Arm, answers: Sequence[Answer], cases: Sequence[TestCase], alpha: float, seed: int) -> ArmResult:
    scores = scores_of(arm.name, answers, cases)
    average, low, high = mean_interval(scores, alpha=alpha, seed=seed)
    arrived = [answer for answer in answers if answer.arm == arm.name and answer.text is not None]
    count = max(len(arrived), 1)
    return ArmResult(
        arm=arm.name,
        label=arm.label,
        model=arm.model,
        average=average,
        low=low,
        high=high,
        n=sum(score is not None for score in scores),
        missing=sum(score is None for score in scores),
        tokens_in=sum(answer.tokens_in for answer in arrived) / count,
        tokens_out=sum(answer.tokens_out for answer in arrived) / count,
        seconds_median=median(answer.seconds for answer in arrived) if arrived else 0.0,
        system_prompt=arm.system_prompt or "",
    )


def side_by_side(
    answers: Sequence[Answer], cases: Sequence[TestCase], private: Mapping[str, bool] | None = None
) -> tuple[SideBySide, ...]:
    """Every case with each arm's answer and score (the first repeat's), in the order of the cases."""
    texts: dict[str, dict[str, str | None]] = {}
    scores: dict[str, dict[str, float | None]] = {}
    for answer in answers:
        texts.setdefault(answer.case_id, {}).setdefault(answer.arm, answer.text)
        scores.setdefault(answer.case_id, {}).setdefault(answer.arm, answer.score)
    return tuple(
        SideBySide(
            case_id=case.id,
            input=case.input,
            expected=case.expected,
            answers=texts.get(case.id, {}),
            scores=scores.get(case.id, {}),
            private=(private or {}).get(case.id, False),
        )
        for case in with_ids(cases)
    )


def worst_first(rows: Iterable[SideBySide], baseline: str, candidate: str) -> list[SideBySide]:
    """The rows by how much the candidate lost against the baseline; those without both scores last."""

    def gain(row: SideBySide) -> float:
        first, second = row.scores.get(baseline), row.scores.get(candidate)
        return 2.0 if first is None or second is None else second - first

    return sorted(rows, key=gain)

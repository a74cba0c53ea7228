"""What a run will take before it is begun: questions, tokens, money and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from ftcore.chat import count_tokens
from ftcore.evaluation.arms import TUNED, ArmPlan
from ftcore.evaluation.arms.building import Materials, build
from ftcore.evaluation.budget import MORE_TOKENS, AskingPrice, tokens_of
from ftcore.evaluation.call import Asking, Call
from ftcore.records import TestCase

SAMPLE = 8
"""So many questions of each way are written out; the others are taken to be as long as these."""
LOW = 0.9
"""Other tokenizers than ours count so much fewer, at the least (docs/decisions.md, 2026-11-24)."""
OUTPUT_WEIGHT = 8
"""A token that is written takes about so long as eight that are read, on a processor without a graphics card."""

PRACTICE_WORK_A_SECOND = 1_000.0
"""Of the practice model on two cores: 1,233 measured with 1,122 questions of banking77, part of the time beside other work
(docs/decisions.md, 2026-11-28). Used until this computer has answered once."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`usd`: a low and a high guess; None where a price is not known (`unpriced` names the ways). `seconds`: None while nothing
    is known of the endpoint's speed."""

    questions: int
    tokens_in: int
    tokens_out: int
    usd: tuple[float, float] | None
    seconds: float | None
    unpriced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is asked: rows of the test and of the validation, repeats, tokens allowed an answer, the candidate's name."""

    test: Sequence[TestCase]
    validation_rows: int
    repeats: int
    max_tokens: int
    candidate: str


def estimate(
    plans: Sequence[ArmPlan],
    materials: Materials,
    extent: Extent,
    prices: Mapping[str, AskingPrice | None],
    work_a_second: float | None = None,
) -> Estimate:
    """`prices` by the arm's name. `work_a_second`: how fast the endpoint was (`work` of an answer, a second)."""
    rivals = [plan for plan in plans if plan.name != extent.candidate and plan.kind not in TUNED]
    step = max(1, len(extent.test) // SAMPLE)
    sample = list(extent.test)[::step][:SAMPLE]
    written = mean(count_tokens(case.expected) for case in sample) if sample else 0.0
    questions, read, low, high, unpriced = 0, 0.0, 0.0, 0.0, []
    for plan in plans:
        chosen_on_validation = len(plan.variants) > 1 or (len(rivals) > 1 and plan in rivals)
        times = len(extent.test) * extent.repeats
        if chosen_on_validation:
            times += len(plan.candidates()) * extent.validation_rows
        each = _tokens(plan, materials, sample)
        questions += times
        read += times * each
        price = prices.get(plan.name)
        if price is None:
            unpriced.append(plan.label)
            continue
        low += times * price.usd(LOW * each, LOW * written)
        high += times * price.usd(MORE_TOKENS * each, extent.max_tokens)
    out = written * questions
    seconds = (read + OUTPUT_WEIGHT * out) / work_a_second if work_a_second else None
    usd = None if unpriced else (low, high)
    return Estimate(questions, round(read), round(out), usd, seconds, tuple(unpriced))


def work(tokens_in: float, tokens_out: float) -> float:
    """What an answer takes, in tokens read."""
    return tokens_in + OUTPUT_WEIGHT * tokens_out


def _tokens(plan: ArmPlan, materials: Materials, sample: Sequence[TestCase]) -> float:
    """Tokens of a question of this way: of its first alternative, which stands for the others."""
    arm = build(plan.candidates()[0], materials)
    asking = Asking()
    found = []
    for case in sample:
        request = asking.request(arm.model, arm.messages(case), arm.extras(case))
        found.append(tokens_of(Call("", case.id, arm, "", request)))
    return mean(found) if found else 0.0

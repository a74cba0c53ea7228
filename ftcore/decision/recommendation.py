"""What to do first, from the five answers, the reasons and the evidence: pure, total and deterministic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ftcore.decision.case import READY, STEP_ACTION, Case, weigh
from ftcore.decision.framework import BAD_REASONS, QUESTIONS, Framework, load
from ftcore.decision.wording import Wording
from ftcore.records import Action, Confidence, Evidence, Recommendation, Reply


def recommend(
    answers: Mapping[str, Reply],
    reasons: Sequence[str] = (),
    evidence: Sequence[Evidence] = (),
    *,
    framework: Framework | None = None,
) -> Recommendation:
    """What to do first, why, what next, and what would reverse it.

    `answers`: any of the five questions -> "yes", "no" or "unsure"; one that is not there is not answered yet.
    `reasons`: any of the four good and four bad ones. `evidence`: what speaks for an answer or against a good reason.
    `framework` says it in words, by default those that came with the app; the advice itself does not depend on it.

    The rules, from the seed's five-step framework; the first that applies decides:

    1. `best_base_model` no -> try_better_model.
    2. `prompt_optimized` no -> improve_prompt.
    3. `rag_would_solve` yes -> use_rag; likewise when no reason given is good and one is adding_knowledge, unless looking up
       was measured not to do.
    4. `high_volume_narrow` no -> do_not_fine_tune, unless a good reason is given and it was measured to hold, or a tuned
       model was measured to do better than the prompt; likewise, whatever the volume, when reasons are given and none of
       them is good (the alternatives say what mends each). efficiency_at_scale is no good reason where the volume is low,
       nor is one that was measured not to hold. Likewise where it was worked out that it never pays, and neither a good
       reason nor a measured gain in quality is there.
    5. `quality_training_data` no -> collect_data.
    6. Otherwise fine_tune.

    "unsure" or no answer at a step -> measure_first, for the steps after it can't be judged before it is. One thing
    outranks an open question: a measurement that the prompt or looking up does as well (steps 2 and 3).

    Evidence with `measured` replaces the answer to its question; where two disagree, the more cautious holds. One
    that could not tell ("unsure") opens an answer that was ready, and replaces no other. The practice model's counts only
    for what it can show, never for the best base model or the prompt, and that it learns does not overrule a "no" to the
    examples. The confidence is `measured` only when every step that the advice rests on was measured.

    Raises ValueError, with a sentence, on a question, reply or reason that does not exist.
    """
    case = weigh(answers, reasons, evidence)
    key = _deciding(case)
    action = Action.FINE_TUNE if key is None else case.stop(key) or Action.FINE_TUNE
    walked = QUESTIONS if key is None else QUESTIONS[: QUESTIONS.index(key) + 1]
    confidence = _confidence(case, walked, key)
    steps = _further(case, key, action)
    wording = Wording(case, key, action, walked, confidence, framework or load())
    return Recommendation(
        action=action,
        headline=wording.headline(),
        because=wording.because(),
        next_steps=wording.next_steps(steps),
        alternatives=wording.alternatives(),
        risks=wording.risks(),
        confidence=confidence,
        reverses_if=wording.reverses_if(),
    )


def _deciding(case: Case) -> str | None:
    """The question that decides; None when all five let the next speak."""
    stops = [key for key in QUESTIONS if case.stop(key)]
    if any(_cheaper_way_measured(case, key) for key in stops):
        return next(key for key in stops if case.stop(key) is not Action.MEASURE_FIRST)
    return stops[0] if stops else None


def _cheaper_way_measured(case: Case, key: str) -> bool:
    return key in ("prompt_optimized", "rag_would_solve") and case.findings.get(key) not in (None, READY[key])


def _confidence(case: Case, walked: Sequence[str], key: str | None) -> Confidence:
    measured = [step in case.findings for step in walked]
    if "high_volume_narrow" in walked:  # there the reasons count, and whether it pays
        heard = case.reasons | {"efficiency_at_scale"} if case.never_pays else case.reasons
        measured += [True for reason in heard if reason in case.findings]
    if key is not None and case.unfounded and case.stop(key) in (Action.DO_NOT_FINE_TUNE, Action.USE_RAG):
        measured += [reason in case.findings for reason in case.reasons]  # what was not measured of them is belief
    if all(measured):
        return Confidence.MEASURED
    return Confidence.PARTLY_MEASURED if any(measured) else Confidence.BELIEVED


def _further(case: Case, key: str | None, action: Action) -> tuple[Action, ...]:
    """The actions after the first, in order, each once."""
    if key is None:
        return ()
    if action is Action.DO_NOT_FINE_TUNE:
        mends = {"adding_knowledge": Action.USE_RAG, "one_off_task": Action.IMPROVE_PROMPT}
        mends["prompt_is_too_long"] = Action.IMPROVE_PROMPT
        wanted = [mends[reason] for reason in BAD_REASONS if reason in case.reasons and reason in mends]
        settled = {a for k, a in STEP_ACTION.items() if case.replies[k] == READY[k]}
        return tuple(dict.fromkeys(a for a in wanted if a not in settled))
    found: list[Action] = []
    for later in [k for k in QUESTIONS if k != key]:
        stop = case.stop(later)
        if stop is Action.DO_NOT_FINE_TUNE:
            break  # nothing to do: the warnings say that fine-tuning would not pay even then
        if stop and stop is not action and stop not in found:
            found.append(stop)
    return tuple(found)

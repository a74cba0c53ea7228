"""What a comparison says about the answers: from the figures of a run to evidence."""

from __future__ import annotations

import pytest

from ftcore.decision import evidence_from, recommend
from ftcore.records import Action, Comparison, Verdict


def comparison(verdict: Verdict, low: float = -0.02, high: float = 0.03) -> Comparison:
    return Comparison(120, 0.7, 0.71, 0.01, low, high, 0.5, 10, 100, 10, 0, verdict, "BCa")


def found(arm: str, verdict: Verdict, *, practice: bool = False, elsewhere: bool = False) -> set[tuple[str, str]]:
    said = evidence_from(
        arm, comparison(verdict), label="Base with 3 examples", model="m", practice=practice, elsewhere=elsewhere
    )
    return {(e.question, e.supports) for e in said}


def test_a_cheaper_way_that_does_as_well_speaks_against_tuning() -> None:
    assert found("few_shot", Verdict.EQUIVALENT) == {("prompt_optimized", "no")}
    assert found("few_shot", Verdict.WORSE) == {("prompt_optimized", "no")}
    assert found("rag", Verdict.EQUIVALENT) == {("rag_would_solve", "yes")}
    assert found("structured", Verdict.EQUIVALENT) == {("format_reliability", "no")}
    assert found("base", Verdict.CLEARLY_BETTER) == {("quality_training_data", "yes")}
    assert found("base", Verdict.EQUIVALENT) == {("prompt_optimized", "no")}
    assert found("few_shot", Verdict.NOT_ENOUGH_EVIDENCE) == {("prompt_optimized", "unsure")}
    assert found("something_else", Verdict.BETTER) == set()


@pytest.mark.parametrize("verdict", [Verdict.EQUIVALENT, Verdict.WORSE])
def test_an_untrained_model_that_does_as_well_is_to_be_tried_first(verdict: Verdict) -> None:
    assert found("larger", verdict) == {("best_base_model", "no")}
    assert found("few_shot", verdict, elsewhere=True) == {("best_base_model", "no")}


@pytest.mark.parametrize("verdict", [Verdict.BETTER, Verdict.NOT_WORSE, Verdict.NOT_ENOUGH_EVIDENCE])
def test_another_model_that_falls_behind_may_be_a_weaker_one_and_says_nothing(verdict: Verdict) -> None:
    assert found("larger", verdict) == set()
    assert found("prompt", verdict, elsewhere=True) == set()


def test_on_the_practice_model_only_a_lead_shows_that_looking_up_helps() -> None:
    assert found("rag", Verdict.WORSE, practice=True) == {("rag_would_solve", "yes")}
    assert found("rag", Verdict.EQUIVALENT, practice=True) == {("rag_would_solve", "unsure")}


def test_a_gain_on_the_practice_model_shows_only_that_the_examples_teach() -> None:
    said = evidence_from("base", comparison(Verdict.CLEARLY_BETTER, 0.4, 0.6), label="Base", model="m", practice=True)
    advice = recommend({"best_base_model": "yes", "rag_would_solve": "no", "high_volume_narrow": "yes"}, (), said)
    assert advice.action is Action.MEASURE_FIRST

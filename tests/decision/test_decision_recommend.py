"""The laws of the recommendation, over every combination of answers and reasons."""

from itertools import chain, combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.decision import recommend
from ftcore.decision.case import weigh
from ftcore.decision.findings import evidence_from, trial_evidence
from ftcore.decision.framework import BAD_REASONS, GOOD_REASONS, QUESTIONS
from ftcore.records import Action, Comparison, Confidence, Evidence, Verdict

READY = dict(zip(QUESTIONS, ("yes", "yes", "no", "yes", "yes"), strict=True))
STEP = {
    Action.TRY_BETTER_MODEL: 1,
    Action.IMPROVE_PROMPT: 2,
    Action.USE_RAG: 3,
    Action.DO_NOT_FINE_TUNE: 4,
    Action.COLLECT_DATA: 5,
    Action.FINE_TUNE: 6,
}
REPLIES = ("yes", "no", "unsure")
REASONS = (*GOOD_REASONS, *BAD_REASONS)

answers_strategy = st.fixed_dictionaries({}, optional={key: st.sampled_from(REPLIES) for key in QUESTIONS})
reasons_strategy = st.lists(st.sampled_from(REASONS), unique=True)
evidence_strategy = st.lists(
    st.builds(
        Evidence,
        question=st.sampled_from((*QUESTIONS, *GOOD_REASONS)),
        supports=st.sampled_from(REPLIES),
        claim=st.just("It was so."),
        measured=st.booleans(),
        practice=st.booleans(),
    ),
    max_size=4,
)


def all_answers():
    for replies in product((None, *REPLIES), repeat=5):
        yield {key: reply for key, reply in zip(QUESTIONS, replies, strict=True) if reply}


def step_of(answers, recommendation):
    """Where the advice stands: measure_first at the question that is not known."""
    if recommendation.action is not Action.MEASURE_FIRST:
        return STEP[recommendation.action]
    return next(i for i, key in enumerate(QUESTIONS, 1) if answers.get(key, "unsure") == "unsure")


def without(answers, *keys):
    return {key: reply for key, reply in answers.items() if key not in keys}


def test_every_combination_of_answers_has_advice_with_a_reason_and_what_reverses_it():
    for answers in all_answers():
        advice = recommend(answers)
        assert advice.headline
        assert advice.because
        assert advice.reverses_if
        assert all(advice.reverses_if)
        assert advice.confidence is Confidence.BELIEVED
        assert [step.action for step in advice.next_steps].count(advice.action) == 1


def test_every_combination_of_answers_and_reasons_keeps_the_laws():
    every_set = [*chain.from_iterable(combinations(REASONS, n) for n in range(9))]
    for answers in product(REPLIES, repeat=5):
        given_answers = dict(zip(QUESTIONS, answers, strict=True))
        for reasons in every_set:
            advice = recommend(given_answers, reasons)
            if advice.action is Action.FINE_TUNE:
                assert given_answers["best_base_model"] == given_answers["prompt_optimized"] == "yes"
                assert given_answers["rag_would_solve"] == "no"
                assert given_answers["quality_training_data"] == "yes"
                assert not reasons or set(reasons) & set(GOOD_REASONS)


def test_without_reasons_the_first_step_that_is_not_ready_decides():
    for answers in all_answers():
        advice = recommend(answers)
        waiting = [key for key in QUESTIONS if answers.get(key, "unsure") != READY[key]]
        if not waiting:
            assert advice.action is Action.FINE_TUNE
        elif answers.get(waiting[0], "unsure") == "unsure":
            assert advice.action is Action.MEASURE_FIRST
        else:
            assert STEP[advice.action] == QUESTIONS.index(waiting[0]) + 1


@pytest.mark.parametrize(
    ("question", "reply", "action"),
    [
        ("best_base_model", "no", Action.TRY_BETTER_MODEL),
        ("prompt_optimized", "no", Action.IMPROVE_PROMPT),
        ("rag_would_solve", "yes", Action.USE_RAG),
        ("high_volume_narrow", "no", Action.DO_NOT_FINE_TUNE),
        ("quality_training_data", "no", Action.COLLECT_DATA),
        *((key, "unsure", Action.MEASURE_FIRST) for key in QUESTIONS),
    ],
)
def test_one_answer_that_is_not_ready_gives_its_own_advice(question, reply, action):
    assert recommend({**READY, question: reply}).action is action


def test_a_good_reason_stands_in_for_volume_once_it_was_measured_but_scale_never_does():
    few = {**READY, "high_volume_narrow": "no"}
    for reason in GOOD_REASONS:
        held = Evidence(reason, "It holds.", supports="yes", measured=True)
        expected = Action.DO_NOT_FINE_TUNE if reason == "efficiency_at_scale" else Action.FINE_TUNE
        assert recommend(few, [reason]).action is Action.DO_NOT_FINE_TUNE
        assert recommend(few, [reason], [held]).action is expected


def test_only_bad_reasons_never_lead_to_fine_tuning_whatever_was_answered():
    for answers in all_answers():
        for reason in BAD_REASONS:
            assert recommend(answers, [reason]).action is not Action.FINE_TUNE
    assert recommend(READY, ["adding_knowledge"]).action is Action.USE_RAG
    for reason in ("one_off_task", "prompt_is_too_long", "following_hype"):
        assert recommend(READY, [reason]).action is Action.DO_NOT_FINE_TUNE


def test_a_bad_reason_beside_a_good_one_is_warned_about_and_changes_nothing():
    alone = recommend(READY, ["format_reliability"])
    both = recommend(READY, ["format_reliability", "following_hype"])
    assert both.action is alone.action is Action.FINE_TUNE
    assert any("no reason to fine-tune" in warning for warning in both.risks)


def test_a_measured_prompt_that_does_as_well_beats_the_belief_that_it_was_optimised():
    told = "Base with 3 examples did as well as the tuned model on 120 unseen examples."
    shown = Evidence("prompt_optimized", told, model="big-model", supports="no", measured=True)
    advice = recommend(READY, ["format_reliability"], [shown])
    assert advice.action is Action.IMPROVE_PROMPT
    assert told in advice.because[0].text
    assert "you answered “yes”, but it was measured" in advice.because[0].text
    assert recommend(without(READY, "best_base_model"), (), [shown]).action is Action.IMPROVE_PROMPT
    assert recommend({**READY, "best_base_model": "no"}, (), [shown]).action is Action.TRY_BETTER_MODEL


def test_a_good_reason_that_was_measured_not_to_hold_counts_no_more():
    shown = Evidence("format_reliability", "Structured output did as well.", supports="no", measured=True)
    assert recommend(READY, ["format_reliability"], [shown]).action is Action.DO_NOT_FINE_TUNE
    assert recommend(READY, ["format_reliability", "style_consistency"], [shown]).action is Action.FINE_TUNE


def test_money_that_never_comes_back_is_heard_before_volume():
    worked_out = Evidence("efficiency_at_scale", "It never pays back.", "the break-even", supports="no", measured=True)
    for reasons in ([], ["efficiency_at_scale"]):
        advice = recommend(READY, reasons, [worked_out])
        assert advice.action is Action.DO_NOT_FINE_TUNE
        assert "It never pays back." in advice.because[0].text
        assert advice.because[0].about == "efficiency_at_scale"
    for_the_form = recommend(READY, ["format_reliability"], [worked_out])
    assert for_the_form.action is Action.FINE_TUNE
    assert for_the_form.risks[0] == "It must be worth it for the quality alone. It never pays back."
    better = Evidence("prompt_optimized", "The tuned model did better.", supports="yes", measured=True)
    assert recommend(READY, [], [worked_out, better]).action is Action.FINE_TUNE


def test_what_somebody_said_replaces_no_answer():
    believed = Evidence("prompt_optimized", "Somebody said so.", supports="no")
    assert recommend(READY, (), [believed]).action is Action.FINE_TUNE


def test_a_measurement_that_could_not_tell_opens_a_ready_answer_and_no_other():
    vague = Evidence("prompt_optimized", "Too close to call.", model="big-model", supports="unsure", measured=True)
    opened = recommend(READY, (), [vague])
    assert opened.action is Action.MEASURE_FIRST
    assert "you answered “yes”, but a measurement could not tell. Too close to call." in opened.because[0].text
    assert opened.because[0].kind == "evidence"
    assert recommend({**READY, "prompt_optimized": "no"}, (), [vague]).action is Action.IMPROVE_PROMPT
    on_practice = Evidence("prompt_optimized", "Too close.", practice=True, supports="unsure", measured=True)
    assert recommend(READY, (), [on_practice]).action is Action.FINE_TUNE


def test_the_standing_says_how_much_was_measured():
    measured = [Evidence(key, "So it was.", supports=reply, measured=True) for key, reply in READY.items()]
    assert recommend(READY).confidence is Confidence.BELIEVED
    assert recommend(READY, (), measured[:1]).confidence is Confidence.PARTLY_MEASURED
    assert recommend(READY, (), measured).confidence is Confidence.MEASURED
    assert recommend({}, (), measured).action is Action.FINE_TUNE


@pytest.mark.parametrize(
    ("practice", "begins"),
    [((), "Train on the approved"), ((True,), "Train a model that"), ((True, False), "Let it do")],
)
def test_nobody_is_told_to_train_what_they_have_trained(practice, begins):
    ahead = Comparison(60, 0.1, 0.5, 0.4, 0.3, 0.5, 0.001, 50, 5, 5, 0, Verdict.CLEARLY_BETTER, "t")
    shown = [
        one for on in practice for one in evidence_from("base", ahead, label="Base model", model="one", practice=on)
    ]
    first = recommend(READY, ("format_reliability",), shown).next_steps[0]
    assert first.action is Action.FINE_TUNE
    assert first.what.startswith(begins)


@given(answers_strategy, reasons_strategy, st.sampled_from(REPLIES), st.sampled_from(QUESTIONS[:2]))
def test_the_practice_model_never_settles_the_base_model_or_the_prompt(answers, reasons, supports, question):
    shown = Evidence(question, "On the small model.", practice=True, supports=supports, measured=True)
    with_it, without_it = recommend(answers, reasons, [shown]), recommend(answers, reasons)
    assert with_it.action is without_it.action
    assert with_it.confidence is without_it.confidence
    assert with_it.headline == without_it.headline


@given(answers_strategy, reasons_strategy, evidence_strategy)
def test_fine_tuning_is_never_advised_while_the_model_or_the_prompt_is_not_a_yes(answers, reasons, evidence):
    advice = recommend(answers, reasons, evidence)
    assert advice.reverses_if
    assert advice.because
    if advice.action is Action.FINE_TUNE:
        for key in QUESTIONS[:2]:
            known = {e.supports for e in evidence if e.question == key and e.measured and not e.practice}
            assert "no" not in known
            assert "yes" in known or answers.get(key) == "yes"


@given(answers_strategy, reasons_strategy, evidence_strategy, st.sampled_from(QUESTIONS))
def test_turning_an_answer_to_its_ready_value_never_moves_the_advice_back(answers, reasons, evidence, question):
    def place(now):
        return step_of(weigh(now, reasons, evidence).replies, recommend(now, reasons, evidence))

    assert place({**answers, question: READY[question]}) >= place(answers)


def test_that_order_holds_for_every_answer_beside_every_reason():
    every_set = [*chain.from_iterable(combinations(REASONS, n) for n in (0, 1, 2, 8))]
    for reasons in every_set:
        place = {
            replies: step_of(
                dict(zip(QUESTIONS, replies, strict=True)),
                recommend(dict(zip(QUESTIONS, replies, strict=True)), reasons),
            )
            for replies in product(REPLIES, repeat=5)
        }
        for replies, here in place.items():
            for at, key in enumerate(QUESTIONS):
                turned = (*replies[:at], READY[key], *replies[at + 1 :])
                assert place[turned] >= here


@given(answers_strategy, reasons_strategy, st.lists(st.sampled_from(BAD_REASONS)))
def test_adding_bad_reasons_never_leads_to_fine_tuning(answers, reasons, more):
    if recommend(answers, reasons).action is not Action.FINE_TUNE:
        assert recommend(answers, [*reasons, *more]).action is not Action.FINE_TUNE


@given(answers_strategy, reasons_strategy, evidence_strategy)
def test_the_order_of_answers_and_reasons_does_not_matter(answers, reasons, evidence):
    turned = dict(reversed(answers.items()))
    assert recommend(answers, reasons, evidence) == recommend(turned, reasons[::-1], evidence)
    assert recommend(answers, reasons, evidence).action is recommend(answers, reasons, evidence[::-1]).action


@pytest.mark.parametrize(
    ("answers", "reasons", "evidence", "named"),
    [
        ({"best_model": "yes"}, (), (), "best_model"),
        ({"best_base_model": "maybe"}, (), (), "maybe"),
        ({}, ("because",), (), "because"),
        ({}, "adding_knowledge", (), "not one text"),
        ({}, (), (Evidence("weather", "", supports="yes"),), "weather"),
        ({}, (), (Evidence("best_base_model", "", supports="perhaps"),), "perhaps"),
    ],
)
def test_what_does_not_exist_is_refused_with_a_sentence(answers, reasons, evidence, named):
    with pytest.raises(ValueError, match=named):
        recommend(answers, reasons, evidence)


def test_a_missing_answer_is_asked_for_and_named():
    advice = recommend({"best_base_model": "yes"})
    assert advice.action is Action.MEASURE_FIRST
    assert advice.headline == "Too early to say: 4 of 5 questions are still open."
    assert "not answered yet" in advice.because[0].text


def trial_of_the_prompt(verdict):
    """What a trial says in which examples in the prompt brought nothing."""
    seen = Comparison(30, 0.5, 0.5, 0.0, -0.04, 0.04, 1.0, 0, 30, 0, 0, verdict, "exact")
    told = {
        "label": "Base with 3 examples",
        "other": "Base",
        "model": "big-model",
        "practice": False,
        "source": "run 1",
    }
    return trial_evidence("prompt_optimized", seen, **told)


@pytest.mark.parametrize("verdict", [Verdict.EQUIVALENT, Verdict.WORSE])
def test_that_examples_in_the_prompt_bring_nothing_is_no_gain_of_training(verdict):
    worked_out = Evidence("efficiency_at_scale", "It never pays back.", "the break-even", supports="no", measured=True)
    shown = trial_of_the_prompt(verdict)
    assert shown.supports == "yes"
    assert recommend(READY, [], [worked_out, shown]).action is Action.DO_NOT_FINE_TUNE
    few = {**READY, "high_volume_narrow": "no"}
    assert recommend(few, ["style_consistency"], [shown]).action is Action.DO_NOT_FINE_TUNE


def test_a_measured_gain_makes_a_good_reason_stand_in_for_the_volume():
    few = {**READY, "high_volume_narrow": "no"}
    better = Evidence("prompt_optimized", "The tuned model did better.", supports="yes", measured=True)
    assert recommend(few, ["style_consistency"], [better]).action is Action.FINE_TUNE
    assert recommend(few, ["efficiency_at_scale"], [better]).action is Action.DO_NOT_FINE_TUNE
    assert recommend(few, ["following_hype"], [better]).action is Action.DO_NOT_FINE_TUNE
    assert recommend(few, [], [better]).action is Action.DO_NOT_FINE_TUNE


def test_a_good_reason_that_is_only_believed_is_told_why_it_does_not_carry_a_low_volume():
    few = {**READY, "high_volume_narrow": "no"}
    advice = recommend(few, ["style_consistency"])
    reason = next(one.text for one in advice.because if one.about == "style_consistency")
    assert "counts only once it was measured" in reason
    assert any("What to measure for “One voice”: How close" in one for one in advice.reverses_if)
    earlier = recommend({**few, "best_base_model": "no"}, ["style_consistency"])
    assert not any("no good reason" in one for one in earlier.risks)
    assert any("counts only once it was measured" in one for one in earlier.risks)


def test_advice_that_rests_on_a_measured_reason_is_not_stamped_believed():
    worked_out = Evidence("efficiency_at_scale", "It never pays back.", "the break-even", supports="no", measured=True)
    for reasons in ([], ["efficiency_at_scale"]):
        assert recommend(READY, reasons, [worked_out]).confidence is Confidence.PARTLY_MEASURED
    as_well = Evidence("format_reliability", "Structured output did as well.", supports="no", measured=True)
    assert recommend(READY, ["format_reliability"], [as_well]).confidence is Confidence.PARTLY_MEASURED
    measured = [Evidence(key, "So it was.", supports=reply, measured=True) for key, reply in READY.items()]
    assert recommend(READY, ["format_reliability"], [*measured, as_well]).confidence is Confidence.MEASURED
    mixed = recommend(READY, ["format_reliability", "following_hype"], [*measured, as_well])
    assert mixed.confidence is Confidence.PARTLY_MEASURED


def test_that_the_practice_model_learns_does_not_overrule_somebody_who_has_no_good_examples():
    ahead = Comparison(60, 0.0, 0.4, 0.4, 0.3, 0.5, 0.001, 50, 5, 5, 0, Verdict.CLEARLY_BETTER, "t")
    on_practice, on_another = (
        evidence_from("base", ahead, label="Base model", model="m", practice=practice) for practice in (True, False)
    )
    poor = {**READY, "quality_training_data": "no"}
    told = recommend(poor, (), on_practice)
    assert told.action is Action.COLLECT_DATA
    assert any(one.startswith("Seen on the practice model only") for one in told.risks)
    assert recommend(poor, (), on_another).action is Action.FINE_TUNE
    for open_ in ({**READY, "quality_training_data": "unsure"}, without(READY, "quality_training_data")):
        assert recommend(open_, (), on_practice).action is Action.FINE_TUNE

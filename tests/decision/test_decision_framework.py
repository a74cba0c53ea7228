"""The framework's files, the break-even, findings from a comparison, and the record."""

import re
from datetime import date, datetime

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.app_files import data_dir
from ftcore.decision import (
    FrameworkError,
    break_even,
    call_cost,
    decision_record,
    evidence_from,
    load,
    recommend,
)
from ftcore.decision.framework import BAD_REASONS, GOOD_REASONS, QUESTIONS, framework_of
from ftcore.decision.framework_file import FOLLOW_UPS, read_framework
from ftcore.records import Action, Comparison, Evidence, Verdict
from tests.content.spoiling import spoilt, told

money = st.floats(0, 1e6)


def test_the_seeds_questions_reasons_and_actions_are_all_there():
    framework = load()
    assert tuple(q.key for q in framework.questions) == QUESTIONS
    assert tuple(r.key for r in framework.good_reasons) == GOOD_REASONS
    assert tuple(r.key for r in framework.bad_reasons) == BAD_REASONS
    assert set(framework.actions) == set(Action)
    for question in framework.questions:
        assert set(question.meaning) == {"yes", "no", "unsure"}
        assert question.follow_ups
        assert question.words
    assert load() is load()


def test_the_file_stands_under_the_seeds_own_keys():
    found = yaml.safe_load((data_dir() / "decision.yaml").read_text(encoding="utf-8"))
    assert all(
        {"description", "example", "alternative", "when"} <= set(reason)
        for reason in found["fine_tuning_good_reasons"].values()
    )
    assert all({"problem", "solution"} <= set(reason) for reason in found["fine_tuning_bad_reasons"].values())
    steps = found["fine_tuning_decision"]
    assert list(steps) == ["step_1", "step_2", "step_3", "step_4", "step_5"]
    assert all({"question", "if_no", "if_yes"} <= set(step) for step in steps.values())


def test_the_follow_ups_that_the_program_reckons_with_are_there_in_their_kinds():
    framework = load()
    kinds = {key: framework.follow_up(key).kind for key in FOLLOW_UPS}
    assert kinds == FOLLOW_UPS
    assert tuple(framework.follow_up("privacy").choices) == ("anywhere", "named_providers", "stay_here")
    assert framework.follow_up("prompt_tokens").unit == "tokens"
    assert framework.follow_up("nothing") is None


def test_no_model_name_can_grow_stale_in_the_framework():
    text = (data_dir() / "decision.yaml").read_text(encoding="utf-8")
    assert not re.search(r"GPT|Claude|Gemini|Llama|Mistral|Qwen", text, re.IGNORECASE)


def put(tmp_path, text):
    path = tmp_path / "decision.yaml"
    path.write_text(text, encoding="utf-8")
    return path


SHIPPED = (data_dir() / "decision.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    settle: Ask", "    setle: Ask", "fine_tuning_decision, step_1, setle: 'setle' is not known here; did you mean 'settle'?"),
        ("  step_5:", "  step_6:", "'step_6' is not known here"),
        ("    key: prompt_optimized", "    key: rag_would_solve", "step_2, key: the question of this step is 'prompt_optimized'"),
        ("    arm: rag", "    arm: ragg", "domain_terminology, arm: 'ragg' is not one of base, prompt, few_shot, structured, rag; did you mean 'rag'?"),
        ("    action: use_rag", "    action: use_rags", "did you mean 'use_rag'?"),
        ("  following_hype:", "  adding_knowledge:", "'adding_knowledge' stands here twice"),
        ("version: 2", "version: two", "a whole number from 1 to 999999 is expected here, not 'two'"),
        ("        kind: examples", "        kind: example", "'example' is not one of text, number, choice, examples; did you mean 'examples'?"),
        ("        kind: examples", "        kind: text", "the program reckons with 'failures' as examples"),
        ("      - key: keeper", "      - key: keper", "no step has a follow-up with the key 'keeper'"),
        ("      - key: lasts", "      - key: one_kind", "two follow-ups have the key 'one_kind'"),
        ("          stay_here:", "          stays:", "the choices of 'privacy' are anywhere, named_providers, stay_here"),
        ("        unit: tokens", "        choices: {a: b}", "choices belong to the kind 'choice'"),
        ("    example: Product texts", "    example:\n#", "style_consistency, example: a text is expected here, and there is none"),
        ("actions:", "action:", "'action' is not known here; did you mean 'actions'?"),
    ],
)  # fmt: skip
def test_a_broken_framework_says_in_which_line_it_is_broken(tmp_path, old, new, said):
    assert old in SHIPPED
    with pytest.raises(FrameworkError, match=r"decision\.yaml, line \d+") as raised:
        load(put(tmp_path, SHIPPED.replace(old, new, 1)))
    assert said in str(raised.value)


def test_the_line_that_is_named_is_the_line_that_is_wrong(tmp_path):
    wrong = SHIPPED.splitlines().index("    arm: rag") + 1
    with pytest.raises(FrameworkError, match=f"line {wrong}, "):
        load(put(tmp_path, SHIPPED.replace("    arm: rag", "    arm: x", 1)))


def test_an_organisation_s_own_words_are_told_from_the_shipped_ones(tmp_path):
    assert load().edition == "version 2"
    path = put(tmp_path, SHIPPED.replace("name: One voice", "name: Our voice"))
    framework, faults = framework_of(tmp_path)
    assert framework.reason_name("style_consistency") == "Our voice"
    assert faults == ()
    assert re.fullmatch(r"version 2, own copy [0-9a-f]{8}", framework.edition)
    path.write_text(SHIPPED.replace("name: One voice", "nam: Our voice"), encoding="utf-8")
    framework, faults = framework_of(tmp_path)
    assert (framework.edition, framework.reason_name("style_consistency")) == ("version 2", "One voice")
    assert (
        "line 9, fine_tuning_good_reasons, style_consistency, nam: 'nam' is not known here; did you mean 'name'?"
        in faults[0]
    )


@settings(deadline=None)
@given(spoilt(SHIPPED))
def test_however_the_framework_is_spoilt_it_loads_or_one_sentence_names_the_line(tmp_path_factory, text):
    said = told(read_framework, tmp_path_factory.getbasetemp() / "decision.yaml", text)
    assert re.match(r"decision\.yaml, line [1-9]\d*", said)
    assert "\n" not in said


def test_a_file_that_is_no_yaml_is_refused_with_its_line(tmp_path):
    with pytest.raises(FrameworkError, match=r"decision\.yaml, line 3"):
        load(put(tmp_path, "version: 1\nquestions: [\n"))
    with pytest.raises(FrameworkError, match="can't be read"):
        load(tmp_path / "nowhere.yaml")


def test_the_training_is_paid_back_by_what_each_call_saves():
    found = break_even(training_cost=30, base_call_cost=0.004, tuned_call_cost=0.001, calls_per_month=5_000)
    assert (found.calls, found.months, found.pays) == (10_000, 2.0, True)
    assert "10,000 calls" in found.sentence
    assert call_cost(1_000, 100, 0.30, 1.20) == pytest.approx(0.00042)


def test_it_never_pays_when_a_call_is_not_cheaper_or_hosting_eats_the_saving():
    assert not break_even(training_cost=1, base_call_cost=0.001, tuned_call_cost=0.001, calls_per_month=100).pays
    hosted = break_even(
        training_cost=1, base_call_cost=0.004, tuned_call_cost=0.001, calls_per_month=1_000, hosting_per_month=1_241
    )
    assert hosted.calls is None
    assert hosted.sentence.startswith("Never")
    assert not break_even(training_cost=1, base_call_cost=1, tuned_call_cost=0, calls_per_month=0).pays


def test_paying_back_after_the_models_last_day_is_never():
    facts = {"training_cost": 30.0, "base_call_cost": 0.004, "tuned_call_cost": 0.001, "calls_per_month": 5_000.0}
    today = date(2026, 11, 23)
    assert not break_even(**facts, today=today, shutdown=date(2027, 1, 14)).pays
    assert break_even(**facts, today=today, shutdown=date(2027, 6, 1)).pays


@given(money, money, money, st.floats(0, 1e9), money)
def test_break_even_is_total_and_pays_only_with_a_saving(training, base, tuned, calls, hosting):
    found = break_even(
        training_cost=training,
        base_call_cost=base,
        tuned_call_cost=tuned,
        calls_per_month=calls,
        hosting_per_month=hosting,
    )
    assert not found.pays or (found.saving_per_call > 0 and found.calls is not None)
    if found.pays:
        assert found.calls * found.saving_per_call >= training * (1 - 1e-6)


def test_a_negative_cost_is_refused():
    with pytest.raises(ValueError, match="zero or more"):
        break_even(training_cost=-1, base_call_cost=1, tuned_call_cost=1, calls_per_month=1)


def comparison(verdict, low=-0.02, high=0.03):
    return Comparison(120, 0.7, 0.71, 0.01, low, high, 0.5, 10, 100, 10, 0, verdict, "BCa")


def found(arm, verdict, *, practice=False):
    said = evidence_from(arm, comparison(verdict), label="Base with 3 examples", model="m", practice=practice)
    return {(e.question, e.supports) for e in said}


def test_a_cheaper_way_that_does_as_well_speaks_against_tuning():
    assert found("few_shot", Verdict.EQUIVALENT) == {("prompt_optimized", "no")}
    assert found("few_shot", Verdict.WORSE) == {("prompt_optimized", "no")}
    assert found("rag", Verdict.EQUIVALENT) == {("rag_would_solve", "yes")}
    assert found("structured", Verdict.EQUIVALENT) == {("format_reliability", "no")}
    assert found("base", Verdict.CLEARLY_BETTER) == {("quality_training_data", "yes")}
    assert found("base", Verdict.EQUIVALENT) == {("prompt_optimized", "no")}
    assert found("few_shot", Verdict.NOT_ENOUGH_EVIDENCE) == {("prompt_optimized", "unsure")}
    assert found("something_else", Verdict.BETTER) == set()


def test_a_gain_on_the_practice_model_shows_only_that_the_examples_teach():
    said = evidence_from("base", comparison(Verdict.CLEARLY_BETTER, 0.4, 0.6), label="Base", model="m", practice=True)
    advice = recommend({"best_base_model": "yes", "rag_would_solve": "no", "high_volume_narrow": "yes"}, (), said)
    assert advice.action is Action.MEASURE_FIRST


def test_the_record_holds_everything_and_nothing_typed_becomes_markup():
    answers = {"best_base_model": "yes", "prompt_optimized": "no"}
    evidence = [
        Evidence("prompt_optimized", "[click](javascript:alert(1))\n# Heading", model="m", supports="no", measured=True)
    ]
    text = decision_record(
        answers,
        recommend(answers, ["following_hype"], evidence),
        who="D<script>",
        when=datetime(2026, 11, 23, 10, 0),
        project="Tickets | *all*\x00",
        reasons=["following_hype"],
        evidence=evidence,
        decided="We wait.",
    )
    assert "Work on the prompt first" in text
    assert "2026-11-23 at 10:00" in text
    assert "We wait." in text
    assert "<script>" not in text
    assert "[click](" not in text
    assert "\n# Heading" not in text
    assert "\x00" not in text
    assert "Tickets \\| \\*all\\*" in text

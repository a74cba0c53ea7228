"""The framework's files, the break-even, findings from a comparison, and the record."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ftcore.app_files import data_dir
from ftcore.decision import (
    FrameworkError,
    break_even,
    call_cost,
    decision_record,
    evidence_from,
    load,
    load_cards,
    recommend,
)
from ftcore.records import Action, Comparison, Evidence, Verdict

money = st.floats(0, 1e6)


def test_the_seeds_questions_reasons_and_actions_are_all_there():
    framework = load()
    assert framework.questions[0].key == "best_base_model"
    assert set(framework.actions) == set(Action)
    for question in framework.questions:
        assert set(question.meaning) == {"yes", "no", "unsure"}
        assert question.follow_ups
        assert question.words
    assert load() is load()


def test_no_model_name_can_grow_stale_in_the_framework():
    text = (data_dir() / "decision.yaml").read_text(encoding="utf-8")
    assert not re.search(r"GPT|Claude|Gemini|Llama|Mistral|Qwen", text, re.IGNORECASE)


def test_every_card_names_its_source_and_prints_only_known_figures():
    known = Path("../shared/facts/evidence.md")
    cards = load_cards()
    assert len(cards) == 16
    for card in cards:
        assert card.source
        assert card.claim
        if card.link:
            assert card.url == f"https://arxiv.org/abs/{card.link}"
    if known.exists():
        text = known.read_text(encoding="utf-8").replace("1-2k", "1,000 2,000").replace("-", " ")
        printed = {n for c in cards for n in re.findall(r"\d[\d,.]*\d|\d", c.figure)}
        assert not {n for n in printed if n not in text}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: d["questions"].pop(), "quality_training_data"),
        (lambda d: d["good_reasons"].append(dict(d["good_reasons"][0])), "style_consistency"),
        (lambda d: d["questions"].reverse(), "order"),
        (lambda d: d["questions"][0].pop("settle"), "settle"),
        (lambda d: d["actions"].pop("use_rag"), "use_rag"),
        (lambda d: d["questions"][1]["meaning"].update({True: "x"}), "meaning"),
    ],
)
def test_a_broken_framework_says_where_it_is_broken(tmp_path, change, named):
    found = yaml.safe_load((data_dir() / "decision.yaml").read_text(encoding="utf-8"))
    change(found)
    broken = tmp_path / "decision.yaml"
    broken.write_text(yaml.safe_dump(found), encoding="utf-8")
    with pytest.raises(FrameworkError, match=named):
        load(broken)


def test_a_file_that_is_no_yaml_is_refused_with_its_line(tmp_path):
    broken = tmp_path / "decision.yaml"
    broken.write_text("version: 1\nquestions: [\n", encoding="utf-8")
    with pytest.raises(FrameworkError, match=r"decision\.yaml, line 3"):
        load(broken)
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
    evidence = [Evidence("prompt_optimized", "no", "[click](javascript:alert(1))\n# Heading", measured=True, model="m")]
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

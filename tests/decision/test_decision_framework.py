"""The framework's file: the seed's keys, the words, and what is said of a copy that can't be used."""

import re

import pytest
import yaml
from hypothesis import given, settings

from ftcore.app_files import data_dir
from ftcore.decision import FrameworkError, load
from ftcore.decision.framework import BAD_REASONS, GOOD_REASONS, QUESTIONS, framework_of
from ftcore.decision.framework_file import FIGURES, read_framework
from ftcore.records import Action
from tests.content.spoiling import spoilt, told


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


def test_what_a_consultant_would_ask_is_asked_and_figures_are_numbers():
    framework = load()
    assert {framework.follow_up(key).kind for key in FIGURES} == {"number"}
    for key in ("failures", "facts_change", "keeper", "privacy"):
        assert framework.follow_up(key)
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
        ("    action: use_rag", "    action: use_rags", "did you mean 'use_rag'?"),
        ("  following_hype:", "  adding_knowledge:", "'adding_knowledge' stands here twice"),
        ("version: 2", "version: two", "a whole number from 1 to 999999 is expected here, not 'two'"),
        ("        kind: examples", "        kind: example", "'example' is not one of text, number, choice, examples; did you mean 'examples'?"),
        ("        kind: number\n        unit: tokens", "        kind: text", "the break-even reckons with 'prompt_tokens', so it is a number"),
        ("      - key: error_cost", "      - key: eror_cost", "no step has a follow-up with the key 'error_cost'"),
        ("      - key: lasts", "      - key: one_kind", "two follow-ups have the key 'one_kind'"),
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


def test_an_organisation_asks_what_it_likes_beside_the_figures(tmp_path):
    text = SHIPPED.replace("      - key: keeper", "      - key: successor").replace(
        "          stay_here:", "          cellar:"
    )
    framework = load(put(tmp_path, text))
    assert framework.follow_up("successor")
    assert framework.follow_up("keeper") is None
    assert "cellar" in framework.follow_up("privacy").choices


def test_the_line_that_is_named_is_the_line_that_is_wrong(tmp_path):
    wrong = SHIPPED.splitlines().index("    action: use_rag") + 1
    with pytest.raises(FrameworkError, match=f"line {wrong}, "):
        load(put(tmp_path, SHIPPED.replace("    action: use_rag", "    action: x", 1)))


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

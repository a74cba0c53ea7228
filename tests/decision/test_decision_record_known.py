"""What people attach to an answer becomes evidence, and the evidence says whether it is believed or measured."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.decision import recommend
from ftcore.decision.known import Checked, checked, link_of, noted, standing, volume
from ftcore.records import Action, Evidence


@pytest.mark.parametrize(
    ("found", "supports"),
    [
        (Checked(271, 0, 18, 100), "yes"),
        (Checked(50, 0, 0, 1), "yes"),
        (Checked(50, 0, 0, 0), "unsure"),
        (Checked(271, 1, 0, 100), "unsure"),
        (Checked(49, 0, 0, 10), "unsure"),
        (Checked(10, 0, 0, 0), "unsure"),
        (Checked(9, 0, 0, 3), "no"),
        (Checked(0, 0, 0, 0), "no"),
    ],
)
def test_the_checks_speak_for_good_examples_or_against(found: Checked, supports: str) -> None:
    evidence = checked(found)
    assert (evidence.supports, evidence.measured, evidence.practice) == (supports, True, False)


def test_the_checks_are_said_as_one_reads_them() -> None:
    said = "271 approved, 0 with open errors, 18 with warnings, 100 kept for the test."
    assert checked(Checked(271, 0, 18, 100)).claim == said


def test_too_few_checked_examples_outweigh_the_belief_in_good_ones() -> None:
    answers = {
        "best_base_model": "yes",
        "prompt_optimized": "yes",
        "rag_would_solve": "no",
        "high_volume_narrow": "yes",
        "quality_training_data": "yes",
    }
    assert recommend(answers).action is Action.FINE_TUNE
    assert recommend(answers, (), (checked(Checked(4, 0, 0, 0)),)).action is Action.COLLECT_DATA


def test_a_note_is_a_claim_and_moves_no_advice() -> None:
    (evidence,) = noted("prompt_optimized", "yes", {"note": "Dana  tried\nfive versions."}, "DK")
    assert (evidence.claim, evidence.measured, evidence.supports) == ("Dana tried five versions.", False, "yes")
    assert evidence.source == "a note by DK"
    answers = {"best_base_model": "yes", "prompt_optimized": "no"}
    assert recommend(answers, (), (evidence,)).action is recommend(answers).action


def test_a_long_note_is_cut_in_the_evidence() -> None:
    (evidence,) = noted("prompt_optimized", None, {"note": "word " * 1000})
    assert len(evidence.claim) <= 300
    assert evidence.supports == "unsure"


def test_nothing_typed_is_no_evidence() -> None:
    assert noted("prompt_optimized", "yes", {}) == ()
    assert noted("prompt_optimized", "yes", {"note": " \n ", "link": "javascript:alert(1)"}) == ()


def test_the_volume_is_a_claim_until_somebody_counts() -> None:
    found = volume({"calls_a_month": 8000}, "yes")
    assert found is not None
    assert (found.claim, found.measured) == ("8,000 questions a month.", False)
    assert volume({}, "yes") is None
    assert volume({"calls_a_month": "many"}, "yes") is None
    assert volume({"calls_a_month": True}, "yes") is None


@pytest.mark.parametrize(
    "text", ["https://wiki.example/p?a=1#b", "http://localhost:8080/x", "  https://a.example  ", "HTTPS://A.EXAMPLE/"]
)
def test_a_web_address_is_taken_as_it_was_typed(text: str) -> None:
    assert link_of(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wiki",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://u:p@evil.example",
        "https://a b.example",
        "https://a.example/\n<script>",
        "https://[::1",
        "https://a.example/" + "x" * 500,
        'https://a.example/"onload=',
    ],
)
def test_what_cannot_be_followed_safely_is_no_address(text: str) -> None:
    assert link_of(text) == ""


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_whatever_breaks_the_look_at_an_address(text: str) -> None:
    assert link_of(text) in ("", text.strip())
    assert link_of(f"https://{text}") in ("", f"https://{text}".strip())


def of(**values: object) -> Evidence:
    given = {"question": "prompt_optimized", "claim": "C.", "source": "run 1", "supports": "no", "measured": True}
    return Evidence(**{**given, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("evidence", "word", "part"),
    [
        ((), "believed", "answer alone"),
        ((of(measured=False),), "believed", "Somebody says so"),
        ((of(),), "measured", "C. (run 1)"),
        ((of(practice=True),), "believed", "practice model only"),
        ((of(practice=True, supports="unsure"),), "believed", "practice model only"),
        ((of(supports="unsure"),), "believed", "leaves it open"),
        ((of(supports="unsure"), of(claim="P.", practice=True)), "believed", "leaves it open. C. (run 1)"),
        ((of(), of(practice=True)), "measured", "C."),
        ((of(question="rag_would_solve"),), "believed", "answer alone"),
    ],
)
def test_an_answer_is_believed_or_measured_and_says_why(evidence: tuple[Evidence, ...], word: str, part: str) -> None:
    found = standing("prompt_optimized", evidence)
    assert found.word == word
    assert part in found.why


def test_what_the_practice_model_can_show_is_called_so() -> None:
    found = standing("quality_training_data", (of(question="quality_training_data", supports="yes", practice=True),))
    assert found.word == "measured on the practice model"

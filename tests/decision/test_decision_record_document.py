"""The decision record as a value: it holds everything, it survives any file, and nothing in it becomes markup."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.decision import load, recommend
from ftcore.decision.differences import changed_by_evidence, differences, only_missing
from ftcore.decision.document import Origin, Told, answers_in, document, evidence_in, follow_up_words, same
from ftcore.decision.record import markdown
from ftcore.decision.shape import clean
from ftcore.records import Action, Comparison, Evidence, Verdict

AT = datetime(2026, 11, 28, 19, 30, tzinfo=UTC)
ANSWERS = {"best_base_model": "yes", "prompt_optimized": "unsure", "rag_would_solve": "no"}
MEASURED = Evidence(
    "prompt_optimized", "Base did as well on 60 unseen examples.", "run 3", "m", supports="no", measured=True
)
HOSTILE = (
    "</script><script>alert(1)</script>\n# Heading\n![x](https://evil.example/a.png) | a@b.example www.evil.example"
)


def record(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "answers": ANSWERS,
        "reasons": ("format_reliability",),
        "evidence": (MEASURED,),
        "known": {"prompt_optimized": {"note": "Dana tried two versions.", "link": "https://wiki.example/p"}},
        "details": {"prompt_versions": 2, "colleague": "partly"},
        "choice": "improve_prompt",
        "why": "An afternoon is cheap.",
        "review_on": "2027-02-28",
        "by": "The board",
        **changes,
    }
    advice = recommend(told["answers"], told["reasons"], told["evidence"])
    origins = {"run 3": Origin(3, "a" * 64, "b" * 64)}
    return document(
        Told(**told), advice, load(), project="Tickets", who="DK", at=AT, origins=origins, break_even="Never."
    )


def test_it_says_what_was_asked_answered_known_advised_and_decided() -> None:
    found = record()
    assert found["format"] == "tuneworthy-decision"
    assert found["framework"]["version"] == load().version
    by_key = {one["key"]: one for one in found["questions"]}
    assert by_key["prompt_optimized"]["answer"] == "unsure"
    assert by_key["prompt_optimized"]["standing"] == "measured"
    assert by_key["prompt_optimized"]["note"] == "Dana tried two versions."
    assert by_key["prompt_optimized"]["follow_ups"][0]["answer"] == "2 versions"
    assert by_key["best_base_model"]["standing"] == "believed"
    assert by_key["quality_training_data"]["answer"] == ""
    (evidence,) = found["evidence"]
    assert (evidence["run"], evidence["arms"], evidence["snapshot"]) == (3, "a" * 64, "b" * 64)
    assert found["recommendation"]["action"] == Action.IMPROVE_PROMPT
    assert found["decided"] == {
        "choice": "improve_prompt",
        "name": load().actions[Action.IMPROVE_PROMPT].name,
        "why": "An afternoon is cheap.",
        "by": "The board",
    }
    assert (found["review_on"], found["break_even"]) == ("2027-02-28", "Never.")
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_the_markdown_of_it_says_the_same() -> None:
    text = markdown(record(), 4, "c" * 64)
    for said in ("version 4", "Recorded by DK on 2026-11-28 at 19:30", "An afternoon is cheap", "2027-02-28", "Never."):
        assert said in text
    for said in ("Base did as well on 60 unseen examples", "a" * 64, "b" * 64, "c" * 64, "Dana tried two versions"):
        assert said in text


def test_evidence_is_named_as_people_name_it_and_how_things_stand_is_no_version() -> None:
    text = markdown(record())
    assert "- Prompt worked on (measured, supports “no”): Base did as well" in text
    assert "prompt\\_optimized" not in text
    assert "Not recorded as a version." in text
    assert "Recorded by" not in text


def test_the_comparison_of_a_record_is_judged_again_with_its_verdict() -> None:
    seen = Comparison(30, 0.5, 0.5, 0.0, -0.04, 0.04, 1.0, 0, 30, 0, 0, Verdict.EQUIVALENT, "exact")
    shown = Evidence("prompt_optimized", "It brought nothing.", "run 3", "m", False, seen, supports="yes")
    kept = record(evidence=(shown,))
    assert evidence_in(kept)[0].comparison == seen
    kept["evidence"][0]["comparison"]["verdict"] = "splendid"
    assert evidence_in(kept)[0].comparison is None


def test_hostile_texts_are_inert_in_markdown_and_kept_in_json() -> None:
    hostile = record(
        why=HOSTILE,
        known={"prompt_optimized": {"note": HOSTILE, "link": HOSTILE}},
        evidence=(Evidence("prompt_optimized", HOSTILE, HOSTILE, HOSTILE, supports="no", measured=True),),
    )
    text = markdown(hostile)
    assert "<" not in text
    assert "\n# Heading" not in text
    assert "![x](" not in text
    assert "https://" not in text
    assert "www.evil" not in text
    assert "a@b" not in text
    assert hostile["decided"]["why"] == HOSTILE
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.replace("\\|", "").count("|") == 4 for line in lines)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(anything)
def test_whatever_comes_is_a_record_that_can_be_written_read_compared_and_printed(found: Any) -> None:
    first = clean(found)
    assert clean(json.loads(json.dumps(first, allow_nan=False))) == first
    json.dumps(first, ensure_ascii=False, allow_nan=False).encode("utf-8")
    markdown(first).encode("utf-8")
    assert differences(first, first) == ()
    differences(record(), first)
    changed_by_evidence(first, (MEASURED,))


@settings(deadline=None)
@given(st.data())
def test_a_record_with_any_one_part_replaced_is_still_one(data: st.DataObject) -> None:
    found: Any = record()
    place: Any = found
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        place[key] = data.draw(anything)
        break
    kept = clean(found)
    assert clean(kept) == kept
    markdown(kept).encode("utf-8")
    differences(record(), kept)
    differences(kept, record())
    changed_by_evidence(kept, ())


def test_what_is_written_is_clean_already() -> None:
    assert clean(record()) == record()


def test_an_endless_text_and_an_endless_list_have_an_end() -> None:
    found = clean({"project": "x" * 1_000_000, "recommendation": {"risks": ["y"] * 100_000}})
    assert len(found["project"]) == 20_000
    assert len(found["recommendation"]["risks"]) == 400


def test_who_recorded_it_and_when_is_no_difference() -> None:
    later = document(
        Told({"best_base_model": "yes"}), recommend({"best_base_model": "yes"}), load(), project="T", who="A", at=AT
    )
    assert same(later, {**later, "recorded_at": "2027-01-01T00:00:00", "recorded_by": "B"})
    assert not same(later, {**later, "review_on": "2027-01-01"})


def said(older: dict[str, Any], newer: dict[str, Any]) -> list[str]:
    return [one.text for one in differences(older, newer)]


def test_differences_are_sentences() -> None:
    changed = record(
        answers={**ANSWERS, "prompt_optimized": "yes", "high_volume_narrow": "no"},
        reasons=("following_hype",),
        evidence=(),
        choice="",
        known={},
        details={"prompt_versions": 5},
        review_on="",
    )
    found = said(record(), changed)
    assert "Decided: “Improve the prompt” became nothing yet." in found
    assert "The review: 2027-02-28 became no date." in found
    assert "Prompt worked on: “not sure” became “yes”." in found
    assert "Narrow and frequent: “not answered” became “no”." in found
    assert "Prompt worked on: measured became believed." in found
    assert "Prompt worked on, the note: “Dana tried two versions” was taken out." in found
    assert any("“2 versions” became “5 versions”." in one for one in found)
    assert any(
        one.startswith("No longer there (measured, run 3): Base did as well on 60 unseen examples.") for one in found
    )
    assert "New reason: “Because others do it”." in found
    assert any(one.startswith("The advice was “") for one in found)
    assert found[0].startswith("Decided")


def test_differences_the_other_way_round_are_as_many() -> None:
    one, other = record(), record(evidence=(), reasons=(), why="Other.")
    assert len(said(one, other)) == len(said(other, one)) > 0


def test_new_evidence_that_would_change_a_recorded_advice_is_found() -> None:
    believed = record(evidence=(), answers={**ANSWERS, "prompt_optimized": "yes", "high_volume_narrow": "yes"})
    assert believed["recommendation"]["action"] == Action.MEASURE_FIRST
    now = changed_by_evidence(believed, (MEASURED,))
    assert now is not None
    assert now.action is Action.IMPROVE_PROMPT
    assert changed_by_evidence(believed, ()) is None
    assert changed_by_evidence(record(), (MEASURED,)) is None


def test_what_a_record_holds_can_be_judged_again() -> None:
    found = record()
    assert answers_in(found) == ANSWERS
    again = recommend(answers_in(found), ["format_reliability"], evidence_in(found))
    assert again.action == found["recommendation"]["action"]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("calls_a_month", 8000, "8,000 questions a month"),
        ("error_cost", 2.5, "2.5 US dollars"),
        ("privacy", "stay_here", "They must stay on our own machines"),
        ("keeper", "Dana", "Dana"),
        ("failures", ["a", "b"], "1. a\n2. b"),
        ("keeper", "", ""),
        ("calls_a_month", None, ""),
    ],
)
def test_a_follow_up_is_told_in_words(key: str, value: Any, words: str) -> None:
    asked = load().follow_up(key)
    assert asked is not None
    assert follow_up_words(asked, value) == words


def test_measurements_that_did_not_come_along_are_no_new_evidence() -> None:
    measured = record(evidence=(MEASURED,))
    assert only_missing(measured, ())
    assert not only_missing(measured, (MEASURED,))
    another = replace(MEASURED, claim="Something else was seen.")
    assert not only_missing(measured, (another,))
    assert not only_missing(record(evidence=()), ())

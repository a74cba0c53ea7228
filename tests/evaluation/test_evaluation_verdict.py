"""The sentences of a verdict: one for each outcome, honest about how sure it is; and what to compare against."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.evaluation.numbers import points, signed, span
from ftcore.evaluation.statistics import compare
from ftcore.evaluation.verdict import (
    PRACTICE,
    Words,
    advice,
    before_spending,
    certainty,
    choose_comparator,
    details,
    headline,
    label,
    looked,
    method,
)
from ftcore.records import Comparison, Verdict


def compared(wins: int, losses: int, n: int) -> Comparison:
    base = [0] * wins + [1] * losses + [1] * (n - wins - losses)
    return compare(base, [1] * wins + [0] * losses + [1] * (n - wins - losses))


def test_a_clear_gain_is_one_sentence_with_its_range_and_its_number_of_examples() -> None:
    text = headline(compared(26, 4, 120), Words(alternative="your best prompt"))
    assert text.startswith("Fine-tuning is better than your best prompt by 18 points (")
    assert text.endswith("), on 120 unseen examples.")
    low, high = text.split("(")[1].split(")")[0].split(" to ")
    assert 0 < int(low) < 18 < int(high)


def test_for_those_who_decide_a_gain_is_said_of_every_hundred_or_in_points_of_a_measure() -> None:
    found = compared(26, 4, 120)
    said = advice(found, Words(noun="tickets", alternative="your best prompt"))
    assert said.startswith(
        "Fine-tuning is worth it: 18 more of every 100 tickets handled correctly than your best prompt ("
    )
    partly = advice(found, Words(counted=False, measure="Fields"))
    assert "18 points of 100 higher on “Fields” than" in partly


def test_a_loss_is_said_of_the_tuned_model_and_not_of_the_way_that_does_better() -> None:
    found = compared(2, 40, 120)
    said = advice(found, Words(noun="tickets", alternative="your best alternative", name="“Base with 3 examples”"))
    begins = (
        "Don't fine-tune: the tuned model handled 32 fewer of every 100 tickets correctly than “Base with 3 examples” ("
    )
    assert said.startswith(begins)
    partly = advice(found, Words(counted=False, measure="Fields"))
    assert partly.startswith("Don't fine-tune: the tuned model scored 32 points of 100 lower on “Fields” than")


def test_the_practice_model_is_never_praised_without_its_stamp() -> None:
    words = Words(practice=True)
    found = compared(60, 0, 120)
    assert headline(found, words).startswith("On the practice model, fine-tuning is better")
    assert PRACTICE in details(found, words)


@pytest.mark.parametrize(
    ("wins", "losses", "n", "start"),
    [
        (4, 3, 40, "Not enough evidence: with 40 test examples only differences above about"),
        (2, 40, 120, "Fine-tuning is worse than the alternative by 32 points"),
        (0, 0, 400, "Fine-tuning brings nothing that matters"),
        (60, 52, 400, "Fine-tuning is not worse than"),
    ],
)
def test_every_verdict_has_its_sentence(wins: int, losses: int, n: int, start: str) -> None:
    found = compared(wins, losses, n)
    assert headline(found).startswith(start), (headline(found), found)
    assert details(found)
    assert certainty(found)
    assert found.method in method(found)
    assert label(found.verdict) == found.verdict.value.replace("_", " ")


def test_where_evidence_is_lacking_it_says_how_many_more_examples_would_show_it() -> None:
    said = headline(compared(8, 5, 40))
    assert "only differences above about" in said
    more = int(said.split("; about ")[1].split(" more would show")[0].replace(",", ""))
    assert more > 0


def test_no_sentence_says_two_outcomes_alike() -> None:
    found = compared(26, 4, 120)
    for say in (headline, advice):
        assert len({say(replace(found, verdict=verdict)) for verdict in Verdict}) == len(Verdict)


def test_a_range_above_zero_is_never_rounded_to_zero() -> None:
    found = replace(compared(26, 4, 120), low=0.004, verdict=Verdict.BETTER)
    assert "(0.4 to " in headline(found)


def test_before_spending_the_limit_of_the_test_rows_is_said() -> None:
    assert before_spending(100, 0.098) == (
        "Before spending anything: your 100 test rows can show differences above about 10 points."
    )


def test_a_second_look_at_the_test_rows_is_told() -> None:
    assert looked(1) == ""
    assert "twice" in looked(2)
    assert "5 times" in looked(5)


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_number_is_never_shown_as_zero_or_without_its_sign_when_it_matters(one: float, other: float) -> None:
    assert (signed(one) == "0") == (abs(one) < 0.0005)
    assert "-" not in points(one) + signed(one)
    low, high = sorted((one, other))
    assert ("−" in span(low, high) or "+" in span(low, high)) == (low <= 0 <= high and max(-low, high) >= 0.0005)


def test_the_best_alternative_is_chosen_on_validation_or_it_is_the_base() -> None:
    others = ("base", "few_shot")
    assert choose_comparator({"base": 0.4, "few_shot": 0.6, "fine_tuned": 0.9}, others).arm == "few_shot"
    assert choose_comparator({"base": 0.6, "few_shot": 0.6}, others).arm == "base", "the simpler wins a tie"
    fallen_back = choose_comparator({}, others)
    assert fallen_back.arm == "base"
    assert "No validation scores" in fallen_back.why
    assert choose_comparator({"few_shot": None, "base": 0.1}, others).arm == "base"
    assert "only other way" in choose_comparator({"base": 0.4}, ("base",)).why


def test_best_is_said_only_where_every_other_way_was_tried() -> None:
    others = ("base", "few_shot")
    for averages in ({}, {"few_shot": None, "base": 0.1}, {"base": None, "few_shot": None}):
        assert "was the best alternative" not in choose_comparator(averages, others).why
    assert "was the best alternative" in choose_comparator({"base": 0.4, "few_shot": 0.6}, others).why
    assert "best" not in headline(compared(30, 2, 120))

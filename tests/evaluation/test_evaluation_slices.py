"""The parts of a test set: which there are, how the comparison stands in each, and what may be chance."""

from __future__ import annotations

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from ftcore.evaluation.labelled import confused, labels_of, mistakes
from ftcore.evaluation.latency import latency
from ftcore.evaluation.parts import Facts, parts_of
from ftcore.evaluation.slices import flips, slices
from ftcore.evaluation.statistics import compare


def rows(n: int = 80) -> list[Facts]:
    return [
        Facts(
            question="why " * (at % 8 + 1),
            expected=("refund", "Return")[at % 2],
            turns=1 + at % 5 // 4,
            tags=("vip",) if at % 4 == 0 else (),
            language="English" if at % 3 else "German",
        )
        for at in range(n)
    ]


def by_name(found: list[Facts]) -> dict[str, tuple[int, ...]]:
    return {part.name: part.places for part in parts_of(found)}


def test_a_test_set_has_parts_by_tag_answer_length_turns_and_language() -> None:
    found = by_name(rows())
    assert found["Tag: vip"] == tuple(range(0, 80, 4))
    assert found["Expected answer: refund"] == tuple(range(0, 80, 2))
    assert len(found["Turns: two or more"]) == 16
    assert {"Language: English", "Language: German"} <= set(found)
    assert sum(name.startswith("Question length") for name in found) == 4


def test_lengths_are_quarters_that_hold_every_row_once() -> None:
    lengths = [part for part in parts_of(rows()) if part.kind == "Question length"]
    assert sorted(at for part in lengths for at in part.places) == list(range(80))


def test_fields_of_json_answers_are_parts_too_and_long_texts_are_not() -> None:
    made = [
        Facts("q", json.dumps({"urgent": at % 2 == 0, "category": "abc"[at % 3], "text": f"summary {at}"}))
        for at in range(30)
    ]
    names = set(by_name(made))
    assert {"Expected urgent: yes", "Expected category: a"} <= names
    assert not any("summary" in name for name in names)


def test_what_all_rows_share_is_no_part() -> None:
    assert parts_of([Facts("same", f"a different answer {at}") for at in range(20)]) == []


@given(
    st.lists(
        st.builds(
            Facts,
            st.text(max_size=40),
            st.text(max_size=70),
            st.integers(0, 3),
            st.tuples(st.text(max_size=5)),
            st.text(max_size=5),
        ),
        max_size=30,
    )
)
def test_parts_of_any_rows_hold_places_that_are_there_in_rising_order(made: list[Facts]) -> None:
    for part in parts_of(made):
        assert 0 < len(part.places) < len(made)
        assert list(part.places) == sorted(set(part.places))
        assert part.places[-1] < len(made)


def test_a_part_that_turns_the_sign_is_told_and_a_small_one_is_too_few() -> None:
    made = rows(200)
    base: list[float | None] = [0.0] * 200
    tuned: list[float | None] = [1.0] * 200
    for at in range(0, 200, 4):
        base[at], tuned[at] = 1.0, 0.0
    found = slices(parts_of(made), base, tuned)
    (vip,) = [one for one in found if one.part.name == "Tag: vip"]
    assert vip.sure
    said = flips(compare(base, tuned), found)
    assert said[0] == "Better overall, worse for tag “vip”: −100 of 100 on 50 examples."
    few = slices(parts_of(rows(30)), [0.0] * 30, [1.0] * 30)
    assert [one.comparison for one in few if one.part.name == "Tag: vip"] == [None]
    assert [one.n for one in few if one.part.name == "Tag: vip"] == [8]


def test_among_many_parts_one_that_is_lucky_is_not_sure() -> None:
    """Without any true difference, parts are rarely called more than chance, however many there are."""
    alarms = 0
    for seed in range(20):
        pick = random.Random(seed)
        made = [Facts("q", "a", tags=(f"t{pick.randrange(12)}",)) for _ in range(300)]
        base = [float(pick.random() < 0.5) for _ in made]
        tuned = [float(pick.random() < 0.5) for _ in made]
        alarms += any(one.sure for one in slices(parts_of(made), base, tuned))
    assert alarms <= 4


def test_missing_answers_are_left_out_of_their_part() -> None:
    tuned: list[float | None] = [1.0] * 80
    tuned[0] = None
    found = slices(parts_of(rows()), [0.0] * 80, tuned)
    assert next(one.n for one in found if one.part.name == "Tag: vip") == 19


def test_labels_are_few_short_answers_and_spelling_does_not_part_them() -> None:
    assert labels_of(["refund", "Refund", "return ", "return"]) in (("refund", "return"), ("Refund", "return"))
    assert labels_of([f"a text of its own {at}" for at in range(40)]) == ()
    assert labels_of(["x" * 70, "y" * 70] * 9) == ()
    assert labels_of([]) == ()


def test_confusions_are_told_the_largest_first() -> None:
    expected = ["refund"] * 5 + ["return"] * 5
    said = ["return", "return", "It is a refund.", "refund", None, "return", "who knows", "return", "return", "return"]
    found = confused(expected, said, labels_of(expected))
    assert mistakes(found)[0] == "“refund” was answered as “return” 2 times of 4."
    assert "“return” was answered with no label, or several, once of 5." in mistakes(found)


def test_the_slow_twentieth_is_told_and_nothing_is_said_of_nothing() -> None:
    found = latency([0.1] * 95 + [3.0] * 5)
    assert found is not None
    assert found.median == 0.1
    assert 0.1 <= found.p95 <= 3.0
    assert latency([]) is None


@given(st.lists(st.floats(0, 100), min_size=1))
def test_half_of_the_answers_are_never_slower_than_nearly_all(seconds: list[float]) -> None:
    found = latency(seconds)
    assert found is not None
    assert min(seconds) - 1e-9 <= found.median <= found.p95 + 1e-9
    assert found.p95 <= max(seconds) + 1e-9

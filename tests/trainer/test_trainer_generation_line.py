"""The waiting line by itself: bounded, fair, and honest about when to come back."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.trainer.errors import TrainerError
from ftcore.trainer.generation.asking import Answering, Ask
from ftcore.trainer.generation.line import Line


def question(asker: str, model: str = "m") -> Answering:
    return Answering(Ask(model, []), [1], lambda piece: None, asker=asker)


def askers(found: list[Answering]) -> list[str]:
    return [answer.asker for answer in found]


def test_whoever_has_the_fewest_answers_in_progress_is_next() -> None:
    line = Line()
    line.put([question("many") for _ in range(10)])
    line.put([question("one")])
    line.put([question("two") for _ in range(2)])
    assert askers(line.take("m", 4, Counter(many=5))) == ["one", "two", "two", "many"]
    assert askers(line.take("m", 2, Counter(many=6, other=9))) == ["many", "many"]


def test_one_asker_leaves_a_quarter_of_the_places_to_others() -> None:
    line = Line()
    line.put([question("many") for _ in range(40)])
    assert len(line.take("m", 32, Counter())) == 24
    assert line.take("m", 8, Counter(many=24)) == []
    line.put([question("late")])
    assert askers(line.take("m", 8, Counter(many=24))) == ["late"]


def test_who_was_served_longest_ago_comes_first_among_models() -> None:
    line = Line()
    for model in ("a", "b"):
        line.put([question("x", model) for _ in range(3)])
    assert line.models() == ["a", "b"]
    line.take("a", 1, Counter())
    assert line.models() == ["b", "a"]


def test_who_has_left_is_not_answered_and_takes_no_room() -> None:
    line = Line(3)
    answers = [question("x"), question("y"), question("x")]
    line.put(answers)
    answers[0].left.set()
    answers[1].left.set()
    assert line.take("m", 1, Counter()) == [answers[2]]
    line.put([question("z") for _ in range(3)])


def test_what_does_not_fit_waits_and_keeps_its_place() -> None:
    line = Line()
    line.put([question("x"), question("y"), question("z")])
    assert askers(line.take("m", 3, Counter(), lambda one, taken: len(taken) < 1)) == ["x"]
    assert askers(line.take("m", 3, Counter())) == ["y", "z"]


def test_a_full_line_takes_all_answers_of_a_question_or_none_and_says_when_to_return() -> None:
    line = Line(5)
    line.put([question("x") for _ in range(4)])
    with pytest.raises(TrainerError) as caught:
        line.put([question("y"), question("y")])
    assert (caught.value.status, caught.value.code) == (429, "queue_full")
    assert caught.value.retry_after == 5
    line.put([question("z")])
    assert askers(line.take("m", 9, Counter())) == ["x", "z", "x", "x", "x"]


def test_the_time_to_return_follows_the_pace() -> None:
    def after(finished: int) -> int:
        line = Line(100)
        line.put([question(str(n)) for n in range(100)])
        for _ in range(finished):
            line.note_finished(1)
        with pytest.raises(TrainerError) as caught:
            line.put([question("y")])
        return caught.value.retry_after or 0

    assert 1 <= after(60) <= after(2) <= 120


def test_nobody_waits_at_once_when_nobody_asks() -> None:
    line = Line()
    assert not line.wait(0.01)
    line.put([question("x")])
    assert line.wait(None)
    assert line.drop("m")
    assert not line.wait(0.01)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("mn")), max_size=30), st.integers(1, 9))
def test_every_question_is_taken_once_and_each_askers_in_their_order(asked: list[tuple[str, str]], places: int) -> None:
    line = Line()
    answers = [question(asker, model) for asker, model in asked]
    for answer in answers:
        line.put([answer])
    taken: list[Answering] = []
    while line.models():
        for model in line.models():
            taken += line.take(model, places, Counter())
    assert sorted(map(id, taken)) == sorted(map(id, answers))
    for key in set(asked):
        mine = [answer for answer in answers if (answer.asker, answer.ask.model) == key]
        assert [answer for answer in taken if (answer.asker, answer.ask.model) == key] == mine

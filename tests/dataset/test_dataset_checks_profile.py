"""What a data set's examples have in common, counted in one pass; and the thresholds that a user may change."""

from __future__ import annotations

import json
import math
import random
import tracemalloc
from dataclasses import fields, replace
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.dataset.answers import MOST_LABELS, Profile, Profiler, kind_of, normal, profile
from ftcore.dataset.checks import LIMITS, Limits, check_one
from ftcore.records import TrainingExample


def example(prompt: str, answer: str, system: str = "") -> TrainingExample:
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return TrainingExample([{"role": "system", "content": system}, *messages] if system else messages)


ANSWERS = [
    *(
        "yes",
        "no",
        "Yes.",
        " no ",
        "",
        "  ",
        "{}",
        '{"a": 1}',
        "[1]",
        "{broken",
        "```\nx\n```",
        "a\nb",
        "x" * 61,
        "Ja, gern.",
    )
]
rows = st.lists(
    st.tuples(
        st.sampled_from(["q", "WHERE IS MY LAMP NOW?", "Где моя лампа, скажите?"]) | st.text(max_size=9),
        st.sampled_from(ANSWERS) | st.text(max_size=9),
    ),
    max_size=40,
)


@given(rows, st.integers(1, 7))
def test_a_profile_does_not_depend_on_how_the_rows_come(some, size) -> None:
    examples = [example(prompt, answer) for prompt, answer in some]
    profiler = Profiler()
    for start in range(0, len(examples), size):
        profiler.add(iter(examples[start : start + size]))
    whole = profile(iter(examples))
    assert profiler.profile() == whole
    assert whole.known
    answers = [answer for _, answer in some if answer.strip()]
    assert whole.kind == kind_of(answers)
    assert (whole.rows, whole.answers) == (len(some), len(answers))
    if whole.kind == "labels":
        assert whole.counts == {key: sum(normal(a) == key for a in answers) for key in map(normal, answers)}


@given(rows)
def test_a_profile_survives_being_kept_as_json_and_finds_the_same(some) -> None:
    examples = [example(prompt, answer) for prompt, answer in some]
    before = profile(examples)
    after = Profile.from_json(json.loads(json.dumps(before.to_json())))
    assert after == before
    for one in examples:
        assert check_one(one, Limits(), after) == check_one(one, Limits(), before)


def test_a_profile_of_a_newer_or_a_broken_program_is_read_as_far_as_it_goes() -> None:
    kept = profile([example("q", "yes")] * 30).to_json()
    assert Profile.from_json(kept | {"moods": {"good": 3}}) == Profile.from_json(kept)
    assert Profile.from_json(kept | {"kind": "poems"}).kind == "text"
    assert Profile.from_json({}) == Profile()


@pytest.mark.parametrize(
    "answers",
    [
        [f"label {n % MOST_LABELS}" for n in range(3 * MOST_LABELS)],
        [f"label {n % (MOST_LABELS + 1)}" for n in range(3 * MOST_LABELS)],
        [f"label {n}" for n in range(3 * MOST_LABELS)],
        [
            f"A longer answer, number {n % 40}, that comes again and again in this file, word for word."
            for n in range(400)
        ],
    ],
    ids=["as many as may be", "one more", "all different", "long ones again"],
)
def test_labels_are_told_from_texts_at_the_edge_too(answers) -> None:
    assert profile([example("q", answer) for answer in answers]).kind == kind_of(answers)


def test_lengths_are_known_to_one_percent() -> None:
    chance = random.Random(3)
    sizes = [round(math.exp(chance.gauss(5, 0.7))) + 1 for _ in range(4001)]
    spread = profile([example("q", "x" * size) for size in sizes]).response_size
    middle = median(map(math.log, sizes))
    deviation = median(abs(math.log(size) - middle) for size in sizes)
    assert math.log(spread.median) == pytest.approx(middle, abs=0.011)
    assert spread.deviation == pytest.approx(deviation, abs=0.021)
    assert spread.z(round(spread.median)) == pytest.approx(0, abs=0.05)
    assert spread.z(1) < -5 < 5 < spread.z(100_000)


def test_many_rows_need_no_more_memory_than_some() -> None:
    def fresh(start: int, number: int):
        for n in range(start, start + number):
            yield example(
                f"Question {n} about a lamp?",
                f'{{"key {n}": {n}}}' if n % 2 else f"label {n}",
                f"Context {n}: " + "x" * 500,
            )

    profiler = Profiler().add(fresh(0, 3000))
    tracemalloc.start()
    profiler.add(fresh(3000, 6000))
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 50_000
    seen = profiler.profile()
    assert seen.rows == 9000
    assert len(json.dumps(seen.to_json())) < 100_000


def test_a_profile_says_what_a_health_panel_shows() -> None:
    several = (
        [example("Where is it?", "yes", "Be kind.")] * 5 + [example("Where is it?", "no")] * 3 + [example("q", "Yes")]
    )
    seen = profile(several)
    assert seen.kind == "labels"
    assert seen.spellings == {"yes": 5, "no": 3, "Yes": 1}
    assert seen.counts == {"yes": 6, "no": 3}
    assert seen.systems == {"Be kind.": 5, "": 4}
    assert seen.shapes == {"text": 9}
    german = profile(
        [example("q", "Die Lampe ist nicht da, und ich weiß nicht, wo sie ist oder wann sie mit der Post kommt.")] * 3
    )
    assert (german.languages, german.scripts) == ({"German": 3}, {"Latin": 3})
    objects = profile([example("q", '{"a": 1, "b": 2}')] * 2 + [example("q", '{"a": 1}'), example("q", "[]")])
    assert (objects.kind, objects.shapes, objects.keys) == ("json", {"object": 3, "list": 1}, {"a": 3, "b": 2})


def test_every_threshold_is_explained_and_its_default_is_allowed() -> None:
    names = [threshold.name for threshold in LIMITS]
    assert names == [f.name for f in fields(Limits) if f.name != "off"]
    for threshold in LIMITS:
        assert threshold.default == getattr(Limits(), threshold.name)
        assert threshold.low <= threshold.default <= threshold.high
        assert 0 < threshold.step <= threshold.high - threshold.low
        assert isinstance(getattr(Limits(), threshold.name), int) == threshold.whole
        assert threshold.label
        assert threshold.unit
        assert threshold.help.endswith(".")


@given(
    st.dictionaries(
        st.sampled_from([*(f.name for f in fields(Limits)), "colour"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=3)
        | st.lists(st.text(max_size=3) | st.integers(), max_size=3),
    )
)
def test_any_json_becomes_limits_inside_their_ranges(value) -> None:
    limits = Limits.from_json(value)
    for threshold in LIMITS:
        number = getattr(limits, threshold.name)
        assert threshold.low <= number <= threshold.high
        assert not threshold.whole or isinstance(number, int)
        if threshold.name not in value:
            assert number == threshold.default
    assert Limits.from_json(json.loads(json.dumps(limits.to_json()))) == limits


def test_limits_keep_what_was_chosen_and_clamp_the_rest() -> None:
    chosen = Limits(min_chars=3, repetition=0.5, off=frozenset(("shouting",)))
    assert Limits.from_json(chosen.to_json()) == chosen
    assert Limits.from_json(
        {"min_chars": -5, "max_chars": 10**9, "echo": 7, "similarity": "much", "outlier": math.nan}
    ) == replace(Limits(), min_chars=0, max_chars=1_000_000, echo=1.0)
    assert Limits.from_json({"off": "shouting"}).off == frozenset()

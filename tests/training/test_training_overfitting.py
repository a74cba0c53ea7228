"""Overfitting is said when the losses show it, and not otherwise."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.records import Metric
from ftcore.training.overfitting import best_step, overfitting_since, still_falling


def curve(train: list[float], valid: dict[int, float]) -> list[Metric]:
    return [Metric(at, len(train), train_loss=loss, valid_loss=valid.get(at)) for at, loss in enumerate(train, 1)]


FALLING = [2.0 - at * 0.015 for at in range(100)]


def test_it_is_said_from_the_best_step_on() -> None:
    told = curve(FALLING, {20: 1.8, 40: 1.5, 60: 1.52, 80: 1.56, 100: 1.6})
    assert overfitting_since(told) == 40
    assert overfitting_since(list(reversed(told))) == 40
    assert best_step(told) == 40


@pytest.mark.parametrize(
    "valid",
    [
        {},
        {100: 1.5},
        {50: 1.5, 100: 1.6},  # one worse measurement may be chance
        {20: 1.8, 40: 1.5, 60: 1.505, 100: 1.6},  # one of the later ones is as good
        {20: 1.8, 40: 1.5, 60: 1.52, 80: 1.524},  # too little to speak of
        {20: 1.5, 40: 1.6, 60: 1.55, 80: 1.4},  # it came back
    ],
)
def test_it_is_not_said_where_the_losses_do_not_show_it(valid: dict[int, float]) -> None:
    assert overfitting_since(curve(FALLING, valid)) is None


def test_a_training_that_only_got_worse_is_no_overfitting() -> None:
    rising = [1.0 + at * 0.01 for at in range(100)]
    assert overfitting_since(curve(rising, {20: 1.2, 40: 1.5, 60: 1.8, 100: 2.0})) is None


@given(st.lists(st.floats(0.001, 0.1), min_size=3, max_size=200))
def test_a_validation_loss_that_only_falls_is_never_called_overfitting(falls: list[float]) -> None:
    loss, valid = 30.0, {}
    for at, fall in enumerate(falls, 1):
        loss -= fall
        valid[at] = loss
    assert overfitting_since(curve([2.0 - at / 300 for at in range(len(falls))], valid)) is None


def test_noise_around_a_level_loss_is_rarely_called_overfitting() -> None:
    """Measured at each step on a few rows, as some servers do."""
    called = 0
    for seed in range(300):
        chance = random.Random(seed)
        valid = {at: 1.5 + chance.gauss(0, 0.06) for at in range(1, 101)}
        called += overfitting_since(curve(FALLING, valid)) is not None
    assert called <= 30, called


def test_a_rise_below_the_noise_of_single_steps_is_still_found() -> None:
    chance = random.Random(1)
    valid = {at: 1.5 + abs(at - 40) * 0.01 + chance.gauss(0, 0.05) for at in range(1, 101)}
    found = overfitting_since(curve(FALLING, valid))
    assert found is not None
    assert 25 <= found <= 55


def test_a_training_that_ended_while_it_learnt_is_told_from_what_to_what_its_loss_fell() -> None:
    told = curve(FALLING, {33: 1.07, 66: 0.83, 100: 0.75})
    assert still_falling(told) == (0.83, 0.75)
    assert still_falling(list(reversed(told))) == (0.83, 0.75)


@pytest.mark.parametrize(
    "valid",
    [
        {},
        {50: 1.2, 100: 0.8},  # two measurements are no curve
        {33: 1.07, 66: 0.83, 100: 0.80},  # it has all but levelled off
        {33: 0.70, 66: 0.83, 100: 0.75},  # it was better before
        {33: 1.07, 66: 0.75, 100: 0.83},
    ],
)
def test_more_passes_are_not_advised_where_the_losses_do_not_show_it(valid: dict[int, float]) -> None:
    assert still_falling(curve(FALLING, valid)) is None


@given(st.dictionaries(st.integers(1, 100), st.floats(0.01, 5.0), max_size=100))
def test_nobody_is_told_both_that_it_learns_by_heart_and_that_it_still_learns(valid: dict[int, float]) -> None:
    told = curve(FALLING, valid)
    assert overfitting_since(told) is None or still_falling(told) is None


def test_noise_around_a_level_loss_is_rarely_called_still_learning() -> None:
    called = 0
    for seed in range(300):
        chance = random.Random(seed)
        valid = {at: 1.5 + chance.gauss(0, 0.06) for at in range(1, 101)}
        called += still_falling(curve(FALLING, valid)) is not None
    assert called <= 3, called

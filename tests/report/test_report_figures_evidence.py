"""The figures of the evidence: told apart by shape and words, names that do not lie on each other, nothing executable."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
import stories
from hypothesis import given
from hypothesis import strategies as st

from ftcore.evaluation.arms.plan import KINDS
from ftcore.records import ArmResult
from ftcore.report import figures
from ftcore.report.confusion_figure import confusion_map
from ftcore.report.learning_figure import learning_plot
from ftcore.report.outcomes import outcome_bar
from ftcore.report.palette import arm_colour, arm_marker
from ftcore.report.trade_offs import LINE, NAME, Wait, beside, cost_of, cost_plot, priced, spread, wait_plot

BAD = "<a href='javascript:x'>"
ARMS = tuple(replace(stories.arms()[0], arm=f"{kind}_2", label=f"{BAD}{kind}", kind=kind) for kind in KINDS)


@pytest.mark.parametrize("dark", [False, True])
def test_every_figure_is_drawn_on_both_grounds_and_holds_no_markup_of_others(dark: bool) -> None:
    drawn = [
        outcome_bar(stories.comparison(), dark=dark),
        cost_plot(ARMS, dark=dark, axis=BAD),
        cost_plot([replace(arm, usd=0.01) for arm in ARMS], dark=dark),
        wait_plot([Wait(arm, 0.5, 2.0) for arm in ARMS], dark=dark),
        learning_plot([(10, 0.5), (20, 0.6)], [(10, 0.5, 0.4, 0.6), (40, 0.7, 0.5, 0.9)], dark=dark, axis=BAD),
        confusion_map([BAD, "b"], [BAD, "b", "c"], [[3, 1, 0], [0, 4, 1]], dark=dark),
        figures.arm_bars(ARMS, dark=dark),
        figures.difference_plot(
            stories.comparison(), BAD, dark=dark, others=[(BAD, stories.comparison())], kinds=KINDS[:2], notes=["", BAD]
        ),
    ]
    assert not any("<a href" in figure.to_json().replace("\\u003c", "<") for figure in drawn)


def test_every_kind_of_arm_has_a_shape_of_its_own() -> None:
    assert len({arm_marker(kind) for kind in KINDS}) == len(KINDS)
    assert arm_marker("fine_tuned_rag_2") == arm_marker("fine_tuned_rag") != arm_marker("fine_tuned_quarter")
    assert arm_colour("fine_tuned_rag") == arm_colour("fine_tuned")


def test_an_arms_kind_and_not_its_name_decides_its_colour() -> None:
    arm = replace(stories.arms()[0], arm="my way", kind="rag")
    assert arm_colour("rag") in figures.arm_bars([arm]).to_json()


def test_wins_ties_and_losses_are_words_and_no_red_or_green() -> None:
    figure = outcome_bar(stories.comparison())
    told = " ".join(note.text for note in figure.layout.annotations)
    assert "<b>28</b> ▲ better" in told
    assert "<b>86</b> = the same" in told
    assert "<b>6</b> ▼ worse" in told
    assert len({trace.marker.pattern.shape for trace in figure.data}) > 1
    none = outcome_bar(stories.comparison(n=0, wins=0, ties=0, losses=0))
    assert not none.layout.annotations


def test_tokens_are_the_cost_where_no_price_is_known() -> None:
    arm = stories.arms()[0]
    assert not priced([arm, replace(arm, usd=0.0)])
    assert cost_of(arm, dollars=False) == arm.tokens_in + arm.tokens_out
    priced_arm = replace(arm, usd=0.002)
    assert priced([arm, priced_arm])
    assert cost_of(priced_arm, dollars=True) == 2.0
    assert len(cost_plot([arm, priced_arm]).data) == 1, "an arm of unknown price has no place"


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 300)), max_size=12))
def test_no_name_lies_on_another(spots: list[tuple[float, float]]) -> None:
    places = [(x + shift, y + lift) for (x, y), (shift, lift) in zip(spots, beside(spots), strict=True)]
    for at, (x, y) in enumerate(places):
        for other_x, other_y in places[at + 1 :]:
            assert abs(x - other_x) >= NAME - 1e-6 or abs(y - other_y) >= LINE - 1e-6


def test_a_name_stands_beside_its_point_where_nothing_is_in_its_way() -> None:
    assert beside([(0.0, 0.0), (100.0, 200.0), (300.0, 100.0)]) == [(26.0, 0.0)] * 3


@given(st.lists(st.floats(0, 300), max_size=12))
def test_names_keep_their_order_and_stay_where_there_is_room(heights: list[float]) -> None:
    ordered = sorted(heights)
    moved = spread(ordered)
    assert moved == sorted(moved)
    if all(later - earlier >= LINE for earlier, later in pairwise(ordered)):
        assert moved == pytest.approx(ordered)


def test_a_forecast_is_dashed_and_begins_where_the_data_end() -> None:
    curve = [(10.0, 0.5, 0.4, 0.6), (20.0, 0.6, 0.5, 0.7), (40.0, 0.7, 0.5, 0.9)]
    figure = learning_plot([(10, 0.5), (20, 0.6)], curve)
    dashed = [trace for trace in figure.data if trace.mode == "lines" and trace.line.dash == "dash"]
    assert [list(trace.x) for trace in dashed] == [[20.0, 40.0]]


def test_no_arm_no_figure_and_no_error() -> None:
    nothing: list[ArmResult] = []
    assert len(cost_plot(nothing).data) == 0
    assert len(wait_plot([]).data) == 0
    assert len(learning_plot([], []).data) == 1

"""The figures: a colour and a shape an arm for ever, the figures written at the bars, nothing executable in labels."""

import pytest
import stories

from ftcore.report import curves, figures
from ftcore.report.palette import ARMS, arm_colour, arm_family, arm_marker


def test_an_arm_has_its_colour_and_shape_for_ever():
    assert arm_colour("fine_tuned") == "#D66B05"
    assert arm_colour("few_shot_3") == arm_colour("few-shot") == "#401583"
    assert arm_colour("rag", dark=True) == "#FEE88F"
    assert len({arm_colour(arm) for arm in ARMS}) == len({arm_marker(arm) for arm in ARMS}) == len(ARMS)
    assert arm_family("something new") == ""
    assert arm_colour("something new") not in {arm_colour(arm) for arm in ARMS}


@pytest.mark.parametrize("dark", [False, True])
def test_every_figure_is_drawn_on_both_grounds(dark):
    one = stories.comparison()
    bars = figures.arm_bars(stories.arms(), dark=dark)
    notes = [note.text for note in bars.layout.annotations]
    assert {"<b>86</b>", "<b>68</b>", "<b>41</b>"} < set(notes)
    assert any(stories.BASE in note for note in notes)
    assert [trace.error_x.array[0] for trace in bars.data if trace.type == "scatter"] == pytest.approx([9, 8, 5])
    difference = figures.difference_plot(one, "Base with 3 examples", dark=dark, others=[("Base", one)])
    assert any(
        note.text == "against Base with 3 examples: <b>+18</b> (+11 to +25)" for note in difference.layout.annotations
    )
    assert curves.loss_curve([(1, 2.0), (2, 1.0)], [(2, 1.2)], dark=dark).data[1].name == "validation"


def test_nothing_to_draw_is_an_empty_figure_and_no_error():
    assert len(figures.arm_bars(()).data) == 0
    assert len(curves.loss_curve(()).data) == 0


def test_labels_hold_no_markup_of_others():
    from dataclasses import replace

    bad = replace(stories.arms()[0], label="<a href='javascript:x'>", model="<b>m</b>")
    drawn = figures.arm_bars([bad]).to_json()
    assert "<a href" not in drawn
    assert "&lt;a href" in drawn or "\\u0026lt;a href" in drawn


def test_trainings_beside_each_other_keep_their_order_and_their_names_inert() -> None:
    drawn = curves.curves_compared([("one <b>", [(1, 2.0), (2, 1.0)]), ("two", [(1, 3.0)])])
    assert [trace.name for trace in drawn.data] == ["one &lt;b&gt;", "two"]
    assert len({trace.line.color for trace in drawn.data}) == len({trace.marker.symbol for trace in drawn.data}) == 2


def test_the_best_step_is_marked_where_the_rest_only_got_worse() -> None:
    marked = curves.loss_curve([(1, 2.0), (9, 1.0)], [(4, 1.5), (9, 1.9)], best=4)
    assert any("best at step 4" in note.text for note in marked.layout.annotations)

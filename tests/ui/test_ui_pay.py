"""Would it pay? The panel on Decide: a sentence, a chart, sliders that are kept for everybody, every figure with its source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.report.paying import TUNED_AS, choose, pay_case, pay_story
from ftcore.store import assumptions, runs
from ftcore.store.database import Database
from ftcore.ui.decide import decide_mode
from tests.ui import journeys

Draw = Callable[[int], AppTest]


def _page(project_id: int) -> None:
    from ftcore.ui.decide import pay_panel

    pay_panel.draw(project_id)


@pytest.fixture
def draw(db: Database) -> Draw:
    """The panel as it stands in its fold, which the test bench cannot open."""
    return lambda project_id: AppTest.from_function(_page, default_timeout=30, args=(project_id,)).run()


def measured(db: Database, label: str = "Your prompt") -> int:
    """A finished run on the practice model; the other way is called `label`."""
    found = journeys.begin(db)
    run = found.run()
    arms = [{**arm, "label": label if arm["kind"] != "fine_tuned" else "Fine-tuned"} for arm in run.result["arms"]]
    with db.write() as c:
        runs.change(c, run.id, result={**run.result, "arms": arms})
    return found.project_id


def typed(db: Database, project_id: int) -> dict[str, Any]:
    with db.read() as c:
        return assumptions.get(c, project_id)


def said(test: AppTest) -> str:
    assert not test.exception
    return "\n".join([*(one.value for one in test.markdown), *(one.value for one in test.text)])


def slider(test: AppTest, key: str) -> Any:
    return next(one for one in test.select_slider if f"-{key}-" in str(one.key))


def test_it_begins_with_what_a_manager_knows_and_explains_a_token(db: Database, draw: Draw) -> None:
    project_id = measured(db)
    test = draw(project_id)
    assert test.number_input[0].label == "Questions a month"
    assert [one.label for one in test.selectbox] == [
        "Prices of the fine-tuned model",
        "Prices of the model you ask today",
    ]
    assert [one.label for one in test.select_slider] == [
        "Hours to prepare, once",
        "Hours each month",
        "What an hour of work costs",
    ]
    assert "about three quarters of a word" in said(test)
    assert "choose whose prices to calculate with" in said(test)
    assert not any("Tokens" in one.label for one in test.number_input)
    assert not test.get("plotly_chart")


def test_choosing_prices_gives_the_sentence_the_chart_and_the_sliders(db: Database, draw: Draw) -> None:
    project_id = measured(db)
    test = draw(project_id)
    test.selectbox(key=f"pay-{project_id}-{TUNED_AS}").select("openai/gpt-4.1-mini").run()
    told = pay_story(db, project_id)
    assert told.sentence.replace("-", "\\-")[:40] in said(test)
    assert "Assuming 1,000 to 100,000 calls a month" in said(test)
    assert len(test.get("plotly_chart")) == 1
    assert [one.label for one in test.select_slider][3:] == ["Hosting a month", "Months between trainings"]


def test_one_typed_number_means_one_number_and_a_second_one_a_range(db: Database, draw: Draw) -> None:
    project_id = measured(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    test = draw(project_id)
    first, last = (f"pay-{project_id}-first-calls-{end}" for end in (0, 1))
    assert (test.number_input(key=first).value, test.number_input(key=first).placeholder) == (
        None,
        "assumed: 1,000 to 100,000",
    )
    test.number_input(key=first).set_value(8_000.0).run()
    assert typed(db, project_id)["calls"] == [8_000, 8_000]
    assert test.number_input(key=last).value is None
    assert "Assuming" not in said(test)
    test.number_input(key=last).set_value(12_000.0).run()
    assert typed(db, project_id)["calls"] == [8_000, 12_000]
    test.number_input(key=first).set_value(9_000.0).run()
    assert typed(db, project_id)["calls"] == [9_000, 12_000]
    test.number_input(key=last).set_value(None).run()
    assert typed(db, project_id)["calls"] == [9_000, 9_000]
    test.number_input(key=first).set_value(2_000.0).run()
    assert typed(db, project_id)["calls"] == [2_000, 2_000]
    test.number_input(key=first).set_value(None).run()
    assert "calls" not in typed(db, project_id)


def test_a_slider_that_is_moved_is_kept_for_everybody(db: Database, draw: Draw) -> None:
    project_id = measured(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    test, other = draw(project_id), draw(project_id)
    slider(test, "hours_once").set_range(12.0, 24.0).run()
    assert typed(db, project_id)["hours_once"] == [12, 24]
    other.run()
    assert slider(other, "hours_once").value == (12, 24)
    assert slider(draw(project_id), "hours_once").value == (12, 24)


def test_a_number_has_one_handle(db: Database, draw: Draw) -> None:
    project_id = measured(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    test = draw(project_id)
    slider(test, "hours_once").set_range(24.0, 24.0).run()
    assert slider(test, "hours_once").value == 24
    slider(test, "hours_once").set_value(40.0).run()
    assert typed(db, project_id)["hours_once"] == [40, 40]


def test_never_training_again_is_an_end_of_its_slider(db: Database, draw: Draw) -> None:
    project_id = measured(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    test = draw(project_id)
    slider(test, "retrain_every").set_range(6.0, float("inf")).run()
    assert typed(db, project_id)["retrain_every"] == [6, None]
    assert slider(test, "retrain_every").value == (6, float("inf"))


def test_every_figure_can_be_typed_and_says_where_it_is_from(db: Database, draw: Draw) -> None:
    project_id = measured(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    test = draw(project_id)
    test.button_group(key=f"pay-{project_id}-more").select("All figures").run()
    assert "measured in run 1, on the practice model" in said(test)
    assert "OpenAI: gpt-4.1-mini, from a third party, date not known" in said(test)
    rate = test.number_input(key=f"pay-{project_id}-all-hour_rate-0")
    rate.set_value(90.0).run()
    assert typed(db, project_id)["hour_rate"] == [90, 90]
    test.number_input(key=f"pay-{project_id}-all-hour_rate-1").set_value(120.0).run()
    assert typed(db, project_id)["hour_rate"] == [90, 120]
    test.number_input(key=f"pay-{project_id}-all-hour_rate-0").set_value(None).run()
    assert "hour_rate" not in typed(db, project_id)


def test_missing_prices_are_asked_for_where_they_are_missed(db: Database, draw: Draw) -> None:
    project_id = measured(db)
    choose(db, project_id, TUNED_AS, "own")
    test = draw(project_id)
    keys = [one.key for one in test.number_input]
    prices = ("tuned_price_in", "tuned_price_out", "other_price_in", "other_price_out", "train_price")
    assert {f"pay-{project_id}-missing-{key}-0" for key in prices} <= set(keys)
    for key in prices:
        test.number_input(key=f"pay-{project_id}-missing-{key}-0").set_value(2.0).run()
    assert not test.exception
    assert len(test.get("plotly_chart")) == 1
    assert pay_case(db, project_id).typed == set(prices)


def test_the_arithmetic_is_a_table_with_the_source_of_each_line(db: Database, draw: Draw) -> None:
    project_id = measured(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    test = draw(project_id)
    test.button_group(key=f"pay-{project_id}-more").select("How this was calculated").run()
    table = test.table[0].value
    assert len(table) == len(pay_story(db, project_id).lines)
    assert list(table.columns) == ["What", "How", "Result", "From"]
    assert "measured in run 1" in table["From"].iloc[0]


def test_a_name_that_people_wrote_is_never_markup(db: Database, draw: Draw) -> None:
    project_id = measured(db, label=journeys.HOSTILE)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    test = draw(project_id)
    test.button_group(key=f"pay-{project_id}-more").select("How this was calculated").run()
    assert not test.exception
    shown = "\n".join([*(one.value for one in test.markdown), test.table[0].value.to_string()])
    assert "![x](http" not in shown
    assert ":red[no]" not in shown


def test_it_is_a_mode_of_decide_and_leads_on_to_the_record(db: Database, open_page: Callable[..., AppTest]) -> None:
    project_id = measured(db)
    test = open_page("decide", project=str(project_id), decide=decide_mode.PAY)
    assert "choose whose prices to calculate with" in said(test)
    test.button(key="to-record").click().run()
    assert not test.exception
    assert test.button(key="record-decision")


def test_the_answer_stands_before_what_can_be_changed(db: Database, draw: Draw) -> None:
    test = draw(measured(db))
    kinds = [one.type for one in test.main]
    assert kinds.index("markdown") < kinds.index("number_input")

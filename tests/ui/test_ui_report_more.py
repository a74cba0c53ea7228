"""Report: which comparison, what things are called, what is presented, and the papers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from streamlit.testing.v1 import AppTest

from ftcore.records import Brand, Story
from ftcore.report import facts, settings, words
from ftcore.report.telling import tell
from ftcore.store.database import Database
from ftcore.ui.report import present, report_files
from tests.ui.journeys import HOSTILE, MODEL, begin

Open = Callable[..., AppTest]


def said(test: AppTest) -> str:
    return "\n".join(
        element.value for kind in (test.header, test.subheader, test.caption, test.text) for element in kind
    )


def test_a_comparison_is_asked_for_only_where_there_are_several(db: Database, open_page: Open) -> None:
    journey = begin(db)
    first = journey.run()
    assert not [box for box in open_page("report").selectbox if box.label == "Comparison"]
    second = journey.run()
    test = open_page("report")
    (box,) = [box for box in test.selectbox if box.label == "Comparison"]
    assert box.value == second.id
    box.set_value(first.id).run()
    assert not test.exception
    (code,) = [block.value for block in test.code if "tuneworthy report" in block.value]
    assert f"--run {first.id}" in code


def test_what_things_are_called_is_kept_and_said(db: Database, open_page: Open) -> None:
    journey = begin(db)
    journey.run()
    test = open_page("report")
    project = journey.project_id
    test.text_input(key=f"report-noun-{project}").set_value("tickets")
    test.text_input(key=f"report-house-{project}").set_value("Nordlicht")
    test.text_area(key=f"report-permission-{project}").set_value("Yes, clause 7.")
    test.date_input(key=f"report-by-{project}").set_value(date(2026, 12, 11))
    test.color_picker(key=f"report-main-{project}").set_value("#FFFF00")
    next(button for button in test.button if button.label == "Save for the report").click().run()
    assert not test.exception
    with db.read() as c:
        assert settings.asked(c, project) == settings.Asked("tickets", "2026-12-11", "Yes, clause 7.")
        assert settings.brand(c) == Brand("Nordlicht", "#FFFF00", "")
    assert "By 11 December 2026." in said(test)
    assert any("too pale for words on white" in one.value.replace("\\", "") for one in test.caption)


def test_what_somebody_else_has_said_meanwhile_is_not_overwritten(db: Database, open_page: Open) -> None:
    journey = begin(db)
    journey.run()
    project = journey.project_id
    test = open_page("report")
    with db.write() as c:
        settings.set_brand(c, Brand("Nordlicht", "#123456", ""))
        settings.set_asked(c, project, settings.Asked("", "", "Yes, says legal."))
    test.text_input(key=f"report-noun-{project}").set_value("tickets")
    next(button for button in test.button if button.label == "Save for the report").click().run()
    assert not test.exception
    with db.read() as c:
        assert settings.asked(c, project) == settings.Asked("tickets", "", "Yes, says legal.")
        assert settings.brand(c) == Brand("Nordlicht", "#123456", "")
    assert test.text_input(key=f"report-house-{project}").value == "Nordlicht"


def test_the_screen_says_where_the_data_goes_and_what_is_missing_for_the_cost(db: Database, open_page: Open) -> None:
    begin(db).run()
    told = said(open_page("report"))
    assert "Nowhere: it stayed on the computer that runs this app" in told
    assert "What it costs, and when it pays" in told
    proposed = (datetime.now(UTC) + timedelta(days=14)).date().isoformat()
    assert f"Proposed: {facts.day(proposed)}; set it on the Report page." in told


def told_parts(screen: dict[str, Any]) -> str:
    return "\n".join([screen["title"], *(item for part in screen["parts"] for item in part["items"])])


def test_six_screens_are_presented_in_the_words_of_the_page(db: Database) -> None:
    journey = begin(db)
    journey.run()
    story = tell(db, journey.project_id, rows=False, pay=True)
    shown = present.screens(story)
    steps = ["The question", "The answer", "The evidence", "The cost", "The risks", "What next"]
    assert [screen["step"] for screen in shown] == steps
    assert shown[1]["title"] == words.headline(story)
    assert words.money(story)[:200] in told_parts(shown[3])
    assert words.by_when(story) in told_parts(shown[5])
    boxes = {part["name"]: part["items"][0] for part in shown[1]["parts"] if part["box"]}
    assert list(boxes) == ["Money", "Biggest risk", "Decision wanted", "By when"]
    assert words.money(story).startswith(boxes["Money"])
    assert (boxes["Biggest risk"], boxes["By when"]) == (words.risk(story), words.by_when(story))
    assert {bar["figure"] for bar in shown[2]["bars"]} <= {words.points(arm.average) for arm in story.arms}
    assert json.loads(json.dumps(shown)) == shown


def test_what_is_presented_of_hostile_words_is_plain_data_of_bounded_length(db: Database) -> None:
    journey = begin(db)
    journey.run()
    story: Story = replace(tell(db, journey.project_id, rows=False), project=HOSTILE * 100, noun=HOSTILE)
    for screen in present.screens(story):
        assert len(screen["title"]) <= present.LONGEST
        assert all(len(item) <= present.LONGEST for part in screen["parts"] for item in part["items"])


def test_nothing_measured_can_be_presented_too(db: Database) -> None:
    story = tell(db, begin(db).project_id, rows=False)
    assert present.screens(story)[2]["title"] == "Nothing has been measured. All of this is marked “believed”."


def test_the_papers_are_markdown_of_this_project(db: Database) -> None:
    journey = begin(db)
    journey.run()
    story = tell(db, journey.project_id)
    assert report_files.file_of(story, "data-sheet.md")().decode().startswith("# Data sheet: Tickets\n")
    assert MODEL in report_files.file_of(story, "model-card.md")().decode()

"""Report: slide one, the evidence, and files that are made when they are asked for."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from ftcore.decision import recommend
from ftcore.records import Confidence
from ftcore.report.telling import tell
from ftcore.store import decisions
from ftcore.store.database import Database
from ftcore.ui.report import report_files, report_panel
from tests.ui.journeys import HOSTILE, MODEL, Journey, begin

Open = Callable[..., AppTest]
ANSWERS = {"best_base_model": "unsure", "prompt_optimized": "no"}


def decide(journey: Journey) -> None:
    with journey.db.write() as c:
        advice = recommend(ANSWERS, [])
        decisions.save(c, journey.project_id, answers=ANSWERS, reasons=[], recommendation=advice, who="DK")


def said(test: AppTest) -> str:
    kinds = (test.header, test.subheader, test.info, test.caption, test.markdown, test.text)
    return "\n".join(element.value for kind in kinds for element in kind)


def downloads(test: AppTest) -> list[str]:
    return [str(button.proto.label) for button in test.get("download_button")]


def test_nothing_decided_or_measured_leads_to_decide(db: Database, open_page: Open) -> None:
    begin(db)
    test = open_page("report")
    assert not test.exception
    assert "Nothing measured yet" in said(test)
    assert not downloads(test)
    assert [b.key for b in test.button if b.proto.type == "primary"] == ["to-decide-Go to Decide"]


def test_a_decision_alone_can_be_exported_marked_believed(db: Database, open_page: Open) -> None:
    journey = begin(db)
    decide(journey)
    test = open_page("report")
    assert not test.exception
    assert "You can still export the decision, marked “believed”." in test.info[0].value
    assert downloads(test)[0] == "Download the deck"
    assert "Decision wanted" in said(test)


def test_slide_one_says_answer_money_risk_and_decision_and_names_the_model(db: Database, open_page: Open) -> None:
    journey = begin(db)
    decide(journey)
    journey.run()
    test = open_page("report")
    assert not test.exception
    for part in ("Money", "Biggest risk", "Decision wanted", "What this does not show"):
        assert part in said(test)
    assert "does not show that a larger model" in test.info[0].value
    assert any(MODEL in table.value.to_string().replace("\\", "") for table in test.table)
    assert len(test.get("plotly_chart")) == 2
    assert "](http" not in said(test)


def test_the_files_are_whole_and_hold_the_story(db: Database) -> None:
    from pptx import Presentation

    journey = begin(db)
    decide(journey)
    journey.run()
    story = tell(db, journey.project_id)
    deck = Presentation(io.BytesIO(report_files.file_of(story, "pptx")()))
    assert len(deck.slides) >= 3
    page = report_files.file_of(story, "html")().decode()
    assert MODEL in page
    assert HOSTILE not in page  # it is there, but escaped
    assert json.loads(report_files.file_of(story, "json")())["story"]["fine_tuned_model"] == MODEL


def test_a_file_name_is_never_the_users_text(db: Database, open_page: Open) -> None:
    from ftcore.store import projects

    journey = begin(db)
    decide(journey)
    with db.write() as c:
        projects.rename(c, journey.project_id, "../../etc/<b>Größe</b> 1")
    test = open_page("report")
    assert not test.exception
    with db.read() as c:
        project = projects.get(c, journey.project_id)
    assert project.file_name == "etc-b-gr-e-b-1"


def test_only_what_was_measured_gets_a_tick(db: Database, open_page: Open) -> None:
    journey = begin(db)
    decide(journey)
    badge = next(m.value for m in open_page("report").markdown if "Believed" in m.value and "badge" in m.value)
    assert "verified" not in badge
    ticked = [standing for standing, icon in report_panel.STANDING_ICONS.items() if "verified" in icon]
    assert ticked == [Confidence.MEASURED]
    assert set(report_panel.STANDING_ICONS) == set(Confidence)

"""The report advises what the Decide page advises: on the same answers, the same evidence, in the house's own words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ftcore.app_files import data_dir
from ftcore.decision.findings import trial_evidence
from ftcore.records import Action, Comparison, Verdict
from ftcore.report import sections_behind
from ftcore.report.paying import TUNED_AS, choose, pay_case, set_figure
from ftcore.report.paying.choices import OWN
from ftcore.report.slide_one import decision_wanted
from ftcore.report.telling import tell
from ftcore.store import assumptions, decisions
from ftcore.store.database import Database, open_database
from ftcore.ui.decide import decide_state
from tests.ui.journeys import begin

READY: dict[str, Any] = {
    "best_base_model": "yes",
    "prompt_optimized": "yes",
    "rag_would_solve": "no",
    "high_volume_narrow": "yes",
    "quality_training_data": "yes",
}
NEVER = {
    "calls": 1,
    "tuned_price_in": 9,
    "tuned_price_out": 9,
    "other_price_in": 1,
    "other_price_out": 1,
    "train_price": 1,
}
"""Dollars for a million tokens, and one call a month."""


@pytest.fixture
def db(tmp_path: Path) -> Any:
    found = open_database(tmp_path / "tuneworthy.db")
    yield found
    found.close()


def decided(db: Database, answers: dict[str, Any]) -> int:
    project = begin(db, train=6, validation=0, test=2)
    decide_state.fill(db, project.project_id, answers, (), who="DK")
    return project.project_id


def test_what_was_attached_counts_in_the_report_as_on_the_page(db: Database) -> None:
    project_id = decided(db, READY)
    assert tell(db, project_id).recommendation == decide_state.read(db, project_id).advice
    decide_state.attach(db, project_id, "quality_training_data", ["checks"], (), who="DK")
    told = tell(db, project_id).recommendation
    assert told == decide_state.read(db, project_id).advice
    assert told is not None
    assert told.action is Action.COLLECT_DATA


def test_money_that_never_comes_back_changes_the_advice_on_the_page_and_in_the_report(db: Database) -> None:
    project_id = decided(db, READY)
    assert decide_state.read(db, project_id).advice.action is Action.FINE_TUNE
    choose(db, project_id, TUNED_AS, OWN)
    for name, value in NEVER.items():
        assert set_figure(db, pay_case(db, project_id), project_id, name, (value, value))
    found = decide_state.read(db, project_id).advice
    assert found.action is Action.DO_NOT_FINE_TUNE
    assert "never pays back" in found.because[0].text
    assert tell(db, project_id).recommendation == found


def test_what_a_report_is_told_is_no_figure_of_the_break_even(db: Database) -> None:
    project_id = decided(db, READY)
    with db.write() as c:
        assumptions.put(c, project_id, "report", {"noun": "tickets"})
    assert decide_state.read(db, project_id).advice.action is Action.FINE_TUNE
    assert decide_state.read(db, project_id).evidence == ()


def test_the_house_s_own_words_stand_in_both(db: Database, tmp_path: Path) -> None:
    project_id = decided(db, {**READY, "best_base_model": "no"})
    shipped = (data_dir() / "decision.yaml").read_text(encoding="utf-8")
    was = decide_state.read(db, project_id).advice.headline
    assert was in shipped
    (tmp_path / "decision.yaml").write_text(shipped.replace(was, "Ask the big one first."), encoding="utf-8")
    assert decide_state.read(db, project_id).advice.headline == "Ask the big one first."
    told = tell(db, project_id).recommendation
    assert told is not None
    assert told.headline == "Ask the big one first."


def test_slide_one_asks_for_the_next_step_in_the_house_s_own_words(db: Database, tmp_path: Path) -> None:
    project_id = decided(db, {**READY, "best_base_model": "no"})
    shipped = (data_dir() / "decision.yaml").read_text(encoding="utf-8")
    (tmp_path / "decision.yaml").write_text(
        shipped.replace("what: Take 20 to 30 real questions", "what: Take the house's questions"), encoding="utf-8"
    )
    assert "take the house's questions" in decision_wanted(tell(db, project_id))


def test_what_was_decided_asked_and_given_as_reasons_is_told_in_the_house_s_own_words(
    db: Database, tmp_path: Path
) -> None:
    project_id = decided(db, READY)
    with db.write() as c:
        advice = decide_state.read(db, project_id).advice
        reasons = ["format_reliability"]
        decisions.save(
            c, project_id, answers=READY, reasons=reasons, recommendation=advice, who="DK", choice="fine_tune"
        )
    shipped = (data_dir() / "decision.yaml").read_text(encoding="utf-8")
    for was, now in (
        ("name: Fine-tune, small first", "name: Build our own"),
        ("question: ", "question: House "),
        ("name: ", "name: House "),
    ):
        assert was in shipped
        shipped = shipped.replace(was, now)
    (tmp_path / "decision.yaml").write_text(shipped, encoding="utf-8")
    story = tell(db, project_id)
    assert "House Build our own" in decision_wanted(story)
    section = sections_behind.decision(story)
    assert "House Build our own" in section
    assert section.count("House ") >= 7


@pytest.mark.parametrize(("question", "enough"), [("prompt_optimized", "no"), ("rag_would_solve", "yes")])
def test_a_way_that_is_nearly_always_right_leaves_little_for_training_whatever_it_was_compared_with(
    question: str, enough: str
) -> None:
    close = Comparison(30, 0.96, 0.97, 0.01, -0.1, 0.12, 0.9, 1, 28, 1, 0, Verdict.NOT_ENOUGH_EVIDENCE, "exact")

    def said(lowest: float) -> str:
        return trial_evidence(
            question, close, label="Base", other="Prompt", model="m", practice=False, source="run 1", lowest=lowest
        ).supports

    assert said(0.9) == enough
    assert said(0.89) == "unsure"

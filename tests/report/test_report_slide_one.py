"""Slide one: what the advice rests on, the day that is proposed, and which risk is the biggest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ftcore.records import Action, Confidence, Story
from ftcore.report import words
from tests.report import stories


def advised(story: Story, action: Action, confidence: Confidence = Confidence.BELIEVED) -> Story:
    assert story.recommendation is not None
    return replace(story, recommendation=replace(story.recommendation, action=action, confidence=confidence))


def test_belief_beside_a_measurement_is_not_called_unmeasured() -> None:
    on_practice = advised(stories.practice(), Action.MEASURE_FIRST)
    assert words.standing_meaning(on_practice) == (
        "the advice rests on answers; what the practice model showed does not decide it."
    )
    on_another = advised(stories.believable(), Action.MEASURE_FIRST)
    assert words.standing_meaning(on_another) == "the advice rests on answers; what was measured does not decide it."
    assert "nothing behind it has been measured" in words.standing_meaning(stories.unmeasured())


def test_a_day_two_weeks_on_is_proposed_and_never_passed_off_as_set() -> None:
    story = replace(stories.believable(), decide_by="", decided=None, made_at="2026-11-28T20:40+00:00")
    assert words.by_when(story) == "Proposed: 12 December 2026; set it on the Report page."
    assert words.by_when(replace(story, decide_by="2026-12-03")) == "By 3 December 2026."


@pytest.mark.parametrize("made_at", ["", "yesterday", "9999-12-30T00:00"])
def test_without_a_day_to_count_from_none_is_proposed(made_at: str) -> None:
    story = replace(stories.believable(), decide_by="", decided=None, made_at=made_at)
    assert words.by_when(story) == "No date has been set for it."


def test_a_shutdown_within_the_months_looked_ahead_is_the_biggest_risk_of_fine_tuning() -> None:
    story = replace(stories.practice(), made_at="2026-11-28", pay=stories.pay(shutdown="2027-01-14"))
    story = advised(story, Action.FINE_TUNE)
    assert words.risk(story) == (
        "The model whose prices were used is shut down on 14 January 2027: what is tuned from it has to be trained and measured "
        "again on another."
    )
    later = replace(story, pay=stories.pay(shutdown="2028-06-01"))
    assert "small practice model" in words.risk(later)
    gone = replace(story, pay=stories.pay(), shutdown="2026-10-01")
    assert words.risk(gone).startswith("The model was shut down on 1 October 2026")


def test_a_provider_that_closes_is_the_biggest_risk_where_no_shutdown_is_known() -> None:
    ends = "closed to newcomers since 7 May 2026; no new fine-tuning jobs for anyone from 6 January 2027"
    story = replace(
        advised(stories.practice(), Action.FINE_TUNE),
        shutdown="",
        pay=stories.pay(sentence=f"It pays back in 3 months ({ends})."),
    )
    assert words.risk(story) == (
        "The provider ends its training of models: closed to newcomers since 7 May 2026 and no new fine-tuning jobs for anyone "
        "from 6 January 2027. A later repeat may not be possible there."
    )


def test_where_the_advice_is_not_to_tune_the_risk_is_that_of_going_on_as_today() -> None:
    story = replace(advised(stories.practice(), Action.DO_NOT_FINE_TUNE), pay=stories.pay(shutdown="2026-12-14"))
    assert words.risk(story).startswith("Going on as today keeps today's mistakes")
    assert words.risk(advised(stories.unmeasured(), Action.COLLECT_DATA)).startswith("Going on as today")
    assert words.risk(advised(stories.unmeasured(), Action.USE_RAG)).startswith("It may not be enough")
    assert "small practice model" in words.risk(advised(story, Action.MEASURE_FIRST))

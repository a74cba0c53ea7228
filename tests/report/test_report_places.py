"""Where the data goes: every server that got any of it, in whichever training, comparison, trial or judgement, and no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ftcore.records import Endpoint, JobState, Place, Split
from ftcore.report import places, words
from ftcore.report.telling import tell
from ftcore.store import endpoints, jobs, judgements, runs
from ftcore.store.database import Database
from ftcore.store.judgements import Judgement
from tests.report import stories
from tests.ui.journeys import Journey, begin

AWAY = "https://api.together.example/v1"


@pytest.fixture
def journey(db: Database) -> Journey:
    return begin(db)


@pytest.fixture
def away(db: Database) -> Endpoint:
    with db.write() as c:
        return endpoints.put(c, "together", base_url=AWAY, key_source="")


def said(journey: Journey) -> str:
    return words.where_data_goes(tell(journey.db, journey.project_id, rows=False))


def test_what_never_left_is_said_to_have_stayed(journey: Journey, away: Endpoint) -> None:
    journey.run()
    assert said(journey).startswith("Nowhere: it stayed on the computer that runs this app (30 examples to learn from")


def test_a_server_that_only_an_earlier_run_asked_is_named(journey: Journey, away: Endpoint) -> None:
    first = journey.run()
    with journey.db.write() as c:
        arms = [{**arm, "endpoint_id": away.id} if arm["name"] == "base" else arm for arm in first.arms]
        runs.change(c, first.id, arms=arms)
    newest = journey.run()
    assert tell(journey.db, journey.project_id).run_id == newest.id
    told = said(journey)
    assert told.startswith("To together (api.together.example): 36 questions to answer, with their instructions.")
    assert "The rest stayed on the computer that runs this app." in told


def test_a_training_whose_files_were_sent_is_named_even_where_it_failed(journey: Journey, away: Endpoint) -> None:
    journey.run()
    failed = journey.job(JobState.FAILED)
    assert "together" not in said(journey)
    with journey.db.write() as c:
        jobs.change(c, failed.id, endpoint_id=away.id, training_file_id="file-1", remote_id="")
    assert "To together (api.together.example): 30 examples to learn from." in said(journey)


def test_a_judge_elsewhere_is_named(journey: Journey, away: Endpoint) -> None:
    run = journey.run()
    with journey.db.write() as c:
        kept: dict[str, Any] = {"j1": {"endpoint_id": away.id}}
        runs.change(c, run.id, settings={**run.settings, "judges": kept})
        judgements.keep(c, run.id, [Judgement(f"k{at}", "j1", "1", "base", value=1.0, text="A") for at in range(3)])
    assert "To together (api.together.example): 3 questions to answer" in said(journey)


def test_answers_that_were_taken_over_were_not_sent_again(journey: Journey) -> None:
    run = journey.run()
    before = said(journey)
    with journey.db.write() as c:
        again = runs.plan(
            c,
            journey.project_id,
            snapshot_id=run.snapshot_id,
            endpoint_id=run.endpoint_id,
            scorer=run.scorer,
            arms=run.arms,
        )
        answers = runs.answers(c, run.id, Split.TEST, run.scorer)
        taken = [(f"key {at}", answer, run.created_at) for at, answer in enumerate(answers)]
        runs.keep_calls(c, again.id, Split.TEST, taken)
    assert len(answers) > 30
    assert said(journey) == before
    with journey.db.write() as c:
        runs.keep_call(c, again.id, Split.VALIDATION, "asked anew", answers[0])
    assert said(journey) != before


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:8000/v1", True),
        ("http://127.0.0.1:8000/v1", True),
        ("http://127.8.9.1/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://127.0.0.1.evil.example/v1", False),
        ("https://localhost.example/v1", False),
        ("http://192.168.3.4/v1", False),
        ("nonsense", False),
    ],
)
def test_only_an_address_that_never_leaves_the_machine_is_this_computer(db: Database, url: str, here: bool) -> None:
    with db.write() as c:
        made = endpoints.put(c, "some", base_url=url, key_source="")
    assert places.place_of(made).here is here


def test_a_sample_s_run_and_one_s_own_are_told_apart() -> None:
    recorded = Place("the recording computer", "recorded.invalid", False, 30, 420, elsewhere_made=True)
    own = Place("this computer", "127.0.0.1", True, 0, 60)
    away = Place("Acme", "api.acme.example", False, 0, 60)
    story = stories.believable()
    alone = words.where_data_goes(replace(story, places=(recorded,)))
    assert alone.endswith("Nothing of yours was sent.")
    both = words.where_data_goes(replace(story, places=(recorded, own)))
    assert both.startswith("Nowhere: it stayed on the computer that runs this app (60 questions")
    assert places.SAMPLE in both
    assert "recorded.invalid" not in words.where_data_goes(replace(story, places=(recorded, away)))

"""What a project's comparisons and trials say for the advice: the strongest way decides, and practising undoes no measurement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ftcore.dataset.sample import open_sample
from ftcore.decision import recommend
from ftcore.decision.case import READY
from ftcore.evaluation import recorded as recordings
from ftcore.records import Action, Evidence, Verdict
from ftcore.report.known import evidence_of, measured_in
from ftcore.store import endpoints, projects, runs
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.ui.decide import decide_state


@pytest.fixture
def run(db: Database) -> Run:
    """The comparison that comes with the sample: better than three examples in the prompt, which it had to beat, clearly better than
    the prompt alone and than eight examples."""
    project = open_sample(db, "tickets", who="DK")
    recordings.take_in(db, project.id, "tickets", who="DK")
    with db.read() as c:
        (found,) = runs.of_project(c, project.id)
    return found


def changed(run: Run, against: str, change: Callable[[dict[str, Any]], None]) -> Run:
    """The run with another comparison with one of its ways."""
    result = {**run.result, "comparisons": [dict(one) for one in run.result["comparisons"]]}
    change(next(one for one in result["comparisons"] if one["against"] == against))
    return replace(run, result=result)


def verdict(found: Verdict) -> Callable[[dict[str, Any]], None]:
    return lambda kept: kept.update(verdict=found.value)


def arm(run: Run, name: str, **values: Any) -> Run:
    """The run with other values of one of its ways."""
    arms = [{**one, **(values if one["arm"] == name else {})} for one in run.result["arms"]]
    return replace(run, result={**run.result, "arms": arms})


def on(question: str, found: list[Evidence]) -> list[Evidence]:
    return [one for one in found if one.question == question]


def test_a_lead_over_weaker_ways_settles_nothing_while_the_strongest_is_too_close_to_call(run: Run) -> None:
    assert run.result["comparisons"][0]["against"] == "few_shot_3"
    found = evidence_of(changed(run, "few_shot_3", verdict(Verdict.NOT_ENOUGH_EVIDENCE)), practice=False)
    assert {one.supports for one in on("prompt_optimized", found)} == {"unsure"}
    assert recommend(READY, (), found).action is Action.MEASURE_FIRST


def test_a_lead_over_the_strongest_way_counts_though_a_weaker_one_is_too_close_to_call(run: Run) -> None:
    turned = changed(run, "few_shot_3", verdict(Verdict.CLEARLY_BETTER))
    turned = changed(turned, "few_shot_8", verdict(Verdict.NOT_ENOUGH_EVIDENCE))
    found = evidence_of(arm(turned, "few_shot_8", average=0.9), practice=False)  # by luck, on the test rows
    assert "yes" in {one.supports for one in on("prompt_optimized", found)}
    assert recommend(READY, (), found).action is Action.FINE_TUNE


def test_any_way_that_does_as_well_speaks_against_training(run: Run) -> None:
    found = evidence_of(changed(run, "few_shot_8", verdict(Verdict.EQUIVALENT)), practice=False)
    assert recommend(READY, (), found).action is Action.IMPROVE_PROMPT


def test_another_model_that_falls_behind_says_nothing_and_one_that_does_as_well_is_to_be_tried(run: Run) -> None:
    elsewhere = arm(run, "few_shot_8", model="acme-large")
    assert not [one for one in evidence_of(elsewhere, practice=False) if "8 examples" in one.claim]
    level = evidence_of(changed(elsewhere, "few_shot_8", verdict(Verdict.EQUIVALENT)), practice=False)
    assert [one.supports for one in on("best_base_model", level)] == ["no"]
    assert recommend(READY, (), level).action is Action.TRY_BETTER_MODEL


def test_practising_undoes_nothing_that_was_measured_on_a_larger_model(db: Database, run: Run) -> None:
    told = changed(run, "few_shot_3", verdict(Verdict.EQUIVALENT))
    with db.write() as c:
        office = endpoints.put(c, "office", base_url="http://127.0.0.1:9/v1", key_source="", practice=False)
        for endpoint_id, result in ((office.id, told.result), (run.endpoint_id, run.result)):
            values = {name: getattr(run, name) for name in ("snapshot_id", "job_id", "scorer", "arms", "delta", "seed")}
            made = runs.plan(
                c, run.project_id, **values, endpoint_id=endpoint_id, max_tokens=1, total=1, created_by="DK"
            )
            runs.change(c, made.id, state="done", result=result)
    with db.read() as c:
        found = measured_in(c, run.project_id)
    assert {one.practice for one in on("prompt_optimized", list(found))} == {False, True}
    assert recommend(READY, (), found).action is Action.IMPROVE_PROMPT


def test_what_was_measured_with_other_instructions_says_so_wherever_it_is_told(db: Database, run: Run) -> None:
    decide_state.attach(db, run.project_id, "prompt_optimized", [f"run:{run.id}"], (), who="DK")
    before = decide_state.read(db, run.project_id).evidence
    assert not [one for one in before if "The instructions have changed since." in one.claim]
    with db.write() as c:
        tuned = projects.get(c, run.project_id).tuned_prompt
        projects.set_prompts(c, run.project_id, base="File it, with these examples: ...", tuned=tuned)
    after = decide_state.read(db, run.project_id).evidence
    assert len(after) == len(before)
    assert all(
        one.claim.endswith("The instructions have changed since.")
        for one in after
        if one.question == "prompt_optimized"
    )

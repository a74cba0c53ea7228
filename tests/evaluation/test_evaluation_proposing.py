"""Which ways to answer are proposed, what is left out and why, and that nothing private or tested is ever shown."""

from __future__ import annotations

import json

from sqlalchemy import update

from ftcore.evaluation import proposing
from ftcore.evaluation.arms import build
from ftcore.records import JobState, Split, TestCase
from ftcore.store import documents, examples, jobs, projects, prompts, snapshots
from ftcore.store.database import Database
from ftcore.store.schema import examples as schema_examples
from ftcore.store.schema import snapshot_rows
from tests.ui.journeys import begin


def test_a_project_of_tickets_gets_every_way_but_those_that_need_documents_or_a_larger_model(db: Database):
    journey = begin(db)
    found = proposing.propose_arms(db, journey.project_id, journey.job())
    names = [plan.name for plan in found.arms]
    assert names == ["base", "prompt", "few_shot_3", "few_shot_8", "structured", "fine_tuned"]
    assert set(found.left_out) == {"rag", "fine_tuned_rag", "larger"}
    assert all(why.endswith(".") for why in found.left_out.values())
    base, prompt = found.arms[:2]
    assert (base.system, prompt.system) == (None, "Answer with a JSON object: category, urgency.")
    schema = found.arms[4].settings["schema"]
    assert schema["properties"]["category"]["enum"] == ["return", "warranty"]


def test_documents_bring_looking_up_with_three_ways_for_validation_to_choose(db: Database):
    journey = begin(db)
    job = journey.job()
    with db.write() as c:
        documents.add(c, journey.project_id, "zips.md", "# Zips\n\nA broken zip is repaired.", kind="md", size=40)
    plans = {plan.name: plan for plan in proposing.propose_arms(db, journey.project_id, job).arms}
    assert len(plans["rag"].variants) == len(plans["fine_tuned_rag"].variants) == 3
    assert plans["fine_tuned_rag"].model == job.fine_tuned_model
    assert plans["fine_tuned_rag"].system is None
    made = proposing.materials(db, journey.project_id, job.snapshot_id, plans.values())
    for plan in plans.values():
        for candidate in plan.candidates():
            assert build(candidate, made).messages(TestCase("my zip broke", "repair"))
    arm = build(plans["rag"].chosen(0), made)
    assert arm.sources(TestCase("my zip broke", "repair")) == ("zips.md, Zips",)


def test_a_document_that_is_removed_is_no_longer_offered_but_old_plans_still_find_it(db: Database):
    journey = begin(db)
    job = journey.job()
    with db.write() as c:
        kept = documents.add(c, journey.project_id, "zips.md", "A broken zip is repaired.", kind="md", size=40)
    (plan,) = [p for p in proposing.propose_arms(db, journey.project_id, job).arms if p.name == "rag"]
    with db.write() as c:
        documents.remove(c, kept.id)
    assert "rag" in proposing.propose_arms(db, journey.project_id, job).left_out
    made = proposing.materials(db, journey.project_id, job.snapshot_id, [plan])
    assert build(plan.chosen(0), made).sources(TestCase("zip?", "")) == ("zips.md",)


def test_what_is_private_stands_in_no_plan_and_no_material(db: Database):
    journey = begin(db, train=12)
    job = journey.job()
    with db.read() as c:
        then, since, open_ = list(snapshots.rows(c, job.snapshot_id, Split.TRAIN))[:3]
    with db.write() as c:
        c.execute(update(snapshot_rows).where(snapshot_rows.c.example_id == then.example_id).values(private=True))
        c.execute(update(schema_examples).where(schema_examples.c.id == since.example_id).values(private=True))
    found = proposing.propose_arms(db, journey.project_id, job)
    made = proposing.materials(db, journey.project_id, job.snapshot_id, found.arms)
    shown = [one.prompt for one in made.train]
    planned = json.dumps([plan.to_json() for plan in found.arms])
    for private in (then, since):
        assert private.training.prompt not in shown
        assert json.dumps(private.training.prompt) not in planned
    assert open_.training.prompt in shown


def test_no_test_question_is_ever_shown_as_an_example(db: Database):
    journey = begin(db)
    job = journey.job()
    with db.read() as c:
        asked = [row.training for row in snapshots.rows(c, job.snapshot_id, Split.TEST)]
        learnt = list(snapshots.rows(c, job.snapshot_id, Split.TRAIN))
    leaked = [row.example_id for row in learnt[:5]]
    with db.write() as c:  # as an older version could leave them, which did not look for leaks
        for id_, training in zip(leaked, asked, strict=False):
            values = {"training": examples.to_json(training)}
            c.execute(update(snapshot_rows).where(snapshot_rows.c.example_id == id_).values(**values))
    found = proposing.propose_arms(db, journey.project_id, job)
    made = proposing.materials(db, journey.project_id, job.snapshot_id, found.arms)
    for plan in (plan for plan in found.arms if plan.kind == "few_shot"):
        for candidate in plan.candidates():
            arm = build(candidate, made)
            for training in asked:
                said = arm.messages(TestCase(training.prompt, training.response))
                assert [message["content"] for message in said].count(training.prompt) == 1


def test_every_version_of_the_instructions_is_an_alternative_the_newest_first(db: Database):
    journey = begin(db)
    job = journey.job()
    with db.write() as c:
        prompts.add(c, journey.project_id, "Answer in JSON. Be careful.", note="stricter", who="DK")
    plans = {plan.name: plan for plan in proposing.propose_arms(db, journey.project_id, job).arms}
    assert [one["label"] for one in plans["prompt"].variants] == ["version 2", "version 1"]
    assert plans["few_shot_3"].system == "Answer in JSON. Be careful."
    assert plans["few_shot_3"].settings["follows"] == "prompt"


def test_full_instructions_that_are_the_short_ones_are_not_asked_twice(db: Database):
    journey = begin(db)
    with db.write() as c:
        projects.set_prompts(c, journey.project_id, base="Ticket to JSON.", tuned="Ticket to JSON.")
    found = proposing.propose_arms(db, journey.project_id, journey.job())
    assert "already" in found.left_out["prompt"]
    with db.write() as c:
        projects.set_prompts(c, journey.project_id, base="", tuned="Ticket to JSON.")
    found = proposing.propose_arms(db, journey.project_id, journey.job())
    assert "no full instructions" in found.left_out["prompt"]


def test_the_parts_of_a_size_series_are_ways_of_their_own(db: Database):
    journey = begin(db)
    whole = journey.job(group="g", share=1.0)
    with db.write() as c:
        for share, model in ((0.25, "ft:quarter"), (0.5, "ft:half"), (0.25, "")):
            part = jobs.plan(
                c,
                journey.project_id,
                snapshot_id=whole.snapshot_id,
                endpoint_id=whole.endpoint_id,
                key=f"{share}{model}",
                base_model=whole.base_model,
                hyperparameters={},
                system_prompt="",
                seed=0,
                who="DK",
                group="g",
                share=share,
            )
            jobs.change(c, part.id, fine_tuned_model=model, state=JobState.SUCCEEDED)
    plans = {plan.name: plan for plan in proposing.propose_arms(db, journey.project_id, whole).arms}
    assert plans["fine_tuned_25"].model == "ft:quarter"
    assert plans["fine_tuned_50"].settings["share"] == 0.5
    assert plans["fine_tuned_25"].kind == "fine_tuned"


def test_a_job_without_a_model_has_no_tuned_way(db: Database):
    journey = begin(db)
    found = proposing.propose_arms(db, journey.project_id, journey.job(fine_tuned_model=""))
    assert "no model yet" in found.left_out["fine_tuned"]

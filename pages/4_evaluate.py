import streamlit as st

from ftcore.store import jobs, runs
from ftcore.ui import guide_recorded, page, session
from ftcore.ui.evaluate import run_form, run_panel, verdict_panel

project = page.header("evaluate")
elsewhere = guide_recorded.job_ids(project)
with session.db().read() as c:
    models = [job for job in jobs.of_project(c, project.id) if job.fine_tuned_model]
    here = [job for job in models if job.id not in elsewhere]
    every_run = runs.of_project(c, project.id)
    newest = run_panel.standing(c, every_run[0]) if every_run else None
    done = next((run for run in every_run if run.state == "done"), None)
    done_standing = run_panel.standing(c, done) if done else None

facts: dict[str, object] = {"Model": models[0].fine_tuned_model if models else "none yet"}
if newest and newest.open:
    run_panel.watch(project, newest.run.id)
elif newest and newest.run.state != "done":
    run_panel.ended_early(project, newest, primary=True)
    if here and not done:
        with st.expander("Start another comparison", icon=":material/replay:", key="another"):
            run_form.draw(project, here, primary=False)

if done and done_standing and newest and not newest.open:
    story = verdict_panel.story_of(project)
    settled = newest.run.id == done.id
    fresh = bool(models) and models[0].id == done.job_id
    no_verdict = verdict_panel.undecided(story)
    if not settled:
        run_panel.say_which(done)
    if settled:
        run_panel.missing(done_standing, no_verdict=no_verdict)
    if not fresh:
        st.info(
            "A newer model has been trained since this comparison. Compare that one below.", icon=":material/update:"
        )
    verdict_panel.draw(project, story, done, every_run, primary=settled and fresh and not no_verdict)
    with st.expander("Compare again", icon=":material/replay:", expanded=not fresh, key=f"again-{fresh}"):
        if here:
            run_form.draw(project, here, primary=settled and not fresh)
        else:
            guide_recorded.compare_again(project)
    facts = {
        "Fine-tuned model": story.fine_tuned_model,
        "Base model": story.base_model,
        "Scorer": story.scorer,
        "Delta": done.delta,
        "Seed": done.seed,
        "Tokens allowed an answer": done.max_tokens,
        "Examples (sha256)": story.snapshot,
        "Run": done.id,
        **{f"Version of {name}": version for name, version in done.versions.items()},
    }
elif not newest:
    if here:
        run_form.draw(project, here)
    else:
        run_form.empty(project)

command = f"tuneworthy eval {done.id} --json" if done else "tuneworthy eval --config FILE --json"
page.for_the_engineer(facts, command=command)

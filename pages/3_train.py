"""Train: launch and watch trainings, the models they made, the servers they run at."""

import json

import streamlit as st

from ftcore.records import JobState
from ftcore.store import endpoints, jobs, snapshots
from ftcore.training.reconcile import KEY
from ftcore.ui import guide_recorded, page, session
from ftcore.ui.connections import connections
from ftcore.ui.train import job_list, job_panel, job_watch, launch_form, models_panel, train_state

project = page.header("train", "A model learns from the examples that you approved.")
mode = train_state.choose()
with session.db().read() as c:
    known = jobs.of_project(c, project.id)
    last = known[0] if known else None
    digest = snapshots.get(c, last.snapshot_id).digest if last else ""
    endpoint = endpoints.get(c, last.endpoint_id) if last else None
    files = jobs.files(c, last.id) if last else ("", "")
ended = [job for job in known if job.state.ended]
elsewhere = guide_recorded.job_ids(project)

if mode == "Models":
    if elsewhere and len(elsewhere) == len(ended):
        guide_recorded.models()
    models_panel.draw(project)
elif mode == "Connections":
    connections.draw(project)
elif len(ended) < len(known):
    job_watch.watch(project)
elif last and last.id in elsewhere:
    guide_recorded.outcome(project, last)
    launch_form.draw(project, known)
elif last:
    ready = last.state is JobState.SUCCEEDED and digest == launch_form.load_of(project, last).digest
    job_panel.outcome(project, last, primary=ready)
    if ready:
        with st.expander("Train again with other settings", icon=":material/tune:", key="again"):
            launch_form.draw(project, known, primary=False)
    else:
        if last.state is JobState.SUCCEEDED:
            st.subheader("Your examples have changed since", anchor=False)
        launch_form.draw(project, known)
else:
    launch_form.draw(project, known)

if mode == "Train":
    job_list.draw(ended)

facts: dict[str, object] = {"Examples now (sha256)": launch_form.load_of(project).digest}
if last and endpoint:
    facts |= {
        "Last job": last.remote_id or last.key,
        "Its examples (sha256)": digest,
        "Base model": last.base_model,
        "Fine-tuned model": last.fine_tuned_model or "none yet",
        "Endpoint": f"{endpoint.name}, {endpoint.base_url}",
        "Seed": last.seed,
        "System prompt trained with": last.system_prompt or "none",
    }
with page.for_the_engineer(facts, command="tuneworthy launch FILE --endpoint NAME --epochs N --seed N"):
    if last:
        st.text("The request to POST /fine_tuning/jobs, made again from what was kept of the job:")
        settings = {"hyperparameters": last.hyperparameters} if last.hyperparameters else {}
        request = {
            "model": last.base_model,
            "training_file": files[0] or "(not sent yet)",
            **({"validation_file": files[1]} if files[1] else {}),
            **({"suffix": last.suffix} if last.suffix else {}),
            "seed": last.seed,
            "method": {"type": last.method, last.method: settings},
            "metadata": {KEY: last.key},
        }
        st.code(json.dumps(request, indent=2), language="json")

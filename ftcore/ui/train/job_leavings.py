"""What an ended training left behind: its result files here, and our examples at its server."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ftcore.records import LOCAL, Endpoint, Job
from ftcore.store import job_files, jobs, tasks
from ftcore.training.uploading import REMOVE, ask_to_remove
from ftcore.ui import page, say, session


def draw(job: Job, endpoint: Endpoint) -> None:
    with session.db().read() as c:
        kept = job_files.of_job(c, job.id)
        sent = any(jobs.files(c, job.id))
        asked = [task for task in tasks.open_tasks(c, job.project_id, REMOVE) if task.payload["job_id"] == job.id]
    with st.container(horizontal=True):
        for file in kept:
            st.download_button(
                page.plain(f"{file.name} ({file.bytes:,} bytes)"),
                partial(_content, file.id),
                file_name=f"training-{job.id}-{file.id}.csv",
                mime="text/csv",
                icon=":material/download:",
                key=f"result-{file.id}",
            )
    if not sent or endpoint.name == LOCAL:
        return
    if job.files_removed_at is not None:
        st.caption(
            page.plain(
                f"The examples that were sent to {endpoint.name} were removed there, {say.moment(job.files_removed_at)}."
            )
        )
    elif asked:
        st.caption(page.plain(f"{endpoint.name} is being asked to remove the examples that were sent."))
    elif job.origin != "found":
        label = page.plain(f"Remove the examples that were sent to {endpoint.name}")
        st.button(label, icon=":material/folder_delete:", key=f"unsend-{job.id}", on_click=_remove, args=(job.id,))


def _content(file_id: int) -> bytes:
    with session.db().read() as c:
        return job_files.content(c, file_id)


def _remove(job_id: int) -> None:
    ask_to_remove(session.db(), job_id)

"""The evidence to take away: one file from which an engineer scores everything again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from ftcore.records import Project, Split
from ftcore.store import examples, projects, runs, snapshots
from ftcore.store.runs import Run
from ftcore.ui import page, say, session
from ftcore.ui.split import split_tasks

AT_ONCE = 20_000
"""Up to so many answers the file is made when it is asked for; larger ones are the worker's."""
TASK = "evidence"
ZIP = "application/zip"


def draw(run: Run) -> None:
    """A download, made when it is pressed."""
    with session.db().read() as c:
        project = projects.get(c, run.project_id)
        marked = examples.private_ids(c, project.id)
        hidden = sum(row.private or row.example_id in marked for row in snapshots.rows(c, run.snapshot_id, Split.TEST))
        number = runs.progress(c, run.id)
    st.text(
        "Rows, answers, requests, scores, ratings and the whole configuration, with a page that says how to score it all "
        "again. No key is in it.",
        width=page.PROSE,
    )
    private = False
    if hidden:
        private = st.checkbox(
            f"Put in the {say.count(hidden, 'private row')} too",
            key=f"evidence-private-{run.id}",
            help="Rows that are marked private are left out otherwise, with all that was said about them.",
        )
    if number > AT_ONCE:
        _in_the_worker(project, run, private)
        return
    st.download_button(
        "Download the evidence",
        lambda: _made(run.id, private),
        f"{project.file_name}-evidence-{run.id}.zip",
        ZIP,
        key=f"evidence-{run.id}",
        on_click="ignore",
        icon=":material/folder_zip:",
    )


def _made(run_id: int, private: bool) -> bytes:
    from ftcore.report.evidence_file import write_evidence

    with tempfile.TemporaryDirectory(prefix="tuneworthy-evidence-") as folder:
        path = Path(folder) / "evidence.zip"
        write_evidence(session.db(), run_id, path, private=private)
        return path.read_bytes()


def _in_the_worker(project: Project, run: Run, private: bool) -> None:
    payload = {"run_id": run.id, "private": private}
    task = split_tasks.newest(project, TASK, payload)
    if split_tasks.follow(project, task):
        return
    done = split_tasks.finished(task)
    label = "Make the evidence" if done is None else "Make it again"
    st.button(label, key=f"evidence-make-{run.id}", on_click=split_tasks.ask, args=(project, TASK, payload))
    path = session.workspace().folder("exports") / str(done.result.get("file", "none") if done else "none")
    if done is not None and path.is_file():
        st.caption(f"Made {split_tasks.as_of(done)}.")
        st.download_button(
            "Download the evidence",
            data=path.read_bytes,
            file_name=f"{project.file_name}-evidence-{run.id}.zip",
            mime=ZIP,
            key=f"evidence-{run.id}",
            on_click="ignore",
            icon=":material/folder_zip:",
        )

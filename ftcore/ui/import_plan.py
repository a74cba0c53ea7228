"""An import before it is asked for: the upload, what it holds, and the task that takes it in. No Streamlit widgets."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import streamlit as st

from ftcore.dataset import sources
from ftcore.records import Accepted, Mapping, Preview, Project, Rejected, Task, TrainingExample
from ftcore.store import projects, tasks
from ftcore.ui import session

LOOKED_AT = 5_000
"""Rows that are read before the import, to propose the test rows and the instructions."""
SHOWN = 3


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What the first rows become under a mapping. `more` says that the file goes on after them."""

    read: int
    accepted: int
    more: bool
    shown: tuple[TrainingExample, ...]
    first_reason: str
    has_instructions: bool
    full_prompt: str
    short_prompt: str


def keep(upload: IO[bytes]) -> str:
    """Puts an upload into the workspace under a made-up name, which it gives: the user's name is no path of ours."""
    name = f"{uuid.uuid4().hex}.upload"
    path = session.workspace().folder("uploads") / name
    upload.seek(0)
    with path.open("wb") as file:
        shutil.copyfileobj(upload, file)
    return name


def forget(file: str) -> None:
    """Takes away an upload that was looked at and never imported."""
    if file:
        path_of(file).unlink(missing_ok=True)


def path_of(file: str) -> Path:
    return session.workspace().folder("uploads") / Path(file).name


@st.cache_data(show_spinner="Looking at the file", max_entries=8)
def preview(path: Path, name: str) -> Preview:
    """Raises SourceError when the file as a whole cannot be read."""
    return sources.preview(path, name=name)


@st.cache_data(show_spinner="Reading the first rows", max_entries=8)
def first_look(path: Path, name: str, mapping: dict[str, str]) -> FirstLook:
    """Raises SourceError when no row can be read with this mapping."""
    from ftcore.dataset.prompts import derive_prompts

    rows = list(islice(sources.read(path, Mapping(**mapping), name=name), LOOKED_AT + 1))
    more, rows = len(rows) > LOOKED_AT, rows[:LOOKED_AT]
    good = [row.training for row in rows if isinstance(row, Accepted)]
    bad = next((row for row in rows if isinstance(row, Rejected)), None)
    with_instructions = any(training.system for training in good)
    prompts = derive_prompts(good) if good and not with_instructions else None
    return FirstLook(
        read=len(rows),
        accepted=len(good),
        more=more,
        shown=tuple(good[:SHOWN]),
        first_reason=f"line {bad.line}: {bad.reason}" if bad else "",
        has_instructions=with_instructions,
        full_prompt=prompts.full if prompts else "",
        short_prompt=prompts.short if prompts else "",
    )


def ask_for(
    project: Project,
    *,
    file: str,
    name: str,
    mapping: dict[str, str],
    test_rows: int,
    prompts: tuple[str, str] | None,
) -> Task:
    """Queues the import; with it, in one transaction, the instructions (full for the base, short for the tuned) that
    the user changed. What was left as proposed is derived again by the import, from all training rows: the first rows
    of a sorted file hold only some of the labels."""
    look = first_look(path_of(file), name, mapping)
    payload = {
        "project_id": project.id,
        "file": file,
        "name": name,
        "mapping": mapping,
        "who": session.who(),
        "test_rows": test_rows,
    }
    with session.db().write() as c:
        if prompts is not None:
            base = "" if prompts[0] == look.full_prompt else prompts[0]
            tuned = "" if prompts[1] == look.short_prompt else prompts[1]
            projects.set_prompts(c, project.id, base=base, tuned=tuned)
        return tasks.put(c, "import", payload, project_id=project.id, key=f"import:{file}")


def plain_mapping(mapping: Mapping) -> dict[str, str]:
    return asdict(mapping)

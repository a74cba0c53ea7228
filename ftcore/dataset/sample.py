"""The sample projects: one where training is worth it, one where it is not. Real texts, so that every page has something to show."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ftcore.app_files import data_dir
from ftcore.dataset.curation import approve_clean
from ftcore.dataset.intake import take_in
from ftcore.records import Project
from ftcore.store import assumptions, documents, examples, imports, projects
from ftcore.store.database import Database

TICKETS, RETURNS = "tickets", "returns"
SAMPLES = (TICKETS, RETURNS)
TELLER = "the shop's manager"


@dataclass(frozen=True, slots=True)
class Sample:
    """`answers` and `reasons` are what the shop's manager would say on Decide, `known` how they know (a note a question). `documents`: the folder of pages in which
    the answers stand; None = there are none. `worth`: what is believed of training here before anything is measured."""

    name: str
    file: Path
    base_prompt: str
    tuned_prompt: str
    answers: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    reasons: Sequence[str] = ()
    documents: Path | None = None
    worth: bool = True
    limits: dict[str, Any] = field(default_factory=dict)
    """Thresholds of the checks that were decided on: short answers are no fault where they are wanted."""
    costs: dict[str, Any] = field(default_factory=dict)
    """Whose prices "would it pay?" is worked out with, and figures of the shop's story: {low, high, why}, each said to be assumed."""

    def notes(self) -> dict[str, dict[str, str]]:
        """`known` as Decide keeps it, in the name of the one who tells it: whoever opens the sample has not said it."""
        return {question: {"note": text, "who": TELLER} for question, text in self.known.items()}

    def pages(self) -> list[Path]:
        """The documents, in the order of their names."""
        return sorted(self.documents.glob("*.md")) if self.documents else []


@cache
def load_sample(name: str = TICKETS) -> Sample:
    """A sample as it stands in data/samples/. Raises LookupError for a name that none has."""
    import yaml

    if name not in SAMPLES:
        raise LookupError(f"There is no sample named {name}. There are: {', '.join(SAMPLES)}.")
    folder = data_dir() / "samples" / name
    values = yaml.safe_load((folder / "project.yaml").read_text(encoding="utf-8"))
    pages = folder / values["documents"] if values.get("documents") else None
    return Sample(**{**values, "file": folder / values["file"], "documents": pages})


def open_sample(db: Database, name: str = TICKETS, *, who: str = "", begun: Project | None = None) -> Project:
    """A project with the sample in it: imported, checked, and what has no problem approved. A new one, or the one that
    was `begun` and stopped half-way, of which what is there is kept. Raises SourceError and OSError."""
    sample = load_sample(name)
    project = begun or _create(db, sample)
    furnish(db, project.id, sample, who=who)
    with db.read() as c:
        counts = examples.counts(c, project.id)
    if not counts.total:
        take_in(db, project.id, sample.file, name=sample.file.name, who=who)
    if not counts.approved:
        approve_clean(db, project.id, who=who)
    with db.read() as c:
        return projects.get(c, project.id)


def furnish(db: Database, project_id: int, sample: Sample, *, who: str = "") -> None:
    """What a project of the sample has before its file is read: limits of its own, what it would cost, and the documents. Each once,
    however often this is called."""
    if sample.limits:
        with db.write() as c:
            projects.set_limits(c, project_id, {**projects.get(c, project_id).limits, **sample.limits})
    with db.write() as c:
        known = assumptions.get(c, project_id)
        for name, value in sample.costs.items():
            if name not in known:
                assumptions.put(c, project_id, name, value)
    for page in sample.pages():
        text = page.read_text(encoding="utf-8")
        with db.write() as c:
            documents.add(c, project_id, page.name, text, kind="md", size=page.stat().st_size, who=who)


def which(c: Connection, project: Project) -> str:
    """The name of the sample that a sample project holds, by its name or by the file it came from; "" for any other."""
    if not project.sample:
        return ""
    came = {one.file_name for one in imports.of_project(c, project.id)}
    for name in SAMPLES:
        sample = load_sample(name)
        if sample.file.name in came or (not came and project.name.startswith(sample.name)):
            return name
    return ""


def _create(db: Database, sample: Sample) -> Project:
    with db.write() as c:
        taken = {project.name for project in projects.every(c)}
        name = next(n for n in (sample.name, *(f"{sample.name} {i}" for i in range(2, 10_000))) if n not in taken)
        project = projects.create(c, name, sample=True)
        projects.set_prompts(c, project.id, base=sample.base_prompt, tuned=sample.tuned_prompt)
        return project


def keep_upload(uploads: Path, source: Path) -> str:
    """Copies a file into the uploads folder under a made-up name, which it gives: the user's name is no path of ours."""
    name = f"{uuid.uuid4().hex}.upload"
    shutil.copyfile(source, uploads / name)
    return name

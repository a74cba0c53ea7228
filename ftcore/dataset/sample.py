"""The sample project: real tickets with real faults in them, so that every page has something to show."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ftcore.app_files import data_dir
from ftcore.dataset.curation import approve_clean
from ftcore.dataset.intake import take_in
from ftcore.records import Project
from ftcore.store import examples, projects
from ftcore.store.database import Database


@dataclass(frozen=True, slots=True)
class Sample:
    """`answers` and `reasons` are what the shop's manager would say on Decide."""

    name: str
    file: Path
    base_prompt: str
    tuned_prompt: str
    answers: dict[str, str] = field(default_factory=dict)
    reasons: Sequence[str] = ()


@cache
def load_sample() -> Sample:
    """The sample as it stands in data/sample/."""
    import yaml

    folder = data_dir() / "sample"
    values = yaml.safe_load((folder / "project.yaml").read_text(encoding="utf-8"))
    return Sample(**{**values, "file": folder / values["file"]})


def open_sample(db: Database, *, who: str = "", begun: Project | None = None) -> Project:
    """A project with the sample in it: imported, checked, and what has no problem approved. A new one, or the one that
    was `begun` and stopped half-way, of which what is there is kept. Raises SourceError and OSError."""
    sample = load_sample()
    project = begun or _create(db, sample)
    with db.read() as c:
        counts = examples.counts(c, project.id)
    if not counts.total:
        take_in(db, project.id, sample.file, name=sample.file.name, who=who)
    if not counts.approved:
        approve_clean(db, project.id, who=who)
    with db.read() as c:
        return projects.get(c, project.id)


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

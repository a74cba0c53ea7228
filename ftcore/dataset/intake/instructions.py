"""The project's two instructions, derived from the answers that are learnt from: test answers must not leak into a prompt."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from ftcore.dataset.answers import Profile, normal
from ftcore.dataset.intake.rows import portions
from ftcore.dataset.prompts import derive_prompts
from ftcore.records import Split, TrainingExample
from ftcore.store import imports, projects
from ftcore.store.database import Database

SAMPLED = 20_000
"""So many answers tell what answers are like; of labels, every one is told besides."""


def are_wanted(c: Connection, project_id: int) -> bool:
    project = projects.get(c, project_id)
    return not project.base_prompt or not project.tuned_prompt


def write(c: Connection, project_id: int, learnt: Sequence[TrainingExample]) -> None:
    """Fills in the instructions that the project has not yet."""
    if learnt and are_wanted(c, project_id):
        project, prompts = projects.get(c, project_id), derive_prompts(learnt)
        base, tuned = project.base_prompt or prompts.full, project.tuned_prompt or prompts.short
        projects.set_prompts(c, project_id, base=base, tuned=tuned)


def write_from_store(db: Database, project_id: int, import_id: int, light: Profile) -> None:
    """The same after a large import: from a sample of the training rows, with every label in it."""
    with db.read() as c:
        if not are_wanted(c, project_id) or imports.has_instructions(c, import_id):
            return
    learnt = _sample(db, project_id, light)
    with db.write() as c:
        write(c, project_id, learnt)


def _sample(db: Database, project_id: int, light: Profile) -> list[TrainingExample]:
    step = max(1, light.rows // SAMPLED)
    by_label: dict[str, TrainingExample] = {}
    kept: list[TrainingExample] = []
    place = 0
    for rows in portions(db, project_id):
        for row in rows:
            if row.split is not Split.TRAIN:
                continue
            if place % step == 0:
                kept.append(row.training)
            if light.counts is not None:
                by_label.setdefault(normal(row.training.response), row.training)
            place += 1
    return [*kept, *by_label.values()]

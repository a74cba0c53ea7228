"""A file becomes a project's examples: read, split, checked and written in one transaction, or not at all."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

from ftcore.chat import count_tokens
from ftcore.dataset import sources
from ftcore.dataset.checks import Limits, find_problems
from ftcore.dataset.duplicates import groups
from ftcore.dataset.prompts import derive_prompts
from ftcore.dataset.split import assign_splits
from ftcore.records import Accepted, Example, Mapping, Problem, Rejected, Split, TrainingExample
from ftcore.store import examples, imports, problems, projects
from ftcore.store.database import Database
from ftcore.store.examples import NewExample

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what is being done); total is 0 while it is not known."""


def silent(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""


def take_in(
    db: Database,
    project_id: int,
    path: Path,
    *,
    name: str,
    who: str,
    mapping: Mapping | None = None,
    rows: int | None = None,
    test_rows: int | None = None,
    seed: int = 0,
    task_id: int | None = None,
    progress: Progress = silent,
) -> imports.Import:
    """Imports the file at `path`, which its user calls `name`.

    `rows` takes a seeded random sample of so many records, `test_rows` holds out so many for the test split. A task
    that is taken up again after it had finished (`task_id`) imports nothing twice. Raises SourceError when the whole
    file cannot be read; nothing was imported then.
    """
    with db.read() as c:
        done = imports.of_task(c, task_id) if task_id is not None else None
        if done is not None:
            return done
        before = examples.every(c, project_id)
        project = projects.get(c, project_id)
    shape = sources.preview(path, name=name).shape
    accepted, rejected = _read(path, mapping, name, rows, seed, progress)
    progress(0, 0, "Checking the examples")
    new = [row.training for row in accepted]
    splits = _split(before, accepted, test_rows, seed)
    found = find_problems([*(row.training for row in before), *new])
    fresh = [
        NewExample(row.training, split, row.tags, count_tokens(row.training), row.line)
        for row, split in zip(accepted, splits, strict=True)
    ]
    learnt = [row.training for row, split in zip(accepted, splits, strict=True) if split is Split.TRAIN]
    wanting = not project.base_prompt or not project.tuned_prompt
    derive = learnt and wanting and not any(training.system for training in new)
    prompts = derive_prompts(learnt) if derive else None  # from training rows alone: test answers must not leak
    progress(len(new), len(new), "Writing")
    with db.write() as c:
        import_id = imports.start(
            c, project_id, file_name=name, sha256=_sha256(path), shape=shape, who=who, task_id=task_id
        )
        examples.add(c, project_id, fresh, import_id=import_id, source=name, who=who)
        imports.finish(c, import_id, accepted=len(fresh), rejected=rejected)
        ids = [example.id for example in before] + examples.ids_of_import(c, import_id)
        problems.replace(c, project_id, by_id(ids, found))
        if prompts is not None:
            base, tuned = project.base_prompt or prompts.full, project.tuned_prompt or prompts.short
            projects.set_prompts(c, project_id, base=base, tuned=tuned)
        return imports.get(c, import_id)


def by_id(ids: list[int], found: list[list[Problem]]) -> dict[int, list[Problem]]:
    """Problems by example id, with `related` turned from a place in the list into an id."""
    from dataclasses import replace

    def known(problem: Problem) -> Problem:
        return problem if problem.related is None else replace(problem, related=ids[problem.related])

    return {id_: [known(p) for p in several] for id_, several in zip(ids, found, strict=True)}


def recheck(db: Database, project_id: int, limits: Limits = Limits()) -> None:
    """Checks the whole project again: after edits, what concerns pairs of rows may have come or gone."""
    with db.read() as c:
        rows = examples.every(c, project_id)
    found = find_problems([row.training for row in rows], limits)
    with db.write() as c:
        problems.replace(c, project_id, by_id([row.id for row in rows], found))


def _read(
    path: Path, mapping: Mapping | None, name: str, rows: int | None, seed: int, progress: Progress
) -> tuple[list[Accepted], list[Rejected]]:
    records: list[Accepted | Rejected] = []
    for record in sources.read(path, mapping, name=name):
        records.append(record)
        if len(records) % 500 == 0:
            progress(len(records), 0, "Reading")
    if rows is not None and rows < len(records):
        places = sorted(random.Random(seed).sample(range(len(records)), rows))
        records = [records[place] for place in places]
    accepted = [record for record in records if isinstance(record, Accepted)]
    return accepted, [record for record in records if isinstance(record, Rejected)]


def _split(before: list[Example], accepted: list[Accepted], test_rows: int | None, seed: int) -> list[Split]:
    """The splits of the new rows. Rows that share their question stay together, with older ones too."""
    trainings: list[TrainingExample] = [row.training for row in before] + [row.training for row in accepted]
    fixed = [row.split for row in before] + [row.split for row in accepted]
    keys = [training.prompt for training in trainings]
    return assign_splits(keys, fixed, seed=seed, test_rows=test_rows, groups=groups(keys))[len(before) :]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

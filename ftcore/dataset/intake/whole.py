"""A small file into a small project: everything is worked out first, then written in one transaction, whole or absent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from ftcore.dataset import split_lock
from ftcore.dataset.answers import Profile, normal, profile
from ftcore.dataset.checks import DATASET_CODES, Limits, check_many
from ftcore.dataset.checks.across import Across
from ftcore.dataset.intake import instructions, telling
from ftcore.dataset.intake.resplit import Division
from ftcore.dataset.intake.wish import Wish, apart, new_example
from ftcore.dataset.split_plan import SplitPlan
from ftcore.records import Accepted, Example, Problem, Rejected, Split, TrainingExample
from ftcore.store import examples, imports, problems, projects
from ftcore.store.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def take_whole(db: Database, wish: Wish, records: Sequence[Accepted | Rejected]) -> imports.Import:
    with db.read() as c:
        before = examples.every(c, wish.project_id)
        limits = Limits.from_json(projects.get(c, wish.project_id).limits)
        locked = split_lock.find(c, wish.project_id) is not None
    accepted, rejected = apart(records)
    trainings = [*(row.training for row in before), *(row.training for row in accepted)]
    light, found, earlier, later = _check(trainings, limits)
    given = [None if locked and row.split is Split.TEST else row.split for row in accepted]
    plan = _plan(before, accepted, given, earlier, later, light, wish, locked=locked)
    splits = plan.splits[len(before) :]
    fresh = [new_example(row, split) for row, split in zip(accepted, splits, strict=True)]
    with db.write() as c:
        import_id = start(c, wish)
        examples.add(c, wish.project_id, fresh, import_id=import_id, source=wish.name, who=wish.who)
        imports.finish(c, import_id, accepted=len(fresh), rejected=rejected)
        ids = [row.id for row in before] + examples.ids_of_import(c, import_id)
        problems.replace(c, wish.project_id, _by_id(ids, found))
        projects.set_profile(c, wish.project_id, light.to_json())
        held = [ids[one.row] for one in plan.held if one.row >= len(before)]
        changed = sum(one is not row.split for one, row in zip(given, accepted, strict=True))
        telling.tell(c, wish.project_id, import_id, held, not_tested=changed, who=wish.who)
        if not any(row.training.system for row in accepted):
            learnt = [row.training for row, split in zip(accepted, splits, strict=True) if split is Split.TRAIN]
            instructions.write(c, wish.project_id, learnt)
        return imports.get(c, import_id)


def start(c: Connection, wish: Wish, state: str = imports.DONE) -> int:
    return imports.start(
        c,
        wish.project_id,
        file_name=wish.name,
        sha256=wish.sha256,
        shape=wish.reading.shape,
        who=wish.who,
        task_id=wish.task_id,
        state=state,
        columns=wish.columns(),
    )


def _check(trainings: Sequence[TrainingExample], limits: Limits) -> tuple[Profile, list[list[Problem]], Ints, Ints]:
    """(profile, the problems of each, pairs of places that are nearly the same)."""
    import numpy as np

    light = profile(trainings)
    found = check_many(trainings, limits, light)
    across = Across(with_answers=light.kind == "text")
    across.add(range(len(trainings)), trainings)

    def fetch(places: Sequence[int]) -> dict[int, TrainingExample]:
        return {place: trainings[place] for place in places}

    if not limits.off >= DATASET_CODES:
        for place, problem in across.findings(fetch, limits, light):
            if problem.code not in limits.off:
                found[place].append(problem)
    pairs = [(pair.earlier, pair.later) for pair in across.pairs(fetch, limits.similarity, light)]
    both = np.array([*pairs, *across.copies()], np.int64).reshape(-1, 2)
    return light, found, both[:, 0], both[:, 1]


def _plan(
    before: Sequence[Example],
    accepted: Sequence[Accepted],
    given: Sequence[Split | None],
    earlier: Ints,
    later: Ints,
    light: Profile,
    wish: Wish,
    *,
    locked: bool,
) -> SplitPlan:
    division = Division()
    division.add(before)
    for row, split in zip(accepted, given, strict=True):
        division.add_one(0, row.training, split, row.grouping, normal(row.training.response))
    by_label = light.kind == "labels"
    return division.plan(earlier, later, seed=wish.seed, test_rows=wish.test_rows, by_label=by_label, locked=locked)


def _by_id(ids: Sequence[int], found: Sequence[Sequence[Problem]]) -> dict[int, list[Problem]]:
    """Problems by example id, with `related` turned from a place in the list into an id."""

    def known(problem: Problem) -> Problem:
        return problem if problem.related is None else replace(problem, related=ids[problem.related])

    return {id_: [known(p) for p in several] for id_, several in zip(ids, found, strict=True)}

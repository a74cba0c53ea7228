"""A whole project divided anew into train, validation and test: one change, one undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ftcore.dataset.intake.checking import WholeCheck
from ftcore.dataset.intake.progress import Progress, silent
from ftcore.dataset.intake.resplit import Division, test_is_locked
from ftcore.dataset.intake.scratch import scratch
from ftcore.dataset.many import change_in_parts
from ftcore.dataset.profiles import normal
from ftcore.dataset.split_plan import SplitPlan
from ftcore.records import Example, Split
from ftcore.store.database import Database
from ftcore.store.journal import Edit

Stratify = Literal["label", "tag", "none"]


class TooManyLabels(ValueError):
    """What was to be given shares is different in nearly every row."""


def divide_anew(
    db: Database,
    project_id: int,
    *,
    who: str,
    test_rows: int | None = None,
    stratify: Stratify | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> SplitPlan:
    """Gives every row a split; only the test rows of a locked test split keep theirs. Rows that are nearly the same, and rows of
    one group, stay together. `stratify` gives every label (or first tag) its share; None means by label where answers are labels.

    Raises TooManyLabels; nothing was changed then.
    """
    with db.read() as c:
        locked = test_is_locked(c, project_id)
    division = Division()

    def see(rows: Sequence[Example]) -> None:
        for row in rows:
            kept = row.split if locked and row.split is Split.TEST else None
            stratum = (row.tags[0] if row.tags else "") if stratify == "tag" else normal(row.training.response)
            division.add_one(row.id, row.training, kept, row.grouping, stratum)

    with scratch(db) as folder:
        whole = WholeCheck(db, project_id, folder, progress)
        whole.look(see)
        by_label = stratify in ("label", "tag") or (stratify is None and whole.light.kind == "labels")
        if stratify in ("label", "tag") and division.strata() is None:
            raise TooManyLabels(
                f"There are too many different {stratify}s to give each its share. Nothing was changed."
            )
        earlier, later = (division.places(ids) for ids in whole.alike())
    plan = division.plan(earlier, later, seed=seed, test_rows=test_rows, by_label=by_label, locked=locked)
    wanted = zip(division.ids.tolist(), plan.splits, strict=True)
    edits = (Edit(id_, {"split": split.value if split else None}) for id_, split in wanted)
    change_in_parts(db, project_id, edits, label="Divided the examples anew", who=who)
    return plan

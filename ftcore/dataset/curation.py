"""What a curator does: edits, decisions and taking them back. Each is one transaction, with the row's checks in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, update

from ftcore.chat import count_tokens
from ftcore.dataset import pair_checks, split_lock
from ftcore.dataset.checks import DATASET_CODES, Limits, Profile, check_one, profile
from ftcore.records import Problem, Split, Status, TrainingExample
from ftcore.store import examples, journal, problems, projects
from ftcore.store.database import Database
from ftcore.store.journal import Change, Edit, Saved
from ftcore.store.schema import examples as table

PROFILED = 300
"""So many rows tell what a project's answers are like (labels, JSON, prose): enough for a re-check after an edit."""
TEXTS = ("system", "prompt", "response")
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class CellEdit:
    """New values of one row as a grid or a form gives them: system, prompt, response, status, split, tags, note, private.

    `version` is the version that the user saw.
    """

    example_id: int
    version: int | None
    values: Mapping[str, Any]


def save(db: Database, project_id: int, wanted: Sequence[CellEdit], *, who: str, label: str = "") -> Saved:
    """Writes edits through. What is already so is left alone; a row that somebody else changed since comes back as a
    conflict with both texts, and is not overwritten. Raises SplitLocked; nothing was written then."""
    with db.write() as c:
        moves = {edit.example_id: _plain(edit.values["split"]) for edit in wanted if "split" in edit.values}
        split_lock.guard(c, project_id, moves)
        edits = [edit for one in wanted if (edit := _edit(c, one)) is not None]
        saved = journal.save(c, project_id, edits, who=who, label=label or _name(wanted))
        reworded = {edit.example_id for edit in edits if "training" in edit.values}
        check_again(c, project_id, [id_ for id_ in saved.changed if id_ in reworded])
        return saved


def decide(
    db: Database,
    project_id: int,
    ids: Iterable[int],
    status: Status,
    *,
    who: str,
    versions: Mapping[int, int] | None = None,
) -> Saved:
    """Approves or rejects rows, or makes them drafts again: one change, one undo. A row that is newer than the version
    seen (`versions`, by id) is not decided and comes back as a conflict."""
    seen = versions or {}
    several = list(ids)
    word = {Status.APPROVED: "Approved", Status.REJECTED: "Rejected", Status.DRAFT: "Made a draft again:"}[status]
    with db.write() as c:
        edits = [Edit(id_, {"status": status.value}, seen.get(id_)) for id_ in several]
        return journal.save(c, project_id, edits, who=who, label=f"{word} {_examples(len(several))}")


def approve_clean(db: Database, project_id: int, *, who: str) -> int:
    """Approves every draft that has no open error or warning; gives their number."""
    with db.write() as c:
        ids = examples.clean_draft_ids(c, project_id)
        edits = [Edit(id_, {"status": Status.APPROVED.value}) for id_ in ids]
        label = f"Approved the {len(ids):,} with no problems"
        return len(journal.save(c, project_id, edits, who=who, label=label).changed)


def move(db: Database, project_id: int, ids: Iterable[int], split: Split, *, who: str) -> Saved:
    """Raises SplitLocked; nothing was written then."""
    several = list(ids)
    with db.write() as c:
        split_lock.guard(c, project_id, dict.fromkeys(several, split.value))
        edits = [Edit(id_, {"split": split.value}) for id_ in several]
        return journal.save(c, project_id, edits, who=who, label=f"Moved {_examples(len(several))} to {split}")


def ignore(db: Database, project_id: int, ids: Iterable[int], code: str, *, who: str) -> Saved:
    """Stops showing a problem at these rows: one change, one undo."""
    several = list(ids)
    with db.write() as c:
        edits = [Edit(row.id, {"ignored": sorted({*row.ignored, code})}) for row in examples.get_many(c, several)]
        return journal.save(c, project_id, edits, who=who, label=f"Ignored a problem at {_examples(len(several))}")


def undo(db: Database, project_id: int, *, who: str) -> Change | None:
    """Takes the last change of the project back as a whole; None when there is nothing to take back. Raises SplitLocked; nothing
    was taken back then."""
    with db.write() as c:
        with split_lock.kept(c, project_id):
            change, ids = journal.undo(c, project_id, who=who)
        check_again(c, project_id, ids)
        return change


def undo_own(db: Database, project_id: int, *, who: str) -> tuple[Change | None, bool]:
    """(the last change, True when it was this person's and is taken back): somebody else's is left as it is."""
    with db.write() as c:
        change = journal.next_undo(c, project_id)
        if change is None or change.who != who:
            return change, False
        _, ids = journal.undo(c, project_id, who=who)
        check_again(c, project_id, ids)
        return change, True


def redo(db: Database, project_id: int, *, who: str) -> Change | None:
    """Does the last undone change again. Raises SplitLocked; nothing was done then."""
    with db.write() as c:
        with split_lock.kept(c, project_id):
            change, ids = journal.redo(c, project_id, who=who)
        check_again(c, project_id, ids)
        return change


def _edit(c: Connection, wanted: CellEdit) -> Edit | None:
    values = {name: _plain(value) for name, value in wanted.values.items() if name not in TEXTS}
    texts = {name: str(wanted.values[name] or "") for name in TEXTS if name in wanted.values}
    found = examples.get_many(c, [wanted.example_id])
    if not found:
        return None
    if texts:
        values["training"] = examples.to_json(_with_texts(found[0].training, texts))
    return Edit(wanted.example_id, values, wanted.version)


def _with_texts(training: TrainingExample, texts: Mapping[str, str]) -> TrainingExample:
    """Changes only the turns whose text differs: a turn of several parts stays as it is until it is really edited."""
    for name, text in texts.items():
        if text != getattr(training, name):
            training = getattr(training, f"with_{name}")(text)
    return training


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Status | Split) else value


def check_again(c: Connection, project_id: int, ids: Sequence[int]) -> None:
    """Re-checks rows whose text may have changed. A few are compared with others that may be like them, too; for more rows
    that is left to `intake.recheck`."""
    if not ids:
        return
    light, limits = light_of(c, project_id)
    for start in range(0, len(ids), CHUNK):
        _check_some(c, project_id, ids[start : start + CHUNK], limits, light)
    if len(ids) <= pair_checks.AT_ONCE:
        pair_checks.check_pairs(c, project_id, ids, limits, light)


def light_of(c: Connection, project_id: int) -> tuple[Profile, Limits]:
    """What the project's answers are like, and its limits: what a single row is checked by. The last check of the whole has
    kept it; before the first one, some rows tell."""
    project = projects.get(c, project_id)
    limits = Limits.from_json(project.limits)
    if project.profile:
        return Profile.from_json(project.profile), limits
    return profile([example.training for example in examples.some(c, project_id, limit=PROFILED)]), limits


def _check_some(c: Connection, project_id: int, ids: Sequence[int], limits: Limits, light: Profile) -> None:
    found: dict[int, list[Problem]] = {}
    codes: set[str] = set()
    tokens = []
    for row in examples.get_many(c, ids):
        found[row.id] = [p for p in check_one(row.training, limits, light) if p.code not in DATASET_CODES]
        codes |= {p.code for p in found[row.id]} | (set(row.problems) - DATASET_CODES)
        counted = count_tokens(row.training)
        if counted != row.tokens:
            tokens.append({"of": row.id, "tokens": counted})
    if tokens:
        c.execute(update(table).where(table.c.id == bindparam("of")).values(tokens=bindparam("tokens")), tokens)
    if found and codes:
        problems.replace(c, project_id, found, codes=codes)


def _name(wanted: Sequence[CellEdit]) -> str:
    fields = sorted({name for edit in wanted for name in edit.values})
    return f"Edited {', '.join(fields)} of {_examples(len(wanted))}"


def _examples(number: int) -> str:
    return "1 example" if number == 1 else f"{number:,} examples"

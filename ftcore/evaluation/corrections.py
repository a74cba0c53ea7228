"""An expected answer that was wrong is corrected: in the example, in a new test snapshot, and in a new run that scores the
same answers again. The run before stays as it was, and the new one counts the corrections: nobody picks the better verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from ftcore.chat import clean
from ftcore.dataset import curation
from ftcore.dataset.freeze import tokens_of_row
from ftcore.dataset.snapshots import Digest
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.plans import test_rows_digest
from ftcore.evaluation.scorers.json_text import find_json
from ftcore.records import Example, Snapshot, SnapshotRow, Split, Status
from ftcore.store import corrected, examples, journal, runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.journal import Edit
from ftcore.store.runs import Run
from ftcore.store.schema import now

ANSWER, LEFT_OUT = "answer", "left out"
CORRECTIONS = "corrections"
"""Where a run's settings keep what was corrected: case_id, kind, before, after, who, at, note, private."""
RESCORE = "rescore"
"""In the task's payload: score again what is there, ask nothing."""


class RowChanged(EvaluationError):
    """Somebody changed the example since it was frozen for the test. Nothing was written; `now_` is what stands there."""

    def __init__(self, tested: SnapshotRow, now_: Example) -> None:
        self.tested, self.now_ = tested, now_
        who = now_.changed_by or "Somebody"
        super().__init__(
            f"{who} changed example {now_.id} meanwhile. Nothing was written yet: look at what stands there now, then "
            "correct it again. What stands now stays in the row’s history."
        )


@dataclass(frozen=True, slots=True)
class TestedRow:
    """A test row as it was asked, and its example as it stands now (None: it was erased)."""

    __test__ = False  # pytest: this is no test class

    run: Run
    tested: SnapshotRow
    example: Example | None

    @property
    def changed(self) -> bool:
        """Whether the question or the answer is another one by now. A project's short prompt is put in by freezing."""
        return self.example is not None and _said(self.example.training) != _said(self.tested.training)


def look(c: Connection, run_id: int, case_id: str) -> TestedRow:
    """The row in the last run of the chain that `run_id` belongs to. Raises EvaluationError when it is not tested there."""
    run = corrected.chain(c, run_id)[-1]
    for row in snapshots.rows(c, run.snapshot_id, Split.TEST):
        if str(row.example_id) == case_id:
            found = examples.get_many(c, [row.example_id])
            mine = found[0] if found and found[0].project_id == run.project_id else None
            return TestedRow(run, row, mine)
    raise EvaluationError(f"Example {case_id} is not among the test rows of this comparison. Nothing was changed.")


def correct(
    db: Database, run_id: int, case_id: str, expected: str, who: str, note: str = "", *, version: int | None = None
) -> Run:
    """Puts `expected` into the example as its answer and scores every arm again, without a call; gives the new run.

    The example is changed through the journal, so undo brings it back; it never leaves its split, so a locked test split
    allows it. The correction is made on the last run of the chain: two people's corrections both count. An answer that is
    so already changes nothing. Raises RowChanged when the example is not what was tested, unless `version` says that its
    present version was seen; EvaluationError when there is nothing to score again.
    """
    expected = clean(expected)[0]
    if not expected.strip():
        raise EvaluationError("The expected answer is empty. Nothing was changed. Write it, or leave the question out.")
    with db.write() as c:
        row = look(c, run_id, case_id)
        if expected == row.tested.training.response:
            return row.run
        _check(row, version)
        _change(c, row, {"training": expected}, who, note, f"Corrected the answer of test row {case_id}")
        after = replace(row.tested, training=row.tested.training.with_response(expected))
        return _again(c, row, after, ANSWER, who, note)


def leave_out(db: Database, run_id: int, case_id: str, who: str, note: str = "", *, version: int | None = None) -> Run:
    """Takes a question that is no good out of the test: its example is rejected (in the journal, undoable; it stays in its
    split), and every arm is scored again without it. It counts as a correction. Raises as `correct` does."""
    with db.write() as c:
        row = look(c, run_id, case_id)
        if snapshots.get(c, row.run.snapshot_id).test < 2:
            raise EvaluationError("This is the only test row that is left. Nothing was changed.")
        _check(row, version)
        _change(c, row, {"status": Status.REJECTED.value}, who, note, f"Left test row {case_id} out of the test")
        return _again(c, row, None, LEFT_OUT, who, note)


def _said(training: Any) -> tuple[Any, ...]:
    """The turns without the system message, and the tools."""
    return training.with_system("").messages, training.tools


def _check(row: TestedRow, version: int | None) -> None:
    if row.run.state != "done" and row.run.parent_id is None:
        raise EvaluationError("This comparison has not ended yet. Nothing was changed. Finish it first.")
    if row.example is None or version == row.example.version:
        return
    if row.changed or version is not None:  # somebody was quicker; what was seen is not what stands there
        raise RowChanged(row.tested, row.example)


def loses_its_form(before: str, expected: str) -> bool:
    """Whether an answer that was JSON becomes a text that is none: mostly a slip of the hand, since every way that keeps to
    the form would then be wrong."""
    return isinstance(find_json(before).value, dict | list) and not find_json(expected).there


def _change(c: Connection, row: TestedRow, values: dict[str, Any], who: str, note: str, label: str) -> None:
    """Writes into the example, where there still is one."""
    if row.example is None:
        return
    wanted = dict(values)
    if "training" in wanted:
        wanted["training"] = examples.to_json(row.example.training.with_response(str(wanted["training"])))
    if note.strip() and note.strip() not in row.example.note:
        wanted["note"] = f"{row.example.note}\n{note.strip()}" if row.example.note else note.strip()
    edit = Edit(row.example.id, wanted, row.example.version)
    saved = journal.save(c, row.run.project_id, [edit], who=who, label=label)
    if "training" in wanted:
        curation.check_again(c, row.run.project_id, saved.changed)


def _again(c: Connection, row: TestedRow, after: SnapshotRow | None, kind: str, who: str, note: str) -> Run:
    """The new snapshot, the new run with every answer, and the task that scores it."""
    old, case_id = row.run, str(row.tested.example_id)
    said = {
        "case_id": case_id,
        "kind": kind,
        "before": row.tested.training.response,
        "after": after.training.response if after else None,
        "who": who,
        "at": now().isoformat(timespec="seconds"),
        "note": note.strip(),
        "private": row.tested.private or bool(row.example and row.example.private),
    }
    repeats = int(old.settings.get("repeats", 1) or 1)
    frozen = _freeze(c, old.snapshot_id, row.tested, after, who)
    run = runs.plan(
        c,
        old.project_id,
        snapshot_id=frozen.id,
        endpoint_id=old.endpoint_id,
        job_id=old.job_id,
        scorer=old.scorer,
        arms=old.arms,
        delta=old.delta,
        seed=old.seed,
        max_tokens=old.max_tokens,
        total=old.total if after else max(0, old.total - len(old.arms) * repeats),
        created_by=who,
        settings={
            **old.settings,
            CORRECTIONS: [*old.settings.get(CORRECTIONS, []), said],
            "test_rows": test_rows_digest(list(snapshots.rows(c, frozen.id, Split.TEST))),
        },
        versions=old.versions,
        parent_id=old.id,
        corrections=old.corrections + 1,
    )
    corrected.copy_answers(c, old.id, run.id, without="" if after else case_id, unjudged=case_id)
    payload = {"run_id": run.id, RESCORE: True}
    tasks.put(c, "evaluate", payload, project_id=run.project_id, key=f"evaluate:{run.id}")
    return run


def _freeze(c: Connection, snapshot_id: int, before: SnapshotRow, after: SnapshotRow | None, who: str) -> Snapshot:
    """The same rows in the same order, but for the one. The rows to learn from are what they were."""
    old = snapshots.get(c, snapshot_id)
    found, numbers = Digest(), Counter[Split]()
    for one in _with(c, snapshot_id, before, after):
        found.add(one)
        numbers[one.split] += 1
    tokens = old.tokens - tokens_of_row(before) + (tokens_of_row(after) if after else 0)
    taken = snapshots.take(
        c,
        old.project_id,
        _with(c, snapshot_id, before, after),
        digest=found.hexdigest(),
        numbers=numbers,
        tokens=max(0, tokens),
        who=who,
        name=f"{(old.name or old.digest[:8])[:40]}, test corrected",
    )
    wanted = sorted(one.example_id for one in _with(c, snapshot_id, before, after) if one.split is Split.TEST)
    if sorted(one.example_id for one in snapshots.rows(c, taken.id, Split.TEST)) != wanted:
        raise EvaluationError(
            "An older version of this project holds the same texts under other rows, so the answers could not be matched. "
            "Nothing was changed. Run the comparison again instead."
        )
    return taken


def _with(c: Connection, snapshot_id: int, before: SnapshotRow, after: SnapshotRow | None) -> Iterator[SnapshotRow]:
    for row in (row for part in snapshots.parts(c, snapshot_id) for row in part):  # the new rows are written meanwhile
        if row.split is not Split.TEST or row.example_id != before.example_id:
            yield row
        elif after is not None:
            yield after

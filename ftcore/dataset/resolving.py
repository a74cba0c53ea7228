"""Rows that repeat or contradict each other, settled by a person or by a rule: each is one change in the journal, one undo.

Nothing is deleted: what goes is rejected, and stays listed among the rows set aside.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from ftcore.dataset import curation
from ftcore.dataset.answers import meaning
from ftcore.dataset.checks import contradiction, exact_duplicate, near_duplicate
from ftcore.dataset.duplicates import Pair, clusters
from ftcore.records import Example, Message, Status, TrainingExample
from ftcore.store import examples, journal, long_changes, problems
from ftcore.store.database import Database
from ftcore.store.journal import Edit, Saved

ALIKE = (exact_duplicate.CODE, near_duplicate.CODE)
CONTRADICTION = (contradiction.CODE,)
RULE = "approved before draft, then fewer problems, then edited by somebody, then the longer answer, then the first"
"""Which of a group is the best, in words."""
PART = 500
"""Groups of one transaction, when the worker does it."""
PAUSE = 0.02
LOOKED = 2_000
"""In so many groups of rows that are alike their answers are compared."""
AT_ONCE = 2_000
"""More groups than these are for the worker."""
Versions = Mapping[int, int]
Progress = Callable[[int, int, str], None]


class ResolvingError(Exception):
    """Nothing was changed; the message says why, for the screen."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers to the same question, and the rows that give it."""

    example: Example
    ids: tuple[int, ...]


def silent(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""


def groups(c: Connection, project_id: int, codes: Iterable[str]) -> list[tuple[int, ...]]:
    """The rows that open findings of these kinds link, also by way of others; ordered by their first rows. Rejected rows and
    those in the trash are in none."""
    pairs = [pair for code in codes for pair in problems.pairs(c, project_id, code)]
    linked = clusters(Pair(min(pair), max(pair), 1.0) for pair in pairs)
    return [cluster.rows for cluster in linked]


def disagreeing(c: Connection, project_id: int) -> list[tuple[int, ...]]:
    """Of the first groups of rows that are nearly the same (`LOOKED` at most), those whose answers differ. None where answers are
    free texts, which differ without saying different things; and none that is a contradiction, which `groups` gives."""
    if not _is_strict(c, project_id):
        return []
    known = {id_: set(group) for group in groups(c, project_id, CONTRADICTION) for id_ in group}
    alike = [group for group in groups(c, project_id, ALIKE)[:LOOKED] if not set(group) <= known.get(group[0], set())]
    rows = {row.id: row for row in examples.get_many(c, [id_ for group in alike for id_ in group])}
    return [g for g in alike if len({meaning(rows[id_].training.response) for id_ in g if id_ in rows}) > 1]


def keep_one(
    db: Database, project_id: int, ids: Sequence[int], kept: int, *, who: str, versions: Versions | None = None
) -> Saved:
    """Rejects the others of a group and gives their tags to the one that is kept. Raises ResolvingError when somebody changed one
    of the rows since they were seen."""
    with db.write() as c:
        rows = _seen(c, project_id, ids, versions or {})
        label = f"Kept row {kept} of {len(ids)} that are alike"
        edits = _keeping(next(row for row in rows if row.id == kept), rows)
        return journal.save(c, project_id, edits, who=who, label=label)


def different(
    db: Database,
    project_id: int,
    ids: Sequence[int],
    codes: Sequence[str],
    *,
    who: str,
    versions: Versions | None = None,
) -> Saved:
    """Says that the rows of a group are not the same after all: what was found about them as pairs is ignored there."""
    with db.write() as c:
        rows = _seen(c, project_id, ids, versions or {})
        edits = [Edit(row.id, {"ignored": _ignoring(row, codes)}) for row in rows]
        label = f"Said that {len(ids)} rows are different"
        return journal.save(c, project_id, edits, who=who, label=label)


def answers(rows: Sequence[Example]) -> list[Answer]:
    """The different answers of rows that ask the same, the most frequent first."""
    found: dict[str, list[Example]] = {}
    for row in rows:
        found.setdefault(meaning(row.training.response), []).append(row)
    several = [Answer(same[0], tuple(row.id for row in same)) for same in found.values()]
    return sorted(several, key=lambda answer: (-len(answer.ids), answer.ids[0]))


def give_answer(
    db: Database, project_id: int, ids: Sequence[int], right: int, *, who: str, versions: Versions | None = None
) -> Saved:
    """Puts the right row's answer in the place of the other answers. Raises ResolvingError when an answer is a tool call, which
    belongs to its own conversation."""
    with db.write() as c:
        rows = _seen(c, project_id, ids, versions or {})
        by_id = {row.id: row for row in rows}
        answer = _answer(by_id[right])
        wrong = [row for row in rows if meaning(row.training.response) != meaning(by_id[right].training.response)]
        edits = [Edit(row.id, {"training": examples.to_json(_answered(row, answer))}) for row in wrong]
        label = f"Gave the answer of row {right} to {_examples(len(edits))}"
        saved = journal.save(c, project_id, edits, who=who, label=label)
        curation.check_again(c, project_id, saved.changed)
        return saved


def reject_others(
    db: Database,
    project_id: int,
    ids: Sequence[int],
    right: int,
    codes: Sequence[str] = CONTRADICTION,
    *,
    who: str,
    versions: Versions | None = None,
) -> Saved:
    """Rejects the rows of a group that answer otherwise than the right one. With them goes what was found about the others as
    pairs; several that stay and are alike are still found to be."""
    with db.write() as c:
        rows = _seen(c, project_id, ids, versions or {})
        answer = meaning(next(row for row in rows if row.id == right).training.response)
        kept = [row for row in rows if meaning(row.training.response) == answer]
        settled = codes if len(kept) == 1 else [code for code in codes if code in CONTRADICTION]
        edits = [Edit(row.id, {"ignored": _ignoring(row, settled)}) for row in kept]
        edits += [Edit(row.id, {"status": Status.REJECTED.value}) for row in rows if row not in kept]
        return journal.save(c, project_id, edits, who=who, label=f"Answer of row {right} is right, others rejected")


def best(c: Connection, rows: Sequence[Example]) -> Example:
    """The row of a group that `RULE` keeps."""

    def worth(row: Example) -> tuple[Any, ...]:
        others = set(row.problems) - {*ALIKE, *CONTRADICTION}
        edited = row.version > 1 and examples.original(c, row.id) != row.training
        return row.status is not Status.APPROVED, len(others), not edited, -len(row.training.response), row.id

    return min(rows, key=worth)


def keep_best(
    db: Database, project_id: int, *, who: str, task_id: int | None = None, progress: Progress = silent
) -> int:
    """Keeps the best row of every group of rows that are alike and rejects the others: the number of groups that were settled.

    Without a `task_id` in one transaction; with one in parts, which stay one change, and again without doing anything twice: a
    settled group is none any more.
    """
    label = "Kept the best of every group"
    if task_id is None:
        with db.write() as c:
            found = groups(c, project_id, ALIKE)
            strict = _is_strict(c, project_id)
            edits = (edit for several in found for edit in _best_of(c, project_id, several, strict))
            journal.save(c, project_id, edits, who=who, label=_named(label, len(found)))
            return len(found)
    with db.write() as c:
        change = long_changes.begin(c, project_id, label=label, who=who, task_id=task_id)
        found = groups(c, project_id, ALIKE) if change.state == long_changes.RUNNING else []
    try:
        for done, part in _parts(found):
            with db.write() as c:
                strict = _is_strict(c, project_id)
                settled = [edit for several in part for edit in _best_of(c, project_id, several, strict)]
                long_changes.append(c, project_id, change, settled)
            progress(done, len(found), "Keeping the best")
            time.sleep(PAUSE)
    finally:  # stopped half-way, it is one change all the same, and Undo takes it back
        with db.write() as c:
            if long_changes.get(c, change.id).state == long_changes.RUNNING:
                long_changes.finish(c, project_id, change, label=label)
    return len(found)


def _parts(found: Sequence[tuple[int, ...]]) -> Iterator[tuple[int, list[tuple[int, ...]]]]:
    rest, done = iter(found), 0
    while part := list(islice(rest, PART)):
        done += len(part)
        yield done, part


def _is_strict(c: Connection, project_id: int) -> bool:
    """Whether an answer that differs is another answer: a label or JSON. Free texts that are alike say the same."""
    return curation.light_of(c, project_id)[0].kind != "text"


def _best_of(c: Connection, project_id: int, ids: Sequence[int], strict: bool) -> list[Edit]:
    """Rejects what says the same as the best: a row with another answer is another matter, and one that somebody approved is
    theirs."""
    rows = [row for row in examples.get_many(c, ids) if _counts(row, project_id)]
    if len(rows) < 2:
        return []
    kept = best(c, rows)
    same = [row for row in rows if row.id == kept.id or _goes(row, kept, strict)]
    return _keeping(kept, same) if len(same) > 1 else []


def _goes(row: Example, kept: Example, strict: bool) -> bool:
    same = not strict or meaning(row.training.response) == meaning(kept.training.response)
    return same and row.status is not Status.APPROVED


def _keeping(kept: Example, rows: Sequence[Example]) -> list[Edit]:
    """The kept row has the others' tags, and nothing that was found about it with them: the checks look at rejected rows too."""
    tags = list(dict.fromkeys(tag for row in (kept, *rows) for tag in row.tags))
    others = [Edit(row.id, {"status": Status.REJECTED.value}) for row in rows if row.id != kept.id]
    return [Edit(kept.id, {"tags": tags, "ignored": _ignoring(kept, ALIKE)}), *others]


def _ignoring(row: Example, codes: Sequence[str]) -> list[str]:
    """Only what is open there: what comes one day is to be seen."""
    return sorted({*row.ignored, *(code for code in codes if code in row.problems)})


def _seen(c: Connection, project_id: int, ids: Sequence[int], versions: Versions) -> list[Example]:
    rows = [row for row in examples.get_many(c, ids) if _counts(row, project_id)]
    if len(rows) < len(set(ids)):
        raise ResolvingError("One of these rows was rejected or moved to the trash meanwhile. Nothing was changed.")
    newer = next((row for row in rows if versions.get(row.id, row.version) != row.version), None)
    if newer is not None:
        who = newer.changed_by or "Somebody"
        raise ResolvingError(f"{who} changed row {newer.id} meanwhile. Nothing was changed: look at it again.")
    return rows


def _counts(row: Example, project_id: int) -> bool:
    return row.project_id == project_id and not row.trashed and row.status is not Status.REJECTED


def _answer(row: Example) -> Message:
    found = next((m for m in reversed(row.training.messages) if m.get("role") == "assistant"), None)
    if found is None or found.get("tool_calls"):
        raise ResolvingError(
            "The right answer calls a tool, which belongs to its own conversation. Reject the others instead. "
            "Nothing was changed."
        )
    return found


def _answered(row: Example, answer: Message) -> TrainingExample:
    messages = row.training.messages
    at = max(place for place, message in enumerate(messages) if message.get("role") == "assistant")
    if messages[at].get("tool_calls"):
        raise ResolvingError(f"The answer of row {row.id} calls a tool. Reject it instead. Nothing was changed.")
    return replace(row.training, messages=[*messages[:at], answer, *messages[at + 1 :]])


def _named(label: str, number: int) -> str:
    return f"{label} ({number:,})" if number != 1 else label


def _examples(number: int) -> str:
    return "1 example" if number == 1 else f"{number:,} examples"

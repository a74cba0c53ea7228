"""Reviewing: what to look at first, what goes with what, and what a random sample says about the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from json import dumps

from sqlalchemy import Connection

from ftcore.dataset import sampling, similar
from ftcore.dataset.checks.across import ACROSS_CODES
from ftcore.dataset.deciding import ASK
from ftcore.dataset.meaning import MeaningError
from ftcore.records import Example, Filter, Status
from ftcore.records.filter import ANY
from ftcore.store import examples, problems, reviews, row_sets
from ftcore.store.database import Database
from ftcore.store.reviews import Course
from ftcore.workspace import Workspace

GOOD = "good example"
"""The tag of the (at most two) rows that show what good looks like."""
GOOD_SHOWN = 2
SEED = 20_261
SAMPLE_KIND, GROUPS_KIND = "review-sample", "review-groups"
ALIKE_SHOWN = 8
ALIKE_WORDS = 3
ALIKE_SCORE = 80
ALIKE_MEANING = 0.8
"""The cosine from which rows are offered to be decided together."""
CANDIDATES = 200


class Queue(StrEnum):
    PROBLEMS = "problems"
    GROUPS = "groups"
    SAMPLE = "sample"
    TABLE = "table"
    ASKED = "asked"


STAGES = (Queue.PROBLEMS, Queue.GROUPS, Queue.SAMPLE)
"""The order in which a project is looked through."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A random sample of the drafts without a problem: `seen` of its rows were decided, `changed` of these were rejected or their
    text was edited; `left` are still open. `of` drafts there were when it was drawn."""

    set_id: int
    of: int
    seen: int
    changed: int
    left: int

    @property
    def number(self) -> int:
        return self.seen + self.left

    @property
    def whole(self) -> bool:
        """Every draft without a problem was in it: there is no rest that it could speak for."""
        return self.of <= sampling.TRIAGE


def course(c: Connection, project_id: int, queue: Queue, table: Filter = Filter()) -> Course:
    """The way through a queue. A sample or groups that are not there yet have no rows: `prepare` makes them."""
    if queue is Queue.PROBLEMS:
        return Course(queue, Filter(status=Status.DRAFT, problem=ANY))
    if queue is Queue.ASKED:
        return Course(queue, Filter(tag=ASK))
    if queue is Queue.TABLE:
        name = sha256(dumps(table.to_json(), sort_keys=True).encode()).hexdigest()[:16]
        return Course(f"{queue}-{name}", table)
    found = reviews.newest_set(c, project_id, SAMPLE_KIND if queue is Queue.SAMPLE else GROUPS_KIND)
    set_id = found[0] if found else 0
    return Course(f"{queue}-{set_id}" if queue is Queue.SAMPLE else queue, set_id=set_id)


def prepare(db: Database, project_id: int, queue: Queue, *, who: str, again: bool = False) -> None:
    """Makes what a queue goes through, where it is missing or out of date; `again` draws another sample."""
    if queue is Queue.GROUPS:
        _prepare_groups(db, project_id, who)
    if queue is Queue.SAMPLE:
        with db.write() as c:
            if again or reviews.newest_set(c, project_id, SAMPLE_KIND) is None:
                _draw_sample(c, project_id, who)


def alike(c: Connection, workspace: Workspace, project_id: int, example: Example) -> list[int]:
    """Rows to decide together with this one, the closest first: those that nearly repeat or contradict it, by what the checks found;
    else those that mean nearly the same, when the worker has read them; else those that ask it in nearly the same words."""
    return (
        grouped(c, project_id, example.id)
        or _alike_in_meaning(c, workspace, project_id, example)
        or _alike_in_words(c, project_id, example)
    )


def grouped(c: Connection, project_id: int, example_id: int) -> list[int]:
    """The rows of one duplicate group with this one, itself left out; at once."""
    found = reviews.newest_set(c, project_id, GROUPS_KIND)
    return reviews.group(c, found[0], example_id)[:ALIKE_SHOWN] if found else []


def sample_of(c: Connection, project_id: int) -> Sample | None:
    """How far the newest sample is, and what it says; None when none was drawn."""
    found = reviews.newest_set(c, project_id, SAMPLE_KIND)
    if found is None:
        return None
    set_id, made = found
    decided = reviews.seen(c, set_id)
    edited = reviews.edited_since(c, [id_ for id_, _ in decided], int(made.get("after", 0)))
    changed = {id_ for id_, status in decided if status is Status.REJECTED} | edited
    return Sample(set_id, int(made.get("of", 0)), len(decided), len(changed), reviews.left_in_set(c, set_id))


def told(sample: Sample) -> str:
    """What the sample says about the rest, in a sentence."""
    if sample.whole and not sample.left:
        return f"You looked at all {sample.seen:,} and changed {sample.changed or 'none'}."
    return sampling.told(sample.changed, sample.seen)


def _draw_sample(c: Connection, project_id: int, who: str) -> None:
    drafts = examples.clean_draft_ids(c, project_id)
    after = reviews.last_change(c, project_id)
    seed = SEED + after  # the same project at the same moment gives the same sample, a later one another
    made = {"seed": seed, "of": len(drafts), "after": after}
    set_id = row_sets.create(c, project_id, kind=SAMPLE_KIND, label="Random sample", query=made, who=who)
    row_sets.add(c, set_id, ((id_, None) for id_ in sampling.sample(drafts, sampling.TRIAGE, seed)))
    row_sets.finish(c, set_id)


def _prepare_groups(db: Database, project_id: int, who: str) -> None:
    with db.read() as c:
        stamp = reviews.stamp_of_pairs(c, project_id, ACROSS_CODES)
        standing = reviews.newest_set(c, project_id, GROUPS_KIND)
        if standing is not None and standing[1].get("stamp") == stamp:
            return
        pairs = [pair for code in sorted(ACROSS_CODES) for pair in problems.pairs(c, project_id, code)]
    with db.write() as c:
        if standing is not None:
            row_sets.remove(c, standing[0])
        made = {"stamp": stamp}
        set_id = row_sets.create(c, project_id, kind=GROUPS_KIND, label="Duplicate groups", query=made, who=who)
        rows = ((id_, float(at)) for at, members in enumerate(groups_of(pairs), 1) for id_ in members)
        row_sets.add(c, set_id, rows)
        row_sets.finish(c, set_id)


def groups_of(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Rows that are connected by pairs, also by way of a third row: each group in order, the groups by their first row."""
    above: dict[int, int] = {}

    def top(id_: int) -> int:
        while (up := above.setdefault(id_, id_)) != id_:
            above[id_] = above.setdefault(up, up)
            id_ = above[id_]
        return id_

    for one, other in pairs:
        first, second = sorted((top(one), top(other)))
        above[second] = first
    members: dict[int, list[int]] = defaultdict(list)
    for id_ in sorted(above):
        members[top(id_)].append(id_)
    return list(members.values())


def _alike_in_meaning(c: Connection, workspace: Workspace, project_id: int, example: Example) -> list[int]:
    """Nothing as long as the row was not read: nobody waits for that here."""
    try:
        near = similar.vectors(workspace, project_id).similar(example.id, k=2 * ALIKE_SHOWN, floor=ALIKE_MEANING)
    except MeaningError:
        return []
    there = {row.id: row for row in examples.get_many(c, [id_ for id_, _ in near])}
    open_ = [id_ for id_, _ in near if id_ in there and not _is_out(there[id_])]
    return open_[:ALIKE_SHOWN]


def _is_out(row: Example) -> bool:
    return row.trashed or row.status is Status.REJECTED


def _alike_in_words(c: Connection, project_id: int, example: Example) -> list[int]:
    """The rows that hold the longest words of the question and are close to it as a whole, the closest first."""
    from rapidfuzz import fuzz, process

    asked = example.training.prompt
    words = sorted({word for word in asked.split() if word.isalnum()}, key=lambda word: (-len(word), word))
    if not words:
        return []
    near = examples.page(c, project_id, Filter(text=" ".join(words[:ALIKE_WORDS])), limit=CANDIDATES).rows
    texts = {row.id: row.training.prompt for row in near if row.id != example.id and not _is_out(row)}
    scored: Sequence[tuple[str, float, int]] = process.extract(
        asked, texts, scorer=fuzz.token_set_ratio, score_cutoff=ALIKE_SCORE, limit=ALIKE_SHOWN
    )
    return [id_ for _, _, id_ in scored]

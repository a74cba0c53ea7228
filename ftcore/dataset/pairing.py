"""The pairs of answers that a project's approved examples give: what preferences are learnt from."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from ftcore.dataset.preferences import NoPair, Preference, compare, compare_edit
from ftcore.records import Example
from ftcore.store import examples, pairs

CHUNK = 2_000


def rejected_answers(c: Connection, project_id: int) -> dict[int, str]:
    """The worse answer of every approved example that gives a pair, by its id. The answer as it stands is the better one."""
    return {id_: found.rejected for id_, found in _found(c, project_id) if isinstance(found, Preference)}


def without_pair(c: Connection, project_id: int) -> dict[str, int]:
    """How many approved examples have two answers that make no pair, by the reason."""
    reasons: dict[str, int] = {}
    for _, found in _found(c, project_id):
        if isinstance(found, NoPair):
            reasons[found.reason] = reasons.get(found.reason, 0) + 1
    return reasons


def pair_of(c: Connection, example: Example) -> Preference | NoPair:
    """An answer that was judged worse comes before one that was corrected: somebody chose it."""
    if example.worse:
        return compare(example.training, better=example.training.response, worse=example.worse)
    before = examples.original(c, example.id) if example.version > 1 else example.training
    return compare_edit(before, example.training)


def _found(c: Connection, project_id: int) -> Iterator[tuple[int, Preference | NoPair]]:
    ids = pairs.candidates(c, project_id)
    for start in range(0, len(ids), CHUNK):
        for example in examples.get_many(c, ids[start : start + CHUNK]):
            yield example.id, pair_of(c, example)

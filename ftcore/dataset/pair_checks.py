"""An edited row compared at once with the few that may be like it, so that a repeat or a contradiction is seen where it is made.

The candidates are rows that begin alike and rows that share words, with the new text and with those before: so what is settled
goes too. It may miss a near-duplicate among very many that share its words; the check of the whole finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from ftcore.dataset.answers import Profile
from ftcore.dataset.checks import contradiction, exact_duplicate, near_duplicate
from ftcore.dataset.checks.across import ACROSS_CODES
from ftcore.dataset.checks.neighbours import compare
from ftcore.dataset.likeness.digests import NOTHING
from ftcore.dataset.likeness.index import likeness
from ftcore.dataset.likeness.shingles import readings
from ftcore.dataset.limits import Limits
from ftcore.records import Example, Problem, TrainingExample
from ftcore.store import examples, nearby, problems

AT_ONCE = 20
"""More edited rows than these are compared by the check of the whole."""
Others = Mapping[int, TrainingExample]


def check_pairs(c: Connection, project_id: int, ids: Sequence[int], limits: Limits, light: Profile) -> None:
    """Writes what rows that were just edited have because of others, and what others have because of them."""
    if limits.off >= ACROSS_CODES:
        return
    for row in examples.get_many(c, ids):
        if not row.trashed and row.project_id == project_id:
            _check(c, project_id, row, limits, light)


def _check(c: Connection, project_id: int, row: Example, limits: Limits, light: Profile) -> None:
    texts = _texts(c, row)
    if len(texts) == 1 and row.version > 1:
        return  # its words are what they were
    standing = nearby.about_pairs(c, [row.id], ACROSS_CODES).get(row.id, [])
    others = _candidates(c, project_id, row.id, texts, standing)
    alike = _alike(row.training, others, limits, light)
    found = {row.id: compare(row.id, row.training, alike, limits, light)}
    for id_, was in nearby.about_pairs(c, list(others), ACROSS_CODES).items():
        if id_ in alike or any(problem.related == row.id for problem in was):
            found[id_] = _merged(row.id, was, [])
    for id_, other in alike.items():
        now = compare(id_, other, {row.id: row.training}, limits, light)
        found[id_] = _merged(row.id, found.get(id_, []), now)
    problems.replace(c, project_id, found, codes=ACROSS_CODES)


def _merged(row_id: int, was: Sequence[Problem], now: Sequence[Problem]) -> list[Problem]:
    """What a row has because of others stays; what it has because of the edited one is as it is now. One of each kind is enough."""
    kept = [problem for problem in was if problem.related != row_id]
    codes = {problem.code for problem in kept}
    return [*kept, *(problem for problem in now if problem.code not in codes)]


def _texts(c: Connection, row: Example) -> list[TrainingExample]:
    """What the row says and what it said before its last edits, each once."""
    found = [row.training]
    for said in nearby.said_lately(c, row.id):
        if all(said.messages != known.messages for known in found):
            found.append(said)
    return found


def _candidates(
    c: Connection, project_id: int, row_id: int, texts: Sequence[TrainingExample], standing: Iterable[Problem]
) -> dict[int, TrainingExample]:
    ids = [problem.related for problem in standing if problem.related is not None]
    now = set(texts[0].prompt.split())
    for prompt in dict.fromkeys(said.prompt for said in texts):
        words = set(prompt.split())
        ids += nearby.alike_begun(c, project_id, prompt)
        if prompt == texts[0].prompt or 2 * len(words & now) < len(words):  # else the same rows share its words
            ids += nearby.with_the_words(c, prompt)
    return nearby.trainings(c, project_id, set(ids) - {row_id})


def _alike(row: TrainingExample, others: Others, limits: Limits, light: Profile) -> dict[int, TrainingExample]:
    """Those that the row may make a pair with: alike, the same, or asking the same."""
    if not others:
        return {}
    with_answer = light.kind == "text"
    mine, *theirs = readings([near_duplicate.question(one, with_answer) for one in (row, *others.values())])
    measured = likeness(mine, theirs, limits.similarity)
    said, asked = exact_duplicate.conversation(row), contradiction.asked(row)
    return {
        id_: other
        for (id_, other), similarity in zip(others.items(), measured, strict=True)
        if similarity
        or exact_duplicate.conversation(other) == said
        or (asked != NOTHING and contradiction.asked(other) == asked)
    }

"""Rows that may be like one row, found through the indexes in a few milliseconds; and what a row said before its last edits."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from sqlalchemy import ColumnElement, Connection, bindparam, literal_column, select

from ftcore.records import Problem, Severity, TrainingExample
from ftcore.store import words
from ftcore.store.examples import from_json
from ftcore.store.filters import listed
from ftcore.store.schema import SHORT, edits, examples, problems

EDITS = 2
"""So many of the latest edits are looked at."""
BEGINNING = 40
"""Characters of the question that it is sorted by."""
EACH = 12
"""Rows that begin alike."""
MOST = 40
"""Rows that share words."""
LOOKED_UP = 10
"""Words of a question that are looked up, the longest ones."""
FREQUENT = 400
"""A word in more rows than these says little by itself: it counts together with two others."""
TOGETHER = 4
ENOUGH = 4
"""So many rarer words tell enough without the frequent ones."""
READ = 4_000
"""Characters of a question."""
WORD = re.compile(r"\w{2,}")


def said_lately(c: Connection, example_id: int) -> list[TrainingExample]:
    """The conversation before and after each of its latest edits, the latest first, those taken back among them."""
    query = select(edits.c.before, edits.c.after).where(edits.c.example_id == example_id).order_by(edits.c.id.desc())
    found = []
    for row in c.execute(query.limit(EDITS)).mappings():
        found += [from_json(row[side]["training"]) for side in ("after", "before") if "training" in row[side]]
    return found


def about_pairs(c: Connection, ids: Sequence[int], codes: frozenset[str]) -> dict[int, list[Problem]]:
    """What stands at these rows with these codes, ignored or not, by row."""
    query = select(problems).where(problems.c.example_id.in_(listed(ids)), problems.c.code.in_(codes))
    found: dict[int, list[Problem]] = {}
    for r in c.execute(query.order_by(problems.c.id)).mappings():
        found.setdefault(r["example_id"], []).append(
            Problem(r["code"], Severity(r["severity"]), r["message"], r["place"], r["start"], r["end"], r["related_id"])
        )
    return found


def trainings(c: Connection, project_id: int, ids: Iterable[int]) -> dict[int, TrainingExample]:
    """The conversations of those rows that are in this project and not in the trash."""
    here = (examples.c.project_id == project_id, ~examples.c.trashed)
    query = select(examples.c.id, examples.c.training).where(examples.c.id.in_(listed(list(ids))), *here)
    return {row[0]: from_json(row[1]) for row in c.execute(query)}


def alike_begun(c: Connection, project_id: int, prompt: str) -> list[int]:
    """A few rows whose question begins with the same 40 characters."""
    start: ColumnElement[str] = literal_column(SHORT["prompt"])
    here = (examples.c.project_id == project_id, ~examples.c.trashed, start == prompt[:BEGINNING])
    query = select(examples.c.id).where(*here).order_by(examples.c.id).limit(EACH)
    return list(c.execute(query.with_hint(examples, "INDEXED BY ix_examples_by_prompt", "sqlite")).scalars())


def with_the_words(c: Connection, prompt: str) -> list[int]:
    """Ids of rows (of any project) whose question shares the most words with this one, a rare word counting more. Where most of
    its words are frequent, also some rows that hold the longest of these together."""
    asked = sorted({word.lower() for word in WORD.findall(prompt[:READ])}, key=lambda word: (-len(word), word))
    holding = {word: _holding(c, word, FREQUENT + 1) for word in asked[:LOOKED_UP]}
    frequent = [word for word, ids in holding.items() if len(ids) > FREQUENT]
    shared: Counter[int] = Counter()
    for word in holding.keys() - frequent:
        shared.update(dict.fromkeys(holding[word], _weight(len(holding[word]))))
    for several in combinations(frequent[:TOGETHER], 3) if len(holding) - len(frequent) < ENOUGH else ():
        ids = _holding(c, " ".join(several), FREQUENT)
        shared.update(dict.fromkeys(ids, _weight(len(ids))))
    return [id_ for id_, _ in shared.most_common(MOST)]


def _weight(number: int) -> int:
    return round(100 * math.log(2 * FREQUENT / (number + 1)))


def _holding(c: Connection, asked: str, most: int) -> list[int]:
    """Ids of rows whose question holds all these words, in their order, at most so many."""
    query = words.match_query(asked)
    if not query:
        return []
    found = literal_column("examples_fts").op("MATCH")(bindparam(None, f"{{prompt}} : ({query})"))
    rows = c.execute(select(words.ROWID).select_from(words.INDEX).where(found).limit(most)).all()
    return [row[0] for row in rows]

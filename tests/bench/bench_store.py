"""The store at size: pages through filters and orders, words, and single edits, against the same rows without our ways.

TUNEWORTHY_BENCH_ROWS says how many rows; 50,000 when it does not. The baseline of a page is the same question with the
database's own plan and an OFFSET, that of an edit an UPDATE of one bare cell.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles

from sqlalchemy import Connection, select, update

from ftcore.dataset import curation
from ftcore.dataset.answers import profile
from ftcore.dataset.curation import CellEdit
from ftcore.records import Filter, Problem, Severity, Sort, Split, Status, TrainingExample
from ftcore.records.filter import SORTABLE
from ftcore.store import examples, imports, problems, projects, words
from ftcore.store.database import Database, open_database
from ftcore.store.examples import NewExample
from ftcore.store.filters import here, order_of, parts, sorted_as
from ftcore.store.schema import examples as table
from ftcore.store.schema import facts
from tests.bench.measure import Row
from tests.reviewing import WORDS

ROWS = int(os.environ.get("TUNEWORTHY_BENCH_ROWS", "50000"))
ASKED = 200
WANTED = "of a million, wanted:"


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(Path(folder) / "bench.db")
        project_id = fill(db, ROWS)
        yield from measure(db, project_id)
        db.close()


def measure(db: Database, project_id: int) -> Iterator[Row]:
    """Nineteen of twenty times it is as quick as this, or quicker."""
    rng = random.Random(2)
    asked = [(_filter(rng), Sort(rng.choice(SORTABLE), rng.random() < 0.5)) for _ in range(ASKED)]
    with db.read() as c:
        size = examples.counts(c, project_id).total
        ours = _slowest(asked, lambda ask: examples.page(c, project_id, ask[0], sort=ask[1]))
        plain = _slowest(asked[:20], lambda ask: _without_ways(c, project_id, *ask))
    yield Row(
        f"page of 100 of {size:,}, 0-3 filters, any order, p95",
        ours,
        plain,
        f"{WANTED} 20 ms; against SQLite's own plan and OFFSET",
    )
    with db.read() as c:
        deep = [_deep(c, project_id, Sort(by, down)) for by in SORTABLE if by != "rank" for down in (True, False)]
        ours = _slowest(deep, lambda ask: examples.page(c, project_id, sort=ask[0], after=ask[1]))
        plain = _slowest(deep[:6], lambda ask: _offset(c, project_id, ask[0], size // 2))
    yield Row("page in the middle of any order, p95", ours, plain, f"{WANTED} 20 ms; keyset against OFFSET")
    ids = [rng.randrange(1, size) for _ in range(60)]
    ours = _slowest(
        ids, lambda id_: curation.save(db, project_id, [CellEdit(id_, None, {"note": f"{rng.random()}"})], who="b")
    )
    texts = _slowest(
        ids,
        lambda id_: curation.save(db, project_id, [CellEdit(id_, None, {"response": f"New {rng.random()}."})], who="b"),
    )
    plain = _slowest(ids, lambda id_: _bare(db, id_, str(rng.random())))
    yield Row(
        "one note written, p95",
        ours,
        plain,
        f"{WANTED} 20 ms; journal, version, commit against a bare UPDATE and commit",
    )
    how = f"{WANTED} 50 ms; the same with text, full text, tokens and checks"
    yield Row("one answer written and checked again, p95", texts, plain, how)


def fill(db: Database, rows: int) -> int:
    """A project of so many rows, most of them approved, some with problems."""
    rng = random.Random(1)
    with db.write() as c:
        project = projects.create(c, "bench")
        import_id = imports.start(c, project.id, file_name="f", sha256="", shape="", who="b")
    for start in range(0, rows, 5_000):
        several = [_example(rng, i) for i in range(start, min(rows, start + 5_000))]
        with db.write() as c:
            source = f"part-{start // 50_000}.csv"
            examples.add(c, project.id, several, import_id=import_id, source=source, who=rng.choice(("AB", "CD")))
    with db.read() as c:
        ids = examples.ids(c, project.id)
    found = {id_: [_problem(id_)] for id_ in ids if id_ % 10 == 0 or id_ % 997 == 0}
    with db.write() as c:
        problems.replace(c, project.id, found)
        some = [row.training for row in examples.some(c, project.id, limit=1_000)]
        projects.set_profile(c, project.id, profile(some).to_json())  # as the check of an import keeps it
    return project.id


def _example(rng: random.Random, i: int) -> NewExample:
    chance = rng.random()
    asked = f"Question {i}: " + " ".join(rng.choices(WORDS, k=25)) + "?"
    talk = [{"role": "user", "content": asked}, {"role": "assistant", "content": " ".join(rng.choices(WORDS, k=20))}]
    return NewExample(
        TrainingExample(talk),
        split=rng.choice(list(Split)) if chance < 0.9 else None,
        tags=("late",) if chance < 0.01 else (),
        tokens=rng.randint(20, 400),
        line=i,
        status=Status.APPROVED if chance < 0.7 else Status.REJECTED if chance < 0.701 else Status.DRAFT,
        note="look" if chance < 0.002 else "",
    )


def _problem(id_: int) -> Problem:
    if id_ % 997 == 0:
        return Problem("refusal", Severity.ERROR, "It declines.", "response")
    return Problem("truncated", Severity.WARNING, "It stops.", "response", 1, 2)


def _filter(rng: random.Random) -> Filter:
    several = {
        "status": rng.choice(list(Status)),
        "split": rng.choice([*Split, "none"]),
        "problem": rng.choice(("any", "none", "truncated", "refusal")),
        "tag": "late",
        "source": f"part-{rng.randrange(3)}.csv",
        "min_tokens": rng.choice((30, 200, 395)),
        "changed_by": "AB",
        "has_note": True,
        "text": rng.choice(("refund", "tent zip", f"{rng.randrange(1000)}")),
    }
    return Filter(**{name: several[name] for name in rng.sample(sorted(several), rng.randrange(4))})


def _without_ways(c: Connection, project_id: int, where: Filter, sort: Sort) -> int:
    holds = [part.holds(facts.c.id) for part in parts(c, project_id, where)]
    holds += [facts.c.id.in_(words.matching(where.text))] if where.text else []
    query = select(table).join(facts, facts.c.id == table.c.id).where(*here(project_id, where), *holds)
    return len(c.execute(query.order_by(order_of(sorted_as(sort, where)), table.c.id).limit(100).offset(0)).all())


def _deep(c: Connection, project_id: int, sort: Sort) -> tuple[Sort, tuple[object, int]]:
    """A place in the middle of an order."""
    middle = examples.some(c, project_id, limit=3)[1]
    value = {"row": middle.id, "problems": 0, "tokens": middle.tokens, "length": len(middle.training.response)}
    texts = {
        "status": middle.status.value,
        "split": middle.split or "",
        "source": middle.source,
        "note": "",
        "tags": "[]",
    }
    more = {"prompt": middle.training.prompt[:40], "response": middle.training.response[:40], "system": ""}
    moment = middle.changed_at.isoformat() if middle.changed_at else ""
    return sort, ({**value, **texts, **more, "changed_by": middle.changed_by, "changed_at": moment}[sort.by], middle.id)


def _offset(c: Connection, project_id: int, sort: Sort, offset: int) -> int:
    query = select(table).join(facts, facts.c.id == table.c.id).where(*here(project_id, Filter()))
    return len(c.execute(query.order_by(order_of(sort), table.c.id).limit(100).offset(offset)).all())


def _bare(db: Database, id_: int, text: str) -> None:
    with db.write() as c:
        c.execute(update(table).where(table.c.id == id_).values(note=text))


def _slowest(asked: list, what: Callable) -> float:  # type: ignore[type-arg]
    """The 95th percentile in seconds."""
    what(asked[0])
    taken = []
    for ask in asked:
        began = time.perf_counter()
        what(ask)
        taken.append(time.perf_counter() - began)
    return quantiles(taken, n=20)[-1]

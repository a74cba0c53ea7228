"""What a filter finds and in which order, on every way that the store may take, against a plain model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, update

from ftcore.records import SORTABLE, Example, Filter, Problem, Severity, Sort, Split, Status, TrainingExample
from ftcore.store import examples, imports, journal, problems, projects, row_sets
from ftcore.store.database import Database, open_database
from ftcore.store.examples import NewExample
from ftcore.store.journal import Edit
from ftcore.store.schema import examples as table
from ftcore.store.schema import now

WORDS = ("refund", "tent", "zip", "parcel", "late")
MOMENT = datetime(2026, 11, 24, 9, 30, 0, 123_456, tzinfo=UTC)
RANK = {"hint": 1, "warning": 2, "error": 3}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, int, list[Example]]]:
    """Sixty rows of one project, among those of another, with a bit of everything."""
    db = open_database(tmp_path_factory.mktemp("shop") / "x.db")
    with db.write() as c:
        projects.create(c, "other")
        project = projects.create(c, "shop")
    for project_id in (1, project.id):
        _fill(db, project_id)
    with db.read() as c:
        rows = examples.get_many(c, range(1, 10_000))
    yield db, project.id, [row for row in rows if row.project_id == project.id]
    db.close()


def _fill(db: Database, project_id: int) -> None:
    for part, who in enumerate(("AB", "CD")):
        with db.write() as c:
            import_id = imports.start(c, project_id, file_name=f"{part}.csv", sha256="", shape="", who=who)
            rows = [_new(i) for i in range(part * 30, part * 30 + 30)]
            examples.add(c, project_id, rows, import_id=import_id, source=f"{part}.csv", who=who)
    with db.write() as c:
        ids = examples.ids(c, project_id)
        kinds = (("refusal", Severity.ERROR), ("truncated", Severity.WARNING), ("too_short", Severity.HINT))
        found = {id_: [Problem(*kinds[id_ % 3], "Said.")] for id_ in ids if id_ % 4}
        problems.replace(c, project_id, found)
        for id_ in ids:
            values = {"changed_at": MOMENT + timedelta(hours=id_ % 5), "private": id_ % 7 == 0}
            c.execute(update(table).where(table.c.id == id_).values(**values))
        thrown = [Edit(id_, {"trashed": True}) for id_ in ids[::9]]
        journal.save(c, project_id, thrown, who="EF", label="Thrown away")
        some = row_sets.create(c, project_id, kind="pattern", label="^Q", query={}, who="AB")
        row_sets.add(c, some, [(id_, None) for id_ in ids[::-1] if id_ % 4 == 1])


def _new(i: int) -> NewExample:
    talk: list[dict[str, Any]] = [{"role": "system", "content": "Be brief."}] if i % 7 == 0 else []
    for turn in range(1 + (i % 5 == 0)):
        talk += [
            {"role": "user", "content": f"Question {i % 11} {WORDS[i % 5]} {turn}"},
            {"role": "assistant", "content": f"{WORDS[(i + i // 5) % 5]} " * (i % 4 + 1)},
        ]
    return NewExample(
        TrainingExample(talk),
        split=(*Split, None)[i % 4],
        tags=("late", "vip")[: i % 3],
        tokens=i % 17,
        line=i,
        status=list(Status)[i % 3],
        note="look" if i % 6 == 0 else "",
    )


def _holds(row: Example, where: Filter, found: dict[int, list[Problem]], some: set[int]) -> bool:
    texts = " ".join((row.training.system, row.training.prompt, row.training.response, row.note)).lower().split()
    worst = max((RANK[p.severity] for p in found[row.id]), default=0)
    codes = {p.code for p in found[row.id]}
    problem = {"": True, "any": worst >= 2, "none": worst < 2}.get(where.problem, where.problem in codes)
    return (
        row.trashed == where.trashed
        and all(word in texts for word in where.text.split())
        and where.status in (None, row.status)
        and (where.split is None or (row.split or "none") == where.split)
        and problem
        and (not where.tag or where.tag in row.tags)
        and where.source in ("", row.source)
        and (where.min_tokens or 0) <= row.tokens <= (10**9 if where.max_tokens is None else where.max_tokens)
        and (where.min_length or 0) <= len(row.training.response) <= (where.max_length or 10**9)
        and (where.changed_since is None or (row.changed_at or now()) >= where.changed_since)
        and where.changed_by in ("", row.changed_by)
        and (not where.several_turns or row.training.turns > 1)
        and (not where.has_note or bool(row.note))
        and (not where.private or row.private)
        and (where.row_set is None or row.id in some)
    )


def _key(row: Example, sort: Sort, worst: int, rank: int) -> tuple[Any, int]:
    t = row.training
    value = {
        "row": row.id,
        "status": row.status.value,
        "split": row.split or "",
        "system": t.system[:40],
        "prompt": t.prompt[:40],
        "response": t.response[:40],
        "tags": str(list(row.tags)).replace("'", '"'),
        "tokens": row.tokens,
        "length": len(t.response),
        "problems": worst,
        "source": row.source,
        "note": row.note,
        "changed_by": row.changed_by,
        "changed_at": row.changed_at,
        "rank": rank,
    }[sort.by]
    return value, row.id


@st.composite
def _filters(draw: st.DrawFn) -> Filter:
    parts = {
        "text": st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join),
        "status": st.sampled_from(list(Status)),
        "split": st.sampled_from([*Split, "none"]),
        "problem": st.sampled_from(["any", "none", "refusal", "truncated", "unheard_of"]),
        "tag": st.sampled_from(["late", "vip", "unheard of"]),
        "source": st.sampled_from(["0.csv", "1.csv"]),
        "min_tokens": st.integers(0, 17),
        "max_tokens": st.integers(0, 17),
        "min_length": st.integers(1, 25),
        "max_length": st.integers(1, 25),
        "changed_by": st.sampled_from(["AB", "EF"]),
        "several_turns": st.just(True),
        "has_note": st.just(True),
        "private": st.just(True),
        "changed_since": st.integers(0, 5).map(lambda hours: MOMENT + timedelta(hours=hours)),
        "row_set": st.just(2),
        "trashed": st.just(True),
    }
    names = draw(st.lists(st.sampled_from(sorted(parts)), max_size=4, unique=True))
    return Filter(**{name: draw(parts[name]) for name in names})


WAYS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "along the order": {"wayfinding.MANY": -1},
    "all that one part matches": {"wayfinding.LOOKED_AT": 0.0},
    "looked for along the order": {"wayfinding.LOOKED_AT": 1e6, "ways.PAGE": 2},
    "looked for along the order, without patience": {"wayfinding.LOOKED_AT": 1e6, "wayfinding.PATIENCE": 0},
    "looked for along the order, with little patience": {
        "wayfinding.LOOKED_AT": 1e6,
        "wayfinding.PATIENCE": 4e-7,
        "ways.PAGE": 2,
    },
    "as it comes": {"wayfinding.MANY": 15, "wayfinding.LOOKED_AT": 2.0, "words.WINDOW": 5},
}
WORDS_ARE: dict[str, dict[str, Any]] = {
    "asked of each row": {"wayfinding.PROBED": 0.0, "words.ASKED": 3},
    "all found": {"wayfinding.PROBED": 1e6},
}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_filters(), st.sampled_from(SORTABLE), st.booleans(), st.sampled_from([*WAYS]), st.sampled_from([*WORDS_ARE]))
def test_every_way_finds_the_same_rows_in_the_same_order(
    shop: tuple[Database, int, list[Example]], where: Filter, by: str, descending: bool, found_by: str, words_are: str
) -> None:
    db, project_id, rows = shop
    sort = Sort(by, descending)
    with pytest.MonkeyPatch.context() as patched, db.read() as c:
        forced = {"wayfinding.ENOUGH": 0, "ways.AT_ONCE": 4, **WAYS[found_by], **WORDS_ARE[words_are]}
        for name, value in forced.items():
            patched.setattr(f"ftcore.store.{name}", value)
        found = {row.id: problems.of_example(c, row.id) for row in rows}
        some = {row.id for row in examples.page(c, project_id, Filter(row_set=2)).rows} | {
            row.id for row in examples.page(c, project_id, Filter(row_set=2, trashed=True)).rows
        }
        worst = {id_: max((RANK[p.severity] for p in several), default=0) for id_, several in found.items()}
        wanted = sorted(
            (row for row in rows if _holds(row, where, found, some)),
            key=lambda row: _key(row, sort, worst[row.id], -row.id if where.row_set else row.id),
            reverse=descending,
        )
        ids = [row.id for row in wanted]
        assert examples.ids(c, project_id, where, sort=sort) == ids
        assert examples.count(c, project_id, where) == (len(ids), False)
        assert [row.id for part in examples.stream(c, project_id, where, chunk=7) for row in part] == sorted(ids)
        _walk(c, project_id, where, sort, ids)


def _walk(c: Any, project_id: int, where: Filter, sort: Sort, ids: list[int]) -> None:
    """Forwards to the end and back again, seven rows at a time."""
    page = examples.page(c, project_id, where, sort=sort, limit=7)
    seen = [row.id for row in page.rows]
    pages = [seen]
    while page.has_next:
        page = examples.page(c, project_id, where, sort=sort, after=page.last, limit=7)
        pages.append([row.id for row in page.rows])
    assert [id_ for several in pages for id_ in several] == ids
    for several in pages[-2::-1]:
        page = examples.page(c, project_id, where, sort=sort, before=page.first, limit=7)
        assert [row.id for row in page.rows] == several


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("by", [by for by in SORTABLE if by != "rank"])
def test_a_walk_begins_at_its_place_and_sorts_nothing(
    shop: tuple[Database, int, list[Example]], monkeypatch: pytest.MonkeyPatch, by: str, descending: bool
) -> None:
    db, project_id, _ = shop
    monkeypatch.setattr("ftcore.store.wayfinding.MANY", -1)
    where = Filter(min_tokens=2, max_tokens=15, min_length=1, max_length=24)
    asked: list[tuple[str, Any]] = []

    def remember(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        if "INDEXED BY" in statement and "ORDER BY" in statement:
            asked.append((statement, values))

    with db.read() as c:
        first = examples.page(c, project_id, where, sort=Sort(by, descending), limit=7)
        event.listen(db.engine, "before_cursor_execute", remember)
        examples.page(c, project_id, where, sort=Sort(by, descending), after=first.last, limit=7)
        event.remove(db.engine, "before_cursor_execute", remember)
        plans = [str(c.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()) for text, values in asked]
    assert plans
    assert not any("TEMP B-TREE" in plan for plan in plans)
    if by in ("tokens", "length"):
        assert f"{by}>? AND {by}<?" in plans[-1]


def test_the_tallies_are_what_counting_says(shop: tuple[Database, int, list[Example]]) -> None:
    db, project_id, rows = shop
    with db.read() as c:
        counts = examples.counts(c, project_id)
    here = [row for row in rows if not row.trashed]
    assert counts.total == len(here)
    assert counts.trashed == len(rows) - len(here)
    assert counts.tokens == sum(row.tokens for row in here)
    assert counts.approved == sum(row.status is Status.APPROVED for row in here)
    assert counts.test == sum(row.status is Status.APPROVED and row.split is Split.TEST for row in here)


@given(_filters())
def test_a_filter_survives_an_address(where: Filter) -> None:
    assert Filter.from_json({name: str(value) for name, value in where.to_json().items()}) == where


@given(st.dictionaries(st.sampled_from([*Filter.__dataclass_fields__, "x"]), st.text() | st.integers() | st.none()))
def test_an_address_from_anywhere_makes_some_filter(values: dict[str, Any]) -> None:
    assert isinstance(Filter.from_json(values), Filter)


def test_words_are_found_in_their_endings_and_shown_where_they_stand(
    db: Database, project: Any, tmp_path: Path
) -> None:
    talk = [{"role": "user", "content": "Two refunds never came"}, {"role": "assistant", "content": "Refunding now"}]
    with db.write() as c:
        import_id = imports.start(c, project.id, file_name="f", sha256="", shape="", who="t")
        examples.add(c, project.id, [NewExample(TrainingExample(talk))], import_id=import_id, source="f", who="t")
        (row,) = examples.page(c, project.id, Filter(text="refund")).rows
        assert examples.page(c, project.id, Filter(text="ref*")).rows == [row]
        assert not examples.page(c, project.id, Filter(text="refu")).rows
        from ftcore.store import words

        assert words.snippets(c, "refund", [row.id])[row.id] == "Two ⟦refunds⟧ never came"

"""What the checks found, kept beside the examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, update

from ftcore.records import Problem, Severity
from ftcore.store.filters import listed
from ftcore.store.projects import touch
from ftcore.store.schema import examples, problems, projects

CHUNK = 5_000
RANKS = {Severity.HINT: 1, Severity.WARNING: 2, Severity.ERROR: 3}
"""`examples.worst`: 0 stands for no open problem."""
COUNTED_TO = 10_000
Found = tuple[str, str, str, str, int | None, int | None, int | None]


def replace(
    c: Connection, project_id: int, found: Mapping[int, Sequence[Problem]], *, codes: Iterable[str] | None = None
) -> None:
    """Puts the problems of these examples in the place of what stood there (only of `codes`, when given).

    `found` is by example id, and a problem's `related` is an example id too. What a user chose to ignore stays ignored.
    Only what differs is written.
    """
    kept = frozenset(codes) if codes is not None else None
    ids = list(found)
    changed = False
    for start in range(0, len(ids), CHUNK):
        changed |= _replace_some(c, project_id, {id_: found[id_] for id_ in ids[start : start + CHUNK]}, kept)
    if changed:
        stamp(c, project_id)


def _replace_some(
    c: Connection, project_id: int, found: Mapping[int, Sequence[Problem]], kept: frozenset[str] | None
) -> bool:
    """Writes the difference; True when there was one."""
    standing = _standing(c, list(found), kept)
    gone: list[int] = []
    new: list[tuple[int, Found]] = []
    touched: set[int] = set()
    for id_, several in found.items():
        there = standing.get(id_, {})
        wanted = dict.fromkeys(_found(p) for p in several if kept is None or p.code in kept)
        gone += (lost := [key for what, key in there.items() if what not in wanted])
        new += (come := [(id_, what) for what in wanted if what not in there])
        if lost or come:
            touched.add(id_)
    if gone:
        c.execute(delete(problems).where(problems.c.id.in_(listed(gone))))
    if new:
        ignored = _ignored(c, {id_ for id_, _ in new})
        c.execute(insert(problems), [_row(project_id, id_, what, ignored) for id_, what in new])
    mark(c, touched)
    return bool(touched)


def of_example(c: Connection, example_id: int, *, ignored: bool = False) -> list[Problem]:
    """The open (or the ignored) problems of one example, errors first."""
    mine = (problems.c.example_id == example_id, problems.c.ignored == ignored)
    found = [
        Problem(r["code"], Severity(r["severity"]), r["message"], r["place"], r["start"], r["end"], r["related_id"])
        for r in c.execute(select(problems).where(*mine).order_by(problems.c.id)).mappings()
    ]
    return sorted(found, key=lambda problem: list(Severity).index(problem.severity))


def tally(c: Connection, project_id: int) -> list[tuple[str, Severity, int]]:
    """(code, severity, number of examples that are not rejected nor in the trash; counted to 10,000), errors first, then by
    number. A code counts once an example, under its worst severity there."""
    codes = c.execute(
        select(problems.c.code).where(problems.c.project_id == project_id, ~problems.c.ignored).distinct()
    ).scalars()
    found = []
    for code in list(codes):
        rank = case(*((problems.c.severity == s, n) for s, n in RANKS.items()), else_=0)
        open_ = (
            select(func.max(rank).label("rank"))
            .join(examples, examples.c.id == problems.c.example_id)
            .where(problems.c.project_id == project_id, problems.c.code == code, ~problems.c.ignored)
            .where(examples.c.status != "rejected", ~examples.c.trashed)
            .group_by(problems.c.example_id)
            .limit(COUNTED_TO)
            .subquery()
        )
        worst, number = c.execute(select(func.max(open_.c.rank), func.count()).select_from(open_)).one()
        if number:
            found.append((code, next(s for s, n in RANKS.items() if n == worst), number))
    return sorted(found, key=lambda item: (list(Severity).index(item[1]), -item[2], item[0]))


def pairs(c: Connection, project_id: int, code: str, *, limit: int = 100_000) -> list[tuple[int, int]]:
    """(example, the other one) of every open finding about two rows that are both in the project and not rejected."""
    one, other = examples.alias("one"), examples.alias("other")
    query = (
        select(problems.c.example_id, problems.c.related_id)
        .join(one, one.c.id == problems.c.example_id)
        .join(other, other.c.id == problems.c.related_id)
        .where(problems.c.project_id == project_id, problems.c.code == code, ~problems.c.ignored)
        .where(one.c.status != "rejected", ~one.c.trashed, other.c.status != "rejected", ~other.c.trashed)
        .order_by(problems.c.example_id)
    )
    return [(row[0], row[1]) for row in c.execute(query.limit(limit))]


def apply_ignored(c: Connection, ignored: Mapping[int, Sequence[str]]) -> None:
    """Brings the problems in line with what the examples' `ignored` says now: by example id, the codes."""
    for example_id, codes in ignored.items():
        mine = problems.c.example_id == example_id
        c.execute(update(problems).where(mine).values(ignored=problems.c.code.in_(list(codes))))
    mark(c, ignored)


def mark(c: Connection, ids: Iterable[int]) -> None:
    """Writes the worst open severity into the examples."""
    several = list(ids)
    rank = case(*((problems.c.severity == s, n) for s, n in RANKS.items()), else_=0)
    for start in range(0, len(several), CHUNK):
        part = several[start : start + CHUNK]
        query = (
            select(examples.c.id, examples.c.worst, func.coalesce(func.max(rank), 0))
            .join_from(examples, problems, (problems.c.example_id == examples.c.id) & ~problems.c.ignored, isouter=True)
            .where(examples.c.id.in_(listed(part)))
            .group_by(examples.c.id)
        )
        rows = [{"of": id_, "worst": now} for id_, was, now in c.execute(query) if was != now]
        if rows:
            c.execute(update(examples).where(examples.c.id == bindparam("of")).values(worst=bindparam("worst")), rows)


def stamp(c: Connection, project_id: int) -> None:
    """Says that what the checks found may be another: caches of tallies are keyed by it."""
    c.execute(update(projects).where(projects.c.id == project_id).values(findings=projects.c.findings + 1))
    touch(c, project_id)


def _standing(c: Connection, ids: list[int], kept: frozenset[str] | None) -> dict[int, dict[Found, int]]:
    """By example: what stands there now, and its row."""
    query = select(problems).where(problems.c.example_id.in_(listed(ids)))
    if kept is not None:
        query = query.where(problems.c.code.in_(kept))
    found: dict[int, dict[Found, int]] = defaultdict(dict)
    for r in c.execute(query).mappings():
        what = (r["code"], r["severity"], r["message"], r["place"], r["start"], r["end"], r["related_id"])
        found[r["example_id"]][what] = r["id"]
    return found


def _ignored(c: Connection, ids: set[int]) -> dict[int, list[str]]:
    query = select(examples.c.id, examples.c.ignored).where(examples.c.id.in_(listed(sorted(ids))))
    return {row[0]: row[1] for row in c.execute(query) if row[1]}


def _found(p: Problem) -> Found:
    return (p.code, p.severity.value, p.message, p.where, p.start, p.end, p.related)


def _row(project_id: int, example_id: int, what: Found, ignored: Mapping[int, Sequence[str]]) -> dict[str, Any]:
    names = ("code", "severity", "message", "place", "start", "end", "related_id")
    values = dict(zip(names, what, strict=True))
    return {
        "project_id": project_id,
        "example_id": example_id,
        **values,
        "ignored": what[0] in ignored.get(example_id, ()),
    }

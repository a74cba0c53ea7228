"""What the checks found, kept beside the examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from ftcore.records import Problem, Severity
from ftcore.store.projects import touch
from ftcore.store.schema import examples, problems


def replace(
    c: Connection, project_id: int, found: Mapping[int, Sequence[Problem]], *, codes: Iterable[str] | None = None
) -> None:
    """Puts the problems of these examples in the place of what stood there (only of `codes`, when given).

    `found` is by example id, and a problem's `related` is an example id too. What a user chose to ignore stays ignored.
    """
    ids = list(found)
    kept = list(codes) if codes is not None else None
    ignored: set[tuple[int, str]] = set()
    for start in range(0, len(ids), 10_000):
        mine = [problems.c.example_id.in_(ids[start : start + 10_000])]
        if kept is not None:
            mine.append(problems.c.code.in_(kept))
        query = select(problems.c.example_id, problems.c.code).where(*mine, problems.c.ignored)
        ignored |= {(row[0], row[1]) for row in c.execute(query)}
        c.execute(delete(problems).where(*mine))
    rows = [
        {
            "project_id": project_id,
            "example_id": example_id,
            "code": problem.code,
            "severity": problem.severity,
            "message": problem.message,
            "place": problem.where,
            "start": problem.start,
            "end": problem.end,
            "related_id": problem.related,
            "ignored": (example_id, problem.code) in ignored,
        }
        for example_id, several in found.items()
        for problem in several
    ]
    if rows:
        c.execute(insert(problems), rows)
    touch(c, project_id)


def of_example(c: Connection, example_id: int) -> list[Problem]:
    """The open problems of one example, errors first."""
    query = select(problems).where(problems.c.example_id == example_id, ~problems.c.ignored).order_by(problems.c.id)
    found = [
        Problem(r["code"], Severity(r["severity"]), r["message"], r["place"], r["start"], r["end"], r["related_id"])
        for r in c.execute(query).mappings()
    ]
    return sorted(found, key=lambda problem: list(Severity).index(problem.severity))


def tally(c: Connection, project_id: int) -> list[tuple[str, Severity, int]]:
    """(code, severity, number of examples that are not rejected), errors first, then by number."""
    query = (
        select(problems.c.code, problems.c.severity, func.count(problems.c.example_id.distinct()))
        .join(examples, examples.c.id == problems.c.example_id)
        .where(problems.c.project_id == project_id, ~problems.c.ignored, examples.c.status != "rejected")
        .group_by(problems.c.code, problems.c.severity)
    )
    found = [(code, Severity(severity), number) for code, severity, number in c.execute(query)]
    return sorted(found, key=lambda item: (list(Severity).index(item[1]), -item[2], item[0]))


def ignore(c: Connection, project_id: int, example_id: int, code: str) -> None:
    """Stops showing this problem at this example."""
    mine = (problems.c.example_id == example_id, problems.c.code == code)
    c.execute(update(problems).where(*mine).values(ignored=True))
    touch(c, project_id)

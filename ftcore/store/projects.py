"""Projects and the people who work in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from ftcore.records import Project
from ftcore.store.schema import now, people, projects


def create(c: Connection, name: str, *, sample: bool = False) -> Project:
    id_ = c.execute(insert(projects).values(name=name.strip() or "Untitled", sample=sample, created_at=now())).lastrowid
    return get(c, id_)


def get(c: Connection, project_id: int) -> Project:
    """Raises LookupError when there is no such project."""
    row = c.execute(select(projects).where(projects.c.id == project_id)).mappings().first()
    if row is None:
        raise LookupError(f"There is no project {project_id} in this workspace.")
    return _project(row)


def every(c: Connection) -> list[Project]:
    """The projects that are not archived, the newest first."""
    query = select(projects).where(projects.c.archived_at.is_(None)).order_by(projects.c.id.desc())
    return [_project(row) for row in c.execute(query).mappings()]


def archived(c: Connection) -> list[Project]:
    """The archived ones, the last archived first."""
    query = select(projects).where(projects.c.archived_at.is_not(None)).order_by(projects.c.archived_at.desc())
    return [_project(row) for row in c.execute(query).mappings()]


def find(c: Connection, name: str) -> Project | None:
    """The oldest project of that name that is not archived."""
    query = select(projects).where(projects.c.name == name, projects.c.archived_at.is_(None)).order_by(projects.c.id)
    row = c.execute(query).mappings().first()
    return _project(row) if row else None


def rename(c: Connection, project_id: int, name: str) -> None:
    c.execute(update(projects).where(projects.c.id == project_id).values(name=name))
    touch(c, project_id)


def archive(c: Connection, project_id: int) -> None:
    """Takes a project out of sight; nothing in it is changed."""
    c.execute(update(projects).where(projects.c.id == project_id).values(archived_at=now()))
    touch(c, project_id)


def bring_back(c: Connection, project_id: int) -> None:
    """The other way round."""
    c.execute(update(projects).where(projects.c.id == project_id).values(archived_at=None))
    touch(c, project_id)


def remove(c: Connection, project_id: int) -> None:
    """Takes the project and everything in it out of the database."""
    c.execute(delete(projects).where(projects.c.id == project_id))


def set_prompts(c: Connection, project_id: int, *, base: str, tuned: str) -> None:
    c.execute(update(projects).where(projects.c.id == project_id).values(base_prompt=base, tuned_prompt=tuned))
    touch(c, project_id)


def set_limits(c: Connection, project_id: int, limits: dict[str, Any]) -> None:
    """Keeps the thresholds of the checks that the project has of its own, and the codes that it ignores (`off`)."""
    c.execute(update(projects).where(projects.c.id == project_id).values(limits=limits))
    touch(c, project_id)


def set_profile(c: Connection, project_id: int, profile: dict[str, Any]) -> None:
    c.execute(update(projects).where(projects.c.id == project_id).values(profile=profile))


def set_good_note(c: Connection, project_id: int, note: str) -> None:
    c.execute(update(projects).where(projects.c.id == project_id).values(good_note=note))
    touch(c, project_id)


def terms(c: Connection, project_id: int) -> dict[str, Any]:
    """The project's words: {"required": [...], "forbidden": [...], "preferred": {"old": "new"}}."""
    return dict(c.execute(select(projects.c.terms).where(projects.c.id == project_id)).scalar_one() or {})


def set_terms(c: Connection, project_id: int, terms: dict[str, Any]) -> None:
    c.execute(update(projects).where(projects.c.id == project_id).values(terms=terms))
    touch(c, project_id)


def findings(c: Connection, project_id: int) -> int:
    """A number that grows whenever what the checks found may have changed."""
    return int(c.execute(select(projects.c.findings).where(projects.c.id == project_id)).scalar_one())


def touch(c: Connection, project_id: int) -> None:
    """Raises the revision, by which caches know that something changed. Every write to a project calls it."""
    c.execute(update(projects).where(projects.c.id == project_id).values(revision=projects.c.revision + 1))


def remember_person(c: Connection, initials: str) -> str:
    """Keeps the initials (at most 16 characters) and gives them back as they are kept."""
    kept = initials.strip()[:16]
    if kept and c.execute(select(func.count()).where(people.c.initials == kept)).scalar_one() == 0:
        c.execute(insert(people).values(initials=kept, created_at=now()))
    return kept


def known_people(c: Connection) -> list[str]:
    """Initials, the last used first."""
    return list(c.execute(select(people.c.initials).order_by(people.c.id.desc())).scalars())


def _project(row: RowMapping) -> Project:
    return Project(**{name: row[name] for name in Project.__dataclass_fields__})

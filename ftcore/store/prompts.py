"""Versions of a project's full instructions. A row never changes; the project's `base_prompt` is always the current one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from ftcore.records import Project
from ftcore.store import projects
from ftcore.store.schema import now, prompts


@dataclass(frozen=True, slots=True)
class Prompt:
    """`number` counts from 1 in its project. `id` None: the current instructions, which no run was planned with yet."""

    number: int
    text: str
    note: str = ""
    who: str = ""
    created_at: datetime | None = None
    id: int | None = None


def kept(c: Connection, project_id: int) -> list[Prompt]:
    """The versions that were kept, the first first."""
    columns = [prompts.c[name] for name in ("number", "text", "note", "who", "created_at", "id")]
    query = select(*columns).where(prompts.c.project_id == project_id).order_by(prompts.c.number)
    return [Prompt(*row) for row in c.execute(query)]


def versions(c: Connection, project: Project) -> list[Prompt]:
    """Every version, and the current instructions as one more while they are none of these. No empty ones."""
    found = kept(c, project.id)
    if project.base_prompt.strip() and not any(one.text == project.base_prompt for one in found):
        found.append(Prompt(len(found) + 1, project.base_prompt))
    return [one for one in found if one.text.strip()]


def add(c: Connection, project_id: int, text: str, *, note: str = "", who: str = "") -> Prompt:
    """Keeps a version and makes it the current one; what was current before is kept first. A text that is a version
    already only becomes the current one."""
    keep_current(c, project_id, who=who)
    number = _keep(c, project_id, text, note, who)
    project = projects.get(c, project_id)
    projects.set_prompts(c, project_id, base=text, tuned=project.tuned_prompt)
    return next(one for one in kept(c, project_id) if one.number == number)


def keep_current(c: Connection, project_id: int, *, who: str = "") -> None:
    """Keeps the current instructions as a version, if they are none yet: called when a run is planned with them."""
    text = projects.get(c, project_id).base_prompt
    if text.strip():
        _keep(c, project_id, text, "", who)


def _keep(c: Connection, project_id: int, text: str, note: str, who: str) -> int:
    """The number of the version with that text, which is written when there is none."""
    known = select(prompts.c.number).where(prompts.c.project_id == project_id, prompts.c.text == text)
    number = c.execute(known.order_by(prompts.c.number)).scalar()
    if number is not None:
        return int(number)
    last = c.execute(select(func.max(prompts.c.number)).where(prompts.c.project_id == project_id)).scalar()
    fresh = int(last or 0) + 1
    values = {"number": fresh, "text": text, "note": note, "who": who, "created_at": now()}
    c.execute(insert(prompts).values(project_id=project_id, **values))
    return fresh

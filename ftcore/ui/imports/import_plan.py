"""An import before it is asked for: the files that wait, what they hold, and the tasks that take them in. No Streamlit widgets."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import streamlit as st

from ftcore.dataset import inbox, sources
from ftcore.dataset.sources import SourceError
from ftcore.records import Accepted, Mapping, Preview, Project, Rejected, Task, TrainingExample
from ftcore.store import projects, tasks
from ftcore.ui import session

LOOKED_AT = 5_000
"""Rows that are read before the import, to propose the test rows and the instructions."""
SHOWN = 3
PROBED = 20
"""So many of the first rows are looked for in the project, to see whether the file is here already."""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What the first rows become under a mapping. `more` says that the file goes on after them; `rows` is then an estimate of all
    its rows, and otherwise how many there are."""

    read: int
    accepted: int
    more: bool
    rows: int
    shown: tuple[TrainingExample, ...]
    probe: tuple[TrainingExample, ...]
    first_reason: str
    has_instructions: bool
    full_prompt: str
    short_prompt: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that waits to be imported: an upload under a made-up name (`file`), or one that lies in the inbox. `stamp` changes
    with its content; `upload_id` is the browser's."""

    name: str
    file: str = ""
    inbox: str = ""
    stamp: str = ""
    upload_id: str = ""

    @property
    def id(self) -> str:
        """Names its controls."""
        return self.file or f"{self.inbox}-{self.stamp}"

    def path(self) -> Path:
        """Raises SourceError for a file of the inbox that has gone."""
        return inbox.place_of(session.workspace().folder("inbox"), self.inbox) if self.inbox else path_of(self.file)

    def payload(self) -> dict[str, Any]:
        return {"inbox": self.inbox} if self.inbox else {"file": self.file}


def keep(upload: IO[bytes]) -> str:
    """Puts an upload into the workspace under a made-up name, which it gives: the user's name is no path of ours."""
    name = f"{uuid.uuid4().hex}.upload"
    path = session.workspace().folder("uploads") / name
    upload.seek(0)
    with path.open("wb") as file:
        shutil.copyfileobj(upload, file)
    return name


def forget(file: str) -> None:
    """Takes away an upload that was looked at and never imported."""
    if file:
        path_of(file).unlink(missing_ok=True)


def path_of(file: str) -> Path:
    return session.workspace().folder("uploads") / Path(file).name


def preview(one: Waiting) -> Preview:
    """Raises SourceError when the file as a whole cannot be read."""
    return _preview(one.path(), one.name, one.stamp)


def first_look(one: Waiting, mapping: dict[str, str]) -> FirstLook:
    """Raises SourceError when no row can be read with this mapping."""
    return _first_look(one.path(), one.name, one.stamp, mapping)


def digest(one: Waiting) -> str:
    """The SHA-256 of the file, by which it is known again."""
    return _digest(one.path(), one.stamp)


def ask_for(
    project: Project,
    several: Sequence[Waiting],
    *,
    mapping: dict[str, str],
    test_rows: int | None,
    prompts: tuple[str, str] | None,
    tested: int = 0,
) -> list[Task]:
    """Queues the imports; with them, in one transaction, the instructions (full for the base, short for the tuned) that the user
    changed. What was left as proposed is derived again by the import, from all training rows: the first rows of a sorted
    file hold only some of the labels. The new test rows (`test_rows` less the `tested` ones) come from all files alike."""
    look = first_look(several[0], mapping)
    wanted = shares(test_rows, tested, [one.path().stat().st_size for one in several])
    with session.db().write() as c:
        if prompts is not None:
            base = "" if prompts[0] == look.full_prompt else prompts[0]
            tuned = "" if prompts[1] == look.short_prompt else prompts[1]
            projects.set_prompts(c, project.id, base=base, tuned=tuned)
        return [
            _put(c, "import", project, one, mapping, test_rows=rows) for one, rows in zip(several, wanted, strict=True)
        ]


def ask_to_compare(project: Project, one: Waiting, mapping: dict[str, str]) -> Task:
    """Queues the look at what the file would change."""
    with session.db().write() as c:
        return _put(c, "compare", project, one, mapping)


def ask_to_take(project: Project, compared: Task, choice: dict[str, bool]) -> Task:
    """Queues what was chosen of a difference."""
    payload = {**compared.payload, "who": session.who(), "choice": choice, "compared": compared.id}
    with session.db().write() as c:
        return tasks.put(c, "reimport", payload, project_id=project.id, key=f"reimport:{compared.id}")


def ask_to_add_all(project: Project, compared: Task) -> Task:
    """Queues the import of a file that was compared, all of its rows as new ones."""
    payload = {**compared.payload, "who": session.who(), "key": f"import:again:{compared.id}"}
    with session.db().write() as c:
        return tasks.put(c, "import", payload, project_id=project.id, key=payload["key"])


def shares(test_rows: int | None, tested: int, sizes: Sequence[int]) -> list[int | None]:
    """How many test rows the project shall have after each of the files, by their sizes."""
    if test_rows is None:
        return [None] * len(sizes)
    total, so_far, found = max(1, sum(sizes)), 0, list[int | None]()
    for size in sizes:
        so_far += size
        found.append(tested + round((test_rows - tested) * so_far / total) if test_rows > tested else test_rows)
    return found


def plain_mapping(mapping: Mapping) -> dict[str, str]:
    return asdict(mapping)


def _put(c: Any, kind: str, project: Project, one: Waiting, mapping: dict[str, str], **more: Any) -> Task:
    key = f"{kind}:{one.file}" if one.file else f"{kind}:{one.inbox}:{uuid.uuid4().hex}"
    payload = {"project_id": project.id, **one.payload(), "name": one.name, "mapping": mapping, "who": session.who()}
    return tasks.put(c, kind, {**payload, **more, "key": key}, project_id=project.id, key=key)


@st.cache_data(show_spinner="Looking at the file", max_entries=16)
def _preview(path: Path, name: str, stamp: str) -> Preview:
    return sources.preview(path, name=name)


@st.cache_data(show_spinner=False, max_entries=16)
def _digest(path: Path, stamp: str) -> str:
    from ftcore.dataset.intake.wish import digest_of

    return digest_of(path)


@st.cache_data(show_spinner="Reading the first rows", max_entries=16)
def _first_look(path: Path, name: str, stamp: str, mapping: dict[str, str]) -> FirstLook:
    from ftcore.dataset.prompts import derive_prompts

    reading = sources.open_file(path, Mapping(**mapping), name=name)
    coming = reading.records()
    rows = list(islice(coming, LOOKED_AT))
    done, total = reading.done()
    more = next(coming, None) is not None
    good = [row.training for row in rows if isinstance(row, Accepted)]
    bad = next((row for row in rows if isinstance(row, Rejected)), None)
    with_instructions = any(training.system for training in good)
    prompts = derive_prompts(good) if good and not with_instructions else None
    return FirstLook(
        read=len(rows),
        accepted=len(good),
        more=more,
        rows=round(len(good) * total / done) if more and done else len(good),
        shown=tuple(good[:SHOWN]),
        probe=tuple(good[:PROBED]),
        first_reason=f"line {bad.line}: {bad.reason}" if bad else "",
        has_instructions=with_instructions,
        full_prompt=prompts.full if prompts else "",
        short_prompt=prompts.short if prompts else "",
    )


__all__ = ["FirstLook", "SourceError", "Waiting"]

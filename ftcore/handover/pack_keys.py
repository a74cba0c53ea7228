"""The key of a row in a review pack: which row, as it was, of which project; and a check digest, so that a key that was mistyped
or comes from elsewhere is known as such."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from ftcore.dataset.shapes.people_table import visible
from ftcore.records import Example, Project

KEY = re.compile(r"([1-9]\d{0,15})\.(\d{1,10})\.([dar])\.([0-9a-f]{12})\.([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Key:
    """`said` are digests of what the row's cells showed, `status` the first letter of its status then."""

    example_id: int
    version: int
    status: str
    said: str

    @property
    def prompt(self) -> str:
        return self.said[:6]

    @property
    def answer(self) -> str:
        return self.said[6:]


def tag_of(project: Project) -> str:
    """What a project is known by in its packs: another one that has the same number elsewhere has another tag."""
    return _digest(str(project.id), project.created_at.isoformat() if project.created_at else "", length=12)


def write(tag: str, row: Example) -> str:
    body = f"{row.id}.{row.version}.{row.status.value[0]}.{said(row.training.prompt, row.training.response)}"
    return f"{body}.{_check(tag, body)}"


def read(tag: str, text: str) -> Key | None:
    """None when it is no key of this project."""
    found = KEY.fullmatch(text.strip())
    if found is None or _check(tag, text.strip().rpartition(".")[0]) != found[5]:
        return None
    return Key(int(found[1]), int(found[2]), found[3], found[4])


def said(prompt: str, response: str) -> str:
    """Digests of what the two cells show, one after the other."""
    return said_by(prompt) + said_by(response)


def said_by(text: str) -> str:
    """Spreadsheet programs change line ends and drop what is not to be seen: no difference."""
    return _digest(visible(text), length=6)


def _check(tag: str, body: str) -> str:
    return _digest(tag, body, length=8)


def _digest(*parts: str, length: int) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big") + part.encode(errors="replace"))
    return total.hexdigest()[:length]

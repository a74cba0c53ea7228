"""What must not be in a file that leaves the house: private rows, keys, addresses with a password, places on this machine."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import Connection

from ftcore.records import Message, SnapshotRow, TrainingExample, text_of
from ftcore.store import examples, snapshots
from ftcore.store.runs import Run

LEFT_OUT = "left out"
_KEY = re.compile(r"(?i)\b(?:bearer\s+\S{6,}|(?:sk|pk|rk|hf|gsk|tgp|key|api[-_]?key)[-_=:][\w\-.]{6,})")
_URL = re.compile(r"\b[a-z][a-z0-9+.\-]*://\S+", re.IGNORECASE)
_PLACE = re.compile(r"(?:(?<![\w:/.])/(?:[\w.\-~+@ ]+/)+[\w.\-~+@]*|\b[A-Za-z]:\\[^\s\"']+|\\\\[^\s\"']+)")


def address(base_url: str) -> str:
    """The address without a user, a password, a query or a fragment."""
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return f"({LEFT_OUT})"
    host = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, f"{host}{port}", parts.path, "", ""))


def sentence(text: str) -> str:
    """An error's text as it may be read elsewhere."""
    kept = _URL.sub(lambda found: address(found[0]), text)
    kept = _KEY.sub(f"(key {LEFT_OUT})", kept)
    return "".join(part if _URL.match(part) else _PLACE.sub(f"(place {LEFT_OUT})", part) for part in _parts(kept))


def _parts(text: str) -> Iterator[str]:
    """The text cut at its addresses, which are no places on a disk."""
    at = 0
    for found in _URL.finditer(text):
        yield text[at : found.start()]
        yield found[0]
        at = found.end()
    yield text[at:]


@dataclass(frozen=True, slots=True)
class Hidden:
    """`hides` False: nothing is left out. `ids`: examples that are private, as frozen or as marked since. `said`: (question,
    answer) of them, by which an example that stands in a prompt is known."""

    hides: bool
    ids: frozenset[int] = frozenset()
    said: frozenset[tuple[str, str]] = frozenset()

    def row(self, row: SnapshotRow) -> bool:
        return row.example_id in self.ids

    def case(self, case_id: str) -> bool:
        return case_id.isascii() and case_id.isdigit() and int(case_id) in self.ids

    def correction(self, said: dict[str, Any] | None) -> bool:
        """Whether what was corrected is private: the row may have left the test by now."""
        return self.hides and bool(said and (said.get("private") or self.case(str(said.get("case_id", "")))))

    def shown_in(self, messages: Sequence[Message]) -> bool:
        """Whether a private example is shown in a prompt, as a question that is followed by its answer."""
        turns = [(str(message.get("role")), text_of(message)) for message in messages]
        pairs = itertools.pairwise(turns)
        return any((a[1], b[1]) in self.said for a, b in pairs if (a[0], b[0]) == ("user", "assistant"))


def hidden(c: Connection, run: Run) -> Hidden:
    marked = examples.private_ids(c, run.project_id)
    frozen = [row for row in snapshots.rows(c, run.snapshot_id) if row.private or row.example_id in marked]
    now = [row.training for row in examples.get_many(c, marked)]
    said = [*now, *(row.training for row in frozen)]
    return Hidden(True, frozenset({*marked, *(row.example_id for row in frozen)}), frozenset(_said(said)))


def without_private(value: Any, kept: Hidden) -> Any:
    """A plan's settings without the conversations of private examples."""
    if isinstance(value, dict):
        if isinstance(value.get("messages"), list) and kept.shown_in(value["messages"]):
            return {LEFT_OUT: "a private example"}
        return {key: without_private(item, kept) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_private(item, kept) for item in value]
    return value


def _said(several: Iterable[TrainingExample]) -> Iterator[tuple[str, str]]:
    for training in several:
        if training.prompt or training.response:
            yield training.prompt, training.response

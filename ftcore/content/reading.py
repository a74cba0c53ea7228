"""A YAML file whose every value knows its line. Nothing in it is guessed: a key that is doubled, unknown or missing is an error.

Values are taken as they are written: `yes` is the word, whoever reads it as a switch says so. Anchors, aliases and tags are
refused, since a small file can grow without end by them.
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yaml.events import Event

LARGEST = 150_000
"""Bytes of such a file, which is read in a second at most. The longest that ships has about 16,000."""
DEEPEST = 12
"""Levels of nesting."""
LONGEST = 2_000
"""Characters of one text."""


class ContentError(ValueError):
    """A content file can't be used. The sentence says which file, in which line, and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Node:
    """One value: a text as written, None for nothing, a list, or a mapping. `where` are the keys that lead to it."""

    file: str
    line: int
    where: tuple[str, ...]
    held: str | list[Node] | dict[str, Node] | None

    def fault(self, what: str) -> ContentError:
        place = ", ".join((self.file, f"line {self.line}", *self.where))
        return ContentError(f"{place}: {what}{'' if what.endswith('?') else '.'}")

    def mapping(self, needed: Sequence[str] = (), also: Collection[str] | None = ()) -> dict[str, Node]:
        """The values by key. All of `needed` must be there, and besides only those of `also` (None: any)."""
        if not isinstance(self.held, dict):
            raise self.fault("lines of the form 'name: value' are expected here")
        if also is not None:
            for key, value in self.held.items():
                if key not in needed and key not in also:
                    raise value.fault(f"{_shown(key)} is not known here{_meant(key, {*needed, *also} - {*self.held})}")
        for key in needed:
            if key not in self.held:
                raise self.fault(f"'{key}' is missing")
        return self.held

    def items(self) -> list[Node]:
        if not isinstance(self.held, list):
            raise self.fault("a list is expected here, each entry after a '-'")
        return self.held

    def text(self, *, empty: bool = False) -> str:
        """The text with its outer spaces taken off."""
        if isinstance(self.held, list | dict):
            raise self.fault("a text is expected here")
        text = (self.held or "").strip()
        if not text and not empty:
            raise self.fault("a text is expected here, and there is none")
        if len(text) > LONGEST:
            raise self.fault(f"the text has {len(text):,} characters, and at most {LONGEST:,} fit")
        return text

    def one_of(self, choices: Collection[str]) -> str:
        found = self.text(empty=True)
        if found not in choices:
            raise self.fault(
                f"{_shown(found)} is not one of {', '.join(str(one) for one in choices)}{_meant(found, choices)}"
            )
        return found

    def whole(self, least: int, most: int) -> int:
        found = self.text(empty=True)
        if not (found.isascii() and found.isdigit() and len(found) < 10 and least <= int(found) <= most):
            raise self.fault(f"a whole number from {least} to {most} is expected here, not {_shown(found)}")
        return int(found)

    def switch(self) -> bool:
        found = self.text(empty=True).lower()
        if found not in ("true", "yes", "false", "no"):
            raise self.fault(f"yes or no is expected here, not {_shown(found)}")
        return found in ("true", "yes")

    def day(self) -> date:
        found = self.text(empty=True)
        try:
            if len(found) == len("2026-11-28"):
                return date.fromisoformat(found)
        except ValueError:
            pass
        raise self.fault(f"a date is expected here, as in 2026-11-28, not {_shown(found)}")


def read(path: Path) -> Node:
    """The file as one node. Raises ContentError for a file that can't be read or is not YAML of the plain kind."""
    return parse(path.name, text_of(path))


def parse(file: str, text: str) -> Node:
    """The text of the file named `file` as one node. Raises ContentError with the line."""
    import yaml

    line, found = 1, None
    try:
        events = yaml.parse(text, Loader=yaml.SafeLoader)
        for event in events:
            line = _line(event)
            if isinstance(event, yaml.DocumentStartEvent):
                if found is not None:
                    raise ContentError(f"{file}, line {line}: a second document begins here, and one is expected.")
                found = _node(file, next(events), events, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else line
        what = " ".join((error.problem or "it ends too early").split())
        hint = "A text with a colon or a # in it needs quotation marks."
        raise ContentError(f"{file}, line {line}: this is not valid YAML ({what}). {hint}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ContentError(f"{file}, line {line}: a character that no text can hold stands here.") from None
    except ContentError:
        raise
    except (ValueError, OverflowError):  # an escape such as "\Uffffffff", of which the parser makes no error of its own
        raise ContentError(f"{file}, line {line} or below it: an escape of no character stands here.") from None
    if found is None:
        raise ContentError(f"{file}, line 1: the file is empty.")
    return found


def text_of(path: Path) -> str:
    """What the file says. Raises ContentError for one that is no file, too large, unreadable or not UTF-8."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise ContentError(f"{path.name}, line 1: this is a folder or a device, and a file is expected.")
        if state.st_size > LARGEST:
            raise ContentError(
                f"{path.name}, line 1: the file has {state.st_size:,} bytes, and at most {LARGEST:,} fit."
            )
        content = path.read_bytes()
    except OSError as error:
        raise ContentError(f"{path.name} can't be read ({error.strerror}). Nothing was taken from it.") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ContentError(f"{path.name}, line {line}: this is not UTF-8. Save the file as UTF-8.") from None


def _node(file: str, event: Event, events: Iterator[Event], where: tuple[str, ...], depth: int = 0) -> Node:
    """The node that begins with `event`; what belongs to it is taken from `events`."""
    import yaml

    here = Node(file, _line(event), where, None)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise here.fault(
            "anchors and aliases (& and *) are not used here; write the text out, or put it in quotation marks"
        )
    tag = getattr(event, "tag", None)
    if tag is not None and tag != "!":
        raise here.fault("tags (!) are not used here; put the text in quotation marks")
    if depth > DEEPEST:
        raise here.fault(f"this is nested more than {DEEPEST} levels deep")
    if isinstance(event, yaml.ScalarEvent):
        return Node(file, here.line, where, _scalar(here, event.value, plain=event.style is None))
    if isinstance(event, yaml.SequenceStartEvent):
        entries: list[Node] = []
        while not isinstance(inner := next(events), yaml.SequenceEndEvent):
            entries.append(_node(file, inner, events, (*where, f"entry {len(entries) + 1}"), depth + 1))
        return Node(file, here.line, where, entries)
    values: dict[str, Node] = {}
    while not isinstance(inner := next(events), yaml.MappingEndEvent):
        name = _node(file, inner, events, where, depth + 1)
        key = name.text(empty=True)
        if key in values:
            raise name.fault(f"{_shown(key)} stands here twice, first in line {values[key].line}")
        value = _node(file, next(events), events, (*where, _brief(key)), depth + 1)
        values[key] = Node(file, name.line, value.where, value.held)
    return Node(file, here.line, where, values)


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(here: Node, value: str, *, plain: bool) -> str | None:
    if plain and value in ("", "~", "null"):
        return None
    strange = next((c for c in value if (ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) <= 0xDFFF), None)
    if strange is not None:
        raise here.fault(f"the character U+{ord(strange):04X} can't stand in a text")
    return value


def _shown(found: str) -> str:
    return f"'{_brief(found)}'"


def _brief(found: str) -> str:
    """In one line, and short enough for a sentence."""
    line = " ".join(found[:200].split())
    return f"{line[:60]}…" if len(line) > 60 else line


def _meant(found: str, known: Collection[str]) -> str:
    near = get_close_matches(found[:60], [str(one) for one in known], 1)
    return f"; did you mean '{near[0]}'?" if near else ""

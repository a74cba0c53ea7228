"""A document is cut into parts that can stand in a prompt: along its headings and paragraphs, a little overlapping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ftcore.store.documents import Document

SIZE = 800
"""Characters of a part, about 150 words: one subject of a handbook."""
OVERLAP = 0.15
"""Of a part's size that it repeats of the part before, in whole sentences."""
PAGE = "\f"
WITH_HEADINGS = ("md", "docx", "csv")
"""In others a line that begins with # is a line that begins with #."""
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n")


@dataclass(frozen=True, slots=True)
class Chunk:
    """`part` says where in the document it is: its headings, its page, or both."""

    text: str
    document: str
    part: str = ""

    @property
    def source(self) -> str:
        """ "returns.md, Time limits" """
        return f"{self.document}, {self.part}" if self.part else self.document


@dataclass(frozen=True, slots=True)
class _Section:
    part: str
    paragraphs: tuple[str, ...]


def chunks_of(document: Document, size: int = SIZE) -> tuple[Chunk, ...]:
    """The parts of a document in its order, each of at most `size` characters besides what it repeats. Nothing but blank
    space is lost, and the same document is always cut in the same way."""
    if size < 1:
        raise ValueError("A part needs a size.")
    return tuple(
        Chunk(text, document.name, section.part)
        for section in _sections(document)
        for text in _packed(section.paragraphs, size)
    )


def _sections(document: Document) -> Iterator[_Section]:
    """What stands under one heading, on one page. A heading without a text of its own stands in those below it."""
    pages = document.text.split(PAGE)
    headings: dict[int, str] = {}
    for number, page in enumerate(pages, 1):
        where = f"page {number}" if len(pages) > 1 or document.kind == "pdf" else ""
        lines: list[str] = []
        in_code = False
        for line in page.split("\n"):
            in_code ^= document.kind == "md" and line.lstrip().startswith(("```", "~~~"))
            found = None if in_code or document.kind not in WITH_HEADINGS else _HEADING.fullmatch(line)
            if found is None:
                lines.append(line)
                continue
            yield from _section(headings, where, lines)
            lines = []
            level = len(found[1])
            headings = {at: name for at, name in headings.items() if at < level} | {level: found[2]}
        yield from _section(headings, where, lines)


def _section(headings: dict[int, str], where: str, lines: list[str]) -> Iterator[_Section]:
    paragraphs = tuple(p.strip() for p in re.split(r"\n\s*\n", "\n".join(lines)) if p.strip())
    if paragraphs:
        named = " > ".join(name for _, name in sorted(headings.items()) if name)
        yield _Section(", ".join(told for told in (named, where) if told), paragraphs)


def _packed(paragraphs: tuple[str, ...], size: int) -> Iterator[str]:
    """Paragraphs side by side as long as they fit; one that is too long is cut between its sentences, and a sentence that is
    too long wherever it must be."""
    text = ""
    for piece, joint in _pieces(paragraphs, size):
        if text and len(text) + len(joint) + len(piece) > size:
            yield text
            text = _tail(text, size)
            if text and len(text) + len(joint) + len(piece) > size:
                text = ""  # what is repeated never makes a part too long
        text = f"{text}{joint}{piece}" if text else piece
    if text:
        yield text


def _pieces(paragraphs: tuple[str, ...], size: int) -> Iterator[tuple[str, str]]:
    """(text, what joins it to the one before)."""
    for paragraph in paragraphs:
        if len(paragraph) <= size:
            yield paragraph, "\n\n"
            continue
        joint = "\n\n"
        for sentence in filter(None, (one.strip() for one in _SENTENCE.split(paragraph))):
            for at in range(0, len(sentence), size):
                yield sentence[at : at + size], joint
                joint = " "


def _tail(text: str, size: int) -> str:
    """The last whole sentences of a part, at most the overlap long."""
    room, kept = int(size * OVERLAP), ""
    for sentence in reversed([one for one in _SENTENCE.split(text) if one.strip()]):
        longer = f"{sentence.strip()} {kept}".strip()
        if len(longer) > room:
            break
        kept = longer
    return kept

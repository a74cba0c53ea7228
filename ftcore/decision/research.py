"""The research cards of data/evidence.yaml, or of a workspace's own copy of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ftcore.app_files import data_dir
from ftcore.content import ContentError, Node, read, standing
from ftcore.decision.questions import BAD_REASONS, GOOD_REASONS, QUESTIONS

FILE = "evidence.yaml"
_ARXIV = re.compile(r"\d{4}\.\d{4,5}")
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(/[A-Za-z0-9._~/#?=&%+-]*)?")
"""Nothing that could end a link on the screen or in a report: no space, bracket or quotation mark."""


@dataclass(frozen=True, slots=True)
class ResearchCard:
    """What one source says about a question, a reason or the `risks`. `vendor` marks a seller's own figure, `link_text` are the
    words that are the link, `year` is None where the source bears none."""

    about: str
    claim: str
    source: str
    figure: str = ""
    year: int | None = None
    link: str = ""
    link_text: str = ""
    vendor: bool = False

    @property
    def url(self) -> str:
        """Where to read it; "" when the card has no link."""
        return self.link if not self.link or self.link.startswith("https://") else f"https://arxiv.org/abs/{self.link}"


@cache
def load_cards(path: Path | None = None) -> tuple[ResearchCard, ...]:
    """The research cards from `path` (default: those that came with the app). Raises ContentError with file and line."""
    return read_cards(path or data_dir() / FILE)


def cards_of(root: Path) -> tuple[tuple[ResearchCard, ...], tuple[str, ...]]:
    """The cards that hold in the workspace `root`, and what is wrong with its own copy, a sentence each."""
    found, said = standing(root, FILE, read_cards, ContentError)
    return found, (said,) if said else ()


def read_cards(path: Path) -> tuple[ResearchCard, ...]:
    parts = read(path).mapping(("version", "read_on", "cards"))
    parts["version"].whole(1, 999_999)
    parts["read_on"].day()
    return tuple(_card(node) for node in parts["cards"].items())


def _card(node: Node) -> ResearchCard:
    entry = node.mapping(("about", "claim", "source"), ("figure", "year", "link", "link_text", "vendor"))
    link = entry["link"].text() if "link" in entry else ""
    if link and not (_ARXIV.fullmatch(link) or _ADDRESS.fullmatch(link)):
        raise entry["link"].fault(
            "an arXiv number (2305.11206) or an address that begins with https:// is expected here"
        )
    if ("link_text" in entry) != bool(link):
        raise node.fault("'link' and 'link_text' (the words that are the link) belong together")
    return ResearchCard(
        about=entry["about"].one_of((*QUESTIONS, *GOOD_REASONS, *BAD_REASONS, "risks")),
        claim=entry["claim"].text(),
        source=entry["source"].text(),
        figure=entry["figure"].text() if "figure" in entry else "",
        year=entry["year"].whole(1900, 2100) if "year" in entry else None,
        link=link,
        link_text=entry["link_text"].text() if link else "",
        vendor="vendor" in entry and entry["vendor"].switch(),
    )

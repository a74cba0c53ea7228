"""How an answer is known: what people attach to it becomes evidence, and the evidence says what the answer rests on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from ftcore.decision.case import counts
from ftcore.decision.questions import BAD_REASONS, GOOD_REASONS, QUESTIONS
from ftcore.records import Evidence, Reply

CHECKS, VOLUME, RUN = "checks", "volume", "run:"
"""Names of what can be attached: the results of the checks, the volume, and a run by its number ("run:12")."""
ENOUGH, TOO_FEW = 50, 10
"""Approved examples: a sensible start, and what the protocol wants at least (OpenAI's guide to supervised fine-tuning)."""
LONGEST_NOTE, LONGEST_LINK, LONGEST_CLAIM = 4_000, 500, 300
_WEB = re.compile(r"https?://[^\s<>\"'`\\^{}|\x00-\x1f\x7f-\x9f]+", re.IGNORECASE)

_PRACTICE_SHOWS = {
    "rag_would_solve": "What helps the small model helps a larger one.",
    "quality_training_data": "So the examples can teach. Whether they are good enough, nobody has measured: a “no” stands.",
}
"""What it is worth, of the questions of which the practice model can show anything."""
Word = Literal["believed", "measured", "measured on the practice model"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What an answer rests on, in a word, and why it is called so."""

    word: Word
    why: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Examples: `approved`, of them `errors` and `warnings` with an open one, and `test` kept aside for the test."""

    approved: int
    errors: int
    warnings: int
    test: int

    @property
    def sentence(self) -> str:
        return (
            f"{self.approved:,} approved, {self.errors:,} with open errors, {self.warnings:,} with warnings, "
            f"{self.test:,} kept for the test."
        )

    @property
    def supports(self) -> Reply:
        """Yes for 50 or more approved, none with an open error and some kept aside; no for fewer than 10."""
        if self.approved < TOO_FEW:
            return "no"
        return "yes" if self.approved >= ENOUGH and not self.errors and self.test else "unsure"


def sound(answers: Mapping[str, Any], reasons: Sequence[Any]) -> tuple[dict[str, Reply], tuple[str, ...]]:
    """The answers and reasons that the framework knows: what was kept may be from another version, or from a file that somebody
    made."""
    known = {key: reply for key, reply in answers.items() if key in QUESTIONS and reply in ("yes", "no", "unsure")}
    return known, tuple(dict.fromkeys(one for one in reasons if one in (*GOOD_REASONS, *BAD_REASONS)))


def link_of(text: str) -> str:
    """The web address, as it was typed; "" when it is none that could be followed (http or https, a host, no password in it)."""
    text = text.strip()
    if len(text) > LONGEST_LINK or not _WEB.fullmatch(text):
        return ""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return text if host and "@" not in parts.netloc else ""


def noted(question: str, reply: Reply | None, known: Mapping[str, Any], who: str = "") -> tuple[Evidence, ...]:
    """A note or a link: a claim for the answer that it stands under, never a measurement."""
    note, link = " ".join(str(known.get("note") or "").split()), link_of(str(known.get("link") or ""))
    if not note and not link:
        return ()
    claim = note if len(note) <= LONGEST_CLAIM else note[: LONGEST_CLAIM - 1].rstrip() + "…"
    source = link or (f"a note by {who}" if who else "a note")
    return (Evidence(question, claim or f"See {link}", source, supports=reply or "unsure", measured=False),)


def checked(found: Checked) -> Evidence:
    """The results of the checks, as they stand."""
    claim = found.sentence
    return Evidence("quality_training_data", claim, "the checks", supports=found.supports, measured=True)


def volume(details: Mapping[str, Any], reply: Reply | None) -> Evidence | None:
    """The volume as somebody said it in the follow-up: a claim, since nothing here has counted it. None where nobody did."""
    calls = details.get("calls_a_month")
    if isinstance(calls, bool) or not isinstance(calls, int | float):
        return None
    claim = f"{calls:,.0f} questions a month."
    source = "your answer to “How many questions come in a month?”"
    return Evidence("high_volume_narrow", claim, source, supports=reply or "unsure", measured=False)


def standing(question: str, evidence: Sequence[Evidence]) -> Standing:
    """Whether the answer to a question is believed or measured, with the reason in a sentence or two."""
    mine = [item for item in evidence if item.question == question]
    counting = [item for item in mine if counts(item)]
    firm = [item for item in counting if not item.practice]
    if firm:
        return Standing("measured", _told(firm))
    if counting:
        return Standing("measured on the practice model", f"{_told(counting)} {_PRACTICE_SHOWS[question]}")
    measured = [item for item in mine if item.measured]
    larger = [item for item in measured if not item.practice]
    if larger:
        return Standing("believed", f"It was measured, and that leaves it open. {_told(larger)}")
    if measured:
        why = "It was measured on the practice model only, and that does not show what a larger model needs."
        return Standing("believed", why)
    if mine:
        return Standing("believed", "Somebody says so, and says how they know. Nothing was measured here.")
    return Standing("believed", "It rests on the answer alone.")


def _told(items: Sequence[Evidence]) -> str:
    return " ".join(f"{item.claim} ({_source(item)})" for item in items[:2])


def _source(item: Evidence) -> str:
    return ", ".join(part for part in (item.source, item.model) if part) or "measured here"

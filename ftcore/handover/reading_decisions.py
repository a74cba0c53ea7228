"""What a project file says of decisions: checked, and cut to what we would have written."""

from __future__ import annotations

from datetime import date
from typing import Any

from ftcore.decision.known import CHECKS, LONGEST_NOTE, VOLUME, link_of
from ftcore.decision.shape import FORMAT, clean
from ftcore.handover.values import LARGEST, items, mapping, text, texts
from ftcore.records import Action

MOST_RECORDS, MOST_FIGURES, MOST_PASTED = 1_000, 200, 10
"""Versions of the decision record, figures of the break-even, texts pasted as one answer."""
LONGEST_TELLER = 80
"""Characters of who says how an answer is known: a role as well as initials ("the shop's manager")."""


def decision(said: dict[str, Any]) -> dict[str, Any]:
    """A decision, as `store.decisions` keeps it."""
    answers = {text(k): text(v) for k, v in mapping(said.get("answers")).items()}
    choice = text(said.get("choice"))
    return {
        "answers": answers,
        "reasons": [text(one) for one in items(said.get("reasons"))],
        "recommendation": mapping(said.get("recommendation")),
        "note": text(said.get("note")),
        "who": text(said.get("who"))[:16],
        "created_at": said.get("created_at"),
        "known": {key: _known(one) for key, one in mapping(said.get("known")).items() if isinstance(one, dict)},
        "details": {text(key)[:80]: one for key, one in mapping(said.get("details")).items() if _is_detail(one)},
        "choice": choice if choice in set(Action) else "",
        "review_on": _day(said.get("review_on")),
    }


def _known(said: dict[str, Any]) -> dict[str, Any]:
    """How an answer is known. Runs stay in the workspace that they were made in, so a name of one would mean another here."""
    named = [name for name in texts(said.get("attached")) if name in (CHECKS, VOLUME)]
    found = {
        "note": text(said.get("note"))[:LONGEST_NOTE],
        "link": link_of(text(said.get("link"))),
        "attached": named,
        "who": text(said.get("who"))[:LONGEST_TELLER],
    }
    return {name: one for name, one in found.items() if one}


def _is_detail(value: Any) -> bool:
    """What a follow-up can have been answered: a text, a number, or a few texts."""
    if isinstance(value, list):
        return len(value) <= MOST_PASTED and all(isinstance(one, str) and len(one) <= LONGEST_NOTE for one in value)
    return _is_figure(value) or (isinstance(value, str) and len(value) <= LONGEST_NOTE)


def assumptions(said: Any) -> dict[str, Any]:
    """What people typed for the break-even: a number, two ends of a range (None = never), or the name of a choice."""

    def good(value: Any) -> bool:
        if isinstance(value, list):
            return len(value) <= 2 and all(one is None or _is_figure(one) for one in value)
        return isinstance(value, bool) or _is_figure(value) or (isinstance(value, str) and len(value) <= 200)

    return {text(key)[:80]: value for key, value in list(mapping(said).items())[:MOST_FIGURES] if good(value)}


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def records(said: Any) -> list[dict[str, Any]]:
    """The versions of the decision record, each in its shape; what is none of ours is passed over."""
    return [
        {
            "document": clean(one["document"]),
            "who": text(one.get("who"))[:16],
            "created_at": one.get("created_at"),
        }
        for one in items(said)[:MOST_RECORDS]
        if isinstance(one, dict) and mapping(one.get("document")).get("format") == FORMAT
    ]


def _day(value: Any) -> str:
    """An ISO 8601 date as it was written; "" when it is none."""
    try:
        return date.fromisoformat(text(value)).isoformat()
    except ValueError:
        return ""

"""The shape of a decision record, and what becomes of anything that is pressed into it."""

from __future__ import annotations

import math
from typing import Any

FORMAT, VERSION = "tuneworthy-decision", 1
LONGEST_TEXT, MOST_ITEMS = 20_000, 400
_FLAT: dict[str, Any] = {}
"""A mapping of single values whatever their names."""

SHAPE: dict[str, Any] = {
    "project": str,
    "recorded_at": str,
    "recorded_by": str,
    "framework": {"version": int, "read_on": str, "edition": str},
    "questions": [
        {
            "key": str,
            "short": str,
            "question": str,
            "answer": str,
            "standing": str,
            "standing_why": str,
            "note": str,
            "link": str,
            "attached": [str],
            "follow_ups": [{"key": str, "ask": str, "answer": str}],
        }
    ],
    "reasons": [{"key": str, "name": str, "good": bool}],
    "evidence": [
        {
            "question": str,
            "claim": str,
            "source": str,
            "model": str,
            "practice": bool,
            "measured": bool,
            "counts": bool,
            "supports": str,
            "run": int,
            "arms": str,
            "snapshot": str,
            "comparison": _FLAT,
        }
    ],
    "recommendation": {
        "action": str,
        "name": str,
        "headline": str,
        "because": [{"text": str, "kind": str, "about": str}],
        "next_steps": [{"action": str, "name": str, "what": str}],
        "alternatives": [str],
        "risks": [str],
        "confidence": str,
        "reverses_if": [str],
    },
    "decided": {"choice": str, "name": str, "why": str, "by": str},
    "review_on": str,
    "break_even": str,
}
"""What stands in a record, and of which kind; `clean` lets nothing else through."""


def clean(found: Any) -> dict[str, Any]:
    """A record in its shape, whatever came: unknown fields are left out, missing and wrong ones are empty, texts and lists have
    an end. Cleaning twice changes nothing more."""
    return {"format": FORMAT, "version": VERSION, **_shaped(SHAPE, found)}


def _shaped(shape: Any, value: Any) -> Any:
    if isinstance(shape, dict):
        given = value if isinstance(value, dict) else {}
        if not shape:
            return {
                _text(name): _single(one)
                for name, one in list(given.items())[:MOST_ITEMS]
                if isinstance(one, str | bool | int | float)
            }
        return {name: _shaped(inner, given.get(name)) for name, inner in shape.items()}
    if isinstance(shape, list):
        items = value if isinstance(value, list | tuple) else []
        wanted = dict if isinstance(shape[0], dict) else shape[0]
        return [_shaped(shape[0], one) for one in items[:MOST_ITEMS] if isinstance(one, wanted)]
    if shape is bool:
        return value is True
    if shape is int:
        return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53 else 0
    return _text(value)


def _single(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    return value if isinstance(value, bool) or (math.isfinite(value) and abs(value) < 2**53) else 0


def _text(value: Any) -> str:
    """Without halves of characters, which no file can hold, and NULs; no longer than the longest."""
    if not isinstance(value, str):
        return ""
    return str(value).encode("utf-8", "replace").decode("utf-8").replace("\x00", "")[:LONGEST_TEXT]

"""Values of a file that anybody may have made, each as the kind that is wanted, or as nothing."""

from __future__ import annotations

from typing import Any

LARGEST = 2**53


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    return [one for one in items(value) if isinstance(one, str)]


def number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST else None

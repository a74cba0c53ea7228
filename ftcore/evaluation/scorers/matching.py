"""Patterns that somebody else wrote, on texts that somebody else wrote: bounded in time, since some take for ever."""

from __future__ import annotations

SECONDS = 0.5
COMPARED = 100_000


def fits(pattern: str, text: str, *, whole: bool = True) -> bool | None:
    """Whether the pattern matches the whole text (or is found in it); None when it took too long or is no pattern."""
    import regex

    try:
        compiled = regex.compile(pattern)  # the library keeps the last few hundred
        match = compiled.fullmatch if whole else compiled.search
        return match(text[:COMPARED], timeout=SECONDS) is not None
    except (TimeoutError, MemoryError, RecursionError, regex.error):
        return None

"""Characters that no file, database or tokenizer takes: halves of surrogate pairs, and NUL."""

from __future__ import annotations

from typing import Any

HALF_CHARACTER = "Broken characters (halves of a pair) were replaced by \N{REPLACEMENT CHARACTER}."
NUL_CHARACTER = "Invisible NUL characters were taken out."


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as it can be stored, and one plain sentence for each kind of change (none when nothing changed).

    Two halves that belong together become their character again; a half alone becomes U+FFFD; NULs go.
    """
    notes: list[str] = []
    if "\0" in text:
        text = text.replace("\0", "")
        notes.append(NUL_CHARACTER)
    if is_broken(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        notes.append(HALF_CHARACTER)
    return text, tuple(notes)


def is_broken(text: str) -> bool:
    """True when the text holds half a surrogate pair, which cannot be written as UTF-8."""
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def clean_value(value: Any) -> tuple[Any, tuple[str, ...]]:
    """`clean` for every text inside a JSON value, keys included; the notes without doubles."""
    notes: dict[str, None] = {}
    cleaned = _walk(value, notes)
    return cleaned, tuple(notes)


def _walk(value: Any, notes: dict[str, None]) -> Any:
    if isinstance(value, str):
        text, found = clean(value)
        notes.update(dict.fromkeys(found))
        return text
    if isinstance(value, list | tuple):
        return [_walk(item, notes) for item in value]
    if isinstance(value, dict):
        return {_walk(key, notes): _walk(item, notes) for key, item in value.items()}
    return value

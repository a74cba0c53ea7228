"""One JSON document: a list of objects, alone or inside an object, or objects one after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ftcore.chat import ChatError, decode, explain
from ftcore.dataset.raw import Raw, SourceError
from ftcore.dataset.sources.detection import Found
from ftcore.dataset.sources.place import Place

BLANK = re.compile(r"[\s,]*")
SPACE = re.compile(r"\s*")


def read_rows(found: Found) -> Iterator[Raw]:
    """The elements with the line on which each begins. A broken one is given up alone where the next can be found.

    The whole text is in memory: a JSON document cannot be read otherwise without a parser of our own.
    """
    with found.open_text("\n") as file:
        text = file.read().removeprefix("\ufeff").encode(errors="replace").decode()
    start = SPACE.match(text).end()  # type: ignore[union-attr]
    if text[start] == "{":
        inner = _list_inside(text, start, found.place)
        if inner is not None:
            yield from inner
            return
        yield from _elements(text, start, found.place)
    else:
        yield from _elements(text, start + 1, found.place)


def _elements(text: str, at: int, place: Place) -> Iterator[Raw]:
    line, counted = text.count("\n", 0, at) + 1, at
    decoder = json.JSONDecoder(parse_constant=_refuse)
    while True:
        at = BLANK.match(text, at).end()  # type: ignore[union-attr]
        if at >= len(text):
            return
        if text[at] == "]":
            rest = text[at + 1 :].strip()
            if rest:
                yield Raw(line + text.count("\n", counted, at), None, rest, "More text follows after the list's end.")
            return
        line += text.count("\n", counted, at)
        counted = at
        place.told(at, len(text))
        raw, at = _element(text, at, line, decoder)
        yield raw


def _element(text: str, at: int, line: int, decoder: json.JSONDecoder) -> tuple[Raw, int]:
    try:
        value, end = decoder.raw_decode(text, at)
        found = text[at:end]
        if found.count("[") + found.count("{") > 100:
            value = decode(found)
        return Raw(line, as_row(value), found), end
    except json.JSONDecodeError as error:
        end = _next_element(text, at)
        local = json.JSONDecodeError(error.msg, text[at:end], min(error.pos, end) - at)
        return Raw(line, None, text[at:end].rstrip(" \t\r\n,"), explain(local)), end
    except (ChatError, ValueError) as error:
        return Raw(line, None, text[at : _next_element(text, at)], str(error)), _next_element(text, at)
    except RecursionError:
        end = _next_element(text, at)
        return Raw(line, None, text[at:end], "The JSON is nested too deeply to be read."), end


def _next_element(text: str, at: int) -> int:
    """Where the next element begins: on a line of its own with the same indentation; otherwise nowhere."""
    line_start = text.rfind("\n", 0, at) + 1
    indent = text[line_start:at]
    if indent.strip():
        return len(text)
    # The bracket that closes the list stands less deep; it is left to the caller.
    found = re.compile(rf"\n(?={re.escape(indent)}[\[{{\"]|\][^\n]*\s*\Z)").search(text, at)
    return found.end() if found else len(text)


def _list_inside(text: str, at: int, place: Place) -> Iterator[Raw] | None:
    """Rows of {"data": [...]}, of {"rows": [{"row": ...}]} and of {"id": {...}, ...}; None when it is not one object."""
    try:
        value, end = json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError):
        return None
    if text[end:].strip():
        return None
    lists = [
        (key, item) for key, item in value.items() if isinstance(item, list) and item and isinstance(item[0], dict)
    ]
    if len(lists) == 1 and lists[0][0] not in ("messages", "conversations", "conversation"):
        key = re.search(rf"{re.escape(json.dumps(lists[0][0], ensure_ascii=False))}\s*:\s*\[", text)
        return _unwrapped(_elements(text, key.end(), place)) if key else _plain(lists[0][1])
    if len(value) > 1 and all(isinstance(item, dict) for item in value.values()):
        return _plain([{"id": key, **item} for key, item in value.items()])
    return None


def _unwrapped(rows: Iterator[Raw]) -> Iterator[Raw]:
    for raw in rows:
        if raw.value is None and raw.reason.startswith("More text"):
            return
        inner = raw.value.get("row") if raw.value else None
        yield Raw(raw.line, inner, raw.text) if isinstance(inner, dict) else raw


def _plain(rows: list[Any]) -> Iterator[Raw]:
    for number, row in enumerate(rows, 1):
        yield Raw(number, as_row(row))


def as_row(value: Any) -> dict[str, Any]:
    """An element as columns: a list by position, a single value as "text"."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {f"column {at}": item for at, item in enumerate(value, 1)}
    return {"text": value}


def _refuse(name: str) -> Any:
    raise SourceError(f"It holds {name}, which is no JSON number; null or a number was wanted.")

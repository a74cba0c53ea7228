"""Finds the JSON in an answer."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

_FENCE = re.compile(r"\A```[^\S\n]*[\w+-]*[^\S\n]*\n(.*?)\n?[^\S\n]*```\Z", re.DOTALL)
_LONGEST = 1_000_000


class Found(NamedTuple):
    there: bool
    """False when the text is no JSON; then `problem` says why."""
    value: Any = None
    fenced: bool = False
    problem: str = ""


def find_json(text: str) -> Found:
    """The JSON value of a text: bare, or alone inside one ``` fence. NaN and Infinity are not JSON. Never raises."""
    bare = text.strip().removeprefix("\ufeff")
    if not bare:
        return Found(False, problem="The answer is empty.")
    if len(bare) > _LONGEST:
        return Found(False, problem="The answer is longer than a million characters.")
    fence = _FENCE.match(bare)
    try:
        return Found(True, _parse(fence.group(1) if fence else bare), fence is not None)
    except json.JSONDecodeError as error:
        return Found(False, problem=f"Not JSON: {error.msg} (line {error.lineno}, character {error.colno}).")
    except RecursionError:
        return Found(False, problem="Not JSON that can be read: it is nested too deeply.")
    except ValueError as error:
        return Found(False, problem=f"Not JSON: {error}.")


def _parse(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse, parse_int=_whole)


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not allowed in it")


def _whole(digits: str) -> int | str:
    # Python refuses to convert numbers of more than 4,300 digits; as a text they can still be compared.
    return int(digits) if len(digits) <= 4_000 else digits


def kind(value: Any) -> str:
    """What JSON calls the value."""
    for types, name in _KINDS:
        if isinstance(value, types):
            return name
    return "null"


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (dict, "an object"),
    (list, "a list"),
    (str, "a text"),
    (bool, "true or false"),
    ((int, float), "a number"),
)

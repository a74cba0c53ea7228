"""A training file's line to a `TrainingExample`, and back."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from ftcore.chat.cleaning import clean_value, is_broken
from ftcore.records import TrainingExample

BOM = "\ufeff"
LINE_KEYS = ("messages", "tools", "parallel_tool_calls")
MESSAGE_ORDER = {key: at for at, key in enumerate(("role", "name", "content", "tool_calls", "tool_call_id", "weight"))}
MAX_DEPTH = 100
"""Deeper than any tool's schema, shallower than what breaks the readers after us."""

# Legal in JSON, but programs that split text into lines break there.
LINE_BREAKS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029", "\u0085": "\\u0085"})


class ChatError(ValueError):
    """A line that is no training example: one plain sentence with what is wrong, where, and what was wanted."""


def parse_line(line: str | bytes) -> TrainingExample:
    """One line of a chat JSONL file. The structure inside the messages is `validate`'s to judge.

    Raises `ChatError`: no JSON, no object, no list of messages, an unknown key, half a character.
    """
    value = decode(line)
    if not isinstance(value, dict):
        raise ChatError(f'The line holds {name_of(value)}; an object with "messages" was wanted.')
    messages = _messages(value)
    unknown = [key for key in value if key not in LINE_KEYS]
    if unknown:
        raise ChatError(f"Unknown key {_quoted(unknown[0])}; a line may hold messages, tools and parallel_tool_calls.")
    if may_hold_half_character(line) and _holds_half_character(value):
        raise ChatError("The line holds half a character (a lone surrogate), which no file can store: take it out.")
    return TrainingExample(messages, _tools(value.get("tools")), _parallel(value.get("parallel_tool_calls")))


def to_line(example: TrainingExample) -> str:
    """The example as one line of JSON without its line break: the same example always gives the same text.

    Characters stay as they are (no `\\u` escapes, except line separators); what no file can store is cleaned.
    Raises `ChatError` when a value is no JSON (NaN, or a Python object).
    """
    wire = example.to_wire()
    wire["messages"] = [_ordered(message) for message in example.messages]
    try:
        text = _dumps(wire)
        if is_broken(text):
            text = _dumps(clean_value(wire)[0])
    except (TypeError, ValueError, RecursionError) as error:
        raise ChatError(f"The example cannot be written as JSON: {error}.") from None
    return text.translate(LINE_BREAKS) if not text.isascii() else text


def decode(line: str | bytes) -> Any:
    """The JSON value of a text, with a byte order mark in front forgiven. Raises `ChatError` in plain words.

    Strict where Python's own reader is not: NaN and Infinity are refused, and so is nesting deeper than 100.
    """
    if isinstance(line, bytes):
        try:
            line = line.decode()
        except UnicodeDecodeError as error:
            raise ChatError(f"Byte {error.start + 1} is no UTF-8 text; save the file as UTF-8.") from None
    line = line.removeprefix(BOM)
    if not line.strip():
        raise ChatError("The line is empty; a JSON object was wanted.")
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        value = _slowly(line)
    # A thousand closing brackets cannot hide in a line that has fewer: the walk is for suspects only.
    if line.count("[") + line.count("{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise ChatError(f"The JSON is nested more than {MAX_DEPTH} levels deep; a flat object was wanted.")
    return value


def _slowly(line: str) -> Any:
    """The standard library's reader: takes lone surrogates, and knows what is wrong and where."""
    try:
        return json.loads(line, parse_constant=_refuse_constant)
    except RecursionError:
        raise ChatError("The JSON is nested too deeply to be read; a flat object was wanted.") from None
    except json.JSONDecodeError as error:
        raise ChatError(explain(error)) from None
    except ValueError as error:
        # Python refuses numbers of more than 4,300 digits.
        if "integer string conversion" in str(error):
            raise ChatError("The line holds a number with thousands of digits; put it in quotes.") from None
        raise ChatError(str(error)) from None


def explain(error: json.JSONDecodeError) -> str:
    """A JSON error as one plain sentence with the character at which it happened (counted from 1)."""
    at, text = error.pos, error.doc
    found = "the end of the line" if at >= len(text.rstrip()) else f"{text[at]!r}"
    place = f"at character {at + 1}"
    if error.msg.startswith("Unterminated string"):
        return f"The JSON ends inside a text that begins {place}: a closing quote was wanted."
    if error.msg.startswith("Invalid control character"):
        return f"A text is not closed before the line ends ({place}): a closing quote was wanted."
    if error.msg == "Extra data":
        return f"The JSON is complete before {place[3:]}, but more follows: one object a line was wanted."
    if error.msg.startswith("Expecting property name"):
        return f"A key in double quotes was wanted {place}; found {found}."
    if error.msg == "Expecting ',' delimiter":
        return f"A comma or a closing bracket was wanted {place}; found {found}."
    if error.msg == "Expecting ':' delimiter":
        return f"A colon was wanted {place}; found {found}."
    if error.msg == "Expecting value":
        return f"A JSON value was wanted {place}; found {found}."
    return f"This is not valid JSON {place}: {error.msg[:1].lower()}{error.msg[1:]}."


def _messages(value: dict[str, Any]) -> list[dict[str, Any]]:
    if "preferred_output" in value:
        raise ChatError("The line is a pair of preferred and other answer; a line for supervised training was wanted.")
    if "messages" not in value:
        keys = ", ".join(_quoted(key) for key in list(value)[:5]) or "none"
        raise ChatError(f'There is no "messages" (found: {keys}); a list of messages was wanted.')
    messages = value["messages"]
    if not isinstance(messages, list):
        raise ChatError(f'"messages" is {name_of(messages)}; a list of messages was wanted.')
    for at, message in enumerate(messages, 1):
        if not isinstance(message, dict):
            raise ChatError(f'Message {at} is {name_of(message)}; an object with "role" and "content" was wanted.')
    return messages


def _tools(tools: Any) -> list[dict[str, Any]] | None:
    if tools is None or (isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools)):
        return tools
    raise ChatError('"tools" is no list of objects; leave it out, or list the functions that may be called.')


def _parallel(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise ChatError(f'"parallel_tool_calls" is {name_of(value)}; true or false was wanted.')


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _ordered(message: dict[str, Any]) -> dict[str, Any]:
    # Only a message's own keys are put in order: inside a tool's schema the order carries meaning.
    return {key: message[key] for key in sorted(message, key=lambda key: (MESSAGE_ORDER.get(key, 9), str(key)))}


def may_hold_half_character(line: str | bytes) -> bool:
    """False for nearly every line: a half comes as such, or escaped, and then the line says so."""
    if isinstance(line, bytes):
        return b"\\" in line and b"\\ud" in line.lower()
    return ("\\" in line and "\\ud" in line.lower()) or is_broken(line)


def _holds_half_character(value: Any) -> bool:
    if isinstance(value, str):
        return is_broken(value)
    if isinstance(value, dict):
        return any(_holds_half_character(key) or _holds_half_character(item) for key, item in value.items())
    return isinstance(value, list) and any(_holds_half_character(item) for item in value)


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        item, level = waiting.pop()
        deepest = max(deepest, level)
        if isinstance(item, dict | list) and level <= MAX_DEPTH:
            waiting.extend((inner, level + 1) for inner in (item.values() if isinstance(item, dict) else item))
    return deepest


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"The line holds {name}, which is no JSON number; null or a number was wanted.")


def name_of(value: Any) -> str:
    """What a JSON value is, for a sentence."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    for kind, name in ((str, "a text"), (int | float, "a number"), (list, "a list"), (dict, "an object")):
        if isinstance(value, kind):  # type: ignore[arg-type]
            return name
    return f"a {type(value).__name__}"


def _quoted(key: object) -> str:
    return f'"{str(key)[:40]}"'

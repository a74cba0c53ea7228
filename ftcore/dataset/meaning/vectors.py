"""Is this conversation one that a model can be trained on? Structure only: the words are the data set's checks'."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ftcore.chat.cleaning import is_broken
from ftcore.chat.parsing import name_of
from ftcore.chat.tool_calls import check_tool_calls, check_tools
from ftcore.records import Message, Problem, Severity, TrainingExample, text_of

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
INSTRUCTIONS = ("system", "developer")
KNOWN_KEYS = frozenset(
    ("role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal", "audio")
)


def validate(example: TrainingExample) -> list[Problem]:
    """What is wrong with the structure, one problem a finding, in the order of the messages.

    Severity error means that it cannot be trained on; a warning, that some servers refuse it or cut it; a hint, that it
    is unusual. `where` is prompt, response or system when the message is the one of that name, otherwise "messages".
    The rules are the protocol's (fine-tuning chat lines, August 2026), not those of the older check lists.
    """
    if _is_plain(example):
        return []
    if not example.messages:
        return [_error("no_messages", "The conversation is empty: it needs a user message and an answer.")]
    return [
        problem
        for part in (_check_messages(example), _check_order(example), check_tool_calls(example), check_tools(example))
        for problem in part
    ]


def _is_plain(example: TrainingExample) -> bool:
    """True for nearly every conversation: question and answer in turn, maybe under a system message, all of them texts and nothing
    else. There is nothing to find in it; what is not plain is looked at closely. (A fifth of the time on a large file.)"""
    if example.tools is not None or example.parallel_tool_calls is not None or len(example.messages) < 2:
        return False
    wanted = "user"
    for at, message in enumerate(example.messages):
        text, role = message.get("content"), message.get("role")
        if len(message) != 2 or type(text) is not str or not text or text.isspace() or is_broken(text):
            return False
        if role == wanted:
            wanted = "user" if wanted == "assistant" else "assistant"
        elif at > 0 or role != "system":
            return False
    return wanted == "user"


def _check_messages(example: TrainingExample) -> Iterator[Problem]:
    places = places_of(example)
    for at, message in enumerate(example.messages):
        title = f"Message {at + 1}" + (f" ({message['role']})" if message.get("role") in ROLES else "")
        where = places.get(at, "messages")
        yield from _check_role(message, title, where)
        yield from _check_content(message, title, where)
        yield from _check_weight(message, title, where)
        for key in message:
            if key not in KNOWN_KEYS:
                yield _error("unknown_key", f'{title} has the unknown key "{str(key)[:40]}": take it out.', where)
        if "name" in message and not isinstance(message["name"], str):
            yield _error("name", f"{title} has a name that is {name_of(message['name'])}; a text was wanted.", where)


def places_of(example: TrainingExample) -> dict[int, str]:
    """Which message is the system, the prompt and the response: index to name."""
    places: dict[int, str] = {}
    for name, roles in (("prompt", ("user",)), ("response", ("assistant",))):
        found = [i for i, message in enumerate(example.messages) if message.get("role") in roles]
        places.update({found[-1]: name} if found else {})
    first = next((i for i, message in enumerate(example.messages) if message.get("role") in INSTRUCTIONS), None)
    return places | ({first: "system"} if first is not None else {})


def _check_role(message: Message, title: str, where: str) -> Iterator[Problem]:
    role = message.get("role")
    if role is None:
        yield _error("role", f"{title} has no role; one of system, user, assistant or tool was wanted.", where)
    elif role not in ROLES:
        found = f'"{role[:40]}"' if isinstance(role, str) else name_of(role)
        yield _error("role", f"{title} has the role {found}; one of system, user, assistant or tool was wanted.", where)
    elif role == "function":
        yield _warning("deprecated", f'{title}: the role "function" is out of date; use "tool".', where)


def _check_content(message: Message, title: str, where: str) -> Iterator[Problem]:
    content, role = message.get("content"), message.get("role")
    calls = role == "assistant" and bool(message.get("tool_calls") or message.get("function_call"))
    if content is None:
        if not calls:
            yield _error("empty", f"{title} has no text.", where)
        return
    if isinstance(content, list):
        yield from _check_parts(content, title, where)
    elif not isinstance(content, str):
        yield _error("content", f"{title} holds {name_of(content)} as its content; a text was wanted.", where)
        return
    text = text_of(message)
    if is_broken(text):
        yield _error("broken_character", f"{title} holds half a character, which no file can store.", where)
    if not calls and not text.strip() and not (isinstance(content, list) and content and not _only_text(content)):
        yield _empty(str(role), title, where)


def _empty(role: str, title: str, where: str) -> Problem:
    if role in INSTRUCTIONS:
        return _warning("empty_system", f"{title} is empty: write it, or take it out.", where)
    if role in ("tool", "function"):
        return Problem("empty_tool_result", Severity.HINT, f"{title} is empty: the tool gave nothing back.", where)
    return _error("empty", f"{title} is empty.", where)


def _only_text(parts: list[Any]) -> bool:
    return all(isinstance(part, dict) and part.get("type") in ("text", "refusal") for part in parts)


def _check_parts(parts: list[Any], title: str, where: str) -> Iterator[Problem]:
    for at, part in enumerate(parts, 1):
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text" and isinstance(part.get("text"), str):
            continue
        if kind in ("image_url", "input_audio", "file"):
            message = f"{title}, part {at} is no text ({kind}): only text can be trained on here."
            yield _error("not_text", message, where)
        else:
            yield _error("content", f'{title}, part {at} is not of the form {{"type": "text", "text": ...}}.', where)


def _check_weight(message: Message, title: str, where: str) -> Iterator[Problem]:
    if "weight" not in message or message["weight"] is None:
        return
    weight = message["weight"]
    if message.get("role") != "assistant":
        yield _error("weight", f"{title} has a weight; only assistant messages may have one.", where)
    elif type(weight) is not int or weight not in (0, 1):
        yield _error("weight", f"{title} has a weight other than 0 or 1.", where)


def _check_order(example: TrainingExample) -> Iterator[Problem]:
    roles = [message.get("role") for message in example.messages]
    if "assistant" not in roles:
        yield _error("no_answer", "There is no assistant message: the answer to learn is missing.", "response")
    elif roles[-1] != "assistant":
        yield _error(
            "no_answer", f"The last message is the {str(roles[-1])[:40]}'s; it must be the assistant's.", "response"
        )
    elif all(m.get("weight") == 0 for m in example.messages if m.get("role") == "assistant"):
        yield _error("weight", "Every answer has weight 0: there is nothing to learn.", "response")
    if "user" not in roles:
        yield _warning("no_user", "There is no user message: the model never sees a question.", "prompt")
    yield from _check_turns(roles)


def _check_turns(roles: list[Any]) -> Iterator[Problem]:
    late = [at for at, role in enumerate(roles) if role in INSTRUCTIONS and at > 0]
    if late:
        several = sum(role in INSTRUCTIONS for role in roles) > 1
        what = "There are several system messages" if several else f"The system message is message {late[0] + 1}"
        yield _warning("system_not_first", f"{what}: some servers take one only, and only as the first.", "system")
    talk = [(at, role) for at, role in enumerate(roles) if role not in INSTRUCTIONS]
    if talk and talk[0][1] in ("assistant", "tool", "function") and "user" in roles:
        yield _warning("order", f"The conversation begins with the {talk[0][1]}, not with the user.", "messages")
    for (_, before), (at, role) in pairwise(talk):
        if role == before and role in ("user", "assistant"):
            text = f"Messages {at} and {at + 1} are both the {role}'s; some chat templates want turns to alternate."
            yield Problem("order", Severity.HINT, text, "messages")


def _error(code: str, message: str, where: str = "messages") -> Problem:
    return Problem(code, Severity.ERROR, message, where)


def _warning(code: str, message: str, where: str) -> Problem:
    return Problem(code, Severity.WARNING, message, where)

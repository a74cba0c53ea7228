"""What the checks share: the words for a place, and how a text of an example is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ftcore.dataset.traits.texts import Texts
from ftcore.records import Message, TrainingExample, text_of

NAMES = {"system": "the system message", "prompt": "the prompt", "response": "the answer"}
SPOKEN = ("user", "assistant")
"""The roles of the turns that people and the model write. Instructions and the results of tools are laid out by programs."""


def in_text(where: str) -> str:
    """The place in words, for a sentence."""
    return NAMES.get(where, "an earlier message")


def holds_any(text: str, words: tuple[str, ...]) -> bool:
    # A loop: `any` with a generator takes three times as long, on every row.
    for word in words:  # noqa: SIM110
        if word in text:
            return True
    return False


def spoken(texts: Texts) -> Iterator[tuple[str, str]]:
    """(where, text) of what the user and the assistant say, in every turn."""
    return ((where, text) for where, role, text in texts.every if role in SPOKEN)


def rewrite(
    example: TrainingExample, change: Callable[[str], str], *, roles: tuple[str, ...] = (), where: str = ""
) -> TrainingExample:
    """The example with `change` done to each text, or to those of these roles, or to the prompt or the response only.

    The very same example when nothing changes. A text never becomes empty, and a message with a picture or a sound is left as
    it is; a message of several texts becomes one.
    """
    wanted = None if not where else _last(example, "user" if where == "prompt" else "assistant")
    messages = list(example.messages)
    for at, message in enumerate(messages):
        if (where and at != wanted) or (roles and message.get("role") not in roles) or not _only_text(message):
            continue
        before = text_of(message)
        after = change(before)
        if after != before and after.strip():
            messages[at] = {**message, "content": after}
    return example if messages == example.messages else replace(example, messages=messages)


def _last(example: TrainingExample, role: str) -> int | None:
    found = [at for at, message in enumerate(example.messages) if message.get("role") == role]
    return found[-1] if found else None


def _only_text(message: Message) -> bool:
    content = message.get("content")
    if isinstance(content, list):
        return all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in content)
    return isinstance(content, str)

"""The texts of an example under the names that a problem's `where` uses."""

from __future__ import annotations

from collections.abc import Iterator

from ftcore.chat.validation import places_of
from ftcore.records import TrainingExample, text_of


def texts_of(example: TrainingExample) -> Iterator[tuple[str, str]]:
    """(where, text) of every message: system, prompt and response, and "messages" for the turns between."""
    places = places_of(example)
    for at, message in enumerate(example.messages):
        text = text_of(message)
        if text:
            yield places.get(at, "messages"), text


def in_text(where: str) -> str:
    """The place in words, for a sentence."""
    names = {"system": "the system message", "prompt": "the prompt", "response": "the answer"}
    return names.get(where, "an earlier message")

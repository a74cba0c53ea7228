"""Answers outside the limits, and examples longer than a server takes."""

from __future__ import annotations

from collections.abc import Iterator

from ftcore.chat import count_tokens
from ftcore.dataset.answers import as_json
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import Profile
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity

CODES = ("too_short", "too_long")


def look(texts: Texts, limits: Limits, _light: Profile) -> bool:
    size = len(texts.response.strip())
    # A token has at least one byte, so most examples need no counting.
    return size <= limits.min_chars or size >= limits.max_chars or len(texts.joined) * 4 > limits.max_tokens


def check(texts: Texts, limits: Limits, light: Profile) -> Iterator[Problem]:
    """The seed's rule, longer than 10 and shorter than 2,000 characters, as a warning: labels and yes/no answers are short."""
    answer = texts.response
    size = len(answer.strip())
    if 0 < size <= limits.min_chars and as_json(answer) is None:
        yield _short(answer, size, limits, light)
    if size >= limits.max_chars:
        message = f"The answer has {size:,} characters; the limit is fewer than {limits.max_chars:,}. Cut it, or raise the limit."
        yield Problem(
            "too_long", Severity.WARNING, message, "response", min(limits.max_chars, len(answer)), len(answer)
        )
    if len(texts.joined) * 4 > limits.max_tokens:
        tokens = count_tokens(texts.example)
        if tokens > limits.max_tokens:
            message = f"The example has {tokens:,} tokens; servers cut or refuse more than {limits.max_tokens:,}."
            yield Problem("too_long", Severity.WARNING, message)


def _short(answer: str, size: int, limits: Limits, light: Profile) -> Problem:
    characters = "1 character" if size == 1 else f"{size} characters"
    if light.kind != "text" or not light.known:
        message = f"The answer has only {characters}. These look like labels. Keep them?"
        return Problem("too_short", Severity.HINT, message, "response", 0, len(answer))
    message = f"The answer has {characters}; more than {limits.min_chars} are wanted. If it is a label, keep it."
    return Problem("too_short", Severity.WARNING, message, "response", 0, len(answer))

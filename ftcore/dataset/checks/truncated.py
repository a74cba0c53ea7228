"""Answers that stop in the middle: a model trained on them learns to stop there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftcore.dataset.answers import as_json, ends_properly
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import Profile
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity

CODES = ("truncated",)
MOSTLY = 0.9
LONG_ENOUGH = 40
FEW_WORDS = 5
TAIL = 24
"""Characters at the end that hold the longest word of `OPEN_ENDS` and what stands before it."""
LIST_ITEM = re.compile(r"\s*([-*•–]|\d+[.)])\s")
ADDRESS = re.compile(r"(https?://|www\.|@)\S+\s*\Z")
# Words after which no sentence ends.
OPEN_ENDS = re.compile(
    r"(,|\b(and|or|the|a|an|of|to|with|because|und|oder|der|die|das|mit|et|ou|le|la|les|de|y|el|los))\Z"
)


def look(texts: Texts, _limits: Limits, light: Profile) -> bool:
    answer = texts.response
    if light.kind == "json" or not answer:
        return False
    return "`" in answer or (light.kind == "text" and (answer[-1] not in ".!?" or answer[0] in "{["))


def check(texts: Texts, _limits: Limits, light: Profile) -> Iterator[Problem]:
    """JSON that is cut off, the shape's check finds."""
    answer = texts.response
    if light.kind == "json" or not answer or answer.isspace():
        return
    if "`" in answer and answer.count("```") % 2:
        yield _cut(answer, answer.rfind("```"), "The answer opens a code block and never closes it.")
    elif light.kind == "text":
        yield from _open_end(answer, light)


def _open_end(answer: str, light: Profile) -> Iterator[Problem]:
    """Only where nearly all other answers end with a full stop or the like, and where the last line is a sentence."""
    text = answer.rstrip()
    if (
        text.startswith(("{", "["))
        and as_json(text) is None
        and text.count("{") + text.count("[") > text.count("}") + text.count("]")
    ):
        yield _cut(answer, len(text) - 1, "The answer opens a bracket and never closes it.")
    elif OPEN_ENDS.search(text[-TAIL:]) and len(text.split()) >= FEW_WORDS:
        yield _cut(answer, max(0, len(text) - 12), "The answer stops in the middle of a sentence.")
    elif light.proper >= MOSTLY and len(text) >= LONG_ENOUGH and not ends_properly(text) and _is_sentence(text):
        yield _cut(answer, max(0, len(text) - 12), "The answer stops without a full stop; the others have one.")


def _is_sentence(text: str) -> bool:
    """Not a list item, an address, the name under a letter, or a single long word."""
    last = text.splitlines()[-1]
    signature = last != text and len(last.split()) <= 4
    return len(text.split()) >= FEW_WORDS and not (signature or LIST_ITEM.match(last) or ADDRESS.search(last))


def _cut(answer: str, start: int, message: str) -> Problem:
    return Problem("truncated", Severity.WARNING, message, "response", start, len(answer))

"""Answers that stop in the middle: a model trained on them learns to stop there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ftcore.dataset.answers import Profile, as_json, ends_properly
from ftcore.dataset.limits import Limits
from ftcore.records import Problem, Severity, TrainingExample

MOSTLY = 0.9
LONG_ENOUGH = 40
FEW_WORDS = 5
LIST_ITEM = re.compile(r"\s*([-*•–]|\d+[.)])\s")
ADDRESS = re.compile(r"(https?://|www\.|@)\S+\s*\Z")
# Words after which no sentence ends.
OPEN_ENDS = re.compile(
    r"(,|\b(and|or|the|a|an|of|to|with|because|und|oder|der|die|das|mit|et|ou|le|la|les|de|y|el|los))\s*\Z"
)


def check(example: TrainingExample, _limits: Limits, light: Profile) -> Iterator[Problem]:
    answer = example.response
    if not answer.strip():
        return
    if light.kind == "json":
        yield from _not_json(answer)
    elif answer.count("```") % 2:
        yield _cut(answer, answer.rfind("```"), "The answer opens a code block and never closes it.")
    elif light.kind == "text":
        yield from _open_end(answer, light)


def _not_json(answer: str) -> Iterator[Problem]:
    if as_json(answer) is not None:
        return
    stripped = answer.strip()
    if not stripped.startswith(("{", "[")):
        message = "The other answers are JSON; this one is not."
        yield Problem("broken_json", Severity.ERROR, message, "response", 0, len(answer))
        return
    try:
        json.loads(stripped)
    except json.JSONDecodeError as error:
        start = len(answer) - len(answer.lstrip())
        at = min(start + error.pos, len(answer) - 1)
        cut = error.pos >= len(stripped) or error.msg.startswith("Unterminated string")
        code, what = ("truncated", "is cut off") if cut else ("broken_json", "is broken")
        message = f"The answer's JSON {what} (character {at + 1}); the other answers are whole."
        yield Problem(code, Severity.ERROR, message, "response", at, len(answer))
    except RecursionError:
        message = "The answer's JSON is nested too deeply to be read."
        yield Problem("broken_json", Severity.ERROR, message, "response", 0, len(answer))


def _open_end(answer: str, light: Profile) -> Iterator[Problem]:
    """Only where nearly all other answers end with a full stop or the like, and where the last line is a sentence."""
    text = answer.rstrip()
    last = text.splitlines()[-1]
    if (
        text.startswith(("{", "["))
        and as_json(text) is None
        and text.count("{") + text.count("[") > text.count("}") + text.count("]")
    ):
        yield _cut(answer, len(text) - 1, "The answer opens a bracket and never closes it.")
    elif OPEN_ENDS.search(text) and len(text.split()) >= FEW_WORDS:
        yield _cut(answer, max(0, len(text) - 12), "The answer stops in the middle of a sentence.")
    elif light.proper >= MOSTLY and len(text) >= LONG_ENOUGH and not ends_properly(text) and _is_sentence(last, text):
        yield _cut(answer, max(0, len(text) - 12), "The answer stops without a full stop; the others have one.")


def _is_sentence(last: str, text: str) -> bool:
    """Not a list item, an address, the name under a letter, or a single long word."""
    signature = last != text and len(last.split()) <= 4
    return len(text.split()) >= FEW_WORDS and not (signature or LIST_ITEM.match(last) or ADDRESS.search(last))


def _cut(answer: str, start: int, message: str) -> Problem:
    return Problem("truncated", Severity.WARNING, message, "response", start, len(answer))

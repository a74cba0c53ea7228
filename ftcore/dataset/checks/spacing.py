"""Spaces that nobody sees and a model learns: at the ends, in empty lines, and characters without width."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftcore.dataset.checks.texts import SPOKEN, in_text, rewrite, spoken
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import Profile
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity, TrainingExample

CODES = ("outer_spaces", "invisible_characters")
SIGNS = r"\n\n\n|\n\r\n\r\n"
# Two or more empty lines. In code they have a meaning, so texts that hold code are left alone.
EMPTY_LINES = re.compile(r"\r?\n(?:\r?\n){2,}")
CODE = re.compile(
    r"```|^[ \t]*(?:def|class|import|from|function|public|const|var|let|#include)\b|[{};][ \t]*$", re.MULTILINE
)
INDENTED = re.compile(r"(?:[ \t]*\r?\n)*([ \t]{2,})\S.*\n")
# Zero width space, word joiner, byte order mark, soft hyphen. The joiners of emoji and of Persian are wanted.
INVISIBLE = "\u200b\u2060\ufeff\u00ad"
TAKE_OUT = dict.fromkeys(map(ord, INVISIBLE))
# Scripts that break their lines at zero width spaces.
BREAKING = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


def look(texts: Texts, _limits: Limits, _light: Profile) -> bool:
    if texts.has_outer_spaces():
        return True
    if texts.is_dull:
        return False
    if ("\n\n\n" in texts.rare or "\r" in texts.rare) and _holds_empty_lines(texts.joined):
        return True
    return not texts.is_ascii and any(character in texts.joined for character in INVISIBLE)


def check(texts: Texts, _limits: Limits, _light: Profile) -> Iterator[Problem]:
    for where, text in spoken(texts):
        if _may_hold_spaces(text):
            yield from _spaces(where, text)
        yield from _invisible(where, text)


def _may_hold_spaces(text: str) -> bool:
    return text[0].isspace() or text[-1].isspace() or _holds_empty_lines(text)


def _holds_empty_lines(text: str) -> bool:
    return "\n\n\n" in text or "\n\r\n\r\n" in text


def fix_spaces(example: TrainingExample, _limits: Limits, _light: Profile) -> TrainingExample:
    return rewrite(example, tidied, roles=SPOKEN)


def fix_invisible(example: TrainingExample, _limits: Limits, _light: Profile) -> TrainingExample:
    return rewrite(example, visible, roles=SPOKEN)


def tidied(text: str) -> str:
    """Without outer spaces and doubled empty lines. A first line that is indented like code keeps its indent."""
    ended = text.rstrip()
    begun = ended.lstrip("\r\n") if INDENTED.match(ended) else ended.lstrip()
    return EMPTY_LINES.sub("\n\n", begun) if "\n" in begun and not CODE.search(begun) else begun


def visible(text: str) -> str:
    return text if BREAKING.search(text) else text.translate(TAKE_OUT)


def _spaces(where: str, text: str) -> Iterator[Problem]:
    after = tidied(text)
    if not after or after == text:
        return
    ended = text.rstrip()
    if len(ended) < len(text):
        yield _hint("outer_spaces", "There are spaces or line breaks at the end of", where, len(ended), len(text))
    elif not text.startswith(after[:1]):
        yield _hint("outer_spaces", "There are spaces or line breaks before", where, 0, len(text) - len(text.lstrip()))
    elif found := EMPTY_LINES.search(text):
        yield _hint("outer_spaces", "There are several empty lines in a row in", where, *found.span())


def _invisible(where: str, text: str) -> Iterator[Problem]:
    at = min((text.find(character) for character in INVISIBLE if character in text), default=-1)
    if at >= 0 and visible(text) != text and visible(text).strip():
        yield _hint("invisible_characters", "There are characters without width in", where, at, at + 1)


def _hint(code: str, what: str, where: str, start: int, end: int) -> Problem:
    return Problem(code, Severity.HINT, f"{what} {in_text(where)}.", where, start, end)

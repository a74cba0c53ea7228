"""Characters that were destroyed on the way: read in the wrong encoding, or replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftcore.dataset.checks.texts import in_text, rewrite
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import Profile
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity, TrainingExample

CODES = ("encoding_damage",)
# UTF-8 read as Windows-1252: an accented letter becomes "Ã" and a sign, a curly quote becomes "â€" and a sign.
DAMAGE = re.compile(
    "\ufffd|"
    "[\u00c3\u00c2][\u0080-\u00bf]|"
    "\u00c3[\u0192\u2026\u2020-\u2022\u02c6\u2030\u0160\u2039\u0152\u017d\u2018-\u201d\u2013\u2014\u0153\u017e\u0178]|"
    "\u00e2\u20ac[\u2122\u0153\u009d\u0153\u02dc\u201c\u201d\u00a6\u00a2\u0093\u0094\u2026\u009c]|"
    "\u00f0\u0178[\u0080-\uffff]|"
    "\u00ef\u00bb\u00bf"
)
FIRST = "\ufffd\u00c3\u00c2\u00e2\u00f0\u00ef"
SIGNS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
ASCII_CONTROLS = re.compile(SIGNS)
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
LONGEST = {2: "\u00c2-\u00df", 3: "\u00e0-\u00ef", 4: "\u00f0-\u00f4"}
MOST_ROUNDS = 4
"""A text may have been read wrongly several times over."""


def look(texts: Texts, _limits: Limits, _light: Profile) -> bool:
    if texts.is_dull:
        return False
    if ASCII_CONTROLS.search(texts.rare):
        return True
    return not texts.is_ascii and _is_suspect(texts.joined)


def check(texts: Texts, _limits: Limits, _light: Profile) -> Iterator[Problem]:
    for where, _, text in texts.every:
        found = None if text.isascii() else DAMAGE.search(text)
        if found:
            message = f'Characters are damaged in {in_text(where)} ("{found.group()}"): import the file in its right encoding.'
            yield Problem("encoding_damage", Severity.WARNING, message, where, *found.span())
            continue
        control = CONTROLS.search(text)
        if control:
            message = f"There are invisible control characters in {in_text(where)}."
            yield Problem("encoding_damage", Severity.WARNING, message, where, *control.span())


def fix(example: TrainingExample, _limits: Limits, _light: Profile) -> TrainingExample:
    """Restores texts that can be restored whole, and takes out control characters."""
    return rewrite(example, restored)


def restored(text: str) -> str:
    """The text as it was before it was read wrongly; unchanged when some of it is lost for good."""
    after = text
    for _ in range(MOST_ROUNDS):
        if not (DAMAGE.search(after) or CONTROLS.search(after)):
            break
        after = SEQUENCES.sub(lambda found: _decoded(found.group()), after)
    after = CONTROLS.sub("", after)
    return text if DAMAGE.search(after) else after


def _is_suspect(text: str) -> bool:
    return any(first in text for first in FIRST) or CONTROLS.search(text) is not None


def _decoded(characters: str) -> str:
    """What the bytes behind these characters say in UTF-8; the characters themselves when they say nothing."""
    try:
        return bytes(map(_byte, characters)).decode()
    except (UnicodeDecodeError, ValueError):
        return characters


def _byte(character: str) -> int:
    """The byte that was read as this character: Windows-1252, or Latin-1 where that has none."""
    return WINDOWS.get(character, min(ord(character), 256))


def _windows() -> dict[str, int]:
    table: dict[str, int] = {}
    for byte in range(0x80, 0xA0):
        try:
            table[bytes((byte,)).decode("cp1252")] = byte
        except UnicodeDecodeError:
            table[chr(byte)] = byte
    return table


WINDOWS = _windows()
_FOLLOWING = "[\u0080-\u00bf" + "".join(sorted(set(WINDOWS))) + "]"
# A character that a lead byte was read as, and as many as it leads.
SEQUENCES = re.compile("|".join(f"[{lead}]{_FOLLOWING}{{{length - 1}}}" for length, lead in LONGEST.items()))

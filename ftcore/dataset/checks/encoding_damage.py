"""Characters that were destroyed on the way: read in the wrong encoding, or replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftcore.dataset.answers import Profile
from ftcore.dataset.checks.texts import in_text, texts_of
from ftcore.dataset.limits import Limits
from ftcore.records import Problem, Severity, TrainingExample

# UTF-8 read as Windows-1252: an accented letter becomes "Ã" and a sign, a curly quote becomes "â€" and a sign.
DAMAGE = re.compile(
    "\ufffd|"
    "[\u00c3\u00c2][\u0080-\u00bf]|"
    "\u00c3[\u0192\u2026\u2020-\u2022\u02c6\u2030\u0160\u2039\u0152\u017d\u2018-\u201d\u2013\u2014\u0153\u017e\u0178]|"
    "\u00e2\u20ac[\u2122\u0153\u009d\u0153\u02dc\u201c\u201d\u00a6\u00a2\u0093\u0094\u2026\u009c]|"
    "\u00f0\u0178[\u0080-\uffff]|"
    "\u00ef\u00bb\u00bf"
)
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


def check(example: TrainingExample, _limits: Limits, _light: Profile) -> Iterator[Problem]:
    for where, text in texts_of(example):
        found = None if text.isascii() else DAMAGE.search(text)
        if found:
            message = f'Characters are damaged in {in_text(where)} ("{found.group()}"): import the file in its right encoding.'
            yield Problem("encoding_damage", Severity.WARNING, message, where, *found.span())
            continue
        control = CONTROLS.search(text)
        if control:
            message = f"There are invisible control characters in {in_text(where)}."
            yield Problem("encoding_damage", Severity.WARNING, message, where, *control.span())

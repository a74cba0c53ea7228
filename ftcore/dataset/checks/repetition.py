"""Answers that say the same again and again, as a model does that runs in a circle."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import Profile
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity

CODES = ("repetition",)
LOOK_AT = 20_000
SAMPLE = 20
"""Characters of a piece that is counted, to see whether a closer look is worth it."""
FEWEST_TIMES = 3
FEWEST_LETTERS = 10
LOOP_WORDS = 8
"""Shorter runs come again in lists whose lines are built alike."""
LOOP_TIMES = 4
UNITS = re.compile(r"[^\n.!?。！？]+[.!?。！？]*")
WORDS = re.compile(r"\S+")
LETTERS = re.compile(r"[^\W\d_]")
CODE_OR_TABLE = re.compile(r"```|^[ \t]*\|", re.MULTILINE)
MOST_OF_IT = 0.6


def look(texts: Texts, _limits: Limits, light: Profile) -> bool:
    return light.kind == "text" and _is_suspect(texts.response[:LOOK_AT])


def check(texts: Texts, limits: Limits, light: Profile) -> Iterator[Problem]:
    """Sentences or lines that come three times, or words that go round, as a share of the answer's characters. A warning
    from 60% on: what is left of such an answer is its beginning."""
    answer = texts.response[:LOOK_AT]
    if light.kind != "text" or CODE_OR_TABLE.search(answer):
        return
    found = max(_repeated_units(answer), _going_round(answer))
    share, start, end = found
    if share >= limits.repetition:
        severity = Severity.WARNING if share >= MOST_OF_IT else Severity.HINT
        message = f"The answer says the same again and again: {share:.0%} of it is repeated."
        yield Problem("repetition", severity, message, "response", start, end)


def _is_suspect(answer: str) -> bool:
    """A piece from the middle or the end comes several times, or a sentence or a line comes twice."""
    size = len(answer)
    if size < 2 * SAMPLE:
        return False
    for at in (size // 2, size - SAMPLE):
        if answer.count(answer[at : at + SAMPLE]) >= FEWEST_TIMES:
            return True
    text = answer.replace("\n", ". ") if "\n" in answer else answer
    pieces = text.split(".")
    if len(set(pieces)) == len(pieces):
        return False  # the quicker way to see that no sentence after the first comes again
    parts = text.split(". ")
    return len(set(parts)) <= len(parts) - (FEWEST_TIMES - 1)


def _repeated_units(answer: str) -> tuple[float, int, int]:
    """(share, start, end): from the first to the last repetition of the sentence or line that takes most room."""
    places: dict[str, list[tuple[int, int]]] = {}
    for unit in UNITS.finditer(answer):
        text = unit.group().strip().casefold()
        if len(LETTERS.findall(text)) >= FEWEST_LETTERS:
            places.setdefault(text, []).append(unit.span())
    again = {text: spans[1:] for text, spans in places.items() if len(spans) >= FEWEST_TIMES}
    if not again:
        return 0.0, 0, 0
    repeated = sum(end - start for spans in again.values() for start, end in spans)
    most = max(again.values(), key=lambda spans: (sum(end - start for start, end in spans), -spans[0][0]))
    return repeated / len(answer), most[0][0], most[-1][1]


def _going_round(answer: str) -> tuple[float, int, int]:
    """The same for runs of eight words."""
    words = [(word.group().casefold(), *word.span()) for word in WORDS.finditer(answer)]
    runs = [tuple(word for word, _, _ in words[at : at + LOOP_WORDS]) for at in range(len(words) - LOOP_WORDS + 1)]
    counts, seen, covered = Counter(runs), set[tuple[str, ...]](), set[int]()
    for at, run in enumerate(runs):
        if counts[run] >= LOOP_TIMES and run in seen and any(map(LETTERS.search, run)):
            covered.update(range(at, at + LOOP_WORDS))
        seen.add(run)
    if not covered:
        return 0.0, 0, 0
    repeated = sum(words[at][2] - words[at][1] + 1 for at in covered)
    return min(1.0, repeated / len(answer)), words[min(covered)][1], words[max(covered)][2]

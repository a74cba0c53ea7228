"""Test sets whose expected answers are labels: which there are, and which are taken for each other. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.labels import make_label
from ftcore.evaluation.scorers.labels_table import OTHER, Confusion, confusion
from ftcore.evaluation.scorers.normal_form import normal_form

MOST_LABELS = 200
LONGEST = 60
"""Characters of a label."""
FEWEST_EACH = 1.5
"""So many examples a label on average, or the expected answers are texts and not labels."""


def labels_of(expected: Sequence[str]) -> tuple[str, ...]:
    """The labels, the most frequent first, when the expected answers are few short ones; empty otherwise. Answers that
    differ in case, spacing or punctuation only are one label, written as it is written most often."""
    if any(len(text) > LONGEST or not text.strip() or "\n" in text.strip() for text in expected):
        return ()
    counts = Counter(normal_form(text) for text in expected)
    if not 2 <= len(counts) <= MOST_LABELS or len(expected) < FEWEST_EACH * len(counts):
        return ()
    spelt: dict[str, str] = {}
    for text, _ in Counter(text.strip() for text in expected).most_common():
        spelt.setdefault(normal_form(text), text)
    return tuple(spelt[form] for form, _ in counts.most_common())


def confused(expected: Sequence[str], answered: Sequence[str | None], labels: Sequence[str]) -> Confusion:
    """How often each label was answered where each was expected. `expected` and `answered` are (n,), in the same order. A
    missing answer (None) is not counted; one that names no label, or several, is none of them."""
    told = make_label(Context(options={"label": {"labels": list(labels)}}))
    spelt = {normal_form(label): label for label in labels}
    pairs = [
        (spelt[normal_form(wanted)], spelt.get(normal_form(said)) or told.recognise(said))
        for wanted, said in zip(expected, answered, strict=True)
        if said is not None and normal_form(wanted) in spelt
    ]
    return confusion([wanted for wanted, _ in pairs], [given for _, given in pairs])


def mistakes(found: Confusion, limit: int = 6) -> list[str]:
    """The confusions that happened most often, a sentence each, the largest first."""
    totals = {label: sum(row) for label, row in zip(found.labels, found.table, strict=True)}
    return [_told(expected, given, count, totals[expected]) for expected, given, count in found.worst[:limit]]


def _told(expected: str, given: str, count: int, of: int) -> str:
    times = "once" if count == 1 else f"{count} times"
    answered = "with no label, or several," if given == OTHER else f"as “{given}”"
    return f"“{expected}” was answered {answered} {times} of {of}."

"""Documents that hold the test itself: where a test question stands word for word, its answer is likely to stand beside it, and
looking it up would be copying."""

from __future__ import annotations

from collections.abc import Iterable

from ftcore.evaluation.scorers.normal_form import normal_form
from ftcore.records import TestCase

WORDS = 4
"""A question of fewer words may stand anywhere by chance."""


def questions_inside(text: str, cases: Iterable[TestCase]) -> list[TestCase]:
    """The cases whose question stands in the text as it is, but for case, spaces and punctuation around words."""
    inside = f" {normal_form(text)} "
    found = []
    for case in cases:
        question = normal_form(case.input)
        if len(question.split()) >= WORDS and f" {question} " in inside:
            found.append(case)
    return found


def warning(name: str, found: int, tested: int) -> str:
    """What is said about it, a sentence; "" when there is nothing to say."""
    if not found:
        return ""
    told = "1 of the test questions stands" if found == 1 else f"{found:,} of the test questions stand"
    return (
        f"{told} in “{name}” word for word (of {tested:,}). Whoever looks it up there copies the test's answers: "
        "remove the document, or do not believe the score of looking it up."
    )

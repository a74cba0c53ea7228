"""Documents that hold the test itself: where a test question stands word for word, its answer is likely to stand beside it, and
looking it up would be copying."""

from __future__ import annotations

from collections.abc import Iterable

from ftcore.evaluation.scorers.normal_form import normal_form
from ftcore.records import TestCase

WORDS = 4
"""A question of fewer words may stand anywhere by chance."""


def questions_inside(text: str, cases: Iterable[TestCase]) -> list[TestCase]:
    """The cases whose question stands in the text as it is, but for case, spaces and punctuation around words. The text is walked
    through once, however many cases there are."""
    asked = [(normal_form(case.input), case) for case in cases]
    beginnings: dict[tuple[str, ...], list[str]] = {}
    for question, _ in asked:
        if len(words := question.split()) >= WORDS:
            beginnings.setdefault(tuple(words[:WORDS]), []).append(question)
    said = normal_form(text).split()
    begun = {question for four in _runs(said) for question in beginnings.get(four, ())}
    inside = f" {' '.join(said)} "
    there = {question for question in begun if f" {question} " in inside}
    return [case for question, case in asked if question in there]


def _runs(words: list[str]) -> Iterable[tuple[str, ...]]:
    """Every so many words that follow each other."""
    return zip(*(words[at:] for at in range(WORDS)), strict=False)


def warning(name: str, found: int, tested: int) -> str:
    """What is said about it, a sentence; "" when there is nothing to say."""
    if not found:
        return ""
    told = "1 of the test questions stands" if found == 1 else f"{found:,} of the test questions stand"
    return (
        f"{told} in “{name}” word for word (of {tested:,}). Whoever looks it up there copies the test's answers: "
        "remove the document, or do not believe the score of looking it up."
    )

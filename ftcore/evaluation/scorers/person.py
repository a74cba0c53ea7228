"""Does it speak as "I", as "we", to "you", the way the training answers do?"""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.rouge_l import words
from ftcore.evaluation.scorers.scorer import STYLE

PERSONS = {
    "I": frozenset({"i", "me", "my", "mine", "myself"}),
    "we": frozenset({"we", "us", "our", "ours", "ourselves"}),
    "you": frozenset({"you", "your", "yours", "yourself", "yourselves"}),
}
_CLEAR = 0.8


@dataclass(frozen=True, slots=True)
class Person:
    """`habits`: (person, whether it is used). Only persons for which the training answers have a clear habit."""

    habits: tuple[tuple[str, bool], ...] = ()
    name: str = "person"
    label: str = "Speaks in the same person"
    explanation: str = (
        "The share of the training answers' habits that are kept: whether they say “I”, say “we”, and address “you”. A "
        "habit is what at least 80 of 100 training answers do."
    )
    reason: str = STYLE
    source: str = "own"
    blind_to: str = "It reads English only, and cannot see whether the answer is right."
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        if not self.habits:
            return 1.0
        return 1 - len(self._broken(answer)) / len(self.habits)

    def why(self, answer: str, expected: str) -> str:
        if not self.habits:
            return "The training answers have no clear habit."
        return " ".join(
            f"Never says “{person}”, as the training answers do." if used else f"Says “{person}”; they do not."
            for person, used in self._broken(answer)
        )

    def _broken(self, answer: str) -> list[tuple[str, bool]]:
        used = persons(answer)
        return [habit for habit in self.habits if (habit[0] in used) is not habit[1]]


def make_person(context: Context) -> Person:
    """Raises EvaluationError when there are too few training answers."""
    found = [persons(text) for text in context.habits()]
    shares = {person: sum(person in used for used in found) / len(found) for person in PERSONS}
    return Person(
        tuple((person, share >= _CLEAR) for person, share in shares.items() if share >= _CLEAR or share <= 1 - _CLEAR)
    )


def persons(text: str) -> set[str]:
    """Who is spoken of in the first or second person."""
    there = set(words(text))
    return {person for person, names in PERSONS.items() if names & there}

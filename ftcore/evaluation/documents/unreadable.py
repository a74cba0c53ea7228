"""Why a file cannot be read."""

from __future__ import annotations


class Unreadable(ValueError):
    """`problem` ends the sentence "The file ..."; `advice` begins one that ends with "and try again"."""

    def __init__(self, problem: str, advice: str) -> None:
        super().__init__(problem)
        self.problem, self.advice = problem, advice

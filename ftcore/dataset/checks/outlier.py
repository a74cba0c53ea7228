"""Texts that are many times longer or shorter than the others: often two rows in one, or half of one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import exp

from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import ENOUGH_ROWS, NARROWEST, NORMAL_DEVIATION, Profile, Spread
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity

CODES = ("length_outlier",)
LONGER, SHORTER = 4, 8
"""At least so many times as long, or as short, as the middle one. A short question is nothing strange."""
FEWEST = 40
"""Between texts of a few words, a factor says nothing."""


def look(texts: Texts, limits: Limits, light: Profile) -> bool:
    if light.rows < ENOUGH_ROWS:
        return False
    shortest, longest = _bounds(light.prompt_size.median, light.prompt_size.deviation, limits.outlier)
    if not shortest < len(texts.prompt) < longest:
        return True
    shortest, longest = _bounds(light.response_size.median, light.response_size.deviation, limits.outlier)
    return light.kind == "text" and not shortest < len(texts.response) < longest


def check(texts: Texts, limits: Limits, light: Profile) -> Iterator[Problem]:
    """By the robust z-score of the logarithm of the length. Answers only where they are free text."""
    if light.rows < ENOUGH_ROWS:
        return
    yield from _unusual("prompt", texts.prompt, light.prompt_size, limits)
    if light.kind == "text":
        yield from _unusual("response", texts.response, light.response_size, limits)


@lru_cache(maxsize=64)
def _bounds(median: float, deviation: float, most: float) -> tuple[float, float]:
    """Lengths of which the z-score is `most`."""
    reach = exp(most * max(deviation, NARROWEST) / NORMAL_DEVIATION)
    return median / reach, median * reach


def _unusual(where: str, text: str, usual: Spread, limits: Limits) -> Iterator[Problem]:
    size = len(text)
    if not size or abs(usual.z(size)) < limits.outlier:
        return
    larger, smaller = max(size, usual.median), min(size, usual.median)
    if larger < (LONGER if size > usual.median else SHORTER) * smaller or larger - smaller < FEWEST:
        return
    longer = "longer" if size > usual.median else "shorter"
    what = "prompt" if where == "prompt" else "answer"
    message = (
        f"The {what} is {larger / smaller:,.0f} times {longer} than usual: {size:,} characters; half of them have "
        f"{'more' if size < usual.median else 'fewer'} than {usual.median:,.0f}."
    )
    yield Problem("length_outlier", Severity.HINT, message, where, 0, size)

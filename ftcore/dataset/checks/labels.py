"""In a data set of labels: one label written in two ways, and labels that nobody else uses."""

from __future__ import annotations

from collections.abc import Iterator

from ftcore.dataset.answers import LABEL_CHARACTERS
from ftcore.dataset.checks.texts import rewrite
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import Profile
from ftcore.dataset.traits.spelling import is_slip, squashed
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity, TrainingExample

CODES = ("label_variant", "rare_label")
MOST_SLIPS = 2
"""A slip of the finger happens once or twice; a label that comes oftener is one of its own."""
TIMES_AS_OFTEN = 10
ENOUGH_ROWS = 50


def look(_texts: Texts, _limits: Limits, light: Profile) -> bool:
    return light.kind == "labels"


def check(texts: Texts, _limits: Limits, light: Profile) -> Iterator[Problem]:
    label = texts.response.strip()
    if light.kind != "labels" or not label or len(label) > LABEL_CHARACTERS or "\n" in label:
        return
    usual = _usual(label, light)
    if usual != label:
        message = f'This label is mostly written "{usual}".'
        yield Problem("label_variant", Severity.WARNING, message, "response", 0, len(texts.response))
    elif light.spellings.get(label, 0) <= 1 and light.rows >= ENOUGH_ROWS:
        message = "No other example has this label: is it meant, and is one example enough to learn it?"
        yield Problem("rare_label", Severity.HINT, message, "response", 0, len(texts.response))


def fix(example: TrainingExample, _limits: Limits, light: Profile) -> TrainingExample:
    """The label as it is mostly written."""
    if light.kind != "labels":
        return example
    return rewrite(example, lambda answer: _changed(answer, light), where="response")


def _changed(answer: str, light: Profile) -> str:
    usual = _usual(answer.strip(), light)
    return answer if usual == answer.strip() else usual


def _usual(label: str, light: Profile) -> str:
    """How the label is mostly written: the same but for case and separators, or but for one slip."""
    letters = squashed(label)
    same = light.usual().get(letters, label)
    number = light.spellings.get(same, 0)
    if number > MOST_SLIPS:
        return same
    for other, usual in light.usual().items():
        enough = light.spellings[usual] >= TIMES_AS_OFTEN * max(1, number)
        if not enough:
            break  # They come in the order of their numbers.
        if is_slip(letters, other):
            return usual
    return same

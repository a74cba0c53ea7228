"""Which of the labels did the answer give?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers.context import Context, texts
from ftcore.evaluation.scorers.normal_form import normal_form
from ftcore.evaluation.scorers.scorer import QUALITY
from ftcore.evaluation.scorers.terms_text import prepared, sought, take_out

LONGEST = 60
MOST = 1_000
_SPACED = str.maketrans("_-", "  ")


@dataclass(frozen=True, slots=True)
class Label:
    """`known`: (label, as it is looked for), the longest first."""

    known: tuple[tuple[str, str], ...] = ()
    name: str = "label"
    label: str = "Right label"
    explanation: str = (
        "1 when the answer names the expected label and no other one. Words around it are forgiven, and so are case, "
        "underscores and hyphens."
    )
    reason: str = QUALITY
    source: str = "own"
    blind_to: str = (
        "It cannot see a “not” before the label, nor which labels are easily confused: see the table for that."
    )
    binary: bool = True

    def score(self, answer: str, expected: str) -> float:
        given = self.recognise(answer)
        if given is None:
            return float(_plain(answer) == _plain(expected))
        return float(_plain(given) == _plain(expected))

    def why(self, answer: str, expected: str) -> str:
        if self.score(answer, expected) == 1:
            return ""
        named = self.named(answer)
        if not named:
            return "No label is named."
        if len(named) > 1:
            return f"Several labels are named: {', '.join(named[:8])}."
        return f"It says {named[0]}."

    def recognise(self, answer: str) -> str | None:
        """The one label that the answer names; None when it names none or several."""
        named = self.named(answer)
        return named[0] if len(named) == 1 else None

    def named(self, answer: str) -> list[str]:
        """Every label that the answer names. One inside a longer one ("card" in "card arrival") is not named by it."""
        left = prepared(answer.translate(_SPACED))
        found = []
        for label, wanted in self.known:
            if wanted not in left:
                continue
            count, left = take_out(left, wanted)
            if count:
                found.append(label)
        return found


def make_label(context: Context) -> Label:
    """The labels are the option `labels`, or the training answers. Raises EvaluationError when those are no labels."""
    given = texts(context.of("label").get("labels"))
    labels = given or texts(context.training)
    if not labels:
        raise EvaluationError("The measure 'label' needs the labels, or training answers that are labels.")
    if len(labels) > MOST or any(len(label) > LONGEST for label in labels):
        raise EvaluationError(
            f"The training answers are no labels: a label has at most {LONGEST} characters, and there are at most {MOST:,}."
        )
    return Label(_known(labels))


def _known(labels: Sequence[str]) -> tuple[tuple[str, str], ...]:
    forms: dict[str, str] = {}
    for label in labels:
        form = sought(_plain(label))
        if form.strip():
            forms.setdefault(form, label)
    return tuple((label, form) for form, label in sorted(forms.items(), key=lambda item: (-len(item[0]), item[0])))


def _plain(text: str) -> str:
    return normal_form(text.translate(_SPACED))

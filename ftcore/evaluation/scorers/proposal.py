"""Which scorer fits these answers?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ftcore.evaluation.scorers.json_text import find_json
from ftcore.evaluation.scorers.normal_form import normal_form

_MOST = 0.9
_LABEL_CHARACTERS = 60


def propose(expected: Sequence[str]) -> tuple[str, str]:
    """(name of a scorer, why in one sentence) for the expected answers.

    JSON objects -> json_fields. Short answers that repeat, or are single words -> exact_match. Otherwise
    edit_similarity.
    """
    answers = [text.strip() for text in expected if text.strip()]
    if not answers:
        return "exact_match", "There are no expected answers yet."
    if _share(isinstance(find_json(text).value, dict) for text in answers) >= _MOST:
        return "json_fields", "The expected answers are JSON objects, so each field is compared."
    labels = len({normal_form(text) for text in answers})
    short = _share(len(text) <= _LABEL_CHARACTERS and "\n" not in text for text in answers) >= _MOST
    if short and labels <= len(answers) / 2:
        return (
            "exact_match",
            f"The expected answers look like labels ({labels} different ones), which are right or wrong.",
        )
    if short and _share(len(text.split()) == 1 for text in answers) >= _MOST:
        return "exact_match", "The expected answers are single words, which are right or wrong."
    return "edit_similarity", "The expected answers are free text, so closeness is measured."


def _share(flags: Iterable[bool]) -> float:
    found = list(flags)
    return sum(found) / len(found)

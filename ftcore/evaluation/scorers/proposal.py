"""Which scorers fit these answers?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ftcore.evaluation.scorers.json_text import find_json
from ftcore.evaluation.scorers.normal_form import normal_form

_MOST = 0.9
_LABEL_CHARACTERS = 60
_FACT_WORDS = 4
_STYLE = ("length_band", "readability", "character_ngrams", "person", "contractions", "banned_phrases")
_TERMS = ("required_terms", "forbidden_terms", "preferred_terms")


@dataclass(frozen=True, slots=True)
class Proposal:
    """`primary` is to be declared before the run; `why` says in one sentence why it fits. `further` are worth a look
    besides, the most telling first; `missing` of the registry tells which of them this project has no use for."""

    primary: str
    why: str
    further: tuple[str, ...]


def proposals(expected: Sequence[str]) -> Proposal:
    """The scorers for the expected answers.

    JSON objects -> json_fields. Short answers that repeat, or are single words -> exact_match. Facts of a few words
    that differ -> contains: closeness would praise "5 days" for "15 days". Otherwise edit_similarity.
    """
    answers = [text.strip() for text in expected if text.strip()]
    if not answers:
        return Proposal("exact_match", "There are no expected answers yet.", ())
    if _share(isinstance(find_json(text).value, dict) for text in answers) >= _MOST:
        return Proposal(
            "json_fields",
            "The expected answers are JSON objects, so each field is compared.",
            ("json_schema", "json_valid", "exact_match"),
        )
    labels = len({normal_form(text) for text in answers})
    short = _share(len(text) <= _LABEL_CHARACTERS and "\n" not in text for text in answers) >= _MOST
    if short and labels <= len(answers) / 2:
        why = f"The expected answers look like labels ({labels} different ones), which are right or wrong."
        return Proposal("exact_match", why, ("label", "normalised_match"))
    if short and _share(len(text.split()) == 1 for text in answers) >= _MOST:
        why = "The expected answers are single words, which are right or wrong."
        return Proposal("exact_match", why, ("label", "normalised_match"))
    if short and _share(len(text.split()) <= _FACT_WORDS for text in answers) >= _MOST:
        why = "The expected answers are short facts that differ: what counts is whether the fact stands in the answer."
        return Proposal("contains", why, ("normalised_match", "numeric", "edit_similarity", *_TERMS))
    why = "The expected answers are free text, so closeness is measured."
    return Proposal("edit_similarity", why, ("chrf", "rouge_l", *_TERMS, *_STYLE))


def propose(expected: Sequence[str]) -> tuple[str, str]:
    """(name of the primary scorer, why in one sentence) for the expected answers."""
    found = proposals(expected)
    return found.primary, found.why


def _share(flags: Iterable[bool]) -> float:
    found = list(flags)
    return sum(found) / len(found)

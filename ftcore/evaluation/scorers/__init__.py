"""How an answer is scored: one file a scorer, and the list of them."""

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers.edit_similarity import EditSimilarity
from ftcore.evaluation.scorers.exact_match import ExactMatch, NormalisedMatch
from ftcore.evaluation.scorers.json_fields import JsonFields
from ftcore.evaluation.scorers.json_valid import JsonValid
from ftcore.evaluation.scorers.proposal import propose
from ftcore.evaluation.scorers.scorer import Scorer

SCORERS: dict[str, Scorer] = {
    scorer.name: scorer for scorer in (ExactMatch(), NormalisedMatch(), JsonFields(), JsonValid(), EditSimilarity())
}


def get(name: str) -> Scorer:
    """The scorer of that name. Raises EvaluationError, which lists those there are."""
    if name not in SCORERS:
        raise EvaluationError(f"There is no scorer named '{name}'. There are: {', '.join(SCORERS)}.")
    return SCORERS[name]


__all__ = [
    "SCORERS",
    "EditSimilarity",
    "ExactMatch",
    "JsonFields",
    "JsonValid",
    "NormalisedMatch",
    "Scorer",
    "get",
    "propose",
]

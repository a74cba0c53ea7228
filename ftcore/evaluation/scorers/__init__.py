"""How an answer is scored: one file a scorer, and the list of them."""

from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.edit_similarity import EditSimilarity
from ftcore.evaluation.scorers.exact_match import ExactMatch, NormalisedMatch
from ftcore.evaluation.scorers.json_fields import JsonFields
from ftcore.evaluation.scorers.json_valid import JsonValid
from ftcore.evaluation.scorers.proposal import Proposal, proposals, propose
from ftcore.evaluation.scorers.registry import NAMES, SCORERS, describe, get, make, missing
from ftcore.evaluation.scorers.scorer import REASONS, Scorer

__all__ = [
    "NAMES",
    "REASONS",
    "SCORERS",
    "Context",
    "EditSimilarity",
    "ExactMatch",
    "JsonFields",
    "JsonValid",
    "NormalisedMatch",
    "Proposal",
    "Scorer",
    "describe",
    "get",
    "make",
    "missing",
    "proposals",
    "propose",
]

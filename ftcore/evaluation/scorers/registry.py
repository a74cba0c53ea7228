"""The list of scorers, and how one is made ready for a run."""

from __future__ import annotations

from collections.abc import Callable

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers.banned_phrases import BannedPhrases, make_banned_phrases
from ftcore.evaluation.scorers.bleu import Bleu
from ftcore.evaluation.scorers.character_ngrams import CharacterNgrams, make_character_ngrams
from ftcore.evaluation.scorers.chrf import Chrf
from ftcore.evaluation.scorers.contains import Contains
from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.contractions import Contractions, make_contractions
from ftcore.evaluation.scorers.edit_similarity import EditSimilarity
from ftcore.evaluation.scorers.exact_match import ExactMatch, NormalisedMatch
from ftcore.evaluation.scorers.forbidden_terms import ForbiddenTerms, make_forbidden_terms
from ftcore.evaluation.scorers.json_fields import JsonFields
from ftcore.evaluation.scorers.json_schema import JsonSchema, make_json_schema
from ftcore.evaluation.scorers.json_valid import JsonValid
from ftcore.evaluation.scorers.labels import Label, make_label
from ftcore.evaluation.scorers.length_band import LengthBand, make_length_band
from ftcore.evaluation.scorers.numeric import Numeric, make_numeric
from ftcore.evaluation.scorers.own import PREFIX, Own, make_own
from ftcore.evaluation.scorers.pattern import Pattern, make_pattern
from ftcore.evaluation.scorers.person import Person, make_person
from ftcore.evaluation.scorers.preferred_terms import PreferredTerms, make_preferred_terms
from ftcore.evaluation.scorers.readability import Readability, make_readability
from ftcore.evaluation.scorers.required_terms import RequiredTerms, make_required_terms
from ftcore.evaluation.scorers.rouge_l import RougeL
from ftcore.evaluation.scorers.scorer import Scorer

SCORERS: dict[str, Scorer] = {
    scorer.name: scorer
    for scorer in (
        ExactMatch(),
        NormalisedMatch(),
        JsonFields(),
        JsonValid(),
        EditSimilarity(),
        Contains(),
        Numeric(),
        RougeL(),
        Chrf(),
        Bleu(),
    )
}
"""Those that need nothing but the two texts."""

_MADE: tuple[tuple[Scorer, Callable[[Context], Scorer]], ...] = (
    (Numeric(), make_numeric),
    (Label(), make_label),
    (Pattern(), make_pattern),
    (JsonSchema(), make_json_schema),
    (RequiredTerms(), make_required_terms),
    (ForbiddenTerms(), make_forbidden_terms),
    (PreferredTerms(), make_preferred_terms),
    (BannedPhrases(), make_banned_phrases),
    (Person(), make_person),
    (Contractions(), make_contractions),
    (LengthBand(), make_length_band),
    (Readability(), make_readability),
    (CharacterNgrams(), make_character_ngrams),
)
_MAKERS = {scorer.name: maker for scorer, maker in _MADE}
_WORDS = {**SCORERS, **{scorer.name: scorer for scorer, _ in _MADE}}
NAMES: tuple[str, ...] = tuple(_WORDS)
"""Every scorer that comes with the app."""


def get(name: str) -> Scorer:
    """A scorer that needs no context. Raises EvaluationError, which lists those there are."""
    if name not in SCORERS:
        raise EvaluationError(f"There is no scorer named '{name}'. There are: {', '.join(SCORERS)}.")
    return SCORERS[name]


def make(name: str, context: Context) -> Scorer:
    """The scorer, ready for a run: to be made once for it, since some read all training answers. Raises EvaluationError
    when there is none of that name, or when it needs what the context does not hold (a schema, terms, training answers)."""
    if name.startswith(PREFIX):
        return make_own(name)
    if name in _MAKERS:
        return _MAKERS[name](context)
    if name in SCORERS:
        return SCORERS[name]
    raise EvaluationError(f"There is no scorer named '{name}'. There are: {', '.join(NAMES)}.")


def describe(name: str) -> Scorer | None:
    """The words of a scorer (label, explanation, reason, source, blind_to, binary), whatever it needs to score; None for
    one that is not known, as a run of long ago may name. What it scores means nothing."""
    return Own(name) if name.startswith(PREFIX) else _WORDS.get(name)


def missing(name: str, context: Context) -> str:
    """Why the scorer cannot be made from this context, in a sentence; "" when it can."""
    try:
        make(name, context)
    except EvaluationError as error:
        return str(error)
    return ""

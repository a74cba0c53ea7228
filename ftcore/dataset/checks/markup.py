"""What a web page left in a text: <br>, &nbsp;. Examples that are about web pages are left alone."""

from __future__ import annotations

from collections.abc import Iterator

from ftcore.dataset.checks.texts import SPOKEN, in_text, rewrite, spoken
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import ENOUGH_ROWS, Profile
from ftcore.dataset.traits.markup import entities, is_about_markup, tags, without_entities
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity, TrainingExample

CODES = ("html_tag", "html_entity")
SIGNS = "[<&]"


def look(texts: Texts, _limits: Limits, _light: Profile) -> bool:
    return not texts.is_dull and ("<" in texts.rare or "&" in texts.rare)


def check(texts: Texts, limits: Limits, light: Profile) -> Iterator[Problem]:
    """One problem a text and kind. In an answer, where the others have none, a warning: the model would write it."""
    if not _is_residue(texts, limits, light):
        return
    judged = light.rows >= ENOUGH_ROWS
    for where, text in spoken(texts):
        severity = Severity.WARNING if judged and where == "response" else Severity.HINT
        tag = next(tags(text), None)
        if tag:
            message = f'A tag of a web page was left in {in_text(where)}: "{text[slice(*tag)][:20]}".'
            yield Problem("html_tag", severity, message, where, *tag)
        entity = next(entities(text), None)
        if entity:
            message = f'"{text[slice(*entity)]}" in {in_text(where)} stands for a character of a web page.'
            yield Problem("html_entity", severity, message, where, *entity)


def fix(example: TrainingExample, limits: Limits, light: Profile) -> TrainingExample:
    """Entities become the characters that they stand for."""
    texts = Texts(example)
    return rewrite(example, without_entities, roles=SPOKEN) if _is_residue(texts, limits, light) else example


def _is_residue(texts: Texts, limits: Limits, light: Profile) -> bool:
    usual = light.rows >= ENOUGH_ROWS and not light.is_unusual("markup", limits.uncommon)
    return not usual and not is_about_markup(texts.joined)

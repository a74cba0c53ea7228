"""A question in one script or language and its answer in another, where the other examples stay in one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import ENOUGH_ROWS, Profile
from ftcore.dataset.traits.languages import ENOUGH_ENGLISH, has_english, quick_language_of
from ftcore.dataset.traits.scripts import script_of
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity

CODES = ("other_script", "other_language")
# Examples that translate, teach a language or hold code change their language for a reason.
WANTED = re.compile(
    r"translat|übersetz|tradu[cizçt]|перев[оеё]|翻译|翻譯|翻訳|번역|ترجم|"
    r"\b(?:in|into|to|auf|ins|en|em|al|naar het) (?:english|german|french|spanish|italian|portuguese|dutch|russian|chinese|"
    r"japanese|korean|arabic|greek|hebrew|hindi|thai|polish|englisch|deutsch|französisch|spanisch|anglais|français|allemand|"
    r"espagnol|inglés|español|francés|alemán|inglese|italiano|inglês|português|engels|nederlands)\b|"
    r"```|</|\bdef \w+\(|\b(?:latin|language|sprache|langue|idioma|lingua|taal)\b",
    re.IGNORECASE,
)


def look(texts: Texts, _limits: Limits, light: Profile) -> bool:
    if light.kind != "text" or light.rows < ENOUGH_ROWS:
        return False
    return not (texts.is_western and has_english(texts.prompt) and has_english(texts.response, ENOUGH_ENGLISH))


def check(texts: Texts, limits: Limits, light: Profile) -> Iterator[Problem]:
    """Hints. Nothing is said of labels and JSON, nor before the data set's habits are known."""
    if light.kind != "text" or light.rows < ENOUGH_ROWS or not texts.prompt or not texts.response:
        return
    prompt, answer = texts.prompt, texts.response
    if not texts.is_western:
        asked, said = script_of(prompt), script_of(answer)
        if asked and said and asked != said:
            if _is_odd("other_script", texts, limits, light):
                message = f"The prompt is written in {asked} letters, the answer in {said} ones."
                yield Problem("other_script", Severity.HINT, message, "response", 0, len(answer))
            return
    said = quick_language_of(answer)
    if not said or (said == "English" and has_english(prompt)):
        return
    asked = quick_language_of(prompt)
    if asked and asked != said and _is_odd("other_language", texts, limits, light):
        message = f"The prompt seems to be in {asked}, the answer in {said}."
        yield Problem("other_language", Severity.HINT, message, "response", 0, len(answer))


def _is_odd(habit: str, texts: Texts, limits: Limits, light: Profile) -> bool:
    return light.is_unusual(habit, limits.uncommon) and not WANTED.search(texts.joined)

"""What a prompt template left behind: "Answer:" before an answer, "User:" before a prompt, marks such as <|im_end|>."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftcore.dataset.checks.texts import in_text, rewrite
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import ENOUGH_ROWS, Profile
from ftcore.dataset.traits.prefixes import leading_label, may_begin_with_label
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity, TrainingExample

CODES = ("leading_label", "template_mark")
SIGNS = r"[<\[]"
MOSTLY = 0.5
"""A label that half of the examples share is how they are written."""
MARKS = re.compile(
    r"<\|(?:im_start|im_end|im_sep|endoftext|eot_id|end_of_text|begin_of_text|start_header_id|end_header_id|system|user|"
    r"assistant|end)\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</s>(?=\s*\Z)"
)


def look(texts: Texts, _limits: Limits, _light: Profile) -> bool:
    if may_begin_with_label(texts.prompt) or may_begin_with_label(texts.response):
        return True
    return not texts.is_dull and ("<" in texts.rare or "[" in texts.rare)


def check(texts: Texts, limits: Limits, light: Profile) -> Iterator[Problem]:
    for where, text in (("prompt", texts.prompt), ("response", texts.response)):
        label, end = _left_over(text, where, light)
        if label:
            rare = where == "response" and light.is_unusual(f"{where}_label:{label}", limits.uncommon)
            message = f'There is "{text[:end].strip()}" before {in_text(where)}; most others have none.'
            yield Problem("leading_label", Severity.WARNING if rare else Severity.HINT, message, where, 0, end)
    yield from _marks(texts)


def fix(example: TrainingExample, _limits: Limits, light: Profile) -> TrainingExample:
    """Takes the labels away, all that stand one after the other."""
    for where in ("prompt", "response"):

        def without(text: str, where: str = where) -> str:
            while (found := _left_over(text, where, light))[0]:
                text = text[found[1] :]
            return text

        example = rewrite(example, without, where=where)
    return example


def _left_over(text: str, where: str, light: Profile) -> tuple[str, int]:
    label, end = leading_label(text, where)
    unusual = not label or light.rows < ENOUGH_ROWS or light.is_unusual(f"{where}_label:{label}", MOSTLY)
    return (label, end) if unusual else ("", 0)


def _marks(texts: Texts) -> Iterator[Problem]:
    for where, _, text in texts.every:
        found = MARKS.search(text)
        if found:
            message = f'A mark of a chat template was left in {in_text(where)}: "{found.group()}".'
            yield Problem("template_mark", Severity.WARNING, message, where, *found.span())

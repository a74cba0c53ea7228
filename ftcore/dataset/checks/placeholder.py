"""Text that somebody meant to replace."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftcore.dataset.checks.texts import holds_any, in_text
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import Profile
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity

CODES = ("placeholder",)

# A whole answer (or prompt) that says that there is none.
WHOLE = re.compile(
    r"\W*(?:n/?a|null|none|nan|nil|undefined|tb[dac]|todo|fixme|test|asdf\w*|qwerty|x{2,5}|foo|bar|placeholder|"
    r"#n/a|#ref!|#value!|#name\?|#div/0!|lorem ipsum|[-_.?…]+)\W*",
    re.IGNORECASE,
)
INSIDE = re.compile(
    r"(?i:lorem ipsum)|\bTODO\b|\bFIXME\b|\bTBD\b|#REF!|#VALUE!|#NAME\?|"
    r"[\[<{](?:insert|your|enter|add|fill in|put) [^\]>}\n]{1,40}[\]>}]|"
    r"\{\{ *[\w.]+ *\}\}|<<[\w ]+>>|\$\{\w+\}"
)
RARE = ("[", "<", "{", "#", "TODO", "FIXME", "TBD", "LOREM")
"""One of these, or "psum", is in every text that `INSIDE` matches."""
SIGNS = r"[\[<{#]|psum|TODO|FIXME|TBD|LOREM"
LONGEST_WHOLE = 60
TEMPLATE = re.compile(r"\{\{|<<|\$\{")


def look(texts: Texts, _limits: Limits, _light: Profile) -> bool:
    if len(texts.prompt) <= LONGEST_WHOLE or len(texts.response) <= LONGEST_WHOLE:
        return True
    return _may_hold_one(texts)


def check(texts: Texts, _limits: Limits, light: Profile) -> Iterator[Problem]:
    for where, text in (("prompt", texts.prompt), ("response", texts.response)):
        if where == "response" and light.is_label(text):
            continue
        if len(text) <= LONGEST_WHOLE and text.strip() and WHOLE.fullmatch(text):
            message = f'There is only a placeholder in {in_text(where)} ("{text.strip()[:20]}").'
            yield Problem("placeholder", Severity.WARNING, message, where, 0, len(text))
            continue
        if not _may_hold_one(texts):
            continue
        for found in INSIDE.finditer(text):
            # A template that the question is about is no placeholder in the answer.
            if where == "prompt" and not found.group().lower().startswith("lorem"):
                continue
            if TEMPLATE.match(found.group()) and TEMPLATE.search(texts.prompt):
                continue
            message = f'A placeholder was left in {in_text(where)}: "{found.group()[:40]}".'
            yield Problem("placeholder", Severity.WARNING, message, where, *found.span())
            break


def _may_hold_one(texts: Texts) -> bool:
    if texts.is_dull:
        return False
    return holds_any(texts.rare, RARE) or "psum" in texts.joined

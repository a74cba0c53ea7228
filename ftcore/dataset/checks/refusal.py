"""Answers in which a model declines or speaks of itself: training on them teaches to decline."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftcore.dataset.checks.texts import holds_any
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import Profile
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity

CODES = ("refusal",)
# A shop's "I'm sorry, but we cannot ship there" is an answer. A refusal is a model that cannot help, or that says it is one.
CANNOT = r"(?:can(?:no|')?t|can not|am unable to|am not able to|won't be able to|(?:'m|am) not (?:allowed|comfortable))"
HELP = r"(?:assist|help|comply|fulfil|provide (?:that|this|you|medical|legal|information)|answer (?:that|this)|do that|engage|generate|create (?:that|this)|discuss|support that|browse|access (?:the internet|real))"
# Each pattern after words of which one is in every text that it matches: few answers need a pattern.
REFUSALS = tuple(
    (gate, re.compile(pattern, re.IGNORECASE))
    for gate, pattern in (
        (
            ("as an ai", "as a ai", "artificial intelligence"),
            r"\bas an? (?:ai|artificial intelligence)\b(?: (?:language )?(?:model|assistant|system))?",
        ),
        (("language model",), r"\bas a (?:large )?language model\b"),
        (
            ("language model", "ai assistant", "artificial intelligence"),
            r"\bI(?:'m| am) (?:just |only )?(?:an? )?(?:ai language model|language model|ai assistant|artificial intelligence)\b",
        ),
        (
            ("sorry", "afraid"),
            rf"\bI(?:'m| am) (?:so |very |really )?(?:sorry|afraid)[,.]?(?: but)?(?: that)? I {CANNOT}(?: \w+)? {HELP}",
        ),
        (("i can", "i am", "i won"), rf"\A\W*I {CANNOT}(?: \w+)? {HELP}"),
        (
            ("sorry", "unfortunately", "apologies"),
            rf"\A\W*(?:sorry|unfortunately|apologies)[,.]?(?: but)? I {CANNOT}(?: \w+)? {HELP}",
        ),
        (("my training data", "my knowledge cut"), r"\bmy (?:training data|knowledge cut-?off)\b"),
        (
            ("als ki", "als eine ki", "als künstliche", "als eine künstliche", "sprachmodell"),
            r"\bals (?:eine? )?(?:ki|künstliche intelligenz|ki-sprachmodell|sprachmodell)\b",
        ),
        (
            ("en tant qu",),
            r"\ben tant qu(?:'|e )(?:ia|intelligence artificielle|modèle de langage|assistant ia)\b",
        ),
        (
            ("como ia", "como una ia", "como un", "como inteligencia", "como modelo"),
            r"\bcomo (?:una? )?(?:ia|inteligencia artificial|modelo de lenguaje|modelo de linguagem)\b",
        ),
    )
)
EARLY = (
    *(
        "sorry",
        "afraid",
        "as an ai",
        "as a ai",
        "ai assistant",
        "artificial i",
        "language m",
        "my training",
        "my knowledge",
    ),
    *("sprachm", "als k", "als eine k", "en tant qu", "como "),
)
"""One of these is in every text that one of the gates lets through, but for those that `BEGINNINGS` finds."""
BEGINNINGS = ("i can", "i am", "i won", "unfortunately", "apologies")
SIGNS = f"(?i:{'|'.join(EARLY)})"
LOOK_AT = 400


def look(texts: Texts, _limits: Limits, _light: Profile) -> bool:
    if holds_any(texts.response[:30].lower(), BEGINNINGS):
        return True
    return not texts.is_dull and holds_any(texts.response[:LOOK_AT].lower(), EARLY)


def check(texts: Texts, _limits: Limits, light: Profile) -> Iterator[Problem]:
    answer = texts.response
    if light.kind == "labels" and light.is_label(answer):
        return
    start = answer[:LOOK_AT]
    lowered = start.lower()
    straight = start.replace("\u2019", "'")
    for gate, pattern in REFUSALS:
        found = pattern.search(straight) if holds_any(lowered, gate) else None
        if found:
            message = "The answer declines, or speaks of itself as a machine: the model would learn to do so."
            yield Problem("refusal", Severity.WARNING, message, "response", *found.span())
            return

"""Answers in which a model declines or speaks of itself: training on them teaches to decline."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftcore.dataset.answers import Profile
from ftcore.dataset.limits import Limits
from ftcore.records import Problem, Severity, TrainingExample

# A shop's "I'm sorry, but we cannot ship there" is an answer. A refusal is a model that cannot help, or that says it is one.
CANNOT = r"(?:can(?:no|')?t|can not|am unable to|am not able to|won't be able to|(?:'m|am) not (?:allowed|comfortable))"
HELP = r"(?:assist|help|comply|fulfil|provide (?:that|this|you|medical|legal|information)|answer (?:that|this)|do that|engage|generate|create (?:that|this)|discuss|support that|browse|access (?:the internet|real))"
REFUSALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bas an? (?:ai|artificial intelligence)\b(?: (?:language )?(?:model|assistant|system))?",
        r"\bas a (?:large )?language model\b",
        r"\bI(?:'m| am) (?:just |only )?(?:an? )?(?:ai language model|language model|ai assistant|artificial intelligence)\b",
        rf"\bI(?:'m| am) (?:so |very |really )?(?:sorry|afraid)[,.]?(?: but)?(?: that)? I {CANNOT}(?: \w+)? {HELP}",
        rf"\A\W*I {CANNOT}(?: \w+)? {HELP}",
        r"\A\W*(?:sorry|unfortunately|apologies)[,.]?(?: but)? I " + CANNOT + r"(?: \w+)? " + HELP,
        r"\bmy (?:training data|knowledge cut-?off)\b",
        r"\bals (?:eine? )?(?:ki|künstliche intelligenz|ki-sprachmodell|sprachmodell)\b",
        r"\ben tant qu(?:'|e )(?:ia|intelligence artificielle|modèle de langage|assistant ia)\b",
        r"\bcomo (?:una? )?(?:ia|inteligencia artificial|modelo de lenguaje|modelo de linguagem)\b",
    )
)
# One of these is in every refusal: most answers need no pattern.
GATE = ("i can", "i won", "i am", "i'm", " ai", "as a ", "training data", "knowledge cut", "als ", "en tant", "como ")
LOOK_AT = 600


def check(example: TrainingExample, _limits: Limits, light: Profile) -> Iterator[Problem]:
    answer = example.response
    if light.kind == "labels" and light.is_label(answer):
        return
    start = answer[:LOOK_AT].replace("\u2019", "'")
    lowered = start.lower()
    if not any(word in lowered for word in GATE):
        return
    for pattern in REFUSALS:
        found = pattern.search(start)
        if found:
            message = "The answer declines, or speaks of itself as a machine: the model would learn to do so."
            yield Problem("refusal", Severity.WARNING, message, "response", *found.span())
            return

"""Labels that a tool or a prompt template left at the beginning of a text: "Answer:", "### Response", "User:"."""

from __future__ import annotations

import re

LONGEST = 40
NAMES = {
    "response": r"final answer|answer|response|reply|output|completion|assistant|chatbot|bot|ai|gpt|antwort|réponse|respuesta|risposta",
    "prompt": r"user|human|instruction|benutzer|utilisateur|usuario",
}
SINGLE = {"response": "A", "prompt": "Q"}
PATTERNS = {
    where: re.compile(
        rf"\s*(?:(?:\#{{1,6}}[ ]*)(?P<heading>(?i:{names}))[ ]*:?[ ]*(?:\n\s*|(?<=:))|"
        rf"(?:\*\*|__)?(?P<name>(?i:{names})|{SINGLE[where]})(?:\*\*|__)?:(?:\*\*|__)?(?:\s+|(?=[^\s/])))"
    )
    for where, names in NAMES.items()
}


def may_begin_with_label(text: str) -> bool:
    """A quick look."""
    begins = text[:LONGEST]
    return ":" in begins or "#" in begins


def leading_label(text: str, where: str) -> tuple[str, int]:
    """(the label in small letters, where the text itself begins); ("", 0) when there is none, or nothing after it.
    `where` is prompt or response."""
    if not may_begin_with_label(text):
        return "", 0
    found = PATTERNS[where].match(text)
    if not found or not text[found.end() :].strip():
        return "", 0
    name = found["heading"] or found["name"]
    if name == "Q" and "\nA:" in text:
        return "", 0  # Worked examples, with the last question at their end.
    return name.casefold(), found.end()

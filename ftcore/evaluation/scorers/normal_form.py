"""Texts that differ only in how they are written are made equal."""

from __future__ import annotations

import unicodedata

_EDGES = ".,;:!?…\"'`´()[]{}«»“”„‘’‚¿¡*_"
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def normal_form(text: str) -> str:
    """NFKC, lower case, single spaces, and no punctuation around words. What stands inside a word or a number stays
    (1.5, e-mail, PN-20), as do signs with a meaning (%, #, +, a minus). A text of punctuation only is left as it is."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_PLAIN)
    words = [word.strip(_EDGES) for word in folded.split()]
    return " ".join(word for word in words if word) or " ".join(folded.split())

"""The script that a text is written in: Latin, Cyrillic, Arabic and so on."""

from __future__ import annotations

import re
import string

LOOK_AT = 500
SOME = 40
"""Characters that mostly hold enough letters."""
FEWEST = 10
MOST = 0.8
# Blocks of Unicode. Chinese and Japanese share most of their characters and count as one.
RANGES = {
    "Latin": "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff5a",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Cyrillic": "\u0400-\u052f",
    "Armenian": "\u0530-\u058f",
    "Hebrew": "\u0590-\u05ff",
    "Arabic": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "Devanagari": "\u0900-\u097f",
    "Bengali": "\u0980-\u09ff",
    "Gurmukhi": "\u0a00-\u0a7f",
    "Gujarati": "\u0a80-\u0aff",
    "Odia": "\u0b00-\u0b7f",
    "Tamil": "\u0b80-\u0bff",
    "Telugu": "\u0c00-\u0c7f",
    "Kannada": "\u0c80-\u0cff",
    "Malayalam": "\u0d00-\u0d7f",
    "Sinhala": "\u0d80-\u0dff",
    "Thai": "\u0e00-\u0e7f",
    "Lao": "\u0e80-\u0eff",
    "Tibetan": "\u0f00-\u0fff",
    "Burmese": "\u1000-\u109f",
    "Georgian": "\u10a0-\u10ff",
    "Ethiopic": "\u1200-\u139f",
    "Khmer": "\u1780-\u17ff",
    "Korean": "\u1100-\u11ff\uac00-\ud7af",
    "Chinese or Japanese": "\u3040-\u30ff\u3400-\u9fff",
}
PATTERNS = {name: re.compile(f"[{span}]+") for name, span in RANGES.items()}
NO_LETTERS = bytes(set(range(256)) - set(string.ascii_letters.encode()))
NOT_LATIN = re.compile("[\u0370-\u1dff\u1f00-\u1fff\u2c00-\ud7ff\ufb1d-\ufefc]")


def script_of(text: str) -> str:
    """The script of four of five letters in the text's beginning; "" when it has fewer than ten letters, or is mixed."""
    start = text[:LOOK_AT]
    if start.isascii():
        return "Latin" if _has_letters(start[:SOME]) or _has_letters(start) else ""
    if not NOT_LATIN.search(start):
        return "Latin" if _letters("Latin", start) >= FEWEST else ""
    counts = {name: _letters(name, start) for name in PATTERNS}
    name = max(counts, key=lambda script: counts[script])
    return name if counts[name] >= max(FEWEST, MOST * sum(counts.values())) else ""


def _has_letters(text: str) -> bool:
    return len(text.encode().translate(None, NO_LETTERS)) >= FEWEST


def _letters(script: str, text: str) -> int:
    return sum(map(len, PATTERNS[script].findall(text)))

"""Each problem in the curator's words: a name for a cell, and one sentence that explains it."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "empty": ("Empty", "The question or the answer is empty. There is nothing to learn from it."),
    "too_short": ("Short answer", "The answer is very short. If your answers are labels, that is right: keep them."),
    "too_long": ("Long", "The answer is longer than a model usually writes, or than a server accepts."),
    "truncated": ("Cut off", "The answer seems to stop in the middle. The model would learn to stop there."),
    "broken_json": ("Broken JSON", "The answer should be JSON, and cannot be read as such."),
    "refusal": ("Refusal", "The answer declines to help. The model would learn to decline."),
    "placeholder": ("Placeholder", "Something was left to be filled in, such as TODO or {{name}}."),
    "encoding_damage": ("Damaged letters", "Letters were damaged on the way, such as Ã© for é."),
    "personal_data": (
        "Personal data",
        "There is a card number, an address or the like. A model may repeat it to others.",
    ),
    "exact_duplicate": ("Duplicate", "The same example is there twice. It would count double."),
    "near_duplicate": (
        "Nearly the same",
        "Another example is almost the same. On two sides of a test, it flatters the result.",
    ),
    "contradiction": ("Contradiction", "The same question has two different answers. The model cannot learn both."),
    "order": ("Order of turns", "The turns stand in an unusual order."),
    "tool_arguments": ("Tool arguments", "What a tool is called with cannot be read as JSON."),
    "tool_unknown": ("Unknown tool", "A tool is called that the example does not declare."),
    "empty_tool_result": ("Empty tool result", "A tool gave nothing back."),
}
SEVERITIES = {
    "error": (":material/error:", "Error"),
    "warning": (":material/warning:", "Warning"),
    "hint": (":material/info:", "Hint"),
}


def name_of(code: str) -> str:
    return WORDS[code][0] if code in WORDS else code.replace("_", " ").capitalize()


def explain(code: str) -> str:
    return WORDS[code][1] if code in WORDS else "Open the rows to see what was found."

"""Problems on the screen: their names and explanations, and an icon for how bad they are."""

from ftcore.dataset.problem_names import WORDS, explain, name_of

__all__ = ["SEVERITIES", "WORDS", "explain", "name_of"]

SEVERITIES = {
    "error": (":material/error:", "Error"),
    "warning": (":material/warning:", "Warning"),
    "hint": (":material/info:", "Hint"),
}

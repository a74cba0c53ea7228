"""What stops an evaluation, said for the reader of the screen."""

from __future__ import annotations


class EvaluationError(Exception):
    """An evaluation cannot be made or finished. The message is plain words and says what was kept."""

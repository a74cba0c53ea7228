"""The decision framework as it stands in data/decision.yaml, or in a workspace's own copy of it.

The words belong to whoever edits the file; the keys belong to the program and are checked on loading.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ftcore.app_files import data_dir
from ftcore.content import ContentError as FrameworkError
from ftcore.content import standing
from ftcore.decision.framework_file import read_framework
from ftcore.decision.questions import (
    BAD_REASONS,
    GOOD_REASONS,
    QUESTIONS,
    Advice,
    BadReason,
    FollowUp,
    Framework,
    GoodReason,
    Question,
)
from ftcore.decision.research import ResearchCard, cards_of, load_cards

__all__ = [
    "BAD_REASONS",
    "FILE",
    "GOOD_REASONS",
    "QUESTIONS",
    "Advice",
    "BadReason",
    "FollowUp",
    "Framework",
    "FrameworkError",
    "GoodReason",
    "Question",
    "ResearchCard",
    "cards_of",
    "framework_of",
    "load",
    "load_cards",
]

FILE = "decision.yaml"


@cache
def load(path: Path | None = None) -> Framework:
    """The framework from `path` (default: the one that came with the app). Read once a process.

    Raises FrameworkError, one sentence with file and line, when the file can't be used: unreadable, no YAML, or a key that is
    missing, doubled or not known, or a value of another kind.
    """
    return read_framework(path or data_dir() / FILE)


def framework_of(root: Path) -> tuple[Framework, tuple[str, ...]]:
    """The framework that holds in the workspace `root`, and what is wrong with its own copy, a sentence each.

    An edit holds at once. Raises FrameworkError only when the shipped file is broken.
    """
    found, said = standing(root, FILE, read_framework, FrameworkError)
    return found, (said,) if said else ()

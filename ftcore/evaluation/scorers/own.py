"""A measure that the user wrote: `scorers/NAME.py` in the workspace, with `def score(answer, expected) -> float`.

Off unless the environment variable TUNEWORTHY_OWN_SCORERS is 1 where the worker is started: nothing that a page of the
app can write turns it on, and no run can name a file elsewhere. The file's code runs in a child process with limits
(`own_child.py`) and without our environment. That guards against accidents, not against malice: it runs with the rights
of whoever started Tuneworthy and can read what they can, so only a file that one has read oneself belongs there.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers.own_process import Child
from ftcore.evaluation.scorers.scorer import QUALITY

PREFIX = "own:"
SWITCH = "TUNEWORTHY_OWN_SCORERS"
FOLDER = "scorers"
FAILURES = 3
"""After so many times in a row that the child had to be ended, it is not started again."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class _Kept:
    """The child and what it said last. Never pickled: another process starts a child of its own."""

    def __init__(self) -> None:
        self.child: Child | None = None
        self.failures = 0
        self.last: tuple[str, str, float, str] | None = None

    def __reduce__(self) -> tuple[type[_Kept], tuple[()]]:
        return _Kept, ()


@dataclass(frozen=True, slots=True)
class Own:
    name: str
    path: str = ""
    seconds: float = 5.0
    reason: str = QUALITY
    source: str = "a file of your own in the workspace"
    blind_to: str = "What it cannot see is known to whoever wrote it."
    binary: bool = False
    kept: _Kept = field(default_factory=_Kept, compare=False, repr=False)

    @property
    def label(self) -> str:
        return f"Your own: {self.name.removeprefix(PREFIX)}"

    @property
    def explanation(self) -> str:
        return f"What your file {FOLDER}/{self.name.removeprefix(PREFIX)}.py says, from 0 to 1."

    def score(self, answer: str, expected: str) -> float:
        """NaN when the file's code failed, took too long or gave no number in [0, 1]: `why` says which."""
        return self._ask(answer, expected)[0]

    def why(self, answer: str, expected: str) -> str:
        return self._ask(answer, expected)[1]

    def close(self) -> None:
        """Ends the child. Without it, it ends with this process."""
        if self.kept.child is not None:
            self.kept.child.close()
            self.kept.child = None

    def _ask(self, answer: str, expected: str) -> tuple[float, str]:
        kept = self.kept
        if kept.last is not None and kept.last[:2] == (answer, expected):
            return kept.last[2:]
        if kept.failures >= FAILURES:
            return math.nan, f"The file had to be stopped {FAILURES} times in a row and is not asked any more."
        if kept.child is None:
            kept.child = Child(self.path, self.seconds)
        found, problem = kept.child.ask(answer, expected)
        if kept.child.ended:
            kept.child = None
            kept.failures += 1
        else:
            kept.failures = 0
        kept.last = (answer, expected, found, problem)
        return found, problem


def enabled() -> bool:
    """Whether whoever started this process lets files of the workspace score."""
    return os.environ.get(SWITCH) == "1"


def own_names(root: Path) -> list[str]:
    """The scorers in the workspace at `root`, by name ("own:tone"); none when they are off."""
    if not enabled():
        return []
    return sorted(f"{PREFIX}{file.stem}" for file in (root / FOLDER).glob("*.py") if _NAME.fullmatch(file.stem))


def make_own(name: str, root: Path | None = None) -> Own:
    """The scorer "own:NAME" of the workspace at `root` (default: that of this process). Raises EvaluationError when they
    are off, or there is no such file."""
    from ftcore.workspace import default_root

    if not enabled():
        raise EvaluationError(
            f"Scorers of your own are off. To allow them, set {SWITCH}=1 where Tuneworthy is started."
        )
    if os.name != "posix":
        raise EvaluationError("Scorers of your own need limits that this operating system does not offer.")
    stem = name.removeprefix(PREFIX)
    folder = ((root or default_root()) / FOLDER).absolute()
    path = folder / f"{stem}.py"
    if not _NAME.fullmatch(stem) or not path.is_file() or path.resolve().parent != folder.resolve():
        raise EvaluationError(
            f"There is no file {stem[:40]!r} with the ending .py in the workspace's folder '{FOLDER}'."
        )
    return Own(name, str(path))
